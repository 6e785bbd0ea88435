"""Who is each child? Identifiers that cannot be mistaken for real ones, and what a return says of a person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.synthetic.days import Ints
from btc_eval.synthetic.quotas import draw_together
from btc_eval.synthetic.world import World

Generator = np.random.Generator
Words = npt.NDArray[np.object_]

#: Every identifier of a demonstration extract begins with this.
PREFIX = "DEMO"
#: The check letters of a pupil number; the council 000 does not exist, so no number is a real pupil's.
_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NO_COUNCIL = "000"


def choose(shares: dict[str, float], number: int, rng: Generator) -> Words:
    """Which word falls to each of a number of rows, by these shares?"""
    names = np.array(list(shares), dtype=object)
    weights = np.array(list(shares.values()))
    return names[rng.choice(len(names), size=number, p=weights / weights.sum())]


def choose_for(shares: dict[str, float], group: Ints, rng: Generator) -> Words:
    """As `choose`, the same for every row of a group."""
    return choose(shares, int(group.max()) + 1 if len(group) else 0, rng)[group]


def people(world: World, rng: Generator) -> pd.DataFrame:
    """Who is each child of the world?

    Returns
    -------
    pd.DataFrame
        One row a child, in the order of the world: `child_id`, `family_id`, `born` (a day, the expected one for the
        unborn), `sex`, `ethnicity` (the words of the returns), `upn`, `disability` (blank where there is none),
        `asylum`, `died` (a day).
    """
    children = world.children
    number = len(children)
    family = children["family"]
    shares = world.parameters.shares("children", "ethnicity")
    asylum = children["asylum"].astype(bool)
    ethnicity = choose_for(shares, family, rng)
    ethnicity[asylum] = choose(world.parameters.shares("children", "asylum_ethnicity"), int(asylum.sum()), rng)
    serial = rng.permutation(number) + 1
    numbers = rng.permutation(len(world.families)) + 1
    families = np.array([f"{PREFIX}F{one:06d}" for one in numbers.tolist()], dtype=object)
    return pd.DataFrame(
        {
            "child_id": [f"{PREFIX}{one:07d}" for one in serial.tolist()],
            "family_id": families[family],
            "born": children["born"].copy(),
            "sex": np.where(children["female"] == 1, "female", "male"),
            "ethnicity": ethnicity,
            "upn": pupil_numbers(serial),
            "disability": _disabilities(world, rng),
            "asylum": asylum,
            "died": children["died"].copy(),
        }
    )  # fmt: skip


def pupil_numbers(serial: Ints) -> list[str]:
    """Which pupil number has each child? Well formed, with the check letter, of a council that does not exist."""
    digits = [f"{_NO_COUNCIL}{one:09d}" for one in serial.tolist()]
    return [_LETTERS[sum(w * int(d) for w, d in zip(range(2, 14), text)) % 23] + text for text in digits]


def _disabilities(world: World, rng: Generator) -> Words:
    number = len(world.children)
    kind = choose(world.parameters.shares("children", "disability"), number, rng)
    none = rng.random(number) >= world.parameters.number("children", "disabled")
    kind[none] = ""
    return kind


def mark_asylum_seekers(world: World, wanted: dict[int, int], starts_in: Ints, rng: Generator) -> None:
    """Which looked-after children sought asylum alone? As many of each year's starts as published.

    Parameters
    ----------
    wanted
        Year → children.
    starts_in
        The year in which each stay began.
    """
    children, stays = world.children, world.stays
    size = np.bincount(children["family"], minlength=len(world.families))
    for year, number in wanted.items():
        stay = np.flatnonzero((starts_in == year) & (stays["from_plan"] == 0) & (stays["resumed"] == 0))
        child = stays["child"][stay]
        old = stays["started"][stay] - children["born"][child] >= 15 * 365
        alone = size[children["family"][child]] == 1
        weights = np.where(old, 1.0, 0.0) * np.where(alone, 20.0, 1.0) * (children["stayed"][child] == 1)
        chosen = draw_together(weights, np.arange(len(stay)), number, 0.0, rng)
        children["asylum"][child[chosen]] = 1
