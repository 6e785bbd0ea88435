"""What a placebo run says of the treated unit, in one row that a page can quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from btc_eval.inference.precision import critical
from btc_eval.its.options import ModelOptions, Term
from btc_eval.its.placebo import PlaceboInSpace, placebo_in_space
from btc_eval.its.placebo_time import PlaceboInTime
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import Event

#: Terms on the log scale in a count model, whose exponent is a ratio.
_RATIO_ESTIMATORS = ("poisson", "quasi-poisson", "quasi-poisson-ar1", "negative-binomial")


#: What each estimator is called in a table.
WORDS = {
    "ols": "Least squares",
    "newey-west": "Newey–West",
    "prais-winsten": "Prais–Winsten",
    "cochrane-orcutt": "Cochrane–Orcutt",
    "reml": "REML with AR(1) errors",
    "arima": "ARIMA errors",
    "poisson": "Poisson",
    "quasi-poisson": "Quasi-Poisson",
    "quasi-poisson-ar1": "Quasi-Poisson with AR(1)",
    "negative-binomial": "Negative binomial",
}


def named(table: pd.DataFrame) -> pd.DataFrame:
    """What is each estimator called? Adds the column `model` to a table that has `estimator`."""
    return table.assign(model=table["estimator"].map(WORDS))


def summarise(found: PlaceboInSpace, *, alpha: float = 0.05) -> pd.DataFrame:
    """Where does the treated unit stand, and what do the model and the placebos each say of it?

    Parameters
    ----------
    found
        The result of `its.placebo_in_space`.
    alpha
        Level at which an untreated unit counts as a false alarm.

    Returns
    -------
    DataFrame
        One row: term, estimate, conf_low, conf_high (the model's own interval), calibrated_low, calibrated_high,
        p_value (the model's), permutation_p, permutation_p_lower, rank (1 is the lowest), units, false_alarms (share
        of untreated units with the model's p below `alpha`), false_alarm_units (how many they are), wider (how many
        times wider the calibrated interval is), placebo_low, placebo_high (the middle 95 % of the untreated units'
        estimates). For count estimators estimates and ends are ratios; `wider` compares widths on the log scale.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import its
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"la": np.repeat([f"C{i:02d}" for i in range(20)], 24),
    ...     "month": list(pd.date_range("2020-01", periods=24, freq="MS")) * 20, "n": rng.poisson(50, 480)})
    >>> found = its.placebo_in_space(frame, unit="la", time="month", outcome="n", treated="C00", start="2021-01-01")
    >>> row = summarise(found).iloc[0]
    >>> bool(row["calibrated_low"] <= row["conf_low"] <= row["estimate"]), int(row["units"])
    (True, 20)
    """
    own = found.tidy().set_index("treated").loc[True]
    stretched = found.calibrated_interval()
    assert stretched.conf_low is not None  # both ends are always given by a calibrated interval
    assert stretched.conf_high is not None
    others = np.delete(found.estimates, found.treated)
    p_values = found.tidy().query("not treated")["p_value"].to_numpy()
    spread = np.quantile(others, [0.025, 0.975])
    shown = np.exp if found.method in _RATIO_ESTIMATORS else np.asarray
    return pd.DataFrame(
        {
            "term": [found.term],
            "estimate": shown(own["estimate"]),
            "conf_low": shown(own["conf_low"]),
            "conf_high": shown(own["conf_high"]),
            "calibrated_low": shown(stretched.conf_low),
            "calibrated_high": shown(stretched.conf_high),
            "p_value": own["p_value"],
            "permutation_p": found.p_value,
            "permutation_p_lower": found.p_value_lower,
            "rank": found.rank,
            "units": len(found.units),
            "false_alarms": found.false_alarms(alpha),
            "false_alarm_units": int((p_values < alpha).sum()),
            "wider": (stretched.conf_high - stretched.conf_low) / (own["conf_high"] - own["conf_low"]),
            "placebo_low": shown(spread[0]),
            "placebo_high": shown(spread[1]),
        }
    )


def standings(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    starts: Sequence[Any],
    variants: Mapping[str, Sequence[Event]] | None = None,
    terms: Sequence[Term] = ("level_change", "average_effect"),
    **options: Unpack[ModelOptions],
) -> pd.DataFrame:
    """Does the treated unit's place depend on the date, on what is adjusted for, or on which effect is asked about?

    Parameters
    ----------
    panel, unit, time, outcome, treated, **options
        As in `its.placebo_in_space`.
    starts
        First affected periods to try.
    variants
        Name of an adjustment to its events; one unadjusted run where `None`.
    terms
        Effects asked about.

    Returns
    -------
    DataFrame
        A row for each term, variant and start: `start`, `variant`, and the columns of `summarise`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import its
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"la": np.repeat([f"C{i:02d}" for i in range(20)], 24),
    ...     "month": list(pd.date_range("2020-01", periods=24, freq="MS")) * 20, "n": rng.poisson(50, 480)})
    >>> len(its.standings(frame, unit="la", time="month", outcome="n", treated="C00", starts=["2020-10", "2021-01"]))
    4
    """
    known = {"none": ()} if variants is None else dict(variants)
    rows = []
    for term in terms:
        for name, events in known.items():
            for start in starts:
                found = placebo_in_space(
                    panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, term=term,
                    **{**options, "events": tuple(events)},
                )  # fmt: skip
                rows.append(summarise(found).assign(start=found.start, variant=name))
    table = pd.concat(rows, ignore_index=True)
    return table[["start", "variant", *[column for column in table if column not in ("start", "variant")]]]


def dated(found: PlaceboInTime, fit: SegmentedFit) -> pd.DataFrame:
    """How does the level change at the true date compare with those the model finds at earlier dates?

    Parameters
    ----------
    found
        The result of `its.placebo_in_time` on dates before the true one.
    fit
        The same model at the true date.

    Returns
    -------
    DataFrame
        One row a date, the true one last: `start`, `estimate`, `conf_low`, `conf_high` (the model's interval, both ends
        included; ratios for count estimators), `p_value`, `kind` ("earlier date" or "true date").
    """
    shown = np.exp if found.method in _RATIO_ESTIMATORS else np.asarray
    half = critical(fit.spec.conf_level, found.degrees) * found.errors
    earlier = pd.DataFrame(
        {
            "start": pd.Index(list(found.starts)),
            "estimate": shown(found.estimates),
            "conf_low": shown(found.estimates - half),
            "conf_high": shown(found.estimates + half),
            "p_value": found.tidy()["p_value"],
            "kind": "earlier date",
        }
    )
    own = fit.tidy(exponentiate=True).set_index("term").loc[["level_change"], list(earlier.columns[1:5])]
    first = fit.series.clock.label(fit.design.interventions[0].first)
    true = own.assign(start=pd.Index([first]), kind="true date")[list(earlier.columns)]
    return pd.concat([earlier, true], ignore_index=True)


def ratios(found: PlaceboInSpace) -> pd.DataFrame:
    """What did the same model find in each unit, as ratios where the model is of counts?

    Returns
    -------
    DataFrame
        The columns of `PlaceboInSpace.tidy()`, with estimate, conf_low and conf_high as ratios for count estimators
        (`std_error` stays on the log scale), and `log_estimate`, on which the permutation test works.
    """
    table = found.tidy()
    table = table.assign(log_estimate=table["estimate"])
    if found.method in _RATIO_ESTIMATORS:
        table[["estimate", "conf_low", "conf_high"]] = np.exp(table[["estimate", "conf_low", "conf_high"]])
    return table


def summarise_dates(table: pd.DataFrame, *, ratio: bool = True, alpha: float = 0.05) -> pd.DataFrame:
    """At how many earlier dates does the model find a change as large, and at how many does it announce one?

    Parameters
    ----------
    table
        From `its.dated`.
    ratio
        Whether the estimates are ratios, so that distance is measured on their logarithm.
    alpha
        Level at which the model announces a change.

    Returns
    -------
    DataFrame
        One row: `dates` (earlier dates tried), `as_large` (as far from no change as at the true date), `announced` (with
        the model's p below `alpha`), `share_as_large`, `share_announced`.
    """
    size = np.abs(np.log(table["estimate"])) if ratio else table["estimate"].abs()
    earlier = (table["kind"] == "earlier date").to_numpy()
    as_large = int((size[earlier] >= size[~earlier].iloc[0]).sum())
    announced = int((table.loc[earlier, "p_value"] < alpha).sum())
    count = int(earlier.sum())
    return pd.DataFrame(
        {
            "dates": [count],
            "as_large": as_large,
            "announced": announced,
            "share_as_large": as_large / count,
            "share_announced": announced / count,
        }
    )


#: What each effect is called in a table.
EFFECTS = {"level_change": "First month", "slope_change": "Change a month", "average_effect": "Whole period"}


def worded(table: pd.DataFrame) -> pd.DataFrame:
    """What is each effect called? Adds the column `term_words` to a table that has `term`."""
    return table.assign(term_words=table["term"].map(EFFECTS))


def extremes(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Which rows hold the lowest and the highest value of a column? Adds `which`: "lowest" and "highest"."""
    rows = table.loc[[table[column].idxmin(), table[column].idxmax()]]
    return rows.assign(which=["lowest", "highest"]).reset_index(drop=True)
