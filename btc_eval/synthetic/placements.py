"""Under which legal status and in which placement was each child, from day to day? The published mix at every 31 March.

With hindsight: who will be adopted is known when the placement order is dealt. At each 31 March every group takes, by
score, exactly as many of the children then looked after as published; whoever is moved to another group changes on a day
of that year. Full care orders and foster placements take the remainder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import NEVER, Floats, Ints, first_day, last_day, year_of
from btc_eval.synthetic.leaving import REASONS
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.world import World

Generator = np.random.Generator

INTERIM, FULL, PLACEMENT_ORDER, VOLUNTARY = "interim care order", "care order", "placement order", "section 20"
LEGAL = (
    INTERIM, FULL, PLACEMENT_ORDER, VOLUNTARY, "police protection", "emergency protection order",
    "child assessment order", "remanded", "youth rehabilitation order", "detained under PACE",
)  # fmt: skip
#: Published wording → ours, where they differ.
_LEGAL_WORDS = {
    "full care order": FULL, "placement order granted": PLACEMENT_ORDER, "voluntary agreement": VOLUNTARY,
    "remand": "remanded", "sentenced to youth rehabilitation order": "youth rehabilitation order",
    "police and criminal evidence act": "detained under PACE",
}  # fmt: skip
#: Statuses that last days, not months.
_BRIEF = ("police protection", "emergency protection order", "child assessment order", "detained under PACE")
_YOUNG_OFFENDER = ("remanded", "youth rehabilitation order", "detained under PACE")

FOSTER, ADOPTION, PARENTS, HOMES = (
    "foster placements", "placed for adoption", "with parents", "children's homes and secure homes",
)  # fmt: skip
SUPPORTED, SCHOOLS, RESIDENTIAL, OTHER = (
    "independent or supported living", "residential schools", "other residential settings", "other placements",
)  # fmt: skip
GROUPS = (FOSTER, ADOPTION, PARENTS, HOMES, SUPPORTED, SCHOOLS, RESIDENTIAL, OTHER)


@dataclass
class Changes:
    """Changes of one kind: the stay, the day and the new value (a position in `LEGAL` or `GROUPS`)."""

    stay: list[Ints] = field(default_factory=list)
    day: list[Ints] = field(default_factory=list)
    value: list[Ints] = field(default_factory=list)

    def add(self, stay: Ints, day: Ints, value: Ints | int) -> None:
        """Note changes."""
        self.stay.append(stay)
        self.day.append(day)
        # A copy: the caller goes on changing its own array from year to year.
        self.value.append(np.array(np.broadcast_to(np.asarray(value, dtype=np.int64), stay.shape)))

    def frame(self, name: str) -> pd.DataFrame:
        """Return every change, one a stay and day, in order."""
        frame = pd.DataFrame(
            {"stay": np.concatenate(self.stay), "day": np.concatenate(self.day), name: np.concatenate(self.value)}
        )
        newest: pd.DataFrame = frame.drop_duplicates(["stay", "day"], keep="last")
        return pd.DataFrame(newest.sort_values(["stay", "day"], ignore_index=True))


def histories(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """Under which status and in which placement was each child?

    Returns
    -------
    pd.DataFrame
        One row a change, the start of the stay included: `stay`, `day`, `legal` and `group` (the values from that day
        on), `status_changed` and `moved` (whether the day changed the legal status, or the placement).
    """
    legal, group = _legal(world, margins, rng), _groups(world, margins, rng)
    frame = legal.frame("legal").merge(group.frame("group"), on=["stay", "day"], how="outer", sort=True)
    frame["status_changed"], frame["moved"] = frame["legal"].notna(), frame["group"].notna()
    held = frame.groupby("stay", sort=False)[["legal", "group"]].ffill().astype(np.int64)
    frame[["legal", "group"]] = held
    ended = world.stays["ended"][frame["stay"].to_numpy()]
    return frame[frame["day"].to_numpy() < ended].reset_index(drop=True)


def _legal(world: World, margins: Margins, rng: Generator) -> Changes:
    stays = world.stays
    changes = Changes()
    status = _first_status(world, margins, rng)
    changes.add(np.arange(len(stays)), stays["started"].copy(), status)
    settled = _after_brief(world, status, changes, rng)
    since = stays["started"].copy()
    for year in margins.years:
        end = last_day(year)
        here = np.flatnonzero((stays["started"] <= end) & (stays["ended"] > end))
        wanted = {_LEGAL_WORDS.get(n, n): count for n, count in margins.split("stock_legal", year).items()}
        scores = _legal_scores(world, here, settled[here], since[here], end, rng)
        target = _deal(
            scores, {LEGAL.index(name): wanted.get(name, 0) for name in scores_order(scores)}, LEGAL.index(FULL)
        )
        _change(changes, here, settled, since, target, year, rng)
    _orders_before_adoption(world, settled, changes, rng)
    return changes


def scores_order(scores: Mapping[int, Floats]) -> list[str]:
    """Return the groups in the order in which they take their number."""
    return [LEGAL[group] for group in scores]


def _first_status(world: World, margins: Margins, rng: Generator) -> Ints:
    """Deal each start its legal status, in the published numbers of its year."""
    stays, children = world.stays, world.children
    status = np.full(len(stays), LEGAL.index(FULL), dtype=np.int64)
    year = year_of(stays["started"])
    age = (stays["started"] - children["born"][stays["child"]]) / 365.25
    twice = (stays["paused"] == 1) | (stays["resumed"] == 1)
    agreed = np.where(age >= 16, 4.0, np.where(age >= 10, 2.0, 0.7))
    agreed = np.where((children["asylum"][stays["child"]] == 1) | twice, 500.0, agreed)
    for one in margins.years:
        free = year == one
        counts = {_LEGAL_WORDS.get(n, n): count for n, count in margins.split("started_legal", one).items()}
        for name in (*_YOUNG_OFFENDER, *_BRIEF[:3], VOLUNTARY, PLACEMENT_ORDER, FULL):
            weights = {VOLUNTARY: agreed, PLACEMENT_ORDER: np.where(age < 4, 1.0, 0.0)}.get(name, np.ones(len(stays)))
            weights = np.where(age >= 12, weights, 0.0) if name in _YOUNG_OFFENDER else weights
            chosen = draw(np.where(free, weights, 0.0), counts.get(name, 0), rng)
            status[chosen], free[chosen] = LEGAL.index(name), False
        status[free] = LEGAL.index(INTERIM)
    eve = first_day(margins.years[0])
    new = (stays["started"] < eve) & (stays["started"] > eve - 400)
    status[new & (rng.random(len(stays)) < 0.5)] = LEGAL.index(INTERIM)
    return status


def _after_brief(world: World, status: Ints, changes: Changes, rng: Generator) -> Ints:
    """Follow police protection and the like, after some days, with an order or an agreement."""
    stays = world.stays
    settled = status.copy()
    brief = np.flatnonzero(np.isin(status, [LEGAL.index(name) for name in (*_BRIEF, *_YOUNG_OFFENDER)]))
    day = stays["started"][brief] + rng.integers(2, 8, size=len(brief))
    after = np.where(rng.random(len(brief)) < 0.6, LEGAL.index(INTERIM), LEGAL.index(VOLUNTARY))
    goes_on = day < stays["ended"][brief]
    changes.add(brief[goes_on], day[goes_on], after[goes_on])
    settled[brief[goes_on]] = after[goes_on]
    return settled


def _legal_scores(world: World, here: Ints, now: Ints, since: Ints, end: int, rng: Generator) -> dict[int, Floats]:
    """Score each child for each order, highest first to take it; the order is that in which they are dealt."""
    stays, children = world.stays, world.children
    age = (end - children["born"][stays["child"][here]]) / 365.25
    to_adopt = (stays["reason"][here] == REASONS.index("adopted")) & (stays["ended"][here] < end + 600)
    held = (end - since) / 365.25
    noise = rng.random(len(here))
    is_now = {name: now == LEGAL.index(name) for name in (INTERIM, FULL, PLACEMENT_ORDER, VOLUNTARY)}
    return {
        LEGAL.index(PLACEMENT_ORDER): 60.0 * to_adopt + 12.0 * is_now[PLACEMENT_ORDER] - 2.0 * age + noise
        - 200.0 * (age > 8) - 8.0 * is_now[VOLUNTARY],
        LEGAL.index(VOLUNTARY): 40.0 * is_now[VOLUNTARY] + 60.0 * children["asylum"][stays["child"][here]]
        - 60.0 * is_now[FULL] - 4.0 * held + noise,
        LEGAL.index(INTERIM): 30.0 * is_now[INTERIM] + 18.0 * is_now[VOLUNTARY] - 60.0 * is_now[FULL] - 8.0 * held + noise,
    }  # fmt: skip


def _deal(scores: Mapping[int, Floats], wanted: Mapping[int, int], rest: int) -> Ints:
    """Give each group its number of the highest scores, in order, and the rest to one group."""
    size = len(next(iter(scores.values())))
    group = np.full(size, rest, dtype=np.int64)
    free = np.ones(size, dtype=bool)
    for name, score in scores.items():
        ranked = np.argsort(-np.where(free & np.isfinite(score), score, -np.inf), kind="stable")
        able = int((free & np.isfinite(score)).sum())
        chosen = ranked[: min(wanted[name], able)]
        group[chosen], free[chosen] = name, False
    return group


def _change(changes: Changes, here: Ints, now: Ints, since: Ints, target: Ints, year: int, rng: Generator) -> None:
    """Move whoever's group at 31 March is not the one held, on a day of the year."""
    moving = target != now[here]
    stay = here[moving]
    low = np.maximum(since[stay] + 10, first_day(year))
    day = np.minimum(low + np.floor(rng.random(len(stay)) * np.maximum(last_day(year) - low + 1, 1)).astype(np.int64),
                     last_day(year))  # fmt: skip
    changes.add(stay, day, target[moving])
    now[stay], since[stay] = target[moving], day


