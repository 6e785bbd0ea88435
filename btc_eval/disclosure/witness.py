"""Tables that bear witness: each agrees with everything shown, and in each some small cell is as small or as large as
an attacker must be left to think it. A pattern of hidden cells is safe when every small cell has its two."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from btc_eval.disclosure.region import Clock, least_move
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, Ints, System

#: A witness is first looked for among so many cells around the small one, so many from each of its sums.
NEAR, WIDTH = 300, 5
#: So many witnesses are asked one by one before all are laid end to end again.
RECENT = 200


class Witnesses:
    """All witnesses found so far, as deviations from the true table.

    A deviation is admitted only if it keeps every sum, stays within what an attacker can believe and, where cells are
    whole numbers, is whole. It then holds for every pattern that hides the cells it moves.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.columns = system.A.tocsc()
        self.rise = np.where(np.isfinite(system.need_high), system.need_high - system.value, -np.inf)
        self.fall = np.where(np.isfinite(system.need_low), system.value - system.need_low, -np.inf)
        self._kept: list[tuple[Ints, Ints, Ints]] = []
        none = np.zeros(0, dtype=np.intp)
        self._moved = self._starts = self._rising = self._falling = self._riser = self._faller = none

    def admit(self, cells: Ints, deviation: Floats) -> tuple[Ints, Ints] | None:
        """Keep this witness if it is one; return for which small cells it speaks, upwards and downwards."""
        if not np.isfinite(deviation).all():
            return None
        if self.system.whole:
            near = np.round(deviation)
            if np.abs(near - deviation).max(initial=0.0) > TOLERANCE:
                return None
            deviation = near
        moved = np.abs(deviation) > TOLERANCE / 10
        cells, deviation = cells[moved], deviation[moved]
        value = self.system.value[cells] + deviation
        scale = TOLERANCE * max(1.0, float(np.abs(deviation).max(initial=0.0)))
        if (value < self.system.low[cells] - scale).any() or (value > self.system.high[cells] + scale).any():
            return None
        if np.abs(self.columns[:, cells] @ deviation).max(initial=0.0) > scale:
            return None
        up = cells[deviation >= self.rise[cells] - TOLERANCE]
        down = cells[-deviation >= self.fall[cells] - TOLERANCE]
        small = self.system.protected
        up, down = up[small[up]], down[small[down]]
        if not len(up) and not len(down):
            return up, down
        self._kept.append((cells, up, down))
        return up, down

    def borne(self, hidden: Bools) -> tuple[Bools, Bools]:
        """Which cells have a witness upwards, and downwards, under this pattern? Cells without need count as borne."""
        up, down = self.rise <= TOLERANCE, self.fall <= TOLERANCE
        if len(self._kept) - len(self._starts) > RECENT:
            self._gather()
        holds = np.logical_and.reduceat(hidden[self._moved], self._starts) if len(self._starts) else hidden[:0]
        up[self._rising[holds[self._riser]]] = True
        down[self._falling[holds[self._faller]]] = True
        for cells, rising, falling in self._kept[len(self._starts) :]:
            if hidden[cells].all():
                up[rising] = True
                down[falling] = True
        return up, down

    def _gather(self) -> None:
        """Lay all witnesses end to end, so that they are asked together."""
        moved, rising, falling = zip(*self._kept)
        many = np.arange(len(self._kept))
        self._moved, self._rising, self._falling = (np.concatenate(found) for found in (moved, rising, falling))
        self._starts = np.concatenate([[0], np.cumsum([len(cells) for cells in moved])[:-1]]).astype(np.intp)
        self._riser = np.repeat(many, [len(cells) for cells in rising])
        self._faller = np.repeat(many, [len(cells) for cells in falling])


def around(system: System, columns: sp.csc_matrix, cell: int, rank: Floats, width: int, most: int) -> Ints:
    """Return cells among which a small change of this one can be made good, the cell itself first.

    From each of its sums the `width` best other cells; then, again and again, the cells in which several of the sums
    reached so far meet: the corners that close a square in a table of two keys, a cube in one of three.

    Parameters
    ----------
    rank
        Shape (cells,): lower is better; inf for cells that may not move.
    most
        So many cells at most.
    """
    A, rows = system.A, _slice(columns, cell)
    chosen: list[Ints] = [np.array([cell])]
    seen = np.zeros(len(rank), dtype=bool)
    seen[cell] = True
    for row in rows:
        line = A.indices[A.indptr[row] : A.indptr[row + 1]]
        line = line[~seen[line] & np.isfinite(rank[line])]
        best = line[np.argsort(rank[line], kind="stable")[:width]]
        seen[best] = True
        chosen.append(best)
    frontier = np.concatenate(chosen[1:]) if len(chosen) > 1 else np.zeros(0, dtype=np.intp)
    total = 1 + len(frontier)
    for meeting in range(2, max(len(rows), 2) + 2):
        reached = np.unique(np.concatenate([_slice(columns, int(c)) for c in frontier])) if len(frontier) else frontier
        touched = [A.indices[A.indptr[row] : A.indptr[row + 1]] for row in reached]
        if not touched:
            break
        met, times = np.unique(np.concatenate(touched), return_counts=True)
        new = met[(times >= min(meeting, 3)) & ~seen[met] & np.isfinite(rank[met])]
        new = new[np.argsort(rank[new], kind="stable")[: max(0, most - total)]]
        if not len(new):
            break
        seen[new] = True
        chosen.append(new)
        total += len(new)
        frontier = new
    return np.concatenate(chosen).astype(np.intp)


def _slice(columns: sp.csc_matrix, cell: int) -> Ints:
    return np.asarray(columns.indices[columns.indptr[cell] : columns.indptr[cell + 1]], dtype=np.intp)


def move(witnesses: Witnesses, cells: Ints, sign: int, price: Floats, clock: Clock) -> Floats | None:
    """Which cheapest change takes the first of these cells as far as it must go? None where they allow none.

    Parameters
    ----------
    cells
        Which cells may move, the small one first.
    sign
        +1 for up, −1 for down.
    price
        Shape (cells,): what a unit of change of each costs.
    """
    system = witnesses.system
    block = witnesses.columns[:, cells].tocsr()
    block = block[np.diff(block.indptr) > 0]
    up = system.high[cells] - system.value[cells]
    down = system.value[cells] - system.low[cells]
    step = float((witnesses.rise if sign > 0 else witnesses.fall)[cells[0]])
    if step > (up if sign > 0 else down)[0] + TOLERANCE:
        return None
    first = np.arange(len(cells)) == 0
    rise, fall = np.where(first & (sign > 0), step, 0.0), np.where(first & (sign < 0), step, 0.0)
    return least_move(block, price, (rise, np.where(first, rise, up)), (fall, np.where(first, fall, down)), clock)


def nearby(
    system: System, hidden: Bools, witnesses: Witnesses, cell: int, sign: int, clock: Clock, wider: int = 2
) -> tuple[Ints, Ints] | None:
    """Is there a witness among the hidden cells around this one? They move as little as can be: such moves tend to be
    whole. Return for which small cells it speaks, upwards and downwards; None where there is none so near."""
    rank = np.where(hidden, 0.0, np.inf)
    cells = around(system, witnesses.columns, cell, rank, WIDTH * wider, NEAR * wider)
    moved = move(witnesses, cells, sign, np.ones(len(cells)), clock)
    return witnesses.admit(cells, moved) if moved is not None else None
