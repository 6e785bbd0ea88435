"""The Children in need publication: its tables, and every name their columns have had since the 2013 series began.

The census counts years ending 31 March. Councils' counts are exact, regions and England are rounded to 10, counts of
1 to 5 are held back. Rates are left out: they change with every revision of the population, and are computed from
the compiled count and population where they are used.
"""

from __future__ import annotations

from btc_eval.records import need_columns
from btc_eval.records.publications import CHILDREN_IN_NEED, POPULATION
from btc_eval.records.spec import Compiled, Filter, Indicator, Spec, Sum

MONTHS = (
    "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "january", "february", "march",
)  # fmt: skip

TABLES = (
    Compiled("monthly_referrals", "Referrals to children's social care by month", broad=True),
    Compiled("referrals", "Referrals and re-referrals", broad=True),
    Compiled("children_in_need", "Children in need", broad=True),
    Compiled("child_protection_enquiries", "Section 47 enquiries and initial child protection conferences", broad=True),
    Compiled("protection_plans", "Child protection plans", broad=True),
    Compiled("repeat_plans", "Child protection plans that were a second or subsequent plan", broad=True),
    Compiled("plan_reviews", "Child protection plans reviewed in time", broad=True),
    Compiled("plan_duration", "Child protection plans at 31 March by time open", broad=True),
    Compiled("assessments", "Assessments completed and working days taken"),
    Compiled("assessment_factors", "Factors identified at the end of assessment", broad=True),
    Compiled("plan_categories", "Child protection plans started by initial category of abuse", broad=True),
    Compiled("recorded_disability", "Children in need at 31 March with a disability recorded", broad=True),
    Compiled("referral_sources", "Referrals by source"),
    Compiled("primary_need", "Children in need at 31 March by primary need"),
    Compiled("need_plans", "Child in need plans"),
    Compiled("population", "Children aged 0 to 17", broad=True, year="mid-year (30 June)"),
)


def _count(measure: str, *names: str, optional: bool = False) -> Indicator:
    return Indicator(measure, names, optional=optional)


def _named(prefix: str, published: dict[str, str]) -> tuple[Indicator, ...]:
    return tuple(Indicator(f"{prefix} / {ours}", (name,)) for ours, name in published.items())


def _children_in_need(
    source: str,
    table: str,
    *,
    file_name: str,
    category: str,
    indicators: tuple[Indicator, ...],
    sums: tuple[Sum, ...] = (),
    national: tuple[str, ...] = (),
    sister: tuple[str, ...] = (),
) -> Spec:
    """Build one table of the publication: all share their keys, their years and their rounding."""
    return Spec(
        source=source,
        publication=CHILDREN_IN_NEED,
        table=table,
        file_name=file_name,
        layout="wide",
        indicators=indicators,
        mark=("category", category),
        sister=sister,
        sums=sums,
        national=national,
    )


def _parts(indicators: tuple[Indicator, ...]) -> tuple[str, ...]:
    return tuple(indicator.measure for indicator in indicators)


_SOURCE_COLUMNS = _named("referrals / source", need_columns.SOURCES)
_NEED_COLUMNS = _named("children at 31 March / primary need", need_columns.NEEDS)
_OPEN_COLUMNS = _named("plans at 31 March / time open", need_columns.OPEN_FOR)
_DAY_COLUMNS = _named("assessments / working days", need_columns.DAYS)
_CONFERENCE_COLUMNS = _named("conferences / working days", need_columns.CONFERENCE_DAYS)
_CATEGORY_COLUMNS = _named("plans started / initial category", need_columns.CATEGORIES)
_YEARS = r"_20\d\d_to_20\d\d.*\.csv"

