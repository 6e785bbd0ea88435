"""Which cells guard the small ones, quickly? Fill, prove, mend, prune; the proof and not the recipe makes it safe.

*Fill*: a small cell can rise or fall only as far as the other hidden cells of each of its sums let it; where that is
not far enough, the cheapest cells of that sum are hidden. *Prove and mend*: cells that are still not protected give
cuts, and the cheapest cells that satisfy them are hidden. *Prune*: a guard that turns out not to be needed is shown.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from btc_eval.disclosure.prove import Borne, Cut, prove
from btc_eval.disclosure.region import Clock
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, Ints, System

#: In a large table so many unprotected cells are mended at a time; one mend often helps its neighbours.
AT_A_TIME = 25
LARGE = 1_500
#: Guards that may be tried for removal; each trial is a proof of its own.
TRIALS = 120


class UnprotectableError(Exception):
    """No further cell may be hidden and a small one is still exposed; holds its position."""

    def __init__(self, cell: int) -> None:
        super().__init__(cell)
        self.cell = cell


def guard(system: System, clock: Clock) -> tuple[Bools, list[Cut]]:
    """Which pattern of hidden cells is safe, near the cheapest?

    Returns
    -------
    tuple
        The pattern, shape (cells,), proved; and every cut met on the way, each true of every safe pattern.

    Raises
    ------
    OutOfTimeError, UnprotectableError
    """
    pattern = _Pattern(system)
    met: list[Cut] = []
    borne = Borne.none(len(system.value))
    limit = AT_A_TIME if len(system.value) > LARGE else None
    while True:
        pattern.fill(clock)
        proof = prove(system, pattern.hidden, clock, limit, borne)
        if proof.safe:
            break
        met.extend(cut for cut in proof.cuts if cut.proved)
        for cut in proof.cuts:
            pattern.satisfy(cut.cell, cut.cells, cut.weight, cut.need)
    return pattern.hidden, met


def prune(system: System, hidden: Bools, clock: Clock) -> Bools:
    """Which guards of a safe pattern are needed? Return it without the others that were tried, the costliest first."""
    guards = np.flatnonzero(hidden & ~system.hidden)
    if len(system.value) > LARGE or not len(guards):
        return hidden
    for cell in guards[np.argsort(-system.cost[guards], kind="stable")][:TRIALS]:
        without = hidden.copy()
        without[cell] = False
        if prove(system, without, clock, limit=1).safe:
            hidden = without
    return hidden


class _Pattern:
    """The pattern as it grows, with the number of hidden cells in each sum."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.hidden = system.hidden.copy()
        self.columns = system.A.tocsc()
        self.in_row = np.asarray((system.A != 0) @ self.hidden.astype(float), dtype=float)
        self.down = system.value - system.low
        self.up = system.high - system.value
        self.guarding: list[int] = []

    def _rows(self, cell: int) -> Ints:
        return np.asarray(self.columns.indices[self.columns.indptr[cell] : self.columns.indptr[cell + 1]])

    def _hide(self, cell: int) -> None:
        self.hidden[cell] = True
        self.in_row[self._rows(cell)] += 1
        self.guarding.append(cell)

    def fill(self, clock: Clock) -> None:
        """Give every small cell, and every guard, enough hidden company in each of its sums."""
        system = self.system
        for small in np.flatnonzero(system.protected):
            clock.left()
            for row in self._rows(int(small)):
                self._provide(int(small), int(row), 1, float(system.need_high[small] - system.value[small]))
                self._provide(int(small), int(row), -1, float(system.value[small] - system.need_low[small]))
        while self.guarding:
            cell = self.guarding.pop()
            for row in self._rows(cell):
                if self.in_row[row] == 1:
                    self._partner(cell, int(row))

    def _others(self, cell: int, row: int) -> tuple[Ints, Floats]:
        span = slice(self.system.A.indptr[row], self.system.A.indptr[row + 1])
        cells, sign = self.system.A.indices[span], self.system.A.data[span]
        mine = sign[cells == cell][0]
        other = cells != cell
        return cells[other], sign[other] * mine

    def _provide(self, cell: int, row: int, direction: int, need: float) -> None:
        if not need > TOLERANCE:
            return
        cells, alike = self._others(cell, row)
        falls = alike * direction > 0
        room = np.minimum(np.where(falls, self.down[cells], self.up[cells]), need)
        keep = room > TOLERANCE
        self.satisfy(cell, cells[keep], room[keep], need)

    def _partner(self, cell: int, row: int) -> None:
        cells, _ = self._others(cell, row)
        self.satisfy(cell, cells, np.ones(len(cells)), 1.0, must=False)

    def satisfy(self, cell: int, cells: Ints, weight: Floats, need: float, *, must: bool = True) -> None:
        """Hide the cheapest of these cells until what is hidden weighs enough.

        Raises
        ------
        UnprotectableError
            Where hiding all that may be hidden is not enough.
        """
        missing = need - float(weight[self.hidden[cells]].sum())
        while missing > TOLERANCE:
            able = np.flatnonzero(~self.hidden[cells] & ~self.system.fixed[cells])
            if not len(able):
                if must:
                    raise UnprotectableError(cell)
                return
            price = self.system.cost[cells[able]] * (1.0 + self._lonely(cells[able]))
            best = able[np.argmin(price / np.minimum(weight[able], missing))]
            self._hide(int(cells[best]))
            missing -= float(weight[best])

    def _lonely(self, cells: Iterable[int]) -> Floats:
        """In how many of its sums would each cell be the only hidden one, and so need a guard itself?"""
        return np.array([float((self.in_row[self._rows(int(cell))] == 0).sum()) for cell in cells])
