"""A table as its arithmetic: cells, the sums that bind them, and what an attacker would have to be kept from proving.

Cells y satisfy A y = 0, one row of A for each sum in the table (+1 for every part, −1 for the total); the notation is
that of Fischetti and Salazar-González (2001), *Journal of the American Statistical Association* 96.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

#: How close to a bound counts as reaching it; counts are whole numbers, so anything below one half would do.
TOLERANCE = 1e-6


#: Smaller systems are not laid out: there one linear program a cell finds cheaper ways than looking along boxes.
LAID_OUT = 600


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One count of one table, laid out by its keys.

    Parameters
    ----------
    at
        Shape (members of each key): the position of the cell; -1 where there is none.
    above
        For each key, shape (members,): the member whose parts it is among; -1 where there is none.
    """

    at: Ints
    above: tuple[Ints, ...]

    def of(self, cells: Ints, count: int) -> Grid | None:
        """Return the grid of these of `count` cells alone, numbered as they come; None where it has none of them."""
        number = np.full(count + 1, -1, dtype=np.intp)
        number[cells] = np.arange(len(cells))
        at = number[self.at]
        axes = range(at.ndim)
        kept = [np.flatnonzero((at >= 0).any(axis=tuple(set(axes) - {axis}))) for axis in axes]
        if not len(kept[0]):
            return None
        return Grid(at[np.ix_(*kept)], tuple(_among(above, members) for above, members in zip(self.above, kept)))


def _among(above: Ints, kept: Ints) -> Ints:
    """Who is right above each of the members kept, among them?"""
    place = np.full(len(above) + 1, -1, dtype=np.intp)
    place[kept] = np.arange(len(kept))
    over = above[kept]
    while (astray := (over >= 0) & (place[over] < 0)).any():
        over = np.where(astray, above[over], over)
    return place[over]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Cells and sums, before anything beyond the small cells is hidden.

    Parameters
    ----------
    A
        Shape (sums, cells), CSR.
    value
        Shape (cells,): the true values.
    low, high
        Shape (cells,): what an attacker knows of a cell once it is hidden, both ends included; `high` may be inf.
    need_low, need_high
        Shape (cells,): what the attacker's proof must leave open; NaN for a cell that needs no protection.
    hidden
        Shape (cells,): hidden from the start (small cells, and sums that stand nowhere).
    fixed
        Shape (cells,): may never be hidden (known elsewhere, or nought by definition).
    cost
        Shape (cells,): what hiding a cell loses.
    whole
        Whether the cells are whole numbers, which the attacker knows too.
    grids
        The cells laid out by their keys, where that is known; a help in the search, no part of the proof.
    """

    A: sp.csr_matrix
    value: Floats
    low: Floats
    high: Floats
    need_low: Floats
    need_high: Floats
    hidden: Bools
    fixed: Bools
    cost: Floats
    whole: bool = True
    grids: tuple[Grid, ...] = ()

    @property
    def protected(self) -> Bools:
        """Which cells have something that must stay open?"""
        return np.isfinite(self.need_high) | np.isfinite(self.need_low)

    def parts(self) -> list[tuple[System, Ints]]:
        """Split into systems that share no sum, each with the positions of its cells; those with nothing to guard
        are left out."""
        if not self.A.shape[0]:
            return []
        count, label = components(self.A)
        busy = np.bincount(label, weights=self.protected, minlength=count) > 0
        found = []
        rows = row_labels(self.A, label)
        for part in np.flatnonzero(busy):
            cells = np.flatnonzero(label == part)
            found.append((self._of(cells, np.flatnonzero(rows == part)), cells))
        return found

    def _of(self, cells: Ints, rows: Ints) -> System:
        return System(
            A=self.A[rows][:, cells].tocsr(),
            value=self.value[cells],
            low=self.low[cells],
            high=self.high[cells],
            need_low=self.need_low[cells],
            need_high=self.need_high[cells],
            hidden=self.hidden[cells],
            fixed=self.fixed[cells],
            cost=self.cost[cells],
            whole=self.whole,
            grids=self._grids(cells),
        )

    def _grids(self, cells: Ints) -> tuple[Grid, ...]:
        if len(cells) <= LAID_OUT:
            return ()
        found = [grid.of(cells, len(self.value)) for grid in self.grids]
        return tuple(grid for grid in found if grid is not None)


def components(A: sp.csr_matrix) -> tuple[int, Ints]:
    """Into how many systems without a common sum do these cells fall, and to which does each belong?"""
    rows, cells = A.shape
    graph = sp.bmat([[None, abs(A).T], [abs(A), None]], format="csr") if rows else sp.csr_matrix((cells, cells))
    count, label = connected_components(graph, directed=False)
    return int(count), np.asarray(label[:cells], dtype=np.intp)


def row_labels(A: sp.csr_matrix, label: Ints) -> Ints:
    """To which system does each sum belong, given that of each cell? -1 for a sum of nothing."""
    first = np.minimum(A.indptr[:-1], max(A.nnz - 1, 0))
    return np.asarray(np.where(np.diff(A.indptr) > 0, label[A.indices[first]], -1), dtype=np.intp)
