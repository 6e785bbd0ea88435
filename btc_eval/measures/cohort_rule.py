"""Who enters, when, followed to what, compared with whom? A cohort as a rule that can be read before any result.

What may decide entry is a `Where`: a question put to a `History`, which ends on the index date. What may be compared
is an exposure of one of three kinds, and only these, so that no one has to survive to be exposed:

`AtIndex`
    exposed by the index date.
`Landmark`
    exposed within so many days of entry; the index date is then the landmark, and whoever does not reach it is out.
`TimeVarying`
    exposed from the day on; the time before it counts as unexposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.measures.days import ADULT
from btc_eval.measures.happenings import KINDS
from btc_eval.measures.history import History

#: What always ends follow-up. Named among an outcome's competing events it has a code; else it censors.
ADULTHOOD, CUT_OFF = "18th birthday", "cut-off"
ENDINGS = (ADULTHOOD, "died", "moved away")


@dataclass(frozen=True, slots=True)
class Where:
    """A condition of entry: a name for the flow of selection, and a question about the past that is true or false.

    Examples
    --------
    >>> first_plan = Where("no earlier plan", lambda history: ~history.had("protection plan"))
    >>> first_plan.name
    'no earlier plan'
    """

    name: str
    holds: Callable[[History], pd.Series]


@dataclass(frozen=True, slots=True)
class Washout:
    """No such event in so many days before the index date, the date itself left out."""

    event: str
    days: int


@dataclass(frozen=True, slots=True)
class AtIndex:
    """Exposed if the event, of this project where one is named, began on or before the index date."""

    event: str = "programme register"
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Landmark:
    """Exposed if the event began on or before the landmark, so many days after entry; follow-up starts there."""

    days: int
    event: str = "programme register"
    project: str | None = None


@dataclass(frozen=True, slots=True)
class TimeVarying:
    """Exposed from the day on which the event began, that day included, and from then on."""

    event: str = "programme register"
    project: str | None = None


Exposure = AtIndex | Landmark | TimeVarying


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follow-up waits for.

    Parameters
    ----------
    name
        In columns: letters, digits and underscores.
    event
        The kind of happening that is the outcome: event code 1.
    competing
        Kinds that end the wait otherwise, codes 2, 3, …: of the happenings, and of `ENDINGS`.
    within_years
        Follow-up ends on the same date so many years after the index date, that day included; no such end by default.
    """

    name: str
    event: str
    competing: tuple[str, ...] = ()
    within_years: int | None = None

    def codes(self) -> dict[int, str]:
        """Which code stands for what?"""
        return {0: "censored", 1: self.event, **dict(enumerate(self.competing, start=2))}


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happens in follow-up; at risk are its days, or those of them on which `during` holds."""

    name: str
    event: str
    during: str | None = None


#: Outcomes and counts that the report asks about, ready to be named in a rule.
TO_NEED = Outcome("child_in_need", "child in need", ENDINGS)
TO_PLAN = Outcome("protection_plan", "protection plan", ENDINGS)
TO_CARE = Outcome("looked_after", "start of care", ENDINGS)
PLAN_TO_CARE = Outcome("care_from_plan", "start of care", ("plan ended",))
RE_REFERRED = Outcome("re_referral", "referral", within_years=1)
STEPPED_DOWN = Outcome("stepped_down", "stepped down", ("start of care",))
STAYED_CLOSED = Outcome("stayed_closed", "stayed closed")
RE_REFERRALS = Count("re_referrals", "referral")
MISSING_EPISODES = Count("missing_episodes", "missing episode", during="start of care")


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRule:
    """A cohort, before anybody is in it.

    Parameters
    ----------
    name
        What it is called in the flow of selection.
    entry
        The kind of happening by which a child enters, on the day it happens: the entry date.
    first, last
        First and last entry date, both included, as ISO days.
    cut_off
        Last day of follow-up, included. Nobody asks the clock.
    which
        "first": each child enters once, at the first such event in the window. "every": at each.
    washout, where
        Conditions of entry, in the order in which the flow tells them.
    outcomes, counts
        What follow-up is for.
    exposure
        Who is compared with whom; nobody where `None`.
    lookback_days
        How far before entry earlier events are counted; over all that is held by default, which is longer for those who
        enter late.

    Raises
    ------
    RefusedError
        For everything in the rule that cannot be, all at once.
    """

    name: str
    entry: str
    first: str
    last: str
    cut_off: str
    outcomes: tuple[Outcome, ...]
    which: Literal["first", "every"] = "first"
    washout: tuple[Washout, ...] = ()
    where: tuple[Where, ...] = ()
    counts: tuple[Count, ...] = ()
    exposure: Exposure | None = None
    lookback_days: int | None = None

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise RefusedError(faults)

    @property
    def landmark_days(self) -> int:
        """Return how long after entry the index date is: nought without a landmark."""
        return self.exposure.days if isinstance(self.exposure, Landmark) else 0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return every kind of happening that the rule looks at."""
        named = [self.entry, *(w.event for w in self.washout), *(k.event for k in self.counts)]
        named += [kind for outcome in self.outcomes for kind in (outcome.event, *outcome.competing)]
        named += [count.during for count in self.counts if count.during]
        named += [self.exposure.event] if self.exposure else []
        return tuple(dict.fromkeys(kind for kind in [*named, *ENDINGS] if kind in KINDS))


