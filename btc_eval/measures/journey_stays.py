"""How long was each stay in a state, and where did it lead? Journeys cut into stays, ready for cumulative incidence.

Only stays that began within the window are counted, each from its own first day: one that was in course when the window
opened had already lasted, and those that had not lasted are missing beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.days import day_of, days_of
from btc_eval.measures.journey_about import ABOUT
from btc_eval.measures.journey_states import CLOSED, RETURNED, STATES
from btc_eval.measures.journeys import Journeys
from btc_eval.records.statutory import StatutoryRecords

_CARRIED = ("child_id", "family", *ABOUT)
_RANKS = {name: place for place, name in enumerate(STATES)}
_HELPED = {True: "Early help before", False: "No early help before"}


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """Stays, one a row. They hold children: they are never shown, only estimated from.

    Parameters
    ----------
    frame
        `id` (the journey), `child_id`, `family`, `state`, `began` (date), `days` (0 or more, from the first day to the
        end or the cut-off), `event` (0: not ended by the cut-off; else a key of `ends`), the columns of `ABOUT`, and
        `helped`: in words, whether early help had begun before the journey did.
    ends
        Code → in which way a stay ended, in words.
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    ends: dict[int, str]
    papers: Papers

    def __post_init__(self) -> None:
        if (self.frame["days"] < 0).any():
            raise ValueError("a stay ends before it begins")
        if not self.frame["event"].isin([0, *self.ends]).all():
            raise ValueError("a stay ended in a way that is not named")


def last_years(records: StatutoryRecords, years: int = 5) -> dict[str, str]:
    """Which window do the last years of the returns make? `first` and `cut_off`, both included, for `journeys`.

    Parameters
    ----------
    years
        How many years ending 31 March.

    Raises
    ------
    RefusedError
        Where there is no census of children in need, or not for so many years.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> ana = {"child_id": "Ana", "referred": "2023-05-02", "closed": "2023-06-20"}
    >>> returns = statutory.made_up({"cin_episodes": [ana]}, years=[2023, 2024])
    >>> measures.last_years(returns, 2)
    {'first': '2022-04-01', 'cut_off': '2024-03-31'}
    """
    held = records.years("cin_episodes")
    if years < 1 or len(held) < years:
        raise refuse(
            "journeys",
            "years",
            found=f"{years} years asked for, {len(held)} in the returns",
            allowed="one or more, all of them in the census of children in need",
            do="Ask for fewer years, or supply the earlier returns.",
        )
    last = max(held)
    return {"first": f"{last - years}-04-01", "cut_off": f"{last}-03-31"}


def stays(found: Journeys, state: str | None = None) -> Stays:
    """How long did each stay in a state last, and to which state did it lead?

    Parameters
    ----------
    found
        Journeys.
    state
        One of the states, not "closed"; all of them where left out. Stays that took no time, within a day, are counted
        too, with nought days.

    Returns
    -------
    Stays
        Of those begun within the window. `ends` names the state each led to.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> ana = {"child_id": "Ana", "referred": "2023-05-02", "closed": "2023-06-20"}
    >>> seen = {"child_id": "Ana", "referred": "2023-05-02", "started": "2023-05-02", "authorised": "2023-06-13"}
    >>> returns = statutory.made_up({"cin_episodes": [ana], "cin_assessments": [seen]}, years=[2024])
    >>> way = measures.journeys(returns, first="2023-04-01", cut_off="2024-03-31")
    >>> told = measures.stays(way, "assessment")
    >>> told.frame["days"].tolist(), told.ends[int(told.frame["event"].iloc[0])]
    ([42], 'child in need')
    """
    every = _every_stay(found)
    own = every[every["state"] != STATES[CLOSED]]
    if state is not None:
        _known(state)
        own = own[own["state"] == state]
    event = own["to"].map({name: code for code, name in _codes().items()}).fillna(0).astype("int64")
    return _made(found, own.assign(event=event), None, _codes())


def reaching(found: Journeys, state: str, *, after: str | None = None) -> Stays:
    """How soon did each journey first reach a state, or one beyond it; or did it close before?

    Parameters
    ----------
    found
        Journeys.
    state
        The state to be reached.
    after
        Count from each step into this state, which must lie before `state`; from the beginning of the journey where
        left out.

    Returns
    -------
    Stays
        One row a journey begun within the window, or a step into `after` within it. `days` until `event`: 1 reached,
        straight on or later in the same journey, 2 closed before.
    """
    _known(state)
    if after is not None:
        _known(after)
        if STATES.index(after) >= STATES.index(state):
            raise refuse(
                "measures.reaching", "after", found=f"{after!r}, which is not before {state!r}",
                allowed=", ".join(STATES[: STATES.index(state)]), do="Name a state that comes before.",
            )  # fmt: skip
    every = _every_stay(found)
    every = every.assign(place=np.arange(len(every)), rank=every["state"].map(_RANKS).to_numpy())
    begins = every[every["opens"] if after is None else every["state"] == after]
    arrived = every[(every["rank"] >= STATES.index(state)) & (every["rank"] < CLOSED)]
    shut = every[every["rank"] == CLOSED]
    reached, closed = (_next_day(begins, rows) for rows in (arrived, shut))
    event = np.where(reached.notna(), 1, np.where(closed.notna(), 2, 0))
    until = reached.fillna(closed).fillna(day_of(found.papers.window_end)).astype("int64")
    rows = begins.assign(days=until - begins["day"], event=event)
    return _made(found, rows, after or "journey", {1: state, 2: "closed before"})


