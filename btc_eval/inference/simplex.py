"""Least squares with weights that are non-negative and sum to one: the heart of every synthetic control.

The problem is to minimise ``‖A w − b‖² + ridge·‖w‖²`` over the unit simplex. Two solvers:

`simplex_weights` is exact. Because the weights sum to one, ``A w − b = (A − b1ᵀ) w``, so the problem asks for the
point of a convex hull nearest the origin; that is one non-negative least squares problem in which the sum is a soft
row whose weight cancels when the answer is rescaled to sum to one (Wolfe 1976; Lawson and Hanson 1974, ch. 23).

`frank_wolfe` takes the steps of Arkhangelsky et al. (2021), for many problems at once, and stops where their
software stops. It is here to reproduce published numbers; its answer is close to the minimum, not at it.

References
----------
Wolfe, P. (1976). Finding the nearest point in a polytope. Mathematical Programming 11, 128–149.
Lawson, C. L. and Hanson, R. J. (1974). Solving Least Squares Problems. Prentice-Hall.
Arkhangelsky, D., Athey, S., Hirshberg, D. A., Imbens, G. W. and Wager, S. (2021). Synthetic difference-in-differences.
American Economic Review 111(12), 4088–4118.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import nnls

from btc_eval.errors import refuse
from btc_eval.inference import Bools, Floats

#: Optimality conditions hold to this share of the sizes involved; a weight below this is nought.
_OPTIMAL, _NOUGHT = 1e-11, 1e-14


def simplex_weights(A: Floats, b: Floats, *, ridge: float = 0.0, start: Floats | None = None) -> Floats:
    """Which mixture of the columns of `A` comes nearest to `b`? The exact minimum.

    Parameters
    ----------
    A
        Shape (n, donors): one column a donor.
    b
        Shape (n,): what is to be matched, in the units of `A`.
    ridge
        Multiplier of ``‖w‖²``, in squared units of `A`; nought for none.
    start
        Weights of a problem much like this one, from which the answer is reached several times faster.

    Returns
    -------
    numpy.ndarray
        Shape (donors,): weights of nought or more that sum to one. Where several mixtures are equally near, one of
        them; which one depends on the order of the columns, so callers sort their donors.

    Raises
    ------
    RefusedError
        Where the solver does not finish, which no finite input is known to cause.

    Examples
    --------
    >>> simplex_weights(np.array([[0.0, 4.0], [0.0, 4.0]]), np.array([1.0, 1.0])).round(6).tolist()
    [0.75, 0.25]
    """
    return nearest_in_hull(A - b[:, None], ridge=ridge, start=start)


def nearest_in_hull(D: Floats, *, ridge: float = 0.0, start: Floats | None = None) -> Floats:
    """Which mixture of the columns of `D` lies nearest the origin? As `simplex_weights`, with ``D = A − b1ᵀ``."""
    if start is not None and ridge == 0.0:
        continued = _continued(D, start)
        if continued is not None:
            return continued
    rows, donors = D.shape
    extra = donors if ridge > 0 else 0
    system = np.empty((rows + extra + 1, donors))
    system[:rows] = D
    if extra:
        system[rows:-1] = np.sqrt(ridge) * np.eye(donors)
    inner = system[:-1].ravel()
    scale = math.sqrt(float(inner @ inner) / donors) or 1.0
    system[-1] = scale
    target = np.zeros(len(system))
    target[-1] = scale
    try:
        mixture: Floats = nnls(system, target)[0]
    except RuntimeError as error:
        raise refuse(
            "simplex weights",
            f"{rows} rows, {donors} donors",
            found="a least squares problem that did not finish",
            allowed="finite numbers of comparable size",
            do="Look for a donor measured in other units than the rest.",
        ) from error
    weights: Floats = mixture / mixture.sum()
    return weights


def _continued(D: Floats, start: Floats) -> Floats | None:
    """Go on from `start` by Wolfe's steps: nearest point of the affine hull of the donors in use, dropping and adding.

    Returns `None` where the donors in use are too nearly dependent for that; the caller then starts afresh.
    """
    used = np.flatnonzero(start > 0)
    weights = start[used] / start[used].sum()
    sizes = np.sqrt(np.einsum("ij,ij->j", D, D))
    for _ in range(3 * D.shape[1]):
        chosen = D[:, used]
        try:
            nearest = np.linalg.solve(chosen.T @ chosen, np.ones(len(used)))
        except np.linalg.LinAlgError:
            return None
        nearest = nearest / nearest.sum()
        if not np.isfinite(nearest).all():
            return None
        if nearest.min() > 0:
            point = chosen @ nearest
            slopes = D.T @ point
            enter = int(np.argmin(slopes))
            if slopes[enter] >= float(point @ point) - _OPTIMAL * math.sqrt(float(point @ point)) * sizes[enter]:
                answer = np.zeros(D.shape[1])
                answer[used] = nearest
                return answer
            if enter in used:
                return None
            used, weights = np.append(used, enter), np.append(nearest, 0.0)
            continue
        falling = nearest <= 0
        steps = weights[falling] / np.maximum(weights[falling] - nearest[falling], np.finfo(float).tiny)
        weights = weights + min(1.0, float(steps.min())) * (nearest - weights)
        kept = weights > _NOUGHT
        used, weights = used[kept], weights[kept] / weights[kept].sum()
    return None


def optimality_gap(A: Floats, b: Floats, weights: Floats, *, ridge: float = 0.0) -> float:
    """How far above the minimum can these weights be? An upper bound on the excess loss (the Frank–Wolfe gap).

    Nought at the minimum; in the squared units of `A`. A certificate that needs no second solver.

    Examples
    --------
    >>> optimality_gap(np.array([[0.0, 4.0]]), np.array([1.0]), np.array([0.75, 0.25]))
    0.0
    """
    gradient = 2.0 * (A.T @ (A @ weights - b) + ridge * weights)
    return max(float(gradient @ weights - gradient.min()), 0.0)


def frank_wolfe(
    gram: Floats,
    linear: Floats,
    constant: Floats,
    ridge: Floats,
    start: Floats,
    *,
    allowed: Bools,
    rows: Floats,
    decrease: Floats,
    steps: int,
) -> Floats:
    """What weights do exact-line-search Frank–Wolfe steps reach, for many problems at once?

    Problem ``k`` is ``x'G x − 2 c'x + constant + ridge·x'x`` over the simplex of its allowed donors.

    Parameters
    ----------
    gram, linear, constant
        Shapes (problems, donors, donors), (problems, donors) and (problems,): ``A'A``, ``A'b`` and ``b'b``.
    ridge
        Shape (problems,): multiplier of ``‖x‖²``.
    start
        Shape (problems, donors): where to begin; on the simplex, nought where not allowed. Not changed.
    allowed
        Shape (problems, donors): which donors a problem may use.
    rows
        Shape (problems,): number of rows behind the sums of squares, by which the loss is divided before it is compared
        with `decrease`.
    decrease
        Shape (problems,): a problem stops when a step lowers its loss by this or less.
    steps
        Most steps for any problem.

    Returns
    -------
    numpy.ndarray
        Shape (problems, donors).
    """
    answer = start.copy()
    live = np.arange(len(start))
    x, g, c, level, eta, stop, n, barred = start.copy(), gram, linear, constant, ridge, decrease, rows, ~allowed
    product = np.einsum("kij,kj->ki", g, x)
    last = np.full(len(start), np.inf)
    for step in range(steps):
        at = np.arange(len(live))
        half = product - c + eta[:, None] * x
        chosen = np.argmin(np.where(barred, np.inf, half), axis=1)
        direction = -x
        direction[at, chosen] += 1.0
        column = g[at, chosen]
        moved = column[at, chosen] - 2.0 * product[at, chosen] + np.sum(x * product, axis=1)
        curvature = moved + eta * np.sum(direction * direction, axis=1)
        slope = -np.sum(half * direction, axis=1)
        length = np.divide(slope, curvature, out=np.zeros_like(slope), where=curvature > 0).clip(0.0, 1.0)[:, None]
        x = x + length * direction
        product = product + length * (column - product)
        loss = (np.sum(x * (product - 2.0 * c + eta[:, None] * x), axis=1) + level) / n
        done = (last - loss <= stop) if step else np.zeros(len(live), dtype=bool)
        last = loss
        if done.any():
            answer[live[done]] = x[done]
            on = ~done
            live, x, g, c, product = live[on], x[on], g[on], c[on], product[on]
            level, eta, stop, n, barred, last = level[on], eta[on], stop[on], n[on], barred[on], last[on]
            if not len(live):
                return answer
    answer[live] = x
    return answer
