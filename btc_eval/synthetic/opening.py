"""Who is known on the day before the first year? Children looked after, on plans, in need and under assessment.

Published stocks at that 31 March give the numbers; how long each case has been open follows the published durations.
"""

from __future__ import annotations

import numpy as np

from btc_eval.synthetic.days import Ints, first_day, last_day
from btc_eval.synthetic.flows import Flows
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import between, parts
from btc_eval.synthetic.world import Outcome, World, days_between, new_households

Generator = np.random.Generator

#: Months a case or a plan has been open, by published band; the last band ends where children grow up.
_OPEN_DAYS = np.array([[1, 91], [92, 182], [183, 364], [365, 729], [730, 2600]])
_STAY_YEARS = 3.2


def open_the_books(world: World, margins: Margins, flows: Flows, rng: Generator) -> None:
    """Who is known on the eve of the first simulated year? Fills an empty world."""
    year = margins.years[0] - 1
    eve = last_day(year)
    looked_after = _looked_after(world, flows, year, rng)
    others = max(margins.count("in_need", year) - len(looked_after), 0)
    carried = min(margins.carried(year + 1), others)
    _in_need(world, others - carried, len(looked_after), eve, rng)
    _under_assessment(world, carried, eve, rng)
    _on_plans(world, margins.count("plans", year), eve, rng)


def _looked_after(world: World, flows: Flows, year: int, rng: Generator) -> Ints:
    """Add the opening stock of looked-after children, each with a case and a stay, at exactly the planned ages."""
    age = np.repeat(np.array(list(flows.opening), dtype=np.int64), list(flows.opening.values()))
    number = len(age)
    eve = last_day(year)
    born = np.concatenate(
        [days_between(first_day(year - a), last_day(year - a), n, rng) for a, n in flows.opening.items()]
    )
    wards = world.parameters.wards
    ward = rng.choice(len(wards.codes), size=max(round(number * 0.7), 1), p=wards.weights)
    family = rng.choice(world.add_families(ward, eve, rng), size=number) if number else np.zeros(0, dtype=np.int64)
    child = world.add_children(family, born, rng)
    stayed = (rng.exponential(_STAY_YEARS, size=number) * 365).astype(np.int64)
    started = np.maximum(eve - stayed, born + rng.integers(1, 40, size=number))
    started = np.minimum(started, eve)
    referred = np.maximum(started - rng.integers(3, 300, size=number), born - 90)
    case = _open(world, child, referred)
    stay = world.stays.add(number, child=child, case=case, started=started)
    world.children["stay"][child] = stay
    world.children["stayed"][child] = 1
    return child


def _open(world: World, child: Ints, referred: Ints) -> Ints:
    """Open a case for each child and remember it as the first they are known by."""
    case = world.cases.add(len(child), child=child, referred=referred)
    for name, value in (("known", referred), ("last_referred", referred), ("case", case)):
        world.children[name][child] = value
    return case


def _in_need(world: World, number: int, looked_after: int, eve: int, rng: Generator) -> None:
    """Add open cases; with the looked-after children, mostly known for long, they show the published durations."""
    shares = world.parameters.array("cases", "open_for")
    wanted = parts(number + looked_after, shares)
    held = parts(looked_after, np.array([0.05, 0.06, 0.11, 0.18, 0.60]))
    bands = parts(number, np.maximum(wanted - held, 1))
    window = np.repeat(_OPEN_DAYS, bands, axis=0)
    child = new_households(world, number, world.parameters.wards.weights, eve, rng)
    age = eve - world.children["born"][child]
    # Long-open cases go to children old enough to have been known for so long.
    order = np.argsort(age + rng.normal(0, 900, size=number), kind="stable")
    referred = np.empty(number, dtype=np.int64)
    referred[order] = eve - between(window[:, 0], window[:, 1], rng)
    referred = np.maximum(referred, world.children["born"][child] - 100)
    _open(world, child, np.minimum(referred, eve - 1))


def _under_assessment(world: World, number: int, eve: int, rng: Generator) -> None:
    """Add children whose assessment will end, after the eve, with no further action."""
    child = new_households(world, number, world.parameters.wards.weights, eve, rng)
    referred = eve - rng.integers(1, 55, size=number)
    case = _open(world, child, referred)
    world.cases["outcome"][case] = int(Outcome.NOT_IN_NEED)
    closed = np.maximum(referred + rng.integers(14, 70, size=number), eve + 1)
    world.cases["closed"][case] = closed
    world.children["closed"][child] = closed
    world.children["case"][child] = -1


def _on_plans(world: World, number: int, eve: int, rng: Generator) -> None:
    """Put children with open cases on protection plans."""
    children, cases = world.children, world.cases
    open_case = children["case"]
    possible = np.flatnonzero((open_case >= 0) & (children["stay"] < 0))
    known = eve - cases["referred"][open_case[possible]]
    possible = possible[(known > 25) & (known < 900)]
    chosen = rng.permutation(possible)[:number]
    referred = cases["referred"][open_case[chosen]]
    latest = np.minimum(eve, referred + 120)
    started = between(referred + 15, latest, rng)
    plan = world.plans.add(len(chosen), child=chosen, case=open_case[chosen], started=started)
    children["plan"][chosen] = plan
