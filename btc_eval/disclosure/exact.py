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

from btc_eval.disclosure.heuristic import UnprotectableError, mend
from btc_eval.disclosure.prove import Cut, prove
from btc_eval.disclosure.region import PATIENCE, Clock
from btc_eval.disclosure.system import Bools, Floats, System
from btc_eval.disclosure.witness import Witnesses

#: Limits of work, not of time, so that the same table gives the same pattern on every machine.
ROUNDS = 30
NODES = 300
#: Every so many rounds the pattern of the round is mended, which may give a better one than any known.
MEND_EVERY = 5


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """The best pattern found and the least that any safe pattern can cost."""

    hidden: Bools
    bound: float


def solve(system: System, cuts: list[Cut], known: Bools, gap: float, clock: Clock, witnesses: Witnesses) -> Solved:
    """Which safe pattern is the cheapest?

    Parameters
    ----------
    system
        The table.
    cuts
        Inequalities known to hold of every safe pattern.
    known
        A safe pattern, shape (cells,); the search stops where nothing cheaper by more than a share `gap` exists.
    clock
        When to give up.
    witnesses
        Those found so far; new ones are added.

    Returns
    -------
    Solved
        The best pattern found, `known` where no better one was, and the least that any can cost. Some
        patterns that turn out not to be safe are mended on the way; that may give a better one long before the end.
    """
    cost = np.where(system.hidden, 0.0, system.cost)
    matrices, needs = _company(system)
    pool = list(cuts)
    bound = 0.0
    limits = Bounds(system.hidden.astype(float), np.where(system.fixed & ~system.hidden, 0.0, 1.0))
    best, least = known, float(cost @ known)
    for turn in range(1, ROUNDS + 1):
        rows, need = _stack(pool, len(cost))
        result = milp(
            cost,
            constraints=LinearConstraint(sp.vstack([matrices, rows]), np.concatenate([needs, need]), np.inf),
            integrality=np.ones(len(cost)),
            bounds=limits,
            options={"node_limit": NODES, "time_limit": PATIENCE * clock.left()},
        )
        if result.x is None or result.status not in (0, 1):
            break
        bound = max(bound, min(float(result.mip_dual_bound or 0.0), least))
        if bound >= least * (1 - gap) - 1e-6:
            break
        hidden = result.x > 0.5
        proof = prove(system, hidden, clock, None, witnesses)
        if not all(cut.proved for cut in proof.cuts):
            break
        pool.extend(proof.cuts)
        if not proof.safe and turn % MEND_EVERY:
            continue
        try:
            pool.extend(mend(system, hidden, proof.cuts, clock, witnesses))
        except UnprotectableError:
            break
        if float(cost @ hidden) < least - 1e-6:
            best, least = hidden.copy(), float(cost @ hidden)
        if result.status == 1:
            break
    return Solved(best, min(bound, least))


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
