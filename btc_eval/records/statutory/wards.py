"""In which ward did a child live on the day of an event? From the addresses of the case system and a ward look-up."""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.records.statutory.records import StatutoryRecords

#: Why a row has no ward, in words.
NO_ADDRESS = "no address on the day"
NO_WARD = "a postcode that the look-up does not have"


def ward_on(records: StatutoryRecords, events: pd.DataFrame, *, day: str) -> pd.DataFrame:
    """In which ward did each child live on the day of the event?

    An address holds from its start, included, to its end, not included; without an end it still holds. Of several that
    hold, the one that started last is taken. A postcode belongs to one ward, the one of the look-up.

    Parameters
    ----------
    records
        With `addresses` and `ward_lookup`.
    events
        One row an event, with `child_id` and the column named by `day`. It is not changed.
    day
        Name of the column of days.

    Returns
    -------
    pd.DataFrame
        The events in their order and index, with `ward_code`, `ward_name` (missing where not known) and `ward_reason`
        (blank where known).

    Raises
    ------
    RefusedError
        Where a column is missing.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> records = statutory.read("tests/data/statutory/case_system")
    >>> placed = statutory.ward_on(records, records.table("early_help_episodes"), day="started")
    >>> placed["ward_name"].iloc[0]
    'Bidston and St James'
    """
    absent = [name for name in ("child_id", day) if name not in events]
    if absent:
        raise refuse(
            "wards.ward_on",
            "events",
            found=f"no column {', '.join(absent)}",
            allowed="child_id and the column of days that `day` names",
            do="Name a column of the frame.",
        )
    wards = records.table("ward_lookup")[["postcode", "ward_code", "ward_name"]]
    found = _address_on(records, events, day).merge(wards, on="postcode", how="left").set_index("_row")
    found = found.reindex(range(len(events)))
    reason = pd.Series("", index=found.index).mask(found["ward_code"].isna(), NO_WARD)
    reason = reason.mask(found["postcode"].isna(), NO_ADDRESS)
    return events.assign(
        ward_code=found["ward_code"].to_numpy(), ward_name=found["ward_name"].to_numpy(), ward_reason=reason.to_numpy()
    )


def _address_on(records: StatutoryRecords, events: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return `_row` (place of the event) and the postcode of the address that held on its day."""
    homes = records.table("addresses")[["child_id", "started", "ended", "postcode"]].dropna(subset=["postcode"])
    asked = pd.DataFrame(
        {"_row": range(len(events)), "child_id": events["child_id"].to_numpy(), "_day": events[day].to_numpy()}
    ).dropna()
    pairs = asked.merge(homes, on="child_id")
    holds = (pairs["started"] <= pairs["_day"]) & (pairs["ended"].isna() | (pairs["ended"] > pairs["_day"]))
    latest = pairs[holds].sort_values(["_row", "started"], kind="stable").drop_duplicates("_row", keep="last")
    return latest[["_row", "postcode"]]
