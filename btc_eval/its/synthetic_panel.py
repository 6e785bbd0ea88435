"""The door of the comparative designs: a panel is checked whole and returned as one array, units side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.inference import Floats, Ints
from btc_eval.its.clock import Clock, read_clock

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Panel:
    """A checked, balanced panel.

    Parameters
    ----------
    clock
        Its time axis, with its origin at the first period of the panel.
    periods
        Shape (periods,): positions on the clock, rising; the first is 0.
    units
        Names of the units, sorted as text, so that the order of the caller's rows never matters.
    outcomes
        Shape (periods, units): the outcome, every value finite (or, where gaps were allowed, NaN).
    treated
        Position of the treated unit in `units`.
    before
        Number of periods before the start.
    """

    clock: Clock
    periods: Ints
    units: tuple[Any, ...]
    outcomes: Floats
    treated: int
    before: int

    @property
    def times(self) -> pd.Index:
        """The periods as the caller wrote them (dates or whole numbers)."""
        return self.clock.labels(self.periods)

    @property
    def donors(self) -> Ints:
        """Positions of every unit but the treated."""
        return np.flatnonzero(np.arange(len(self.units)) != self.treated)


class Faults:
    """Faults gathered at one door, raised together."""

    def __init__(self, design: str) -> None:
        self.design = design
        self.found: list[Refusal] = []

    def add(self, place: str, found: str, allowed: str, do: str) -> None:
        """Note one fault."""
        self.found.append(Refusal(self.design, place, found, allowed, do))

    def settle(self) -> None:
        """Raise every fault noted, if any was."""
        if self.found:
            raise RefusedError(self.found)


def named(items: Iterable[Any]) -> str:
    """Return the first few names, and how many more there are."""
    names = [str(item) for item in items]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def require_frame(faults: Faults, frame: Any, columns: Sequence[str]) -> None:
    """Refuse anything but a frame with rows and the named columns."""
    if not isinstance(frame, pd.DataFrame):
        faults.add("panel", f"a {type(frame).__name__}", "a pandas DataFrame, one row a unit and period", "Pass one.")
    else:
        missing = [column for column in columns if column not in frame.columns]
        if missing:
            faults.add(
                "columns",
                f"no column {named(missing)}",
                f"columns of the frame: {named(frame.columns)}",
                "Name columns that the frame has.",
            )
        elif frame.empty:
            faults.add("panel", "no rows", "one row a unit and period", "Check the filter that made the panel.")
    faults.settle()


def read_numbers(faults: Faults, column: pd.Series[Any], name: str) -> Floats:
    """Return a column as floats with NaN where empty, noting what is not a finite number."""
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        faults.add(name, f"values of type {column.dtype}", "numbers", "Convert the column to numbers before the call.")
        return np.zeros(len(column))
    values = np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    if np.isinf(values).any():
        rows = np.flatnonzero(np.isinf(values)) + 1
        faults.add(name, f"infinite values in rows {named(rows)}", "finite numbers", "Find the division by zero.")
        values = np.where(np.isinf(values), 0.0, values)
    return values


def read_times(faults: Faults, column: pd.Series[Any], name: str) -> tuple[Clock, Ints]:
    """Return the clock of a panel, its origin at the earliest period, and each row's position on it."""
    if column.isna().any():
        rows = np.flatnonzero(column.isna()) + 1
        faults.add(name, f"no time in rows {named(rows)}", "a time in every row", "Give each row its period.")
        faults.settle()
    if pd.api.types.is_float_dtype(column.dtype) and (column == column.round()).all():
        column = column.astype("int64")
    clock, periods = read_clock(column, place=name)
    first = int(periods.min())
    return replace(clock, origin=clock.origin + first * clock.step), periods - first


def read_panel(
    frame: pd.DataFrame,
    *,
    design: str,
    unit: str,
    time: str,
    outcome: str,
    treated: Any,
    start: Any,
    fewest_before: int,
    fewest_donors: int,
) -> Panel:
    """Check `frame` and return it as an array; `start` is the first affected period.

    Raises
    ------
    RefusedError
        With every fault found: columns, keys, duplicates, infinite values, gaps, the treated unit, the start.
    """
    faults = Faults(design)
    require_frame(faults, frame, [unit, time, outcome])
    if frame[unit].isna().any():
        rows = np.flatnonzero(frame[unit].isna()) + 1
        faults.add(unit, f"no unit in rows {named(rows)}", "a unit in every row", "Give each row its unit.")
    values = read_numbers(faults, frame[outcome], outcome)
    clock, positions = read_times(faults, frame[time], time)
    faults.settle()
    order = sorted(frame[unit].unique(), key=str)
    column = pd.Index(order).get_indexer(pd.Index(frame[unit]))
    periods, row = np.unique(positions, return_inverse=True)
    cells = np.zeros((len(periods), len(order)), dtype=np.int64)
    np.add.at(cells, (row, column), 1)
    if (cells > 1).any():
        again = [f"{order[c]} {clock.words(int(periods[r]))}" for r, c in np.argwhere(cells > 1)]
        faults.add(f"{unit}, {time}", f"more than one row for {named(again)}", "one row a unit and period", "Keep one.")
    outcomes = np.full(cells.shape, np.nan)
    outcomes[row, column] = values
    if treated not in order:
        faults.add("treated", f"{treated!r}, which has no rows", f"a value of {unit}: {named(order)}", "Name a unit.")
        faults.settle()
    where = order.index(treated)
    before = _start(faults, clock, periods, start, fewest_before)
    _complete(faults, clock, periods, order, outcomes, where, unit)
    if len(order) - 1 < fewest_donors:
        faults.add(
            unit,
            f"{len(order) - 1} donors" if len(order) != 2 else "1 donor",
            f"{fewest_donors} units or more beside the treated one",
            "Add untreated units; with one comparator use its.gap_change or a controlled its.fit.",
        )
    faults.settle()
    return Panel(clock, np.asarray(periods, dtype=np.int64), tuple(order), outcomes, where, before)


def _start(faults: Faults, clock: Clock, periods: Ints, start: Any, fewest: int) -> int:
    position = clock.index(start, place="start")
    before = int(np.sum(periods < position))
    window = f"{clock.words(0)} to {clock.words(int(periods[-1]))}"
    if before == 0 or position > periods[-1]:
        faults.add("start", str(start), f"a period after the first and up to the last of {window}", "Move the start.")
    elif before < fewest:
        faults.add(
            "start",
            f"{before} periods before {clock.words(position)}",
            f"{fewest} or more (fewest_before)",
            "Add earlier periods; with so few, any mixture of donors fits and shows nothing.",
        )
    return before


def _complete(
    faults: Faults, clock: Clock, periods: Ints, order: list[Any], outcomes: Floats, treated: int, unit: str
) -> None:
    empty = np.isnan(outcomes)
    if empty[:, treated].any():
        when = [clock.words(int(p)) for p in periods[empty[:, treated]]]
        faults.add("treated", f"no value in {named(when)}", "a value in every period of the panel", "Supply them.")
    gaps = [i for i in np.flatnonzero(empty.any(axis=0)) if i != treated]
    if gaps:
        faults.add(
            "donors",
            f"{len(gaps)} with gaps: {named(f'{order[i]} ({int(empty[:, i].sum())} missing)' for i in gaps)}",
            "a value in every period for every donor",
            f"Leave these units out of {unit}, or shorten the window to where they are complete.",
        )
