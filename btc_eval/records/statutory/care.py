"""From episodes to care: periods, and who is looked after on a day.

Definitions
-----------
An episode runs from `started`, included, to `ended`, not included: a child whose episode ends on a day is not looked
after on it by that episode. Short breaks (V3 and V4) are outside every count.

A **period of care** is a chain of a child's episodes, each starting on or before the day on which the one before ends.
A new period begins where there is a gap, or where an episode started "to be looked after". It ends with its last
episode, and has no end while that is open.

A child is **looked after on a day** if the episode that started last, on or before that day, is still open on it; one
row a child. An episode that a return left open on 31 March counts on that day also where a stacking rule has since
ended it then: the return said so.

References
----------
Department for Education, "Children looked after by local authorities in England: guide to the SSDA903 collection".
"""

from __future__ import annotations

import pandas as pd

from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.vocabulary import SHORT_BREAKS, START_REASON

_STARTED = START_REASON.codes[0].words
#: Rules that end an episode for want of a later return, not because a return says so.
ASSUMED = ("1A", "2")
_CHILD = ["council", "child_id"]
_CARRIED = ("start_reason", "legal_status", "need", "placement", "provider", "home_postcode")


def _episodes(records: StatutoryRecords, short_breaks: bool) -> pd.DataFrame:
    frame = records.table("looked_after_episodes")
    if not short_breaks:
        frame = frame[~frame["legal_status"].isin(SHORT_BREAKS)]
    return frame.sort_values([*_CHILD, "started"], kind="stable", ignore_index=True)


def periods_of_care(records: StatutoryRecords, *, short_breaks: bool = False) -> pd.DataFrame:
    """When was each child looked after?

    Parameters
    ----------
    records
        With `looked_after_episodes`.
    short_breaks
        Whether short breaks count as care; not in any published figure.

    Returns
    -------
    pd.DataFrame
        One row a period, sorted by child and start: `council`, `child_id`, `period` (1 is the child's first in the
        data), `started` (included), `ended` (not included; missing while open), `end_reason`, `end_rule` (blank, or
        the stacking rule that set the end), `episodes`, and of the first episode `start_reason`, `legal_status`,
        `need`, `placement`, `provider`, `home_postcode`; `latest_year` is the last return with an episode of it.
    """
    frame = _episodes(records, short_breaks)
    before = frame.groupby(_CHILD, sort=False)["ended"].shift()
    first = ~frame.duplicated(_CHILD)
    previous_open = before.isna() & ~first
    gap = (before < frame["started"]) & ~previous_open
    begins = first | gap | (frame["start_reason"] == _STARTED)
    number = begins.groupby([frame[name] for name in _CHILD], sort=False).cumsum().astype("int64")
    grouped = frame.assign(period=number).groupby([*_CHILD, "period"], sort=False, observed=True)
    last = grouped.tail(1).reset_index(drop=True)
    opening = grouped.head(1).reset_index(drop=True)
    sizes = grouped.agg(episodes=("started", "size"), latest_year=("return_year", "max")).reset_index()
    result = sizes[[*_CHILD, "period"]].assign(
        started=opening["started"],
        ended=last["ended"],
        end_reason=last["end_reason"].where(last["ended"].notna()),
        end_rule=last["end_rule"],
        episodes=sizes["episodes"],
        latest_year=sizes["latest_year"],
    )
    return result.assign(**{name: opening[name] for name in _CARRIED})


def looked_after_on(
    records: StatutoryRecords, day: str | pd.Timestamp, *, short_breaks: bool = False, assumed_ends: bool = True
) -> pd.DataFrame:
    """Who is looked after on this day?

    Parameters
    ----------
    records
        With `looked_after_episodes`.
    day
        The day itself counts: an episode that started on it is in, one that ended on it is out.
    short_breaks
        Whether short breaks count; not in any published figure.
    assumed_ends
        Whether an end that rule 1A or 2 set, because no later return shows the episode, is an end. If not, the child
        is looked after until another episode starts.

    Returns
    -------
    pd.DataFrame
        The episodes in course, one row a child.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> records = statutory.read("tests/data/statutory/care")
    >>> len(statutory.looked_after_on(records, "2023-03-31"))
    3
    """
    when = pd.Timestamp(day)
    frame = _episodes(records, short_breaks)
    frame = frame[frame["started"] <= when].drop_duplicates(_CHILD, keep="last")
    assumed = frame["end_rule"].isin(ASSUMED)
    said_open = assumed & (frame["ended"] == when) & (when.month == 3) & (when.day == 31)
    open_then = frame["ended"].isna() | (frame["ended"] > when) | said_open
    if not assumed_ends:
        open_then |= assumed
    return frame[open_then].reset_index(drop=True)


def care_by_year(records: StatutoryRecords) -> pd.DataFrame:
    """How many children were looked after, started and ceased, in each year that a return covers?

    Returns
    -------
    pd.DataFrame
        `year` (ending 31 March), `children_at_31_march`, `children_started`, `children_ceased`. A child counts once a
        year in each, as in the published figures.
    """
    periods = periods_of_care(records)
    rows = []
    for year in records.years("looked_after_episodes"):
        started = periods[_in_year(periods["started"], year)]
        ceased = periods[_in_year(periods["ended"], year)]
        rows.append(
            {
                "year": year,
                "children_at_31_march": len(looked_after_on(records, f"{year}-03-31")),
                "children_started": len(started[_CHILD].drop_duplicates()),
                "children_ceased": len(ceased[_CHILD].drop_duplicates()),
            }
        )
    return pd.DataFrame(rows, columns=["year", "children_at_31_march", "children_started", "children_ceased"])


def _in_year(days: pd.Series, year: int) -> pd.Series:
    """Return which days fall in the year ending 31 March, 1 April to 31 March both included."""
    return days.between(pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31))
