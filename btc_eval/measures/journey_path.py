"""In which state was each child at the end of each day, and through which did the day lead?"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.locations import data_folder, note_read
from btc_eval.measures.cases import cases, in_need
from btc_eval.measures.days import NEVER, UNKNOWN, Days, days_of, earlier, first_of
from btc_eval.measures.happenings import happenings
from btc_eval.measures.journey_states import CLOSED, STATES
from btc_eval.measures.nearest import nearest
from btc_eval.records.statutory import StatutoryRecords

Flags = npt.NDArray[np.bool_]

_TO_REFERRAL = '"referral"'
_RANK = {name: place for place, name in enumerate(STATES)}


def days_open() -> int:
    """For how many days does a contact wait for its referral?"""
    path = data_folder() / "assumptions" / "measures.toml"
    note_read(path)
    return int(tomllib.loads(path.read_text(encoding="utf-8"))["contact"]["days_open"])


def spells(records: StatutoryRecords) -> tuple[pd.DataFrame, int]:
    """When did each state hold, or pass? `child_id`, `rank` (place in `STATES`), `start`, `stop`; and rows unusable.

    What passes within a day has its start for stop. A row that ends before it starts cannot be used.
    """
    held = cases(records)
    until = held.set_index(["child_id", "referred"])["until"]
    first = records.table("cin_assessments").groupby(["child_id", "referred"])["started"].min().reset_index()
    first = first.merge(until.reset_index(), on=["child_id", "referred"])
    need = in_need(records)
    plans_care = happenings(records, ["protection plan", "start of care"])
    pieces = [
        _piece("referral", held["child_id"], days_of(held["referred"]), days_of(held["until"])),
        _piece("assessment", first["child_id"], days_of(first["started"]), days_of(first["until"])),
        _piece("child in need", need["child_id"], days_of(need["in_need"]), days_of(need["until"])),
    ]
    for name, kind in (("protection plan", "protection plan"), ("looked after", "start of care")):
        rows = plans_care[plans_care["event"] == kind]
        pieces.append(_piece(name, rows["child_id"], rows["day"].to_numpy(), rows["until"].to_numpy()))
    frame = pd.concat([_contacts(records, pieces), *pieces], ignore_index=True)
    unusable = (frame["stop"] < frame["start"]) | (frame["start"] >= NEVER)
    return frame[~unusable].reset_index(drop=True), int(unusable.sum())


def _piece(name: str, child: pd.Series, start: Days, stop: Days) -> pd.DataFrame:
    return pd.DataFrame({"child_id": child.astype("str").array, "rank": _RANK[name], "start": start, "stop": stop})


def _contacts(records: StatutoryRecords, pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """Return contacts about children with nothing open; each waits for what begins next, if it is to wait at all."""
    frame = happenings(records, ["contact"])[["child_id", "day", "detail"]]
    known = pd.concat(pieces, ignore_index=True).sort_values(["child_id", "start"], kind="stable")
    known["open_until"] = known.groupby("child_id")["stop"].cummax()
    opened = nearest(frame[["child_id", "day"]], known[["child_id", "start", "open_until"]],
                     on="day", day="start", same_day=False)  # fmt: skip
    frame = frame[~(opened["open_until"] >= opened["day"]).to_numpy()]
    found = nearest(frame, known[["child_id", "start"]], on="day", day="start", direction="forward")
    told = found["detail"].astype("object")
    waits = (told.isna() | told.astype("str").str.contains(_TO_REFERRAL, regex=False)).to_numpy()
    day = found["day"].to_numpy(dtype=np.int64)
    follows = found["start"].fillna(NEVER).to_numpy(dtype=np.int64)
    stop = np.where(waits, np.minimum(follows, day + days_open()), day)
    return _piece("contact", found["child_id"], day, stop)


@dataclass(frozen=True, slots=True)
class DayPath:
    """What changed on which day.

    Parameters
    ----------
    days
        One row a child and day on which something began or ended: `child` (number), `day`, `before` and `after`
        (state at the end of the day before, and of the day: a place in `STATES`), `begins` (whether the child was in
        no state and comes into one), by child and day.
    hops
        One row a step within a day: `row` (of `days`), `step` (1, 2, …), `from_rank`, `to_rank`.
    children
        Number → identifier.
    """

    days: pd.DataFrame
    hops: pd.DataFrame
    children: pd.Index


def day_path(held: pd.DataFrame) -> DayPath:
    """In which state was each child at the end of each day on which something changed?"""
    child, children = pd.factorize(held["child_id"], sort=True)
    ranks, lasts = held["rank"].to_numpy(), (held["stop"] > held["start"]).to_numpy()
    start, stop = held["start"].to_numpy(), held["stop"].to_numpy()
    ends = lasts & (stop < NEVER)
    when = pd.DataFrame({"child": np.concatenate([child, child[ends]]), "day": np.concatenate([start, stop[ends]])})
    days = when.drop_duplicates().sort_values(["child", "day"], ignore_index=True)
    key = days["child"].to_numpy() * (2**33) + (days["day"].to_numpy() - UNKNOWN)

    def row_of(who: Days, day: Days) -> Days:
        return np.searchsorted(key, who * (2**33) + (day - UNKNOWN)).astype(np.int64)

    begun = np.zeros((len(days), CLOSED), dtype=bool)
    began = row_of(child, start)
    begun[began, ranks] = True
    change = np.zeros((len(days), CLOSED), dtype=np.int64)
    np.add.at(change, (began[lasts], ranks[lasts]), 1)
    np.add.at(change, (row_of(child[ends], stop[ends]), ranks[ends]), -1)
    holds = _within_child(change, days["child"].to_numpy()) > 0
    # The highest place that holds; `CLOSED` where none does.
    top = CLOSED - 1 - np.argmax(holds[:, ::-1], axis=1)
    after = np.where(holds.any(axis=1), top, CLOSED)
    before = np.where(first_of(days["child"].to_numpy()), CLOSED, earlier(after, CLOSED))
    hops = _hops(begun, before, after)
    return DayPath(days.assign(before=before, after=after), hops, children)


def _within_child(change: Days, child: Days) -> Days:
    """Add up the changes from each child's first day on."""
    total = np.cumsum(change, axis=0)
    first = first_of(child)
    until_then = np.where(first[:, None], total - change, 0)
    carried = until_then[np.maximum.accumulate(np.where(first, np.arange(len(child)), 0))]
    return np.asarray(total - carried)


def _hops(begun: Flags, before: Days, after: Days) -> pd.DataFrame:
    """Pass what begins on the day upwards, in the order of the states; then go to where the day ends."""
    at, step = before.copy(), np.zeros(len(before), dtype=np.int64)
    pieces = []
    for rank in range(CLOSED):  # onwards only: what begins below the state that the child is in does not show
        pieces.append(_step(begun[:, rank] & ((rank > at) | (at == CLOSED)), np.full(len(at), rank), at, step))
    pieces.append(_step(at != after, after, at, step))
    return pd.concat(pieces).sort_values(["row", "step"], ignore_index=True)


def _step(moves: Flags, to: Days, at: Days, step: Days) -> pd.DataFrame:
    """Take those who move one step on, in place; return the step."""
    step[moves] += 1
    told = {"row": np.flatnonzero(moves), "step": step[moves], "from_rank": at[moves], "to_rank": to[moves]}
    at[moves] = to[moves]
    return pd.DataFrame(told)
