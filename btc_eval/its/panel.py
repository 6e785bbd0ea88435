"""The door for many units at once: a tidy panel becomes one matrix, every unit complete, or is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.inference import Floats, Ints
from btc_eval.its.clock import Clock, read_clock
from btc_eval.its.door import Series, require_columns
from btc_eval.its.spec import COUNT_ESTIMATORS, Specification


@dataclass(frozen=True, slots=True)
class Panel:
    """A complete panel: `observed` and `exposure` are (n, R), one column a unit, units in sorted order."""

    clock: Clock
    periods: Ints
    units: tuple[str, ...]
    observed: Floats
    exposure: Floats

    def series(self) -> Series:
        """Return the time axis as a series, for building the design that every unit shares."""
        return Series(
            self.clock, self.periods, self.observed[:, 0], self.exposure[:, 0], {}, (), np.zeros(len(self.periods))
        )

    def before(self, last: int) -> Panel:
        """Return the panel up to, not including, period `last`."""
        keep = self.periods < last
        return Panel(self.clock, self.periods[keep], self.units, self.observed[keep], self.exposure[keep])


def read_panel(frame: pd.DataFrame, unit: str, spec: Specification) -> Panel:
    """Check a tidy panel (one row a unit and period) and return its matrix.

    Raises
    ------
    RefusedError
        Duplicate rows, missing or infinite values, units with gaps, zero population, a unit with nothing in it.
    """
    wanted = [unit, spec.time, spec.outcome, *([spec.population] if spec.population else [])]
    require_columns(frame, wanted)
    if len(frame) == 0:
        raise refuse("its", "panel", found="no rows", allowed="one row a unit and period", do="Check the extract.")
    frame = frame[wanted]
    order = frame.sort_values(spec.time, kind="stable")
    clock, periods = read_clock(order[spec.time], place=spec.time)
    codes, units = pd.factorize(order[unit].astype(str), sort=True)
    faults: list[Refusal] = []
    keys = periods * len(units) + codes
    again = keys[pd.Series(keys).duplicated().to_numpy()]
    if len(again):
        some = ", ".join(f"{units[k % len(units)]} {clock.words(int(k // len(units)))}" for k in again[:5])
        raise refuse(
            "its",
            unit,
            found=f"more than one row for {some}",
            allowed="one row a unit and period",
            do="Keep one row for each.",
        )
    span = np.unique(periods)
    whole = np.full((int(span[-1]) + 1, len(units)), np.nan)
    observed = _fill(whole, periods, codes, order[spec.outcome], spec.outcome, faults)
    exposure = np.ones_like(observed)
    if spec.population:
        people = _fill(whole, periods, codes, order[spec.population], spec.population, faults)
        _name(faults, spec.population, ~(people > 0).all(axis=0), units, "a population above zero in every period")
        exposure = people / spec.per
    if spec.days_in_month:
        days = clock.days(np.arange(len(observed), dtype=np.int64)) / (365.25 / 12 * clock.step)
        exposure = exposure * days[:, None]
    _name(faults, spec.outcome, np.isnan(observed).any(axis=0), units, "a value in every period of the panel")
    _name(faults, spec.outcome, (observed == 0).all(axis=0), units, "a unit with something in it")
    if spec.estimator in COUNT_ESTIMATORS:
        _name(faults, spec.outcome, (observed < 0).any(axis=0), units, "counts of 0 or more")
    if faults:
        raise RefusedError(faults)
    axis = np.arange(len(observed), dtype=np.int64)
    return Panel(clock, axis, tuple(str(u) for u in units), observed, exposure)


def _fill(
    empty: Floats, periods: Ints, codes: Ints, column: pd.Series[float], name: str, faults: list[Refusal]
) -> Floats:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise refuse("its", name, found=f"values of type {column.dtype}", allowed="numbers", do="Convert the column.")
    values = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        count = int(np.isinf(values).sum())
        faults.append(Refusal("its", name, f"{count} infinite values", "finite numbers", "Find the division by zero."))
    filled = empty.copy()
    filled[periods, codes] = values
    return filled


def _name(faults: list[Refusal], place: str, wrong: Any, units: pd.Index, allowed: str) -> None:
    if wrong.any():
        some = ", ".join(str(u) for u in units[wrong][:5])
        found = f"{int(wrong.sum())} of {len(units)} units without it ({some}{', …' if wrong.sum() > 5 else ''})"
        faults.append(Refusal("its", place, found, allowed, "Leave those units out of the panel before the call."))


def treated_position(data: Panel, treated: str, unit: str) -> int:
    """Find the treated unit; refuse one that is not there, or that is alone."""
    if str(treated) not in data.units:
        raise refuse(
            "its",
            "treated",
            found=str(treated),
            allowed=f"one of the {len(data.units)} units in {unit}",
            do="Name the unit as the panel does.",
        )
    if len(data.units) < 2:
        raise refuse(
            "its",
            unit,
            found="no unit besides the treated one",
            allowed="at least one placebo unit",
            do="Add the other units to the panel.",
        )
    return data.units.index(str(treated))
