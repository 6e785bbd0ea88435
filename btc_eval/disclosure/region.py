"""What is possible, given what is shown? The attacker's polytope, split into parts that share no sum.

Free cells lie between their bounds and satisfy the sums; cells that are shown are constants. Each part is a small
linear program of its own, which is what makes exact bounds affordable.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from btc_eval.disclosure.system import TOLERANCE, Floats, Ints, components

#: The solver keeps wall time; on a busy machine it may need so many times its share of the processor.
PATIENCE = 10.0


class OutOfTimeError(Exception):
    """The time given for a proof has passed; the caller refuses the table."""


class ImpossibleError(Exception):
    """No table fits what is shown: the sums and the bounds contradict each other."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When the time for a proof is over: processor time of this process, so that a busy machine refuses nothing that
    an idle one would let through."""

    ends: float

    @classmethod
    def of(cls, seconds: float) -> Clock:
        """Start now."""
        return cls(time.process_time() + seconds)

    def left(self) -> float:
        """Return the seconds left; raise where there are none."""
        left = self.ends - time.process_time()
        if left <= 0:
            raise OutOfTimeError
        return left


@dataclass(frozen=True, slots=True)
class Found:
    """The optimum of one linear program: the free cells of the part, the optimum, the prices of its sums."""

    y: Floats
    best: float
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the region.

    Parameters
    ----------
    A
        Shape (rows, cells) of the part.
    b
        Shape (rows,): A y = b.
    low, high
        Shape (cells,).
    rows, cells
        Where these stand in the whole.
    """

    A: sp.csr_matrix
    b: Floats
    low: Floats
    high: Floats
    rows: Ints
    cells: Ints

    def maximise(self, weight: Floats, clock: Clock, low: Floats | None = None, high: Floats | None = None) -> Found:
        """Return the point that makes `weight @ y` largest; `low` and `high` may narrow the part for this question."""
        low, high = self.low if low is None else low, self.high if high is None else high
        if not len(self.rows):
            y = np.where(weight > 0, high, low)
            best = float(np.sum(np.where(weight == 0, 0.0, weight * y)))
            return Found(np.where(weight == 0, low, y), best, np.zeros(0))
        with np.errstate(all="ignore"):
            result = linprog(
                -weight,
                A_eq=self.A,
                b_eq=self.b,
                bounds=np.column_stack([low, high]),
                method="highs",
                options={"time_limit": PATIENCE * clock.left()},
            )
        if result.status == 1:
            raise OutOfTimeError
        if result.status == 3:
            return Found(np.full(len(low), np.nan), np.inf, np.zeros(len(self.rows)))
        if result.status != 0:
            raise ImpossibleError
        return Found(result.x, -float(result.fun), np.asarray(result.eqlin.marginals))

    def maximise_whole(self, weight: Floats, clock: Clock, low: Floats, high: Floats) -> Found:
        """Return the best point of whole numbers: what an attacker knows who knows that children come in ones."""
        result = milp(
            -weight,
            constraints=LinearConstraint(self.A, self.b, self.b),
            bounds=Bounds(low, high),
            integrality=np.ones(len(weight)),
            options={"time_limit": PATIENCE * clock.left()},
        )
        if result.status == 1 or (result.x is None and result.status != 2):
            raise OutOfTimeError
        if result.x is None:
            raise ImpossibleError
        return Found(np.round(result.x), -float(result.fun), np.zeros(len(self.rows)))


def least_move(
    A: sp.csr_matrix, price: Floats, rise: tuple[Floats, Floats], fall: tuple[Floats, Floats], clock: Clock
) -> Floats | None:
    """Which change of the cells keeps every sum and costs least in all? None where there is none.

    Parameters
    ----------
    A
        Shape (sums, cells).
    price
        Shape (cells,): what a unit of change costs, up or down.
    rise, fall
        Lower and upper bound of how far each cell rises and falls, shape (cells,) each.
    """
    cells = A.shape[1]
    result = linprog(
        np.concatenate([price, price]),
        A_eq=sp.hstack([A, -A], format="csr"),
        b_eq=np.zeros(A.shape[0]),
        bounds=np.column_stack([np.concatenate([rise[0], fall[0]]), np.concatenate([rise[1], fall[1]])]),
        method="highs",
        options={"time_limit": PATIENCE * clock.left()},
    )
    if result.status == 1:
        raise OutOfTimeError
    return np.asarray(result.x[:cells] - result.x[cells:]) if result.status == 0 else None


def split(A: sp.csr_matrix, low: Floats, high: Floats) -> list[Part]:
    """Which cells are free, and which of them hang together?

    Parameters
    ----------
    A
        Shape (sums, cells): A y = 0.
    low, high
        Shape (cells,): a cell with low equal to high is known.

    Returns
    -------
    list of Part
        Every free cell stands in exactly one.

    Raises
    ------
    ImpossibleError
        Where a sum of known cells does not add up, or a lower bound stands above an upper one.
    """
    if (low > high + TOLERANCE).any():
        raise ImpossibleError
    free = np.flatnonzero(high > low)
    known = np.where(high > low, 0.0, low)
    b = -(A @ known)
    inner = A[:, free].tocsr()
    used = np.diff(inner.indptr) > 0
    if np.abs(b[~used]).max(initial=0.0) > TOLERANCE * max(1.0, float(np.abs(known).max(initial=0.0))):
        raise ImpossibleError
    rows = np.flatnonzero(used)
    inner = inner[rows]
    count, label = components(inner)
    order = np.argsort(label, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []
    row_label = label[inner.indices[inner.indptr[:-1]]] if len(rows) else np.zeros(0, dtype=np.intp)
    row_order = np.argsort(row_label, kind="stable")
    starts = np.searchsorted(row_label[row_order], np.arange(count + 1))
    columns = inner.tocsc()
    parts = []
    for group in groups:
        part = int(label[group[0]])
        mine = row_order[starts[part] : starts[part + 1]]
        cells = free[group]
        block = columns[:, group].tocsr()[mine]
        parts.append(Part(block, b[rows[mine]], low[cells], high[cells], rows[mine], cells))
    return parts
