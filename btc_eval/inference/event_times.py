"""When did events happen, and who was at risk then? Distinct times with true ties.

Convention throughout: a row is at risk in (start, stop]; an event at t comes before a censoring at t, and an entry at t
is at risk only after t. `lo` and `hi` of a row are the numbers of distinct event times not later than its start and its
stop, so that it is at risk at event times lo + 1 … hi, counted from 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Bools, Floats, Ints


def places(values: Floats) -> tuple[Floats, Ints]:
    """Which values are there, and which has each row?

    Returns
    -------
    array, array
        Distinct values in order, and (n,) the place of each among them. Whole numbers that lie close together, as days
        do, are counted and not sorted.
    """
    low = values.min()
    if values.max() - low < 4 * len(values) + 1000:
        whole = values.astype(np.int64)
        if bool((whole == values).all()):
            shifted = whole - int(low)
            present = np.bincount(shifted) > 0
            return np.flatnonzero(present) + low, (np.cumsum(present) - 1)[shifted]
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, np.asarray(place, dtype=np.int64)


def not_later(sorted_times: Floats, values: Floats) -> Ints:
    """How many of `sorted_times` (distinct, in order) are not later than each value?"""
    if len(sorted_times) == 0:
        return np.zeros(len(values), dtype=np.int64)
    distinct, place = places(values)
    return np.searchsorted(sorted_times, distinct, side="right")[place]


def merge_close(*columns: Floats) -> tuple[Floats, ...]:
    """Which times are the same but for rounding?

    Times closer than 1e-9 of the longest are taken as equal (the earliest of them), in every column at once, so that
    days divided by 365.25 in two ways still tie.
    """
    together = np.concatenate(columns)
    if bool((together == np.floor(together)).all()):
        return columns
    distinct, place = np.unique(together, return_inverse=True)
    apart = np.r_[True, np.diff(distinct) > 1e-9 * max(1e-300, float(np.abs(distinct).max()))]
    settled = distinct[apart][np.cumsum(apart) - 1][place]
    return tuple(np.split(settled, np.cumsum([len(c) for c in columns])[:-1]))


@dataclass(frozen=True, slots=True)
class Risk:
    """Distinct event times and the numbers at risk there.

    Parameters
    ----------
    times
        (T,) distinct times with an event, in order.
    lo, hi
        (n,) each row's first and last place, as in the module's convention.
    at_risk, rows_at_risk
        (T,) sums of weights, and plain counts of rows, at risk just before each time.
    events, rows_events
        (T, K) sums of weights, and counts, of the events of each kind.
    stop, start
        (n,) as given; `start` is `None` where everyone is at risk from the beginning.
    """

    times: Floats
    lo: Ints
    hi: Ints
    at_risk: Floats
    rows_at_risk: Floats
    events: Floats
    rows_events: Floats
    stop: Floats
    start: Floats | None

    @property
    def last(self) -> float:
        """The latest stop; beyond it nothing is known."""
        return float(self.stop.max())

    def present(self, at: Floats, weights: Floats | None) -> Floats:
        """Return the sum of weights at risk just before each of any times: start < t ≤ stop."""
        grid = np.unique(at)
        ended = np.bincount(np.searchsorted(grid, self.stop, side="right"), weights, minlength=len(grid) + 1)
        size = np.cumsum(ended[::-1])[::-1][1:].astype(float)
        if self.start is not None:
            coming = np.bincount(np.searchsorted(grid, self.start, side="right"), weights, minlength=len(grid) + 1)
            size = size - np.cumsum(coming[::-1])[::-1][1:]
        return np.asarray(size[np.searchsorted(grid, at)])


def risk(duration: Floats, event: Ints, kinds: int, entry: Floats | None = None, weights: Floats | None = None) -> Risk:
    """Who was at risk at each event time, and what happened there?

    Parameters
    ----------
    duration, entry
        (n,) stop and start; without `entry` everyone is at risk from the beginning, time 0 included.
    event
        (n,) 0 where censored, 1 … `kinds` otherwise.
    weights
        (n,) above zero; `None` counts each row once.
    """
    distinct, place = places(duration)
    cells = np.bincount(place * (kinds + 1) + event, minlength=len(distinct) * (kinds + 1)).reshape(-1, kinds + 1)
    happened: Bools = cells[:, 1:].sum(axis=1) > 0
    times = distinct[happened]
    count = len(times)
    # The number of event times not later than each distinct stop.
    upto = np.cumsum(happened)
    hi = np.asarray(upto[place], dtype=np.int64)
    lo = np.zeros(len(hi), dtype=np.int64) if entry is None else not_later(times, entry)
    rows_at_risk = _at_risk(lo, hi, None, count, entry is not None)
    rows_events = cells[happened, 1:].astype(float)
    if weights is None:
        return Risk(times, lo, hi, rows_at_risk, rows_at_risk, rows_events, rows_events, duration, entry)
    heavy = np.bincount(place * (kinds + 1) + event, weights, minlength=cells.size).astype(float)
    heavy = heavy.reshape(-1, kinds + 1)
    at_risk = _at_risk(lo, hi, weights, count, entry is not None)
    return Risk(times, lo, hi, at_risk, rows_at_risk, heavy[happened, 1:], rows_events, duration, entry)


def _at_risk(lo: Ints, hi: Ints, weights: Floats | None, count: int, truncated: bool) -> Floats:
    leaving = np.bincount(hi, weights, minlength=count + 1)
    sizes = np.cumsum(leaving[::-1])[::-1].astype(float)
    if truncated:
        sizes = sizes - np.cumsum(np.bincount(lo, weights, minlength=count + 1)[::-1])[::-1]
        # A risk set that is empty is empty, not a rounding error.
        here = np.cumsum(np.bincount(lo, minlength=count + 1) - np.bincount(hi, minlength=count + 1))
        sizes[1:] = np.where(here[:-1] > 0, sizes[1:], 0.0)
    return sizes[1:]
