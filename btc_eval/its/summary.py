"""What a placebo run says of the treated unit, in one row that a page can quote."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.its.placebo import PlaceboInSpace
from btc_eval.its.result import SegmentedFit

#: Terms on the log scale in a count model, whose exponent is a ratio.
RATIO_ESTIMATORS = ("poisson", "quasi-poisson", "quasi-poisson-ar1", "negative-binomial")


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
    shown = np.exp if found.method in RATIO_ESTIMATORS else np.asarray
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
    if found.method in RATIO_ESTIMATORS:
        table[["estimate", "conf_low", "conf_high"]] = np.exp(table[["estimate", "conf_low", "conf_high"]])
    return table


def checked(fit: SegmentedFit) -> pd.DataFrame:
    """Which checks did this fit pass? `check`, `verdict` and `detail`, in the order of `fit.checks()`."""
    return pd.DataFrame(
        [(one.name, one.verdict.value, one.detail) for one in fit.checks()], columns=["check", "verdict", "detail"]
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
