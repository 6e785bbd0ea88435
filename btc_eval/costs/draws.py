"""Draws that hold an interval's ends and its middle, also where the interval is lopsided."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from btc_eval import seeds
from btc_eval.errors import refuse

Floats = npt.NDArray[np.float64]

_FEWEST = 1000


def generator(rng: int | np.random.Generator) -> np.random.Generator:
    """Return the generator given, or one made from a seed; nothing is seeded for everybody."""
    return seeds.generator(rng)


def enough(draws: int, place: str) -> int:
    """Are there draws enough for the tails of an interval?"""
    if draws < _FEWEST:
        raise refuse(place, "draws", found=str(draws), allowed=f"{_FEWEST} or more", do="Draw more.")
    return draws


def two_piece(
    value: float,
    low: float,
    high: float,
    *,
    level: float,
    draws: int,
    rng: np.random.Generator,
    log: bool = False,
) -> Floats:
    """Draw from a normal whose two halves may differ in width.

    The median is `value`, and the ends of the middle `level` are `low` and `high`: what an estimate and its interval
    say, and no more. With `log` the same holds on the scale of logarithms, and every draw is above nought.
    """
    steps = np.log([low, value, high]) if log else np.array([low, value, high], dtype=float)
    reach = norm.ppf((1.0 + level) / 2.0)
    z = rng.standard_normal(draws)
    width = np.where(z < 0, steps[1] - steps[0], steps[2] - steps[1]) / reach
    drawn = steps[1] + z * width
    return np.asarray(np.exp(drawn) if log else drawn, dtype=float)
