"""How much of a difference between two products of several factors belongs to each factor?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from math import factorial
from typing import TypeVar

import numpy as np

from btc_eval.inference import Floats

Factor = TypeVar("Factor")


def parts(value: Callable[[Sequence[Factor]], Floats], first: Sequence[Factor], second: Sequence[Factor]) -> Floats:
    """How much of value(first) − value(second) does each factor account for?

    Parameters
    ----------
    value
        A function of all the factors.
    first, second
        K factors each.

    Returns
    -------
    array of shape (K, ...)
        Summing to value(first) − value(second), whatever the function.

    Notes
    -----
    Each factor's part is the mean, over all K! orders in which the factors could be exchanged one after the other, of
    the step that its own exchange makes. For a product this is the decomposition of Das Gupta; in general, the Shapley
    value.

    References
    ----------
    Das Gupta, P. (1993). Standardization and Decomposition of Rates: A User's Manual. U.S. Bureau of the Census,
    P23-186.
    Shorrocks, A. F. (2013). Decomposition procedures for distributional analysis: a unified framework based on the
    Shapley value. Journal of Economic Inequality 11, 99–126.

    Examples
    --------
    >>> parts(lambda f: np.asarray(f[0] * f[1]), [3.0, 4.0], [2.0, 2.0]).tolist()
    [3.0, 5.0]
    """
    size = len(first)
    known: dict[int, Floats] = {}

    def at(mask: int) -> Floats:
        if mask not in known:
            known[mask] = value([first[k] if mask >> k & 1 else second[k] for k in range(size)])
        return known[mask]

    out = [np.zeros_like(at(0), dtype=float) for _ in range(size)]
    for order in permutations(range(size)):
        mask = 0
        for k in order:
            out[k] = out[k] + at(mask | 1 << k) - at(mask)
            mask |= 1 << k
    return np.array(out) / factorial(size)
