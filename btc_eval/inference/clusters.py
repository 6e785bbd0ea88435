"""How sure are we where rows come in families? Covariances from influence functions, summed by cluster."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats, Ints


def cluster_totals(influence: Floats, cluster: Ints) -> Floats:
    """Return (G, k) sums of `influence` (n, k) by cluster number 0, 1, …, G − 1."""
    count = int(cluster.max()) + 1
    return np.column_stack([np.bincount(cluster, column, minlength=count) for column in influence.T])


def one_way(influence: Floats, cluster: Ints | None = None, *, correct: bool = True) -> Floats:
    """Return the (k, k) covariance Σ_g ψ_g ψ_g', times G / (G − 1) where `correct` and clusters are given.

    `influence` (n, k) is on the scale of the estimate: the estimate less the truth is about the sum of its rows.
    """
    if cluster is None:
        return np.asarray(influence.T @ influence)
    totals = cluster_totals(influence, cluster)
    factor = len(totals) / (len(totals) - 1) if correct else 1.0
    return np.asarray(totals.T @ totals * factor)


def two_way(influence: Floats, first: Ints, second: Ints) -> Floats:
    """Return the covariance under two kinds of clusters that cross (Cameron, Gelbach and Miller 2011).

    The sum of the two one-way covariances less that of their intersection. Where the difference is not a covariance (an
    eigenvalue below nought, which few clusters can give) the larger of the two one-way covariances is returned instead.
    """
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].reshape(-1)
    ways = [one_way(influence, group) for group in (first, second)]
    joint = ways[0] + ways[1] - one_way(influence, np.asarray(both, dtype=np.int64))
    if np.linalg.eigvalsh(joint).min() < -1e-12 * max(float(np.trace(ways[0])), 1e-300):
        return max(ways, key=lambda way: float(np.trace(way)))
    return joint


def nested(inner: Ints, outer: Ints) -> bool:
    """Return whether every cluster of `inner` lies within one of `outer`."""
    pairs = np.unique(np.column_stack([inner, outer]), axis=0)
    return len(pairs) == len(np.unique(inner))
