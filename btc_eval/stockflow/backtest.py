"""Would it have worked? Projections from what was known on a day, beside what came after, for every council."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval import seeds
from btc_eval.errors import RefusedError, refuse
from btc_eval.inference import Floats
from btc_eval.inference.scoring import covered, crps
from btc_eval.stockflow.peers import band_flow, log_changes, persistence, straight_line
from btc_eval.stockflow.project import project
from btc_eval.stockflow.rated import Rates
from btc_eval.stockflow.rates import rates
from btc_eval.stockflow.result import LEVELS, summary
from btc_eval.stockflow.spec import Drift

#: The methods, in the order of a table.
METHODS = {
    "model": "This report's model",
    "chance alone": "The same, rates taken as steady",
    "persistence": "No change",
    "line": "Straight line through five years",
    "band flow": "Plain flow between age bands",
}


@dataclass(frozen=True, slots=True, eq=False)
class BackTest:
    """Forecasts beside outturns.

    Parameters
    ----------
    frame
        A row a council, year and method: `area_code`, `year`, `method`, `known` (stock at the origin), `estimate`
        (median), `low_50` and so on, `observed`, `error` (estimate − observed), `crps`, and `in_50` and so on (missing
        where the method gives no interval).
    origin
        The last year known.
    left_out
        Councils that could not be projected, with the reason.
    """

    frame: pd.DataFrame
    origin: int
    left_out: dict[str, str]

    def tidy(self) -> pd.DataFrame:
        """Which forecast was made for each council and year, and what happened?"""
        return self.frame.copy()

    def summary(self) -> pd.DataFrame:
        """How good was each method over all councils?

        Returns
        -------
        DataFrame
            `year`, `method`, `words`, `councils`, `coverage_50`, `coverage_80`, `coverage_95` (shares; missing without
            intervals), `error` (mean absolute error, children), `relative` (mean absolute error as a share of what was
            observed), `bias` (mean of error over observed), `crps` and `relative_crps`.
        """
        f = self.frame.assign(
            size=self.frame["error"].abs(),
            relative=(self.frame["error"] / self.frame["observed"]).abs(),
            bias=self.frame["error"] / self.frame["observed"],
            relative_crps=self.frame["crps"] / self.frame["observed"],
        )
        held = {f"coverage_{level * 100:g}": (f"in_{level * 100:g}", "mean") for level in LEVELS}
        found = (
            f.groupby(["year", "method"], sort=False)
            .agg(
                councils=("area_code", "nunique"),
                **held,
                error=("size", "mean"),
                relative=("relative", "mean"),
                bias=("bias", "mean"),
                crps=("crps", "mean"),
                relative_crps=("relative_crps", "mean"),
            )
            .reset_index()
        )
        found.insert(2, "words", found["method"].map(METHODS))
        return found

    def of(self, area_code: str) -> pd.DataFrame:
        """What was forecast for one council, by every method? With `words` for the method."""
        rows = self.frame[self.frame["area_code"] == area_code].reset_index(drop=True)
        if rows.empty:
            raise refuse(
                "stockflow.backtest",
                area_code,
                found=self.left_out.get(area_code, "no such council"),
                allowed="a council of the back-test",
                do="Look at .frame.",
            )
        return rows.assign(words=rows["method"].map(METHODS))


def backtest(
    stock: pd.DataFrame,
    starts: pd.DataFrame,
    ceases: pd.DataFrame,
    *,
    totals: pd.DataFrame,
    outturn: pd.DataFrame,
    origin: int,
    population: pd.DataFrame | None = None,
    ahead: int = 2,
    drift: Drift | None = None,
    area: str = "area_code",
    time: str = "year",
    draws: int = 1000,
    rng: np.random.Generator | int,
) -> BackTest:
    """Projected from what was known of `origin`, how near would each council's number have come?

    Parameters
    ----------
    stock, starts, ceases, population
        As `stockflow.rates` takes them, with a column `area`. Nothing after `origin` is looked at.
    totals
        Every council's history: `area`, `time` and `stock`; for the yardsticks. Nothing after `origin` is looked at.
    outturn
        What happened: `area`, `time`, `stock`.
    origin
        The year ending on the 31 March whose stock and flows were the last known.
    ahead
        Years projected.
    drift
        As for `stockflow.rates`. An honest test has learnt it from years up to `origin`.
    draws, rng
        As for `stockflow.project`.

    Returns
    -------
    BackTest
        Five methods: this model; this model with `Drift()`, which takes rates as steady; no change; a straight line;
        plain flow between age bands. Councils without an outturn have no row for that year.
    """
    known = {name: f[f[time] <= origin] for name, f in (("stock", stock), ("starts", starts), ("ceases", ceases))}
    past = totals[(totals[time] <= origin) & totals["stock"].notna()]
    later = outturn.dropna(subset=["stock"]).set_index([area, time])["stock"]
    spread = log_changes(past, ahead, area, time)
    people = None if population is None else population[population[time] <= origin]
    generator = seeds.generator(rng)
    rows: list[pd.DataFrame] = []
    left_out: dict[str, str] = {}
    for code in sorted({str(one) for one in known["stock"][area]}):
        own = {name: f[f[area] == code] for name, f in known.items()}
        own_people = None if people is None else people[people[area] == code]
        try:
            found = rates(own["stock"], own["starts"], own["ceases"], population=own_people, time=time, drift=drift)
        except RefusedError as error:
            left_out[code] = str(error.refusals[0])
            continue
        if int(found.years[-1]) != origin:
            left_out[code] = f"no flows for {origin}"
            continue
        history = past[past[area] == code].sort_values(time)
        forecasts = _forecasts(found, history, time, ahead, spread, draws, generator)
        rows += _scored(code, forecasts, later, origin, found)
    if not rows:
        raise refuse(
            "stockflow.backtest",
            f"{origin}",
            found="no council that could be projected and whose outturn is known",
            allowed="one or more",
            do="Look at the years of the frames.",
        )
    return BackTest(pd.concat(rows, ignore_index=True), origin, left_out)


def _forecasts(
    found: Rates,
    history: pd.DataFrame,
    time: str,
    ahead: int,
    spread: Floats,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Return each method's draws, (D, ahead); one draw for a method without doubt."""
    opening = _whole(found.closing[-1])
    counted = dict(zip(found.bands.names, opening))
    seed = int(rng.integers(2**63))
    years = history[time].to_numpy(dtype=float)
    values = history["stock"].to_numpy(dtype=float)
    ends = slice(12, None, 12)
    return {
        "model": project(found, counted, horizon=12 * ahead, draws=draws, rng=seed).totals()[:, ends],
        "chance alone": project(found.held(), counted, horizon=12 * ahead, draws=draws, rng=seed).totals()[:, ends],
        "persistence": persistence(float(opening.sum()), spread),
        "line": straight_line(years, values, float(found.years[-1]) + np.arange(1.0, ahead + 1.0)),
        "band flow": band_flow(found, opening.astype(float), ahead)[None, :],
    }