def _faults(rule: CohortRule) -> Iterator[Refusal]:
    def fault(place: str, found: str, allowed: str, do: str) -> Refusal:
        return Refusal(f"cohort {rule.name!r}", place, found, allowed, do)

    days: dict[str, pd.Timestamp] = {}
    for place in ("first", "last", "cut_off"):
        try:
            days[place] = pd.Timestamp(getattr(rule, place))
        except ValueError:
            yield fault(place, "text that is not a day", "a day as 2021-10-01", "Write the day so.")
    if len(days) == 3 and days["first"] > days["last"]:
        yield fault("last", "a last entry date before the first", "the first or later", "Swap them.")
    if len(days) == 3 and days["last"] > days["cut_off"]:
        yield fault(
            "last", "entries after the cut-off", "entry dates on or before the cut-off", "Let entry end before it."
        )
    named = [("entry", rule.entry), *(("washout", w.event) for w in rule.washout)]
    named += [("outcomes", o.event) for o in rule.outcomes] + [("counts", c.event) for c in rule.counts]
    named += [("outcomes", k) for o in rule.outcomes for k in o.competing if k not in ENDINGS]
    named += [("exposure", rule.exposure.event)] if rule.exposure else []
    for place, kind in named:
        if kind not in KINDS:
            yield fault(place, f"the kind {kind!r}", ", ".join(KINDS), "Name a kind of this list.")
    names = [o.name for o in rule.outcomes] + [c.name for c in rule.counts]
    if not rule.outcomes or len({*names}) < len(names) or not all(name.isidentifier() for name in names):
        yield fault(
            "outcomes", "no outcome, a name twice, or one that cannot be a column", "names as looked_after", "Rename."
        )
    for outcome in rule.outcomes:
        if outcome.event in outcome.competing:
            yield fault("outcomes", f"{outcome.name} competing with itself", "other events", "Take it out.")
    lengths = [("washout", w.days) for w in rule.washout] + [("lookback_days", rule.lookback_days or 1)]
    lengths += [("exposure", rule.exposure.days)] if isinstance(rule.exposure, Landmark) else []
    lengths += [("within_years", o.within_years) for o in rule.outcomes if o.within_years is not None]
    for place, length in lengths:
        if length <= 0:
            yield fault(place, f"the length {length}", "one or more", "Give a length, or leave it out.")
    if rule.which not in ("first", "every"):
        yield fault("which", repr(rule.which), "first, every", "Use one of these.")


#: The age from which nobody enters.
UNDER = ADULT
