"""How a synthetic control is to be made: the choices, the predictors, and the one call that makes the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.synthetic import Weights, augmented, classic, demeaned
from btc_eval.inference.synthetic_did import Solver, classic_by_steps, synthetic_did
from btc_eval.inference.synthetic_predictors import nested
from btc_eval.its.synthetic_panel import Faults, Panel, named, read_numbers, read_times

Method = Literal["classic", "demeaned", "augmented", "sdid"]


@dataclass(frozen=True, slots=True)
class Predictor:
    """Something known before the start that foretells the outcome: the mean of a column over some periods.

    Parameters
    ----------
    column
        A column of the panel; the outcome itself is allowed.
    first, last
        Periods, both included; `None` is the first period of the panel and the last before the start. A mean is taken
        over the values present, so a column filled every other year is read as it is.
    """

    column: str
    first: Any | None = None
    last: Any | None = None

    @property
    def name(self) -> str:
        """How the predictor is called in tables."""
        if self.first is None and self.last is None:
            return self.column
        if self.first == self.last:
            return f"{self.column} {self.first}"
        return f"{self.column} {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Design:
    """The choices behind a synthetic control, frozen before anything is estimated.

    Parameters
    ----------
    names, values
        Predictor names, and their values of shape (predictors, units); `None` where weights come from outcomes alone.
    importance
        Shape (predictors,): importances given by the caller, or `None` to estimate them.
    window
        Shape (periods before,): the periods whose gaps are made small.
    """

    method: Method
    solver: Solver
    ridge: float | None
    searches: int
    seed: int
    window: Bools
    names: tuple[str, ...] = ()
    values: Floats | None = None
    importance: Floats | None = None

    def weigh(self, outcomes: Floats, before: int, treated: Ints, pool: Bools) -> list[Weights]:
        """Make the weights of many runs.

        Parameters
        ----------
        outcomes
            Shape (periods, units).
        before
            Periods before the start.
        treated
            Shape (runs,): the unit taken as treated.
        pool
            Shape (runs, units): the donors of each run.

        Returns
        -------
        list of Weights
            `.donors` has an entry for every unit, nought outside the pool.
        """
        if self.method == "sdid":
            return synthetic_did(outcomes, before, treated, pool, solver=self.solver)
        if self.solver == "frank-wolfe":
            return classic_by_steps(outcomes, before, treated, pool)
        earlier = outcomes[:before][self.window]
        runs = [self._one(earlier, int(unit), np.flatnonzero(donors)) for unit, donors in zip(treated, pool)]
        return [_spread(run, np.flatnonzero(donors), outcomes.shape[1]) for run, donors in zip(runs, pool)]

    def _one(self, earlier: Floats, unit: int, donors: Ints) -> Weights:
        X, x = earlier[:, donors], earlier[:, unit]
        if self.method == "demeaned":
            return demeaned(X, x)
        if self.method == "augmented":
            return augmented(X, x, ridge=self.ridge)
        if self.values is None:
            return classic(X, x)
        return nested(
            self.values[:, donors],
            self.values[:, unit],
            X,
            x,
            importance=self.importance,
            searches=self.searches,
            seed=self.seed,
        )


def _spread(fit: Weights, donors: Ints, units: int) -> Weights:
    weights = np.zeros(units)
    weights[donors] = fit.donors
    return replace(fit, donors=weights)


def check_options(
    method: str, solver: str | None, predictors: Any, importance: Any, window: Any, ridge: float | None, searches: int
) -> Solver:
    """Refuse options that do not go together; return the solver."""
    wrong = []
    if method not in get_args(Method):
        wrong.append(f"method {method!r} is not one of {', '.join(get_args(Method))}.")
    if solver not in (None, *get_args(Solver)):
        wrong.append(f"solver {solver!r} is not one of {', '.join(get_args(Solver))}.")
    if predictors and method != "classic":
        wrong.append(f"predictors are used by method='classic' only; drop them, or leave method={method!r}.")
    if importance is not None and not predictors:
        wrong.append("importance needs predictors to apply to.")
    if window is not None and method == "sdid":
        wrong.append("fit_window does not apply to method='sdid', which weights the periods itself.")
    if solver == "frank-wolfe" and (method in ("demeaned", "augmented") or predictors or window is not None):
        wrong.append("solver='frank-wolfe' is for method='sdid', or 'classic' without predictors or fit_window.")
    if ridge is not None and (method != "augmented" or not ridge > 0):
        wrong.append("ridge is a number above nought, for method='augmented' only.")
    if searches < 3:
        wrong.append("searches is 3 or more.")
    if wrong:
        raise UsageError("its.synthetic_control: " + " ".join(wrong))
    if solver is not None:
        return "exact" if solver == "exact" else "frank-wolfe"
    return "frank-wolfe" if method == "sdid" else "exact"


def as_predictors(predictors: Sequence[str | tuple[Any, ...] | Predictor]) -> tuple[Predictor, ...]:
    """Return predictors as records: a column name, ``(column, first, last)`` or a `Predictor` each."""
    if isinstance(predictors, str):
        raise UsageError(f"its.synthetic_control: predictors is a list; write predictors=[{predictors!r}].")
    made = []
    for item in predictors:
        if isinstance(item, Predictor):
            made.append(item)
        elif isinstance(item, str):
            made.append(Predictor(item))
        elif isinstance(item, tuple) and len(item) in (2, 3):
            made.append(Predictor(item[0], item[1], item[-1]))
        else:
            raise UsageError(f"its.synthetic_control: {item!r} is no column, (column, first, last) or its.Predictor.")
    return tuple(made)


def read_predictors(
    faults: Faults, frame: pd.DataFrame, panel: Panel, predictors: tuple[Predictor, ...], unit: str, time: str
) -> Floats:
    """Return predictor values, shape (predictors, units), noting every fault."""
    absent = [p.column for p in predictors if p.column not in frame.columns]
    if absent:
        faults.add("predictors", f"no column {named(absent)}", f"{named(frame.columns)}", "Name columns of the frame.")
        faults.settle()
    column = pd.Index(panel.units).get_indexer(pd.Index(frame[unit]))
    positions = read_times(faults, frame[time], time)[1]
    values = np.full((len(predictors), len(panel.units)), np.nan)
    for row, predictor in enumerate(predictors):
        numbers = read_numbers(faults, frame[predictor.column], predictor.column)
        last_before = int(panel.periods[panel.before - 1])
        first = 0 if predictor.first is None else panel.clock.index(predictor.first, place=predictor.column)
        last = last_before if predictor.last is None else panel.clock.index(predictor.last, place=predictor.column)
        if last > last_before:
            faults.add(
                predictor.name,
                f"a window up to {panel.clock.words(last)}",
                f"periods before the start, up to {panel.clock.words(last_before)}",
                "End the window sooner: what came after the start may be an effect of it.",
            )
            continue
        inside = (positions >= first) & (positions <= last) & np.isfinite(numbers)
        count = np.bincount(column[inside], minlength=len(panel.units))
        total = np.bincount(column[inside], weights=numbers[inside], minlength=len(panel.units))
        values[row] = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
        without = [panel.units[i] for i in np.flatnonzero(count == 0)]
        if without:
            faults.add(
                predictor.name,
                f"no value for {named(without)}",
                "one value or more for every unit in the window",
                "Widen the window, leave the predictor out, or leave those units out.",
            )
        elif np.ptp(values[row]) == 0:
            faults.add(predictor.name, "the same value for every unit", "values that differ", "Leave it out.")
    faults.settle()
    return values


def read_importance(faults: Faults, importance: Any, names: tuple[str, ...]) -> Floats | None:
    """Return given importances in the order of the predictors; a mapping by name or a sequence."""
    if importance is None:
        return None
    if isinstance(importance, Mapping):
        strange = [name for name in importance if name not in names]
        missing = [name for name in names if name not in importance]
        if strange or missing:
            faults.add(
                "importance",
                f"missing: {named(missing) or 'none'}; not a predictor: {named(strange) or 'none'}",
                f"one number for each of {named(names)}",
                "Name every predictor once.",
            )
            faults.settle()
        importance = [importance[name] for name in names]
    numbers = np.asarray(importance, dtype=float)
    if numbers.shape != (len(names),) or not np.isfinite(numbers).all() or (numbers < 0).any() or not numbers.sum() > 0:
        faults.add("importance", f"{numbers.tolist()}", f"{len(names)} numbers of nought or more", "Give one each.")
        faults.settle()
    return numbers
