"""Is every small cell protected? Prove it with tables that fit what is shown, or say where the protection ends.

A *witness* is another table that agrees with everything shown. If, for a small cell, there is one witness in which it
is as small as the protected interval reaches and one in which it is as large, no attacker can prove more. One linear
program can bear witness for many cells at once; only the cells left over are asked about one by one. Where a cell is
not protected, the prices of the program give a *cut*: the inequality that any protecting pattern must satisfy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.disclosure.region import Clock, Part, split
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, Ints, System
from btc_eval.disclosure.witness import NEAR, WIDTH, Witnesses, around, nearby

#: Up to so many free cells, a whole-number witness is searched for by integer programming where nothing else gives one.
WHOLE_LIMIT = 600
#: One program for all is worth its while where so many cells are open, and again while it settles so many.
MANY = 4


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A pattern x of hidden cells protects the cell only if `weight @ x[cells] >= need`; where not `proved`, more
    hidden cells are called for here because no witness was found, which need not hold of other patterns."""

    cell: int
    cells: Ints
    weight: Floats
    need: float
    proved: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """What was found out about a pattern.

    Parameters
    ----------
    cuts
        One for each cell and direction that is not protected; empty means safe.
    programs
        How many linear programs were solved.
    """

    cuts: tuple[Cut, ...]
    programs: int

    @property
    def safe(self) -> bool:
        """Whether every small cell is protected."""
        return not self.cuts


def prove(
    system: System, hidden: Bools, clock: Clock, limit: int | None = None, witnesses: Witnesses | None = None
) -> Proof:
    """Does this pattern of hidden cells protect every small cell?

    Parameters
    ----------
    system
        The table.
    hidden
        Shape (cells,): what is hidden.
    clock
        When to give up.
    limit
        Stop after so many cuts; None for all.
    witnesses
        Those found earlier; each is good for every pattern that hides what it moves. New ones are added.

    Raises
    ------
    OutOfTimeError
        Where the time passes before an answer; no answer is not a proof.
    """
    witnesses = Witnesses(system) if witnesses is None else witnesses
    asker = _Asker(system, hidden, clock, limit, witnesses)
    asker.bare()
    up, down = witnesses.borne(hidden)
    if not (up.all() and down.all()):
        low, high = np.where(hidden, system.low, system.value), np.where(hidden, system.high, system.value)
        for part in split(system.A, low, high):
            for sign, need, done in ((1, system.need_high, up), (-1, system.need_low, down)):
                if not asker.full and not done[part.cells].all():
                    _Question(asker, part, sign, need[part.cells], ~done[part.cells]).ask()
    return Proof(tuple(asker.cuts), asker.programs)


def borrow(system: System, hidden: Bools, clock: Clock, witnesses: Witnesses) -> float:
    """Find witnesses for many cells at once; return the share of the small cells that then have both of theirs."""
    asker = _Asker(system, hidden, clock, None, witnesses)
    up, down = witnesses.borne(hidden)
    low, high = np.where(hidden, system.low, system.value), np.where(hidden, system.high, system.value)
    for part in split(system.A, low, high):
        for sign, need, done in ((1, system.need_high, up), (-1, system.need_low, down)):
            if not done[part.cells].all():
                _Question(asker, part, sign, need[part.cells], ~done[part.cells]).push()
    up, down = witnesses.borne(hidden)
    return float((up & down)[system.protected].mean()) if system.protected.any() else 1.0


class _Asker:
    """What one proof shares: the pattern, the witnesses, the cuts so far, the number of programs."""

    def __init__(self, system: System, hidden: Bools, clock: Clock, limit: int | None, witnesses: Witnesses) -> None:
        self.system, self.hidden, self.clock, self.limit, self.witnesses = system, hidden, clock, limit, witnesses
        self.cuts: list[Cut] = []
        self.programs = 0

    @property
    def full(self) -> bool:
        """Whether enough cuts have been found."""
        return self.limit is not None and len(self.cuts) >= self.limit

    def bare(self) -> None:
        """A cell that must be protected and is not hidden cannot be: say so as a cut that asks for itself."""
        for cell in np.flatnonzero(self.system.protected & ~self.hidden):
            self.cuts.append(Cut(int(cell), np.array([cell]), np.ones(1), 1.0))


