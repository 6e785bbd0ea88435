"""Which cells guard the small ones, quickly? Route, prove, prune; the proof and not the recipe makes it safe.

A large table is first looked at along boxes (`box_routes`); what that settles needs nothing more. *Route*: for a small
cell without a witness, the cheapest way to make good a change of it among the cells around it, where cells already
hidden cost next to nothing; the cells of that way are hidden, and it is itself the witness (after the shortest-path
heuristic of Castro, 2007, *Computers & Operations Research* 34). *Prove*: what has no witness then is asked about in
full; the answer is a witness or a cut, and a cell that still finds no way has the cheapest cells of its cut hidden.
*Prune*: a guard that turns out not to be needed is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from btc_eval.disclosure.box_routes import box_prune, box_route
from btc_eval.disclosure.prove import Cut, borrow, prove
from btc_eval.disclosure.region import Clock, OutOfTimeError
from btc_eval.disclosure.system import TOLERANCE, Bools, Ints, System
from btc_eval.disclosure.witness import Witnesses, around, move

#: A way is looked for among so many cells, so many from each sum; twice as wide where the first search fails.
NEAR, WIDTH = 400, 5
#: The price of moving a cell that is hidden already, beside at least 1 for one that is not.
FREE = 0.02
#: Where fewer than this share of the small cells find witnesses together, every one is given a way of its own first.
MOST = 0.5
#: In a large table so many unprotected cells are mended at a time; one mend often helps its neighbours.
AT_A_TIME = 25
LARGE = 1_500
#: Guards that may be tried for removal; each trial is a proof of its own.
TRIALS = 120
#: In a table that was laid out, until so many programs are solved: work, not time, so that every machine agrees.
PROGRAMS = 500


class UnprotectableError(Exception):
    """No further cell may be hidden and a small one is still exposed; holds its position."""

    def __init__(self, cell: int) -> None:
        super().__init__(cell)
        self.cell = cell


def guard(system: System, clock: Clock, witnesses: Witnesses) -> tuple[Bools, list[Cut]]:
    """Which pattern of hidden cells is safe, near the cheapest?

    Parameters
    ----------
    witnesses
        Filled in.

    Returns
    -------
    tuple
        The pattern, shape (cells,), proved; and every cut met on the way, each true of every safe pattern.

    Raises
    ------
    OutOfTimeError, UnprotectableError
    """
    hidden = system.hidden.copy()
    box_route(system, hidden, clock, witnesses)
    if borrow(system, hidden, clock, witnesses) < MOST:
        _route(system, hidden, np.flatnonzero(system.protected), clock, witnesses)
    return hidden, mend(system, hidden, (), clock, witnesses)


def mend(system: System, hidden: Bools, cuts: Sequence[Cut], clock: Clock, witnesses: Witnesses) -> list[Cut]:
    """Make this pattern safe, in place, starting with what these cuts find wrong; return the further cuts met.

    Raises
    ------
    OutOfTimeError, UnprotectableError
    """
    limit = AT_A_TIME if len(system.value) > LARGE else None
    met: list[Cut] = []
    while True:
        if cuts:
            _route(system, hidden, np.unique([cut.cell for cut in cuts]), clock, witnesses)
            up, down = witnesses.borne(hidden)
            for cut in cuts:
                if not (up[cut.cell] and down[cut.cell]):
                    _satisfy(system, hidden, cut)
        cuts = prove(system, hidden, clock, limit, witnesses).cuts
        if not cuts:
            return met
        met.extend(cut for cut in cuts if cut.proved)


def _route(system: System, hidden: Bools, cells: Ints, clock: Clock, witnesses: Witnesses) -> None:
    """Give each of these cells its two witnesses, hiding what they move; in place. Some may find none."""
    up, down = witnesses.borne(hidden)
    for cell in cells[np.argsort(-system.value[cells], kind="stable")]:
        for sign, done in ((1, up), (-1, down)):
            for wider in (1, 2):
                if not done[cell]:
                    rising, falling = _way(system, hidden, clock, witnesses, int(cell), sign, wider)
                    up[rising] = True
                    down[falling] = True


def _way(
    system: System, hidden: Bools, clock: Clock, witnesses: Witnesses, cell: int, sign: int, wider: int
) -> tuple[Ints, Ints]:
    """Hide the cheapest way for this cell, in place; return which cells it is a witness for, up and down."""
    price = np.where(hidden, FREE, np.where(system.fixed, np.inf, system.cost))
    cells = around(system, witnesses.columns, cell, price, WIDTH * wider, NEAR * wider)
    moved = move(witnesses, cells, sign, price[cells], clock)
    spoken = witnesses.admit(cells, moved) if moved is not None else None
    if moved is None or spoken is None:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    hidden[cells[np.abs(moved) > TOLERANCE]] = True
    return spoken


def _satisfy(system: System, hidden: Bools, cut: Cut) -> None:
    """Hide the cheapest cells of this cut until what is hidden weighs enough; in place.

    Raises
    ------
    UnprotectableError
        Where hiding all that may be hidden is not enough.
    OutOfTimeError
        Where there is nothing left to hide for a proof that was not found; it might have been, with more time.
    """
    missing = cut.need - float(cut.weight[hidden[cut.cells]].sum())
    while missing > TOLERANCE:
        able = np.flatnonzero(~hidden[cut.cells] & ~system.fixed[cut.cells])
        if not len(able):
            raise UnprotectableError(cut.cell) if cut.proved else OutOfTimeError
        worth = system.cost[cut.cells[able]] / np.minimum(cut.weight[able], missing)
        best = able[np.argmin(worth)]
        hidden[cut.cells[best]] = True
        missing -= float(cut.weight[best])


def prune(system: System, hidden: Bools, clock: Clock, witnesses: Witnesses) -> Bools:
    """Which guards of a safe pattern are needed? Return it without the others that were tried, the costliest first.

    Where the time passes, the guards not yet tried stay.
    """
    guards = np.flatnonzero(hidden & ~system.hidden)
    guards = guards[np.argsort(-system.cost[guards], kind="stable")]
    if system.grids:
        hidden = box_prune(system, hidden, guards, clock, witnesses)
    programs = 0
    for cell in guards[hidden[guards]][: TRIALS if len(system.value) <= LARGE else 0]:
        without = hidden.copy()
        without[cell] = False
        try:
            proof = prove(system, without, clock, 1, witnesses)
        except OutOfTimeError:
            break
        hidden = without if proof.safe else hidden
        programs += proof.programs
        if system.grids and programs > PROGRAMS:
            break
    return hidden
