"""From which seed do draws start where the caller gives none? A fixed one, so that the same call gives the same answer.

A reviewer may ask for others, to see how much of a result is luck: every draw that starts here then starts elsewhere.
Floor 1; NumPy alone.
"""

from __future__ import annotations

import os

import numpy as np

from btc_eval.locations import SEED_VARIABLE


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Which source of draws does this seed stand for?

    Parameters
    ----------
    seed
        The fixed seed of the place that draws; a generator is returned as it is.

    Returns
    -------
    numpy.random.Generator
        The same for the same seed, unless the environment names another start: then one made from both.

    Examples
    --------
    >>> int(generator(7).integers(100)) == int(generator(7).integers(100))
    True
    """
    if isinstance(seed, np.random.Generator):
        return seed
    shaken = os.environ.get(SEED_VARIABLE, "")
    return np.random.default_rng([seed, int(shaken)] if shaken.isdigit() else seed)
