"""What is in the whole extract, before it is cut into returns? Every record of the synthetic borough, once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.synthetic import (
    assessments,
    attributes,
    care_tables,
    conferences,
    early_help,
    factors,
    looked_after,
    people,
    places,
)
from btc_eval.synthetic.days import Ints, year_of
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.people import Words
from btc_eval.synthetic.play import play
from btc_eval.synthetic.world import World

Generator = np.random.Generator


@dataclass(frozen=True)
class Borough:
    """Every record, in the words of the returns and with days as numbers.

    Parameters
    ----------
    world
        Families, children, cases, plans and stays.
    margins
        The totals it was drawn to.
    people
        One row a child, in the order of the world.
    source, need, closure, transferred
        For each case: words, and the day of a conference held elsewhere.
    assessments, factors, need_plans, enquiries
        See the functions of those names.
    first_category, latest_category, plan_reviews
        For each plan: the categories of abuse; and its reviews.
    episodes, reviews, adoptions, placed, absences, social_workers
        The looked-after return's records.
    contacts, early_help, addresses
        The case system's records.
    """

    world: World
    margins: Margins
    people: pd.DataFrame
    source: Words
    need: Words
    closure: Words
    transferred: Ints
    assessments: pd.DataFrame
    factors: pd.DataFrame
    need_plans: pd.DataFrame
    enquiries: pd.DataFrame
    first_category: Words
    latest_category: Words
    plan_reviews: pd.DataFrame
    episodes: pd.DataFrame
    reviews: pd.DataFrame
    adoptions: pd.DataFrame
    placed: pd.DataFrame
    absences: pd.DataFrame
    social_workers: pd.DataFrame
    contacts: pd.DataFrame
    early_help: pd.DataFrame
    addresses: pd.DataFrame


def build(margins: Margins, parameters: Parameters, rng: Generator) -> Borough:
    """What happened to everyone in the synthetic borough?

    Each part draws from a generator of its own, spawned from `rng`, so that a change in one leaves the others as they
    were.
    """
    lives, who, front_door, work, care, below = rng.spawn(6)
    world = play(margins, parameters, lives)
    asylum = {
        year: margins.split("started_asylum", year).get("unaccompanied asylum-seeking children", 0)
        for year in margins.years
    }
    people.mark_asylum_seekers(world, asylum, year_of(world.stays["started"]), who)
    event = attributes.events_of(world)
    source = attributes.sources(world, margins, event, front_door)
    need = attributes.needs(world, margins, event, front_door)
    closure = attributes.closures(world, event, front_door)
    assessed = assessments.assessments(world, margins, work)
    enquiries, transferred = conferences.enquiries(world, margins, work)
    first, latest = _categories(world, work)
    contacts = early_help.contacts(world, margins, source, below)
    helped = early_help.early_help(world, margins, contacts, source, closure, below)
    early_help.register_from_early_help(world, helped, below)
    episodes = looked_after.episodes(world, margins, care)
    everyone = people.people(world, who)
    return Borough(
        world=world,
        margins=margins,
        people=everyone,
        source=source,
        need=need,
        closure=closure,
        transferred=transferred,
        assessments=assessed,
        factors=factors.factors(world, margins, assessed, work),
        need_plans=assessments.need_plans(world, margins, work),
        enquiries=enquiries,
        first_category=first,
        latest_category=latest,
        plan_reviews=conferences.reviews(world, margins, work),
        episodes=episodes,
        reviews=care_tables.reviews(world, care),
        adoptions=care_tables.adoptions(world, episodes, care),
        placed=care_tables.placed_for_adoption(world, episodes, care),
        absences=care_tables.absences(world, margins, care),
        social_workers=care_tables.social_workers(world, care),
        contacts=contacts,
        early_help=helped,
        addresses=places.addresses(world, everyone["child_id"].to_numpy(dtype=object)),
    )


def _categories(world: World, rng: Generator) -> tuple[Words, Words]:
    """For which category of abuse was each plan made, and which is the latest? Siblings share the first."""
    plans = world.plans
    family = world.children["family"][plans["child"]]
    _, group = np.unique(family * 100_000 + plans["started"], return_inverse=True)
    shares = world.parameters.shares("protection", "first_category")
    first = people.choose_for(shares, group, rng)
    changed = rng.random(len(first)) < world.parameters.number("protection", "category_changes")
    latest = np.where(changed, people.choose(shares, len(first), rng), first)
    return first, latest
