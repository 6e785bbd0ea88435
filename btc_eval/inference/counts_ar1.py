"""Counts that lean on the month before: REML with AR(1) errors on the working response of a log-linear model.

At the current means μ, the working response is z = η + (y − μ)/μ with variance proportional to 1/μ. Scaled by √μ it is
a linear model with constant variance, to which exact REML with AR(1) errors and Kenward–Roger intervals applies; means
and REML are updated in turn until neither moves (the penalised quasi-likelihood idea of Breslow and Clayton 1993, with
correlation in the residuals).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.counts import LIMIT, poisson_maximum
from btc_eval.inference.precision import Fits
from btc_eval.inference.reml import restricted_ar1


def quasi_poisson_ar1(
    design: Floats,
    series: Floats,
    offset: Floats | None = None,
    steps: Ints | None = None,
    *,
    floor: float = 1.0,
    start: Floats | None = None,
    rounds: int = 60,
) -> Fits:
    """By what ratio do these counts change, when neighbouring months are alike?

    Parameters
    ----------
    design
        (n, p), shared.
    series
        (n, R) counts.
    offset
        (n,) or (n, R) added to the linear predictor.
    steps
        (n,) periods since the row before; see `restricted_ar1`.
    floor
        The dispersion is never taken below this.
    start
        (R, p) coefficients to begin from; `None` begins from Poisson regression.

    Returns
    -------
    Fits
        Kenward–Roger standard errors and degrees of freedom. `scale` is the dispersion found, before the floor.
    """
    fixed = np.zeros((len(design), 1)) if offset is None else np.atleast_2d(offset.T).T
    if start is None:
        first = poisson_maximum(design, series, offset)
        coef, usable = first.turned.coefficients(first.rotated), first.converged
    else:
        coef, usable = start, np.ones(series.shape[1], dtype=bool)
    move = np.full(series.shape[1], np.inf)
    phi: Floats | None = None
    for _ in range(rounds):
        found = _working_fit(design, series, fixed, coef, steps, "none", phi)
        phi = found.phi[:, 0]
        move = np.abs((found.coef - coef) @ design.T).max(axis=1)
        # Half-steps while far away: a full one can overshoot on the exponential scale.
        coef = coef + np.minimum(1.0, 1.0 / np.maximum(move, 1e-300))[:, None] * (found.coef - coef)
        if bool((move < 1e-9).all()):
            break
    found = _working_fit(design, series, fixed, coef, steps, "kenward-roger", phi)
    widen = np.maximum(found.scale, floor) / found.scale
    precision = replace(found.precision, covariance=found.precision.covariance * widen[:, None, None])
    return replace(found, precision=precision, converged=usable & (move < 1e-6))


def _working_fit(
    design: Floats,
    series: Floats,
    fixed: Floats,
    coef: Floats,
    steps: Ints | None,
    correction: Literal["kenward-roger", "none"],
    near: Floats | None,
) -> Fits:
    mean = np.exp(np.clip(design @ coef.T + fixed, -LIMIT, LIMIT))
    root = np.sqrt(mean)
    working = (np.log(mean) - fixed + (series - mean) / mean) * root
    return restricted_ar1(root.T[:, :, None] * design, working, steps, correction=correction, near=near)


def one_step(design: Floats, series: Floats, predictor: Floats, steps: Ints | None = None, floor: float = 1.0) -> Fits:
    """Fit many simulated series by a single round from the predictor they were drawn from.

    Parameters
    ----------
    design, steps, floor
        As in `quasi_poisson_ar1`.
    series
        (n, R) drawn with means exp(predictor).
    predictor
        (n,).

    Returns
    -------
    Fits
        Coefficients less those of `predictor`. All series share one weighted design, so a thousand take a few
        hundredths of a second; started from the truth, one round is the whole way but for terms of second order.
    """
    mean = np.exp(predictor)[:, None]
    root = np.sqrt(mean)
    found = restricted_ar1(root * design, (series - mean) / root, steps)
    widen = np.maximum(found.scale, floor) / found.scale
    return replace(
        found, precision=replace(found.precision, covariance=found.precision.covariance * widen[:, None, None])
    )
