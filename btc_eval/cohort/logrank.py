"""Do groups differ in how soon events come?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door, column_list, join_labels
from btc_eval.errors import UsageError
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.log_rank import LogRank, log_rank

WHAT = "cohort.logrank"


@dataclass(frozen=True)
class LogRankTest:
    """A log-rank test: `levels` of the groups and what was `found`."""

    levels: tuple[Any, ...]
    found: LogRank

    @property
    def p_value(self) -> float:
        """Chance of so large a difference were there none."""
        return self.found.p_value

    def tidy(self) -> pd.DataFrame:
        """Do groups differ? One row: term, statistic (chi-squared), degrees_of_freedom, p_value."""
        row = ("log-rank", self.found.statistic, self.found.degrees, self.found.p_value)
        return pd.DataFrame([row], columns=["term", "statistic", "degrees_of_freedom", "p_value"])

    def groups(self) -> pd.DataFrame:
        """Where do they differ? group, rows, observed and expected events (weighted when rho is not 0)."""
        table = {"rows": self.found.rows, "observed": self.found.observed, "expected": self.found.expected}
        return pd.DataFrame({"group": list(self.levels), **table})


def logrank(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    group: Hashable,
    entry: Hashable | None = None,
    strata: Hashable | Sequence[Hashable] | None = None,
    kind: int | None = None,
    rho: float = 0.0,
) -> LogRankTest:
    """Do groups differ in how soon events come?

    Parameters
    ----------
    frame, duration, event, entry
        As in `cumulative_incidence`.
    group
        Column of two groups or more.
    strata
        Column or columns within which groups are compared.
    kind
        The event's code: the others then count as the end of follow-up, and cause-specific hazards are compared. Any
        event where left out.
    rho
        0 for the log-rank test; 1 gives early events more weight (Peto and Peto).

    Raises
    ------
    RefusedError
        With every fault: as in `cumulative_incidence`; one group.

    Notes
    -----
    Rows count as independent and unweighted: for weights or families use `cox` with `cluster=`.

    References
    ----------
    Mantel (1966); Harrington and Fleming (1982); as R's `survival::survdiff`.

    Examples
    --------
    >>> frame = pd.DataFrame({"days": [3, 5, 7, 9, 11, 13], "event": 1, "ward": list("aaabbb")})
    >>> round(logrank(frame, duration="days", event="event", group="ward").p_value, 4)
    0.0246
    """
    layers = column_list(strata)
    door = Door(WHAT, frame, [duration, event, group, entry, *layers])
    stop, start = door.durations(duration, entry)
    codes = door.events(event)
    groups = door.labels(group)
    if len(groups.levels) < 2:
        door.add(group, "one group", "two groups or more", "Compare groups that differ.")
    parts = [door.labels(name, "stratum") for name in layers]
    door.settle()
    if kind is not None and not (codes == kind).any():
        raise UsageError(f"{WHAT}: no event of kind {kind!r} in the frame.")
    stop, start = (merge_close(stop)[0], None) if start is None else merge_close(stop, start)
    happened = (codes > 0) if kind is None else (codes == kind)
    stratum = join_labels(parts)[0] if parts else None
    found = log_rank(stop, happened.astype(np.int64), groups.codes, start=start, stratum=stratum, rho=rho)
    return LogRankTest(groups.levels, found)
