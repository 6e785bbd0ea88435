"""What was learned, found, promised, claimed and asked: the records that carry a judgement."""

from __future__ import annotations

from dataclasses import dataclass

from btc_eval.programme.options import (
    Availability,
    Better,
    Certainty,
    ClaimType,
    ClaimVerdict,
    Era,
    Side,
    Status,
    Strength,
)
from btc_eval.programme.schema import Sourced, blank, date_field, refers
from btc_eval.programme.when import date_words

#: What a promise serves that belongs to no single priority.
WHOLE_PLAN = "the plan as a whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme(Sourced):
    """A piece of learning: what was tried, what the papers say was learned, and how strong the evidence is."""

    name: str
    tried: str
    learned: str
    strength: Strength
    why: str
    claims: tuple[str, ...] = refers("claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFinding(Sourced):
    """Something inspectors said. `text_seen` says which text it was read from."""

    inspection: str
    date: str = date_field("not stated")
    side: Side
    area: str
    what: str
    text_seen: str
    in_report: bool

    def words(self) -> dict[str, object]:
        """Return the date in words."""
        return {"when": date_words(self.date) if self.date else "not stated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Sourced):
    """One of the four outcomes of the national framework."""

    position: int
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority(Sourced):
    """One of the four areas of work in the remodelling plan."""

    position: int
    name: str
    summary: str
    success: str
    outcomes: tuple[str, ...] = refers("outcomes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Sourced):
    """A risk that a paper states."""

    risk: str
    answer: str = blank("no answer stated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Sourced):
    """A promise: what, who, by when, how it would be known, and what public sources show of it.

    `due` is the last day meant, as exact as the paper. An empty owner or date stays empty, and the page says so.
    """

    era: Era
    priorities: tuple[str, ...] = refers("priorities")
    what: str
    owner: str = blank("no owner named")
    due: str = date_field("no date given")
    due_certainty: Certainty = Certainty.STATED
    known_by: str
    status: Status
    evidence: str

    def words(self) -> dict[str, object]:
        """Return the date in words, which of owner and date the paper gives, and the one priority it serves."""
        said = {
            (True, True): "owner and date",
            (True, False): "owner, no date",
            (False, True): "date, no owner",
            (False, False): "neither owner nor date",
        }[bool(self.owner), bool(self.due)]
        about = "about " if self.due and self.due_certainty is Certainty.INFERRED else ""
        when = about + date_words(self.due) if self.due else "no date given"
        return {
            "by_when": when,
            "said": said,
            "serves": self.priorities[0] if len(self.priorities) == 1 else WHOLE_PLAN,
        }


@dataclass(frozen=True, slots=True)
class Number:
    """A figure inside a claim, as the paper gives it."""

    value: float | int
    unit: str
    what: str

    def __str__(self) -> str:
        shown = str(self.value) if self.unit == "year" else f"{self.value:,} {self.unit}"
        return f"{shown} ({self.what})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Sourced):
    """A statement that evidence could support or contradict, in our own words.

    `findings` are the findings of this edition that decide the verdict; `also`, the documents that do.
    """

    said_by: str
    claim: str
    type: ClaimType
    numbers: tuple[Number, ...] = ()
    verdict: ClaimVerdict
    why: str
    findings: tuple[str, ...] = refers("findings")

    @property
    def values(self) -> tuple[float, ...]:
        """The figures the claim gives, in its order."""
        return tuple(float(number.value) for number in self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Sourced):
    """A question that members asked, and the answer the minutes record."""

    question: str
    asked_by: str
    answered: str
    claims: tuple[str, ...] = refers("claims")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Sourced):
    """Something that could be counted to see whether the plan works."""

    name: str
    better: Better
    available: Availability
    publication: str
    caution: str
    outcomes: tuple[str, ...] = refers("outcomes")
    priorities: tuple[str, ...] = refers("priorities")
