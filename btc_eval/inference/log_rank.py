"""Do groups differ in how soon events come? The log-rank test and its weighted kin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import not_later, places


@dataclass(frozen=True, slots=True)
class LogRank:
    """Of K groups: `rows`, `observed`, `expected` (K,), covariance of their difference (K, K), and the test."""

    rows: Ints
    observed: Floats
    expected: Floats
    covariance: Floats
    statistic: float
    degrees: int
    p_value: float


def log_rank(
    stop: Floats,
    event: Ints,
    group: Ints,
    *,
    start: Floats | None = None,
    stratum: Ints | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Do groups differ in how soon events come?

    Parameters
    ----------
    stop, start, event
        (n,) at risk in (start, stop], ended by the event where `event` is 1.
    group
        (n,) codes 0 … K − 1.
    stratum
        (n,) codes; groups are compared within strata.
    rho
        Each event counts Kaplan–Meier(t−)^rho, of all groups together: 0 is the log-rank test, 1 Peto and Peto's.

    References
    ----------
    Mantel (1966); Harrington and Fleming (1982), Biometrika 69, 553–566; as R's `survival::survdiff`.
    """
    kinds = int(group.max()) + 1
    own = np.zeros(len(stop), dtype=np.int64) if stratum is None else stratum
    observed, expected, covariance = np.zeros(kinds), np.zeros(kinds), np.zeros((kinds, kinds))
    for code in range(int(own.max()) + 1):
        rows = np.flatnonzero(own == code)
        dead = rows[event[rows] > 0]
        if len(dead) == 0:
            continue
        times, place = places(stop[dead])
        count = len(times)
        died = np.bincount(place * kinds + group[dead], minlength=count * kinds).reshape(count, kinds).astype(float)
        change = np.zeros((count + 1, kinds))
        came = np.zeros(len(rows), dtype=np.int64) if start is None else not_later(times, start[rows])
        for where, sign in ((came, 1.0), (not_later(times, stop[rows]), -1.0)):
            cells = np.bincount(where * kinds + group[rows], minlength=change.size)
            change += sign * cells.reshape(change.shape)
        at_risk = np.cumsum(change, axis=0)[:-1]
        y, d = at_risk.sum(axis=1), died.sum(axis=1)
        weight = np.r_[1.0, np.cumprod(1 - d / y)[:-1]] ** rho
        share = at_risk / y[:, None]
        spread = weight**2 * d * np.where(y > 1, (y - d) / np.maximum(y - 1, 1), 0.0)
        observed += weight @ died
        expected += (weight * d) @ share
        covariance += np.diag(spread @ share) - (share * spread[:, None]).T @ share
    used = np.flatnonzero(np.diag(covariance) > 0)[:-1]
    gap = (observed - expected)[used]
    statistic = float(gap @ np.linalg.solve(covariance[np.ix_(used, used)], gap)) if len(used) else float("nan")
    p_value = float(stats.chi2.sf(statistic, len(used))) if len(used) else float("nan")
    return LogRank(np.bincount(group, minlength=kinds), observed, expected, covariance, statistic, len(used), p_value)
