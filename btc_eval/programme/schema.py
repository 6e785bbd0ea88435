"""What a record of the programme holds: documents, events, places, people, and the lists the papers give.

Every record has an id that never changes and, documents apart, the document and paragraph it comes from. A field
with a default may be left out of the file; where a page must say so, the field carries the words for its absence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from btc_eval.programme.options import (
    Certainty,
    DocumentKind,
    EventType,
    HubType,
    Locality,
    Opening,
    Phase,
    Precision,
    Seen,
    Standing,
    TeamStanding,
)
from btc_eval.programme.when import date_words, first_day, last_day

NOT_NAMED = "not named"
#: Where the plan has people work, by the phase in which they come; it gives no place for anybody by name.
_FAMILY_HELP = "family help teams in the four localities, in Family Hubs"
_WORK_IN = {
    Phase.FIRST: _FAMILY_HELP,
    Phase.NEXT: _FAMILY_HELP,
    Phase.AFTER: _FAMILY_HELP,
    Phase.EACH_TEAM: "one family help team each",
    Phase.CHILD_PROTECTION: "social work teams that run child protection plans",
    Phase.SUPERVISOR: "over child protection; no place given",
}


def blank(words: str) -> Any:
    """Return a field that may be empty, and what a page shows then."""
    return field(default="", metadata={"blank": words})


def refers(table: str) -> Any:
    """Return a field that holds ids of another file, none by default."""
    return field(default=(), metadata={"refers": table})


def date_field(words: str = "") -> Any:
    """Return a field that holds a date as text, and what a page shows where there is none."""
    return field(default="", metadata={"date": True, "blank": words})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Anything with an id that other records and pages may cite."""

    id: str

    def words(self) -> dict[str, object]:
        """Return further columns of the table of such records."""
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Record):
    """A paper the facts come from, or one that they refer to and that was not seen.

    `short` is how tables cite it. `date` is as exact as the paper; `certainty` says whether the paper gives it.
    """

    title: str
    short: str
    body: str
    kind: DocumentKind
    seen: Seen
    date: str = date_field("undated")
    certainty: Certainty = Certainty.STATED
    what: str
    address: str = blank("no public address known")
    note: str = ""

    @property
    def when(self) -> str:
        """The date in words, with a mark where it was worked out."""
        if not self.date:
            return "undated"
        about = "about " if self.certainty is Certainty.INFERRED else ""
        return about + date_words(self.date)

    @property
    def publisher(self) -> str:
        """Who issued it: with the next two, what an entry of the catalogue of data sources has too."""
        return self.body

    @property
    def publication(self) -> str:
        """What it is called."""
        return self.title

    @property
    def table(self) -> str:
        """Its date, and whether it was seen, where a data source names its table."""
        return self.when if self.seen is Seen.FULL else f"{self.when} ({self.seen})"

    def words(self) -> dict[str, object]:
        """Return the date in words."""
        return {"when": self.when}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced(Record):
    """A fact with the document and the paragraph it comes from; `also` lists further documents that bear on it."""

    document: str = field(metadata={"refers": "documents"})
    paragraph: str
    also: tuple[str, ...] = refers("documents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Sourced):
    """Something that happened, or changed what a series counts. `until`, where given, is included."""

    label: str
    what: str
    type: EventType
    date: str = field(metadata={"date": True})
    until: str = date_field()
    precision: Precision
    certainty: Certainty
    on_chart: bool = False
    on_demand_chart: bool = False
    note: str = blank("The paper gives no more exact date.")

    @property
    def start(self) -> pd.Timestamp:
        """The earliest day the event can have begun."""
        return first_day(self.date)

    @property
    def end(self) -> pd.Timestamp:
        """The latest day it can have ended, included."""
        return last_day(self.until or self.date)

    def words(self) -> dict[str, object]:
        """Return first and last day, and the date in words."""
        to = f" to {date_words(self.until)}" if self.until else ""
        about = "about " if self.certainty is Certainty.INFERRED else ""
        return {"start": self.start, "end": self.end, "when": about + date_words(self.date) + to}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Sourced):
    """One of the programme's eight projects."""

    name: str = blank(NOT_NAMED)
    what: str = blank("no paper that we could see describes it")
    certainty: Certainty
    note: str = ""

    def words(self) -> dict[str, object]:
        """Return whether a paper names it."""
        return {"named": "yes" if self.name else "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(Sourced):
    """A team of several professions. `family_help` marks those counted from two to six."""

    name: str = blank(NOT_NAMED)
    what: str
    standing: TeamStanding
    family_help: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub(Sourced):
    """One of the twelve Family Hubs that the report lists."""

    name: str
    locality: Locality
    type: HubType
    run_by: str = blank("not stated")
    opening: Opening = Opening.NOT_KNOWN
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward(Sourced):
    """One of Wirral's twenty-two wards, as their boundaries stood from 2018.

    `children` are aged 0 to 17 at mid-2020; `deprivation` is the 2019 index score (higher is more deprived), averaged
    over the ward's small areas by population; it has `small_areas`, of which `most_deprived` are among the most
    deprived tenth of England. `comparison` says why it is, or is not, compared with Bidston and St James. On a map of
    squares it stands at `tile_column` and `tile_row`, from 1 at the north-west, under its `short` name, in which a soft
    hyphen marks where a long word may be broken.
    """

    code: str
    name: str
    short: str
    tile_column: int
    tile_row: int
    locality: Locality
    children: int
    deprivation: float
    small_areas: int
    most_deprived: int
    comparison: str = "much less deprived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner(Sourced):
    """An organisation that supports the hub offer without being a hub."""

    name: str = blank(NOT_NAMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training(Sourced):
    """A subject in the training of everybody who works in a hub."""

    position: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Sourced):
    """A kind of worker, and the phase in which the plan brings them in."""

    role: str
    phase: Phase
    note: str = blank("none")

    def words(self) -> dict[str, object]:
        """Return where the plan has them work: what it says of their phase, and no more."""
        return {"works_in": _WORK_IN[self.phase]}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferElement(Sourced):
    """One of the ten things the Childhood Offer says a good childhood needs."""

    position: int
    element: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeElement(Sourced):
    """One of the six parts of a good working relationship, as participants described them."""

    position: int
    element: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim(Sourced):
    """Something wider that a paper says its work serves."""

    aim: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disadvantage(Sourced):
    """A trouble that the programme was for, and where published figures count it, if they do."""

    name: str
    counted_as: str = blank("not counted in published assessments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Sourced):
    """An online resource that staff are to use with families."""

    name: str
    what: str = blank("the report does not say what it is")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Sourced):
    """A step in the programme's reasoning. `shows` names the file whose records stand in it.

    `rests_on` are the claims by which this step is meant to lead to the next; the last step has those of the whole.
    """

    position: int
    name: str
    shows: str
    rests_on: tuple[str, ...] = refers("claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Sourced):
    """One thing that one of the five papers states: the records that hold it, or why none does."""

    held: tuple[str, ...] = refers("any")
    left_out: str = blank("held")

    def words(self) -> dict[str, object]:
        """Return where it went: "held" or "left out"."""
        return {"went": "left out" if self.left_out else "held"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(Sourced):
    """A sum of money that a paper names. `amount` is pounds as the paper has it, for the time that `over` says.

    `price_year` is the year ending 31 March in which it began to be spent, as far as is known; `roughly` marks a sum
    that the paper rounds. `cost` in the table is what fell in that time: `amount` once for each of `times`.
    """

    name: str
    what: str
    amount: int
    times: int
    over: str
    price_year: int
    standing: Standing
    paid_by: str
    roughly: bool = False
    certainty: Certainty
    note: str = ""

    def words(self) -> dict[str, object]:
        """Return what it comes to."""
        return {"cost": self.amount * self.times}
