"""The door: a tidy frame is checked whole, every fault reported at once, and trusted from here on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.inference import Floats, Ints
from btc_eval.its.clock import Clock, read_clock
from btc_eval.its.spec import COUNT_ESTIMATORS, KEEPS_TIME, Specification

#: Least points each side of an intervention (Cochrane EPOC) and in all; fewer are shown, not modelled.
LEAST_EACH_SIDE = 3
LEAST_POINTS = 8
#: Below this an interval rests on so little that it is labelled.
LOW_INFORMATION = 12


@dataclass(frozen=True, slots=True)
class Series:
    """One checked series: rows in order of time, one a period, every number finite.

    Parameters
    ----------
    clock
        Its time axis.
    periods
        (n,) periods from the first row; the first is 0, a jump of more than 1 is a gap.
    observed
        (n,) the outcome as given.
    exposure
        (n,) population over `per`, times days over the average month, as asked; 1 where neither was.
    columns
        Covariates and control series by name, each (n,).
    absent
        Periods between the first and the last with no row or no value.
    base
        (n,) added to the model on its own scale: a control series subtracted, or the log of one divided out; else 0.
    """

    clock: Clock
    periods: Ints
    observed: Floats
    exposure: Floats
    columns: dict[str, Floats]
    absent: tuple[int, ...]
    base: Floats

    @property
    def counts(self) -> bool:
        """Whether the outcome is counts: whole numbers, none below 0."""
        return bool((self.observed >= 0).all() and (self.observed == np.round(self.observed)).all())


class _Faults:
    def __init__(self) -> None:
        self.found: list[Refusal] = []

    def add(self, place: str, found: str, allowed: str, do: str) -> None:
        self.found.append(Refusal("its", place, found, allowed, do))

    def settle(self) -> None:
        if self.found:
            raise RefusedError(self.found)


def read_series(frame: pd.DataFrame, spec: Specification) -> Series:
    """Check `frame` against `spec` and return the series to be modelled.

    Raises
    ------
    RefusedError
        With every fault found: columns, order, duplicates, gaps, missing or infinite values, zero population.
    """
    wanted = [spec.time, spec.outcome, *spec.covariates, *spec.control]
    wanted += [spec.population] if spec.population else []
    require_columns(frame, wanted)
    if len(frame) == 0:
        raise refuse("its", "frame", found="no rows", allowed="one row a period", do="Give the series its rows.")
    clock, periods = read_clock(frame[spec.time], place=spec.time)
    faults = _Faults()
    _check_order(faults, clock, periods, spec.time)
    values = {name: _numbers(faults, frame[name], name) for name in dict.fromkeys(wanted[1:])}
    faults.settle()
    kept = np.isfinite(values[spec.outcome])
    for name in spec.control:
        kept &= np.isfinite(values[name])
    if not kept.any():
        raise refuse("its", spec.outcome, found="no value", allowed="numbers", do="Give the series its values.")
    first, last = np.flatnonzero(kept)[[0, -1]]
    clock = replace(clock, origin=clock.origin + int(periods[first]) * clock.step)
    periods = periods - periods[first]
    kept[: int(first)] = False
    kept[int(last) + 1 :] = False
    values = {name: column[kept] for name, column in values.items()}
    present = periods[kept]
    absent = tuple(sorted(set(range(int(present[-1]) + 1)) - set(present.tolist())))
    exposure = _exposure(faults, clock, present, values, spec)
    _check_values(faults, clock, present, absent, values, spec)
    faults.settle()
    others = {name: values[name] for name in (*spec.covariates, *spec.control)}
    return Series(clock, present, values[spec.outcome], exposure, others, absent, np.zeros(len(present)))


def require_columns(frame: pd.DataFrame, wanted: list[str]) -> None:
    """Refuse a frame without the columns named in the call."""
    if not isinstance(frame, pd.DataFrame):
        raise refuse("its", "frame", found=type(frame).__name__, allowed="a pandas DataFrame", do="Pass a tidy frame.")
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        raise refuse(
            "its",
            "columns",
            found=f"no column {', '.join(map(str, missing))}",
            allowed=", ".join(map(str, frame.columns)),
            do="Name a column that the frame has.",
        )


def _check_order(faults: _Faults, clock: Clock, periods: Ints, place: str) -> None:
    steps = np.diff(periods)
    values, counts = np.unique(periods, return_counts=True)
    if (counts > 1).any():
        again = ", ".join(clock.words(int(p)) for p in values[counts > 1][:5])
        faults.add(place, f"periods given more than once: {again}", "one row a period", "Keep one row for each period.")
    if (steps < 0).any():
        row = int(np.flatnonzero(steps < 0)[0]) + 2
        faults.add(place, f"row {row} earlier than the row before", "rows in order of time", "Sort the frame by time.")


def _numbers(faults: _Faults, column: pd.Series[Any], name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        faults.add(name, f"values of type {column.dtype}", "numbers", "Convert the column to numbers before the call.")
        return np.zeros(len(column))
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0]) + 1
        faults.add(name, f"an infinite value in row {row}", "finite numbers", "Find the division by zero behind it.")
    return np.asarray(values, dtype=float)


def _exposure(faults: _Faults, clock: Clock, present: Ints, values: dict[str, Floats], spec: Specification) -> Floats:
    exposure = np.ones(len(present))
    if spec.population:
        people = values[spec.population]
        wrong = ~(people > 0)
        if wrong.any():
            when = clock.words(int(present[np.flatnonzero(wrong)[0]]))
            faults.add(
                spec.population,
                f"a population of zero, below zero or missing in {when}",
                "a population above zero in every period",
                "Supply the population, or leave those periods out.",
            )
        else:
            exposure = exposure * people / spec.per
    if spec.days_in_month:
        if clock.unit != "month":
            faults.add(spec.time, f"periods of a {clock.frequency}", "months", "Leave out days_in_month.")
        else:
            exposure = exposure * clock.days(present) / (365.25 / 12 * clock.step)
    return exposure


def _check_values(
    faults: _Faults,
    clock: Clock,
    present: Ints,
    absent: tuple[int, ...],
    values: dict[str, Floats],
    spec: Specification,
) -> None:
    outcome = values[spec.outcome]
    for name in spec.covariates:
        if np.isnan(values[name]).any():
            when = clock.words(int(present[np.flatnonzero(np.isnan(values[name]))[0]]))
            faults.add(name, f"no value in {when}", "a value in every period", "Fill it from its source, or drop it.")
    if (outcome == 0).all():
        faults.add(spec.outcome, "zero in every period", "a series that moves", "Report the zeros as they are.")
    elif np.ptp(outcome) == 0:
        faults.add(spec.outcome, "the same value in every period", "a series that moves", "Check the extract.")
    if spec.estimator in COUNT_ESTIMATORS and (outcome < 0).any():
        when = clock.words(int(present[np.flatnonzero(outcome < 0)[0]]))
        faults.add(spec.outcome, f"a count below zero in {when}", "counts of 0 or more", "Use a linear estimator.")
    if absent and spec.estimator not in KEEPS_TIME:
        faults.add(spec.time, *missing_periods(clock, absent, spec.estimator))


def missing_periods(clock: Clock, absent: tuple[int, ...], estimator: str) -> tuple[str, str, str]:
    """Return what was found, what is allowed and what to do, where an estimator cannot take a missing period."""
    some = ", ".join(clock.words(p) for p in absent[:5])
    return (
        f"{len(absent)} missing periods ({some}{', …' if len(absent) > 5 else ''})",
        f"every period present for estimator {estimator!r}",
        "Use 'reml', 'arima' or, for counts, 'quasi-poisson-ar1', which keep true time, or supply the periods.",
    )
