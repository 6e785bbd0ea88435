"""Which children come on to protection plans this month, and which come off? Exactly as many as published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.synthetic.days import Floats, Ints
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import draw_together, parts, spread
from btc_eval.synthetic.world import World

Generator = np.random.Generator

#: Days to the ends of the published bands of time on a plan, or in need.
BAND_ENDS = np.array([92, 183, 365, 730])
#: A plan begins at the conference, 15 working days after the strategy discussion, itself after the referral.
_FIRST_DAYS = 21
_SHORTEST = 45


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """What one month of plans must come to.

    `ended` includes those of children who start to be looked after or grow up; `at_end`, where given, is the number of
    plans at the end of the month, and then decides.
    """

    first: int
    last: int
    started: int
    repeat: int
    ended: int
    at_end: int | None


def plan_plans(
    world: World, margins: Margins, year: int, months: list[tuple[int, int]], rng: Generator
) -> list[PlanMonth]:
    """What must each month come to? The year's totals, fallen over the months by chance, and the stock at 31 March."""
    started = spread(margins.count("plans_started", year), np.ones(12), rng)
    repeat = parts(min(margins.count("repeat_plans", year), int(started.sum())), started)
    stock = margins.count("plans", year)
    ended = _open_plans(world) + int(started.sum()) - stock
    ends = spread(max(ended, 0), np.ones(12), rng)
    last = months[-1]
    return [
        PlanMonth(*month, int(starts), int(again), int(end), stock if month == last else None)
        for month, starts, again, end in zip(months, started, repeat, ends)
    ]


def _open_plans(world: World) -> int:
    return int((world.children["plan"] >= 0).sum())


def start_plans(world: World, month: PlanMonth, rng: Generator) -> None:
    """Which children in need come on to a plan this month? First plans and later ones in their exact numbers."""
    children, cases = world.children, world.cases
    able = (children["case"] >= 0) & (children["plan"] < 0) & (children["stay"] < 0)
    able &= (children["born"] > month.first - int(17.2 * 365.25)) & (children["plan_ended"] < month.first - 60)
    pool = np.flatnonzero(able)
    since = month.first - cases["referred"][children["case"][pool]]
    pool, since = pool[since >= 8], since[since >= 8]
    weights = np.exp(-since / 70.0) + 0.02
    before = children["plans_before"][pool]
    again = _choose(world, pool[before > 0], weights[before > 0], month.repeat, rng)
    # Earlier plans may lie before the extract began: older children make up what the extract itself cannot.
    fresh = before == 0
    age = month.first - children["born"][pool]
    earlier = _choose(
        world, pool[fresh], np.where(age[fresh] > 730, weights[fresh], 0.0), month.repeat - len(again), rng
    )
    children["plans_before"][earlier] = 1
    left = fresh & ~np.isin(pool, earlier)
    first = _choose(world, pool[left], weights[left], month.started - month.repeat, rng)
    chosen = np.concatenate([again, earlier, first])
    case = children["case"][chosen]
    day = rng.integers(month.first, month.last + 1, size=len(world.families))[children["family"][chosen]]
    started = np.clip(day, cases["referred"][case] + _FIRST_DAYS, month.last)
    plan = world.plans.add(
        len(chosen), child=chosen, case=case, started=started, before=children["plans_before"][chosen]
    )
    children["plan"][chosen] = plan
    children["plans_before"][chosen] += 1


def _choose(world: World, pool: Ints, weights: Floats, number: int, rng: Generator) -> Ints:
    together = world.parameters.number("families", "together")
    return pool[draw_together(weights, world.children["family"][pool], max(number, 0), together, rng)]


def end_plans(world: World, month: PlanMonth, already: int, rng: Generator) -> int:
    """Which plans end this month? Returns how many ends could not be found, to be made up later.

    Parameters
    ----------
    already
        Ends this month already counted: children who started to be looked after or grew up, and arrears (negative).
    """
    children, plans = world.children, world.plans
    due = month.ended - already if month.at_end is None else _open_plans(world) + month.started - month.at_end
    on_plan = np.flatnonzero(children["plan"] >= 0)
    plan = children["plan"][on_plan]
    started = plans["started"][plan]
    able = (month.last - started > _SHORTEST) & (started < month.first)
    on_plan, started = on_plan[able], started[able]
    weights = band_weights(month.last - started, world.parameters.array("protection", "ended_after"))
    chosen = draw_together(weights, children["family"][on_plan], max(due, 0), 0.8, rng)
    day = rng.integers(month.first, month.last + 1, size=len(world.families))[children["family"][on_plan[chosen]]]
    close_plans(world, on_plan[chosen], np.maximum(day, started[chosen] + _SHORTEST))
    return due - len(chosen)


def close_plans(world: World, child: Ints, when: Ints) -> None:
    """End these children's plans on these days."""
    plan = world.children["plan"][child]
    world.plans["ended"][plan] = when
    world.children["plan"][child] = -1
    world.children["plan_ended"][child] = when


def band_weights(days: Ints, shares: Floats) -> Floats:
    """With what weight is each drawn, so that those drawn fall into bands of time by these shares?"""
    band = np.searchsorted(BAND_ENDS, days)
    held = np.bincount(band, minlength=len(shares))
    return np.asarray((shares / np.maximum(held, 1))[band])
