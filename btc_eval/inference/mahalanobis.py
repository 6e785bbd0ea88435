"""Nearest-neighbour matching on several covariates at once, by the Mahalanobis distance."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.matching import Scores, visiting_order

#: Directions whose share of the variance is below this are the sum of others, such as all levels of a category.
SINGULAR = 1.5e-8


def whitened(covariates: Floats, treated: Bools) -> Floats:
    """Turn covariates so that the Euclidean distance between rows is their Mahalanobis distance.

    Parameters
    ----------
    covariates
        (n, k); columns without variation are left out.
    treated
        (n,); the covariance is that within the two groups, pooled (Rubin 1980), with n − 2 degrees of freedom.

    Returns
    -------
    array
        (n, k') with the coordinate first on which ties are broken: that of the covariate whose inverse variance, given
        the others, is largest.

    Notes
    -----
    Rows with equal covariates have equal coordinates to the last bit.
    """
    moving = np.ptp(covariates, axis=0) > 1.5e-8
    if not moving.any():
        return np.zeros((len(covariates), 1))
    x = covariates[:, moving]
    x = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    distinct, where = np.unique(x, axis=0, return_inverse=True)
    middle = np.where(treated[:, None], x[treated].mean(axis=0), x[~treated].mean(axis=0))
    pooled = (x - middle).T @ (x - middle) / (len(x) - 2)
    inverse = linalg.pinvh(pooled, rtol=SINGULAR)
    factor = _pivoted(inverse)
    turned = np.zeros((len(distinct), len(factor)))
    for column, weights in zip(distinct.T, factor.T):
        turned += column[:, None] * weights
    return np.asarray(turned[where.reshape(-1)])


def _pivoted(matrix: Floats) -> Floats:
    """Return R (r, k) with R'R = matrix by Cholesky's method, the largest remaining diagonal taken first."""
    left = matrix.copy()
    rows: list[Floats] = []
    limit = SINGULAR * float(np.diag(matrix).max())
    for _ in range(len(matrix)):
        pivot = int(np.argmax(np.diag(left)))
        if left[pivot, pivot] <= limit:
            break
        row = left[pivot] / np.sqrt(left[pivot, pivot])
        rows.append(row)
        left = left - np.outer(row, row)
    return np.array(rows)


def distances(left: Floats, right: Floats) -> Floats:
    """Return (a, b) squared distances between the rows of `left` (a, k) and `right` (b, k)."""
    total = np.zeros((len(left), len(right)))
    for u, v in zip(left.T, right.T):
        total += np.subtract.outer(u, v) ** 2
    return total


def mahalanobis_match(
    points: Floats,
    scores: Scores,
    *,
    ratio: int = 1,
    replace: bool = False,
    order: str = "data",
    rng: np.random.Generator | None = None,
) -> Ints:
    """Give each treated unit the controls nearest in the plane of `points` that are still free.

    Parameters
    ----------
    points
        (n, k) from `whitened`.
    scores
        As in `matching`: calipers on the score and on covariates, and exact strata, hold here too.
    order
        "data", "random", or, where there is a score, "largest" or "smallest".

    Returns
    -------
    array
        (treated, ratio) positions among everyone, −1 where none.

    Notes
    -----
    Of controls at the same distance the one furthest along is taken, everyone in the stratum being put in order of the
    first coordinate and looked at outwards from the treated unit, one place below and one above in turn (MatchIt 4.6).
    """
    out = np.full((len(scores.treated), ratio), -1, dtype=np.int64)
    for stratum in np.unique(scores.stratum[scores.treated]):
        members = np.flatnonzero(scores.stratum == stratum)
        controls = members[~scores.treated[members]]
        units = members[scores.treated[members]]
        if len(controls) == 0:
            continue
        rank = np.empty(len(scores.treated), dtype=np.int64)
        rank[members[np.argsort(points[members, 0], kind="stable")]] = np.arange(len(members))
        free = np.ones(len(controls), dtype=bool)
        going = visiting_order(scores.score, units, order, rng)
        rounds, taken = (1, ratio) if replace else (ratio, 1)
        for turn in range(rounds):
            still = []
            for unit in going:
                gap = distances(points[unit][None], points[controls])[0]
                gap[~_allowed(scores, unit, controls, free)] = np.inf
                steps = rank[controls] - rank[unit]
                visit = np.where(steps < 0, -2 * steps, 2 * steps + 1)
                best = np.lexsort((-visit, gap))[:taken] if taken > 1 else _nearest(gap, visit)
                best = best[np.isfinite(gap[best])]
                if len(best):
                    out[unit, turn : turn + len(best)] = controls[best]
                    still.append(unit)
                    if not replace:
                        free[best] = False
            going = still
    return out[scores.treated]


def _allowed(scores: Scores, unit: int, controls: Ints, free: Bools) -> Bools:
    fine = free.copy()
    if np.isfinite(scores.caliper):
        fine &= np.abs(scores.score[controls] - scores.score[unit]) <= scores.caliper
    if len(scores.widths):
        fine &= (np.abs(scores.traits[controls] - scores.traits[unit]) <= scores.widths).all(axis=1)
    return fine


def _nearest(gap: Floats, visit: Ints) -> Ints:
    level = np.flatnonzero(gap == gap.min())
    return level[[np.argmax(visit[level])]]
