"""How many events were there? Complete tables of counts: every category and month, nought where nothing happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.estimates import Papers
from btc_eval.measures.events import Events
from btc_eval.measures.groups import coded
from btc_eval.periods import month

#: Columns of an event that can be counted by.
BY = (
    "event", "month", "year", "ward_code", "ward_name", "locality", "source", "source_group", "need", "age_band",
    "sex", "ethnicity_group",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Counts of events: every combination of every category, nought where nothing happened.

    Parameters
    ----------
    frame
        The columns counted by, and `n`.
    inside, before, after
        Events in the window, which `n` adds up to, and those before and after it.
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    inside: int
    before: int
    after: int
    papers: Papers

    def __post_init__(self) -> None:
        if int(self.frame["n"].sum()) != self.inside:
            raise ValueError("the counts do not add up to the events of the window")

    def tidy(self) -> pd.DataFrame:
        """Return the counts as a frame of its own."""
        return self.frame.copy()


def event_counts(
    events: Events,
    *,
    by: Sequence[str] = ("event", "month", "ward_code", "source", "need"),
    first: str,
    last: str,
    once_a_year: bool = False,
    most_cells: int = 20_000_000,
) -> EventCounts:
    """How many events were there in each cell of a table?

    Parameters
    ----------
    events
        What happened.
    by
        Columns of `BY`. Every category of each is in the table, and every month or year of the window.
    first, last
        First and last month, both included, as "2016-04".
    once_a_year
        Whether a child counts once a year in each kind, as in the published figures of starts and ceases: the first
        event of the year, of the end of care the last.
    most_cells
        A table with more cells than this is refused before it is made.

    Returns
    -------
    EventCounts

    Raises
    ------
    RefusedError
        For a column that cannot be counted by, a window that ends before it starts, and a table too large.
    """
    start, end = month(first), month(last)
    wrong = [name for name in by if name not in BY]
    faults = [Refusal("event_counts", "by", f"the column {name!r}", ", ".join(BY), "Use these.") for name in wrong]
    if end < start or not by:
        faults.append(
            Refusal("event_counts", "first, last, by", "no month, or no column", "at least one of each", "Widen it.")
        )
    if faults:
        raise RefusedError(faults)
    frame = events.frame
    if once_a_year:
        last_counts = frame["event"].astype("str") == "end of care"
        frame = frame[frame["first_in_year"].where(~last_counts, frame["last_in_year"])]
    levels = [_levels(frame, name, start, end) for name in by]
    cells = math.prod(len(level) for level in levels)
    if cells > most_cells:
        raise refuse(
            "event_counts", "by", found=f"a table of {cells:,} cells", allowed=f"at most {most_cells:,}",
            do="Count by fewer columns, or take fewer kinds of event first: events.of('referral').",
        )  # fmt: skip
    within = frame["month"].between(start, end)
    inside = frame[within]
    places = [level.get_indexer(pd.Index(inside[name])) for name, level in zip(by, levels)]
    shape = tuple(len(level) for level in levels)
    flat = np.ravel_multi_index(places, shape) if len(inside) else np.array([], dtype=np.int64)
    grid = np.unravel_index(np.arange(cells), shape)
    counted = pd.DataFrame(
        {name: _column(frame, name, level, place) for name, level, place in zip(by, levels, grid)}
    ).assign(n=np.bincount(flat, minlength=cells).astype(np.int64))
    earlier = int((frame["month"] < start).sum())
    return EventCounts(
        counted,
        inside=len(inside),
        before=earlier,
        after=len(frame) - len(inside) - earlier,
        papers=events.papers.over(first, last),
    )


def _levels(frame: pd.DataFrame, name: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.Index:
    if name == "month":
        return pd.Index(pd.date_range(start, end, freq="MS"))
    if name == "year":
        first, last = (int(when.year + (when.month >= 4)) for when in (start, end))
        return pd.Index(range(first, last + 1))
    levels: pd.Index[Any] = frame[name].cat.categories
    return levels


def _column(
    frame: pd.DataFrame, name: str, level: pd.Index, place: npt.NDArray[np.int64]
) -> npt.NDArray[Any] | pd.Categorical:
    if name in ("month", "year"):
        return np.asarray(level)[place]
    return coded(place, list(frame[name].cat.categories))
