"""How good was a forecast that came with its doubt? Scores of draws against what happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from btc_eval.inference import Bools, Floats


def crps(draws: Floats, observed: Floats) -> Floats:
    """How far were the draws from what happened, all of them together? The continuous ranked probability score.

    Parameters
    ----------
    draws
        (D, n) draws of n forecasts.
    observed
        (n,).

    Returns
    -------
    array of shape (n,)
        In the unit of the forecast, smaller is better. For a forecast without doubt (all draws alike) it is the
        absolute error, so that forecasts with and without intervals are judged by one measure.

    Notes
    -----
    Mean |X − y| − ½ mean |X − X′|, with the second mean over all pairs from the sorted draws.

    References
    ----------
    Gneiting, T. and Raftery, A. E. (2007). Strictly proper scoring rules, prediction, and estimation. Journal of the
    American Statistical Association 102, 359–378, equation 21.

    Examples
    --------
    >>> crps(np.full((3, 1), 10.0), np.array([12.0])).tolist()
    [2.0]
    """
    ordered = np.sort(draws, axis=0)
    n = len(ordered)
    rank = 2.0 * np.arange(1, n + 1) - n - 1.0
    spread = rank @ ordered / n**2
    return np.asarray(np.abs(draws - observed).mean(axis=0) - spread)


def covered(draws: Floats, observed: Floats, levels: Sequence[float]) -> Bools:
    """Did the middle `level` of the draws hold what happened, both ends included? Shape (levels, n)."""
    held = []
    for level in levels:
        low, high = np.quantile(draws, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
        held.append((observed >= low) & (observed <= high))
    return np.array(held)