def _whole(values: Floats) -> Floats:
    """Return whole numbers with the same (rounded) sum: a lent age profile gives parts of children."""
    base = np.floor(values)
    short = round(float(values.sum())) - int(base.sum())
    order = np.argsort(base - values, kind="stable")
    base[order[:short]] += 1.0
    return np.asarray(base)


def _scored(
    code: str, forecasts: dict[str, Floats], later: pd.Series[float], origin: int, found: Rates
) -> list[pd.DataFrame]:
    out = []
    ahead = len(next(iter(forecasts.values()))[0])
    for k in range(ahead):
        year = origin + k + 1
        if (code, year) not in later.index:
            continue
        seen = np.array([float(later.loc[(code, year)])])
        for method, values in forecasts.items():
            column = values[:, k : k + 1]
            if np.isnan(column).any():
                continue
            doubt = len(column) > 1
            stats = {name: float(v[0]) for name, v in summary(column, LEVELS).items() if name != "mean"}
            held = covered(column, seen, LEVELS)[:, 0]
            row: dict[str, object] = {"area_code": code, "year": year, "method": method}
            row["known"] = float(found.closing[-1].sum())
            row |= {name: value if doubt or name == "estimate" else np.nan for name, value in stats.items()}
            row |= {"observed": seen[0], "error": stats["estimate"] - seen[0], "crps": float(crps(column, seen)[0])}
            row |= {f"in_{level * 100:g}": float(h) if doubt else np.nan for level, h in zip(LEVELS, held)}
            out.append(pd.DataFrame([row]))
    return out
