"""What is each annual measure? Its parts, its denominator and its unit, in one list.

A rate is computed from a count and a population, never copied: published rates are rounded, and those of a year
change with each revision of the population. The population of the June before is the denominator, as the publisher's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: A denominator that is not in the table itself: children aged 0 to 17 at the mid-year before the year ends.
POPULATION = "population"


@dataclass(frozen=True, slots=True)
class Definition:
    """How an annual measure is made.

    Parameters
    ----------
    name, title, unit
        Its name in code, on a page, and the unit of its values.
    table
        The compiled table.
    parts
        Measures added up for the numerator.
    over
        Measures added up for the denominator, `("population",)` for children aged 0 to 17, or empty for none.
    per
        What the ratio is multiplied by.
    breakdown, category
        Where the numerator is one category of a breakdown.
    later
        Measure of the same name and unit in the Interactive Tool's table of child protection, taken as printed for
        years after the last one of `table`.
    """

    name: str
    title: str
    unit: str
    table: str
    parts: tuple[str, ...]
    over: tuple[str, ...] = ()
    per: float = 1.0
    breakdown: str = ""
    category: str = ""
    later: str = ""


def said(definition: Definition) -> str:
    """How is this measure made, in one line?

    Examples
    --------
    >>> said(DEFINITIONS["re_referral_percent"])
    'referrals: re_referrals / referrals x 100 (% of referrals)'
    """
    under = f" / {' + '.join(definition.over)}" if definition.over else ""
    per = f" x {definition.per:g}" if definition.per != 1 else ""
    among = f", {definition.breakdown} {definition.category!r}" if definition.breakdown else ""
    later = f", later years {LATER_TABLE} {definition.later}" if definition.later else ""
    return f"{definition.table}: {' + '.join(definition.parts)}{among}{under}{per}{later} ({definition.unit})"


def _count(name: str, title: str, unit: str, table: str, part: str, *, later: str = "") -> Definition:
    return Definition(name, title, unit, table, (part,), later=later)


def _rate(name: str, title: str, table: str, part: str, *, later: str = "") -> Definition:
    return Definition(name, title, "per 10,000 children", table, (part,), (POPULATION,), 10_000.0, later=later)


def _percent(name: str, title: str, unit: str, table: str, part: str, over: str, *, later: str = "") -> Definition:
    return Definition(name, title, unit, table, (part,), (over,), 100.0, later=later)


#: The Interactive Tool prints figures of years that the publication's own tables, as held, do not reach.
LATER_TABLE = "child_protection_tool"


def _published(name: str, title: str, unit: str, table: str) -> Definition:
    return Definition(name, title, unit, table, (name,))


def _all() -> Iterable[Definition]:
    yield _count("population", "Children aged 0 to 17", "children", "population", "children_0_to_17")
    yield _count("referrals", "Referrals", "referrals a year", "referrals", "referrals")
    yield _rate("referral_rate", "Referrals", "referrals", "referrals")
    yield _percent(
        "re_referral_percent",
        "Re-referrals within 12 months",
        "% of referrals",
        "referrals",
        "re_referrals",
        "referrals",
    )
    yield _percent(
        "no_further_action_percent", "Referrals with no further action", "% of referrals", "referrals",
        "no_further_action", "referrals",
    )  # fmt: skip
    yield _percent(
        "not_in_need_percent", "Referrals assessed as not in need", "% of referrals", "referrals",
        "assessed_not_in_need", "referrals",
    )  # fmt: skip
    yield _count(
        "children_in_need", "Children in need at 31 March", "children", "children_in_need", "children_at_31_march"
    )
    yield _rate("children_in_need_rate", "Children in need at 31 March", "children_in_need", "children_at_31_march")
    enquiries = "child_protection_enquiries"
    yield _count("section_47_enquiries", "Section 47 enquiries", "enquiries a year", enquiries, "section_47_enquiries")
    yield _rate("section_47_rate", "Section 47 enquiries", enquiries, "section_47_enquiries", later="section_47_rate")
    yield _rate("conference_rate", "Initial child protection conferences", enquiries, "conferences")
    plans = "protection_plans"
    yield _count(
        "protection_plans", "Child protection plans at 31 March", "plans", plans, "plans_at_31_march",
        later="plans_at_31_march",
    )  # fmt: skip
    yield _rate(
        "protection_plan_rate", "Child protection plans at 31 March", plans, "plans_at_31_march",
        later="protection_plan_rate",
    )  # fmt: skip
    yield _count("protection_plans_started", "Child protection plans started", "plans a year", plans, "plans_started")
    yield _rate("protection_plan_start_rate", "Child protection plans started", plans, "plans_started")
    yield _percent(
        "repeat_plan_percent", "Plans that were a second or later plan", "% of plans started", "repeat_plans",
        "repeat_plans", "plans_started",
    )  # fmt: skip
    yield _percent(
        "plan_review_percent", "Plans reviewed in time", "% of plans due a review", "plan_reviews",
        "plans_reviewed_in_time", "plans_due_a_review", later="plan_review_percent",
    )  # fmt: skip
    yield Definition(
        "plan_two_years_percent", "Plans open for two years or more", "% of plans at 31 March", "plan_duration",
        ("plans at 31 March",), ("plans_at_31_march",), 100.0, breakdown="time open", category="2 years or more",
    )  # fmt: skip
    yield from _looked_after()
    yield _percent(
        "three_or_more_placements_percent", "Children with three or more placements in the year",
        "% of children looked after at 31 March", "looked_after_tool", "three_or_more_placements",
        "children_at_31_march",
    )  # fmt: skip
    yield from _as_published()
    early = ("spend_family_support", "spend_early_years", "spend_young_people")
    late = ("spend_looked_after", "spend_safeguarding")
    yield Definition(
        "early_spend_percent",
        "Early help, early years and young people's services",
        "% of that spend and of spend on safeguarding and children looked after",
        "spend",
        early,
        (*early, *late),
        100.0,
    )


def _looked_after() -> Iterable[Definition]:
    for name, part, title in (
        ("looked_after", "children_at_31_march", "Children looked after at 31 March"),
        ("looked_after_started", "children_started", "Children starting to be looked after"),
        ("looked_after_ceased", "children_ceased", "Children ceasing to be looked after"),
    ):
        unit = "children" if name == "looked_after" else "children a year"
        yield _count(name, title, unit, "looked_after", part)
        yield Definition(
            f"{name}_rate", title, "per 10,000 children", "looked_after", (part,), ("population",), 10_000.0
        )


def _as_published() -> Iterable[Definition]:
    for name, title, unit, table in (
        ("special_guardianship_percent", "Leaving care under a special guardianship order",
         "% of those leaving in the year", "looked_after_tool"),
        ("three_or_more_social_workers_percent", "Children in care with three or more social workers in the year",
         "% of children looked after at 31 March", "looked_after_tool"),
        ("review_at_2_percent", "Children reviewed at 2 to 2½ years", "% of children", "early_years"),
        ("two_year_offer_percent", "Two-year-olds in funded early education", "% of those eligible", "early_years"),
        ("good_development_percent", "Good level of development at 5", "% of children", "early_years"),
        ("absence_percent", "School absence", "% of sessions", "attendance"),
        ("absence_primary_percent", "Primary school absence", "% of sessions", "attendance"),
        ("absence_secondary_percent", "Secondary school absence", "% of sessions", "attendance"),
        ("persistent_absence_percent", "Persistent absence", "% of pupils", "attendance"),
        ("permanent_exclusions_percent", "Permanent exclusions", "per 100 pupils", "attendance"),
        ("suspensions_percent", "Suspensions", "per 100 pupils", "attendance"),
        ("not_in_education_percent", "Young people not in education, employment or training",
         "% of 16 and 17 year olds", "young_people"),
        ("not_in_education_or_not_known_percent", "Not in education or work, or not known", "% of 16 and 17 year olds",
         "young_people"),
        ("children_low_income_percent", "Children in low-income families", "% of children", "low_income"),
        ("agency_percent", "Agency social workers", "% of social workers", "workforce"),
        ("vacancy_percent", "Social worker vacancies", "% of posts", "workforce"),
        ("turnover_percent", "Social worker turnover", "% of social workers", "workforce"),
        ("caseload", "Cases a social worker", "cases", "workforce"),
        ("spend_total", "Spend on children's and young people's services", "£ gross, prices of the year", "spend"),
        ("spend_looked_after", "Spend on children looked after", "£ gross, prices of the year", "spend"),
        ("spend_safeguarding", "Spend on safeguarding", "£ gross, prices of the year", "spend"),
        ("spend_family_support", "Spend on family support", "£ gross, prices of the year", "spend"),
        ("spend_early_years", "Spend on children's centres and early years", "£ gross, prices of the year", "spend"),
        ("spend_young_people", "Spend on services for young people", "£ gross, prices of the year", "spend"),
        ("spend_youth_justice", "Spend on youth justice", "£ gross, prices of the year", "spend"),
        ("weekly_cost_looked_after", "Cost of a week of being looked after", "£, prices of the year", "spend"),
        ("weekly_cost_residential", "Cost of a week in residential care", "£, prices of the year", "spend"),
    ):  # fmt: skip
        yield _published(name, title, unit, table)


DEFINITIONS: dict[str, Definition] = {definition.name: definition for definition in _all()}
