"""The door of difference in differences: who was treated from when, checked and put on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.inference import Floats, Ints
from btc_eval.its.clock import Clock
from btc_eval.its.synthetic_panel import Faults, named, read_numbers, read_times, require_frame


@dataclass(frozen=True, slots=True)
class Adoption:
    """A checked panel with start dates; row by row, all of shape (rows,).

    Parameters
    ----------
    clock
        The time axis; position 1 of `time` is its first period.
    unit, time, first
        Unit number, period counted from 1, and first affected period (0 for never).
    outcome
        The outcome.
    covariates
        Shape (rows, covariates).
    cluster
        Cluster number.
    clustered
        Whether clusters are other than units.
    names
        The units, in the order of their numbers.
    later
        Units whose start lies after the panel; they count as never treated.
    """

    clock: Clock
    unit: Ints
    time: Ints
    first: Ints
    outcome: Floats
    covariates: Floats
    cluster: Ints
    clustered: bool
    names: tuple[Any, ...]
    later: tuple[Any, ...]

    def frame(self) -> pd.DataFrame:
        """Return the panel in plain numbers: unit, time, first, y, cluster, x0, x1, …"""
        table = pd.DataFrame(
            {"unit": self.unit, "time": self.time, "first": self.first, "y": self.outcome, "cluster": self.cluster}
        )
        for i in range(self.covariates.shape[1]):
            table[f"x{i}"] = self.covariates[:, i]
        return table

    def units_by(self, treated: bool) -> int:
        """Return the number of units ever treated, or never."""
        return len(np.unique(self.unit[(self.first > 0) == treated]))


def read_adoption(
    door: str,
    panel: pd.DataFrame,
    unit: str,
    time: str,
    outcome: str,
    first_treated: str | None,
    treated: Sequence[Any] | None,
    start: Any | None,
    covariates: Sequence[str],
    cluster: str | None,
    balanced: bool,
) -> Adoption:
    """Check `panel` and return it in plain numbers, every fault reported at once."""
    if (first_treated is None) == (treated is None) or (treated is None) != (start is None):
        raise UsageError(f"{door}: give either first_treated, a column, or treated and start together.")
    if isinstance(treated, (str, bytes)) or isinstance(covariates, (str, bytes)):
        raise UsageError(f"{door}: treated and covariates are lists; write treated=['…'].")
    faults = Faults(door)
    columns = [unit, time, outcome, *covariates]
    columns += [name for name in (first_treated, cluster) if name is not None]
    require_frame(faults, panel, columns)
    for name in (unit, cluster or unit):
        if panel[name].isna().any():
            rows = np.flatnonzero(panel[name].isna()) + 1
            faults.add(name, f"no value in rows {named(rows)}", "a value in every row", "Fill it from its source.")
    clock, periods = read_times(faults, panel[time], time)
    faults.settle()
    numbers = {name: read_numbers(faults, panel[name], name) for name in (outcome, *covariates)}
    for name, values in numbers.items():
        empty = np.flatnonzero(np.isnan(values)) + 1
        if len(empty):
            faults.add(name, f"no value in rows {named(empty)}", "a value in every row", "Leave those units out.")
    names = sorted(panel[unit].unique(), key=str)
    place = np.asarray(pd.Index(names).get_indexer(pd.Index(panel[unit])), dtype=np.int64)
    _check_shape(faults, place, periods, names, clock, f"{unit}, {time}", balanced)
    first = _first_by_unit(faults, panel, place, names, clock, first_treated, treated, start, unit)
    last = int(periods.max())
    later = tuple(name for name, when in zip(names, first) if when > last)
    first = np.where(first > last, -1, first)
    groups = pd.factorize(panel[cluster])[0] if cluster else place
    _check_groups(faults, place, first, np.asarray(groups, dtype=np.int64), names)
    faults.settle()
    matrix = np.column_stack([numbers[name] for name in covariates]) if covariates else np.empty((len(panel), 0))
    return Adoption(
        clock,
        place,
        periods + 1,
        np.asarray(first[place] + 1, dtype=np.int64),
        numbers[outcome],
        np.asarray(matrix, dtype=float),
        np.asarray(groups, dtype=np.int64),
        cluster is not None,
        tuple(names),
        later,
    )


def _check_shape(
    faults: Faults, place: Ints, periods: Ints, names: list[Any], clock: Clock, where: str, balanced: bool
) -> None:
    positions, row = np.unique(periods, return_inverse=True)
    cells = np.zeros((len(positions), len(names)), dtype=np.int64)
    np.add.at(cells, (row, place), 1)
    if (cells > 1).any():
        again = [f"{names[c]} {clock.words(int(positions[r]))}" for r, c in np.argwhere(cells > 1)]
        faults.add(where, f"more than one row for {named(again)}", "one row a unit and period", "Keep one.")
    if balanced and (cells == 0).any():
        gaps = [names[c] for c in np.flatnonzero((cells == 0).any(axis=0))]
        faults.add(
            where,
            f"{len(gaps)} units without a row in some period: {named(gaps)}",
            "every unit in every period",
            "Leave those units out, or shorten the window to where they are complete.",
        )


def _first_by_unit(
    faults: Faults,
    panel: pd.DataFrame,
    place: Ints,
    names: list[Any],
    clock: Clock,
    first_treated: str | None,
    treated: Sequence[Any] | None,
    start: Any,
    unit: str,
) -> Ints:
    """Return the position of each unit's first affected period, −1 for never, 0 for the first period or before."""
    first = np.full(len(names), -1, dtype=np.int64)
    if first_treated is None:
        absent = [name for name in treated or () if name not in names]
        if absent or not treated:
            found = f"{named(absent)}, without rows" if absent else "no treated unit"
            faults.add("treated", found, f"values of {unit}: {named(names)}", "Name units of the panel.")
        begins = max(clock.index(start, place="start"), 0)
        first[[names.index(name) for name in treated or () if name in names]] = begins
        return first
    column = panel[first_treated]
    never = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column.dtype):
        never = never | np.asarray(column.fillna(0) == 0)
    whole = pd.api.types.is_float_dtype(column.dtype)
    when = np.full(len(panel), -1, dtype=np.int64)
    for value in column[~never].unique():
        asked = int(value) if whole and float(value).is_integer() else value
        when[np.asarray(column == value)] = max(clock.index(asked, place=first_treated), 0)
    first[place] = when
    mixed = sorted({names[i] for i in place[when != first[place]]}, key=str)
    if mixed:
        faults.add(first_treated, f"different dates within {named(mixed)}", "one date a unit", "Give each unit one.")
    return first


def _check_groups(faults: Faults, place: Ints, first: Ints, groups: Ints, names: list[Any]) -> None:
    early = [name for name, when in zip(names, first) if when == 0]
    if early:
        faults.add(
            "first_treated",
            f"{len(early)} units treated from the first period: {named(early)}",
            "starts after the first period",
            "Leave them out: they have no before.",
        )
    ever = first[place] >= 0
    for treated, word in ((True, "treated"), (False, "untreated")):
        count = len(np.unique(groups[ever == treated]))
        if treated and count < 2:
            faults.add(
                "cluster",
                f"{count} treated clusters",
                "two or more",
                "With one treated unit use its.gap_change or its.synthetic_control, whose yardstick is the others.",
            )
        elif not treated and count < 2 and len(set(first[first >= 0].tolist())) < 2:
            faults.add("cluster", f"{count} {word} clusters", "two or more", "Add units that were not treated.")
