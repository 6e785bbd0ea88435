"""How many had which event by when, when other events can come first?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.curves import Curves, compare, counts_at, read_curves
from btc_eval.cohort.door import Door, choice, share, times
from btc_eval.errors import UsageError
from btc_eval.inference import Floats
from btc_eval.inference.intervals import TRANSFORMS, Transform, probability_interval

WHAT = "cohort.cumulative_incidence"


@dataclass(frozen=True)
class CumulativeIncidence:
    """Cumulative incidence of each event in each group.

    Parameters
    ----------
    curves
        Estimates and influences, by group.
    times
        The times asked for; `None` stands for every event time.
    transform, conf_level
        Scale and coverage of the intervals.
    """

    curves: Curves
    times: Floats | None
    transform: Transform
    conf_level: float

    def __post_init__(self) -> None:
        for one in self.curves.found:
            total = one.survival + one.incidence.sum(axis=1)
            if not np.allclose(total, 1.0, rtol=0, atol=1e-9):
                raise AssertionError("cumulative incidences and survival do not sum to one")

    def at(self, at: float | Sequence[float]) -> pd.DataFrame:
        """Tabulate at given times, as `tidy` does."""
        return self._table(times(WHAT, at))

    def tidy(self) -> pd.DataFrame:
        """How many had which event by when?

        Returns
        -------
        DataFrame
            One row a group, event and time: group, event, time, estimate, std_error, conf_low, conf_high, at_risk,
            events, rows_at_risk, rows_events. At risk are those just before the time, in (entry, duration]; events are
            those at the time, or up to it where times were asked for; with weights both are sums of weights, and the
            last two columns count rows. Beyond a group's last follow-up the estimate is missing, unless everyone had
            an event by then. An interval is missing where the estimate is 0.
        """
        return self._table(self.times)

    def difference(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By how much do the groups differ from one of them, at given times?

        Parameters
        ----------
        at
            Times; the times of the call where left out.
        reference
            The group that the others are compared with; the first.

        Returns
        -------
        DataFrame
            event, group, reference, time, estimate (group − reference), std_error, statistic, p_value, conf_low,
            conf_high. Families or wards with rows in both groups are allowed for when `cluster` was given.
        """
        return compare(self.curves, "difference", self._asked(at), reference=reference, level=self.conf_level)

    def ratio(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By what ratio do the groups differ from one of them? As `difference`; `std_error` is of the log ratio."""
        return compare(self.curves, "ratio", self._asked(at), reference=reference, level=self.conf_level)

    def _asked(self, at: float | Sequence[float] | None) -> Floats:
        asked = times(WHAT, at) if at is not None else self.times
        if asked is None:
            raise UsageError(f"{WHAT}: a comparison needs times, such as .difference([365]).")
        return asked

    def _table(self, at: Floats | None) -> pd.DataFrame:
        blocks = []
        for name, one in zip(self.curves.levels, self.curves.found):
            when = one.risk.times if at is None else at
            known = when <= one.last
            place = np.searchsorted(one.risk.times, when, side="right")
            for kind, code in enumerate(self.curves.kinds):
                estimate = np.where(known, one.incidence[place, kind], np.nan)
                error = np.where(known, np.sqrt(one.variance[place, kind]), np.nan)
                low, high = probability_interval(estimate, error, transform=self.transform, level=self.conf_level)
                table = {"group": name, "event": code, "time": when, "estimate": estimate, "std_error": error}
                counts = counts_at(one, kind, at)
                blocks.append(pd.DataFrame({**table, "conf_low": low, "conf_high": high, **counts}))
        return pd.concat(blocks, ignore_index=True)


def cumulative_incidence(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    entry: Hashable | None = None,
    weights: Hashable | None = None,
    group: Hashable | None = None,
    cluster: Hashable | None = None,
    at: float | Sequence[float] | None = None,
    transform: Transform = "log",
    conf_level: float = 0.95,
) -> CumulativeIncidence:
    """How many had which event by when, when other events can come first?

    Parameters
    ----------
    frame
        A row a child, or several rows of (entry, duration] that follow one another.
    duration
        Column of times from the index date to the event or the end of follow-up, 0 or more; one unit throughout.
    event
        Column of codes: 0 follow-up ended first, 1, 2, … the events that compete. With 0 and 1 alone the result is
        1 − Kaplan–Meier.
    entry
        Column of times from which the row was watched (delayed entry): at risk after it, up to and with `duration`.
    weights
        Column of weights above zero, such as inverse probabilities of treatment.
    group
        Column by which to estimate apart.
    cluster
        Column of families or wards whose rows are not independent, or of children where a child has several rows.
    at
        Times to report; every event time where left out.
    transform
        Scale of the intervals: "log" as R's `survfit`, "log-log", "plain", "logit", "arcsine".

    Raises
    ------
    RefusedError
        With every fault: no such column, missing values, negative follow-up, entry not before duration, unknown event
        codes, no events, weights of zero or below, one cluster.

    Notes
    -----
    Ties are true ties: events on one day divide the same risk set, and censoring on a day comes after its events. Times
    closer than 1e-9 of the longest count as equal. The standard error is the infinitesimal jackknife, by row or by
    cluster; weights count as fixed.

    References
    ----------
    Aalen and Johansen (1978); the variance as in R's `survival::survfit` (Therneau).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"days": [5, 8, 8, 12], "event": [1, 2, 0, 1]})
    >>> found = cumulative_incidence(frame, duration="days", event="event", at=[8])
    >>> found.tidy()[["event", "estimate"]].round(4).to_dict("list")
    {'event': [1, 2], 'estimate': [0.25, 0.25]}
    """
    choice(WHAT, transform, TRANSFORMS, "transform")
    level, asked = share(WHAT, conf_level, "conf_level"), times(WHAT, at)
    door = Door(WHAT, frame, [duration, event, entry, weights, group, cluster])
    curves = read_curves(
        door, duration=duration, event=event, entry=entry, weights=weights, group=group, cluster=cluster
    )
    return CumulativeIncidence(curves, asked, transform, level)
