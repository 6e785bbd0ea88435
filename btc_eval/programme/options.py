"""The words a record of the programme may use: closed sets, so that a misspelt verdict is refused at the door.

Each set is in the order in which a table shows it, the most certain or the earliest first.
"""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """What sort of document a fact comes from."""

    COUNCIL_REPORT = "council report"
    MINUTES = "minutes"
    DECISION = "council decision"
    POLICY = "policy or strategy"
    APPENDIX = "appendix"
    INSPECTION = "inspection report or letter"
    OFFICIAL_LIST = "official list"
    GUIDANCE = "national guidance"
    COUNCIL_PAGE = "council or partner web page"
    PRESS = "press report"
    STATISTICS = "official statistics"
    STANDARD = "standard for reports and evidence"


class Seen(StrEnum):
    """How much of a document its readers had before them."""

    FULL = "in full"
    EXTRACT = "in extract"
    NOT_SEEN = "not seen"


class Certainty(StrEnum):
    """Whether a source says it, or we worked it out from what a source says."""

    STATED = "stated"
    INFERRED = "inferred"


class Standing(StrEnum):
    """Whether a sum of money was the programme's own."""

    PART = "named as part of it"
    SAME_AIM = "for the same aim, not named as part of it"
    AFTER = "came after it"


class Precision(StrEnum):
    """How exactly a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class EventType(StrEnum):
    """Why an event matters to a reader of a chart."""

    PROGRAMME = "programme"
    INSPECTION = "inspection"
    NATIONAL = "national"
    DATA_BREAK = "data break"
    CO_INTERVENTION = "co-intervention"


class Locality(StrEnum):
    """The four localities in which the council works, in the order of its report."""

    NORTH = "North Wirral"
    SOUTH = "South Wirral"
    EAST = "East Wirral"
    WEST = "West Wirral"


class HubType(StrEnum):
    """Who keeps the building in which a hub works."""

    CHILDRENS_CENTRE = "council children's centre"
    PRIMARY_SCHOOL = "primary school"
    PRIMARY_AND_SPECIALIST = "primary and specialist school"
    NURSERY_SCHOOL = "maintained nursery school"
    VOLUNTARY = "voluntary organisation"


class Opening(StrEnum):
    """What public sources say of a hub's opening."""

    REPORTED = "reported open"
    BY_PLACE = "probably open, from the place a report names"
    NOT_KNOWN = "not known"


class TeamStanding(StrEnum):
    """Whether a team was at work when the report was written, or promised by it."""

    AT_WORK = "at work in March 2024"
    PLANNED = "planned"


class Phase(StrEnum):
    """Where a role comes in the plan."""

    FIRST = "first phase"
    NEXT = "next phase"
    AFTER = "phase after that"
    EACH_TEAM = "one for each team"
    CHILD_PROTECTION = "child protection teams"
    SUPERVISOR = "child protection supervisors"


class Strength(StrEnum):
    """How strong the evidence for a piece of learning is, on a scale kept for every theme.

    Strong: compared with what would have happened without it. Moderate: somebody from outside looked, or two
    sources that do not depend on each other agree. Weak: the programme's own account, with something a reader could
    follow up. None shown: said, with nothing in public that a reader could check.
    """

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    NONE_SHOWN = "none shown"


class Side(StrEnum):
    """Whether inspectors praised, asked for better, or gave a grade."""

    JUDGEMENT = "judgement"
    STRENGTH = "strength"
    WEAKNESS = "weakness"


class ClaimType(StrEnum):
    """What kind of statement a claim is: a number, a cause, or a description."""

    QUANTITATIVE = "quantitative"
    CAUSAL = "causal"
    DESCRIPTIVE = "descriptive"


class ClaimVerdict(StrEnum):
    """How a claim stands against public evidence. Every claim has been looked at, so there is no "not yet"."""

    CONFIRMED = "confirmed"
    CONSISTENT = "consistent"
    NOT_SHOWN = "not shown"
    CONTRADICTED = "contradicted"
    CANNOT_TEST = "cannot be tested with public data"


class Era(StrEnum):
    """Whether a promise belongs to the plan of March 2024, or came before or after it."""

    EARLIER = "before the programme"
    REMODELLING = "remodelling plan"
    LATER = "after the plan"


class Status(StrEnum):
    """What public sources show of a commitment; absence of evidence is `not known`, never `kept`."""

    KEPT = "kept"
    PARTLY = "partly kept"
    STARTED = "started"
    CARRIED_OVER = "carried into the pathfinder"
    NOT_KEPT = "not kept"
    NOT_KNOWN = "not known"


class Better(StrEnum):
    """Which way an indicator should move if the plan works."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither by itself"


class Availability(StrEnum):
    """Whether an indicator can be followed from published figures."""

    PUBLISHED = "published for every council"
    PARTLY = "published in part"
    COUNCIL_ONLY = "council records only"


class Lane(StrEnum):
    """To which part of the plan a dated step belongs, in the order of a chart."""

    WHOLE = "The plan as a whole"
    TEAMS = "Family help teams"
    HUBS = "Family Hubs"
    PROTECTION = "Child protection teams"


class StepStanding(StrEnum):
    """Whether a step was promised, told as done, or belongs to something else that began beside the plan."""

    PROMISED = "promised"
    REPORTED = "reported"
    BESIDE = "beside the plan"


class Answering(StrEnum):
    """How far the plan answers what inspectors asked for."""

    NAMED = "answered"
    PARTLY = "answered in part"
    NOT_MENTIONED = "not mentioned"
    LATER = "found after the plan"


class Reporting(StrEnum):
    """Whether this report says what an item of a guideline asks for."""

    REPORTED = "reported"
    PARTLY = "reported in part"
    MADE_UP = "shown on made-up records"
    NOT_DONE = "not done"
    NOT_APPLICABLE = "does not apply"
