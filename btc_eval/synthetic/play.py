"""How do the years unfold? Month by month: starts in care, plans, closures, referrals; then the year's care leavers."""

from __future__ import annotations

import numpy as np

from btc_eval.synthetic import care, closures, leaving, protection, referrals
from btc_eval.synthetic.days import last_day, months_of
from btc_eval.synthetic.flows import Flows, flows
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.opening import open_the_books
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.register import register_families
from btc_eval.synthetic.world import World

Generator = np.random.Generator


def play(margins: Margins, parameters: Parameters, rng: Generator) -> World:
    """What happens in the synthetic borough, from the year before the first return to the last?

    Parameters
    ----------
    margins
        The totals to be met.
    parameters
        What is assumed beyond them.
    rng
        The only source of chance; the same generator state gives the same world.
    """
    world = World(parameters, last=last_day(margins.last_year))
    plan = flows(margins)
    open_the_books(world, margins, plan, rng)
    for year in margins.years:
        _play_year(world, margins, plan, year, rng)
    return world


def _play_year(world: World, margins: Margins, plan: Flows, year: int, rng: Generator) -> None:
    months = months_of(year)
    referred = referrals.plan_months(margins, year, months)
    planned = protection.plan_plans(world, margins, year, months, rng)
    slots = care.plan_starts(plan, year, world, rng)
    left = closures.Year(margins.ended(year), leaving.closing_leavers(margins, plan, year))
    arrears = 0
    for (first, last), month, plans in zip(months, referred, planned):
        register_families(world, margins.scale, first, last, rng)
        grown, grown_plans = closures.grow_up(world, first, last)
        to_care = care.start_care(world, slots, first, last, rng)
        arrears = protection.end_plans(world, plans, to_care + grown_plans - arrears, rng)
        protection.start_plans(world, plans, rng)
        closures.close_cases(world, left, grown, first, last, rng)
        referrals.refer(world, margins, year, month, rng)
    _end_year(world, margins, plan, year, left, rng)


def _end_year(world: World, margins: Margins, plan: Flows, year: int, left: closures.Year, rng: Generator) -> None:
    """Let children leave care, close what the year still lacks, and settle those who start twice."""
    before = _closed_with_care(world)
    ended = care.cease_care(world, plan.ceases[year], year, rng)
    leaving.give_reasons(world, margins, year, ended, rng)
    left.to_close -= _closed_with_care(world) - before
    march = months_of(year)[-1]
    closures.close_the_year(world, left.to_close, *march, rng)
    care.pause_and_resume(world, plan, year, ended, rng)


def _closed_with_care(world: World) -> int:
    return int(world.cases["left_care"].sum())
