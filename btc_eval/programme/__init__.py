"""Floor 2: what the council's papers state about the programme, as typed records with document and paragraph.

    >>> from btc_eval import programme
    >>> hubs = programme.hubs()
    >>> len(hubs)
    12
    >>> hubs.where(locality="North Wirral").frame()["name"].tolist()[0]
    'Eastway Primary School'

Each function returns `Facts`: iterate over them, take one by its id, choose with `.where(...)`, count with
`.count(column)`, lay them out with `.frame()`, and hand `.papers` to `disclosure.control`. Files are read once, all
of them checked together; a fault in any file is refused with its line.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from btc_eval.programme import load as _load
from btc_eval.programme.appraisal import (
    Claim,
    Commitment,
    Indicator,
    InspectionFinding,
    Outcome,
    Priority,
    Question,
    Risk,
    Theme,
)
from btc_eval.programme.calendar import hub_dates, schedule, schedule_precision
from btc_eval.programme.facts import Facts
from btc_eval.programme.plan_tables import checklist, framework_matrix, readiness_by_weakness, reporting_tally
from btc_eval.programme.planning import CheckItem, Grading, Guideline, Readiness, Step
from btc_eval.programme.schema import (
    Aim,
    Disadvantage,
    Document,
    Event,
    Funding,
    Hub,
    Item,
    OfferElement,
    Partner,
    PracticeElement,
    Project,
    Resource,
    Role,
    Stage,
    Team,
    Training,
    Ward,
)
from btc_eval.programme.summaries import (
    answers,
    chain,
    claim_numbers,
    figures_by_kind,
    lessons,
    outcomes_by_priority,
    plan_by_priority,
    roles_by_phase,
)

__all__ = [
    "Facts",
    "aims",
    "answers",
    "chain",
    "check",
    "checklist",
    "checklists",
    "cited",
    "claim_numbers",
    "claims",
    "commitments",
    "disadvantages",
    "documents",
    "events",
    "figures_by_kind",
    "framework_matrix",
    "funding",
    "gradings",
    "guidelines",
    "hub_dates",
    "hubs",
    "indicators",
    "inspections",
    "items",
    "known_ids",
    "lessons",
    "offer",
    "outcomes",
    "outcomes_by_priority",
    "partners",
    "plan_by_priority",
    "practice",
    "priorities",
    "projects",
    "questions",
    "readiness",
    "readiness_by_weakness",
    "reporting_tally",
    "resources",
    "risks",
    "roles",
    "roles_by_phase",
    "schedule",
    "schedule_precision",
    "steps",
    "teams",
    "themes",
    "theory",
    "training",
    "wards",
]


def documents() -> Facts[Document]:
    """Which documents do the facts come from, and which are referred to but were not seen?"""
    return cast(Facts[Document], _load.facts("documents"))


def events() -> Facts[Event]:
    """What happened when, and what else happened that could explain a change? In order of date."""
    return cast(Facts[Event], _load.facts("events"))


def projects() -> Facts[Project]:
    """Which were the programme's eight projects?"""
    return cast(Facts[Project], _load.facts("projects"))


def teams() -> Facts[Team]:
    """Which teams of several professions exist, and which are promised?"""
    return cast(Facts[Team], _load.facts("teams"))


def hubs() -> Facts[Hub]:
    """Which are the twelve Family Hubs, in which locality, in whose building?"""
    return cast(Facts[Hub], _load.facts("hubs"))


def wards() -> Facts[Ward]:
    """Which are Wirral's wards, how many children live in each, and how deprived is it?"""
    return cast(Facts[Ward], _load.facts("wards"))


def partners() -> Facts[Partner]:
    """Which organisations support the hubs without being one?"""
    return cast(Facts[Partner], _load.facts("partners"))


def training() -> Facts[Training]:
    """What is everybody who works in a hub to be trained in?"""
    return cast(Facts[Training], _load.facts("training"))


def roles() -> Facts[Role]:
    """Who is to work in the teams, and in which phase do they come?"""
    return cast(Facts[Role], _load.facts("roles"))


