"""Generalised least squares with an autocorrelation estimated from the residuals, and iterated until it settles."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats
from btc_eval.inference.autoregression import whitening_weights
from btc_eval.inference.precision import Fits, Precision
from btc_eval.inference.regression import Regression, dot, times
from btc_eval.inference.reml import BOUNDARY, SEARCH


def feasible_ar1(
    design: Floats, series: Floats, *, keep_first: bool = True, tolerance: float = 1e-12, steps: int = 500
) -> Fits:
    """What lines fit best when neighbouring residuals are alike, the likeness taken from the residuals themselves?

    Parameters
    ----------
    design
        (n, p), rows in order of time with no period missing.
    series
        (n, R).
    keep_first
        True is Prais and Winsten (1954): the first row kept, scaled by √(1 − ρ²). False is Cochrane and Orcutt (1949):
        the first row dropped.
    tolerance, steps
        The iteration stops when no ρ moves by more than `tolerance`.

    Returns
    -------
    Fits
        ρ = Σ e_t e_{t−1} / Σ e²_{t−1}; standard errors of the transformed regression; Student's t with the rows kept
        less p degrees of freedom, as Stata's `prais`.
    """
    n, p = design.shape
    problem = Regression.of(design, series, np.r_[0, np.ones(n - 1, dtype=np.int64)])
    spare = problem.spare if keep_first else problem.spare - 1
    rho = np.zeros(problem.count)
    beta = np.zeros((problem.count, p))
    settled = np.zeros(problem.count, dtype=bool)
    for _ in range(steps):
        before = _form(problem.yy.before, problem.xy.before, problem.xx.before, beta)
        cross = _form(problem.yy.cross, problem.xy.cross, problem.xx.cross, beta) / 2
        new = np.clip(cross / before, -SEARCH, SEARCH)
        settled = np.abs(new - rho) < tolerance
        rho = new
        inverse, beta, _ = _at(problem, rho, keep_first)
        if bool(settled.all()):
            break
    inverse, beta, rss = _at(problem, rho, keep_first)
    variance = rss / spare
    return Fits(
        coef=problem.coefficients(beta),
        precision=Precision(
            covariance=problem.covariance(variance[:, None, None] * inverse),
            degrees_of_freedom=np.full(problem.count, float(spare)),
        ),
        scale=variance,
        phi=rho[:, None],
        at_boundary=np.abs(rho) > BOUNDARY,
        converged=settled & (variance > 0),
    )


def _at(problem: Regression, rho: Floats, keep_first: bool) -> tuple[Floats, Floats, Floats]:
    """Return (A⁻¹, coefficients, RSS) at ρ; without the first row its own product is taken back off."""
    weights = whitening_weights(rho, problem.rows.gaps)[0]
    a = problem.xx.at(weights, derivative=not keep_first)
    b = problem.xy.at(weights, derivative=not keep_first)
    c = problem.yy.at(weights, derivative=not keep_first)
    inverse = np.asarray(np.linalg.inv(a), dtype=np.float64)
    beta = times(inverse, b)
    return inverse, beta, np.asarray(c - dot(b, beta))


def _form(yy: Floats, xy: Floats, xx: Floats, beta: Floats) -> Floats:
    """Return (R,) sums over neighbouring residuals, for the single gap of 1."""
    return np.asarray(yy[0] - 2 * dot(xy[0], beta) + dot(beta, times(xx[0], beta)))
