"""Measures: records made into series and panels, each with its papers."""

from __future__ import annotations

from btc_eval.measures.annual import AnnualPanel, annual, annual_of
from btc_eval.measures.care_beside import books
from btc_eval.measures.care_flows import CareFlows, care_flows
from btc_eval.measures.changes import as_far, changes, differences
from btc_eval.measures.cohort import cohort
from btc_eval.measures.cohort_result import Cohort
from btc_eval.measures.cohort_rule import (
    MISSING_EPISODES,
    PLAN_TO_CARE,
    RE_REFERRALS,
    RE_REFERRED,
    STAYED_CLOSED,
    STEPPED_DOWN,
    TO_CARE,
    TO_NEED,
    TO_PLAN,
    AtIndex,
    CohortRule,
    Count,
    Landmark,
    Outcome,
    TimeVarying,
    Washout,
    Where,
)
from btc_eval.measures.definitions import DEFINITIONS, Definition
from btc_eval.measures.event_counts import EventCounts, event_counts
from btc_eval.measures.events import Events, events
from btc_eval.measures.happenings import happenings
from btc_eval.measures.history import History
from btc_eval.measures.indicators import FOLLOWED_BY, watched
from btc_eval.measures.journey_stays import Stays, last_years, reaching, returning, stays
from btc_eval.measures.journeys import Journeys, journeys
from btc_eval.measures.monitoring import BLANKS as MONITORING_BLANKS
from btc_eval.measures.monitoring import monitoring_plan
from btc_eval.measures.monthly import MonthlySeries, monthly_referrals
from btc_eval.measures.quality import ledger, published_totals, reconciled
from btc_eval.measures.reach import GROUP_WORDS, Reach, reach
from btc_eval.measures.report_rules import COMPARED_ON, COMPARED_WORDS, ReportCohorts, report_cohorts, report_rule
from btc_eval.measures.reported import reported_totals
from btc_eval.measures.simulations import coverage, coverage_by_length
from btc_eval.measures.supplied import built_in, demonstration, made_up, returns
from btc_eval.measures.wards import WardMonths, ward_referrals
from btc_eval.measures.worked import Example, worked

__all__ = [
    "COMPARED_ON",
    "COMPARED_WORDS",
    "DEFINITIONS",
    "FOLLOWED_BY",
    "GROUP_WORDS",
    "MISSING_EPISODES",
    "MONITORING_BLANKS",
    "PLAN_TO_CARE",
    "RE_REFERRALS",
    "RE_REFERRED",
    "STAYED_CLOSED",
    "STEPPED_DOWN",
    "TO_CARE",
    "TO_NEED",
    "TO_PLAN",
    "AnnualPanel",
    "AtIndex",
    "CareFlows",
    "Cohort",
    "CohortRule",
    "Count",
    "Definition",
    "EventCounts",
    "Events",
    "Example",
    "History",
    "Journeys",
    "Landmark",
    "MonthlySeries",
    "Outcome",
    "Reach",
    "ReportCohorts",
    "Stays",
    "TimeVarying",
    "WardMonths",
    "Washout",
    "Where",
    "annual",
    "annual_of",
    "as_far",
    "books",
    "built_in",
    "care_flows",
    "changes",
    "cohort",
    "coverage",
    "coverage_by_length",
    "demonstration",
    "differences",
    "event_counts",
    "events",
    "happenings",
    "journeys",
    "last_years",
    "ledger",
    "made_up",
    "monitoring_plan",
    "monthly_referrals",
    "published_totals",
    "reach",
    "reaching",
    "reconciled",
    "report_cohorts",
    "report_rule",
    "reported_totals",
    "returning",
    "returns",
    "stays",
    "ward_referrals",
    "watched",
    "worked",
]
