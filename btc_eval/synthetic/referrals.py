"""Which children are referred this month, and what comes of it? Exactly as many, of each kind, as the totals ask for.

A referral is of a child new to the borough's services, of one referred before within the year (a re-referral), or of
one known long ago. Wards are drawn first, with the programme's effect in its ward, and the children found there; so
the effect is on referrals of every kind. Siblings are referred together and share what comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.synthetic.days import NEVER, Floats, Ints, first_day, last_day, working_days_after
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import between, parts, spread
from btc_eval.synthetic.world import LONG_AGO, Outcome, World, new_households

Generator = np.random.Generator

#: Published bands of working days from referral to the end of the assessment.
WORKING_DAYS = {
    "same day": (0, 0), "1 to 10": (1, 10), "11 to 20": (11, 20), "21 to 30": (21, 30), "31 to 40": (31, 40),
    "41 to 45": (41, 45), "46 to 50": (46, 50), "51 to 60": (51, 60), "61 or more": (61, 90),
}  # fmt: skip

#: Of the assessments that end after 31 March with no further action, when the referral came: January, February, March.
_CARRIED_FROM = np.array([0.0] * 9 + [0.10, 0.35, 0.55])
#: How likely a referral of each month is to be assessed within its year.
_SAME_YEAR = np.array([1.0] * 9 + [0.75, 0.35, 0.05])
#: Days that keep a re-referral clear of the twelve-month edge, whichever way it is counted.
_WITHIN, _BEYOND = 350, 380


@dataclass(frozen=True, slots=True)
class Month:
    """What one month must come to."""

    first: int
    last: int
    referrals: int
    same_year: int
    year_before: int
    no_action: int
    not_in_need: int
    carried: int


def plan_months(margins: Margins, year: int, months: list[tuple[int, int]]) -> list[Month]:
    """What must each month of this year come to? Published months, with the year's other totals divided over them."""
    referrals = margins.months[year]
    again = margins.count("re_referrals", year)
    same_year = min(margins.count("referrals", year) - margins.count("children_referred", year), again)
    elapsed = np.arange(12) / 12
    following = min(year + 1, margins.last_year)
    no_action = parts(margins.count("no_further_action", year), referrals)
    carried = _at_most(margins.carried(following), referrals * _CARRIED_FROM, (referrals - no_action) * 7 // 10)
    room = (referrals - no_action - carried) * 9 // 10
    not_in_need = _at_most(margins.count("not_in_need", year), referrals * _SAME_YEAR, room)
    # In April nobody has come twice in the year; by March no referral of the year before is within twelve months.
    within = _at_most(same_year, referrals * np.maximum(elapsed - 0.1, 0.0), referrals // 2)
    before = _at_most(again - same_year, referrals * np.maximum(0.86 - elapsed, 0.0), referrals // 2)
    return [
        Month(first, last, *map(int, row))
        for (first, last), *row in zip(months, referrals, within, before, no_action, not_in_need, carried)
    ]


def _at_most(total: int, weights: Floats | Ints, room: Ints) -> Ints:
    """Divide a total in proportion to weights, no part above its room, the rest moving on to where room is left."""
    given = np.zeros(len(room), dtype=np.int64)
    for _ in range(len(room)):
        open_ = (given < room) & (weights > 0)
        left = total - int(given.sum())
        if left <= 0 or not open_.any():
            break
        given = np.minimum(given + parts(left, np.where(open_, weights, 0.0)), room)
    return given


def refer(world: World, margins: Margins, year: int, month: Month, rng: Generator) -> None:
    """Which children are referred this month? Adds their cases to the world."""
    effect = world.parameters.effect
    wards = world.parameters.wards.weights_on(month.first, effect, effect.referral_ratio)
    known = _known(world, month, first_day(year))
    chosen = [find(world, pool, number, wards, month.first, rng) for pool, number in known]
    number = month.referrals - sum(len(children) for children in chosen)
    returning = round(number * world.parameters.number("families", "known_before"))
    chosen.append(find(world, _long_ago(world, month), returning, wards, month.first, rng))
    chosen.append(new_households(world, number - len(chosen[-1]), wards, month.first, rng))
    child = np.concatenate(chosen)
    _settle(world, margins, year, month, child, rng)


def _away(world: World, month: Month) -> Ints:
    """Return the children whose last case was closed before the month, who are still children, and who live."""
    children = world.children
    closed = (children["case"] < 0) & (children["closed"] < month.first - 3) & (children["closed"] > LONG_AGO)
    young = children["born"] > month.first - int(17.7 * 365.25)
    return np.flatnonzero(closed & young & (children["died"] == NEVER) & (children["stay"] < 0))


def _known(world: World, month: Month, year_start: int) -> list[tuple[Ints, int]]:
    """Return who may be re-referred, and how many are: whose last referral was this year, and the year before."""
    away = _away(world, month)
    last = world.children["last_referred"][away]
    recent = last >= month.last - _WITHIN
    return [
        (away[recent & (last >= year_start)], month.same_year),
        (away[recent & (last < year_start)], month.year_before),
    ]


def _long_ago(world: World, month: Month) -> Ints:
    away = _away(world, month)
    return away[world.children["last_referred"][away] < month.first - _BEYOND]


def find(world: World, pool: Ints, number: int, wards: Floats, when: int, rng: Generator) -> Ints:
    """Which of the pool are referred? Wards by their shares; within a ward by chance, siblings together."""
    number = min(number, len(pool))
    if number == 0:
        return np.zeros(0, dtype=np.int64)
    ward = world.wards(when, pool)
    quota = spread(number, wards, rng)
    family = world.children["family"][pool]
    shared = rng.random(len(world.families))[family]
    luck = np.where(
        rng.random(len(pool)) < world.parameters.number("families", "together"), shared, rng.random(len(pool))
    )
    order = np.lexsort((luck, ward))
    in_order = ward[order]
    rank = np.arange(len(pool)) - np.searchsorted(in_order, in_order)
    taken = rank < quota[in_order]
    # A ward with too few children known leaves places; the luckiest elsewhere take them.
    spare = order[~taken]
    places = number - int(taken.sum())
    more = spare[np.argsort(luck[spare], kind="stable")[:places]]
    return np.asarray(pool[np.concatenate([order[taken], more])])


def _settle(world: World, margins: Margins, year: int, month: Month, child: Ints, rng: Generator) -> None:
    """Give each referral its day and its outcome, siblings the same, and the outcomes their exact numbers."""
    family = world.children["family"][child]
    _, event = np.unique(family, return_inverse=True)
    events = int(event.max()) + 1 if len(event) else 0
    date = _dates(world, month, events, rng)
    # Late in the year an assessment that ends before 31 March must have begun early, and one that ends after it late.
    haste = date + rng.normal(0, 8, size=events) if month.not_in_need and month.carried else rng.random(events)
    order = np.lexsort((event, haste[event]))
    outcome = np.full(len(child), int(Outcome.IN_NEED), dtype=np.int64)
    early, late = order[: month.not_in_need], order[len(order) - month.carried :]
    middle = order[month.not_in_need : len(order) - month.carried]
    start = int(rng.integers(0, max(len(middle) - month.no_action, 0) + 1))
    outcome[middle[start : start + month.no_action]] = int(Outcome.NO_ACTION)
    outcome[early] = outcome[late] = int(Outcome.NOT_IN_NEED)
    referred = date[event]
    closed = np.full(len(child), NEVER, dtype=np.int64)
    closed[outcome == int(Outcome.NO_ACTION)] = referred[outcome == int(Outcome.NO_ACTION)]
    assessed = working_days_after(referred, working_days(margins, year, len(child), rng))
    closed[early] = np.clip(assessed[early], referred[early] + 1, np.maximum(last_day(year), referred[early] + 1))
    closed[late] = np.maximum(assessed[late], first_day(year + 1) + rng.integers(0, 25, size=len(late)))
    _record(world, child, referred, outcome, closed)


def _dates(world: World, month: Month, number: int, rng: Generator) -> Ints:
    """Draw days of the month, mostly weekdays."""
    days = np.arange(month.first, month.last + 1)
    weekday = (days + 3) % 7  # 1 January 1970 was a Thursday
    weights = world.parameters.array("referrals", "weekdays")[weekday]
    return np.asarray(rng.choice(days, size=number, p=weights / weights.sum()), dtype=np.int64)


def working_days(margins: Margins, year: int, number: int, rng: Generator) -> Ints:
    """How many working days do assessments take? In the published bands of the year."""
    shares = margins.split("assessment_days", year)
    bands = np.array([WORKING_DAYS[name] for name in shares])
    band = bands[rng.permutation(np.repeat(np.arange(len(bands)), parts(number, np.array(list(shares.values())))))]
    return between(band[:, 0], band[:, 1], rng)


def _record(world: World, child: Ints, referred: Ints, outcome: Ints, closed: Ints) -> None:
    children = world.children
    case = world.cases.add(len(child), child=child, referred=referred, outcome=outcome, closed=closed)
    children["known"][child] = np.minimum(children["known"][child], referred)
    children["last_referred"][child] = referred
    children["case"][child] = np.where(outcome == int(Outcome.IN_NEED), case, -1)
    children["closed"][child] = closed
