"""Sums of squares, at every time, over units whose state changes a little now and then."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats, Ints


def squared_sums(changes: Floats, where: Ints, unit: Ints | None, count: int) -> Floats:
    """What is Σ_units x x' at every time, when each unit's x changes only where a row of it comes or goes?

    Parameters
    ----------
    changes
        (2 n, m) the changes of x: of each row first its coming, then its going.
    where
        (2 n,) the place in time of each change, 0 … count − 1; a row goes no earlier than it comes.
    unit
        (n,) the unit of each row; `None` takes each row as its own.

    Returns
    -------
    (count, m, m) array
        Found in one pass: each change adds (x + δ)(x + δ)' − x x' from its place on.
    """
    m = changes.shape[1]
    if unit is None:
        before = np.zeros_like(changes)
        before[1::2] = changes[0::2]
        after = before + changes
    else:
        owner = np.repeat(unit, 2)
        order = np.argsort(owner * count + where)
        owner, where, changes = owner[order], where[order], changes[order]
        after = np.cumsum(changes, axis=0)
        first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        start = np.repeat(np.vstack([np.zeros(m), after[first[1:] - 1]]), np.diff(np.r_[first, len(owner)]), axis=0)
        after = after - start
        before = after - changes
    sums = np.empty((count, m, m))
    for a in range(m):
        for b in range(a, m):
            step = np.bincount(where, after[:, a] * after[:, b] - before[:, a] * before[:, b], minlength=count)
            sums[:, a, b] = sums[:, b, a] = np.cumsum(step)
    return sums


def grouped(values: Floats, unit: Ints | None, units: int | None = None) -> Floats:
    """What do the rows (n, m) of each unit come to together? Rows alone are returned as they are."""
    if unit is None:
        return values
    size = int(unit.max()) + 1 if units is None else units
    return np.column_stack([np.bincount(unit, column, minlength=size) for column in values.T])
