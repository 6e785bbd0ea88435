"""How exactly does a count fix the rate or the share behind it? Exact intervals of a Poisson rate and of a share."""

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


def binomial_interval(count: int, total: int, *, level: float = 0.95) -> tuple[float, float]:
    """Between which shares does this count lie, if each of the total belongs to it by chance alone?

    Parameters
    ----------
    count, total
        Whole numbers, 0 <= count <= total, total above nought.
    level
        Coverage, as a share; both ends are included.

    Returns
    -------
    tuple of float
        Lower and upper end, as shares. The lower end of none is 0 and the upper end of all is 1.

    Notes
    -----
    Quantiles of beta distributions: α/2 of Beta(k, n − k + 1) and 1 − α/2 of Beta(k + 1, n − k). It covers at least as
    often as stated.

    References
    ----------
    Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26, 404–413.

    Examples
    --------
    >>> low, high = binomial_interval(8, 20)
    >>> round(low, 4), round(high, 4)
    (0.1912, 0.6395)
    """
    tail = (1.0 - level) / 2.0
    low = float(stats.beta.ppf(tail, count, total - count + 1)) if count else 0.0
    high = float(stats.beta.ppf(1.0 - tail, count + 1, total - count)) if count < total else 1.0
    return low, high
