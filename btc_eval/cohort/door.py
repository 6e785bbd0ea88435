"""The door of the cohort methods: a tidy frame is checked whole, every fault reported at once, then trusted.

A fault is told by column, count and row number (1 is the first row); no value of a record is ever shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, UsageError
from btc_eval.inference import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names as codes.

    Parameters
    ----------
    levels
        The distinct values, in order (of the categories where the column has an order, else sorted).
    codes
        (n,) the place of each row's value among them.
    """

    levels: tuple[Any, ...]
    codes: Ints

    def rows(self, level: int) -> Ints:
        """Return the rows that have the level."""
        return np.flatnonzero(self.codes == level)


class Door:
    """Collects the faults of one frame.

    Parameters
    ----------
    what
        The function called, as its user named it: it stands first in every message.
    frame
        The frame; it is read and never changed.
    columns
        Names given in the call, `None` where an option was left out.

    Raises
    ------
    RefusedError
        At once where there is no frame, no row or no such column; else by `settle`, with every fault found.
    """

    def __init__(self, what: str, frame: pd.DataFrame, columns: Iterable[Hashable | None]) -> None:
        self.what, self.frame = what, frame
        self.faults: list[Refusal] = []
        if not isinstance(frame, pd.DataFrame):
            self.add("frame", type(frame).__name__, "a pandas DataFrame", "Pass a tidy frame.")
            self.settle()
        wanted = [name for name in columns if name is not None]
        missing = list(dict.fromkeys(str(name) for name in wanted if name not in frame.columns))
        if missing:
            known = ", ".join(map(str, frame.columns))
            self.add("columns", f"no column {', '.join(missing)}", known, "Name a column that the frame has.")
        if len(frame) == 0:
            self.add("frame", "no rows", "a row for each child or interval", "Give the cohort its rows.")
        if not frame.columns.is_unique:
            again = ", ".join(dict.fromkeys(map(str, frame.columns[frame.columns.duplicated()])))
            self.add(
                "columns", f"more than one column called {again}", "one column a name", "Rename or drop the others."
            )
        self.settle()

    def __len__(self) -> int:
        return len(self.frame)

    def add(self, place: Hashable, found: str, allowed: str, do: str) -> None:
        """Note one fault."""
        self.faults.append(Refusal(self.what, str(place), found, allowed, do))

    def wrong(self, place: Hashable, bad: Bools, what: str, allowed: str, do: str) -> bool:
        """Note a fault of some rows, by their number; say whether there was one."""
        if not bad.any():
            return False
        where = np.flatnonzero(bad) + 1
        some = ", ".join(map(str, where[:5]))
        rows = f"row {some}" if len(where) == 1 else f"{len(where)} rows ({some}{', …' if len(where) > 5 else ''})"
        self.add(place, f"{what} in {rows}", allowed, do)
        return True

    def settle(self) -> None:
        """Raise with every fault noted so far."""
        if self.faults:
            raise RefusedError(self.faults)

    def numbers(self, name: Hashable, *, allow_flags: bool = True) -> Floats:
        """Return a column as finite numbers; missing and infinite values are faults, not dropped rows."""
        column = self.frame[name]
        flags = pd.api.types.is_bool_dtype(column.dtype)
        if not pd.api.types.is_numeric_dtype(column.dtype) or (flags and not allow_flags):
            do = "Turn the column into numbers before the call, such as days since the index date."
            self.add(name, f"values of type {column.dtype}", "numbers", do)
            return np.ones(len(column))
        values = np.array(column.to_numpy(dtype=float, na_value=np.nan), dtype=float)
        bad = self.wrong(
            name, np.isnan(values), "no value", "a number in every row", "Supply it, or leave the rows out."
        )
        bad |= self.wrong(name, np.isinf(values), "an infinite value", "finite numbers", "Find the division by zero.")
        return np.where(np.isfinite(values), values, 1.0) if bad else values

    def durations(self, name: Hashable, entry: Hashable | None) -> tuple[Floats, Floats | None]:
        """Return stop and start, each row at risk in (start, stop]; end before start and negative follow-up refused."""
        stop = self.numbers(name, allow_flags=False)
        do = "Look at the rows: a date of the wrong year, or two dates swapped."
        self.wrong(name, stop < 0, "negative follow-up", "time since the index date, 0 or more", do)
        if entry is None:
            return stop, None
        start = self.numbers(entry, allow_flags=False)
        self.wrong(entry, ~(start < stop), f"a start not before {name}", f"{entry} before {name}", do)
        return stop, start

    def events(self, name: Hashable) -> Ints:
        """Return event codes: 0 where censored, whole numbers from 1 for the events; at least one event."""
        values = self.numbers(name)
        bad = (values < 0) | (values != np.floor(values)) | (values > 1000)
        allowed = "0 where follow-up ended without event, 1, 2, … for the events"
        if self.wrong(name, bad, "an unknown event code", allowed, "Code the events so before the call."):
            return np.ones(len(values), dtype=np.int64)
        if not (values > 0).any():
            self.add(name, "no events", "at least one event", "Nothing can be estimated; report that none was seen.")
        return values.astype(np.int64)

    def weights(self, name: Hashable | None) -> Floats | None:
        """Return weights, all above zero."""
        if name is None:
            return None
        values = self.numbers(name, allow_flags=False)
        do = "Leave out the rows that are not to count."
        self.wrong(name, values <= 0, "a weight of zero or below", "weights above zero", do)
        return values

    def labels(self, name: Hashable, what: str = "group") -> Labels:
        """Return a column of names as codes; missing names are faults."""
        column = self.frame[name]
        absent = np.asarray(column.isna(), dtype=bool)
        self.wrong(name, absent, f"no {what}", f"a {what} in every row", "Supply it, or leave the rows out.")
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.remove_unused_categories()
            codes = np.asarray(column.cat.codes, dtype=np.int64)
            return Labels(tuple(column.cat.categories), codes)
        try:
            codes, levels = pd.factorize(column, sort=True)
        except TypeError:
            self.add(name, f"{what}s of several types", "one type", "Turn the column into text before the call.")
            return Labels((0,), np.zeros(len(column), dtype=np.int64))
        return Labels(tuple(levels), np.asarray(codes, dtype=np.int64))

    def clusters(self, name: Hashable | None) -> Ints | None:
        """Return codes of families or wards, at least two of them."""
        if name is None:
            return None
        found = self.labels(name, "cluster")
        if len(found.levels) < 2:
            do = "Cluster on something the rows differ in, or leave `cluster` out."
            self.add(name, "one cluster", "two clusters or more", do)
        return found.codes


