"""How exactly does a count fix the rate behind it? Exact intervals of a Poisson rate."""

from __future__ import annotations

import numpy as np
from scipy import stats

from btc_eval.inference import Floats


def poisson_interval(
    count: Floats, exposure: Floats, *, per: float = 1.0, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Between which rates does this count lie, if events come one by one and by chance?

    Parameters
    ----------
    count, exposure
        Shape (n,): events, whole numbers of nought or more, and what they came from, above nought.
    per
        What the rate is multiplied by, such as 10 000 children.
    level
        Coverage, as a share; both ends are included.

    Returns
    -------
    tuple of arrays
        Lower and upper ends, each of shape (n,), in events per `per` of exposure. The lower end of no event is nought.

    Notes
    -----
    With k events, α = 1 − level and n of exposure: ½ χ²(α/2; 2k) / n to ½ χ²(1 − α/2; 2k + 2) / n. It covers at least
    as often as stated. Where events come in groups, such as brothers and sisters, it is too narrow.

    References
    ----------
    Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437–442.

    Examples
    --------
    >>> low, high = poisson_interval(np.array([10.0]), np.array([1.0]))
    >>> [round(float(end[0]), 3) for end in (low, high)]
    [4.795, 18.39]
    """
    events = np.asarray(count, dtype=float)
    scale = per / np.asarray(exposure, dtype=float)
    tail = (1.0 - level) / 2.0
    none = events == 0
    low = np.where(none, 0.0, stats.chi2.ppf(tail, 2.0 * np.where(none, 1.0, events)) / 2.0)
    high = stats.chi2.ppf(1.0 - tail, 2.0 * events + 2.0) / 2.0
    return np.asarray(low * scale), np.asarray(high * scale)
