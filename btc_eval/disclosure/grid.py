"""Cells laid out by their keys, so that one can see which of them can make good for each other."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.system import Grid, Ints

#: A table that fills less than one place in so many is not laid out.
THIN = 20


def grid(frame: pd.DataFrame, shape: Shape, positions: Ints) -> Grid | None:
    """Lay out the cells of one count; None where the table is far from having a cell for each choice of keys.

    Parameters
    ----------
    frame
        One row a key.
    shape
        Keys, label and hierarchies.
    positions
        Shape (rows,): which cell each row is.
    """
    codes, members = zip(*(pd.factorize(frame[key].astype(object)) for key in shape.keys))
    if not len(frame) or np.prod([float(len(found)) for found in members]) > THIN * len(frame):
        return None
    at = np.full([len(found) for found in members], -1, dtype=np.intp)
    at[codes] = positions
    above = [_above(list(found), shape, key) for key, found in zip(shape.keys, members)]
    return Grid(at, tuple(above))


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
