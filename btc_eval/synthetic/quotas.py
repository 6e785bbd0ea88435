"""How is exactly the right number drawn? Totals divided without remainder, and draws without replacement.

An extract that only resembled the published totals could not be reconciled with them, so nothing here is drawn around a
total: the total is given, and chance decides who makes it up.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from btc_eval.synthetic.days import Floats, Ints

Generator = np.random.Generator


def parts(total: int, weights: Floats | Ints) -> Ints:
    """How is a total divided in proportion to weights, in whole numbers that sum to it? By largest remainder.

    Examples
    --------
    >>> parts(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    weights = np.asarray(weights, dtype=np.float64)
    if total == 0 or weights.sum() <= 0:
        weights = np.ones_like(weights)
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    short = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return np.asarray(whole)


def parts_named(total: int, weights: Mapping[str, float]) -> dict[str, int]:
    """As `parts`, by name."""
    return dict(zip(weights, parts(total, np.array(list(weights.values()), dtype=np.float64)).tolist()))


def spread(total: int, weights: Floats, rng: Generator) -> Ints:
    """How does a total fall over places by chance? A multinomial draw: random, and never off the total."""
    return np.asarray(rng.multinomial(total, weights / weights.sum()), dtype=np.int64)


def draw(weights: Floats, number: int, rng: Generator) -> Ints:
    """Which are drawn, without replacement, with chances in proportion to weights?

    Returns
    -------
    Ints
        Positions in order of the draw; fewer than `number` where fewer have a weight above nought.

    References
    ----------
    Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir".
    """
    return _smallest(rng.exponential(size=len(weights)), weights, number)


def draw_together(weights: Floats, group: Ints, number: int, together: float, rng: Generator) -> Ints:
    """As `draw`, but members of a group share their luck with probability `together`, as siblings do."""
    if not len(weights):
        return np.zeros(0, dtype=np.int64)
    shared = rng.exponential(size=int(group.max()) + 1)[group]
    own = rng.exponential(size=len(weights))
    return _smallest(np.where(rng.random(len(weights)) < together, shared, own), weights, number)


def _smallest(luck: Floats, weights: Floats, number: int) -> Ints:
    """Return the positions of the smallest luck over weight, in order, as logarithms, which cannot overflow."""
    with np.errstate(divide="ignore"):
        keys = np.log(luck) - np.log(weights)
    possible = int(np.isfinite(keys).sum())
    number = min(number, possible)
    if number <= 0:
        return np.zeros(0, dtype=np.int64)
    nearest = np.argpartition(keys, number - 1)[:number] if number < len(keys) else np.flatnonzero(np.isfinite(keys))
    return np.asarray(nearest[np.argsort(keys[nearest], kind="stable")], dtype=np.int64)


def between(low: Ints, high: Ints, rng: Generator) -> Ints:
    """Which whole number falls between these, both included? The lower where the upper lies below it."""
    width = np.maximum(high - low, 0) + 1
    return np.asarray(low + np.floor(rng.random(len(low)) * width).astype(np.int64))
