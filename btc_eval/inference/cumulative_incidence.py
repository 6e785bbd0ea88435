"""How many had which event by when? Aalen–Johansen for competing events, with the infinitesimal jackknife.

Notation: Y(t) at risk just before t; dN_k(t) events of kind k; dA_k = dN_k / Y; S the share with no event yet;
F_k(t) = Σ_{u ≤ t} S(u−) dA_k(u). Row i moves F_k by w_i U_i(t), its influence (Efron 1981):

    U_i(t) = Σ_{u ≤ t} { S(u−) (dN_ki − Y_i dA_k) / Y  −  [F_k(t) − F_k(u)] (dN_i − Y_i dA) / (Y (1 − dA)) }

The variance is Σ (Σ w_i U_i)² over rows, children or families. Because U_i is linear in a few functions of t, the sum
at every t takes one pass: no matrix of rows by times is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import Risk, risk
from btc_eval.inference.paths import squared_sums


@dataclass(frozen=True, slots=True)
class Incidence:
    """Cumulative incidence at every event time.

    Parameters
    ----------
    risk
        Who was at risk, and what happened.
    survival
        (T + 1,) share with no event, from 1 before the first event time.
    incidence
        (T + 1, K) cumulative incidence of each kind, from 0.
    variance
        (T + 1, K) infinitesimal-jackknife variance.
    weights, event, unit
        As given.
    """

    risk: Risk
    survival: Floats
    incidence: Floats
    variance: Floats
    event: Ints
    weights: Floats | None
    unit: Ints | None

    @property
    def last(self) -> float:
        """The latest time at which anything is known: the last stop, or for ever once everyone has had an event."""
        return float("inf") if self.survival[-1] < 1e-12 else self.risk.last


def cumulative_incidence(
    duration: Floats,
    event: Ints,
    kinds: int,
    entry: Floats | None = None,
    weights: Floats | None = None,
    unit: Ints | None = None,
) -> Incidence:
    """How many had which event by when?

    Parameters
    ----------
    duration, event, kinds, entry, weights
        As in `risk`.
    unit
        (n,) codes 0 … C − 1 of the families or wards whose rows go together; `None` takes each row alone.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141–150. Therneau, R package survival, vignette
    “Methods and formulae”: the same variance.
    """
    found = risk(duration, event, kinds, entry, weights)
    share = found.events / found.at_risk[:, None]
    survival = np.r_[1.0, np.cumprod(np.maximum(1 - share.sum(axis=1), 0.0))]
    incidence = np.vstack([np.zeros(kinds), np.cumsum(survival[:-1, None] * share, axis=0)])
    parts = _Parts.of(found, survival, share)
    if entry is None and unit is None:
        variance = _variance_by_cells(found, parts, incidence, event, weights)
    else:
        variance = _variance_by_paths(found, parts, incidence, event, weights, unit)
    return Incidence(found, survival, incidence, np.maximum(variance, 0.0), event, weights, unit)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Per event time, with a leading 0: `jump` = 1 / (Y (1 − dA)), `own` = S(u−) / Y, and their hazards."""

    jump: Floats
    own: Floats
    hazard: Floats
    share: Floats

    @classmethod
    def of(cls, found: Risk, survival: Floats, share: Floats) -> _Parts:
        total = share.sum(axis=1)
        # Where everyone left has the event, nothing comes after it and its weight is nought.
        left = found.at_risk * (1 - total)
        some = left > 1e-12 * found.at_risk
        jump = np.where(some, 1 / np.where(some, left, 1.0), 0.0)
        own = survival[:-1] / found.at_risk
        before = np.zeros((1, share.shape[1]))  # a row of its own also where no event was seen
        return cls(np.r_[0.0, jump], np.r_[0.0, own], np.r_[0.0, jump * total], np.vstack([before, share]))


