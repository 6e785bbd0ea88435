"""How long, on average, until an event, and how much time is lost to each?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.curves import Curves, Scale, contrast, read_curves
from btc_eval.cohort.door import Door, share, times
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Floats
from btc_eval.inference.intervals import normal_interval

WHAT = "cohort.restricted_mean"


@dataclass(frozen=True)
class RestrictedMean:
    """Mean times within limits: `curves` by group, `until` the limits (m,)."""

    curves: Curves
    until: Floats
    conf_level: float

    def _moments(self, group: int) -> list[tuple[int, Floats, Floats]]:
        """Return (event, estimates, influences), event 0 for the time free of any."""
        lost = [
            (code, *self.curves.moments(group, kind, self.until, integrated=True))
            for kind, code in enumerate(self.curves.kinds)
        ]
        free = self.until - np.sum([estimate for _, estimate, _ in lost], axis=0)
        return [(0, free, -np.sum([moves for _, _, moves in lost], axis=0)), *lost]

    def tidy(self) -> pd.DataFrame:
        """How long, on average?

        Returns
        -------
        DataFrame
            group, event, time (the limit), estimate, std_error, conf_low, conf_high, in units of `duration`. Event 0 is
            the mean time free of any event, the others the mean time lost to each; they sum to the limit.
        """
        blocks = []
        for group, name in enumerate(self.curves.levels):
            for code, estimate, moves in self._moments(group):
                error = np.sqrt((moves**2).sum(axis=0))
                _, _, low, high = normal_interval(estimate, error, self.conf_level)
                table = {"group": name, "event": code, "time": self.until, "estimate": estimate, "std_error": error}
                blocks.append(pd.DataFrame({**table, "conf_low": low, "conf_high": high}))
        return pd.concat(blocks, ignore_index=True)

    def difference(self, *, reference: Any = None) -> pd.DataFrame:
        """By how much do the groups differ from one of them, the first unless named? group − reference."""
        return self._compare("difference", reference)

    def ratio(self, *, reference: Any = None) -> pd.DataFrame:
        """By what ratio do they differ? `std_error` is of the log ratio."""
        return self._compare("ratio", reference)

    def _compare(self, scale: Scale, reference: Any) -> pd.DataFrame:
        if len(self.curves.levels) < 2:
            raise UsageError(f"{WHAT}: there is one group; give `group=` a column with two or more to compare them.")
        base = 0 if reference is None else self.curves.place(reference)
        first = self._moments(base)
        blocks = []
        for place, name in enumerate(self.curves.levels):
            if place == base:
                continue
            for (code, a, x), (_, b, y) in zip(self._moments(place), first):
                mixed = (x * y).sum(axis=0) if self.curves.units is not None else np.zeros(len(self.until))
                pair = (a, b, (x**2).sum(axis=0), (y**2).sum(axis=0), mixed)
                table = contrast(scale, pair, self.until, self.conf_level)
                table.insert(0, "reference", self.curves.levels[base])
                table.insert(0, "group", name)
                table.insert(0, "event", code)
                blocks.append(table)
        return pd.concat(blocks, ignore_index=True)


def restricted_mean(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    until: float | Sequence[float],
    entry: Hashable | None = None,
    weights: Hashable | None = None,
    group: Hashable | None = None,
    cluster: Hashable | None = None,
    conf_level: float = 0.95,
) -> RestrictedMean:
    """How long, on average, until an event, and how much time is lost to each, within a limit?

    Parameters
    ----------
    frame, duration, event, entry, weights, group, cluster
        As in `cumulative_incidence`.
    until
        The limit or limits, above 0; none may lie beyond the follow-up of any group.

    Raises
    ------
    RefusedError
        As in `cumulative_incidence`, and where a limit lies beyond follow-up.

    Notes
    -----
    Areas under the Kaplan–Meier and Aalen–Johansen curves; the standard error is the infinitesimal jackknife of the
    area, which without weights and clusters is R's `print(survfit, rmean=)`.

    References
    ----------
    Andersen (2013), Statistics in Medicine 32, 5278–5285, for time lost to one of several events.

    Examples
    --------
    >>> frame = pd.DataFrame({"days": [5, 8, 8, 12], "event": [1, 2, 0, 1]})
    >>> found = restricted_mean(frame, duration="days", event="event", until=10)
    >>> found.tidy()[["event", "estimate"]].round(4).values.tolist()
    [[0.0, 8.25], [1.0, 1.25], [2.0, 0.5]]
    """
    level = share(WHAT, conf_level, "conf_level")
    limits = times(WHAT, until, "until")
    if limits is None or (limits <= 0).any():
        raise UsageError(f"{WHAT}: until is a time above 0.")
    door = Door(WHAT, frame, [duration, event, entry, weights, group, cluster])
    curves = read_curves(
        door, duration=duration, event=event, entry=entry, weights=weights, group=group, cluster=cluster
    )
    last = min(one.last for one in curves.found)
    if float(limits.max()) > last:
        raise refuse(
            WHAT,
            "until",
            found=f"a limit of {limits.max():g}",
            allowed=f"{last:g} or less, the follow-up of the group followed least long",
            do="Ask for a shorter limit.",
        )
    return RestrictedMean(curves, limits, level)
