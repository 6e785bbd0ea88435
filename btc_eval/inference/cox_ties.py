"""What do tied events contribute to the partial likelihood? Efron's and Breslow's answers, group by group.

At an event time with d tied events of mean weight w̄, S = Σ r over those at risk, D = Σ r over the tied. Efron takes
Σ_{l<d} w̄ log(S − (l/d) D); Breslow w̄ d log S. Everything the score and the information need of a group are the sums
c = Σ w̄/a, e = Σ f w̄/a and q_k = Σ f^k w̄/a², with a = S − f D and f = l/d.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.inference import Floats, Ints

Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True)
class Tied:
    """The events of each group.

    Parameters
    ----------
    rows, of
        (E,) event rows and the group of each.
    size, weight
        (G,) number of events and sum of their weights.
    first, repeated, fraction
        Efron's terms laid end to end: where each group's begin (G,), the group of each (E,), f of each (E,).
    efron
        Whether Efron's terms are used; without ties both answers are the same.
    """

    rows: Ints
    of: Ints
    size: Ints
    weight: Floats
    first: Ints
    repeated: Ints
    fraction: Floats
    efron: bool

    @classmethod
    def of_events(cls, rows: Ints, of: Ints, weights: Floats, groups: int, ties: Ties) -> Tied:
        """Lay the terms out, once for all iterations."""
        size = np.bincount(of, minlength=groups)
        weight = np.bincount(of, weights[rows], minlength=groups).astype(float)
        first = np.r_[0, np.cumsum(size)[:-1]]
        efron = ties == "efron" and bool(size.max() > 1)
        repeated = np.repeat(np.arange(groups), size) if efron else np.empty(0, dtype=np.int64)
        fraction = (np.arange(len(repeated)) - first[repeated]) / size[repeated] if efron else np.empty(0)
        return cls(rows, of, size, weight, first, repeated, fraction, efron)

    def sums(self, values: Iterable[Floats]) -> Floats:
        """Return (m, G): sums of each of `values`, (E,) at a time, over each group's events."""
        return np.stack([np.bincount(self.of, row, minlength=len(self.size)) for row in values])

    def terms(self, at_risk: Floats, tied: Floats) -> Terms:
        """Return the sums over each group's terms, from S and D (G,)."""
        if not self.efron:
            none = np.zeros_like(at_risk)
            share = self.weight / at_risk
            return Terms(float(self.weight @ np.log(at_risk)), share, none, share / at_risk, none, none)
        mean = self.weight / self.size
        f = self.fraction
        left = at_risk[self.repeated] - f * tied[self.repeated]
        part = mean[self.repeated] / left
        square = part / left
        add = [
            np.add.reduceat(x, self.first) for x in (np.log(left), part, f * part, square, f * square, f * f * square)
        ]
        return Terms(float(mean @ add[0]), *add[1:])


@dataclass(frozen=True, slots=True)
class Terms:
    """Of each group: Σ w̄ log a (over all groups together), c, e, q0, q1, q2, as in the module's notation."""

    log_sum: float
    c: Floats
    e: Floats
    q0: Floats
    q1: Floats
    q2: Floats
