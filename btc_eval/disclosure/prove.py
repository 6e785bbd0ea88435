"""Is every small cell protected? Prove it with tables that fit what is shown, or say where the protection ends.

A *witness* is another table that agrees with everything shown. If, for a small cell, there is one witness in which it
is as small as the protected interval reaches and one in which it is as large, no attacker can prove more. One linear
program can bear witness for many cells at once; only the cells left over are asked about one by one. Where a cell is
not protected, the prices of the program give a *cut*: the inequality that any protecting pattern must satisfy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.disclosure.region import Clock, Part, least_move, split
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, Ints, System

#: Up to so many free cells, whole-number witnesses are searched for by integer programming where nothing else gives one.
WHOLE_LIMIT = 600
#: A witness is first looked for among so many free cells around the small one.
NEAR = 240


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


@dataclass(frozen=True, slots=True, eq=False)
class Borne:
    """For which cells has a witness been found, upwards and downwards? Hiding more cells undoes no witness, so a
    pattern that only grows need not be proved anew. Shape (cells,) each; filled in place."""

    up: Bools
    down: Bools

    @classmethod
    def none(cls, cells: int) -> Borne:
        """Start without a witness."""
        return cls(np.zeros(cells, dtype=bool), np.zeros(cells, dtype=bool))


def prove(system: System, hidden: Bools, clock: Clock, limit: int | None = None, borne: Borne | None = None) -> Proof:
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
    borne
        Witnesses of an earlier proof of a pattern that this one contains; those found now are added.

    Raises
    ------
    OutOfTimeError
        Where the time passes before an answer; no answer is not a proof.
    """
    low = np.where(hidden, system.low, system.value)
    high = np.where(hidden, system.high, system.value)
    borne = Borne.none(len(low)) if borne is None else borne
    asker = _Asker(system, hidden, clock, limit)
    asker.bare(low, high)
    for part in split(system.A, low, high):
        for sign, need, done in ((1, system.need_high, borne.up), (-1, system.need_low, borne.down)):
            if not asker.full:
                done[part.cells] |= _Question(asker, part, sign, need[part.cells], done[part.cells]).answer()
    return Proof(tuple(asker.cuts), asker.programs)


class _Asker:
    """What one proof shares: the pattern, the cuts so far, the number of programs."""

    def __init__(self, system: System, hidden: Bools, clock: Clock, limit: int | None) -> None:
        self.system, self.hidden, self.clock, self.limit = system, hidden, clock, limit
        self.cuts: list[Cut] = []
        self.programs = 0

    @property
    def full(self) -> bool:
        """Whether enough cuts have been found."""
        return self.limit is not None and len(self.cuts) >= self.limit

    def bare(self, low: Floats, high: Floats) -> None:
        """A cell that must be protected and is not hidden cannot be: say so as a cut that asks for itself."""
        for cell in np.flatnonzero(self.system.protected & (high <= low)):
            self.cuts.append(Cut(int(cell), np.array([cell]), np.ones(1), 1.0))


