"""Where was each looked-after child on each day? Pieces of time, cut at birthdays and changes of status.

Rules
-----
An episode holds from its start, included, to its end or the start of the child's next episode, whichever is earlier,
not included; short breaks are outside. Periods of care are those of `statutory.periods_of_care`. An end that a
stacking rule set on 31 March, for want of a later return, takes effect on the day after: the return said that the
child was looked after on 31 March.

A child who starts on a birthday starts in the new band. One who ends on a birthday moves to the new band first and
ends in it: age is counted on the day of the event, as in the published figures. A period that starts and ends on one
day is a start and an end, and no time in care.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.measures.days import (
    AGE_BANDS,
    BANDS,
    NEVER,
    DayOfBirth,
    Days,
    age_on,
    band_of,
    birthday,
    days_of,
    earlier,
    first_of,
    later,
)
from btc_eval.measures.people import people
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.care import ASSUMED
from btc_eval.records.statutory.vocabulary import SHORT_BREAKS, START_REASON

_STARTED = START_REASON.codes[0].words
_CHILD = ["council", "child_id"]
#: Birthdays on which a child in care changes band, birth itself the first.
_TURNS = tuple(years for years in BANDS.values() if years >= 0)

#: What a piece of time can be told by.
STATES = ("age_band", "legal_status", "placement")


@dataclass(frozen=True, slots=True)
class CarePath:
    """Time in care, and what happened to it.

    Parameters
    ----------
    pieces
        One row a piece, by child and day: `child` (number), `spell` (number), `start` (included), `stop` (not included;
        `NEVER` while it lasts), `age_band`, `legal_status`, `placement` (places in `levels`).
    starts, ends
        One row a period of care: `child`, `day` and the state on that day. An end has none while the period lasts.
    moves
        One row a change of state within a period: `child`, `day`, and each state `from_…` and `to_…`.
    levels
        The words of each state, in order.
    set_aside
        Reason → episodes that could not be used.
    """

    pieces: pd.DataFrame
    starts: pd.DataFrame
    ends: pd.DataFrame
    moves: pd.DataFrame
    levels: dict[str, list[str]]
    set_aside: dict[str, int]


def _episodes(records: StatutoryRecords) -> tuple[pd.DataFrame, dict[str, int]]:
    frame = records.table("looked_after_episodes")
    breaks = frame["legal_status"].isin(SHORT_BREAKS)
    backwards = frame["ended"] < frame["started"]
    aside = {"short breaks": int(breaks.sum()), "an end before the start": int((backwards & ~breaks).sum())}
    frame = frame[~breaks & ~backwards].sort_values([*_CHILD, "started"], kind="stable", ignore_index=True)
    return frame, {why: rows for why, rows in aside.items() if rows}


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return episodes as days: `child`, `spell`, `start`, `stop`, and whether a period begins or ends with it."""
    child = frame.groupby(_CHILD, sort=False).ngroup().to_numpy()
    start, stop = days_of(frame["started"]), days_of(frame["ended"])
    when = frame["ended"].dt
    march = (when.month == 3) & (when.day == 31) & frame["end_rule"].isin(ASSUMED)
    stop = stop + march.to_numpy(dtype=np.int64)
    again = ~first_of(child)
    before = earlier(stop, NEVER)
    gap = again & (before < start)
    begins = ~again | gap | (frame["start_reason"] == _STARTED).to_numpy(dtype=bool)
    following = np.where(later(again, 0), later(start, NEVER), NEVER)
    return pd.DataFrame(
        {
            "child": child, "spell": np.cumsum(begins), "start": start, "stop": np.minimum(stop, following),
            "begins": begins, "ends": later(begins, 1), "said_end": stop,
        }
    )  # fmt: skip


def care_path(records: StatutoryRecords, *, day_of_birth: DayOfBirth = "as held") -> CarePath:
    """Where was each looked-after child on each day?

    Parameters
    ----------
    records
        With `looked_after_episodes`; dates of birth from either return.
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month.

    Returns
    -------
    CarePath
    """
    frame, aside = _episodes(records)
    timed = _timed(frame)
    born = people(records, day_of_birth=day_of_birth).born(frame["child_id"].astype("str"))
    levels = {"age_band": list(AGE_BANDS)}
    for name in ("legal_status", "placement"):
        words = frame[name].astype("object")
        listed = [str(word) for word in frame[name].cat.categories if bool((words == word).any())]
        levels[name] = [*listed, "not known"]
        place = pd.Categorical(words, categories=listed).codes.astype(np.int64)
        timed[name] = np.where(place < 0, len(listed), place)
    timed["born"] = born
    pieces = _cut(timed)
    return CarePath(pieces, *_changes(timed, pieces), levels=levels, set_aside=aside)


def _cut(timed: pd.DataFrame) -> pd.DataFrame:
    """Cut every episode at the birthdays within it; give each piece its band."""
    turns = np.stack([birthday(timed["born"].to_numpy(), years) for years in _TURNS], axis=1)
    start, stop = timed["start"].to_numpy()[:, None], timed["stop"].to_numpy()[:, None]
    edges = np.concatenate([start, np.clip(turns, start, stop), stop], axis=1)
    width = edges.shape[1] - 1
    rows = np.repeat(np.arange(len(timed)), width)
    first, last = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    keep = last > first
    pieces = timed.iloc[rows[keep]].assign(start=first[keep], stop=last[keep]).reset_index(drop=True)
    pieces["age_band"] = band_of(age_on(pieces["born"].to_numpy(), pieces["start"].to_numpy()))
    return pieces[["child", "spell", "start", "stop", *STATES]]


def _on(timed: pd.DataFrame, day: Days) -> pd.DataFrame:
    """Return the state on the day, of rows that carry a date of birth and a status."""
    return pd.DataFrame(
        {
            "child": timed["child"].to_numpy(),
            "spell": timed["spell"].to_numpy(),
            "day": day,
            "age_band": band_of(age_on(timed["born"].to_numpy(), day)),
            "legal_status": timed["legal_status"].to_numpy(),
            "placement": timed["placement"].to_numpy(),
        }
    )


def _changes(timed: pd.DataFrame, pieces: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    opening = timed[timed["begins"]]
    starts = _on(opening, opening["start"].to_numpy())
    closing = timed[timed["ends"]]
    ends = _on(closing, closing["stop"].to_numpy())
    ends = ends[ends["day"] < NEVER].reset_index(drop=True)
    points = pd.concat(
        [
            starts[starts["day"] < NEVER].assign(_order=0),
            pieces.rename(columns={"start": "day"}).drop(columns="stop").assign(_order=1),
            ends.assign(_order=2),
        ],
        ignore_index=True,
    ).sort_values(["spell", "day", "_order"], kind="stable", ignore_index=True)
    within = (points["spell"] == points["spell"].shift()).to_numpy()
    previous = points[list(STATES)].shift(fill_value=0).add_prefix("from_")
    now = points[list(STATES)].add_prefix("to_")
    moved = within & (previous.to_numpy() != now.to_numpy()).any(axis=1)
    moves = pd.concat([points[["child", "day"]], previous, now], axis=1)[moved].reset_index(drop=True)
    return starts.drop(columns="spell"), ends.drop(columns="spell"), moves
