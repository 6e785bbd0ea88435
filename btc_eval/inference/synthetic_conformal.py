"""Conformal inference for one treated series: would the gaps after the start surprise us among those before it?

A null effect is taken out of the treated series, the weights are made again from every period, and the gaps of the
affected periods are compared with those of all shifts of the series in time. The interval holds every effect that
this test does not reject.

References
----------
Chernozhukov, V., Wüthrich, K. and Zhu, Y. (2021). An exact and robust conformal inference method for counterfactual
and synthetic controls. Journal of the American Statistical Association 116, 1849–1864.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from btc_eval.inference import Floats
from btc_eval.inference.synthetic import classic, demeaned, tilt

Proxy = Literal["classic", "demeaned", "augmented"]

#: Ends of intervals are found to this share of the first step outwards.
_PRECISION = 1e-4
_DOUBLINGS = 40
#: Two sums that differ by less than this share are tied: they differ by rounding.
_TIED = 1e-10


def shift_p_value(gaps: Floats, after: int) -> float:
    """How many shifts of the series put as large an average gap into its last `after` periods?

    Parameters
    ----------
    gaps
        Shape (periods,): gaps under the null, the affected periods last.
    after
        Number of affected periods.

    Returns
    -------
    float
        Share of the shifts, the true one included, whose absolute sum over those periods is as large or larger;
        between 1 / periods and 1.

    Examples
    --------
    >>> shift_p_value(np.array([1.0, -1.0, 2.0, 5.0]), after=1)
    0.25
    """
    around = np.concatenate([gaps, gaps[:after]])
    sums = np.abs(np.convolve(around, np.ones(after), mode="valid")[: len(gaps)])
    own = sums[len(gaps) - after]
    return float(np.mean(sums >= own * (1.0 - _TIED)))


def effect_interval(
    X: Floats, x: Floats, after: int, *, proxy: Proxy, ridge: float | None, estimate: float, level: float
) -> tuple[float, float, float]:
    """Which constant effects over the last `after` periods does the series not contradict?

    Parameters
    ----------
    X, x
        Shapes (periods, donors) and (periods,): outcomes, the affected periods last.
    proxy, ridge
        How the weights are made; `ridge` is the penalty of "augmented", kept as it was chosen.
    estimate
        The estimated effect, from which the search goes outwards.
    level
        Coverage wanted, such as 0.95.

    Returns
    -------
    tuple of float
        p-value of no effect, and the ends of the accepted stretch around the effect that leaves no average gap; an end
        is infinite where no effect on that side is rejected.
    """

    near = x.copy()
    near[len(x) - after :] -= estimate
    fit_proxy = demeaned if proxy == "demeaned" else classic
    start = fit_proxy(X, near).donors
    tilting = tilt(X, ridge) if proxy == "augmented" and ridge is not None else None

    def gaps(effect: float) -> Floats:
        """Return what remains when the weights are made from every period, as under the null they may be."""
        null = x.copy()
        null[len(x) - after :] -= effect
        fit = fit_proxy(X, null, start=start)
        left = null - fit.intercept - X @ fit.donors
        return left if tilting is None else np.asarray(left - X @ (tilting @ left))

    def remainder(effect: float) -> float:
        return float(gaps(effect)[len(x) - after :].sum())

    def accepted(effect: float) -> bool:
        return shift_p_value(gaps(effect), after) > 1.0 - level

    before = x[: len(x) - after] - X[: len(x) - after].mean(axis=1)
    step = max(float(np.std(before)), abs(estimate), float(np.finfo(float).tiny)) / 4.0
    centre = _nought(remainder, estimate, step)
    low, high = (_edge(accepted, centre, sign * step) for sign in (-1.0, 1.0))
    return shift_p_value(gaps(0.0), after), low, high


def _nought(remainder: Callable[[float], float], estimate: float, step: float) -> float:
    """Return the effect that leaves nothing over, which no shift can beat: a larger effect leaves less over."""
    left = remainder(estimate)
    if left == 0.0:
        return estimate
    reach = float(np.copysign(step, left))
    for _ in range(_DOUBLINGS):
        if remainder(estimate + reach) * left <= 0:
            ends = sorted((estimate, estimate + reach))
            return float(brentq(remainder, *ends, xtol=_PRECISION * step))
        reach *= 2.0
    return estimate


def _edge(accepted: Callable[[float], bool], inside: float, step: float) -> float:
    reach = step
    for _ in range(_DOUBLINGS):
        if not accepted(inside + reach):
            break
        reach *= 2.0
    else:
        return float(np.copysign(np.inf, step))
    near, far = (reach / 2.0 if abs(reach) > abs(step) else 0.0), reach
    while abs(far - near) > _PRECISION * abs(step):
        middle = (near + far) / 2.0
        if accepted(inside + middle):
            near = middle
        else:
            far = middle
    return inside + far
