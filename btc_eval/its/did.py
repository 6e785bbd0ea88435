"""Difference in differences and event studies, also where units begin at different times.

The estimation is the library diff-diff's (Callaway and Sant'Anna's group-time effects, and the pooled two-by-two); the
door, the vocabulary and the refusals are ours. It is an optional extra: ``pip install 'btc_eval[did]'``. With one
treated unit use `its.gap_change` or `its.synthetic_control`: no cluster-robust standard error means anything there.

References
----------
Callaway, B. and Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time periods. Journal of
Econometrics 225, 200–230.
Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing. Journal of Econometrics 225,
254–277.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError, refuse
from btc_eval.its.did_panel import Adoption, read_adoption
from btc_eval.its.did_result import DifferenceInDifferences, EventStudy, event_study_of, overall_of, two_by_two_of

Method = Literal["callaway-santanna", "two-by-two"]
Control = Literal["never", "not yet"]
Adjustment = Literal["dr", "reg", "ipw"]

_CONTROL = {"never": "never_treated", "not yet": "not_yet_treated"}


def difference_in_differences(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first_treated: str | None = None,
    treated: Sequence[Any] | None = None,
    start: Any | None = None,
    method: Method = "callaway-santanna",
    control: Control = "never",
    covariates: Sequence[str] = (),
    adjustment: Adjustment = "dr",
    cluster: str | None = None,
    level: float = 0.95,
) -> DifferenceInDifferences:
    """By how much did treated units change beyond what untreated ones did?

    Parameters
    ----------
    panel
        A tidy frame, one row a unit and period, in any order. Not changed.
    unit, time, outcome
        Columns: the unit's name, the period (dates or whole numbers), and a number.
    first_treated
        Column with each unit's first affected period, the same in all its rows; empty or 0 for never.
    treated, start
        Instead of `first_treated`: the treated units, and the first affected period they share.
    method
        "callaway-santanna": the effect of each group of starters in each period against units not treated, averaged
        over treated units and periods; needs a value for every unit and period. "two-by-two": one regression of the
        outcome on being treated, being after the start, and both; for a single start date.
    control
        Compare with units "never" treated, or also with those "not yet" treated.
    covariates
        Columns to adjust for. With "callaway-santanna" their values at the last period before the start are used.
    adjustment
        How: "dr" doubly robust, "reg" outcome regression, "ipw" inverse probability weighting.
    cluster
        Column of groups whose errors move together; `None` is `unit`.
    level
        Coverage of intervals.

    Returns
    -------
    DifferenceInDifferences
        `.tidy()` gives one row, term "att"; `.groups()` and `.group_times()` its parts; `.checks()` verdicts.

    Raises
    ------
    UsageError
        Where diff-diff is not installed, or options do not go together.
    RefusedError
        Duplicates, gaps, infinite values, fewer than two treated or untreated clusters, units treated from the first
        period, a start outside the panel: every fault at once.

    Examples
    --------
    >>> import pandas as pd
    >>> difference_in_differences(pd.DataFrame(), unit="u", time="t", outcome="y", level=95)
    Traceback (most recent call last):
    ...
    btc_eval.errors.UsageError: its.difference_in_differences: level 95 is not between 0 and 1, such as 0.95.
    """
    door = "its.difference_in_differences"
    _check_options(door, method, control, adjustment, level)
    adoption = read_adoption(
        door, panel, unit, time, outcome, first_treated, treated, start, covariates, cluster, method != "two-by-two"
    )
    if method == "two-by-two":
        return _two_by_two(door, adoption, covariates, level)
    fitted, notes = _callaway(door, adoption, control, covariates, adjustment, level)
    return overall_of(fitted, adoption, notes, f"Callaway–Sant'Anna, {control}-treated controls, {adjustment}", level)


def event_study(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    first_treated: str | None = None,
    treated: Sequence[Any] | None = None,
    start: Any | None = None,
    control: Control = "never",
    covariates: Sequence[str] = (),
    adjustment: Adjustment = "dr",
    cluster: str | None = None,
    level: float = 0.95,
) -> EventStudy:
    """How did the effect grow with time since the start, and did the groups already part before it?

    Parameters as in `difference_in_differences`, method "callaway-santanna".

    Returns
    -------
    EventStudy
        `.tidy()` gives a row for each period since the start (0 is the first affected): term "event_0", "event_-2", …
        Effects before the start compare each period with the one before it, and should lie about nought.

    Examples
    --------
    >>> import pandas as pd
    >>> event_study(pd.DataFrame(), unit="u", time="t", outcome="y", control="later")
    Traceback (most recent call last):
    ...
    btc_eval.errors.UsageError: its.event_study: control 'later' is not one of never, not yet.
    """
    door = "its.event_study"
    _check_options(door, "callaway-santanna", control, adjustment, level)
    adoption = read_adoption(
        door, panel, unit, time, outcome, first_treated, treated, start, covariates, cluster, balanced=True
    )
    fitted, notes = _callaway(door, adoption, control, covariates, adjustment, level)
    return event_study_of(fitted, adoption, notes, level)


def _check_options(door: str, method: str, control: str, adjustment: str, level: float) -> None:
    for name, value, options in (
        ("method", method, get_args(Method)),
        ("control", control, get_args(Control)),
        ("adjustment", adjustment, get_args(Adjustment)),
    ):
        if value not in options:
            raise UsageError(f"{door}: {name} {value!r} is not one of {', '.join(options)}.")
    if not 0 < level < 1:
        raise UsageError(f"{door}: level {level!r} is not between 0 and 1, such as 0.95.")


def _library(door: str) -> ModuleType:
    try:
        return importlib.import_module("diff_diff")
    except ImportError:
        raise UsageError(
            f"{door} needs the optional package diff-diff, which is not installed. Install it with "
            "pip install 'btc_eval[did]', or use its.gap_change or its.synthetic_control, which need nothing more."
        ) from None


def _callaway(
    door: str, adoption: Adoption, control: Control, covariates: Sequence[str], adjustment: Adjustment, level: float
) -> tuple[Any, tuple[str, ...]]:
    library = _library(door)
    if control == "never" and not (adoption.first == 0).any():
        raise refuse(
            door,
            "control",
            found="no unit that is never treated",
            allowed="two or more never-treated units, or control='not yet'",
            do="Pass control='not yet', or add untreated units.",
        )
    model = library.CallawaySantAnna(
        control_group=_CONTROL[control],
        estimation_method=adjustment,
        alpha=1.0 - level,
        cluster="cluster" if adoption.clustered else None,
        rank_deficient_action="error",
    )
    names = [f"x{i}" for i in range(len(covariates))] or None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fitted = model.fit(
                adoption.frame(), outcome="y", unit="unit", time="time", first_treat="first", covariates=names
            )
        except (ValueError, np.linalg.LinAlgError) as error:
            raise _not_estimable(door, error) from error
    return fitted, tuple(str(warning.message) for warning in caught)


def _two_by_two(door: str, adoption: Adoption, covariates: Sequence[str], level: float) -> DifferenceInDifferences:
    library = _library(door)
    starts = sorted({int(first) for first in adoption.first if first})
    if len(starts) != 1:
        raise refuse(
            door,
            "first_treated",
            found=f"{len(starts)} different start dates",
            allowed="one, with method='two-by-two'",
            do="Use method='callaway-santanna', which is made for staggered starts.",
        )
    frame = adoption.frame()
    frame["treated"] = (frame["first"] > 0).astype(int)
    frame["post"] = (frame["time"] >= starts[0]).astype(int)
    names = [f"x{i}" for i in range(len(covariates))] or None
    model = library.DifferenceInDifferences(
        cluster="cluster", alpha=1.0 - level, df_convention="cluster", rank_deficient_action="error"
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fitted = model.fit(frame, outcome="y", treatment="treated", post="post", covariates=names)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise _not_estimable(door, error) from error
    return two_by_two_of(fitted, adoption, tuple(str(warning.message) for warning in caught), level)


def _not_estimable(door: str, error: Exception) -> Exception:
    return refuse(
        door,
        "panel",
        found=f"an effect that cannot be estimated ({error})",
        allowed="treated and untreated units before and after each start, and covariates that differ",
        do="Look at the groups by start date; drop those without comparisons, or a covariate that repeats another.",
    )
