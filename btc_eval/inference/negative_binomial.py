"""Negative binomial regression (NB2: variance μ + α μ²) by maximum likelihood, many series to one design."""

from __future__ import annotations

import numpy as np
from scipy import special

from btc_eval.inference import Floats
from btc_eval.inference.counts import LIMIT, TOLERANCE, poisson_maximum
from btc_eval.inference.precision import Fits, Precision

#: Below this the negative binomial cannot be told from the Poisson.
LEAST_ALPHA = 1e-8


def negative_binomial(design: Floats, series: Floats, offset: Floats | None = None, *, steps: int = 200) -> Fits:
    """By what ratio do these counts change, when their variance grows with the square of their mean?

    Parameters
    ----------
    design
        (n, p), full column rank.
    series
        (n, R) counts.
    offset
        (n,) or (n, R) added to the linear predictor.

    Returns
    -------
    Fits
        Maximum likelihood in (β, α); covariance from the expected information at the α found, as R's `glm.nb` (β and α
        are orthogonal); Student's t with n − p degrees of freedom. `shape` is α; `at_boundary` marks series in which α
        fell to nought, where the fit is Poisson's.

    Notes
    -----
    β by Fisher scoring with weights μ/(1 + αμ), α by Newton's method on log α, in turn until neither moves.
    """
    n, p = design.shape
    first = poisson_maximum(design, series, offset)
    basis = first.turned.basis
    fixed = np.zeros((n, 1)) if offset is None else np.atleast_2d(offset.T).T
    rotated, mean = first.rotated, first.mean
    excess = ((series - mean) ** 2 - mean).sum(axis=0) / (mean**2).sum(axis=0)
    log_alpha = np.log(np.clip(excess, 1e-4, 10.0))
    move = np.full(series.shape[1], np.inf)
    for _ in range(steps):
        alpha = np.exp(log_alpha)
        weights = mean / (1 + alpha * mean)
        information = np.einsum("ti,tr,tj->rij", basis, weights, basis, optimize=True)
        scores = ((series - mean) / (1 + alpha * mean)).T @ basis
        step = np.linalg.solve(information, scores[..., None])[..., 0]
        change = np.abs(basis @ step.T).max(axis=0)
        rotated = rotated + step * np.minimum(1.0, 2.0 / np.maximum(change, 1e-300))[:, None]
        mean = np.exp(np.clip(basis @ rotated.T + fixed, -LIMIT, LIMIT))
        shift = _newton(series, mean, log_alpha)
        log_alpha = np.clip(log_alpha + shift, np.log(LEAST_ALPHA) - 1, 5.0)
        settled = (np.abs(shift) < 1e-9) | (log_alpha < np.log(LEAST_ALPHA))
        move = np.where(settled, change, np.inf)
        if bool((move < TOLERANCE).all()):
            break
    alpha = np.where(log_alpha < np.log(LEAST_ALPHA), 0.0, np.exp(log_alpha))
    information = np.einsum("ti,tr,tj->rij", basis, mean / (1 + alpha * mean), basis, optimize=True)
    inside = np.abs(basis @ rotated.T).max(axis=0) < LIMIT
    return Fits(
        coef=first.turned.coefficients(rotated),
        precision=Precision(
            covariance=first.turned.covariance(np.linalg.inv(information)),
            degrees_of_freedom=np.full(series.shape[1], float(n - p)),
        ),
        scale=((series - mean) ** 2 / mean).sum(axis=0) / (n - p),
        phi=np.empty((series.shape[1], 0)),
        at_boundary=alpha == 0,
        converged=(move < 1e-7) & inside & first.converged,
        shape=alpha,
        log_likelihood=_log_likelihood(series, mean, np.maximum(alpha, LEAST_ALPHA)),
    )


def _newton(series: Floats, mean: Floats, log_alpha: Floats) -> Floats:
    """Return the step of log α, at most one, that raises the likelihood at fixed means.

    Derivatives are taken in k = 1/α, where they have closed forms, and carried over to log α = −log k.
    """
    k = np.exp(-log_alpha)
    slope = (
        special.digamma(series + k) - special.digamma(k) + np.log(k / (k + mean)) + 1 - (series + k) / (k + mean)
    ).sum(axis=0)
    curve = (
        special.polygamma(1, series + k)
        - special.polygamma(1, k)
        + 1 / k
        - 2 / (k + mean)
        + (series + k) / (k + mean) ** 2
    ).sum(axis=0)
    first, second = -k * slope, k * slope + k**2 * curve
    uphill = np.where(second < 0, -first / np.where(second < 0, second, -1.0), np.sign(first) * 0.5)
    return np.asarray(np.clip(uphill, -1.0, 1.0))


def _log_likelihood(series: Floats, mean: Floats, alpha: Floats) -> Floats:
    k = 1 / alpha
    parts = special.gammaln(series + k) - special.gammaln(k) - special.gammaln(series + 1)
    parts = parts + k * np.log(k / (k + mean)) + series * np.log(mean / (k + mean))
    return np.asarray(parts.sum(axis=0))
