"""How many events has a child had by time t, on average? The mean cumulative function, and cumulative hazards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import Risk, risk
from btc_eval.inference.paths import grouped, squared_sums


@dataclass(frozen=True, slots=True)
class MeanCumulative:
    """At the event times (T + 1, from 0 before the first): the mean and its variance; `risk` as there."""

    risk: Risk
    mean: Floats
    variance: Floats


def mean_cumulative(
    stop: Floats, event: Ints, start: Floats | None = None, weights: Floats | None = None, unit: Ints | None = None
) -> MeanCumulative:
    """How many events has a child had by time t, on average?

    Parameters
    ----------
    stop, start, event, weights
        (n,) rows at risk in (start, stop], ended by an event where `event` is 1; a child has a row for each stretch.
    unit
        (n,) codes of children, families or wards; `None` takes each row as independent.

    Notes
    -----
    μ(t) = Σ_{u ≤ t} dN(u) / Y(u); its variance is Σ over units of (Σ_{u ≤ t} (dN_i − Y_i dμ) / Y)², right whatever the
    dependence within a unit. With one event a row at most and each row alone it is the Nelson–Aalen estimator.

    References
    ----------
    Lawless and Nadeau (1995), Technometrics 37, 158–168.
    """
    found = risk(stop, event, 1, start, weights)
    step = found.events[:, 0] / found.at_risk
    drift = np.r_[0.0, np.cumsum(step / found.at_risk)]
    own = np.r_[0.0, 1 / found.at_risk]
    w = np.ones(len(stop)) if weights is None else weights
    gone = event * own[found.hi] - drift[found.hi]
    settled = np.column_stack([w * drift[found.lo], w * gone]).ravel()
    active = np.column_stack([w, -w]).ravel()
    where = np.column_stack([found.lo, found.hi]).ravel()
    sums = squared_sums(np.column_stack([settled, active]), where, unit, len(drift))
    variance = sums[:, 0, 0] - 2 * drift * sums[:, 0, 1] + drift**2 * sums[:, 1, 1]
    return MeanCumulative(found, np.r_[0.0, np.cumsum(step)], np.maximum(variance, 0.0))


def influence(
    found: MeanCumulative, event: Ints, weights: Floats | None, unit: Ints | None, units: int | None, at: Floats
) -> Floats:
    """By how much does each unit (or row) move the mean at each of `at` (m,)? (units, m), summing to nought."""
    r = found.risk
    reached = np.r_[0.0, r.times][:, None] <= at
    step = np.r_[0.0, r.events[:, 0] / r.at_risk**2]
    drift = np.cumsum(step[:, None] * reached, axis=0)
    own = np.r_[0.0, 1 / r.at_risk][:, None] * reached
    rows = event[:, None] * own[r.hi] - (drift[r.hi] - drift[r.lo])
    return grouped(rows if weights is None else rows * weights[:, None], unit, units)
