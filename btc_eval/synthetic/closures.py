"""Whose case closes this month? As many as published in the year, after the published lengths of time.

Cases that close with the end of care are known only at the end of the year, when the leavers are; the months make room
for them and March takes up the difference, so that the year's number is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.synthetic.days import Floats, Ints
from btc_eval.synthetic.protection import band_weights, close_plans
from btc_eval.synthetic.quotas import draw_together
from btc_eval.synthetic.world import World

Generator = np.random.Generator

#: Cases left for the end of the year, so that the months never overshoot.
_RESERVE = 15


@dataclass
class Year:
    """What is left to close in a year."""

    to_close: int
    leavers: int
    months_left: int = 12

    def due(self, grown: int) -> int:
        """Return how many cases this month should close besides those of children who turn 18."""
        left = self.to_close - self.leavers - _RESERVE
        due = max(round(left / max(self.months_left, 1)) - grown, 0)
        return due if left > 0 else 0


def close_cases(world: World, year: Year, grown: int, first: int, last: int, rng: Generator) -> None:
    """Whose case closes in the month from `first` to `last`, besides those of the `grown` who turned 18 in it?"""
    closed = _close(world, year.due(grown), first, last, rng)
    year.to_close -= grown + closed
    year.months_left -= 1


def close_the_year(world: World, left: int, first: int, last: int, rng: Generator) -> int:
    """Close in March what the year still lacks. Returns how many could not be found."""
    return left - _close(world, left, first, last, rng)


def grow_up(world: World, first: int, last: int) -> tuple[int, int]:
    """Close the cases of children who turn 18 in the month and are not looked after, on their birthdays.

    Returns
    -------
    tuple of int
        Cases closed, and plans ended with them.
    """
    children = world.children
    open_ = np.flatnonzero((children["case"] >= 0) & (children["stay"] < 0) & (children["born"] < last - 17 * 365))
    adult = world.adult_on()[open_]
    now = adult <= last
    child, when = open_[now], np.maximum(adult[now], first)
    on_plan = children["plan"][child] >= 0
    close_plans(world, child[on_plan], when[on_plan])
    _mark_closed(world, child, when)
    return len(child), int(on_plan.sum())


def _close(world: World, number: int, first: int, last: int, rng: Generator) -> int:
    children, cases = world.children, world.cases
    able = (children["case"] >= 0) & (children["stay"] < 0) & (children["plan"] < 0) & (children["plan_ended"] < first)
    child = np.flatnonzero(able)
    referred = cases["referred"][children["case"][child]]
    long = referred < first - 18
    child, referred = child[long], referred[long]
    weights: Floats = band_weights(last - referred, world.parameters.array("cases", "ended_after"))
    chosen = draw_together(weights, children["family"][child], number, 0.5, rng)
    day = rng.integers(first, last + 1, size=len(world.families))[children["family"][child[chosen]]]
    _mark_closed(world, child[chosen], day)
    return len(chosen)


def _mark_closed(world: World, child: Ints, when: Ints) -> None:
    world.cases["closed"][world.children["case"][child]] = when
    world.children["closed"][child] = when
    world.children["case"][child] = -1
