"""In which state is a child at time t? Aalen–Johansen for any finite set of states.

Notation: Y_h(t) weight at risk in state h just before t; dN_hj(t) moves h → j; dA = dN / Y with rows that sum to 0;
P(s, t) = Π_{s < u ≤ t} (I + dA(u)); p(t) = p(s)' P(s, t). A row is at risk in (start, stop]; moves at one time are made
at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import not_later, places

#: The state of a row that ends without a move.
STAYS = -1


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows at risk and their moves.

    Parameters
    ----------
    start, stop
        (n,) each row is at risk in (start, stop].
    source, target
        (n,) state codes; `target` is `STAYS` where the row ends without a move.
    weights
        (n,) above zero.
    unit
        (n,) codes of what is independent: children, or families or wards.
    states
        K.
    """

    start: Floats
    stop: Floats
    source: Ints
    target: Ints
    weights: Floats
    unit: Ints
    states: int


@dataclass(frozen=True, slots=True)
class Hazards:
    """Increments at the distinct times of moves.

    Parameters
    ----------
    times
        (T,).
    at_risk, rows_at_risk
        (T, K) weight, and rows, at risk in each state just before each time.
    moves, rows_moves
        (T, K, K) weight, and rows, of moves.
    increments
        (T, K, K) dA, each row summing to nought.
    lo, hi
        (n,) as in `event_times`.
    """

    times: Floats
    at_risk: Floats
    rows_at_risk: Floats
    moves: Floats
    rows_moves: Floats
    increments: Floats
    lo: Ints
    hi: Ints

    def since(self, first: int) -> Hazards:
        """Return the same from event time `first` on; what came before is neither risk nor move."""
        return Hazards(
            self.times[first:],
            self.at_risk[first:],
            self.rows_at_risk[first:],
            self.moves[first:],
            self.rows_moves[first:],
            self.increments[first:],
            np.maximum(self.lo - first, 0),
            np.maximum(self.hi - first, 0),
        )


def hazards(rows: Moves) -> Hazards:
    """What were the hazards of every move, at every time of a move?"""
    k = rows.states
    moved = np.flatnonzero(rows.target != STAYS)
    times, place = places(rows.stop[moved])
    count = len(times)
    lo, hi = not_later(times, rows.start), not_later(times, rows.stop)
    cell = (place * k + rows.source[moved]) * k + rows.target[moved]
    moves = np.bincount(cell, rows.weights[moved], minlength=count * k * k).reshape(count, k, k).astype(float)
    rows_moves = np.bincount(cell, minlength=count * k * k).reshape(count, k, k).astype(float)
    change = np.zeros((2, count + 1, k))
    for layer, weights in zip(change, (rows.weights, np.ones(len(lo)))):
        layer += np.bincount(lo * k + rows.source, weights, minlength=(count + 1) * k).reshape(-1, k)
        layer -= np.bincount(hi * k + rows.source, weights, minlength=(count + 1) * k).reshape(-1, k)
    at_risk, rows_at_risk = np.cumsum(change, axis=1)[:, :-1]
    at_risk = np.where(rows_at_risk > 0.5, at_risk, 0.0)
    share = moves / np.where(at_risk > 0, at_risk, 1.0)[:, :, None]
    diagonal = np.arange(k)
    share[:, diagonal, diagonal] = -share.sum(axis=2)
    return Hazards(times, at_risk, rows_at_risk, moves, rows_moves, share, lo, hi)


def forward(found: Hazards, first: int, last: int) -> Floats:
    """Return (last − first + 1, K, K): P from just before event time `first` to each event time up to `last` − 1."""
    k = found.increments.shape[1]
    out = np.empty((last - first + 1, k, k))
    out[0] = np.eye(k)
    steps = found.increments[first:last] + np.eye(k)
    for i, step in enumerate(steps):
        np.matmul(out[i], step, out=out[i + 1])
    return out


def backward(found: Hazards, first: int, last: int) -> Floats:
    """Return (last − first + 1, K, K): P from each event time (after its moves) to `last` − 1."""
    k = found.increments.shape[1]
    out = np.empty((last - first + 1, k, k))
    out[-1] = np.eye(k)
    steps = found.increments[first:last] + np.eye(k)
    for i in range(last - first - 1, -1, -1):
        np.matmul(steps[i], out[i + 1], out=out[i])
    return out


def stays(found: Hazards, path: Floats, first: int, since: float, until: float) -> Floats:
    """What is the area under a path that begins at `since`, is path[0] until event time `first`, then path[1], …?

    `path` has one entry more than there are event times in (since, until].
    """
    edges = np.r_[since, found.times[first : first + len(path) - 1], until]
    return np.asarray(np.tensordot(np.diff(edges), path, axes=(0, 0)))


def stays_backward(found: Hazards, first: int, last: int, until: float) -> Floats:
    """Return (last − first + 1, K, K): expected time in each state from each event time, its moves done, on."""
    k = found.increments.shape[1]
    out = np.zeros((last - first + 1, k, k))
    steps = found.increments[first:last] + np.eye(k)
    edges = np.r_[found.times[first:last], until]
    # out[i] belongs just after event time first + i − 1, and out[0] just after the beginning.
    out[-1] = np.eye(k) * (until - edges[-2] if last > first else 0.0)
    for i in range(last - first - 1, -1, -1):
        gap = edges[i] - edges[i - 1] if i > 0 else 0.0
        out[i] = np.eye(k) * gap + steps[i] @ out[i + 1]
    return out


def greenwood(found: Hazards, first: int, last: int, *, method: str = "greenwood") -> Floats:
    """What is the variance of every P(s, t), from just before event time `first` to each one up to `last` − 1?

    Parameters
    ----------
    method
        "greenwood": moves are multinomial given who is at risk. "aalen": they come from counting processes.

    Returns
    -------
    (last − first + 1, K, K) array
        Var P_hj, by the recursion cov P(s, t) = (I + dA)' cov P(s, t−) (I + dA) + P(s, t−) cov(dA) P(s, t−)'; with
        P(s, t) in the last term for "aalen".

    References
    ----------
    Andersen, Borgan, Gill and Keiding (1993), 4.4.1.3–4; as R's `mstate::probtrans`.
    """
    k = found.increments.shape[1]
    identity = np.eye(k)
    cov = np.zeros((k, k, k, k))  # [a, j, b, m]: of P_aj and P_bm
    path = np.eye(k)
    out = np.zeros((last - first + 1, k, k))
    for i in range(first, last):
        step = identity + found.increments[i]
        if cov.any():
            cov = np.einsum("ajbm,mn->ajbn", np.einsum("ajbm,jl->albm", cov, step), step)
        for h in np.flatnonzero(found.moves[i].sum(axis=1) > 0):
            y = found.at_risk[i, h]
            if method == "greenwood":
                spread = (np.diag(step[h]) - np.outer(step[h], step[h])) / y
            else:
                share = found.moves[i, h] / y**2
                spread = np.diag(share)
                spread[h] -= share
                spread[:, h] -= share
                spread[h, h] += share.sum()
            reach = path[:, h] if method == "greenwood" else path @ step[:, h]
            cov += np.einsum("a,b,jm->ajbm", reach, reach, spread)
        path = path @ step
        out[i - first + 1] = np.einsum("ajaj->aj", cov)
    return np.maximum(out, 0.0)
