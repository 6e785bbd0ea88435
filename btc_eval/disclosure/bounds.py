"""The tightest bounds an attacker can prove for each hidden cell: exact, by linear programming, as few as possible.

First bounds are passed along the sums until nothing moves; then one program at a time pushes all open cells towards
those bounds together, and every cell that arrives is settled; the rest are asked about one by one.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from btc_eval.disclosure.region import Clock, Part, split
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats

_SWEEPS = 25


def bounds(A: sp.csr_matrix, low: Floats, high: Floats, asked: Bools, clock: Clock) -> tuple[Floats, Floats]:
    """Between which values must each cell lie?

    Parameters
    ----------
    A
        Shape (sums, cells): A y = 0.
    low, high
        Shape (cells,): what is known of each; equal where the value is shown.
    asked
        Shape (cells,): for which cells the answer is wanted.
    clock
        When to give up.

    Returns
    -------
    tuple
        Lower and upper bound, shape (cells,); the known bounds for cells not asked about. Upper may be inf.

    Raises
    ------
    ImpossibleError
        Where no table fits.
    OutOfTimeError
    """
    least, most = low.astype(float).copy(), high.astype(float).copy()
    for part in split(A, low, high):
        wanted = asked[part.cells]
        if wanted.any():
            least[part.cells], most[part.cells] = _of_part(part, wanted, clock)
    return least, most


def _of_part(part: Part, wanted: Bools, clock: Clock) -> tuple[Floats, Floats]:
    outer_low, outer_high = propagate(part)
    lower = -_furthest(part, -1, -outer_low, wanted, clock)
    upper = _furthest(part, 1, outer_high, wanted, clock)
    return np.where(wanted, lower, part.low), np.where(wanted, upper, part.high)


def _furthest(part: Part, sign: int, outer: Floats, wanted: Bools, clock: Clock) -> Floats:
    """How far does each wanted cell reach in this direction (in terms of sign · y)?"""
    reach = outer.copy()
    todo = wanted & np.isfinite(outer)
    while todo.any():
        found = part.maximise(np.where(todo, float(sign), 0.0), clock)
        arrived = todo & (sign * found.y >= outer - TOLERANCE)
        todo &= ~arrived
        if arrived.sum() < 2:
            break
    todo |= wanted & ~np.isfinite(outer)
    for cell in np.flatnonzero(todo):
        if todo[cell]:
            weight = np.zeros(len(outer))
            weight[cell] = sign
            found = part.maximise(weight, clock)
            reach[cell] = found.best
            if np.isfinite(found.y).all():
                todo &= ~(sign * found.y >= outer - TOLERANCE)
            todo[cell] = False
    return reach


def propagate(part: Part) -> tuple[Floats, Floats]:
    """Which bounds follow from one sum at a time, again and again? They hold, though they need not be the tightest."""
    low, high = part.low.copy(), part.high.copy()
    row = np.repeat(np.arange(part.A.shape[0]), np.diff(part.A.indptr))
    cell, sign = part.A.indices, part.A.data
    for _ in range(_SWEEPS):
        before = low.copy(), high.copy()
        least, most = np.where(sign > 0, low[cell], -high[cell]), np.where(sign > 0, high[cell], -low[cell])
        rest_least, rest_most = _others(row, least, len(part.b)), _others(row, most, len(part.b))
        top, bottom = part.b[row] - rest_least, part.b[row] - rest_most
        np.minimum.at(high, cell, np.where(sign > 0, top, -bottom))
        np.maximum.at(low, cell, np.where(sign > 0, bottom, -top))
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    return low, high


def _others(row: np.ndarray, value: Floats, rows: int) -> Floats:
    """For each entry, the sum of the other entries of its row; infinite where one of those is."""
    infinite = ~np.isfinite(value)
    finite = np.where(infinite, 0.0, value)
    total = np.bincount(row, weights=finite, minlength=rows)[row] - finite
    elsewhere = np.bincount(row, weights=infinite, minlength=rows)[row] - infinite
    sign = np.bincount(row, weights=np.where(infinite, np.sign(value), 0.0), minlength=rows)[row]
    mine = np.where(infinite, np.sign(value), 0.0)
    return np.asarray(np.where(elsewhere > 0, np.where(sign - mine < 0, -np.inf, np.inf), total))
