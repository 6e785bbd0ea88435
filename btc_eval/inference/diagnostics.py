"""Do the residuals still hold a pattern? Autocorrelation tests for one series of residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from btc_eval.inference import Floats


@dataclass(frozen=True, slots=True)
class Test:
    """A test statistic with its p-value and degrees of freedom."""

    statistic: float
    p_value: float
    degrees: int


def autocorrelation(residuals: Floats, lags: int) -> Floats:
    """Return (lags,) autocorrelations at lags 1 to `lags`, about the mean, dividing by the whole sum of squares."""
    e = residuals - residuals.mean()
    return np.array([float(e[k:] @ e[:-k]) for k in range(1, lags + 1)]) / float(e @ e)


def durbin_watson(residuals: Floats) -> float:
    """Are neighbouring residuals alike? 2 is none, towards 0 alike, towards 4 opposite (Durbin and Watson 1950)."""
    return float(np.sum(np.diff(residuals) ** 2) / np.sum(residuals**2))


def ljung_box(residuals: Floats, lags: int, fitted: int = 0) -> Test:
    """Are the residuals' first autocorrelations together more than chance?

    Parameters
    ----------
    residuals
        (n,), less than whose length `lags` must be.
    lags
        Autocorrelations taken together.
    fitted
        Correlation parameters already estimated, taken off the degrees of freedom.

    References
    ----------
    Ljung and Box, Biometrika 65 (1978) 297–303.
    """
    n = len(residuals)
    r = autocorrelation(residuals, lags)
    statistic = float(n * (n + 2) * np.sum(r**2 / (n - np.arange(1, lags + 1))))
    degrees = max(lags - fitted, 1)
    return Test(statistic, float(stats.chi2.sf(statistic, degrees)), degrees)


def cumby_huizinga(residuals: Floats, design: Floats, lags: int) -> Test:
    """Are the residuals of a regression autocorrelated at lags 1 to `lags`, whatever their variance?

    Parameters
    ----------
    residuals
        (n,) of least squares on `design`.
    design
        (n, p).
    lags
        Autocorrelations taken together; the null is none at any lag.

    Notes
    -----
    √n times the autocorrelations is asymptotically normal, with a variance that allows for the estimation of the
    coefficients (the terms in `design`) and for changing variance; the statistic is chi-squared with `lags` degrees of
    freedom.

    References
    ----------
    Cumby and Huizinga, Econometrica 60 (1992) 185–195.
    """
    n = len(residuals)
    variance = float(residuals @ residuals) / n
    inverse = np.linalg.inv(design.T @ design / n)
    r = np.empty(lags)
    influence = np.zeros((n, lags))
    for k in range(1, lags + 1):
        product = residuals[k:] * residuals[:-k]
        r[k - 1] = product.sum() / n / variance
        drift = (design[k:].T @ residuals[:-k] + design[:-k].T @ residuals[k:]) / n
        influence[k:, k - 1] += product
        influence[:, k - 1] -= (design @ inverse @ drift) * residuals
    spread = influence.T @ influence / n / variance**2
    statistic = float(n * r @ np.linalg.solve(spread, r))
    return Test(statistic, float(stats.chi2.sf(statistic, lags)), lags)
