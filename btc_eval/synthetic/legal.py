"""Under which legal status was each child looked after, from day to day? The published mix at every 31 March.

With hindsight: who will be adopted is known when the placement order is dealt. At each 31 March every status takes, by
score, exactly as many of the children then looked after as published; full care orders take the remainder.
"""

from __future__ import annotations

import numpy as np

from btc_eval.synthetic.changes import Changes, change, deal
from btc_eval.synthetic.days import Floats, Ints, first_day, last_day, year_of
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
LEGAL_WORDS = {
    "full care order": FULL, "placement order granted": PLACEMENT_ORDER, "voluntary agreement": VOLUNTARY,
    "remand": "remanded", "sentenced to youth rehabilitation order": "youth rehabilitation order",
    "police and criminal evidence act": "detained under PACE",
}  # fmt: skip
#: Statuses that last days, not months.
_BRIEF = ("police protection", "emergency protection order", "child assessment order", "detained under PACE")
_YOUNG_OFFENDER = ("remanded", "youth rehabilitation order", "detained under PACE")


def legal_changes(world: World, margins: Margins, rng: Generator) -> Changes:
    """When did each looked-after child's legal status begin and change? Values are positions in `LEGAL`."""
    stays = world.stays
    changes = Changes()
    status = _first_status(world, margins, rng)
    changes.add(np.arange(len(stays)), stays["started"].copy(), status)
    settled = _after_brief(world, status, changes, rng)
    since = stays["started"].copy()
    for year in margins.years:
        end = last_day(year)
        here = np.flatnonzero((stays["started"] <= end) & (stays["ended"] > end))
        wanted = {LEGAL_WORDS.get(n, n): count for n, count in margins.split("stock_legal", year).items()}
        scores = _legal_scores(world, here, settled[here], since[here], end, rng)
        target = deal(scores, {status: wanted.get(LEGAL[status], 0) for status in scores}, LEGAL.index(FULL))
        change(changes, here, settled, since, target, year, rng)
    _orders_before_adoption(world, settled, changes, rng)
    return changes


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
        counts = {LEGAL_WORDS.get(n, n): count for n, count in margins.split("started_legal", one).items()}
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
        LEGAL.index(INTERIM): 30.0 * is_now[INTERIM] + 18.0 * is_now[VOLUNTARY] - 60.0 * is_now[FULL]
        - 8.0 * held + noise,
    }  # fmt: skip


def _orders_before_adoption(world: World, now: Ints, changes: Changes, rng: Generator) -> None:
    """Grant a placement order to any child who is adopted without having had one at a 31 March."""
    stays = world.stays
    late = np.flatnonzero((stays["reason"] == REASONS.index("adopted")) & (now != LEGAL.index(PLACEMENT_ORDER)))
    latest = stays["ended"][late] - 30
    low = np.maximum(stays["started"][late] + 5, latest - 200)
    day = np.maximum(low, np.minimum(low + rng.integers(0, 120, size=len(late)), latest))
    changes.add(late, day, LEGAL.index(PLACEMENT_ORDER))
