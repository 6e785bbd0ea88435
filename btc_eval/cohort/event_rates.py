"""How often do events happen, for each unit of time at risk? Rates and their ratios by group."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door, share
from btc_eval.errors import UsageError
from btc_eval.inference import Floats
from btc_eval.inference.intervals import normal_interval
from btc_eval.inference.rates import poisson_interval

WHAT = "cohort.event_rates"


@dataclass(frozen=True)
class EventRates:
    """Rates by group.

    Parameters
    ----------
    levels
        Names of the groups.
    events, exposure
        (m,) totals.
    covariance
        (m, m) covariance of the log rates by cluster; `None` where events come one by one (Poisson).
    per
        What rates are multiplied by.
    """

    levels: tuple[Any, ...]
    events: Floats
    exposure: Floats
    covariance: Floats | None
    per: float
    conf_level: float

    def tidy(self) -> pd.DataFrame:
        """How often do events happen?

        Returns
        -------
        DataFrame
            group, events, exposure, estimate (events per `per` of exposure), std_error (of the log rate), conf_low,
            conf_high: exact Poisson without clusters, else log-normal and robust. A group without events has rate 0,
            and no standard error; its robust interval is missing.
        """
        rate = self.per * self.events / self.exposure
        if self.covariance is None:
            low, high = poisson_interval(self.events, self.exposure, per=self.per, level=self.conf_level)
        else:
            _, _, low, high = normal_interval(self._log(), self._errors(), self.conf_level)
            low, high = self.per * np.exp(low), self.per * np.exp(high)
        table = {"group": list(self.levels), "events": self.events, "exposure": self.exposure, "estimate": rate}
        return pd.DataFrame({**table, "std_error": self._errors(), "conf_low": low, "conf_high": high})

    def ratio(self, *, reference: Any = None) -> pd.DataFrame:
        """By what ratio do the rates differ from that of one group, the first unless named?

        Returns
        -------
        DataFrame
            group, reference, estimate, std_error (of the log ratio), statistic, p_value, conf_low, conf_high.
        """
        if len(self.levels) < 2:
            raise UsageError(f"{WHAT}: there is one group; give `group=` a column with two or more to compare them.")
        if reference is not None and reference not in self.levels:
            raise UsageError(f"{WHAT}: no group {reference!r}; there are {', '.join(map(repr, self.levels))}.")
        base = 0 if reference is None else self.levels.index(reference)
        others = [k for k in range(len(self.levels)) if k != base]
        estimate = (self._log() - self._log()[base])[others]
        variance = self._errors() ** 2
        error = variance + variance[base]
        if self.covariance is not None:
            error = error - 2 * self.covariance[base]
        ratio, p, low, high = normal_interval(estimate, np.sqrt(error[others]), self.conf_level)
        table = {
            "group": [self.levels[k] for k in others],
            "reference": self.levels[base],
            "estimate": np.exp(estimate),
        }
        found = {"std_error": np.sqrt(error[others]), "statistic": ratio, "p_value": p}
        return pd.DataFrame({**table, **found, "conf_low": np.exp(low), "conf_high": np.exp(high)})

    def _log(self) -> Floats:
        return np.asarray(np.log(np.where(self.events > 0, self.events, np.nan) / self.exposure))

    def _errors(self) -> Floats:
        if self.covariance is not None:
            return np.asarray(np.sqrt(np.diag(self.covariance)))
        return np.asarray(1 / np.sqrt(np.where(self.events > 0, self.events, np.nan)))


def event_rates(
    frame: pd.DataFrame,
    *,
    events: Hashable,
    exposure: Hashable,
    group: Hashable | None = None,
    cluster: Hashable | None = None,
    per: float = 1.0,
    conf_level: float = 0.95,
) -> EventRates:
    """How often do events happen, for each unit of time at risk?

    Parameters
    ----------
    frame
        A row a child, or a row an area.
    events
        Column of counts, whole numbers of 0 or more.
    exposure
        Column of time at risk, or of population, above 0.
    group
        Column by which to add up.
    cluster
        Column of children, families or wards whose events come together; without it events are taken as coming one by
        one, which in families is too hopeful.
    per
        What rates are multiplied by: 10_000 for a rate per 10,000.

    Raises
    ------
    RefusedError
        With every fault: no such column, missing values, counts below 0 or not whole, exposure of 0 or below, no
        events, one cluster.

    References
    ----------
    Garwood (1936) for the exact interval; the robust one linearises the log of the ratio of totals, times C / (C − 1).

    Examples
    --------
    >>> frame = pd.DataFrame({"referrals": [2, 0, 1, 3], "years": [1.0, 1.0, 0.5, 1.5], "ward": list("aabb")})
    >>> event_rates(frame, events="referrals", exposure="years", group="ward").tidy()["estimate"].tolist()
    [1.0, 2.0]
    """
    level = share(WHAT, conf_level, "conf_level")
    if not per > 0:
        raise UsageError(f"{WHAT}: per {per!r} is not above 0.")
    door = Door(WHAT, frame, [events, exposure, group, cluster])
    counts, size = read_counts(door, events, exposure)
    groups = None if group is None else door.labels(group)
    unit = door.clusters(cluster)
    door.settle()
    codes = np.zeros(len(door), dtype=np.int64) if groups is None else groups.codes
    levels = ("all",) if groups is None else groups.levels
    total, time = np.bincount(codes, counts).astype(float), np.bincount(codes, size).astype(float)
    covariance: Floats | None = None
    if unit is not None:
        units, m = int(unit.max()) + 1, len(levels)
        gap = (counts - size * (total / time)[codes]) / np.where(total > 0, total, np.nan)[codes]
        moves = np.bincount(unit * m + codes, gap, minlength=units * m).reshape(units, m)
        covariance = np.asarray(moves.T @ moves * (units / (units - 1)), dtype=float)
    return EventRates(levels, total, time, covariance, per, level)


def read_counts(door: Door, events: Hashable, exposure: Hashable | None) -> tuple[Floats, Floats]:
    """Read counts and exposures, or exposures of one."""
    counts = door.numbers(events)
    bad = (counts < 0) | (counts != np.floor(counts))
    do = "Count events, not rates."
    if not door.wrong(events, bad, "a count below 0 or not whole", "0, 1, 2, …", do) and not (counts > 0).any():
        door.add(
            events, "no events", "at least one event", "Report that none was seen; see inference.rates for its limit."
        )
    if exposure is None:
        return counts, np.ones(len(counts))
    size = door.numbers(exposure, allow_flags=False)
    door.wrong(exposure, size <= 0, "an exposure of 0 or below", "time or people above 0", "Leave those rows out.")
    return counts, size
