"""What would the rate be in a population of standard ages? Direct and indirect standardisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from btc_eval.inference import Floats, Ints
from btc_eval.inference.rates import poisson_interval

#: Byar's approximation is used from this count on, the exact interval below it.
BYAR_FROM = 10


def byar_interval(count: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Between which expected counts does this one lie, by Byar's approximation?

    References
    ----------
    Breslow and Day (1987), Statistical Methods in Cancer Research II, 69.
    """
    z = stats.norm.ppf((1 + level) / 2)
    some = np.where(count > 0, count, 1.0)
    low = np.where(count > 0, some * (1 - 1 / (9 * some) - z / (3 * np.sqrt(some))) ** 3, 0.0)
    more = count + 1
    return low, np.asarray(more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3)


def count_interval(count: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Between which expected counts does this one lie: exact below ten, Byar's from ten on?"""
    low, high = byar_interval(count, level=level)
    exact_low, exact_high = poisson_interval(np.floor(count), np.ones_like(count), level=level)
    few = count < BYAR_FROM
    return np.where(few, exact_low, low), np.where(few, exact_high, high)


@dataclass(frozen=True, slots=True)
class Standardised:
    """Of each area (m,): events, the standardised rate or ratio, and its interval."""

    events: Floats
    estimate: Floats
    low: Floats
    high: Floats


def direct(events: Floats, population: Floats, standard: Floats, area: Ints, *, level: float = 0.95) -> Standardised:
    """What would each area's rate be in the standard population?

    Parameters
    ----------
    events, population, standard
        (n,) a row an area and age band; `standard` is the standard population of the band.
    area
        (n,) codes 0 … m − 1.

    Notes
    -----
    Σ w r / Σ w; the interval is Dobson's: the exact or Byar interval of the total count, shifted and scaled by the
    ratio of standard errors.

    References
    ----------
    Dobson, Kuulasmaa, Eberle and Scherer (1991), Statistics in Medicine 10, 457–462.
    """
    total = np.bincount(area, events).astype(float)
    weight = np.bincount(area, standard)
    rate = np.bincount(area, standard * events / population) / weight
    variance = np.bincount(area, (standard / population) ** 2 * events) / weight**2
    low, high = count_interval(total, level=level)
    scale = np.sqrt(variance / np.where(total > 0, total, np.nan))
    return Standardised(total, rate, rate + scale * (low - total), rate + scale * (high - total))


def indirect(
    events: Floats, population: Floats, reference_rate: Floats, area: Ints, *, level: float = 0.95
) -> Standardised:
    """By what ratio do each area's events exceed those expected at reference rates? Exact or Byar intervals."""
    total = np.bincount(area, events).astype(float)
    expected = np.bincount(area, population * reference_rate)
    low, high = count_interval(total, level=level)
    return Standardised(total, total / expected, low / expected, high / expected)


def wilson_interval(count: Floats, of: Floats, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Between which shares does the truth behind `count` out of `of` lie (Wilson 1927)?"""
    z = stats.norm.ppf((1 + level) / 2)
    middle = count + z**2 / 2
    half = z * np.sqrt(count * (1 - count / of) + z**2 / 4)
    return (middle - half) / (of + z**2), (middle + half) / (of + z**2)
