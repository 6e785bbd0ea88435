"""What does each placement look like, and which episodes does the return show? From histories to rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic import placements as p
from btc_eval.synthetic.attributes import NEEDS
from btc_eval.synthetic.days import NEVER, Ints, year_of
from btc_eval.synthetic.leaving import REASONS, words
from btc_eval.synthetic.legal import LEGAL
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.people import Words, choose
from btc_eval.synthetic.places import home_postcode, placement_postcodes
from btc_eval.synthetic.quotas import draw, parts_named
from btc_eval.synthetic.world import World

Generator = np.random.Generator

#: From this collection year supported accommodation is registered, and the older code is gone from the return.
REGISTERED_FROM = 2025
SUPPORTED = "semi-independent, not regulated as a children's home"
REGISTERED = "registered supported accommodation"


def episodes(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """Which episodes does the looked-after return show?

    Returns
    -------
    pd.DataFrame
        One row an episode, in the words of the returns: `child` and `stay` (positions in the world; -1 for short
        breaks), `started`, `ended` (days), `start_reason`, `legal_status`, `need`, `placement`, `provider`,
        `end_reason`, `change_reason`, `home_postcode`, `placement_postcode`, `placement_urn`. An episode that ends
        with another that same day has the reason for that; one that is open has none.
    """
    history = p.histories(world, margins, rng)
    stay = history["stay"].to_numpy()
    stays = world.stays
    first = ~history["stay"].duplicated().to_numpy()
    last = ~history["stay"].duplicated(keep="last").to_numpy()
    ended = np.where(last, stays["ended"][stay], np.roll(history["day"].to_numpy(), -1))
    frame = pd.DataFrame({"child": stays["child"][stay], "stay": stay, "started": history["day"], "ended": ended})
    both = history["status_changed"] & history["moved"]
    frame["start_reason"] = np.select(
        [first, both, history["moved"]],
        ["started to be looked after", "legal status, placement and carer changed", "placement and carer changed"],
        "legal status changed",
    )
    frame["legal_status"] = np.array(LEGAL, dtype=object)[history["legal"]]
    frame["need"] = _needs(world, margins, rng)[stay]
    _describe(world, frame, history, rng)
    finished = frame["ended"].to_numpy() <= world.last
    frame["end_reason"] = np.where(
        finished,
        np.where(last, _reasons(world, stay, frame["ended"].to_numpy(), rng), "new episode began the same day"),
        "",
    )
    moves_next = np.roll(history["moved"].to_numpy(), -1) & ~last
    frame["change_reason"] = np.where(
        moves_next & finished, choose(world.parameters.shares("care_detail", "change_reasons"), len(frame), rng), ""
    )
    frame["ended"] = frame["ended"].where(finished, NEVER)
    return pd.concat([frame, _short_breaks(world, margins, rng)], ignore_index=True)


def in_words_of(placement: Words, year: int) -> Words:
    """In which words does the return of this year name these placements? Supported living is registered from 2025."""
    return np.where((placement == SUPPORTED) & (year >= REGISTERED_FROM), REGISTERED, placement).astype(object)


def _needs(world: World, margins: Margins, rng: Generator) -> Words:
    """Deal each stay its category of need, in the published numbers of the starts of its year."""
    stays = world.stays
    year = np.clip(year_of(stays["started"]), margins.years[0], margins.last_year)
    need = np.full(len(stays), "abuse or neglect", dtype=object)
    asylum = world.children["asylum"][stays["child"]] == 1
    for one in margins.years:
        here = np.flatnonzero((year == one) & ~asylum)
        counts = {NEEDS.get(name, name): float(count) for name, count in margins.split("started_need", one).items()}
        counts["absent parenting"] = max(
            counts.get("absent parenting", 0.0) - float((asylum & (year == one)).sum()), 0.0
        )
        dealt = parts_named(len(here), counts)
        names = np.repeat(np.array(list(dealt), dtype=object), list(dealt.values()))
        need[here] = names[rng.permutation(len(names))]
    need[asylum] = "absent parenting"
    return need


def _describe(world: World, frame: pd.DataFrame, history: pd.DataFrame, rng: Generator) -> None:
    """Say what each placement is; an episode that only changes the legal status keeps the placement before it."""
    number = len(frame)
    names = np.array(p.GROUPS, dtype=object)[history["group"]]
    placement = np.full(number, "", dtype=object)
    provider = np.full(number, "", dtype=object)
    for group, shares in world.parameters.block("care_detail")["placements"].items():
        here = np.flatnonzero(names == group)
        placement[here] = choose(shares, len(here), rng)
    foster = names == p.FOSTER
    kin = rng.random(number) < world.parameters.number("care", "kinship")
    settled = rng.random(number) < world.parameters.number("care_detail", "long_term_fostering")
    placement[foster & kin] = "relative or friend, other"
    placement[foster & kin & settled] = "relative or friend, long term"
    placement[foster & ~kin] = "foster carer, other"
    placement[foster & ~kin & settled] = "foster carer, long term"
    own = kin | (rng.random(number) < world.parameters.number("care", "own_carers"))
    agencies = choose(world.parameters.shares("care_detail", "fostering_agencies"), number, rng)
    provider[foster] = np.where(own, "own council", agencies)[foster]
    provider[names == p.PARENTS], provider[names == p.ADOPTION] = "parent", "own council"
    rest = ~foster & ~np.isin(names, [p.PARENTS, p.ADOPTION])
    provider[rest] = choose(world.parameters.shares("care_detail", "other_providers"), int(rest.sum()), rng)
    postcode = placement_postcodes(
        world, frame["child"].to_numpy(), names == p.PARENTS, frame["started"].to_numpy(), rng
    )
    urn = np.array([f"SC99{one:04d}" for one in rng.integers(0, 400, size=number).tolist()], dtype=object)
    urn[np.isin(names, [p.PARENTS, p.ADOPTION])] = ""
    new = history["moved"].to_numpy()
    keep = np.maximum.accumulate(np.where(new, np.arange(number), 0))
    for name, values in (
        ("placement", placement), ("provider", provider), ("placement_postcode", postcode), ("placement_urn", urn),
    ):  # fmt: skip
        frame[name] = values[keep]
    home_day = world.stays["started"][frame["stay"].to_numpy()]
    frame["home_postcode"] = home_postcode(world, frame["child"].to_numpy(), home_day)


def _reasons(world: World, stay: Ints, ended: Ints, rng: Generator) -> Words:
    reason = world.stays["reason"][stay]
    year = year_of(ended)
    return np.array(
        [words(REASONS[r], y, rng) if r >= 0 and y < 9999 else "returned home, planned" for r, y in zip(reason, year)],
        dtype=object,
    )


def _short_breaks(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """Add the children on short breaks, who are in the return and outside every count of looked-after children."""
    children = world.children
    wanted = round(world.parameters.number("care", "short_breaks") * margins.scale)
    able = np.flatnonzero((children["stayed"] == 0) & (children["case"] >= 0))
    child = able[draw(np.ones(len(able)), wanted, rng)]
    case = children["case"][child]
    started = np.maximum(world.cases["referred"][case] + 60, world.last - rng.integers(200, 1500, size=len(child)))
    keep = started < world.last - 60
    child, started = child[keep], started[keep]
    return pd.DataFrame(
        {
            "child": child,
            "stay": -1,
            "started": started,
            "ended": NEVER,
            "start_reason": "started to be looked after",
            "legal_status": "short breaks, agreement",
            "need": "child's disability or illness",
            "placement": "children's home",
            "provider": "own council",
            "end_reason": "",
            "change_reason": "",
            "home_postcode": home_postcode(world, child, started),
            "placement_postcode": placement_postcodes(world, child, np.zeros(len(child), dtype=bool), started, rng),
            "placement_urn": "SC990001",
        }
    )
