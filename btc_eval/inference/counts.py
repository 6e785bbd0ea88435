"""Log-linear models of counts for many series that share one design: Poisson and quasi-Poisson."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Bools, Floats
from btc_eval.inference.least_squares import Orthogonal
from btc_eval.inference.precision import Fits, Precision, independent

#: Newton steps stop when no linear predictor moves by more than this.
TOLERANCE = 1e-11
#: Linear predictors are held inside ±LIMIT while iterating; a series still there at the end did not converge.
LIMIT = 30.0


@dataclass(frozen=True, slots=True)
class LogLinear:
    """R Poisson regressions in the orthonormal basis of their design.

    `rotated` (R, p) coefficients; `mean` (n, R) fitted means; `information` (R, p, p) = Q'WQ; `converged` (R,).
    """

    turned: Orthogonal
    rotated: Floats
    mean: Floats
    information: Floats
    converged: Bools


def poisson_maximum(
    design: Floats, series: Floats, offset: Floats | None = None, *, start: Floats | None = None, steps: int = 50
) -> LogLinear:
    """Maximise R Poisson likelihoods with log link by Newton's method (iteratively reweighted least squares).

    Parameters
    ----------
    design
        (n, p), full column rank.
    series
        (n, R) counts or other non-negative numbers.
    offset
        (n,) or (n, R) added to the linear predictor, such as the log of a population.
    start
        (n, R) linear predictors to begin from, offset included; `None` begins from the data.
    """
    n, p = design.shape
    turned = Orthogonal.of(design)
    basis = turned.basis
    fixed = np.zeros((n, 1)) if offset is None else np.atleast_2d(offset.T).T
    upper = np.triu_indices(p)
    outer = basis[:, upper[0]] * basis[:, upper[1]]
    place = np.empty((p, p), dtype=int)
    place[upper] = place[upper[::-1]] = np.arange(len(upper[0]))
    predictor = np.log(series + 0.1) if start is None else start
    mean = np.exp(predictor)
    information = (mean.T @ outer)[:, place]
    working = mean * (predictor - fixed) + (series - mean)
    rotated = _solve(information, working.T @ basis)
    move = np.full(series.shape[1], np.inf)
    for _ in range(steps):
        predictor = np.clip(basis @ rotated.T + fixed, -LIMIT, LIMIT)
        mean = np.exp(predictor)
        information = (mean.T @ outer)[:, place]
        step = _solve(information, (series - mean).T @ basis)
        change = basis @ step.T
        move = np.abs(change).max(axis=0)
        # A long step can overshoot on the exponential scale; two units of the log at most are taken at once.
        rotated = rotated + step * np.minimum(1.0, 2.0 / np.maximum(move, 1e-300))[:, None]
        if bool((move < TOLERANCE).all()):
            break
    predictor = basis @ rotated.T + fixed
    inside = np.abs(predictor).max(axis=0) < LIMIT
    mean = np.exp(np.clip(predictor, -LIMIT, LIMIT))
    information = (mean.T @ outer)[:, place]
    return LogLinear(turned, rotated, mean, information, (move < 1e-8) & inside)


def poisson(
    design: Floats,
    series: Floats,
    offset: Floats | None = None,
    *,
    quasi: bool = False,
    floor: float = 1.0,
    start: Floats | None = None,
) -> Fits:
    """By what ratio do these counts change, and how sure are we?

    Parameters
    ----------
    design, series, offset, start
        As in `poisson_maximum`.
    quasi
        Multiply the covariance by the Pearson dispersion, Σ (y − μ)²/μ / (n − p), and use Student's t with n − p
        degrees of freedom; otherwise the dispersion is 1 and the reference is normal.
    floor
        The dispersion of a quasi-Poisson model is never taken below this: counts that vary less than Poisson in a
        short series are luck more often than truth.

    Returns
    -------
    Fits
        `scale` is the Pearson dispersion as computed, before the floor.
    """
    n, p = design.shape
    found = poisson_maximum(design, series, offset, start=start)
    dispersion = ((series - found.mean) ** 2 / found.mean).sum(axis=0) / (n - p)
    inverse = _inverse(found.information)
    if quasi:
        inverse = inverse * np.maximum(dispersion, floor)[:, None, None]
    precision = Precision(
        covariance=found.turned.covariance(inverse),
        degrees_of_freedom=np.full(series.shape[1], float(n - p) if quasi else np.inf),
    )
    return independent(found.turned.coefficients(found.rotated), precision, dispersion, found.converged)


def _solve(matrices: Floats, sides: Floats) -> Floats:
    """Solve R systems; a matrix that has become singular (a series with no events on one side) gives zeros."""
    try:
        return np.asarray(np.linalg.solve(matrices, sides[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(matrices, hermitian=True) @ sides[..., None])[..., 0])


def _inverse(matrices: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrices, hermitian=True))
