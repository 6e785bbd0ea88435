"""Which cohorts does the report follow? Rules that end where the returns end, each written once for page and tests."""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.cohort_rule import (
    ENDINGS,
    PLAN_TO_CARE,
    AtIndex,
    CohortRule,
    Landmark,
    Outcome,
    TimeVarying,
    Washout,
)
from btc_eval.records.statutory import StatutoryRecords

#: The first day on which the programme could reach anybody.
BEGAN = "2021-10-01"
#: Days from referral, or from the start of a plan, to the day on which it is asked who is on the register.
LANDMARK_DAYS = 90
#: Days without a referral before the one that counts.
WASHOUT_DAYS = 365

WITHIN_A_YEAR = (
    Outcome("re_referral", "referral", ENDINGS, within_years=1),
    Outcome("child_in_need", "child in need", ENDINGS, within_years=1),
    Outcome("protection_plan", "protection plan", ENDINGS, within_years=1),
    Outcome("looked_after", "start of care", ENDINGS, within_years=1),
)
STEPPED_DOWN_IN_A_YEAR = Outcome("stepped_down", "stepped down", ("start of care", *ENDINGS), within_years=1)
OPENED_AGAIN = Outcome("opened_again", "referral", ENDINGS, within_years=1)
LOOKED_AFTER = Outcome("care", "start of care", ENDINGS)


def report_rule(which: str, records: StatutoryRecords) -> CohortRule:
    """Which cohort is this? A rule whose follow-up ends where the returns end, and whose entry a year before that.

    Parameters
    ----------
    which
        "referred": first referral in a year; on the register by ninety days after or not; a year from then.
        "on a plan": a protection plan; the same.
        "closed": a case that closes; on the register by that day or not; a year from then.
        "from plan to care": a protection plan; followed while it lasts; on the register from its day on.
    records
        The returns.

    Raises
    ------
    RefusedError
        For another name, and for returns that end before anybody could be followed for a year.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> returns = statutory.made_up({"cin_episodes": [{"child_id": "Ana", "referred": "2024-05-01"}]}, years=[2025])
    >>> rule = report_rule("referred", returns)
    >>> rule.last, rule.cut_off
    ('2024-01-01', '2025-03-31')
    """
    known = ("referred", "on a plan", "closed", "from plan to care")
    if which not in known:
        raise refuse("report_rule", "which", found=repr(which), allowed=", ".join(known), do="Name one of these.")
    year = max(records.years("cin_episodes"), default=0)
    end = pd.Timestamp(max(year, 1900), 3, 31)
    ahead = LANDMARK_DAYS if which in ("referred", "on a plan") else 0
    last = end - pd.DateOffset(years=1) - pd.Timedelta(days=ahead)
    last = end - pd.Timedelta(days=1) if which == "from plan to care" else last
    if last < pd.Timestamp(BEGAN):
        raise refuse(
            f"cohort {which!r}", "returns", found=f"a last return for the year {year}",
            allowed="returns that reach a year beyond the first entries", do="Supply a later year.",
        )  # fmt: skip
    days = {"first": BEGAN, "last": f"{last.date()}", "cut_off": f"{end.date()}"}
    if which == "referred":
        return CohortRule(
            name="children referred, for the first time in a year", entry="referral", **days,
            washout=(Washout("referral", WASHOUT_DAYS),), exposure=Landmark(LANDMARK_DAYS),
            outcomes=(*WITHIN_A_YEAR, LOOKED_AFTER),
        )  # fmt: skip
    if which == "on a plan":
        return CohortRule(
            name="children on a protection plan", entry="protection plan", **days, exposure=Landmark(LANDMARK_DAYS),
            outcomes=(STEPPED_DOWN_IN_A_YEAR,),
        )  # fmt: skip
    if which == "closed":
        return CohortRule(
            name="children whose case closed", entry="case closed", **days, exposure=AtIndex(), outcomes=(OPENED_AGAIN,)
        )
    return CohortRule(
        name="children on a protection plan, while it lasts", entry="protection plan", which="every", **days,
        exposure=TimeVarying(), outcomes=(PLAN_TO_CARE,),
    )  # fmt: skip