class _Question:
    """One part and one direction: how far can its small cells go?"""

    def __init__(self, asker: _Asker, part: Part, sign: int, need: Floats, open_: Bools) -> None:
        self.asker, self.part, self.sign, self.need, self.open = asker, part, sign, need, open_
        self.value = asker.system.value[part.cells]
        self.wide = len(part.cells) > NEAR // 4
        self.place = np.full(len(asker.system.value), -1)
        self.place[part.cells] = np.arange(len(part.cells))

    def ask(self) -> None:
        """Find a witness for every open cell, or a cut, unless there are enough cuts already."""
        self.push()
        for cell in np.flatnonzero(self.open):
            if self.open[cell] and not self.asker.full and not (self.wide and self._nearby(int(cell))):
                self._alone(int(cell))

    def push(self) -> None:
        """Settle as many open cells as one program at a time can, while that is worth its while."""
        before = int(self.open.sum())
        while before >= MANY:
            self._together()
            after = int(self.open.sum())
            if before - after < MANY:
                break
            before = after

    def _admit(self, cells: Ints, deviation: Floats) -> None:
        self._settle(self.asker.witnesses.admit(cells, deviation))

    def _settle(self, spoken: tuple[Ints, Ints] | None) -> None:
        if spoken is not None:
            settled = self.place[spoken[0 if self.sign > 0 else 1]]
            self.open[settled[settled >= 0]] = False

    def _together(self) -> None:
        """Push all open cells as far as they need to go, and no further."""
        low = np.where(self.open & (self.sign < 0), self.need, self.part.low)
        high = np.where(self.open & (self.sign > 0), self.need, self.part.high)
        low, high = np.minimum(low, self.value), np.maximum(high, self.value)
        weight = np.where(self.open, float(self.sign), 0.0)
        found = self.part.maximise(weight, self.asker.clock, low, high)
        self.asker.programs += 1
        self._admit(self.part.cells, found.y - self.value)

    def _nearby(self, cell: int) -> bool:
        """Is there a witness among the cells around this one?"""
        asker, where = self.asker, int(self.part.cells[cell])
        asker.programs += 1
        self._settle(nearby(asker.system, asker.hidden, asker.witnesses, where, self.sign, asker.clock, wider=1))
        return not self.open[cell]

    def _alone(self, cell: int) -> None:
        """How far can this one cell go, with all cells free? Adds a cut where that is not far enough."""
        part, asker = self.part, self.asker
        weight = np.zeros(len(self.value))
        weight[cell] = self.sign
        low, high = part.low.copy(), part.high.copy()
        (high if self.sign > 0 else low)[cell] = self.need[cell]
        found = part.maximise(weight, asker.clock, low, high)
        asker.programs += 1
        if self.sign * (found.y[cell] - self.need[cell]) < -TOLERANCE:
            asker.cuts.append(self._cut(cell, found.price, low, high))
            self.open[cell] = False
            return
        self._admit(part.cells, found.y - self.value)
        if self.open[cell] and len(self.value) <= WHOLE_LIMIT:
            asker.programs += 1
            whole = part.maximise_whole(weight, asker.clock, low, high)
            self._admit(part.cells, whole.y - self.value)
        if self.open[cell]:
            self.open[cell] = False
            asker.cuts.append(self._more(int(part.cells[cell])))

    def _cut(self, cell: int, price: Floats, low: Floats, high: Floats) -> Cut:
        """The capacity inequality from the prices: Fischetti and Salazar-González (2001), equation 12."""
        system, part = self.asker.system, self.part
        where, want = int(part.cells[cell]), abs(float(self.need[cell] - self.value[cell]))
        reduced = -(price @ system.A[part.rows])
        reduced[where] -= self.sign
        up, down = system.high - system.value, system.value - system.low
        up[where], down[where] = high[cell] - self.value[cell], self.value[cell] - low[cell]
        with np.errstate(invalid="ignore"):
            weight = np.where(reduced > 1e-9, down * reduced, 0.0)
            weight = np.where(reduced < -1e-9, up * -reduced, weight)
        weight = np.minimum(weight, want)
        cells = np.flatnonzero(weight > 1e-9)
        return Cut(where, cells.astype(np.intp), weight[cells], want)

    def _more(self, where: int) -> Cut:
        """Fractions reach far enough, but no witness of whole numbers was found: one more cell nearby must go."""
        rank = np.where(self.asker.system.fixed, np.inf, self.asker.system.cost)
        near = around(self.asker.system, self.asker.witnesses.columns, where, rank, 2 * WIDTH, NEAR)
        near = near[~self.asker.hidden[near]]
        return Cut(where, near, np.ones(len(near)), 1.0, proved=False)