SPECS = (
    _children_in_need(
        "c6 Referrals by month",
        "monthly_referrals",
        file_name="c6_children_in_need_referrals_by_month" + _YEARS,
        category="Month of referral",
        indicators=(
            _count("referrals", "referral_count", "Referrals"),
            *(_count(month, month.capitalize()) for month in MONTHS),
        ),
        sums=(Sum("referrals", MONTHS),),
        national=("referrals",),
    ),
    _children_in_need(
        "c1 Referrals and re-referrals",
        "referrals",
        file_name="c1_children_in_need_referrals_and_rereferrals" + _YEARS,
        category="Referrals and Re-referrals",
        indicators=(
            _count("referrals", "referral_count", "Referrals"),
            _count("children_referred", "referral_child_count", "Referrals_child"),
            _count("re_referrals", "rereferral_count", "Re_referrals"),
            _count("no_further_action", "no_further_action_count", "No_Further_Action"),
            _count("assessed_not_in_need", "not_in_need_count", "Not_in_Need"),
        ),
        sums=(
            Sum("referrals", ("re_referrals",), exact=False),
            Sum("referrals", ("no_further_action",), exact=False),
            Sum("referrals", ("children_referred",), exact=False),
        ),
        national=("referrals", "re_referrals"),
    ),
    _children_in_need(
        "b1 Children in need",
        "children_in_need",
        file_name="b1_children_in_need" + _YEARS,
        category="Children in Need",
        indicators=(
            _count("episodes_in_year", "Anypoint_episodes"),
            _count("children_in_year", "Anypoint_child"),
            _count("episodes_started", "Started_episodes"),
            _count("children_started", "Started_child"),
            _count("episodes_ended", "Ended_episodes"),
            _count("children_ended", "Ended_child"),
            _count("children_at_31_march", "At31_episodes"),
            _count("awaiting_assessment", "awaiting_assessment", "Awaiting_assessment"),
        ),
        sums=(
            Sum("episodes_in_year", ("episodes_started",), exact=False),
            Sum("episodes_in_year", ("episodes_ended",), exact=False),
            Sum("episodes_in_year", ("children_at_31_march",), exact=False),
        ),
        national=("children_at_31_march", "episodes_started"),
    ),
    _children_in_need(
        "c4 Section 47 enquiries and initial child protection conferences",
        "child_protection_enquiries",
        file_name="c4_children_in_need_section_47s_and_icpcs" + _YEARS,
        category="Section 47s and Initial Child Protection Conferences",
        indicators=(
            _count("section_47_enquiries", "Section47"),
            _count("section_47_children", "Section47_child"),
            _count("conferences", "ICPC"),
            _count("conference_children", "ICPC_child"),
            *_CONFERENCE_COLUMNS,
        ),
        sums=(Sum("conferences", _parts(_CONFERENCE_COLUMNS), exact=False),),
        national=("section_47_enquiries", "conferences"),
    ),
    _children_in_need(
        "d1 Child protection plans",
        "protection_plans",
        file_name="d1_child_protection_plans" + _YEARS,
        category="Child Protection Plans",
        indicators=(
            _count("plans_started", "CPP_start"),
            _count("plans_ended", "CPP_end"),
            _count("plans_in_year", "CPP_anypoint"),
            _count("plans_at_31_march", "CPP_At31"),
        ),
        sums=(
            Sum("plans_in_year", ("plans_started",), exact=False),
            Sum("plans_in_year", ("plans_ended",), exact=False),
        ),
        national=("plans_started", "plans_at_31_march"),
    ),
    _children_in_need(
        "d3 Second or subsequent child protection plans",
        "repeat_plans",
        file_name="d3_cpps_subsequent_plan" + _YEARS,
        category="Child Protection Plans which are a second or subsequent plan",
        indicators=(_count("plans_started", "CPP_start"), _count("repeat_plans", "CPP_subsequent")),
        sums=(Sum("plans_started", ("repeat_plans",), exact=False),),
        national=("plans_started",),
    ),
    _children_in_need(
        "d6 Child protection plans reviewed within timescales",
        "plan_reviews",
        file_name="d6_cpps_reviewed_within_timescales" + _YEARS,
        category="Child Protection Plans reviewed within timescales",
        indicators=(
            _count("plans_due_a_review", "CPP_At31_3Months"),
            _count("plans_reviewed_in_time", "Reviewed_within_timescales"),
        ),
        sums=(Sum("plans_due_a_review", ("plans_reviewed_in_time",), exact=False),),
        national=("plans_due_a_review",),
    ),
    _children_in_need(
        "d5 Child protection plans at 31 March by duration",
        "plan_duration",
        file_name="d5_cpps_at31march_by_duration" + _YEARS,
        category="Child Protection Plans by length of time",
        indicators=(_count("plans_at_31_march", "CPP_At31"), *_OPEN_COLUMNS),
        sums=(Sum("plans_at_31_march", _parts(_OPEN_COLUMNS)),),
        national=("plans_at_31_march",),
    ),
    _children_in_need(
        "c2 Assessments and their duration",
        "assessments",
        file_name="c2_children_in_need_assessments_duration" + _YEARS,
        category="Duration of assessment",
        indicators=(_count("assessments", "Assessments_completed"), *_DAY_COLUMNS),
        sums=(Sum("assessments", _parts(_DAY_COLUMNS), exact=False),),
        national=("assessments",),
    ),
    _children_in_need(
        "c3 Factors identified at the end of assessment",
        "assessment_factors",
        file_name="c3_factors_identified_at_end_of_assessment" + _YEARS,
        category="Factors identified at the end of assessment",
        indicators=(
            _count("episodes_with_a_factor", "Episodes_with_assessment_factor"),
            *_named("episodes / factor", need_columns.FACTORS),
        ),
    ),
    _children_in_need(
        "d2 Child protection plans starting by category of abuse",
        "plan_categories",
        file_name="d2_cpps_starting_by_category_of_abuse" + _YEARS,
        category="Child Protection Plans by Initial and Latest Category of Abuse",
        indicators=(_count("plans_started", "CPP_start"), *_CATEGORY_COLUMNS),
        # Two plans in Wakefield in 2016 carry no category.
        sums=(Sum("plans_started", _parts(_CATEGORY_COLUMNS), exact=False),),
        national=("plans_started",),
        # The children on a plan at 31 March are published under the same mark, in d4.
        sister=("CPP_At31",),
    ),
    _children_in_need(
        "b2 Children in need with a recorded disability",
        "recorded_disability",
        file_name="b2_children_in_need_recorded_disability" + _YEARS,
        category="Recorded disability",
        indicators=(
            _count("children_at_31_march", "At31_episodes"),
            _count("disability_recorded", "At31_episodes_disability_recorded"),
        ),
        sums=(Sum("children_at_31_march", ("disability_recorded",), exact=False),),
        national=("children_at_31_march",),
    ),
    _children_in_need(
        "c5 Referrals by source",
        "referral_sources",
        file_name="c5_children_in_need_referrals_by_source" + _YEARS,
        category="Source of referral",
        indicators=(_count("referrals", "referral_count", "Referrals"), *_SOURCE_COLUMNS),
        sums=(Sum("referrals", _parts(_SOURCE_COLUMNS), exact=False),),
        national=("referrals",),
    ),
    _children_in_need(
        "b3 Children in need by primary need",
        "primary_need",
        file_name="b3_cin_primary_need" + _YEARS,
        category="Primary need at assessment",
        indicators=(_count("children_at_31_march", "At31_episodes"), *_NEED_COLUMNS),
        sums=(Sum("children_at_31_march", _parts(_NEED_COLUMNS), exact=False),),
        national=("children_at_31_march",),
    ),
    _children_in_need(
        "b7 Child in need plans",
        "need_plans",
        file_name="b7_child_in_need_plans" + _YEARS,
        category="CIN Plans",
        indicators=(
            _count("plans_started", "CINPlan_start"),
            _count("plans_ended", "CINPlan_end"),
            _count("plans_in_year", "CINPlan_anypoint"),
            _count("plans_at_31_march", "CINPlan_At31"),
        ),
        national=("plans_started",),
    ),
    Spec(
        source="Mid-year population estimates",
        publication=POPULATION,
        table="population",
        file_name="ons_mid-year_population_estimates" + _YEARS,
        layout="wide",
        indicators=(_count("children_0_to_17", "population_estimate"),),
        filters=(Filter("age_group", ("age_group",)),),
        mark=("age_group", "Children aged 0 to 17 years"),
        national=("children_0_to_17",),
        rounded_to=1,
    ),
)
