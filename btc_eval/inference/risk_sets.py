"""Who is at risk at each event time? Sums over risk sets and their transpose, without a matrix of rows by times.

Event times are numbered 0 … G − 1, stratum by stratum. A row is at risk at times lo … hi − 1; in the model of Fine and
Gray a child who had the other event stays on, with a weight that falls with the chance of still being watched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import not_later, places


@dataclass(frozen=True, slots=True)
class RiskSets:
    """The risk sets of n rows at G event times.

    Parameters
    ----------
    times
        (G,) event times, in order within each stratum.
    bounds
        (S + 1,) where each stratum's event times begin, and G.
    lo, hi
        (n,) as above.
    truncated
        (m,) rows that enter after their stratum's first event time.
    tail, still
        Of Fine and Gray: (n,) what a row counts once its time has passed, nought for most; (G,) the factor by which
        it is multiplied at each time. `None` elsewhere.
    """

    times: Floats
    bounds: Ints
    lo: Ints
    hi: Ints
    truncated: Ints
    tail: Floats | None = None
    still: Floats | None = None

    def sum(self, values: Iterable[Floats], size: int) -> Floats:
        """Return (size, G): the sums of each of `values`, (n,) at a time, over those at risk at each time."""
        count = len(self.times)
        out = np.empty((size, count))
        gone = np.zeros((size, count if self.tail is not None else 0))
        for row, past, column in zip(out, gone, values):
            row[:] = np.bincount(self.hi, column, minlength=count + 1)[1:]
            if len(self.truncated):
                late = self.truncated
                row -= np.bincount(self.lo[late], column[late], minlength=count + 1)[1:]
            if self.tail is not None and self.still is not None:
                past[:] = self.still * np.cumsum(np.bincount(self.hi, column * self.tail, minlength=count + 1))[:count]
        for first, last in zip(self.bounds[:-1], self.bounds[1:]):
            out[:, first:last] = np.cumsum(out[:, first:last][:, ::-1], axis=1)[:, ::-1]
        return out + gone if self.tail is not None else out

    def spread(self, values: Floats) -> Floats:
        """Return (n,): the sums of `values` (G,) over the times at which each row is at risk."""
        path = np.r_[0.0, np.cumsum(values)]
        total = path[self.hi] - path[self.lo]
        if self.tail is not None and self.still is not None:
            later = np.r_[0.0, np.cumsum(values * self.still)]
            total += self.tail * (later[-1] - later[self.hi])
        return np.asarray(total)


def risk_sets(
    stop: Floats, event: Ints, start: Floats | None = None, stratum: Ints | None = None
) -> tuple[RiskSets, Ints]:
    """Find the risk sets, and the event time of each event row.

    Parameters
    ----------
    stop, start
        (n,) at risk in (start, stop].
    event
        (n,) 1 where the row ends with the event, else 0.
    stratum
        (n,) codes 0 … S − 1, compared within only.

    Returns
    -------
    RiskSets, array
        The sets, and (E,) the event time's number for each row with `event`, in order of rows.
    """
    distinct, place = places(stop)
    size = len(distinct)
    own = np.zeros(len(stop), dtype=np.int64) if stratum is None else stratum
    key = place if stratum is None else own * size + place
    groups, of = places(key[event > 0].astype(float))
    hi = not_later(groups, key.astype(float))
    bounds = np.searchsorted(groups, np.arange(int(own.max()) + 2) * float(size), side="left")
    lo = bounds[own]
    truncated = np.empty(0, dtype=np.int64)
    if start is not None:
        before = not_later(distinct, start) - 1
        lo = np.maximum(not_later(groups, (own * size + before).astype(float)), lo)
        truncated = np.flatnonzero(lo > bounds[own])
    times = distinct[groups.astype(np.int64) % size]
    return RiskSets(times, bounds, lo, hi, truncated), of
