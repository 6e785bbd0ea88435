"""How does a population move on when some leave, some come in and everyone grows a month older every month?

Each cohort is a month of birth. A month does three things in this order: some leave; those who stay grow a month
older, and the oldest leave because they have come of age; new ones come in. Nothing is smoothed over an age band, so
nobody comes of age before their time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from btc_eval.inference import Floats, Ints

#: Draws advanced together: small enough for the cohorts to stay in the processor's cache.
_CHUNK = 250
_SMALL = np.int16
AnyInts = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class CohortPaths:
    """What happened in every draw.

    Parameters
    ----------
    stock
        (D, T + 1, B) children by age band, at the start and at the end of each month.
    starts
        (D, T, B) coming in.
    ceases
        (D, T, B) leaving before they come of age.
    aged_out
        (D, T) leaving because they come of age.
    ageing
        (D, T, B) growing into a band, less growing out of it; the oldest band loses those of `aged_out` besides.
    """

    stock: Ints
    starts: Ints
    ceases: Ints
    aged_out: Ints
    ageing: Ints


def thin(count: AnyInts, log_stay: Floats, rng: np.random.Generator) -> AnyInts:
    """How many of each count leave, each by its own chance of staying?

    Parameters
    ----------
    count
        Whole numbers of nought or more, any shape.
    log_stay
        Logarithm of the chance that one stays; the same shape, or one that broadcasts.

    Notes
    -----
    A binomial draw by inversion. Most counts are small and most months nobody leaves, so one uniform number settles
    nearly every cell against the chance that all stay, and the rest are worked out one by one.
    """
    exponent = (count * log_stay).astype(np.float32)
    uniform = rng.random(count.shape, dtype=np.float32)
    # A 24-bit uniform number moves a chance by less than a ten-millionth.
    flat = np.flatnonzero(uniform > np.exp(exponent))
    left = np.zeros(count.shape, dtype=count.dtype)
    if flat.size:
        n = count.reshape(-1)[flat].astype(float)
        stay = np.exp(np.broadcast_to(log_stay, count.shape).reshape(-1)[flat])
        aim = uniform.reshape(-1)[flat].astype(float)
        odds = (1.0 - stay) / stay
        term, reached, k = stay**n, stay**n, np.zeros(len(flat))
        open_ = aim > reached
        while open_.any():
            k = np.where(open_, k + 1.0, k)
            term = np.where(open_, term * odds * (n - k + 1.0) / np.maximum(k, 1.0), term)
            reached = np.where(open_, reached + term, reached)
            open_ &= (aim > reached) & (k < n)
        left.reshape(-1)[flat] = k.astype(count.dtype)
    return left


def steady_profile(entries: Floats, leaving: Floats) -> Floats:
    """How many children of each month of age would there be, if these entries and exits had gone on for ever?

    Parameters
    ----------
    entries
        (..., M) coming in a month at each month of age.
    leaving
        (..., M) hazard of leaving a month at each month of age.

    Returns
    -------
    array of shape (..., M)
        n₀ = e₀ and n_m = n_{m−1} exp(−h_{m−1}) + e_m.
    """
    out: Floats = np.zeros(np.broadcast_shapes(entries.shape, leaving.shape))
    stay = np.broadcast_to(np.exp(-leaving), out.shape)
    coming = np.broadcast_to(entries, out.shape)
    out[..., 0] = coming[..., 0]
    for month in range(1, int(np.size(out, -1))):
        out[..., month] = out[..., month - 1] * stay[..., month - 1] + coming[..., month]
    return out


def expected_paths(opening: Floats, entries: Floats, leaving: Floats) -> tuple[Floats, Floats, Floats]:
    """What is expected, without chance? Returns stock (T + 1, M), ceases (T, M) and aged out (T,).

    Parameters
    ----------
    opening
        (M,) children at each month of age.
    entries, leaving
        (T, M) entries a month and hazards of leaving a month.
    """
    months, ages = (int(size) for size in np.shape(entries))
    stock, ceases, out = np.zeros((months + 1, ages)), np.zeros((months, ages)), np.zeros(months)
    stock[0] = opening
    for t in range(months):
        ceases[t] = stock[t] * -np.expm1(-leaving[t])
        stay = stock[t] - ceases[t]
        out[t] = stay[-1]
        stock[t + 1, 1:] = stay[:-1]
        stock[t + 1] += entries[t]
    return stock, ceases, out


def simulate(
    opening: Ints,
    entry_mean: Floats,
    entry_shape: Floats,
    leaving: Floats,
    first_month: Ints,
    rng: np.random.Generator,
) -> CohortPaths:
    """What happens in each draw?

    Parameters
    ----------
    opening
        (D, M) children at each month of age.
    entry_mean
        (D, T, B) expected entries in each month, by age band.
    entry_shape
        (M,) share of a band's entries at each month of age; sums to one in every band.
    leaving
        (D, T, B) hazard of leaving, a month.
    first_month
        (B,) month of age at which each band begins, rising from 0.
    rng
        Source of the draws.
    """
    draws, months, bands = entry_mean.shape
    paths = CohortPaths(
        stock=np.zeros((draws, months + 1, bands), dtype=np.int64),
        starts=np.zeros((draws, months, bands), dtype=np.int64),
        ceases=np.zeros((draws, months, bands), dtype=np.int64),
        aged_out=np.zeros((draws, months), dtype=np.int64),
        ageing=np.zeros((draws, months, bands), dtype=np.int64),
    )
    for low in range(0, draws, _CHUNK):
        part = slice(low, min(low + _CHUNK, draws))
        _advance(paths, part, opening[part], entry_mean[part], entry_shape, leaving[part], first_month, rng)
    return paths


def _advance(
    paths: CohortPaths,
    part: slice,
    opening: Ints,
    entry_mean: Floats,
    entry_shape: Floats,
    leaving: Floats,
    first_month: Ints,
    rng: np.random.Generator,
) -> None:
    """Carry some of the draws through every month, writing into `paths`."""
    draws, ages = opening.shape
    months, bands = entry_mean.shape[1:]
    last_month = np.append(first_month[1:], ages) - 1
    band_of = np.repeat(np.arange(bands), last_month - first_month + 1)
    within = np.cumsum(entry_shape) - np.repeat(
        np.cumsum(np.add.reduceat(entry_shape, first_month)), last_month - first_month + 1
    )
    where = within + band_of + 1.0  # rises from band number to band number + 1 across each band
    now = opening.astype(_SMALL)
    paths.stock[part, 0] = np.add.reduceat(now, first_month, axis=1, dtype=np.int64)
    for t in range(months):
        gone = thin(now, -leaving[:, t][:, band_of], rng)
        now -= gone
        grown = now[:, last_month].astype(np.int64)  # about to leave their band
        paths.ceases[part, t] = np.add.reduceat(gone, first_month, axis=1, dtype=np.int64)
        paths.aged_out[part, t] = grown[:, -1]
        paths.ageing[part, t, 1:] = grown[:, :-1]
        paths.ageing[part, t, :-1] -= grown[:, :-1]
        now[:, 1:] = now[:, :-1].copy()
        now[:, 0] = 0
        coming = rng.poisson(entry_mean[:, t])
        paths.starts[part, t] = coming
        place = np.repeat(np.tile(np.arange(bands), draws), coming.reshape(-1))
        draw = np.repeat(np.arange(draws), coming.sum(axis=1))
        age = np.minimum(np.searchsorted(where, place + rng.random(len(place)), side="left"), last_month[place])
        now += np.bincount(draw * ages + age, minlength=draws * ages).reshape(draws, ages).astype(_SMALL)
        paths.stock[part, t + 1] = np.add.reduceat(now, first_month, axis=1, dtype=np.int64)
