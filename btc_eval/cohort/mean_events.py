"""How many events has a child had by time t, on average, when they can recur?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from btc_eval.cohort.curves import contrast
from btc_eval.cohort.door import Door, share, times
from btc_eval.errors import UsageError
from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.mean_cumulative import MeanCumulative, influence, mean_cumulative

WHAT = "cohort.mean_events"


@dataclass(frozen=True)
class MeanEvents:
    """Mean numbers of events: `levels` of the groups, one result, its events, weights and unit codes for each."""

    levels: tuple[Any, ...]
    found: tuple[MeanCumulative, ...]
    rows: tuple[tuple[Ints, Floats | None, Ints], ...]
    units: int
    times: Floats | None
    conf_level: float

    def tidy(self) -> pd.DataFrame:
        """How many events has a child had, on average, by when?

        Returns
        -------
        DataFrame
            group, time, estimate, std_error, conf_low, conf_high (log scale), at_risk, events, rows_at_risk,
            rows_events, as in `cumulative_incidence`.
        """
        z = stats.norm.ppf((1 + self.conf_level) / 2)
        blocks = []
        for name, one, (_, weights, _) in zip(self.levels, self.found, self.rows):
            r = one.risk
            when = r.times if self.times is None else self.times
            place = np.searchsorted(r.times, when, side="right")
            known = when <= r.last
            estimate = np.where(known, one.mean[place], np.nan)
            error = np.where(known, np.sqrt(one.variance[place]), np.nan)
            some = (estimate > 0) & (error > 0)
            factor = np.exp(z * error / np.where(some, estimate, np.nan))
            events, plain = (np.r_[0.0, np.cumsum(x[:, 0])] for x in (r.events, r.rows_events))
            if self.times is None:
                events, plain = np.r_[0.0, np.diff(events)], np.r_[0.0, np.diff(plain)]
            table = {"group": name, "time": when, "estimate": estimate, "std_error": error}
            ends = {"conf_low": estimate / factor, "conf_high": estimate * factor}
            counts = {"at_risk": r.present(when, weights), "events": events[place]}
            rows = {"rows_at_risk": r.present(when, None), "rows_events": plain[place]}
            blocks.append(pd.DataFrame({**table, **ends, **counts, **rows}))
        return pd.concat(blocks, ignore_index=True)

    def difference(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By how many events do the groups differ from one of them, at given times? group − reference."""
        return self._compare("difference", at, reference)

    def ratio(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By what ratio do they differ? `std_error` is of the log ratio."""
        return self._compare("ratio", at, reference)

    def _compare(self, scale: Any, at: float | Sequence[float] | None, reference: Any) -> pd.DataFrame:
        asked = times(WHAT, at) if at is not None else self.times
        if asked is None or len(self.levels) < 2:
            raise UsageError(f"{WHAT}: a comparison needs two groups, and times such as .difference([365]).")
        if reference is not None and reference not in self.levels:
            raise UsageError(f"{WHAT}: no group {reference!r}; there are {', '.join(map(repr, self.levels))}.")
        base = 0 if reference is None else self.levels.index(reference)
        b, y = self._moments(base, asked)
        blocks = []
        for place, name in enumerate(self.levels):
            if place != base:
                a, x = self._moments(place, asked)
                pair = (a, b, (x**2).sum(axis=0), (y**2).sum(axis=0), (x * y).sum(axis=0))
                table = contrast(scale, pair, asked, self.conf_level)
                table.insert(0, "reference", self.levels[base])
                table.insert(0, "group", name)
                blocks.append(table)
        return pd.concat(blocks, ignore_index=True)

    def _moments(self, group: int, at: Floats) -> tuple[Floats, Floats]:
        one, (event, weights, unit) = self.found[group], self.rows[group]
        known = at <= one.risk.last
        inside = np.where(known, at, 0.0)
        estimate = one.mean[np.searchsorted(one.risk.times, inside, side="right")]
        return np.where(known, estimate, np.nan), influence(one, event, weights, unit, self.units, inside)


def mean_events(
    frame: pd.DataFrame,
    *,
    id: Hashable,
    duration: Hashable,
    event: Hashable,
    entry: Hashable | None = None,
    weights: Hashable | None = None,
    group: Hashable | None = None,
    cluster: Hashable | None = None,
    at: float | Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> MeanEvents:
    """How many events has a child had by time t, on average, when they can recur?

    Parameters
    ----------
    frame
        A row for each stretch (entry, duration] of a child's follow-up: one to each event, and one to its end.
    id
        Column of children.
    duration, event, entry, weights, group, at
        As in `cumulative_incidence`, the event 0 or 1; without `entry` each child has one row.
    cluster
        Column of families or wards; children are taken as independent without it.

    Raises
    ------
    RefusedError
        With every fault: as in `cumulative_incidence`; stretches of one child that overlap.

    Notes
    -----
    The mean cumulative function of Nelson, with the robust variance of Lawless and Nadeau: events of one child may
    depend on one another in any way. Children who die or move away must be censored then; the mean is of those still
    watched.

    References
    ----------
    Nelson (1988); Lawless and Nadeau (1995), Technometrics 37, 158–168.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "child": [1, 1, 2, 3], "from": [0, 40, 0, 0], "to": [40, 90, 90, 60], "referred": [1, 0, 0, 1],
    ... })
    >>> found = mean_events(frame, id="child", duration="to", entry="from", event="referred", at=[90])
    >>> found.tidy()["estimate"].round(3).tolist()
    [0.667]
    """
    level, asked = share(WHAT, conf_level, "conf_level"), times(WHAT, at)
    door = Door(WHAT, frame, [id, duration, event, entry, weights, group, cluster])
    stop, start = door.durations(duration, entry)
    codes = door.events(event)
    door.wrong(event, codes > 1, "an event code above 1", "0 and 1", "Count one kind of event at a time.")
    weight, children = door.weights(weights), door.labels(id, "child")
    groups = None if group is None else door.labels(group)
    cluster_codes = door.clusters(cluster)
    order = np.lexsort((np.zeros(len(stop)) if start is None else start, children.codes))
    begins = np.full(len(stop), -1.0) if start is None else start
    late = np.zeros(len(stop), dtype=bool)
    late[order[1:]] = (np.diff(children.codes[order]) == 0) & (begins[order[1:]] < stop[order[:-1]])
    do = "Give entry= the start of each stretch, and let a child have one stretch at a time."
    door.wrong(entry or duration, late, "a stretch that begins before the child's last one ended", "none", do)
    door.settle()
    stop, start = (merge_close(stop)[0], None) if start is None else merge_close(stop, start)
    unit = children.codes if cluster_codes is None else cluster_codes
    found, kept = [], []
    for place in range(1 if groups is None else len(groups.levels)):
        here = np.arange(len(stop)) if groups is None else groups.rows(place)
        begin = None if start is None else start[here]
        own = None if weight is None else weight[here]
        found.append(mean_cumulative(stop[here], codes[here], begin, own, unit[here]))
        kept.append((codes[here], own, unit[here]))
    levels = ("all",) if groups is None else groups.levels
    return MeanEvents(levels, tuple(found), tuple(kept), int(unit.max()) + 1, asked, level)
