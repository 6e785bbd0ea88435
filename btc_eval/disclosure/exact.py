"""Which cells guard the small ones at the least loss? The cell suppression problem, solved by cutting planes.

Fischetti and Salazar-González (2001): choose a pattern by integer programming; let the attacker answer; every small
cell that the attacker can pin down gives an inequality that the pattern breaks; choose again. When the attacker finds
nothing, the pattern is safe, and no cheaper one is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from btc_eval.disclosure.prove import Cut, prove
from btc_eval.disclosure.region import Clock
from btc_eval.disclosure.system import Bools, Floats, System
from btc_eval.disclosure.witness import Witnesses

#: Limits of work, not of time, so that the same table gives the same pattern on every machine.
ROUNDS = 40
NODES = 4_000


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """The best pattern found, or None, and the least that any safe pattern can cost."""

    hidden: Bools | None
    bound: float


def solve(system: System, cuts: list[Cut], best: float, clock: Clock, witnesses: Witnesses) -> Solved:
    """Which safe pattern is the cheapest?

    Parameters
    ----------
    system
        The table.
    cuts
        Inequalities known to hold of every safe pattern.
    best
        The cost of a safe pattern already known; the search stops where it cannot be beaten.
    clock
        When to give up.
    witnesses
        Those found so far; new ones are added.

    Returns
    -------
    Solved
        `hidden` is None where the limits of work were reached first, or nothing cheaper than `best` exists; `bound`
        then still holds.
    """
    cost = np.where(system.hidden, 0.0, system.cost)
    matrices, needs = _company(system)
    pool = list(cuts)
    bound = 0.0
    limits = Bounds(system.hidden.astype(float), np.where(system.fixed & ~system.hidden, 0.0, 1.0))
    for _ in range(ROUNDS):
        rows, need = _stack(pool, len(cost))
        result = milp(
            cost,
            constraints=LinearConstraint(sp.vstack([matrices, rows]), np.concatenate([needs, need]), np.inf),
            integrality=np.ones(len(cost)),
            bounds=limits,
            options={"node_limit": NODES, "time_limit": clock.left()},
        )
        if result.x is None or result.status not in (0, 1):
            return Solved(None, bound)
        bound = max(bound, float(result.mip_dual_bound or 0.0))
        if bound >= best - 1e-6:
            return Solved(None, bound)
        if result.status == 1:
            clock.left()
            return Solved(None, bound)
        hidden = result.x > 0.5
        proof = prove(system, hidden, clock, None, witnesses)
        if proof.safe:
            return Solved(hidden, bound)
        if not all(cut.proved for cut in proof.cuts):
            return Solved(None, bound)
        pool.extend(proof.cuts)
    return Solved(None, bound)


def _company(system: System) -> tuple[sp.csr_matrix, Floats]:
    """A hidden cell that is alone in a sum can be worked out: it needs company in each. Cells that stand nowhere
    (`hidden` without need) may be alone."""
    nowhere = system.hidden & ~system.protected
    lines = []
    for row in range(system.A.shape[0]):
        cells = system.A.indices[system.A.indptr[row] : system.A.indptr[row + 1]]
        lines += [(cells, int(cell)) for cell in cells if not nowhere[cell]]
    if not lines:
        return sp.csr_matrix((0, len(nowhere))), np.zeros(0)
    at = np.repeat(np.arange(len(lines)), [len(cells) for cells, _ in lines])
    where = np.concatenate([cells for cells, _ in lines])
    sign = np.concatenate([np.where(cells == cell, -1.0, 1.0) for cells, cell in lines])
    return sp.csr_matrix((sign, (at, where)), (len(lines), len(nowhere))), np.zeros(len(lines))


def _stack(cuts: list[Cut], cells: int) -> tuple[sp.csr_matrix, Floats]:
    if not cuts:
        return sp.csr_matrix((0, cells)), np.zeros(0)
    at = np.repeat(np.arange(len(cuts)), [len(cut.cells) for cut in cuts])
    where = np.concatenate([cut.cells for cut in cuts])
    weight = np.concatenate([cut.weight for cut in cuts])
    return sp.csr_matrix((weight, (at, where)), (len(cuts), cells)), np.array([cut.need for cut in cuts])
