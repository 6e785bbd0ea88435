"""A small quasi-Newton descent inside a box, for a handful of variables and many starts.

Written out because the searches behind a synthetic control are thousands of tiny problems: a general optimiser spends
most of its time on its own bookkeeping, and much more where threads compete.

References
----------
Nocedal, J. and Wright, S. J. (2006). Numerical Optimization, second edition. Springer. Chapters 3 and 6.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from btc_eval.inference import Floats

#: Armijo's share of the promised decrease; tries to halve a step; the farthest move of any variable in one step.
_ARMIJO, _HALVINGS, _FARTHEST = 1e-4, 12, 6.0
#: A step that lowers the value by less than this share ends the descent.
_SETTLED = 1e-9


def descend(
    loss: Callable[[Floats], tuple[float, Floats]], start: Floats, low: float, high: float, *, steps: int
) -> tuple[float, Floats]:
    """Where does following the gradient lead, from here, inside the box?

    Parameters
    ----------
    loss
        Returns the value and its gradient, shape (variables,).
    start
        Shape (variables,): inside the box. Not changed.
    low, high
        Ends of the box, the same for every variable, both included.
    steps
        Most steps.

    Returns
    -------
    tuple
        The lowest value met, and where.

    Examples
    --------
    >>> value, where = descend(lambda x: (float(x @ x), 2 * x), np.array([3.0, -2.0]), -5.0, 1.0, steps=50)
    >>> round(value, 9), where.round(6).tolist()
    (0.0, [0.0, 0.0])
    """
    here = np.clip(start, low, high)
    value, slope = loss(here)
    inverse: Floats | None = None
    for _ in range(steps):
        free = ~(((here <= low) & (slope > 0)) | ((here >= high) & (slope < 0)))
        pull = np.where(free, slope, 0.0)
        if not pull.any():
            break
        way = _direction(inverse, pull, free)
        moved = _line_search(loss, here, value, pull, way, low, high)
        if moved is None:
            break
        there, lower, new_slope = moved
        inverse = _updated(inverse, there - here, new_slope - slope)
        settled = value - lower <= _SETTLED * abs(value)
        here, value, slope = there, lower, new_slope
        if settled:
            break
    return value, here


def _direction(inverse: Floats | None, pull: Floats, free: np.ndarray) -> Floats:
    """Return a way down, no variable farther than allowed."""
    way = -pull if inverse is None else np.where(free, -(inverse @ pull), 0.0)
    if inverse is None or way @ pull >= 0:
        way = -pull
        return np.asarray(way / np.abs(way).max())
    farthest = float(np.abs(way).max())
    return np.asarray(way * (_FARTHEST / farthest) if farthest > _FARTHEST else way)


def _line_search(
    loss: Callable[[Floats], tuple[float, Floats]],
    here: Floats,
    value: float,
    pull: Floats,
    way: Floats,
    low: float,
    high: float,
) -> tuple[Floats, float, Floats] | None:
    """Shorten the step, by interpolation, until the value falls by enough."""
    promised = float(pull @ way)
    length = 1.0
    for _ in range(_HALVINGS):
        there = np.clip(here + length * way, low, high)
        lower, slope = loss(there)
        if lower <= value + _ARMIJO * length * promised:
            return there, lower, slope
        excess = lower - value - length * promised
        length = max(0.1 * length, min(0.5 * length, -promised * length**2 / (2.0 * excess)))
    return None


def _updated(inverse: Floats | None, step: Floats, change: Floats) -> Floats | None:
    """Return the inverse curvature after a step (Broyden, Fletcher, Goldfarb and Shanno)."""
    product = float(step @ change)
    if product <= 1e-12 * float(step @ step):
        return inverse
    if inverse is None:
        inverse = np.eye(len(step)) * (product / float(change @ change))
    image = inverse @ change
    outer = np.outer(image, step)
    scale = (1.0 + float(change @ image) / product) / product
    return np.asarray(inverse + scale * np.outer(step, step) - (outer + outer.T) / product)
