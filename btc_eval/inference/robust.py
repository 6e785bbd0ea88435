"""Sandwich standard errors for models of counts: right in large series whatever the variance and autocorrelation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.newey_west import automatic_lag, long_run_moments
from btc_eval.inference.precision import Fits, Precision


def sandwich(
    found: Fits,
    design: Floats,
    series: Floats,
    offset: Floats | None = None,
    max_lag: int | None = None,
    *,
    correct: bool = True,
    steps: Ints | None = None,
) -> Fits:
    """Replace the model's covariance of log-linear fits by the Newey–West sandwich.

    Parameters
    ----------
    found
        Fits of `series` by a log-linear model; the negative binomial's `shape` is used in the weights.
    design, series, offset
        As given to the model.
    max_lag
        Bandwidth of the Bartlett kernel; `None` takes the automatic lag, 0 gives White's covariance.
    correct
        Multiply by n / (n − p).
    steps
        As in `newey_west`.

    Returns
    -------
    Fits
        Student's t with n − p degrees of freedom.
    """
    n, p = design.shape
    fixed = np.zeros((n, 1)) if offset is None else np.atleast_2d(offset.T).T
    mean = np.exp(design @ found.coef.T + fixed)
    thinned = 1.0 if found.shape is None else 1 + found.shape * mean
    basis, triangle = np.linalg.qr(design)
    back = np.linalg.solve(triangle, np.eye(p))
    bread = np.linalg.inv(np.einsum("ti,tr,tj->rij", basis, mean / thinned, basis, optimize=True))
    lag = automatic_lag(n) if max_lag is None else max_lag
    middle = long_run_moments(basis, (series - mean) / thinned, lag, steps)
    covariance = back @ bread @ middle @ bread @ back.T * (n / (n - p) if correct else 1.0)
    return replace(found, precision=Precision(covariance, np.full(len(found.coef), float(n - p))))
