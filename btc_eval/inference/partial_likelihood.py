"""The Cox partial likelihood: its value, score, information and score residuals at any coefficients.

Notation: r_j = w_j exp(β'z_j); S0, S1 sums of r and r z over those at risk at an event time, D0, D1 over the events
tied there. The information Σ_g [S2/S0 − S1 S1'/S0²] is never summed group by group in its first part: exchanging the
sums, it is Z' diag(v) Z with v_j = r_j Σ_{g: j at risk} c_g, one product of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.cox_ties import Terms, Tied, Ties
from btc_eval.inference.risk_sets import RiskSets, risk_sets

#: Columns of the design taken at once in a product, so that they stay in the processor's cache.
BLOCK = 1 << 15


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A partial likelihood, its rows standardised once.

    Parameters
    ----------
    z, own
        (p, n) covariates, centred at their weighted means and divided by `scale`; (p, E) those of the event rows.
    centre, scale
        (p,) of the covariates as given.
    weights
        (n,) case weights.
    sets, tied
        Risk sets and tied events.
    """

    z: Floats
    own: Floats
    centre: Floats
    scale: Floats
    weights: Floats
    sets: RiskSets
    tied: Tied

    def state(self, beta: Floats) -> State:
        """Evaluate everything at standardised coefficients."""
        eta = beta @ self.z
        shift = float(eta.max())
        hazard = np.exp(eta - shift)
        r = self.weights * hazard
        rows = self.tied.rows
        at_risk = self.sets.sum(_products(self.z, r), 1 + len(self.z))
        tied = self.tied.sums(_products(self.own, r[rows])) if self.tied.efron else np.zeros_like(at_risk)
        with np.errstate(all="ignore"):  # a step too far is not finite, and is not taken
            terms = self.tied.terms(at_risk[0], tied[0])
        value = float(self.weights[rows] @ (eta[rows] - shift)) - terms.log_sum
        return State(self, beta, hazard, shift, at_risk, tied, terms, value)


@dataclass(frozen=True, slots=True)
class State:
    """The likelihood at one β: `hazard` exp(β'z − shift), `at_risk` and `tied` (1 + p, G) sums, `value` its log."""

    of: Likelihood
    beta: Floats
    hazard: Floats
    shift: float
    at_risk: Floats
    tied: Floats
    terms: Terms
    value: float

    def score(self, factor: Floats | None = None) -> Floats:
        """Return (p,) the score; of each event time times `factor` (G,), where given."""
        tied, t = self.of.tied, self.terms
        h = np.ones(len(t.c)) if factor is None else factor
        own = self.of.own @ (self.of.weights[tied.rows] * h[tied.of])
        return np.asarray(own - self.at_risk[1:] @ (t.c * h) + self.tied[1:] @ (t.e * h))

    def information(self, factor: Floats | None = None) -> Floats:
        """Return (p, p) the observed information; of each event time times `factor`, where given."""
        tied, t = self.of.tied, self.terms
        h = np.ones(len(t.c)) if factor is None else factor
        v = self.of.sets.spread(t.c * h)
        if tied.efron:
            v[tied.rows] -= (t.e * h)[tied.of]
        v *= self.of.weights * self.hazard
        s, d = self.at_risk[1:], self.tied[1:]
        with np.errstate(all="ignore"):
            cross = (s * (t.q1 * h)) @ d.T
            means = (s * (t.q0 * h)) @ s.T - cross - cross.T + (d * (t.q2 * h)) @ d.T
        found = _gram(self.of.z, v) - means
        return np.asarray((found + found.T) / 2)

    def score_residuals(self) -> Floats:
        """Return (p, n) each row's weighted contribution to the score; they sum to it."""
        tied, t, sets = self.of.tied, self.terms, self.of.sets
        s, d, z = self.at_risk[1:], self.tied[1:], self.of.z
        level = sets.spread(t.c)
        own = np.zeros(z.shape[1])
        if tied.efron:
            level[tied.rows] -= t.e[tied.of]
        out = np.empty_like(z)
        first, second = s * t.q0 - d * t.q1, s * t.q1 - d * t.q2
        mean = (s * t.c - d * t.e) / tied.weight
        for k in range(len(z)):
            own[:] = sets.spread(first[k])
            if tied.efron:
                own[tied.rows] -= second[k][tied.of]
            out[k] = self.hazard * (own - z[k] * level)
            out[k][tied.rows] += self.of.own[k] - mean[k][tied.of]
        return out * self.of.weights


def likelihood(
    design: Floats,
    stop: Floats,
    event: Ints,
    *,
    start: Floats | None = None,
    weights: Floats | None = None,
    stratum: Ints | None = None,
    ties: Ties = "efron",
    sets: tuple[RiskSets, Ints] | None = None,
) -> Likelihood:
    """Prepare a partial likelihood; arguments as in `cox`. `sets` replaces the risk sets made from the times."""
    n, p = design.shape
    w = np.ones(n) if weights is None else weights
    found, of = risk_sets(stop, event, start, stratum) if sets is None else sets
    centre = w @ design / w.sum()
    z = np.empty((p, n))
    for first in range(0, n, BLOCK):
        z[:, first : first + BLOCK] = design[first : first + BLOCK].T
    z -= centre[:, None]
    scale = np.sqrt(np.array([row @ row for row in z]) / n)
    scale = np.where(scale > 0, scale, 1.0)
    z /= scale[:, None]
    # A row never at risk at an event says nothing; counted at no time, it must not fall to a neighbouring stratum.
    idle = (found.hi <= found.lo) & (True if found.tail is None else found.tail == 0)
    if idle.any():
        w = np.where(idle, 0.0, w)
    tied = Tied.of_events(np.flatnonzero(event > 0), of, w, len(found.times), ties)
    return Likelihood(z, z[:, tied.rows], centre, scale, w, found, tied)


def _products(z: Floats, r: Floats) -> Iterator[Floats]:
    """Yield r, then each row of z times r, in one buffer."""
    yield r
    buffer = np.empty_like(r)
    for row in z:
        yield np.multiply(row, r, out=buffer)


def _gram(z: Floats, v: Floats) -> Floats:
    total = np.zeros((len(z), len(z)))
    for first in range(0, z.shape[1], BLOCK):
        part = z[:, first : first + BLOCK]
        total += (part * v[first : first + BLOCK]) @ part.T
    return total