def offer() -> Facts[OfferElement]:
    """What are the ten elements of the Childhood Offer?"""
    return cast(Facts[OfferElement], _load.facts("offer"))


def practice() -> Facts[PracticeElement]:
    """What are the six elements of relationship-based practice?"""
    return cast(Facts[PracticeElement], _load.facts("practice"))


def aims() -> Facts[Aim]:
    """Which wider aims do the papers say their work serves?"""
    return cast(Facts[Aim], _load.facts("aims"))


def disadvantages() -> Facts[Disadvantage]:
    """Which troubles was the programme for, and which of them do published figures count?"""
    return cast(Facts[Disadvantage], _load.facts("disadvantages"))


def resources() -> Facts[Resource]:
    """Which online resources are staff to use with families?"""
    return cast(Facts[Resource], _load.facts("resources"))


def funding() -> Facts[Funding]:
    """Which sums of money do papers name, and were they the programme's own?"""
    return cast(Facts[Funding], _load.facts("funding"))


def themes() -> Facts[Theme]:
    """What was tried and learned, and how strong is the evidence?"""
    return cast(Facts[Theme], _load.facts("themes"))


def inspections() -> Facts[InspectionFinding]:
    """What did inspectors find, on both sides?"""
    return cast(Facts[InspectionFinding], _load.facts("inspections"))


def outcomes() -> Facts[Outcome]:
    """What are the four outcomes of the national framework?"""
    return cast(Facts[Outcome], _load.facts("outcomes"))


def priorities() -> Facts[Priority]:
    """What are the four priorities of the remodelling plan?"""
    return cast(Facts[Priority], _load.facts("priorities"))


def risks() -> Facts[Risk]:
    """Which risks do the papers state?"""
    return cast(Facts[Risk], _load.facts("risks"))


def commitments() -> Facts[Commitment]:
    """What was promised, by whom, by when, and what is known of it?"""
    return cast(Facts[Commitment], _load.facts("commitments"))


def claims() -> Facts[Claim]:
    """What do the papers claim, and how does each claim stand against public evidence?"""
    return cast(Facts[Claim], _load.facts("claims"))


def questions() -> Facts[Question]:
    """What did members ask, and what were they told?"""
    return cast(Facts[Question], _load.facts("questions"))


def indicators() -> Facts[Indicator]:
    """What could be counted to see whether the plan works?"""
    return cast(Facts[Indicator], _load.facts("indicators"))


def theory() -> Facts[Stage]:
    """By which steps was the programme meant to help, from those it was for to what should be seen?"""
    return cast(Facts[Stage], _load.facts("theory"))


def items() -> Facts[Item]:
    """What do the five papers state, piece by piece, and which record holds each piece?"""
    return cast(Facts[Item], _load.facts("items"))


def cited() -> dict[str, tuple[str, ...]]:
    """Which findings of this edition does each claim cite, and each grading of evidence?"""
    return _load.cited()


def steps() -> Facts[Step]:
    """Which steps has the plan, and from what does each take its date?"""
    return cast(Facts[Step], _load.facts("steps"))


def readiness() -> Facts[Readiness]:
    """What does the plan do about each thing that inspectors asked to be better?"""
    return cast(Facts[Readiness], _load.facts("readiness"))


def guidelines() -> Facts[Guideline]:
    """Which guidelines for reports does this report answer to?"""
    return cast(Facts[Guideline], _load.facts("guidelines"))


def checklists() -> Facts[CheckItem]:
    """Where does this report answer each item of a guideline?"""
    return cast(Facts[CheckItem], _load.facts("checklists"))


def gradings() -> Facts[Grading]:
    """How strong is the evidence behind each finding?"""
    return cast(Facts[Grading], _load.facts("gradings"))


def known_ids() -> frozenset[str]:
    """Which ids may a finding say that it bears on?"""
    programme = _load.load()
    return frozenset(record.id for records in programme.records.values() for record in records)


def check(findings: Collection[str] | None = None) -> None:
    """Are all the records sound, and, where the findings of an edition are given, do claims cite only those?

    Raises
    ------
    RefusedError
        With every fault in every file.
    """
    _load.load(findings=findings)