def _orders_before_adoption(world: World, now: Ints, changes: Changes, rng: Generator) -> None:
    """Grant a placement order to any child who is adopted without having had one at a 31 March."""
    stays = world.stays
    late = np.flatnonzero((stays["reason"] == REASONS.index("adopted")) & (now != LEGAL.index(PLACEMENT_ORDER)))
    latest = stays["ended"][late] - 30
    low = np.maximum(stays["started"][late] + 5, latest - 200)
    day = np.maximum(low, np.minimum(low + rng.integers(0, 120, size=len(late)), latest))
    changes.add(late, day, LEGAL.index(PLACEMENT_ORDER))


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
        target = _deal(scores, {n: wanted.get(GROUPS[n], 0) for n in scores}, GROUPS.index(FOSTER))
        _change(changes, here, group, since, target, year, rng)
    return changes


def _group_scores(world: World, here: Ints, now: Ints, end: int, rng: Generator) -> dict[int, Floats]:
    stays, children = world.stays, world.children
    age = (end - children["born"][stays["child"][here]]) / 365.25
    to_adopt = (stays["reason"][here] == REASONS.index("adopted")) & (stays["ended"][here] < end + 400)
    noise = rng.random(len(here))
    stay_put = {name: 4.0 * (now == GROUPS.index(name)) for name in GROUPS}

    def able(score: Floats, allowed: np.ndarray) -> Floats:
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


__all__ = ["GROUPS", "LEGAL", "NEVER", "histories"]
