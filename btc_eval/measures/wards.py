"""How many referrals came from each ward in each month? From the returns, by where the child lived on the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords


@dataclass(frozen=True, slots=True)
class WardMonths:
    """Monthly counts of wards.

    Parameters
    ----------
    frame
        `ward_code`, `ward_name`, `month` (first day, included), `referrals`: every ward and month of the window, nought
        where no referral came; sorted by ward and month.
    placed, unplaced
        Referrals whose ward on the day is known, and those whose ward is not (they are in no row).
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    placed: int
    unplaced: int
    papers: Papers

    def __post_init__(self) -> None:
        if int(self.frame["referrals"].sum()) != self.placed:
            raise ValueError("the wards do not add up to the referrals that have a ward")

    def against(self, ward_code: str, others: list[str]) -> pd.DataFrame:
        """How does one ward move beside others taken together? Columns `month`, `ward`, `others`.

        Raises
        ------
        RefusedError
            Where a ward is not in the series, or is on both sides.
        """
        known = set(self.frame["ward_code"])
        odd = [code for code in [ward_code, *others] if code not in known]
        if odd or not others or ward_code in others:
            raise refuse(
                "wards",
                ", ".join(odd) or ward_code,
                found="a ward that is not in the series" if odd else "no other ward to compare with",
                allowed="codes of the series, the ward itself not among the others",
                do="Take the codes from the column ward_code.",
            )
        one = self.frame[self.frame["ward_code"] == ward_code].set_index("month")["referrals"]
        rest = self.frame[self.frame["ward_code"].isin(others)].groupby("month")["referrals"].sum()
        return pd.DataFrame({"ward": one, "others": rest}).reset_index()

    def years(self) -> pd.DataFrame:
        """How many referrals came from each ward in each year? Columns `ward_code`, `ward_name`, `year`, `n`."""
        year = self.frame["month"].dt.year + (self.frame["month"].dt.month >= 4)
        grouped = self.frame.assign(year=year).groupby(["ward_code", "ward_name", "year"])["referrals"].sum()
        return grouped.rename("n").reset_index()


def ward_referrals(records: StatutoryRecords, *, first: Any, last: Any) -> WardMonths:
    """How many referrals came from each ward in each month?

    Parameters
    ----------
    records
        Returns with the census of children in need, addresses and a ward look-up.
    first, last
        First and last month, both included, as "2016-04".

    Returns
    -------
    WardMonths
    """
    months = pd.date_range(f"{first}-01", f"{last}-01", freq="MS")
    events = statutory.referrals(records)[["council", "child_id", "referred"]]
    month = events["referred"].dt.to_period("M").dt.to_timestamp()
    events = events.assign(month=month)[month.between(months[0], months[-1])]
    placed = statutory.ward_on(records, events, day="referred")
    found = placed[placed["ward_reason"] == ""]
    names = records.table("ward_lookup").drop_duplicates("ward_code").set_index("ward_code")["ward_name"].sort_index()
    grid = pd.MultiIndex.from_product([names.index, months], names=["ward_code", "month"])
    counts = found.groupby(["ward_code", "month"]).size().reindex(grid, fill_value=0).rename("referrals").reset_index()
    frame = counts.assign(ward_name=counts["ward_code"].map(names))[["ward_code", "ward_name", "month", "referrals"]]
    papers = records.papers("cin_episodes", "addresses", "ward_lookup")
    return WardMonths(
        frame=frame,
        placed=len(found),
        unplaced=len(placed) - len(found),
        papers=papers.over(str(first), str(last)),
    )
