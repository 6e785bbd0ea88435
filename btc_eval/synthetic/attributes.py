"""Where did each referral come from, what was the need, why did the case close? As many of each as published."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from btc_eval.synthetic.days import NEVER, Ints, first_day, last_day, year_of
from btc_eval.synthetic.leaving import REASONS
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.people import Words, choose
from btc_eval.synthetic.world import Outcome, World

Generator = np.random.Generator

#: First collection year in which early help is a source of referrals and a reason for closure.
EARLY_HELP_FROM = 2023
EARLY_HELP_SOURCE = "council early help"
TO_EARLY_HELP = "closed after assessment, to early help"
NO_ACTION_AFTER = "closed after assessment, no further action"
OTHER_CLOSURE = "any other reason, such as no longer in need"

#: Published wording of a need → the wording of the returns, where they differ.
NEEDS = {
    "parent's disability or illness": "parental disability or illness",
    "parental illness or disability": "parental disability or illness",
    "child's disability": "child's disability or illness",
}
_AFTER_CARE = {
    "adopted": "adopted",
    "special guardianship order": "special guardianship order",
    "child arrangements order": "child arrangements order",
    "died": "died",
    "taken over by another council": "moved to another council",
    "adult residential care": "moved to adult services",
}


def events_of(world: World) -> Ints:
    """Which referrals are one event, of one family on one day? A number for each case."""
    family = world.children["family"][world.cases["child"]]
    _, event = np.unique(family * 100_000 + world.cases["referred"], return_inverse=True)
    return np.asarray(event, dtype=np.int64)


def sources(world: World, margins: Margins, event: Ints, rng: Generator) -> Words:
    """Where did each referral come from? Exactly the published number from each group of sources, siblings the same."""
    cases = world.cases
    year = year_of(cases["referred"])
    result = np.full(len(cases), "", dtype=object)
    luck = rng.random(int(event.max()) + 1)
    within = world.parameters.block("referrals")["sources"]
    for one in np.unique(year).tolist():
        here = np.flatnonzero(year == one)
        order = here[np.lexsort((event[here], luck[event[here]]))]
        groups = margins.split("source", min(max(one, margins.years[0]), margins.last_year))
        labels = _labels(groups, len(order))
        for group, words in within.items():
            mine = order[labels == group]
            result[mine] = _within_event(_words(group, words, one, world), event[mine], rng)
    return result


def _labels(counts: Mapping[str, int], number: int) -> Words:
    """Return each category as often as counted, cut or stretched to a number of rows."""
    names = np.repeat(np.array(list(counts), dtype=object), list(counts.values()))
    return np.resize(names, number) if len(names) else np.full(number, "unknown", dtype=object)


def _words(group: str, words: Mapping[str, float], year: int, world: World) -> dict[str, float]:
    if group != "council services" or year < EARLY_HELP_FROM:
        return dict(words)
    share = world.parameters.number("referrals", "early_help_share")
    return {**{word: weight * (1 - share) for word, weight in words.items()}, EARLY_HELP_SOURCE: share}


def _within_event(words: dict[str, float], event: Ints, rng: Generator) -> Words:
    _, position = np.unique(event, return_inverse=True)
    return choose(words, int(position.max()) + 1 if len(event) else 0, rng)[position]


def needs(world: World, margins: Margins, event: Ints, rng: Generator) -> Words:
    """What was the primary need of each case? At each 31 March as many open cases of each need as published.

    A case keeps its need, so each March only the cases new to it are dealt; where a need has too many already, some of
    the newest are dealt again. Referrals without further action have none.
    """
    cases = world.cases
    need = np.full(len(cases), "", dtype=object)
    real = cases["outcome"] != int(Outcome.NO_ACTION)
    luck = rng.random(int(event.max()) + 1)[event]
    for year in (margins.years[0] - 1, *margins.years):
        counts = {NEEDS.get(name, name): count for name, count in margins.split("need", year).items()}
        end = last_day(year)
        stock = np.flatnonzero(real & (cases["referred"] <= end) & (cases["closed"] > end))
        for name, count in counts.items():
            held = stock[need[stock] == name]
            need[held[np.argsort(-cases["referred"][held], kind="stable")[: max(len(held) - count, 0)]]] = ""
        left = {name: max(count - int((need[stock] == name).sum()), 0) for name, count in counts.items()}
        new = stock[need[stock] == ""]
        need[new[np.argsort(luck[new], kind="stable")]] = _labels(left, len(new))
        passing = np.flatnonzero(real & (need == "") & (year_of(cases["closed"]) == year))
        need[passing] = choose({name: count + 0.01 for name, count in counts.items()}, len(passing), rng)
    need[real & (need == "")] = "abuse or neglect"
    return need


def closures(world: World, event: Ints, rng: Generator) -> Words:
    """Why did each case close? Blank for the open, and for referrals without further action, which never opened."""
    cases, children = world.cases, world.children
    closed = cases["closed"] != NEVER
    reason = np.full(len(cases), "", dtype=object)
    in_need = closed & (cases["outcome"] == int(Outcome.IN_NEED))
    shares = world.parameters
    moved, died = shares.number("cases", "closed_moved"), shares.number("cases", "closed_died")
    luck = rng.random(len(cases))
    last = children["last_referred"][cases["child"]] == cases["referred"]
    grown = cases["closed"] - children["born"][cases["child"]] >= int(17.9 * 365.25)
    reason[in_need] = OTHER_CLOSURE
    reason[in_need & (luck < moved)] = "moved to another council"
    reason[in_need & grown & (luck > 0.85)] = "moved to adult services"
    gone = in_need & last & (cases["left_care"] == 0) & (luck >= moved) & (luck < moved + died) & ~grown
    reason[gone] = "died"
    children["died"][cases["child"][gone]] = cases["closed"][gone]
    stays = world.stays
    for number, name in enumerate(REASONS):
        of_reason = stays["case"][(stays["reason"] == number) & (stays["paused"] == 0)]
        of_reason = of_reason[cases["left_care"][of_reason] == 1]
        reason[of_reason] = _AFTER_CARE.get(name, OTHER_CLOSURE)
    assessed = closed & (cases["outcome"] == int(Outcome.NOT_IN_NEED))
    to_help = rng.random(int(event.max()) + 1)[event] < shares.number("referrals", "closed_to_early_help")
    reason[assessed] = NO_ACTION_AFTER
    reason[assessed & to_help & (cases["closed"] >= first_day(EARLY_HELP_FROM))] = TO_EARLY_HELP
    return reason
