"""Where would the series itself put a break, if nobody said when to look? The sup-F test of an unknown date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats


@dataclass(frozen=True, slots=True)
class UnknownBreak:
    """The date at which a break fits best.

    `candidates` are the dates tried and `statistics` their F statistics; `p_value` is for the largest of them, by
    simulation.
    """

    candidates: tuple[int, ...]
    statistics: Floats
    best: int
    p_value: float


def unknown_break(
    base: Floats,
    values: Floats,
    additions: Sequence[Floats],
    candidates: Sequence[int],
    *,
    draws: int = 499,
    rng: np.random.Generator,
) -> UnknownBreak:
    """At which date does a break fit best, and does it fit better than the best of many dates would by chance?

    Parameters
    ----------
    base
        (n, p) design without a break, already whitened.
    values
        (n,) outcome, whitened alike.
    additions
        For each candidate, (n, k) the columns a break there would add, whitened alike.
    candidates
        Labels of the dates, in the same order.
    draws
        Simulated series of independent normal noise, from which the p-value is taken: with the design and whitening
        given, the statistic depends on nothing else. Its least value is 1 / (draws + 1).

    References
    ----------
    Andrews, Econometrica 61 (1993) 821–856, for the statistic.
    """
    n = len(values)
    basis, _ = np.linalg.qr(base)
    noise = rng.standard_normal((n, draws))
    columns = np.column_stack([values, noise])
    columns = columns - basis @ (basis.T @ columns)
    rss = np.einsum("tr,tr->r", columns, columns)
    found = np.empty((len(candidates), draws + 1))
    for place, addition in enumerate(additions):
        extra = addition - basis @ (basis.T @ addition)
        turned, triangle = np.linalg.qr(extra)
        turned = turned[:, np.abs(np.diag(triangle)) > 1e-10]
        k = turned.shape[1]
        gain = ((turned.T @ columns) ** 2).sum(axis=0)
        found[place] = (gain / k) / ((rss - gain) / (n - base.shape[1] - k))
    largest = found.max(axis=0)
    p_value = (1 + int((largest[1:] >= largest[0]).sum())) / (draws + 1)
    return UnknownBreak(tuple(candidates), found[:, 0], candidates[int(found[:, 0].argmax())], p_value)
