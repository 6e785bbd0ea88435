"""Which cohorts does the report follow? Rules that end where the returns end, each written once for page and tests."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.cohort import cohort
from btc_eval.measures.cohort_result import Cohort
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
from btc_eval.measures.reach import GROUP_WORDS, said
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

#: In words, the outcomes of children referred, in the order in which the page tells them; then of the other cohorts.
REFERRED_WORDS = {
    "Referred again": "re_referral",
    "Became a child in need": "child_in_need",
    "Put on a protection plan": "protection_plan",
    "Started to be looked after": "looked_after",
}
PLANNED_WORDS, CLOSED_WORDS = "On a plan: plan ended, not in care", "Case closed: referred again"

#: What groups are made alike on: known on the day of entry, and recorded for nearly every child.
COMPARED_ON = (
    "age_band", "sex", "ethnicity_group", "disabled", "need", "source_group", "locality", "deprivation",
    "prior_referrals", "prior_plan", "prior_care", "early_help_before", "disadvantage",
)  # fmt: skip

#: Words for them, for those by which children are told apart elsewhere the same.
COMPARED_WORDS = {
    **GROUP_WORDS,
    "source_group": "Who referred",
    "deprivation": "How deprived the ward is",
    "prior_referrals": "Earlier referrals",
    "prior_plan": "An earlier plan",
    "prior_care": "Earlier care",
    "early_help_before": "Early help before",
}


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
    entry, until = f"{last.date()}", f"{end.date()}"
    if which == "referred":
        return CohortRule(
            name="children referred, for the first time in a year", entry="referral", first=BEGAN, last=entry,
            cut_off=until, washout=(Washout("referral", WASHOUT_DAYS),), exposure=Landmark(LANDMARK_DAYS),
            outcomes=(*WITHIN_A_YEAR, LOOKED_AFTER),
        )  # fmt: skip
    if which == "on a plan":
        return CohortRule(
            name="children on a protection plan", entry="protection plan", first=BEGAN, last=entry, cut_off=until,
            exposure=Landmark(LANDMARK_DAYS), outcomes=(STEPPED_DOWN_IN_A_YEAR,),
        )  # fmt: skip
    if which == "closed":
        return CohortRule(
            name="children whose case closed", entry="case closed", first=BEGAN, last=entry, cut_off=until,
            exposure=AtIndex(), outcomes=(OPENED_AGAIN,),
        )  # fmt: skip
    return CohortRule(
        name="children on a protection plan, while it lasts", entry="protection plan", first=BEGAN, last=entry,
        cut_off=until, which="every", exposure=TimeVarying(), outcomes=(PLAN_TO_CARE,),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ReportCohorts:
    """The cohorts of the report, each by its own rule: see `report_rule`. They hold children and are never shown."""

    referred: Cohort
    planned: Cohort
    closed: Cohort

    @property
    def papers(self) -> Papers:
        """Provenance, sources and window of all of them."""
        return self.referred.papers.joined(self.planned.papers).joined(self.closed.papers)

    def followed(self) -> dict[str, pd.DataFrame]:
        """Who was at risk of what, and what came of them? By the outcome's words, ready for `cohort.compare_each`."""
        told = {words: self.referred.follow_up(name) for words, name in REFERRED_WORDS.items()}
        told[PLANNED_WORDS] = self.planned.follow_up(STEPPED_DOWN_IN_A_YEAR.name)
        told[CLOSED_WORDS] = self.closed.follow_up(OPENED_AGAIN.name)
        return {words: frame.assign(disabled=said(frame["disabled"])) for words, frame in told.items()}


def report_cohorts(records: StatutoryRecords) -> ReportCohorts:
    """Which children does the report follow, from referral, from a plan, and from the closing of a case?

    Raises
    ------
    RefusedError
        As `report_rule` and `measures.cohort`.
    """
    return ReportCohorts(
        *(cohort(records, report_rule(which, records)) for which in ("referred", "on a plan", "closed"))
    )
