"""Entropy balancing: weights on the controls, as even as can be, that give them the treated's means exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats

#: Means agree to this many standard deviations, or balance is said to be impossible.
TOLERANCE = 1e-8
STEPS = 200


@dataclass(frozen=True, slots=True)
class EntropyBalance:
    """`weights` (m,) of the controls, mean 1; `slopes` (k,) with weights ∝ base · exp(x λ); `gap` the largest
    remaining difference of means in standard deviations; `balanced`, whether it is below `TOLERANCE`."""

    weights: Floats
    slopes: Floats
    gap: float
    balanced: bool


def entropy_balance(controls: Floats, target: Floats, base: Floats | None = None) -> EntropyBalance:
    """Which weights, closest to even, give these rows the target's means?

    Parameters
    ----------
    controls
        (m, k) covariates of the controls.
    target
        (k,) means to be met.
    base
        (m,) weights to stay close to; `None` for even ones.

    Notes
    -----
    Weights minimise Σ w log(w / q) subject to the means (Hainmueller 2012, Political Analysis 20:25). The dual, log Σ
    q exp((x − m) λ), is convex and is minimised by Newton's method with halved steps. It has no minimum where the
    target lies outside the controls' range, which shows as a gap that stays.

    Examples
    --------
    >>> found = entropy_balance(np.array([[0.0], [1.0], [2.0]]), np.array([1.5]))
    >>> round(float(found.weights @ [0, 1, 2] / found.weights.sum()), 9), found.balanced
    (1.5, True)
    """
    spread = controls.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    x = (controls - target) / spread
    log_base = np.zeros(len(x)) if base is None else np.log(base)
    slopes = np.zeros(x.shape[1])
    share, value = _dual(x, log_base, slopes)
    for _ in range(STEPS):
        gap = share @ x
        if np.abs(gap).max(initial=0.0) < TOLERANCE / 1e4:
            break
        curve = (x.T * share) @ x - np.outer(gap, gap)
        step = -np.linalg.lstsq(curve, gap, rcond=1e-12)[0]
        slope = float(gap @ step)
        if slope >= 0:
            break
        size = min(1.0, 50.0 / max(float(np.abs(x @ step).max()), 1e-300))
        while size > 1e-10:
            shares, lower = _dual(x, log_base, slopes + size * step)
            # Near the minimum the gain is lost in rounding; a step that does not raise the dual by more is taken.
            if lower <= value + 1e-4 * size * slope + 1e-13 * max(1.0, abs(value)):
                break
            size /= 2
        else:
            break
        slopes, share, value = slopes + size * step, shares, lower
    left = float(np.abs(share @ x).max(initial=0.0))
    return EntropyBalance(share * len(x), slopes / spread, left, left < TOLERANCE)


def _dual(x: Floats, log_base: Floats, slopes: Floats) -> tuple[Floats, float]:
    linear = log_base + x @ slopes
    top = float(linear.max())
    raw = np.exp(linear - top)
    total = float(raw.sum())
    return raw / total, top + float(np.log(total))
