"""The plan's steps and answers to inspectors, and what this report is held to: guidelines and scales of evidence."""

from __future__ import annotations

from dataclasses import dataclass, field

from btc_eval.programme.options import Answering, Lane, Reporting, StepStanding
from btc_eval.programme.schema import Sourced, blank, refers

#: What each step of the two scales of evidence means, in our own words.
_MARYLAND = {
    0: "no effect is claimed",
    1: "before and after, or with and without, as they come",
    2: "as 1, with allowance for what else differed",
    3: "before and after, beside others who were not touched",
    4: "as 3, and the two sides were alike for a known reason",
    5: "chance decided who was helped",
}
_NESTA = {
    0: "not even a reason why it should work",
    1: "a clear reason why it should work",
    2: "figures that moved the right way, cause not shown",
    3: "a comparison shows that it was the cause",
    4: "somebody else found the same again",
    5: "it is known to work elsewhere, and how to do it is written down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Sourced):
    """A step of the plan. It has no date of its own: `dated_by` names the promise, event or paper that has one."""

    position: int
    lane: Lane
    label: str
    standing: StepStanding
    dated_by: str = field(metadata={"refers": "any"})
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness(Sourced):
    """What the plan does about one thing that inspectors asked to be better, and what public sources show of it.

    `later` is what a later inspection said of the same thing.
    """

    weakness: str = field(metadata={"refers": "inspections"})
    answering: Answering
    what: str
    commitments: tuple[str, ...] = refers("commitments")
    evidence: str
    later: str = blank("nothing seen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline(Sourced):
    """A list of what a report of its kind should say: to what it is applied here, and the numbers of its items."""

    name: str
    covers: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem(Sourced):
    """One item of a guideline: what it asks in our own words, and where this report answers.

    `paragraph` is the item's number, "item 6a"; `place` a page with an address on it, "assurance/methods#money".
    """

    guideline: str = field(metadata={"refers": "guidelines"})
    asks: str
    reporting: Reporting
    place: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading(Sourced):
    """How strong the evidence behind some findings is, on two public scales.

    `maryland` and `nesta` run from 0 (no claim of an effect, or below the first step) to 5.
    """

    question: str
    findings: tuple[str, ...] = refers("findings")
    maryland: int
    nesta: int
    why: str

    def words(self) -> dict[str, object]:
        """Return both steps in words, each with its number."""
        return {
            "maryland_words": f"{self.maryland}: {_MARYLAND.get(self.maryland, '')}",
            "nesta_words": f"{self.nesta}: {_NESTA.get(self.nesta, '')}",
        }
