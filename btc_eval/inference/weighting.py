"""Weights from propensity scores: which population do they make, and how do they move with the score?"""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Bools, Floats

ESTIMANDS = ("ATE", "ATT", "ATC", "ATO", "ATM")


def propensity_weights(probability: Floats, treated: Bools, estimand: str) -> tuple[Floats, Floats]:
    """What does each row count for?

    Parameters
    ----------
    probability
        (n,) chance of treatment, above 0 and below 1.
    treated
        (n,).
    estimand
        "ATE" everyone: 1/p and 1/(1 − p). "ATT" the treated: 1 and p/(1 − p). "ATC" the controls: (1 − p)/p and 1.
        "ATO" those who could have been either: 1 − p and p (Li, Morgan and Zaslavsky 2018). "ATM": min(p, 1 − p) over
        the chance of the treatment received (Li and Greene 2013).

    Returns
    -------
    array, array
        (n,) weights, and their derivatives by the linear predictor of the score.
    """
    p = probability
    rate = p * (1 - p)
    own = np.where(treated, p, 1 - p)
    slope = np.where(treated, rate, -rate)
    tilt, lean = {
        "ATE": (np.ones_like(p), np.zeros_like(p)),
        "ATT": (p, rate),
        "ATC": (1 - p, -rate),
        "ATO": (rate, rate * (1 - 2 * p)),
        "ATM": (np.minimum(p, 1 - p), np.where(p < 0.5, rate, -rate)),
    }[estimand]
    return tilt / own, lean / own - tilt * slope / own**2


def trimmed(weights: Floats, where: Bools, limit: float) -> tuple[Floats, Bools, float]:
    """Lower the largest weights to a limit.

    Parameters
    ----------
    weights
        (n,).
    where
        (n,) rows whose weights vary by design; the others (the treated, for "ATT") are left alone.
    limit
        Below 1: that quantile of the weights (0.99 lowers the top hundredth; 0.01 means the same), as R's type 3, an
        observed weight. 1 or more: this many of the largest are lowered to the next largest.

    Returns
    -------
    array, array, float
        Weights, which rows were lowered, and to what.
    """
    varying = weights[where]
    if limit < 1:
        cut = float(np.quantile(varying, max(limit, 1 - limit), method="closest_observation"))
    else:
        cut = float(np.sort(varying)[len(varying) - 1 - int(limit)])
    lowered = where & (weights > cut)
    return np.where(lowered, cut, weights), lowered, cut


def stabilised(weights: Floats, treated: Bools) -> Floats:
    """Multiply by the share of the group each row is in, so that weights centre on 1."""
    share = float(treated.mean())
    return np.asarray(weights * np.where(treated, share, 1 - share))
