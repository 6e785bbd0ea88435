"""By how much does each child move an estimate of where children are? The infinitesimal jackknife for many states.

Row i moves p(t) = p0' P(0, t) by Σ_{u ≤ t} p_h(u−)/Y_h(u) (dN_i(u) − Y_i(u) dA_h(u)) P(u, t), and by its part in p0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.multistate import STAYS, Hazards, Moves


@dataclass(frozen=True, slots=True)
class Beginning:
    """How children begin: `p0` (K,) shares, and each unit's influence on them (units, K)."""

    p0: Floats
    influence: Floats

    @classmethod
    def fixed(cls, state: int, states: int, units: int) -> Beginning:
        """Everyone in one state."""
        return cls(np.eye(states)[state], np.zeros((units, states)))


def beginning(rows: Moves, units: int) -> Beginning:
    """In which states do the rows that start first begin?"""
    here = np.flatnonzero(rows.start == rows.start.min())
    weight = rows.weights[here]
    p0 = np.bincount(rows.source[here], weight, minlength=rows.states) / weight.sum()
    cell = rows.unit[here] * rows.states + rows.source[here]
    part = np.bincount(cell, weight, minlength=units * rows.states).reshape(units, rows.states) / weight.sum()
    return Beginning(p0, part - part.sum(axis=1, keepdims=True) * p0)


def influence(rows: Moves, found: Hazards, begin: Beginning, path: Floats, later: Floats) -> Floats:
    """By how much does each unit move a linear function of the path?

    Parameters
    ----------
    path
        (m + 1, K) occupation just before and after each of the first m event times: path[i] is just before time i.
    later
        (m + 1, K, L) what a child that is in a state just after event time i − 1 still adds, P(u, t) for occupation.

    Returns
    -------
    (units, L) array
    """
    m, k = len(path) - 1, rows.states
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(found.at_risk[:m] > 0, path[:m] / found.at_risk[:m], 0.0)
    # Each state's expected part, summed over time: a row subtracts it while it is at risk.
    drift = np.zeros((m + 1, k, later.shape[2]))
    np.cumsum(np.einsum("th,thj,tjl->thl", factor, found.increments[:m], later[1:]), axis=0, out=drift[1:])
    lo, hi = np.minimum(found.lo, m), np.minimum(found.hi, m)
    each = drift[lo, rows.source] - drift[hi, rows.source]
    moved = np.flatnonzero((rows.target != STAYS) & (found.hi > 0) & (found.hi <= m))
    when, source, target = found.hi[moved], rows.source[moved], rows.target[moved]
    each[moved] += factor[when - 1, source][:, None] * (later[when, target] - later[when, source])
    each *= rows.weights[:, None]
    units = len(begin.influence)
    total = np.column_stack([np.bincount(rows.unit, column, minlength=units) for column in each.T])
    return np.asarray(total + begin.influence @ later[0])


def variances(rows: Moves, found: Hazards, begin: Beginning, path: Floats) -> Floats:
    """What is the variance of occupation just before the first and after every event time?

    Returns
    -------
    (T + 1, K) array
        Found by carrying every unit's influence forward: U ← U (I + dA) + its own surprises.
    """
    count, k = len(found.times), rows.states
    units = len(begin.influence)
    moving = np.ascontiguousarray(begin.influence.T)
    present = np.zeros((k, units))
    out = np.empty((count + 1, k))
    out[0] = (moving**2).sum(axis=1)
    entering, leaving = _by_place(found.lo, count + 1), _by_place(found.hi, count + 1)
    for i in range(count):
        came = entering[0][entering[1][i] : entering[1][i + 1]]
        np.add.at(present, (rows.source[came], rows.unit[came]), rows.weights[came])
        went = leaving[0][leaving[1][i] : leaving[1][i + 1]]
        np.add.at(present, (rows.source[went], rows.unit[went]), -rows.weights[went])
        now = leaving[0][leaving[1][i + 1] : leaving[1][i + 2]]
        now = now[rows.target[now] != STAYS]
        before = path[i]
        steps = found.increments[i]
        delta: dict[int, Floats] = {}
        for h in np.flatnonzero(steps.any(axis=1)):
            # Influence there already moves on, and those at risk expected to move with it.
            flow = moving[h] - present[h] * (before[h] / found.at_risk[i, h])
            for j in np.flatnonzero(steps[h]):
                delta[int(j)] = delta.get(int(j), 0.0) + steps[h, j] * flow
        for state, change in delta.items():
            moving[state] += change
        own = rows.weights[now] * before[rows.source[now]] / found.at_risk[i, rows.source[now]]
        np.add.at(moving, (rows.target[now], rows.unit[now]), own)
        np.add.at(moving, (rows.source[now], rows.unit[now]), -own)
        out[i + 1] = np.einsum("ku,ku->k", moving, moving)
    return out


def _by_place(place: Ints, count: int) -> tuple[Ints, Ints]:
    order = np.argsort(place, kind="stable")
    return order, np.searchsorted(place[order], np.arange(count + 1))
