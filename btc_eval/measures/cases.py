"""Which cases were there, when did each become one of a child in need, and which was open on a day?

A child becomes **a child in need** on the day on which the first assessment of the referral is completed, or a
child-in-need plan starts, whichever is earlier, if the case is still open at the end of that day. Nothing later is
looked at: a case that an assessment closes was never in need, and one that closes a week afterwards was, for a week.

A referral without further action is over on its day, whatever the return says of its closing.
"""

from __future__ import annotations

import pandas as pd

from btc_eval.measures.days import NEVER, UNKNOWN, days_of
from btc_eval.measures.nearest import nearest
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords


def cases(records: StatutoryRecords) -> pd.DataFrame:
    """Which cases were there? Referrals with `until` (day of closing; the day of referral without further action)."""
    frame = statutory.referrals(records)
    acted = ~frame["no_further_action"].fillna(False).to_numpy(dtype=bool)
    return frame.assign(until=frame["closed"].where(acted, frame["referred"]), acted_on=acted)


def in_need(records: StatutoryRecords) -> pd.DataFrame:
    """When did each case become one of a child in need? Cases that did, with `in_need` (the day) and `until`."""
    frame = cases(records)
    keys = ["child_id", "referred"]
    assessed = records.table("cin_assessments").groupby(keys)["authorised"].min()
    planned = records.table("cin_plans").groupby(keys)["started"].min()
    told = frame[keys].merge(assessed.rename("assessed").reset_index(), how="left")
    told = told.merge(planned.rename("planned").reset_index(), how="left")
    frame["in_need"] = told[["assessed", "planned"]].min(axis=1).to_numpy()
    still_open = frame["until"].isna() | (frame["until"] > frame["in_need"])
    return frame[frame["acted_on"] & frame["in_need"].notna() & still_open]


def latest_case(records: StatutoryRecords, rows: pd.DataFrame) -> pd.DataFrame:
    """From which referral did each row's child come? `source` and `need` of the last one on or before the day.

    Only a case that is still open on the day counts, the day of its closing included; blank where there is none.
    """
    held = cases(records)
    known = pd.DataFrame(
        {
            "child_id": held["child_id"].astype("str"),
            "referred": days_of(held["referred"], missing=UNKNOWN),
            "until": days_of(held["until"], missing=NEVER),
            "source": held["source"].astype("object"),
            "need": held["need"].astype("object"),
        }
    )
    found = nearest(rows[["child_id", "day"]], known, on="day", day="referred")
    still = (found["until"] >= found["day"]).to_numpy()
    return pd.DataFrame({name: found[name].where(still).to_numpy() for name in ("source", "need")}, dtype="object")
