"""Cells laid out by their keys, so that one can see which of them can make good for each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.system import Grid, Ints

#: A table that fills less than one place in so many is not laid out.
THIN = 20


def grids(
    frame: pd.DataFrame, shape: Shape, positions: Ints, counts: Sequence[str], across: Mapping[str, Sequence[str]]
) -> Iterator[Grid]:
    """Lay out the cells of a table: each count by itself, and those that add up across columns as one more key.

    Parameters
    ----------
    positions
        Shape (rows, counts): which cell each is.
    across
        A count that is the sum of other counts in the same row.
    """
    over = {part: whole for whole, parts in across.items() for part in parts}
    groups: dict[str, list[str]] = {}
    for count in counts:
        top = count
        for _ in over:
            top = over.get(top, top)
        groups.setdefault(top, []).append(count)
    for group in groups.values():
        place = {count: number for number, count in enumerate(group)}
        above = np.array([place.get(over.get(count, ""), -1) for count in group], dtype=np.intp)
        found = grid(frame, shape, positions[:, [counts.index(count) for count in group]], above)
        if found is not None:
            yield found


def grid(frame: pd.DataFrame, shape: Shape, positions: Ints, across: Ints) -> Grid | None:
    """Lay out the cells of some counts; None where the table is far from having a cell for each choice of keys.

    Parameters
    ----------
    frame
        One row a key.
    shape
        Keys, label and hierarchies.
    positions
        Shape (rows, counts): which cell each is.
    across
        Shape (counts,): the count whose parts this one is among; -1 where there is none.
    """
    codes, members = zip(*(pd.factorize(frame[key].astype(object)) for key in shape.keys))
    if not len(frame) or np.prod([float(len(found)) for found in members]) > THIN * len(frame):
        return None
    at = np.full([*(len(found) for found in members), len(across)], -1, dtype=np.intp)
    at[codes] = positions
    above = [_above(list(found), shape, key) for key, found in zip(shape.keys, members)]
    return Grid(at, (*above, across)) if len(across) > 1 else Grid(at[..., 0], tuple(above))


def _above(members: list[Hashable], shape: Shape, key: str) -> Ints:
    """Which member is right above each? -1: none."""
    place = {member: number for number, member in enumerate(members)}
    parents = shape.hierarchies.get(key, {})
    top = place.get(shape.label, -1) if shape.label is not None else -1
    above = np.full(len(members), -1, dtype=np.intp)
    for member, number in place.items():
        if number != top:
            parent = parents.get(member)
            while parent is not None and parent not in place:
                parent = parents.get(parent)
            above[number] = place[parent] if parent is not None else top
    return above
