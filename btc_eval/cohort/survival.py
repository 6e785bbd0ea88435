"""How many had no event yet? Kaplan–Meier, its median, and comparisons."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.curves import Curves, compare, counts_at, read_curves
from btc_eval.cohort.door import Door, choice, share, times
from btc_eval.errors import UsageError
from btc_eval.inference import Floats
from btc_eval.inference.cumulative_incidence import Incidence
from btc_eval.inference.intervals import TRANSFORMS, Transform, probability_interval

WHAT = "cohort.survival"
Error = Literal["auto", "greenwood", "robust"]


@dataclass(frozen=True)
class Survival:
    """The share with no event yet, in each group.

    Parameters
    ----------
    curves
        One event of any kind, by group; survival is 1 − its incidence.
    times
        The times asked for; `None` stands for every event time.
    robust
        Whether the standard error is the infinitesimal jackknife; else Greenwood's.
    """

    curves: Curves
    times: Floats | None
    transform: Transform
    conf_level: float
    robust: bool

    def tidy(self) -> pd.DataFrame:
        """How many had no event yet, by when?

        Returns
        -------
        DataFrame
            group, time, estimate, std_error, conf_low, conf_high, at_risk, events, rows_at_risk, rows_events, as in
            `cumulative_incidence`.
        """
        return self._table(self.times)

    def at(self, at: float | Sequence[float]) -> pd.DataFrame:
        """Tabulate at given times, as `tidy` does."""
        return self._table(times(WHAT, at))

    def quantile(self, share_gone: float = 0.5) -> pd.DataFrame:
        """By when has a given share had the event; by default, the median?

        Returns
        -------
        DataFrame
            group, share, estimate, conf_low, conf_high: the first time at which the curve, or an end of its interval,
            is no higher than 1 − share; midway to the next event where it is exactly there (as R's `quantile`). Missing
            where that is never reached.
        """
        share(WHAT, share_gone, "share")
        rows = []
        for name, one in zip(self.curves.levels, self.curves.found):
            curve, error = one.survival[1:], self._errors(one)[1:]
            low, high = probability_interval(curve, error, transform=self.transform, level=self.conf_level)
            low = np.where((curve == 0) | np.isnan(low), np.where(curve == 1, 1.0, curve), low)
            target = 1 - share_gone
            middle = _reached(one, curve, target)
            rows.append((name, share_gone, middle, _reached(one, low, target), _reached(one, high, target)))
        return pd.DataFrame(rows, columns=["group", "share", "estimate", "conf_low", "conf_high"])

    def difference(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By how much does the share with no event yet differ from that in one group? Influence-based errors."""
        return self._compare("difference", at, reference)

    def ratio(self, at: float | Sequence[float] | None = None, *, reference: Any = None) -> pd.DataFrame:
        """By what ratio does it differ? `std_error` is of the log ratio."""
        return self._compare("ratio", at, reference)

    def _compare(
        self, scale: Literal["difference", "ratio"], at: float | Sequence[float] | None, reference: Any
    ) -> pd.DataFrame:
        asked = times(WHAT, at) if at is not None else self.times
        if asked is None:
            raise UsageError(f"{WHAT}: a comparison needs times, such as .difference([365]).")
        table = compare(self.curves, scale, asked, reference=reference, turn=lambda x: 1.0 - x, level=self.conf_level)
        return table.drop(columns="event")

    def _errors(self, one: Incidence) -> Floats:
        if self.robust:
            return np.sqrt(one.variance[:, 0])
        r = one.risk
        left = r.at_risk - r.events[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(left > 0, r.events[:, 0] / (r.at_risk * left), 0.0)
        return np.asarray(one.survival * np.sqrt(np.r_[0.0, np.cumsum(terms)]))

    def _table(self, at: Floats | None) -> pd.DataFrame:
        blocks = []
        for name, one in zip(self.curves.levels, self.curves.found):
            when = one.risk.times if at is None else at
            place = np.searchsorted(one.risk.times, when, side="right")
            known = when <= one.last
            estimate = np.where(known, one.survival[place], np.nan)
            error = np.where(known, self._errors(one)[place], np.nan)
            low, high = probability_interval(estimate, error, transform=self.transform, level=self.conf_level)
            table = {"group": name, "time": when, "estimate": estimate, "std_error": error}
            blocks.append(pd.DataFrame({**table, "conf_low": low, "conf_high": high, **counts_at(one, 0, at)}))
        return pd.concat(blocks, ignore_index=True)


def _reached(one: Incidence, curve: Floats, target: float) -> float:
    """Return the first event time with curve ≤ target, midway to the next fall where it rests on the target."""
    down = np.flatnonzero(curve <= target + 1e-12)
    if len(down) == 0:
        return float("nan")
    first = int(down[0])
    below = np.flatnonzero(curve < target - 1e-12)
    if abs(curve[first] - target) <= 1e-12 and len(below):
        return float((one.risk.times[first] + one.risk.times[int(below[0])]) / 2)
    return float(one.risk.times[first])


def survival(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    entry: Hashable | None = None,
    weights: Hashable | None = None,
    group: Hashable | None = None,
    cluster: Hashable | None = None,
    at: float | Sequence[float] | None = None,
    std_error: Error = "auto",
    transform: Transform = "log",
    conf_level: float = 0.95,
) -> Survival:
    """How many had no event yet, by when (Kaplan–Meier)?

    Parameters
    ----------
    frame, duration, event, entry, weights, group, cluster, at, transform, conf_level
        As in `cumulative_incidence`; every code above 0 is the event.
    std_error
        "greenwood", "robust" (infinitesimal jackknife, by row or cluster), or "auto": robust where weights or clusters
        are given, else Greenwood's. Weights that stand for identical children ask for "greenwood".

    Raises
    ------
    RefusedError
        As in `cumulative_incidence`.

    References
    ----------
    Kaplan and Meier (1958); Greenwood (1926); as R's `survival::survfit`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"days": [5, 8, 8, 12], "event": [1, 1, 0, 0]})
    >>> survival(frame, duration="days", event="event").tidy()["estimate"].tolist()
    [0.75, 0.5]
    """
    choice(WHAT, transform, TRANSFORMS, "transform")
    choice(WHAT, std_error, ("auto", "greenwood", "robust"), "std_error")
    level, asked = share(WHAT, conf_level, "conf_level"), times(WHAT, at)
    robust = std_error == "robust" or (std_error == "auto" and (weights is not None or cluster is not None))
    door = Door(WHAT, frame, [duration, event, entry, weights, group, cluster])
    curves = read_curves(
        door,
        duration=duration,
        event=event,
        entry=entry,
        weights=weights,
        group=group,
        cluster=cluster,
        merge_events=True,
    )
    return Survival(curves, asked, transform, level, robust)
