"""In which kind of placement was each child, from day to day? The published mix at every 31 March.

At each 31 March every kind takes, by score, exactly as many of the children then looked after as published; whoever is
moved to another changes on a day of that year. Foster placements take the remainder.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic.changes import Changes, change, deal
from btc_eval.synthetic.days import Flags, Floats, Ints, first_day, last_day
from btc_eval.synthetic.leaving import REASONS
from btc_eval.synthetic.legal import legal_changes
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.world import World

Generator = np.random.Generator

FOSTER, ADOPTION, PARENTS, HOMES = (
    "foster placements", "placed for adoption", "with parents", "children's homes and secure homes",
)  # fmt: skip
SUPPORTED, SCHOOLS, RESIDENTIAL, OTHER = (
    "independent or supported living", "residential schools", "other residential settings", "other placements",
)  # fmt: skip
GROUPS = (FOSTER, ADOPTION, PARENTS, HOMES, SUPPORTED, SCHOOLS, RESIDENTIAL, OTHER)


def histories(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """Under which status and in which placement was each child?

    Returns
    -------
    pd.DataFrame
        One row a change, the start of the stay included: `stay`, `day`, `legal` and `group` (the values from that day
        on), `status_changed` and `moved` (whether the day changed the legal status, or the placement).
    """
    legal, group = legal_changes(world, margins, rng), _groups(world, margins, rng)
    frame = legal.frame("legal").merge(group.frame("group"), on=["stay", "day"], how="outer", sort=True)
    frame["status_changed"], frame["moved"] = frame["legal"].notna(), frame["group"].notna()
    held = frame.groupby("stay", sort=False)[["legal", "group"]].ffill().astype(np.int64)
    frame[["legal", "group"]] = held
    ended = world.stays["ended"][frame["stay"].to_numpy()]
    return pd.DataFrame(frame[frame["day"].to_numpy() < ended].reset_index(drop=True))


def _groups(world: World, margins: Margins, rng: Generator) -> Changes:
    stays, children = world.stays, world.children
    changes = Changes()
    age = (stays["started"] - children["born"][stays["child"]]) / 365.25
    luck = rng.random(len(stays))
    group = np.full(len(stays), GROUPS.index(FOSTER), dtype=np.int64)
    group[(age < 10) & (luck < 0.10)] = GROUPS.index(PARENTS)
    group[(age < 1) & (luck > 0.93)] = GROUPS.index(RESIDENTIAL)
    group[(age >= 10) & (luck < 0.16)] = GROUPS.index(HOMES)
    group[(age >= 16) & (luck > 0.45)] = GROUPS.index(SUPPORTED)
    changes.add(np.arange(len(stays)), stays["started"].copy(), group)
    since = stays["started"].copy()
    rate = world.parameters.number("care", "moves_a_year")
    for year in margins.years:
        end = last_day(year)
        _wander(world, changes, group, since, year, rate, rng)
        here = np.flatnonzero((stays["started"] <= end) & (stays["ended"] > end))
        wanted = margins.split("stock_placement", year)
        scores = _group_scores(world, here, group[here], end, rng)
        target = deal(scores, {n: wanted.get(GROUPS[n], 0) for n in scores}, GROUPS.index(FOSTER))
        change(changes, here, group, since, target, year, rng)
    return changes


def _group_scores(world: World, here: Ints, now: Ints, end: int, rng: Generator) -> dict[int, Floats]:
    stays, children = world.stays, world.children
    age = (end - children["born"][stays["child"][here]]) / 365.25
    to_adopt = (stays["reason"][here] == REASONS.index("adopted")) & (stays["ended"][here] < end + 400)
    noise = rng.random(len(here))
    stay_put = {name: 4.0 * (now == GROUPS.index(name)) for name in GROUPS}

    def able(score: Floats, allowed: Flags) -> Floats:
        return np.where(allowed, score, -np.inf)

    scores = {
        ADOPTION: able(stay_put[ADOPTION] + 20.0 * to_adopt - age + noise, age < 8),
        SUPPORTED: able(stay_put[SUPPORTED] + age + noise, age >= 16),
        SCHOOLS: able(stay_put[SCHOOLS] + noise, age >= 8),
        HOMES: able(stay_put[HOMES] + 0.1 * age + noise, age >= 7),
        PARENTS: stay_put[PARENTS] + noise,
        RESIDENTIAL: stay_put[RESIDENTIAL] + 2.0 * (age < 1) + noise,
        OTHER: stay_put[OTHER] + 0.1 * age + noise,
    }
    return {GROUPS.index(name): score for name, score in scores.items()}


def _wander(world: World, changes: Changes, group: Ints, since: Ints, year: int, rate: float, rng: Generator) -> None:
    """Move some children from one carer, or one home, to another of the same kind."""
    stays = world.stays
    low = np.maximum(stays["started"] + 12, first_day(year))
    high = np.minimum(stays["ended"] - 6, last_day(year) - 30)
    days = np.maximum(high - low, 0)
    moves = np.flatnonzero(rng.random(len(stays)) < 1 - np.exp(-rate * days / 365.0))
    moves = moves[np.isin(group[moves], [GROUPS.index(FOSTER), GROUPS.index(HOMES), GROUPS.index(SUPPORTED)])]
    again = moves[rng.random(len(moves)) < 0.3]
    for stay in (moves, again):
        day = low[stay] + np.floor(rng.random(len(stay)) * days[stay]).astype(np.int64)
        kept = day > since[stay] + 5
        changes.add(stay[kept], day[kept], group[stay[kept]])
        since[stay[kept]] = day[kept]
