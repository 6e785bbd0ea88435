"""How exactly does a count out of a total fix a share? Exact intervals and tests."""

from __future__ import annotations

import numpy as np
from scipy import stats

from btc_eval.inference import Floats


def binomial_interval(count: Floats, total: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Between which shares does this count lie, if each of the total is counted or not by chance?

    Parameters
    ----------
    count, total
        Shape (n,): whole numbers, 0 ≤ count ≤ total, total above nought.
    level
        Coverage, as a share; both ends are included.

    Returns
    -------
    tuple of arrays
        Lower and upper ends, each of shape (n,), from 0 to 1. The lower end of none is 0, the upper end of all is 1.

    Notes
    -----
    With α = 1 − level: the α/2 quantile of Beta(k, n − k + 1) and the 1 − α/2 quantile of Beta(k + 1, n − k). It covers
    at least as often as stated. Where cases come in groups, such as brothers and sisters, it is too narrow.

    References
    ----------
    Clopper, C. and Pearson, E. (1934). The use of confidence or fiducial limits. Biometrika 26, 404–413.

    Examples
    --------
    >>> low, high = binomial_interval(np.array([10.0]), np.array([100.0]))
    >>> [round(float(end[0]), 4) for end in (low, high)]
    [0.049, 0.1762]
    """
    k, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    tail = (1.0 - level) / 2.0
    low = np.where(k == 0, 0.0, stats.beta.ppf(tail, np.where(k == 0, 1.0, k), n - k + 1.0))
    high = np.where(k == n, 1.0, stats.beta.ppf(1.0 - tail, k + 1.0, np.where(k == n, 1.0, n - k)))
    return np.asarray(low), np.asarray(high)


def binomial_p(count: Floats, total: Floats, share: Floats) -> Floats:
    """How often would chance give a count at least as unlikely as this one, if the true share were `share`?

    Parameters
    ----------
    count, total
        Shape (n,), as in `binomial_interval`.
    share
        Shape (n,): the share supposed, between 0 and 1, taken as exact.

    Returns
    -------
    array
        Shape (n,): two-sided exact p-values, by adding up every count that is no likelier than the one seen.

    Examples
    --------
    >>> round(float(binomial_p(np.array([9.0]), np.array([10.0]), np.array([0.5]))[0]), 4)
    0.0215
    """
    triples = zip(np.asarray(count), np.asarray(total), np.asarray(share, dtype=float))
    return np.array([stats.binomtest(int(k), int(n), float(p)).pvalue for k, n, p in triples])
