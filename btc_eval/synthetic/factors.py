"""Which factors did each assessment identify? In the published numbers of episodes with each factor.

Factors come together: a family trait and a child's own chance rank the episodes for each factor, and the published
number from the top of the ranking have it. Children assessed and found not in need have the code for no factors.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import Floats, Ints, year_of
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.world import Outcome, World

Generator = np.random.Generator

NO_FACTORS = "no factors"

_PEOPLE = {"child": "child", "parent": "parent or carer", "other person": "other person in the household"}
_MATTERS = {
    "alcohol misuse": "alcohol", "drug misuse": "drugs", "domestic abuse": "domestic abuse",
    "mental health": "mental health", "learning disability": "learning disability",
    "physical disability": "physical disability or illness",
}  # fmt: skip

#: Published wording of a factor → the wording of the returns.
FACTORS: Mapping[str, str] = {
    **{f"{matter}, {who}": f"{ours}: {whose}" for matter, ours in _MATTERS.items() for who, whose in _PEOPLE.items()},
    "young carer": "young carer",
    "privately fostered": "private fostering: other",
    "unaccompanied asylum seeker": "unaccompanied asylum-seeking child",
    "going missing": "going missing",
    "child sexual exploitation": "child sexual exploitation",
    "trafficking": "trafficking",
    "gangs": "gangs",
    "socially unacceptable behaviour": "socially unacceptable behaviour",
    "self-harm": "self-harm",
    "neglect": "neglect",
    "emotional abuse": "emotional abuse",
    "physical abuse, by whom not known": "physical abuse",
    "physical abuse, child on child": "physical abuse by a child",
    "physical abuse, adult on child": "physical abuse by an adult",
    "sexual abuse, by whom not known": "sexual abuse",
    "sexual abuse, child on child": "sexual abuse by a child",
    "sexual abuse, adult on child": "sexual abuse by an adult",
    "female genital mutilation": "female genital mutilation",
    "abuse linked to faith or belief": "abuse linked to faith or belief",
    "child criminal exploitation": "child criminal exploitation",
    "other": "other factor",
}
#: Factors that a small child cannot have, by the age in years from which they are met.
_FROM_AGE = {
    "self-harm": 8, "gangs": 10, "child sexual exploitation": 10, "child criminal exploitation": 10, "going missing": 8,
    "alcohol misuse, child": 10, "drug misuse, child": 10, "young carer": 6, "socially unacceptable behaviour": 7,
    "unaccompanied asylum seeker": 14, "mental health, child": 4, "trafficking": 8,
}  # fmt: skip


def factors(world: World, margins: Margins, assessments: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Which factors did each assessment identify?

    Returns
    -------
    pd.DataFrame
        `assessment` (a row of `assessments`) and `factor`, in the words of the returns.
    """
    outcome = world.cases["outcome"][assessments["case"]]
    year = year_of(assessments["authorised"].to_numpy())
    trait = rng.normal(size=len(world.families))
    frames = []
    for one in margins.years:
        row = np.flatnonzero(year == one)
        # One assessment an episode: the first of the year. In some years the published episodes with a factor outnumber
        # the children in need, so children found not to be in need make up the rest.
        row = row[~assessments["case"].iloc[row].duplicated().to_numpy()]
        weights = np.where(outcome[row] == int(Outcome.IN_NEED), 1.0, 1e-6)
        chosen = np.sort(row[draw(weights, margins.count("episodes_with_a_factor", one), rng)])
        frames.append(_deal(world, margins.factors[one], assessments, chosen, trait, rng))
        none = np.setdiff1d(np.flatnonzero((outcome == int(Outcome.NOT_IN_NEED)) & (year == one)), chosen)
        frames.append(pd.DataFrame({"assessment": none, "factor": NO_FACTORS}))
    return pd.concat(frames, ignore_index=True)


def _deal(
    world: World, counts: Mapping[str, int], assessments: pd.DataFrame, row: Ints, trait: Floats, rng: Generator
) -> pd.DataFrame:
    """Give each factor to as many of these assessments as published, and leave none of them without one."""
    child = world.cases["child"][assessments["case"].to_numpy()[row]]
    age = (assessments["started"].to_numpy()[row] - world.children["born"][child]) / 365.25
    family = world.children["family"][child]
    loading = world.parameters.number("factors", "loading")
    names = [name for name in FACTORS if counts.get(name, 0)]
    held = np.zeros((len(row), len(names)), dtype=bool)
    for column, name in enumerate(names):
        score = loading * trait[family] + np.sqrt(1 - loading**2) * rng.normal(size=len(row))
        score = np.where(age >= _FROM_AGE.get(name, -1), score, score - 20.0)
        held[np.argsort(-score, kind="stable")[: counts[name]], column] = True
    _share_out(held, rng)
    where, column_ = np.nonzero(held)
    words = np.array([FACTORS[name] for name in names], dtype=object)
    return pd.DataFrame({"assessment": row[where], "factor": words[column_]})


def _share_out(held: np.ndarray, rng: Generator) -> None:
    """Move a factor from an assessment with many to each that has none; the number with each factor stays."""
    empty = np.flatnonzero(held.sum(axis=1) == 0)
    for to in empty.tolist():
        richest = int(np.argmax(held.sum(axis=1)))
        if held[richest].sum() < 2:
            return
        column = int(rng.choice(np.flatnonzero(held[richest])))
        held[richest, column] = False
        held[to, column] = True
