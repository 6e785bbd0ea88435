"""Which families does the programme support? Drawn month by month, so that a start in care can depend on it."""

from __future__ import annotations

import numpy as np

from btc_eval.synthetic.days import NEVER
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.world import World

Generator = np.random.Generator


def project_names(world: World) -> list[str]:
    """Which projects are there, in the order in which the world numbers them? The ward's own is first."""
    block = world.parameters.block("register")
    return [block["ward_project"], *block["projects"]]


def register_families(world: World, scale: float, first: int, last: int, rng: Generator) -> None:
    """Which families come on to the programme register this month? None before the programme's start."""
    effect, parameters = world.parameters.effect, world.parameters
    if first < effect.start_day:
        return
    children, families = world.children, world.families
    able = np.flatnonzero((children["case"] >= 0) & (children["stay"] < 0))
    able = able[families["registered"][children["family"][able]] == NEVER]
    in_ward = world.wards(first, able) == parameters.wards.codes.index(effect.ward_code)
    young = children["born"][able] > first - 5 * 365
    weight = np.ones(len(able))
    weight *= np.where(children["plan"][able] >= 0, parameters.number("register", "weight_on_plan"), 1.0)
    weight *= np.where(in_ward, parameters.number("register", "weight_in_ward"), 1.0)
    weight *= np.where(young, parameters.number("register", "weight_under_five"), 1.0)
    heaviest = np.zeros(len(families))
    np.maximum.at(heaviest, children["family"][able], weight)
    number = round(parameters.number("register", "families_a_month") * scale)
    family = draw(heaviest, number, rng)
    start = rng.integers(first, last + 1, size=len(family))
    low, high = parameters.array("register", "months_of_support")
    families["registered"][family] = start
    families["support_ended"][family] = start + rng.integers(int(low * 30), int(high * 30), size=len(family))
    shares = np.array(list(parameters.shares("register", "projects").values()))
    other = 1 + rng.choice(len(shares), size=len(family), p=shares / shares.sum())
    home = families["ward"][family] == parameters.wards.codes.index(effect.ward_code)
    families["project"][family] = np.where(home, 0, other)
