"""From the census to yearly counts: referrals, re-referrals, children in need, enquiries, conferences, plans.

Definitions
-----------
A **referral** is an episode's `referred`, whether or not anything followed. A **re-referral** comes within a year
of the same child's referral before it: on the day of the same date a year later it still does, on the day after no
more. A child is **in need on a day** if an episode, not of a referral without further action, started on or before it
and is not closed, or closes after it. A **conference** counts on its date, whether it followed an enquiry or a move
into the area; one date a child. A plan is **second or subsequent** if the return says that the child had one before.

References
----------
Department for Education, "Children in need census: guide", and the methodology of "Children in need".
"""

from __future__ import annotations

import pandas as pd

from btc_eval.records.statutory.records import StatutoryRecords

_CHILD = ["council", "child_id"]
COLUMNS = (
    "referrals",
    "re_referrals",
    "children_at_31_march",
    "section_47_enquiries",
    "conferences",
    "plans_started",
    "plans_at_31_march",
    "repeat_plans",
)


def referrals(records: StatutoryRecords) -> pd.DataFrame:
    """Which referrals were there, and which of them came back within twelve months?

    Returns
    -------
    pd.DataFrame
        The episodes of the census, sorted by child and referral, with `previous` (the child's referral before, if any)
        and `re_referral`.
    """
    frame = records.table("cin_episodes").sort_values([*_CHILD, "referred"], kind="stable", ignore_index=True)
    previous = frame.groupby(_CHILD, sort=False)["referred"].shift()
    again = frame["referred"] <= previous + pd.DateOffset(years=1)
    return frame.assign(previous=previous, re_referral=again & previous.notna())


def conferences(records: StatutoryRecords) -> pd.DataFrame:
    """Which initial protection conferences were held? `council`, `child_id`, `conference`: one row a child and date."""
    pieces = [records.table(name)[[*_CHILD, "conference"]] for name in ("section_47", "cin_episodes")]
    return pd.concat(pieces, ignore_index=True).dropna().drop_duplicates(ignore_index=True)


def in_need_on(records: StatutoryRecords, day: str | pd.Timestamp) -> pd.DataFrame:
    """Which children are in need on this day? Their episodes, one row a child; the day itself counts."""
    when = pd.Timestamp(day)
    frame = records.table("cin_episodes")
    open_then = (frame["referred"] <= when) & (frame["closed"].isna() | (frame["closed"] > when))
    acted_on = ~frame["no_further_action"].fillna(False).astype(bool)
    return frame[open_then & acted_on].drop_duplicates(_CHILD, keep="last").reset_index(drop=True)


def plans_on(records: StatutoryRecords, day: str | pd.Timestamp) -> pd.DataFrame:
    """Which children have a protection plan on this day? The plan in course, one row a child; the day itself counts."""
    when = pd.Timestamp(day)
    frame = records.table("protection_plans").sort_values("started", kind="stable")
    open_then = (frame["started"] <= when) & (frame["ended"].isna() | (frame["ended"] > when))
    return frame[open_then].drop_duplicates(_CHILD, keep="last").reset_index(drop=True)


def need_by_year(records: StatutoryRecords) -> pd.DataFrame:
    """How much happened in each year that a census covers?

    Returns
    -------
    pd.DataFrame
        `year` (ending 31 March) and one column for each of `COLUMNS`: counts of referrals, enquiries, conferences and
        plans in the year, 1 April to 31 March both included, and of children on its last day.
    """
    made = referrals(records)
    enquiries = records.table("section_47")
    plans = records.table("protection_plans")
    held = conferences(records)
    rows = []
    for year in records.years("cin_episodes"):
        first, last = pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31)
        of_year = made[made["referred"].between(first, last)]
        started = plans[plans["started"].between(first, last)]
        rows.append(
            {
                "year": year,
                "referrals": len(of_year),
                "re_referrals": int(of_year["re_referral"].sum()),
                "children_at_31_march": len(in_need_on(records, last)),
                "section_47_enquiries": int(enquiries["started"].between(first, last).sum()),
                "conferences": int(held["conference"].between(first, last).sum()),
                "plans_started": len(started),
                "plans_at_31_march": len(plans_on(records, last)),
                "repeat_plans": int((started["previous_plans"] > 0).sum()),
            }
        )
    return pd.DataFrame(rows, columns=["year", *COLUMNS])
