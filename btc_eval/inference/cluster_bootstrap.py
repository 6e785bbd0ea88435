"""Resampling whole families: how often does each row count, and what do the weighted means become?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.logistic import expit, logistic_refits

#: Bootstrap samples worked on at once, so that their weights stay in the processor's memory.
BLOCK = 50


def cluster_counts(clusters: int, replicates: int, rng: np.random.Generator) -> Ints:
    """Return (R, G) how often each cluster is drawn when as many as there are, are drawn with replacement."""
    drawn = rng.integers(0, clusters, (replicates, clusters))
    place = drawn + clusters * np.arange(replicates)[:, None]
    return np.bincount(place.ravel(), minlength=replicates * clusters).reshape(replicates, clusters)


def refitted_means(
    design: Floats,
    treated: Bools,
    outcome: Floats,
    counts: Ints,
    cluster: Ints,
    start: Floats,
    weights_of: Callable[[Floats, Bools], Floats],
) -> Floats:
    """Estimate the propensity score and both weighted means again in every bootstrap sample.

    Parameters
    ----------
    design, treated, outcome
        (n, p), (n,) and (n,).
    counts, cluster
        (R, G) from `cluster_counts` and (n,) the number of each row's cluster.
    start
        (p,) coefficients of the score in the whole sample.
    weights_of
        From probabilities (R, n) and `treated` to weights (R, n).

    Returns
    -------
    array
        (R, 2) under control and treatment; NaN where a sample has no such estimate.
    """
    # Rows with the same covariates, treatment, outcome and cluster move together; sorting by treatment keeps sums
    # contiguous.
    out = np.empty((len(counts), 2))
    a = treated.astype(float)
    one, two = np.flatnonzero(treated), np.flatnonzero(~treated)
    for first in range(0, len(counts), BLOCK):
        held = counts[first : first + BLOCK][:, cluster].astype(float)
        coef = logistic_refits(design, a, held, start)
        w = held * weights_of(expit(coef @ design.T), treated)
        with np.errstate(invalid="ignore", divide="ignore"):
            for k, rows in enumerate((two, one)):
                part = w[:, rows]
                out[first : first + BLOCK, k] = part @ outcome[rows] / part.sum(axis=1)
    return out
