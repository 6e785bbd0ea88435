"""What does a reader need to see of a projection? Its course, scenarios side by side, and a test of a saying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.stockflow.project import project
from btc_eval.stockflow.rated import PER, Rates
from btc_eval.stockflow.result import LEVELS, Projection, summary
from btc_eval.stockflow.scenario import Scenario, change, scenario

USUAL = "Rates move as they tend to"
HELD = "Recent rates are held"

#: Why a cell of a course is empty.
BLANKS = {
    "observed": "still to come",
    "later": "not counted after the projection",
    "estimate": "counted, not projected",
    **{f"{end}_{level * 100:g}": "counted, not projected" for level in LEVELS for end in ("low", "high")},
}


def course(projection: Projection, history: pd.DataFrame, *, time: str = "year", value: str = "stock") -> pd.DataFrame:
    """How did the number get here, and where is it heading? A row a year, on 31 March.

    Parameters
    ----------
    projection
        From a 31 March.
    history
        `time` and `value`: what was counted, after the opening day too where it is known.

    Returns
    -------
    DataFrame
        `year`, `observed` (up to the opening day), `later` (after it), `estimate`, `low_50`, `high_50` and so on (from
        the opening day on, where they equal what was counted).
    """
    first = projection.times[0].year
    ahead = projection.times[::12]
    table = pd.DataFrame({"year": [t.year for t in ahead], **summary(projection.totals()[:, ::12], LEVELS)})
    counted = history.dropna(subset=[value]).set_index(time)[value].astype(float)
    years = sorted({*table["year"], *(int(year) for year in counted.index)})
    out = table.drop(columns=["mean", "conf_low", "conf_high"]).set_index("year").reindex(years)
    known = counted.reindex(years)
    early = out.index <= first
    out.insert(0, "observed", known.where(early))
    out.insert(1, "later", known.where(~early))
    return out.reset_index()


def scenarios(projections: Sequence[Projection], years: Sequence[int]) -> pd.DataFrame:
    """What number does each scenario lead to, and how far is that from the first?

    Returns
    -------
    DataFrame
        A row a scenario and year: `scenario`, `year`, `estimate`, `low_80`, `high_80`, `conf_low`, `conf_high`,
        `below` (share of draws below the opening number), and `more`, `more_low`, `more_high`: the median difference
        from the first scenario, draw by draw, and its 95 % interval; all nought for the first itself.
    """
    rows = []
    for each in projections:
        for year in years:
            own, first = each.at(f"{year}-03"), projections[0].at(f"{year}-03")
            ends, apart = summary(own, (0.8,)), summary(own - first, ())
            rows.append(
                {
                    "scenario": each.label,
                    "year": int(year),
                    **{name: float(ends[name]) for name in ("estimate", "low_80", "high_80", "conf_low", "conf_high")},
                    "below": float((own < each.totals()[0, 0]).mean()),
                    "more": float(apart["estimate"]),
                    "more_low": float(apart["conf_low"]),
                    "more_high": float(apart["conf_high"]),
                }
            )
    return pd.DataFrame(rows)


def what_ifs(
    start: str,
    *,
    elsewhere: Rates,
    once: float,
    once_words: str,
    effect: Sequence[float],
    effect_words: str,
    phase_in: int = 12,
) -> tuple[Scenario, ...]:
    """Which scenarios does a page show? The usual ones, all from the same month on.

    Parameters
    ----------
    start
        First month affected, included.
    elsewhere
        Rates to be reached: those of the neighbours.
    once, once_words
        What entries are multiplied by to be what they once were, and when that was.
    effect, effect_words
        A programme's effect on entries: ratio, and both ends of its 95 % interval; and where it comes from.
    phase_in
        Months over which rates change that move to another level; the programme's effect comes at once.
    """
    ratio, low, high = (float(value) for value in effect)
    again = change("entries", start=start, ratio=once, phase_in=phase_in)
    in_step, out_step = (change(flow, start=start, reach=elsewhere, phase_in=phase_in) for flow in ("entries", "exits"))
    programme = change("entries", start=start, ratio=ratio, conf_low=low, conf_high=high)
    return (
        scenario(f"Starts return to the rate of {once_words}", again),
        scenario("Leaving reaches the neighbours' rates", out_step),
        scenario("Starts and leaving reach the neighbours' rates", in_step, out_step),
        scenario(f"Starts change as {effect_words}", programme),
    )


def project_each(
    rates: Rates, opening: Any, wanted: Sequence[Scenario], *, horizon: int, draws: int = 1000, rng: int
) -> list[Projection]:
    """Where does each scenario lead? First rates as they tend to move, then recent rates held, then those `wanted`.

    All come from one seed, so that their differences are of the scenario alone.
    """
    usual = project(rates, opening, horizon=horizon, draws=draws, rng=rng, scenario=scenario(USUAL))
    held = project(rates.held(), opening, horizon=horizon, draws=draws, rng=rng, scenario=scenario(HELD))
    rest = [project(rates, opening, horizon=horizon, draws=draws, rng=rng, scenario=each) for each in wanted]
    return [usual, held, *rest]


def by_itself(
    rates: Rates, outturn: pd.DataFrame, *, draws: int = 1000, rng: int, time: str = "year", value: str = "stock"
) -> pd.DataFrame:
    """Would the number have fallen by itself, with nobody's practice changing, as children grew up and left?

    The rates are held where they were: no wandering, no pull towards balance. What is left is the ages of the children
    already there, and chance.

    Parameters
    ----------
    rates
        As they were on the day the saying was made.
    outturn
        `time` and `value`: what was counted afterwards.

    Returns
    -------
    DataFrame
        A row a year after the last of the rates: `year`, `known` (stock at the start), `estimate`, `conf_low`,
        `conf_high`, `fall` (known − estimate), `fall_low`, `fall_high`, `falling` (share of draws below `known`),
        `turning_18` (median, in all since the start), `observed`, `observed_fall`, `share` (fall over observed fall)
        and `steady` (the number that these rates would settle to).
    """
    counted = outturn.dropna(subset=[value]).set_index(time)[value].astype(float)
    first = int(rates.years[-1])
    years = [int(year) for year in sorted(counted.index) if year > first]
    if not years:
        raise refuse(
            "stockflow.by_itself",
            "outturn",
            found=f"nothing after {first}",
            allowed="the stock of one year or more after the last of the rates",
            do="Give the stock that was counted afterwards.",
        )
    opening = dict(zip(rates.bands.names, np.round(rates.closing[-1])))
    ahead = project(rates.held(), opening, horizon=12 * (years[-1] - first), draws=draws, rng=rng)
    rows = []
    for year in years:
        found, k = ahead.at(f"{year}-03"), 12 * (year - first)
        known, seen = float(ahead.totals()[0, 0]), float(counted[year])
        ends = summary(found, ())
        rows.append(
            {
                "year": year,
                "known": known,
                **{name: float(ends[name]) for name in ("estimate", "conf_low", "conf_high")},
                "fall": known - float(ends["estimate"]),
                "fall_low": known - float(ends["conf_high"]),
                "fall_high": known - float(ends["conf_low"]),
                "falling": float((found < known).mean()),
                "turning_18": float(np.median(ahead.paths.aged_out[:, :k].sum(axis=1))),
                "observed": seen,
                "observed_fall": known - seen,
                "share": (known - float(ends["estimate"])) / (known - seen) if known != seen else np.nan,
                "steady": rates.steady(),
            }
        )
    return pd.DataFrame(rows)


def entry_ratio(rates: Rates, starts: float, population: float) -> float:
    """By what must entries be multiplied to be what they were in another year: so many `starts` of so many children?"""
    now = float(rates.weights @ rates.starts.sum(axis=1)) / rates.entry_scale
    return starts / population * PER / now
