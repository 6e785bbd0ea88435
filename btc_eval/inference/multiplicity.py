"""Several questions at once: p-values that allow for how many were asked."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats


def holm(p_values: Floats) -> Floats:
    """Return Holm's step-down p-values: the chance of any false claim is held at the level, whatever the dependence.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def step_down_draws(statistics: Floats, draws: Floats) -> Floats:
    """Return Westfall and Young's step-down p-values from draws of all statistics under no effect.

    Parameters
    ----------
    statistics
        (K,) the estimates over their standard errors.
    draws
        (B, K) the same where nothing happened, dependence between the K kept.

    Notes
    -----
    The largest statistic is compared with the largest of all K in each draw, the next with the largest of the rest,
    and so on (maxT; Westfall and Young 1993, algorithm 2.8). The draw at hand counts as one of them, so that no
    p-value is 0.
    """
    size, drawn = np.abs(statistics), np.abs(draws)
    order = np.argsort(-size, kind="stable")
    highest = np.maximum.accumulate(drawn[:, order[::-1]], axis=1)[:, ::-1]
    steps = (1 + (highest >= size[order]).sum(axis=0)) / (len(draws) + 1)
    adjusted = np.empty(len(size))
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted


def multiplier_draws(influence: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return (B, K) draws of estimates around nought, from influence functions summed by independent cluster (G, K).

    Each cluster's influence is given a standard normal multiplier, the same for all K.
    """
    return np.asarray(rng.standard_normal((draws, len(influence))) @ influence)
