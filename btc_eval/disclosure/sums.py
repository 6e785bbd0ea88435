"""Which rows of a table are sums of which other rows? Read off the rows themselves: totals, hierarchies, or both."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from btc_eval.disclosure.system import Ints


@dataclass(frozen=True, slots=True)
class Shape:
    """What binds the rows of a table.

    Parameters
    ----------
    keys
        Columns that identify a row.
    label
        The word that marks a total in a key column; None where there is none.
    hierarchies
        For a key, the parent of each member: wards in localities, months in quarters. A parent may have one itself.
    """

    keys: tuple[str, ...]
    label: str | None = None
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]] = field(default_factory=dict)

    def is_total(self, frame: pd.DataFrame, key: str) -> np.ndarray:
        """Return for each row whether this key holds the total's label."""
        values = frame[key].astype(object)
        return np.array([isinstance(value, str) and value == self.label for value in values], dtype=bool)


@dataclass(frozen=True, slots=True)
class Sum:
    """Row `total` is the sum of the rows `parts`."""

    total: int
    parts: tuple[int, ...]


def sums(frame: pd.DataFrame, shape: Shape) -> list[Sum]:
    """Which rows add up to which?

    Parameters
    ----------
    frame
        One row a key, with a fresh index.
    shape
        Keys, label and hierarchies.

    Returns
    -------
    list of Sum
        For every key and every choice of the others, each total with the rows right below it; and for a total over
        several keys at once that no single key explains, the rows it adds up directly.
    """
    found: list[Sum] = []
    explained: set[int] = set()
    for key in shape.keys:
        values = frame[key].astype(object).to_numpy()
        for rows in slices(frame, [other for other in shape.keys if other != key]):
            for total, parts in _family(values, rows, shape, key):
                found.append(Sum(total, parts))
                explained.add(total)
    found.extend(_across(frame, shape, explained))
    return found


def slices(frame: pd.DataFrame, keys: Sequence[str]) -> Iterator[Ints]:
    """Return the rows of each combination of these keys, in order of appearance."""
    if not keys:
        yield np.arange(len(frame))
        return
    number = frame.groupby(list(keys), sort=False, observed=True).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(number[order])) + 1) if len(order) else []


def _family(values: np.ndarray, rows: Ints, shape: Shape, key: str) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Along one key: each row that has rows right below it, with those rows."""
    members = {values[row]: int(row) for row in rows}
    if len(members) < 2:
        return
    parents = shape.hierarchies.get(key, {})
    top = members.get(shape.label) if shape.label is not None else None
    below: dict[int, list[int]] = {}
    for member, row in members.items():
        if row == top:
            continue
        parent = parents.get(member)
        while parent is not None and parent not in members:
            parent = parents.get(parent)
        owner = members[parent] if parent is not None else top
        if owner is not None:
            below.setdefault(owner, []).append(row)
    for owner, parts in below.items():
        yield owner, tuple(parts)


def _across(frame: pd.DataFrame, shape: Shape, explained: set[int]) -> Iterator[Sum]:
    """Totals over several keys of which the table holds no intermediate totals, such as a grand total alone."""
    marks = {key: shape.is_total(frame, key) for key in shape.keys} if shape.label is not None else {}
    many: Ints = np.flatnonzero(np.sum(list(marks.values()), axis=0) >= 2) if marks else np.zeros(0, dtype=np.intp)
    for row in (int(row) for row in many if int(row) not in explained):
        over = [key for key in shape.keys if marks[key][row]]
        for size in range(2, len(over) + 1):
            parts = [_leaves(frame, shape, chosen, row, marks) for chosen in combinations(over, size)]
            usable = [rows for rows in parts if len(rows)]
            yield from (Sum(row, tuple(int(part) for part in rows)) for rows in usable)
            if usable:
                break


def _leaves(
    frame: pd.DataFrame, shape: Shape, chosen: tuple[str, ...], row: int, marks: Mapping[str, np.ndarray]
) -> Ints:
    keep = np.ones(len(frame), dtype=bool)
    for key in shape.keys:
        values = frame[key].astype(object)
        if key in chosen:
            owners = set(shape.hierarchies.get(key, {}).values()) & set(values)
            keep &= ~marks[key] & ~values.isin(owners).to_numpy()
        else:
            keep &= (values == values.iloc[row]).to_numpy()
    return np.flatnonzero(keep)


def with_totals(frame: pd.DataFrame, shape: Shape, over: Sequence[str], counts: Sequence[str]) -> pd.DataFrame:
    """Return the frame with the totals over these keys added below it where it has none.

    They stand nowhere in the table, but a reader may know them: from another table, or from an earlier release.
    """
    label = shape.label if shape.label is not None else "Total"
    for key in over:
        others = [other for other in shape.keys if other != key]
        values = frame[key].astype(object).to_numpy()
        parents = shape.hierarchies.get(key, {})
        extra = []
        for rows in slices(frame, others):
            members = {values[row] for row in rows}
            if label in members:
                continue
            roots = [row for row in rows if not _has_ancestor(values[row], parents, members)]
            line = frame.iloc[[rows[0]]].assign(**{key: pd.Series([label], index=frame.index[[rows[0]]], dtype=object)})
            for column in counts:
                numbers = pd.to_numeric(frame[column].iloc[roots]).to_numpy(dtype=float, na_value=np.nan)
                line[column] = float(numbers.sum())
            extra.append(line)
        if extra:
            frame = pd.concat([frame.astype({key: object}), *extra], ignore_index=True)
    return frame


def _has_ancestor(member: Hashable, parents: Mapping[Hashable, Hashable], members: set[Hashable]) -> bool:
    parent = parents.get(member)
    while parent is not None and parent not in members:
        parent = parents.get(parent)
    return parent is not None
