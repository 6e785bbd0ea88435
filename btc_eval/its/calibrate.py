"""From the model's interval to one that is right as often as it says, going by places where nothing happened."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Floats


def stretch(ratios: Floats, level: float, model: float, kind: Literal["stretched", "shifted"]) -> tuple[float, float]:
    """Return the multiples (low, high) of the standard error that an interval must take off the estimate.

    Parameters
    ----------
    ratios
        (J,) estimate over standard error in units or at dates with no effect.
    level
        Nominal coverage.
    model
        The model's own critical value; "stretched" never goes below it.
    kind
        See `PlaceboInSpace.calibrated_interval`.
    """
    count = len(ratios)
    ordered = np.sort(ratios)
    if kind == "shifted":
        tail = math.floor((1 - level) / 2 * (count + 1) + 1e-9)
        if tail < 1:
            raise _too_few(count, math.ceil(2 / (1 - level) - 1e-9) - 1)
        return float(ordered[tail - 1]), float(ordered[count - tail])
    place = math.ceil(level * (count + 1) - 1e-9)
    if place > count:
        raise _too_few(count, math.ceil(1 / (1 - level) - 1e-9) - 1)
    half = max(model, float(np.sort(np.abs(ratios))[place - 1]))
    return -half, half


def _too_few(count: int, needed: int) -> Exception:
    return refuse(
        "calibrated_interval",
        "placebos",
        found=f"{count} placebo estimates",
        allowed=f"at least {needed} for this level",
        do="Add units, or ask for a lower level.",
    )