def join_labels(parts: Sequence[Labels]) -> tuple[Ints, tuple[str, ...]]:
    """Return codes of the combinations that occur of several columns, and their names."""
    key = np.zeros(len(parts[0].codes), dtype=np.int64)
    for part in parts:
        key = key * len(part.levels) + part.codes
    present, codes = np.unique(key, return_inverse=True)
    names = []
    for one in present.tolist():
        words = []
        for part in reversed(parts):
            one, code = divmod(one, len(part.levels))
            words.append(str(part.levels[code]))
        names.append(", ".join(reversed(words)))
    return np.asarray(codes, dtype=np.int64), tuple(names)


def column_list(columns: Hashable | Sequence[Hashable] | None) -> list[Hashable]:
    """Return one column, several or none as a list."""
    if columns is None:
        return []
    if isinstance(columns, (list, tuple)):
        return list(columns)
    return [columns]


def times(what: str, at: float | Sequence[float] | None, name: str = "at") -> Floats | None:
    """Return the times asked for, in order as given, once they are finite and 0 or later."""
    if at is None:
        return None
    values = np.atleast_1d(np.asarray(at, dtype=float))
    if values.ndim != 1 or len(values) == 0 or not (np.isfinite(values) & (values >= 0)).all():
        raise UsageError(f"{what}: {name} is not a time or a list of times, each 0 or later.")
    return values


def share(what: str, level: float, name: str = "level") -> float:
    """Return a coverage, once it lies between 0 and 1."""
    if not 0 < level < 1:
        raise UsageError(f"{what}: {name} {level!r} is not between 0 and 1, such as 0.95.")
    return float(level)


def choice(what: str, value: str, allowed: Sequence[str], name: str) -> None:
    """Refuse an option that is not among those there are."""
    if value not in allowed:
        raise UsageError(f"{what}: {name} {value!r} is not one of {', '.join(map(repr, allowed))}.")
