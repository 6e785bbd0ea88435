"""Which way did each child go, from the first contact to the closing of the case? Intervals for a multi-state model.

A journey begins on the day on which a child with nothing open comes into a state, and ends on the day on which
nothing is open any more. A case that opens on the day on which another closes continues the journey. A child may have
several. States, steps and their order on one day: `measures.journey_states`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Papers
from btc_eval.measures.days import DayOfBirth, Days, dates_of, day_of, first_of, later
from btc_eval.measures.journey_about import ABOUT, about
from btc_eval.measures.journey_path import DayPath, day_path, spells
from btc_eval.measures.journey_states import CLOSED, RETURNED, STATES, STEPS
from btc_eval.records.statutory import StatutoryRecords

_ROWS = ("id", "child_id", "family", "start", "stop", "from_state", "to_state", "start_day", "stop_day", "late_entry")
_TABLES = ("cin_episodes", "looked_after_episodes", "contacts", "early_help_episodes", "addresses", "ward_lookup")


@dataclass(frozen=True, slots=True, eq=False)
class Journeys:
    """Journeys as intervals at risk. It holds children: it is never shown, only estimated from and counted.

    Parameters
    ----------
    frame
        One row an interval, by journey and time: `id` (the child's, with the number of the journey), `child_id`,
        `family`, `start` and `stop` (days since the journey began; the interval is after `start`, up to and including
        `stop`), `from_state`, `to_state` (missing where the cut-off came first), `start_day` and `stop_day` (dates),
        `late_entry` (the journey began before the window, and is seen from its first day on), and `ABOUT`. No interval
        has no length.
    journeys
        One row a journey of the window: `id`, `child_id`, `family`, `number` (1 is the child's first that is known),
        `began` (date), `first_state` (in which the first day ended; "closed" where the journey took no longer), and
        `ABOUT`.
    hops
        One row a step on its day: `id`, `day`, `step` (1, 2, … within the day), `from_state`, `to_state`, `passing`
        (whether it took no time: one of several on its day, or on the day on which the journey began).
    passages
        The steps that took no time, counted: `from_state`, `to_state`, `n`.
    counts
        What is not in the frame: rows of the returns that could not be used, journeys outside the window, and states
        entered on the last day, which have no length yet.
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    journeys: pd.DataFrame
    hops: pd.DataFrame
    passages: pd.DataFrame
    papers: Papers
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.frame["stop"] <= self.frame["start"]).any():
            raise ValueError("an interval without length")
        for told in (self.frame.dropna(subset=["to_state"]), self.hops):
            odd = {*zip(told["from_state"].astype("str"), told["to_state"].astype("str"))} - {*STEPS}
            if odd:
                raise ValueError(f"steps that cannot be: {sorted(odd)}")
        if int(self.passages["n"].sum()) != int(self.hops["passing"].sum()):
            raise ValueError("the passages do not add up to the steps that took no time")

    @property
    def states(self) -> list[str]:
        """Return the states of the frame, in order: for an estimator's `states`."""
        after = [RETURNED] if (self.frame["from_state"] == STATES[CLOSED]).any() else []
        return [*STATES, *after]

    def flow(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """How many children took each step, timed or not?

        Parameters
        ----------
        by
            Columns of `ABOUT`.

        Returns
        -------
        pd.DataFrame
            The columns of `by`, `from_state`, `to_state`, `n` and of these `same_day` (took no time).
        """
        about = self.journeys[["id", *by]]
        keys = [*by, "from_state", "to_state"]
        grouped_by = self.hops.merge(about, on="id").groupby(keys, observed=True, sort=True)["passing"]
        return grouped_by.agg(n="size", same_day="sum").reset_index().astype({"same_day": "int64"})

    def time_in(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """How many days did children spend in each state? The columns of `by`, `from_state`, `intervals`, `days`."""
        spent = self.frame.assign(days=self.frame["stop"] - self.frame["start"])
        told = spent.groupby([*by, "from_state"], observed=True, sort=True)["days"].agg(intervals="size", days="sum")
        return told.reset_index()


def journeys(
    records: StatutoryRecords,
    *,
    first: str,
    cut_off: str,
    after_closing: Literal["stop", "follow"] = "stop",
    day_of_birth: DayOfBirth = "as held",
) -> Journeys:
    """Which way did each child go?

    Parameters
    ----------
    records
        The census of children in need and the looked-after return; contacts, early help, addresses and families where
        the returns have them.
    first, cut_off
        First and last day of the window, both included. A journey in course on the first day enters late; one in course
        on the last is censored.
    after_closing
        "stop": a journey ends when it is closed. "follow": it is followed until the child returns.
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month.

    Returns
    -------
    Journeys

    Raises
    ------
    RefusedError
        Where the window ends before it starts or after the last return.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> ana = {"child_id": "Ana", "referred": "2023-05-02", "closed": "2023-06-20"}
    >>> seen = {"child_id": "Ana", "referred": "2023-05-02", "started": "2023-05-02", "authorised": "2023-06-13"}
    >>> returns = statutory.made_up({"cin_episodes": [ana], "cin_assessments": [seen]}, years=[2024])
    >>> way = measures.journeys(returns, first="2023-04-01", cut_off="2024-03-31").frame
    >>> way[["from_state", "to_state", "start", "stop"]].values.tolist()
    [['assessment', 'child in need', 0, 42], ['child in need', 'closed', 42, 49]]
    """
    window = _window(records, first, cut_off, after_closing)
    held, unusable = spells(records)
    path = day_path(held)
    number = _numbers(path)
    rows, dropped = _intervals(path, number, window, after_closing)
    told = about(records, path, number, window, day_of_birth)
    hops = _hops(path, number, window)
    rows = rows[rows["journey"].isin(told["journey"])]
    hops = hops[hops["journey"].isin(told["journey"])]
    frame = rows.merge(told.drop(columns=["first_state", "number"]), on="journey", how="left")
    frame = frame.assign(
        start=frame["from_day"] - frame["origin"],
        stop=frame["to_day"] - frame["origin"],
        start_day=dates_of(frame["from_day"].to_numpy()),
        stop_day=dates_of(frame["to_day"].to_numpy()),
    )
    hops = hops.merge(told[["journey", "id"]], on="journey")[["id", "day", "step", "from_state", "to_state", "passing"]]
    passing = hops[hops["passing"]].groupby(["from_state", "to_state"], observed=True, sort=True)
    papers = records.papers(*(name for name in _TABLES if name in records.tables))
    return Journeys(
        frame=frame[[*_ROWS, *ABOUT]].reset_index(drop=True),
        journeys=told[["id", "child_id", "family", "number", "began", "first_state", *ABOUT]],
        hops=hops.reset_index(drop=True),
        passages=passing.size().rename("n").reset_index(),
        papers=papers.over(first, cut_off),
        counts={
            "rows of the returns that end before they start": unusable,
            "journeys outside the window": int(number.max(initial=-1)) + 1 - len(told),
            "states entered on the last day": dropped,
        },
    )


def _window(records: StatutoryRecords, first: str, cut_off: str, after_closing: str) -> tuple[int, int]:
    start, end = day_of(first), day_of(cut_off)
    years = {year for name in ("cin_episodes", "looked_after_episodes") for year in records.years(name)}
    last = day_of(f"{max(years, default=1900)}-03-31")
    faults = []
    if end <= start:
        faults.append(Refusal("journeys", "cut_off", "a day not after the first", "a later day", "Widen the window."))
    if end > last:
        said_last = dates_of(np.array([last]))[0].date()
        faults.append(
            Refusal("journeys", "cut_off", "a day after the last return", f"{said_last} or earlier", "End it there.")
        )
    if after_closing not in ("stop", "follow"):
        faults.append(Refusal("journeys", "after_closing", repr(after_closing), "stop, follow", "Use one of these."))
    if faults:
        raise RefusedError(faults)
    return start, end


def _numbers(path: DayPath) -> Days:
    """Number the journeys of all children: a new one on each day on which a child with nothing open comes in."""
    return np.cumsum(path.days["before"].to_numpy() == CLOSED).astype(np.int64) - 1


def _intervals(path: DayPath, number: Days, window: tuple[int, int], after_closing: str) -> tuple[pd.DataFrame, int]:
    """Return the intervals within the window, and how many states were entered too late to have one."""
    start, end = window
    changed = path.days.assign(journey=number)
    # A day that ends where it began is no change, unless a journey begins and ends on it.
    changed = changed[(changed["before"] != changed["after"]) | (changed["before"] == CLOSED)]
    child, day, after = (changed[name].to_numpy() for name in ("child", "day", "after"))
    follows = ~later(first_of(child), 1)
    beyond = end + 1
    to_day = np.where(follows, later(day, beyond), beyond)
    to_rank = np.where(follows, later(after, -1), -1)
    closed = after == CLOSED
    names = np.array([*STATES, RETURNED], dtype=object)
    seen = (to_rank >= 0) & (to_day <= end)
    to_state = pd.Series(names[np.where(closed, CLOSED + 1, np.maximum(to_rank, 0))]).where(seen)
    rows = pd.DataFrame(
        {
            "journey": changed["journey"].to_numpy(), "from_day": day, "to_day": to_day,
            "from_state": names[after], "to_state": to_state.to_numpy(),
        }
    )  # fmt: skip
    if after_closing == "stop":
        rows = rows[~closed]
    origin = rows["from_day"].groupby(rows["journey"]).transform("min")
    inside = (rows["to_day"] >= start) & (rows["from_day"] <= end)
    rows = rows.assign(
        late_entry=(origin < start).to_numpy(),
        from_day=np.maximum(rows["from_day"], start - 1),
        to_day=np.minimum(rows["to_day"], end),
    )[inside]
    short = rows["to_day"] <= rows["from_day"]
    kept = rows[~short].assign(
        from_state=lambda told: pd.Categorical(told["from_state"], [*STATES]),
        to_state=lambda told: pd.Categorical(told["to_state"], [*STATES, RETURNED]),
    )
    return kept, int(short.sum())


def _hops(path: DayPath, number: Days, window: tuple[int, int]) -> pd.DataFrame:
    """Return the steps of the window, without the entry into the journey, which comes from nowhere."""
    row = path.hops["row"].to_numpy()
    days = path.days.iloc[row].reset_index(drop=True)
    begins = days["before"].to_numpy() == CLOSED
    several = path.hops.groupby("row")["step"].transform("size").to_numpy() > 1
    names = np.array(STATES, dtype=object)
    told = pd.DataFrame(
        {
            "journey": number[row],
            "day": dates_of(days["day"].to_numpy()),
            "step": path.hops["step"].to_numpy() - begins,
            "from_state": pd.Categorical(names[path.hops["from_rank"]], [*STATES]),
            "to_state": pd.Categorical(names[path.hops["to_rank"]], [*STATES]),
            "passing": several | begins,
        }
    )
    inside = days["day"].between(*window).to_numpy()
    return told[inside & (told["step"] > 0).to_numpy()].reset_index(drop=True)