def _next_day(begins: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """On which day did each of these first come to one of those rows of its journey, itself included?"""
    both = begins[["id", "place"]].merge(rows[["id", "place", "day"]], on="id", suffixes=("", "_later"))
    both = both[both["place_later"] >= both["place"]]
    first = both.groupby("place")["day"].min()
    return pd.Series(first.reindex(begins["place"]).to_numpy(), index=begins.index)


def returning(found: Journeys) -> Stays:
    """How soon did a child come back after a journey closed? From journeys that were followed after closing.

    Returns
    -------
    Stays
        One row a closing within the window that was not undone the same day. `days` from the closing to the next
        journey of any kind, a contact alone included; `state` is where the child was when it closed.

    Raises
    ------
    RefusedError
        For journeys made with `after_closing="stop"`.
    """
    if RETURNED not in found.states:
        raise refuse(
            "measures.returning",
            "found",
            found="journeys that end when they are closed",
            allowed='journeys(..., after_closing="follow")',
            do="Make them so that children are followed after closing.",
        )
    rows = found.frame
    shut = rows[(rows["from_state"] == STATES[CLOSED]) & (rows["start_day"] >= pd.Timestamp(found.papers.window_start))]
    hops = found.hops[found.hops["to_state"] == STATES[CLOSED]]
    left = hops.drop_duplicates("id", keep="last").set_index("id")["from_state"].astype("str")
    known = shut.assign(
        state=shut["id"].map(left),
        days=(shut["stop"] - shut["start"]).astype("int64"),
        event=shut["to_state"].notna().astype("int64"),
        day=days_of(shut["start_day"]),
    )
    return _made(found, known[["id", "state", "days", "event", "day"]], None, {1: RETURNED})


def _known(state: str) -> None:
    if state not in STATES[:CLOSED]:
        raise refuse(
            "journeys",
            "state",
            found=repr(state),
            allowed=", ".join(STATES[:CLOSED]),
            do="Name one of the states in which something is open.",
        )


def _codes() -> dict[int, str]:
    return dict(enumerate(STATES, start=1))


def _every_stay(found: Journeys) -> pd.DataFrame:
    """Return every stay begun in the window: `id`, `day`, `state`, `opens` (the journey's first), `to`, `days`."""
    first = day_of(found.papers.window_start)
    about = found.journeys
    steps = found.hops.assign(day=days_of(found.hops["day"]))
    leading = steps.drop_duplicates("id").set_index("id")["from_state"].astype("str")
    opened = about[days_of(about["began"]) >= first]
    start = pd.DataFrame(
        {
            "id": opened["id"],
            "day": days_of(opened["began"]),
            "step": 0,
            # Without a step the journey is still where its first day ended.
            "state": opened["id"].map(leading).astype("object").fillna(opened["first_state"].astype("object")),
        }
    )
    entered = steps.assign(state=steps["to_state"].astype("str"))[["id", "day", "step", "state"]]
    rows = pd.concat([start.assign(opens=True), entered.assign(opens=False)], ignore_index=True)
    rows = rows.sort_values(["id", "day", "step"], kind="stable", ignore_index=True)
    later = rows.groupby("id", sort=False)[["day", "state"]].shift(-1)
    until = later["day"].fillna(day_of(found.papers.window_end)).astype("int64")
    return rows.assign(to=later["state"], days=until - rows["day"])


def _made(found: Journeys, rows: pd.DataFrame, state: str | None, ends: dict[int, str]) -> Stays:
    told = rows.merge(found.journeys[["id", *_CARRIED]], on="id", how="left")
    if state is not None:
        told = told.assign(state=state)
    told = told.assign(
        began=pd.to_datetime(told["day"], unit="D"), helped=told["early_help_before"].astype("bool").map(_HELPED)
    )
    columns = ["id", "child_id", "family", "state", "began", "days", "event", *ABOUT, "helped"]
    return Stays(told[columns].reset_index(drop=True), ends, found.papers)