class _Question:
    """One part and one direction: how far can its small cells go?"""

    def __init__(self, asker: _Asker, part: Part, sign: int, need: Floats, done: Bools) -> None:
        self.asker, self.part, self.sign, self.need = asker, part, sign, need
        self.value = asker.system.value[part.cells]
        self.want = np.where(np.isfinite(need), sign * (need - self.value), 0.0)
        self.open = (self.want > TOLERANCE) & ~done
        self.borne = done.copy() | (np.isfinite(need) & (self.want <= TOLERANCE))
        self.columns = part.A.tocsc()

    def answer(self) -> Bools:
        """Return for which cells there is a witness; the others have given cuts, unless there were enough already."""
        while self.open.any():
            before = int(self.open.sum())
            self._together()
            if before - int(self.open.sum()) < 2:
                break
        for cell in np.flatnonzero(self.open):
            if self.open[cell] and not self.asker.full and not self._nearby(int(cell)):
                self._alone(int(cell))
        return self.borne

    def _bear(self, deviation: Floats) -> None:
        """Note every open cell that this witness takes far enough; fractions bear none where counts are whole."""
        if self.asker.system.whole and not self.part.is_whole(deviation):
            return
        reached = self.open & (self.sign * deviation >= self.want - TOLERANCE)
        self.borne |= reached
        self.open &= ~reached

    def _together(self) -> None:
        """Push all open cells as far as they need to go, and no further."""
        low = np.where(self.open & (self.sign < 0), self.need, self.part.low)
        high = np.where(self.open & (self.sign > 0), self.need, self.part.high)
        low, high = np.minimum(low, self.value), np.maximum(high, self.value)
        weight = np.where(self.open, float(self.sign), 0.0)
        found = self.part.maximise(weight, self.asker.clock, low, high)
        self.asker.programs += 1
        self._bear(found.y - self.value)

    def _nearby(self, cell: int) -> bool:
        """Is there a witness among the cells around this one, moving as little as possible? Such tend to be whole."""
        near = self._around(cell)
        block = self.columns[:, near].tocsr()
        block = block[np.diff(block.indptr) > 0]
        up, down = self.part.high[near] - self.value[near], self.value[near] - self.part.low[near]
        step = float(self.want[cell])
        rise = np.where(near == cell, step if self.sign > 0 else 0.0, 0.0)
        fall = np.where(near == cell, step if self.sign < 0 else 0.0, 0.0)
        if (rise > up + TOLERANCE).any() or (fall > down + TOLERANCE).any():
            return False
        moved = least_move(
            block,
            (rise, np.where(near == cell, rise, up)),
            (fall, np.where(near == cell, fall, down)),
            self.asker.clock,
        )
        self.asker.programs += 1
        if moved is None:
            return False
        deviation = np.zeros(len(self.value))
        deviation[near] = moved
        self._bear(deviation)
        return not self.open[cell]

    def _around(self, cell: int) -> Ints:
        """Return up to `NEAR` free cells, those that share a sum with the cell first, then those that share with
        these, and so on; the cell itself first."""
        seen, queue, at = {cell}, [cell], 0
        A = self.part.A
        while at < len(queue) and len(queue) < NEAR:
            here = queue[at]
            at += 1
            for row in self.columns.indices[self.columns.indptr[here] : self.columns.indptr[here + 1]]:
                for other in A.indices[A.indptr[row] : A.indptr[row + 1]]:
                    if other not in seen:
                        seen.add(int(other))
                        queue.append(int(other))
        return np.array(queue[:NEAR], dtype=np.intp)

    def _alone(self, cell: int) -> None:
        """How far can this one cell go, with all cells free? Adds a cut where that is not far enough."""
        part, asker = self.part, self.asker
        self.open[cell] = False
        weight = np.zeros(len(self.value))
        weight[cell] = self.sign
        found = part.maximise(weight, asker.clock)
        asker.programs += 1
        if found.best - self.sign * self.value[cell] < self.want[cell] - TOLERANCE:
            asker.cuts.append(self._cut(cell, found.price))
            return
        if found.best == np.inf and not asker.system.whole:
            self.borne[cell] = True
            return
        self.open[cell] = True
        if found.best < np.inf:
            self._bear(found.y - self.value)
        if self.open[cell] and len(self.value) <= WHOLE_LIMIT:
            asker.programs += 1
            whole = part.maximise_whole(weight, asker.clock)
            if whole.best < np.inf:
                self._bear(whole.y - self.value)
            else:
                self.borne[cell] = True
                self.open[cell] = False
        if self.open[cell]:
            self.open[cell] = False
            asker.cuts.append(self._more(cell))

    def _cut(self, cell: int, price: Floats) -> Cut:
        """The capacity inequality from the prices: Fischetti and Salazar-González (2001), equation 12."""
        system, part, want = self.asker.system, self.part, float(self.want[cell])
        reduced = -(price @ system.A[part.rows])
        reduced[part.cells[cell]] -= self.sign
        up, down = system.high - system.value, system.value - system.low
        with np.errstate(invalid="ignore"):
            weight = np.where(reduced > 1e-9, down * reduced, 0.0)
            weight = np.where(reduced < -1e-9, up * -reduced, weight)
        weight = np.minimum(weight, want)
        cells = np.flatnonzero(weight > 1e-9)
        return Cut(int(part.cells[cell]), cells.astype(np.intp), weight[cells], want)

    def _more(self, cell: int) -> Cut:
        """Fractions reach far enough, but no witness of whole numbers was found: one more cell nearby must be hidden."""
        A, where = self.asker.system.A, int(self.part.cells[cell])
        around = self.part.cells[self._around(cell)]
        touched = abs(A[:, around]).sum(axis=1).A1 > 0 if len(around) else np.zeros(A.shape[0], dtype=bool)
        near = np.unique(A[np.flatnonzero(touched)].indices)
        near = near[~self.asker.hidden[near]]
        return Cut(where, near.astype(np.intp), np.ones(len(near)), 1.0, proved=False)
