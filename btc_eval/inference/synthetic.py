"""Weights of a synthetic control made from earlier outcomes alone: classic, demeaned and ridge-augmented.

Notation of Ben-Michael, Feller and Rothstein: ``X`` holds the outcomes before the start, one column a donor, and
``x`` those of the treated unit. All functions take arrays and return a frozen `Weights`.

References
----------
Abadie, A., Diamond, A. and Hainmueller, J. (2010). Synthetic control methods for comparative case studies. Journal of
the American Statistical Association 105, 493–505.
Doudchenko, N. and Imbens, G. W. (2016). Balancing, regression, difference-in-differences and synthetic control
methods. NBER Working Paper 22791.
Ferman, B. and Pinto, C. (2021). Synthetic controls with imperfect pretreatment fit. Quantitative Economics 12,
1197–1221.
Ben-Michael, E., Feller, A. and Rothstein, J. (2021). The augmented synthetic control method. Journal of the American
Statistical Association 116, 1789–1803.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats
from btc_eval.inference.simplex import nearest_in_hull, simplex_weights

#: Candidate ridges run from the largest squared singular value down by this ratio, on a log scale, as in `augsynth`.
RIDGE_RATIO, RIDGE_STEPS = 1e-8, 20


@dataclass(frozen=True, slots=True)
class Weights:
    """How a synthetic unit is made: ``synthetic = intercept + outcomes @ donors``.

    Parameters
    ----------
    donors
        Shape (donors,): one weight each; they sum to one. Negative values arise only from augmentation.
    intercept
        A level added in every period, in units of the outcome.
    ridge
        Penalty of the augmentation, in squared units of the outcome; `None` without augmentation.
    periods
        Shape (periods before,): weights of the periods before the start, for synthetic difference in differences.
    predictors
        Shape (predictors,): importance of each predictor, summing to one, where predictors were used.
    loss
        The mean squared gap that the weights were chosen to make small, in squared units of the outcome.
    """

    donors: Floats
    intercept: float = 0.0
    ridge: float | None = None
    periods: Floats | None = None
    predictors: Floats | None = None
    loss: float = float("nan")


def classic(X: Floats, x: Floats, *, start: Floats | None = None) -> Weights:
    """Which mixture of donors ran nearest to the treated unit before the start?

    Parameters
    ----------
    X
        Shape (periods, donors): outcomes before the start.
    x
        Shape (periods,): the treated unit's.
    start
        Simplex weights of a like problem, to begin from.

    Examples
    --------
    >>> classic(np.array([[1.0, 3.0], [2.0, 6.0]]), np.array([2.0, 4.0])).donors.round(6).tolist()
    [0.5, 0.5]
    """
    donors = simplex_weights(X, x, start=start)
    return Weights(donors, loss=_mean_square(x - X @ donors))


def demeaned(X: Floats, x: Floats, *, start: Floats | None = None) -> Weights:
    """Which mixture of donors moved most like the treated unit, whatever the difference in level?

    As `classic` after taking each unit's mean before the start away; the difference of means is the intercept.
    """
    donors = simplex_weights(X - X.mean(axis=0), x - x.mean(), start=start)
    intercept = float(x.mean() - X.mean(axis=0) @ donors)
    return Weights(donors, intercept=intercept, loss=_mean_square(x - intercept - X @ donors))


def augmented(X: Floats, x: Floats, *, ridge: float | None = None, start: Floats | None = None) -> Weights:
    """How must the classic weights be tilted, by ridge regression, to take out what imbalance they leave?

    Parameters
    ----------
    X, x, start
        As in `classic`.
    ridge
        Penalty of the ridge regression; `None` chooses it by `leave_one_out_ridge`.

    Returns
    -------
    Weights
        They sum to one and may be negative: the price of a better fit is extrapolation beyond the donors.
    """
    if ridge is None:
        ridge = leave_one_out_ridge(X, x)
    donors = simplex_weights(X, x, start=start)
    donors = donors + tilt(X, ridge) @ (x - X @ donors)
    return Weights(donors, ridge=ridge, loss=_mean_square(x - X @ donors))


def tilt(X: Floats, ridge: float) -> Floats:
    """What change of weights does an imbalance in each period call for? Shape (donors, periods): X'(XX' + λI)⁻¹.

    `X` as in `classic`; donors' means are taken away from each period first. It depends on the donors alone, so it
    serves every treated series beside them.
    """
    left, singular, right = np.linalg.svd(X - X.mean(axis=1)[:, None], full_matrices=False)
    return np.asarray((right.T * (singular / (singular**2 + ridge))) @ left.T)


def leave_one_out_ridge(X: Floats, x: Floats, *, within_one_error: bool = True) -> float:
    """Which ridge predicts a held-out period best?

    Each period before the start is held out in turn, the weights are made from the rest for every candidate ridge,
    and the squared error of the held-out period is averaged.

    Parameters
    ----------
    X, x
        As in `classic`; two periods or more.
    within_one_error
        Take the largest ridge whose error lies within one standard error of the least, the cautious choice and that
        of `augsynth`; otherwise the ridge of least error.

    Notes
    -----
    With ``K = XX'``, ``M = (K + λI)⁻¹`` and ``r`` what the weights made without period ``t`` leave over, the error of
    the held-out period is ``(M r)_t / M_tt``: one eigendecomposition serves every period and every ridge. As in the
    paper every period before the start is held out; `augsynth` spares the last.
    """
    mean = X.mean(axis=1)
    X, x = X - mean[:, None], x - mean
    values, vectors = np.linalg.eigh(X @ X.T)
    values = np.maximum(values, 0.0)
    candidates = values[-1] * RIDGE_RATIO ** (np.arange(RIDGE_STEPS + 1) / RIDGE_STEPS)
    shrunk = 1.0 / (values + candidates[:, None])
    gaps = X - x[:, None]
    whole = nearest_in_hull(gaps)
    errors = np.empty((len(x), len(candidates)))
    for period in range(len(x)):
        rest = np.arange(len(x)) != period
        left = x - X @ nearest_in_hull(gaps[rest], start=whole)
        row = vectors[period] * shrunk
        errors[period] = (row @ (vectors.T @ left) / (row @ vectors[period])) ** 2
    mean_error = errors.mean(axis=0)
    best = int(mean_error.argmin())
    if not within_one_error:
        return float(candidates[best])
    margin = errors[:, best].std(ddof=1) / np.sqrt(len(x))
    return float(candidates[mean_error <= mean_error[best] + margin].max())


def _mean_square(values: Floats) -> float:
    return float(np.mean(values**2))
