"""Standard errors that allow for autocorrelation and changing variance (Newey and West 1987)."""

from __future__ import annotations

import math

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.least_squares import Orthogonal
from btc_eval.inference.precision import Fits, Precision, independent


def automatic_lag(periods: int) -> int:
    """How many lags for a series of this length? floor(4 (n/100)^(2/9)), at least 1 (Newey and West 1994)."""
    return max(1, int(4 * math.pow(periods / 100, 2 / 9)))


def long_run_moments(basis: Floats, scores: Floats, max_lag: int, steps: Ints | None = None) -> Floats:
    """Return (R, p, p) Bartlett-weighted sums of products of score contributions.

    Parameters
    ----------
    basis
        (n, p) rows x_t, in order of time within each group.
    scores
        (n, R) residuals e_t: the contribution of row t is x_t e_t.
    max_lag
        L: lag l has weight 1 − l / (L + 1).
    steps
        (n,) periods since the row before, 0 where a row begins a series; `None` means one period each. Rows are paired
        by their distance in time, so a missing period adds nothing and closes nothing up (the amplitude-modulated
        estimator of Datta and Du 2012), and no product crosses from one stacked series to the next.
    """
    basis, scores = _on_true_time(basis, scores, max_lag, steps)
    n, p = basis.shape
    upper = np.triu_indices(p)
    place = np.empty((p, p), dtype=int)
    place[upper] = place[upper[::-1]] = np.arange(len(upper[0]))
    total = np.zeros((len(upper[0]), scores.shape[1]))
    for lag in range(min(max_lag, n - 1) + 1):
        now, before = basis[lag:], basis[: n - lag]
        pairs = now[:, upper[0]] * before[:, upper[1]]
        if lag > 0:
            pairs = (1 - lag / (max_lag + 1)) * (pairs + now[:, upper[1]] * before[:, upper[0]])
        total += pairs.T @ (scores[lag:] * scores[: n - lag])
    return np.asarray(total.T[:, place])


def _on_true_time(basis: Floats, scores: Floats, max_lag: int, steps: Ints | None) -> tuple[Floats, Floats]:
    """Put rows of nought where a period is missing, and `max_lag` of them between stacked series."""
    if steps is None or bool((steps[1:] == 1).all()):
        return basis, scores
    moves = np.where(steps == 0, max_lag + 1, steps)
    moves[0] = 0
    place = np.cumsum(moves)
    wide = np.zeros((int(place[-1]) + 1, basis.shape[1]))
    tall = np.zeros((int(place[-1]) + 1, scores.shape[1]))
    wide[place], tall[place] = basis, scores
    return wide, tall


def newey_west(
    design: Floats, series: Floats, max_lag: int | None = None, *, correct: bool = True, steps: Ints | None = None
) -> Fits:
    """What straight lines fit best, and how sure are they when neighbouring months are alike?

    Parameters
    ----------
    design
        (n, p), full column rank, rows in order of time.
    series
        (n, R).
    max_lag
        Bandwidth L of the Bartlett kernel; `None` takes `automatic_lag`.
    correct
        Multiply the covariance by n / (n − p), as Stata's `newey` does.
    steps
        (n,) periods since the row before, where some are missing or series are stacked; see `long_run_moments`.

    Returns
    -------
    Fits
        Least-squares coefficients; Student's t with n − p degrees of freedom.

    References
    ----------
    Newey and West, Econometrica 55 (1987) 703–708.
    """
    n, p = design.shape
    lag = automatic_lag(n) if max_lag is None else max_lag
    turned = Orthogonal.of(design)
    rotated = (turned.basis.T @ series).T
    residuals = series - turned.basis @ rotated.T
    # rows of X(X'X)⁻¹, so that the sum of products is the covariance itself
    influence = turned.basis @ turned.back.T
    covariance = long_run_moments(influence, residuals, lag, steps)
    if correct:
        covariance *= n / (n - p)
    precision = Precision(covariance, np.full(series.shape[1], float(n - p)))
    variance = np.einsum("tr,tr->r", residuals, residuals) / (n - p)
    return independent(turned.coefficients(rotated), precision, variance)
