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


def long_run_moments(basis: Floats, scores: Floats, max_lag: int, group: Ints | None = None) -> Floats:
    """Return (R, p, p) Bartlett-weighted sums of products of score contributions.

    Parameters
    ----------
    basis
        (n, p) rows x_t, in order of time within each group.
    scores
        (n, R) residuals e_t: the contribution of row t is x_t e_t.
    max_lag
        L: lag l has weight 1 − l / (L + 1).
    group
        (n,) which series a row belongs to, where several are stacked; no product crosses from one to another.
    """
    n, p = basis.shape
    total = np.zeros((scores.shape[1], p, p))
    for lag in range(min(max_lag, n - 1) + 1):
        products = scores[lag:] * scores[: n - lag]
        if group is not None:
            products = products * (group[lag:] == group[: n - lag])[:, None]
        outer = (basis[lag:, :, None] * basis[: n - lag, None, :]).reshape(n - lag, p * p)
        moment = (products.T @ outer).reshape(-1, p, p)
        total += moment if lag == 0 else (1 - lag / (max_lag + 1)) * (moment + moment.transpose(0, 2, 1))
    return total


def newey_west(
    design: Floats, series: Floats, max_lag: int | None = None, *, correct: bool = True, group: Ints | None = None
) -> Fits:
    """What straight lines fit best, and how sure are they when neighbouring months are alike?

    Parameters
    ----------
    design
        (n, p), full column rank, rows in order of time with no period missing.
    series
        (n, R).
    max_lag
        Bandwidth L of the Bartlett kernel; `None` takes `automatic_lag`.
    correct
        Multiply the covariance by n / (n − p), as Stata's `newey` does.
    group
        (n,) labels of stacked series; see `long_run_moments`.

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
    middle = long_run_moments(turned.basis, residuals, lag, group)
    if correct:
        middle = middle * (n / (n - p))
    count = series.shape[1]
    precision = Precision(turned.covariance(middle), np.full(count, float(n - p)))
    variance = np.einsum("tr,tr->r", residuals, residuals) / (n - p)
    return independent(turned.coefficients(rotated), precision, variance)
