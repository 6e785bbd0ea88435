"""What a difference in differences found, in our vocabulary: frozen records that tabulate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.estimates import TIDY_COLUMNS, Check, Verdict
from btc_eval.its.did_panel import Adoption

#: Below this many treated clusters, cluster-robust intervals are known to be too narrow.
FEW_CLUSTERS = 10
_NUMBERS = {
    "estimate": "att",
    "std_error": "se",
    "statistic": "t_stat",
    "p_value": "p_value",
    "conf_low": "conf_int_lower",
    "conf_high": "conf_int_upper",
}


@dataclass(frozen=True, slots=True)
class DifferenceInDifferences:
    """An average effect on the treated, and the parts it is made of.

    Parameters
    ----------
    overall, by_group, by_group_time
        Frames in the vocabulary of `tidy`; the last two are empty with method "two-by-two".
    method
        The estimator in words.
    treated_units, untreated_units
        Numbers of units.
    treated_clusters
        Number of clusters with treated units.
    level
        Coverage of the intervals.
    notes
        What the estimating library had to say, word for word.
    """

    overall: pd.DataFrame
    by_group: pd.DataFrame
    by_group_time: pd.DataFrame
    method: str
    treated_units: int
    untreated_units: int
    treated_clusters: int
    level: float
    notes: tuple[str, ...]

    @property
    def att(self) -> float:
        """Average effect on the treated, in units of the outcome."""
        return float(self.overall["estimate"].iloc[0])

    def tidy(self) -> pd.DataFrame:
        """What was the average effect on the treated? One row, term "att"."""
        return self.overall.copy()

    def groups(self) -> pd.DataFrame:
        """What was the effect on those who began together? Term "group_…", with the start in column `first_treated`."""
        return self._part(self.by_group)

    def group_times(self) -> pd.DataFrame:
        """What was the effect on each group in each period? With columns `first_treated` and `time`."""
        return self._part(self.by_group_time)

    def _part(self, frame: pd.DataFrame) -> pd.DataFrame:
        if frame.empty:
            raise UsageError("difference in differences: method='two-by-two' has one group and no parts.")
        return frame.copy()

    def checks(self) -> tuple[Check, ...]:
        """May the interval be believed?"""
        return (_clusters(self.treated_clusters),)


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects by time since the start.

    Parameters
    ----------
    effects
        A frame in the vocabulary of `tidy`, with the period since the start in column `event_time`.
    treated_clusters, level, notes
        As in `DifferenceInDifferences`.
    """

    effects: pd.DataFrame
    treated_clusters: int
    level: float
    notes: tuple[str, ...]

    def tidy(self) -> pd.DataFrame:
        """How large was the effect in each period since the start? 0 is the first affected period."""
        return self.effects.copy()

    def checks(self) -> tuple[Check, ...]:
        """Did the groups already part before the start, and may the intervals be believed?"""
        return (self._pre_trend(), _clusters(self.treated_clusters))

    def _pre_trend(self) -> Check:
        early = self.effects[(self.effects["event_time"] < 0) & self.effects["p_value"].notna()]
        if early.empty:
            return Check("pre-trend", Verdict.NOT_CHECKED, "There is no earlier period to compare.")
        smallest = min(1.0, float(early["p_value"].min()) * len(early))
        words = (
            f"Of {len(early)} periods before the start the smallest p-value is {smallest:.3f}, counting all of them."
        )
        if smallest <= 1.0 - self.level:
            return Check("pre-trend", Verdict.FAIL, words + " The groups already moved apart.")
        return Check("pre-trend", Verdict.PASS, words + " A pass is not proof: short series hide much.")


def _clusters(count: int) -> Check:
    words = f"{count} treated clusters."
    if count < FEW_CLUSTERS:
        return Check("treated clusters", Verdict.CONCERN, words + " Intervals from so few are too narrow.")
    return Check("treated clusters", Verdict.PASS, words)


def _vocabulary(frame: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"term": terms})
    for ours, theirs in _NUMBERS.items():
        name = "effect" if theirs == "att" and "att" not in frame else theirs
        table[ours] = frame[name].to_numpy(dtype=float)
    return table[list(TIDY_COLUMNS)]


def _treated_clusters(adoption: Adoption) -> int:
    return len(np.unique(adoption.cluster[adoption.first > 0]))


def _told(adoption: Adoption, notes: tuple[str, ...]) -> tuple[str, ...]:
    if not adoption.later:
        return notes
    names = ", ".join(map(str, adoption.later))
    return (f"Counted as never treated, their start lying after the panel: {names}.", *notes)


def overall_of(
    fitted: Any, adoption: Adoption, notes: tuple[str, ...], method: str, level: float
) -> DifferenceInDifferences:
    """Put a fitted Callaway–Sant'Anna model into our vocabulary."""
    simple = fitted.aggregate("simple").to_dataframe()
    group = fitted.aggregate("group").to_dataframe()
    cells = fitted.to_dataframe(level="group_time")
    starts = [adoption.clock.label(int(g) - 1) for g in group["label"]]
    by_group = _vocabulary(group, [f"group_{adoption.clock.words(int(g) - 1)}" for g in group["label"]])
    by_group["first_treated"] = starts
    words = adoption.clock.words
    terms = [f"group_{words(int(g) - 1)}_time_{words(int(t) - 1)}" for g, t in zip(cells["group"], cells["time"])]
    by_cell = _vocabulary(cells, terms)
    by_cell["first_treated"] = [adoption.clock.label(int(g) - 1) for g in cells["group"]]
    by_cell["time"] = [adoption.clock.label(int(t) - 1) for t in cells["time"]]
    return DifferenceInDifferences(
        _vocabulary(simple, ["att"]),
        by_group,
        by_cell,
        method,
        adoption.units_by(treated=True),
        adoption.units_by(treated=False),
        _treated_clusters(adoption),
        level,
        _told(adoption, notes),
    )


def event_study_of(fitted: Any, adoption: Adoption, notes: tuple[str, ...], level: float) -> EventStudy:
    """Put the effects by time since the start into our vocabulary."""
    frame = fitted.aggregate("event_study").to_dataframe()
    event_time = frame["event_time"].astype("int64")
    effects = _vocabulary(frame, [f"event_{when}" for when in event_time])
    effects["event_time"] = event_time.to_numpy()
    return EventStudy(effects, _treated_clusters(adoption), level, _told(adoption, notes))


def two_by_two_of(fitted: Any, adoption: Adoption, notes: tuple[str, ...], level: float) -> DifferenceInDifferences:
    """Put a fitted two-by-two regression into our vocabulary."""
    row = ("att", fitted.att, fitted.se, fitted.t_stat, fitted.p_value, *fitted.conf_int)
    empty = pd.DataFrame()
    return DifferenceInDifferences(
        pd.DataFrame([row], columns=list(TIDY_COLUMNS)),
        empty,
        empty,
        "two-by-two, standard errors clustered",
        adoption.units_by(treated=True),
        adoption.units_by(treated=False),
        _treated_clusters(adoption),
        level,
        _told(adoption, notes),
    )
