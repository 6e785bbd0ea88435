"""Which children start to be looked after, and which cease? Exactly as many of each age as the plan of flows asks for.

A start is given a day and an age first and a child second: from among the children of that age on protection plans
(or, for the others, in need), each with a chance in proportion to its hazard. So whichever days the starts fall on,
the chance that a given child is the next is h(i) / sum of h over those at risk: the partial likelihood of a Cox model,
whose hazard ratio for registered families is the one built in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from btc_eval.synthetic.days import NEVER, Flags, Ints, birthday, day, first_day, last_day, year_of
from btc_eval.synthetic.flows import Cell, Flows
from btc_eval.synthetic.margins import AGES
from btc_eval.synthetic.protection import close_plans
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.world import World

Generator = np.random.Generator

_BAND_OF_AGE = np.array([0, *[1] * 4, *[2] * 5, *[3] * 6, 4, 4, 4])
#: How much likelier a brother or sister of a child taken in this month is to follow.
_SIBLING = 30.0
#: Years after which leaving becomes less likely.
_SETTLED = 3.0

Slots = Mapping[str, Ints]


def plan_starts(flows: Flows, year: int, world: World, rng: Generator) -> Slots:
    """On which days, at which ages and from where do children start this year? In order of the day."""
    cells = [cell for cell, number in flows.starts[year].items() for _ in range(number)]
    number = len(cells)
    age = np.array([cell[0] for cell in cells], dtype=np.int64)
    turns = np.array([cell[1] for cell in cells], dtype=np.int64)
    when = rng.integers(first_day(year) + 6, last_day(year) - 6, size=number)
    from_plan = rng.random(number) < world.parameters.array("care", "from_plan")[_BAND_OF_AGE[age]]
    order = np.argsort(when, kind="stable")
    return {
        "age": age[order], "turns": turns[order], "day": when[order], "from_plan": from_plan[order].astype(np.int64),
    }  # fmt: skip


def born_within(age: int, turns: int, when: int) -> tuple[int, int]:
    """Between which days, both included, was a child born who is this old on a day?

    Parameters
    ----------
    turns
        1 where a birthday is still to come before 31 March, 0 where it is behind.
    """
    at_march = age + turns
    earliest, latest = _cohort(int(year_of(np.array([when]))[0]), at_march)
    turning = int(birthday(np.array([when]), -at_march)[0])
    # Born on 29 February, or reached on one: step back to a day of birth whose birthday is not later than the day.
    turning -= int(birthday(np.array([turning]), at_march)[0] > when)
    return (earliest, min(latest, turning)) if turns == 0 else (max(earliest, turning + 1), latest)


def _cohort(year: int, at_march: int) -> tuple[int, int]:
    """Between which days, both included, was a child born who is this old on 31 March of the year?"""
    return day(year - at_march - 1, 4, 1), day(year - at_march, 3, 31)


def start_care(world: World, slots: Slots, first: int, last: int, rng: Generator) -> int:
    """Which children start this month? Returns how many plans ended because of it."""
    ended = 0
    lately: list[int] = []
    ratio = world.parameters.effect.plan_to_care_hazard_ratio
    for i in np.flatnonzero((slots["day"] >= first) & (slots["day"] <= last)):
        when = int(slots["day"][i])
        window = born_within(int(slots["age"][i]), int(slots["turns"][i]), when)
        band = int(_BAND_OF_AGE[slots["age"][i]])
        for from_plan in (bool(slots["from_plan"][i]), not slots["from_plan"][i]):
            pool = _at_risk(world, when, band, window, from_plan=from_plan)
            if len(pool):
                break
        else:
            pool = _anyone(world, when, window)
        if not len(pool):
            continue
        hazard = np.where(_registered(world, pool, when) & from_plan, ratio, 1.0)
        hazard = hazard * np.where(np.isin(world.children["family"][pool], lately), _SIBLING, 1.0)
        child = int(pool[draw(hazard, 1, rng)[0]])
        if rng.random() < world.parameters.number("care", "siblings_together"):
            lately.append(int(world.children["family"][child]))
        ended += _take_in(world, child, when, window, rng)
    return ended


def _registered(world: World, child: Ints, when: int) -> Flags:
    return np.asarray(world.families["registered"][world.children["family"][child]] <= when)


def _at_risk(world: World, when: int, band: int, window: tuple[int, int], *, from_plan: bool) -> Ints:
    """Return the children in need, on a plan or not, of this band of age, who can be as old as the start asks."""
    children = world.children
    plan = children["plan"]
    able = (children["case"] >= 0) & (children["stay"] < 0) & ((plan >= 0) if from_plan else (plan < 0))
    pool = np.flatnonzero(able)
    if from_plan:
        pool = pool[world.plans["started"][plan[pool]] < when - 10]
    pool = pool[world.cases["referred"][children["case"][pool]] < when]
    years = np.clip((when - children["born"][pool]) / 365.25, -0.5, 17.9)
    pool = pool[_BAND_OF_AGE[np.maximum(years, 0).astype(np.int64)] == band]
    return _can_be(world, pool, window)


def _anyone(world: World, when: int, window: tuple[int, int]) -> Ints:
    """Return every child in need who can be as old as the start asks."""
    children = world.children
    able = (children["case"] >= 0) & (children["stay"] < 0) & (children["plan"] < 0)
    pool = np.flatnonzero(able)
    pool = pool[world.cases["referred"][children["case"][pool]] < when]
    return _can_be(world, pool, window)


def _can_be(world: World, pool: Ints, window: tuple[int, int]) -> Ints:
    """Keep those born in the window, or whose day of birth can still be set there: nothing so far depends on it."""
    born = world.children["born"][pool]
    within = (born >= window[0]) & (born <= window[1])
    free = (world.children["stayed"][pool] == 0) & (window[0] <= world.children["known"][pool] + 100)
    return np.asarray(pool[within | free])


def _take_in(world: World, child: int, when: int, window: tuple[int, int], rng: Generator) -> int:
    """Start a child's stay: sets the day of birth if need be, and ends the plan. Returns 1 where a plan ended."""
    children = world.children
    if not window[0] <= children["born"][child] <= window[1]:
        latest = max(min(window[1], int(children["known"][child]) + 100), window[0])
        children["born"][child] = int(rng.integers(window[0], latest + 1))
    on_plan = children["plan"][child] >= 0
    if on_plan:
        world.plans["to_care"][children["plan"][child]] = 1
        close_plans(world, np.array([child]), np.array([when]))
    stay = world.stays.add(1, child=child, case=children["case"][child], started=when, from_plan=int(on_plan))
    children["stay"][child] = stay[0]
    children["stayed"][child] += 1
    return int(on_plan)


