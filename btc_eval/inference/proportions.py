"""How exactly does a count out of a total fix a share? Exact intervals and tests, and one error rate for several."""

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


def holm(p_values: Floats) -> Floats:
    """What are these p-values worth, once it is allowed for that there are several of them?

    Parameters
    ----------
    p_values
        Shape (K,).

    Returns
    -------
    array
        Shape (K,), in the same order. With the p-values in order from the smallest, the k-th is the largest over j ≤ k
        of (K − j + 1) p₍ⱼ₎, at most 1. The chance of any false claim among the K is at most the level, however they
        depend.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6,
    65–70.

    Examples
    --------
    >>> [round(float(p), 6) for p in holm(np.array([0.01, 0.04, 0.03]))]
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p_values, dtype=float)
    order = np.argsort(given, kind="stable")
    steps = np.maximum.accumulate((len(given) - np.arange(len(given))) * given[order])
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