def _variance_by_cells(found: Risk, parts: _Parts, incidence: Floats, event: Ints, weights: Floats | None) -> Floats:
    """Rows alone and all there from the start: every row that stops at one time with one event has one influence."""
    kinds, count = incidence.shape[1], len(found.times) + 1
    squares = None if weights is None else weights**2
    cells = np.bincount(found.hi * (kinds + 1) + event, squares, minlength=count * (kinds + 1))
    cells = cells.reshape(count, kinds + 1).astype(float)
    active = cells.sum() - np.cumsum(cells.sum(axis=1))
    first = np.cumsum(parts.hazard)
    ended = np.ones(kinds + 1)
    ended[0] = 0.0
    alpha = first[:, None] - parts.jump[:, None] * ended
    variance = np.empty_like(incidence)
    for k in range(kinds):
        f = incidence[:, k]
        second = np.cumsum(f * parts.hazard + parts.own * parts.share[:, k])
        beta = -second[:, None] + (f * parts.jump)[:, None] * ended
        beta[:, k + 1] += parts.own
        aa, ab, bb = ((cells * x).sum(axis=1).cumsum() for x in (alpha**2, alpha * beta, beta**2))
        variance[:, k] = f**2 * aa + 2 * f * ab + bb + (f * first - second) ** 2 * active
    return variance


def _variance_by_paths(
    found: Risk, parts: _Parts, incidence: Floats, event: Ints, weights: Floats | None, unit: Ints | None
) -> Floats:
    """Rows that enter late or go together: each unit's (a, b, at risk) changes only as its rows come and go."""
    n, kinds = len(event), incidence.shape[1]
    w = np.ones(n) if weights is None else weights
    first = np.cumsum(parts.hazard)
    ended = event > 0
    where = np.column_stack([found.lo, found.hi]).ravel()
    alpha = np.column_stack([-w * first[found.lo], w * (first[found.hi] - ended * parts.jump[found.hi])]).ravel()
    active = np.column_stack([w, -w]).ravel()
    variance = np.empty_like(incidence)
    for k in range(kinds):
        f = incidence[:, k]
        second = np.cumsum(f * parts.hazard + parts.own * parts.share[:, k])
        gone = ended * (f * parts.jump)[found.hi] + (event == k + 1) * parts.own[found.hi] - second[found.hi]
        beta = np.column_stack([w * second[found.lo], w * gone]).ravel()
        sums = squared_sums(np.column_stack([alpha, beta, active]), where, unit, len(f))
        now = np.column_stack([f, np.ones(len(f)), f * first - second])
        variance[:, k] = np.einsum("ta,tab,tb->t", now, sums, now)
    return variance


def influence(found: Incidence, kind: int, at: Floats, *, integrated: bool = False) -> Floats:
    """By how much does each row move the cumulative incidence at given times?

    Parameters
    ----------
    found
        From `cumulative_incidence`.
    kind
        0 … K − 1.
    at
        (m,) times.
    integrated
        Take the area under the curve up to each time instead of its height.

    Returns
    -------
    (n, m) array
        Weighted influences w_i U_i; they sum to nought.
    """
    r, f = found.risk, found.incidence[:, kind]
    share = r.events / r.at_risk[:, None]
    parts = _Parts.of(r, found.survival, share)
    when = np.r_[0.0, r.times][:, None]
    gone = found.event > 0
    own = found.event == kind + 1
    if integrated:
        later = np.maximum(at[None, :] - when, 0.0)
        phi = area(r.times, f, at)[None, :] - _areas_upto(r.times, f)[:, None] - later * f[:, None]
        phi = np.where(when <= at, phi, 0.0)
        psi = later
    else:
        reached = when <= at[None, :]
        phi = np.where(reached, f[np.searchsorted(r.times, at, side="right")][None, :] - f[:, None], 0.0)
        psi = reached.astype(float)
    part: Floats = (parts.own * parts.share[:, kind])[:, None]
    total = np.cumsum(parts.hazard[:, None] * phi - part * psi, axis=0)
    rows: Floats = total[r.hi] - total[r.lo] - (gone * parts.jump[r.hi])[:, None] * phi[r.hi]
    rows += (own * parts.own[r.hi])[:, None] * psi[r.hi]
    return np.asarray(rows if found.weights is None else rows * found.weights[:, None])


def area(times: Floats, steps: Floats, until: Floats) -> Floats:
    """What is the area from 0 to each of `until` under a step function that is steps[0] before the first time?"""
    place = np.searchsorted(times, until, side="right")
    return np.asarray(_areas_upto(times, steps)[place] + (until - np.r_[0.0, times][place]) * steps[place])


def _areas_upto(times: Floats, steps: Floats) -> Floats:
    return np.asarray(np.r_[0.0, np.cumsum(np.diff(np.r_[0.0, times]) * steps[:-1])])
