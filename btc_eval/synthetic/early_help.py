"""Who was in touch below the threshold of a referral, and whom did early help support? Contacts and early help.

No publication says how many; the numbers are assumed. Every referral begins with a contact. The programme's effect acts
on the other contacts from its ward as it does on referrals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic.attributes import EARLY_HELP_SOURCE, TO_EARLY_HELP
from btc_eval.synthetic.days import NEVER, Ints, first_day, last_day, months_of, year_of
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.people import Words, choose
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.referrals import find
from btc_eval.synthetic.world import Outcome, World, days_between, new_households

Generator = np.random.Generator

#: Outcome of the contact that a referral begins with.
REFERRED = "referral"
TO_HELP = "early help"
STEP_UP = "step up to children's social care"


def contacts(world: World, margins: Margins, source: Words, rng: Generator) -> pd.DataFrame:
    """Which contacts were there, in the years of the returns? Adds the children known by a contact alone to the world.

    Returns
    -------
    pd.DataFrame
        One row a contact: `child`, `day`, `source`, `outcome`; at most one a child and day.
    """
    cases = world.cases
    case = np.flatnonzero(cases["referred"] >= first_day(margins.first_year))
    before = cases["referred"][case] - rng.integers(0, 3, size=len(case))
    began = pd.DataFrame({"child": cases["child"][case], "day": before, "source": source[case], "outcome": REFERRED})
    rest = [
        _of_month(world, margins, first, last, int(referrals), rng)
        for year in range(margins.first_year, margins.last_year + 1)
        for (first, last), referrals in zip(months_of(year), margins.months[year])
    ]
    frame = pd.concat([began, *rest], ignore_index=True)
    frame = frame[frame["day"] >= first_day(margins.first_year)].drop_duplicates(["child", "day"])
    return frame.sort_values(["day", "child"], kind="stable", ignore_index=True)


def _of_month(world: World, margins: Margins, first: int, last: int, referrals: int, rng: Generator) -> pd.DataFrame:
    parameters = world.parameters
    number = round(referrals * (parameters.number("contacts", "for_each_referral") - 1))
    wards = parameters.wards.weights_on(first, parameters.effect, parameters.effect.contact_ratio)
    children = world.children
    able = np.flatnonzero(
        (children["known"] < first) & (children["born"] > last - int(17.9 * 365.25)) & (children["died"] > last)
    )
    known = find(world, able, round(number * parameters.number("contacts", "about_known_children")), wards, first, rng)
    new = new_households(world, number - len(known), wards, first, rng)
    child = np.concatenate([known, new])
    family = children_family(world, child)
    day = rng.integers(first, last + 1, size=len(world.families))[family]
    world.children["known"][new] = np.minimum(world.children["known"][new], day[len(known) :])
    shares = {name: float(count) for name, count in _sources(world, margins, first).items()}
    outcome = choose(parameters.shares("contacts", "outcomes"), len(world.families), rng)[family]
    return pd.DataFrame({"child": child, "day": day, "source": choose(shares, len(child), rng), "outcome": outcome})


def children_family(world: World, child: Ints) -> Ints:
    """Return the family of each child."""
    return world.children["family"][child]


def _sources(world: World, margins: Margins, when: int) -> dict[str, float]:
    groups = margins.split("source", int(year_of(np.array([when]))[0]))
    within = world.parameters.block("referrals")["sources"]
    return {word: count * share for group, count in groups.items() for word, share in within[group].items() if count}


def early_help(
    world: World, margins: Margins, contact: pd.DataFrame, source: Words, closure: Words, rng: Generator
) -> pd.DataFrame:
    """Whom did early help support? Some step down from a case, some step up to a referral, the rest follow a contact.

    Returns
    -------
    pd.DataFrame
        One row an episode: `child`, `started`, `ended`, `reason`, `end_reason`, `organisation`.
    """
    block = world.parameters.block("early_help")
    yearly = {int(year): int(count) for year, count in block["episodes_a_year"].items()}
    frames = []
    for year in range(margins.first_year, margins.last_year + 1):
        number = round(yearly[min(max(year, min(yearly)), max(yearly))] * margins.scale)
        down = _after_closure(world, year, round(number * block["after_closure"]), closure, rng)
        up = _before_referral(world, year, round(number * block["before_referral"]), source, rng)
        rest = _after_contact(contact, year, number - len(down) - len(up), rng)
        frames += [down, up, rest]
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.drop_duplicates(["child", "started"]).sort_values(
        ["started", "child"], kind="stable", ignore_index=True
    )
    return _described(world, frame, rng)


def _after_closure(world: World, year: int, number: int, closure: Words, rng: Generator) -> pd.DataFrame:
    cases = world.cases
    young = cases["closed"] - world.children["born"][cases["child"]] < 17 * 365
    able = np.flatnonzero((year_of(cases["closed"]) == year) & (cases["left_care"] == 0) & young)
    weights = np.where(closure[able] == TO_EARLY_HELP, 8.0, np.where(closure[able] == "died", 0.0, 1.0))
    case = able[draw(weights, number, rng)]
    started = cases["closed"][case] + rng.integers(1, 21, size=len(case))
    return _episode(world, cases["child"][case], started, np.full(len(case), NEVER))


def _before_referral(world: World, year: int, number: int, source: Words, rng: Generator) -> pd.DataFrame:
    cases = world.cases
    first = world.children["known"][cases["child"]] == cases["referred"]
    started = cases["referred"] - rng.integers(40, 330, size=len(cases))
    born = world.children["born"][cases["child"]]
    able = np.flatnonzero((year_of(started) == year) & first & (started > born + 30))
    weights = np.where(
        source[able] == EARLY_HELP_SOURCE, 8.0, np.where(cases["outcome"][able] == int(Outcome.IN_NEED), 1.0, 0.7)
    )
    case = able[draw(weights, number, rng)]
    ended = cases["referred"][case] + rng.integers(0, 15, size=len(case))
    return _episode(world, cases["child"][case], started[case], ended)


def _after_contact(contact: pd.DataFrame, year: int, number: int, rng: Generator) -> pd.DataFrame:
    day = contact["day"].to_numpy()
    able = np.flatnonzero((year_of(day) == year) & (contact["outcome"] == TO_HELP).to_numpy())
    chosen = able[draw(np.ones(len(able)), number, rng)]
    started = np.minimum(day[chosen] + rng.integers(2, 25, size=len(chosen)), last_day(year))
    return pd.DataFrame(
        {"child": contact["child"].to_numpy()[chosen], "started": started, "ended": NEVER, "stepped_up": False}
    )


def _episode(world: World, child: Ints, started: Ints, ended: Ints) -> pd.DataFrame:
    frame = pd.DataFrame({"child": child, "started": started, "ended": ended, "stepped_up": ended != NEVER})
    return frame[frame["started"] <= world.last]


def _described(world: World, frame: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    low, high = world.parameters.array("early_help", "months_open") * 30
    number = len(frame)
    length = days_between(int(low), int(high), number, rng)
    open_ended = (frame["ended"] == NEVER).to_numpy()
    ended = np.where(open_ended, frame["started"] + length, frame["ended"])
    ended = np.where(ended > world.last, NEVER, ended)
    others = {k: v for k, v in world.parameters.shares("early_help", "end_reasons").items() if k != STEP_UP}
    why = np.where(frame["stepped_up"], STEP_UP, choose(others, number, rng))
    return frame.assign(
        ended=ended,
        reason=choose(world.parameters.shares("early_help", "reasons"), number, rng),
        end_reason=np.where(ended == NEVER, "", why),
        organisation=choose(world.parameters.shares("early_help", "organisations"), number, rng),
    )


def register_from_early_help(world: World, help_: pd.DataFrame, rng: Generator) -> None:
    """Put some families on the programme register by way of early help: none that ever has a protection plan.

    The built-in effect acts on plans, and who was on the register was settled when it acted.
    """
    families, start = world.families, world.parameters.effect.start_day
    family = children_family(world, help_["child"].to_numpy())
    on_plan = np.unique(world.children["family"][world.plans["child"]])
    able = (
        (help_["started"].to_numpy() >= start) & (families["registered"][family] == NEVER) & ~np.isin(family, on_plan)
    )
    rows = np.flatnonzero(able)
    chosen = rows[rng.random(len(rows)) < world.parameters.number("register", "early_help_share")]
    first, position = np.unique(family[chosen], return_index=True)
    row = chosen[position]
    families["registered"][first] = help_["started"].to_numpy()[row]
    families["support_ended"][first] = help_["started"].to_numpy()[row] + rng.integers(60, 330, size=len(first))
    shares = np.array(list(world.parameters.shares("register", "projects").values()))
    home = families["ward"][first] == world.parameters.wards.codes.index(world.parameters.effect.ward_code)
    other = 1 + rng.choice(len(shares), size=len(first), p=shares / shares.sum())
    families["project"][first] = np.where(home, 0, other)
