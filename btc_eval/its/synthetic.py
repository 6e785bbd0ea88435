"""Synthetic control: what would have happened to the treated unit, told from a mixture of untreated ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.inference import Bools
from btc_eval.inference.synthetic_did import Solver
from btc_eval.its.synthetic_design import (
    Design,
    Method,
    Predictor,
    as_predictors,
    check_options,
    read_importance,
    read_predictors,
)
from btc_eval.its.synthetic_panel import Faults, Panel, read_panel
from btc_eval.its.synthetic_result import SyntheticControl

_DOOR = "its.synthetic_control"


def synthetic_control(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Any,
    start: Any,
    method: Method = "classic",
    predictors: Sequence[str | tuple[Any, ...] | Predictor] | None = None,
    importance: Mapping[str, float] | Sequence[float] | None = None,
    fit_window: tuple[Any, Any] | None = None,
    fewest_before: int = 5,
    ridge: float | None = None,
    solver: Solver | None = None,
    searches: int = 80,
    seed: int = 0,
) -> SyntheticControl:
    """What would have happened to the treated unit, told from a weighted mixture of untreated ones?

    Parameters
    ----------
    panel
        A tidy frame, one row a unit and period, in any order. Not changed.
    unit, time, outcome
        Columns: the unit's name, the period (dates or whole numbers), and a number, complete for every unit.
    treated
        The treated unit, a value of `unit`; every other unit in the panel is a donor.
    start
        First affected period, included.
    method
        "classic" (Abadie, Diamond and Hainmueller 2010), with `predictors` or from earlier outcomes alone;
        "demeaned", which matches movements and lets levels differ (Doudchenko and Imbens 2016; Ferman and Pinto 2021);
        "augmented" by ridge regression, for an imperfect fit (Ben-Michael, Feller and Rothstein 2021);
        "sdid", synthetic difference in differences (Arkhangelsky and others 2021).
    predictors
        For "classic": columns averaged over the periods before the start, ``(column, first, last)`` or `Predictor`
        records. Their importance is chosen so that earlier outcomes are followed closely.
    importance
        Importances to use instead, by predictor name or in order, such as those trained on an earlier window.
    fit_window
        First and last period, both included, whose gaps are made small; `None` is every period before the start.
    fewest_before
        Fewest periods before the start.
    ridge
        Penalty for "augmented", in squared units of the outcome; `None` chooses it by leaving periods out.
    solver
        "exact" finds the minimum; "frank-wolfe" stops where the R package synthdid does, to meet its numbers. `None`
        is "frank-wolfe" for "sdid" and "exact" otherwise.
    searches, seed
        Number of searches for the predictors' importance, and the seed of their random starts.

    Returns
    -------
    SyntheticControl
        `.weights`, `.att`, `.gaps()`, `.placebo()`, `.leave_one_out()`, `.placebo_in_time()`, `.conformal()`,
        `.fit_quality()` and `.tidy()`.

    Raises
    ------
    RefusedError
        Duplicates, gaps, infinite values, no donors, the treated unit absent, a start outside the panel or with too
        few periods before it, predictors that look past the start: every fault at once.
    UsageError
        Options that do not go together.

    References
    ----------
    Abadie, A. (2021). Using synthetic controls: feasibility, data requirements, and methodological aspects. Journal of
    Economic Literature 59, 391–425.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(u, 2010 + t, base + slope * t + (t == 6) * (u == "A"))
    ...         for u, base, slope in [("A", 2, 2), ("B", 1, 1), ("C", 3, 3)] for t in range(7)]
    >>> panel = pd.DataFrame(rows, columns=["council", "year", "rate"])
    >>> found = synthetic_control(panel, unit="council", time="year", outcome="rate", treated="A", start=2016)
    >>> found.weights["weight"].round(3).tolist(), round(found.att, 3)
    ([0.5, 0.5], 1.0)
    """
    chosen = as_predictors(predictors or ())
    how = check_options(method, solver, chosen, importance, fit_window, ridge, searches)
    checked = read_panel(
        panel,
        design=_DOOR,
        unit=unit,
        time=time,
        outcome=outcome,
        treated=treated,
        start=start,
        fewest_before=max(fewest_before, 2),
        fewest_donors=2,
    )
    faults = Faults(_DOOR)
    window = _window(faults, checked, fit_window)
    names = tuple(predictor.name for predictor in chosen)
    design = Design(
        method,
        how,
        ridge,
        searches,
        seed,
        window,
        names=names,
        values=read_predictors(faults, panel, checked, chosen, unit, time) if chosen else None,
        importance=read_importance(faults, importance, names),
    )
    own = checked.outcomes[: checked.before, checked.treated][window]
    if np.ptp(own) == 0:
        faults.add(
            outcome,
            f"{own[0]:g} for the treated unit in every period before the start",
            "a series that moves",
            "There is nothing for the donors to follow: compare levels with its.gap_change.",
        )
    faults.settle()
    pool = np.ones((1, len(checked.units)), dtype=bool)
    pool[0, checked.treated] = False
    fit = design.weigh(checked.outcomes, checked.before, np.array([checked.treated]), pool)[0]
    return SyntheticControl(checked, design, fit, outcome, max(fewest_before, 2))


def _window(faults: Faults, panel: Panel, fit_window: tuple[Any, Any] | None) -> Bools:
    earlier = panel.periods[: panel.before]
    if fit_window is None:
        return np.ones(len(earlier), dtype=bool)
    first, last = (panel.clock.index(when, place="fit_window") for when in fit_window)
    window = np.asarray((earlier >= first) & (earlier <= last))
    if window.sum() < 2 or last > earlier[-1]:
        faults.add(
            "fit_window",
            f"{fit_window[0]} to {fit_window[1]}",
            f"two periods or more from {panel.clock.words(0)} to {panel.clock.words(int(earlier[-1]))}",
            "Choose a window before the start.",
        )
    faults.settle()
    return window