def cease_care(world: World, ceases: Mapping[Cell, int], year: int, rng: Generator) -> Ints:
    """Which children cease to be looked after this year? Returns their stays, ended on days that fit their ages."""
    children, stays = world.children, world.stays
    ended: list[Ints] = []
    for (age, turns), number in ceases.items():
        at_march = age + turns
        earliest, latest = _cohort(year, at_march)
        here = np.flatnonzero((children["stay"] >= 0) & (children["born"] >= earliest) & (children["born"] <= latest))
        stay = children["stay"][here]
        turning = birthday(children["born"][here], at_march)
        low = np.maximum(first_day(year) if turns else turning, np.maximum(stays["started"][stay] + 7, first_day(year)))
        high = turning - 1 if turns else np.full(len(here), last_day(year))
        if age == 18:
            low = high = turning
        stayed = (last_day(year) - stays["started"][stay]) / 365.25
        weights = np.where(high >= low, np.exp(-stayed / _SETTLED) + 0.15, 0.0)
        chosen = draw(weights, number, rng)
        when = low[chosen] + np.floor(rng.random(len(chosen)) * (high[chosen] - low[chosen] + 1)).astype(np.int64)
        stays["ended"][stay[chosen]] = when
        children["stay"][here[chosen]] = -1
        ended.append(stay[chosen])
    return np.concatenate(ended) if ended else np.zeros(0, dtype=np.int64)


def pause_and_resume(world: World, flows: Flows, year: int, ended: Ints, rng: Generator) -> None:
    """Break the stays of the few who start twice in a year, so that stocks and flows agree as published.

    A child who starts, ceases and starts again counts once in each published flow and adds one to the stock; one who
    ceases, starts and ceases counts once and takes one away.
    """
    stays = world.stays
    first, last = first_day(year), last_day(year)
    open_ = np.flatnonzero((stays["ended"] == NEVER) & (stays["started"] >= first) & (stays["started"] < last - 60))
    ages = _BAND_OF_AGE[np.clip((last - world.children["born"][stays["child"][open_]]) // 365, 0, 17)]
    at_ten = (ages == AGES.index("10 to 15 years")).astype(np.float64) + 1e-6
    for stay in open_[draw(at_ten, flows.paused[year], rng)]:
        _break(world, int(stay), int(stays["started"][stay]) + 5, last - 5, rng)
    long = ended[(stays["started"][ended] < first) & (stays["ended"][ended] > first + 60)]
    for stay in long[rng.permutation(len(long))[: flows.resumed[year]]]:
        _break(world, int(stay), first + 5, int(stays["ended"][stay]) - 5, rng)


def _break(world: World, stay: int, low: int, high: int, rng: Generator) -> None:
    """Split one stay in two, with some days at home between."""
    stays = world.stays
    leave = int(rng.integers(low, (low + high) // 2 + 1))
    again = int(rng.integers(leave + 3, max(high, leave + 4)))
    later = stays.add(
        1, child=stays["child"][stay], case=stays["case"][stay], started=again, ended=stays["ended"][stay], resumed=1
    )
    stays["ended"][stay] = leave
    stays["paused"][stay] = 1
    child = stays["child"][stay]
    if world.children["stay"][child] == stay:
        world.children["stay"][child] = later[0]
