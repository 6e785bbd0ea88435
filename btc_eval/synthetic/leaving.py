"""Why did each child cease to be looked after, and whose case closed with it? As many for each reason as published."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from btc_eval.synthetic.days import Floats, Ints, age_on
from btc_eval.synthetic.flows import Flows
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.world import World

Generator = np.random.Generator

HOME = "returned home as planned"

#: Published reason → the youngest and oldest age at which it is given, and the age around which it is commonest.
_AGES: Mapping[str, tuple[int, int, float]] = {
    "adopted": (0, 8, 1.5),
    "stayed with carers at 18": (18, 18, 18.0),
    "adult residential care": (18, 18, 18.0),
    "independent living without formal support": (16, 18, 18.0),
    "independent living with support": (16, 18, 18.0),
    "special guardianship order": (0, 16, 4.0),
    "child arrangements order": (0, 16, 6.0),
    "sentenced to custody": (12, 17, 16.0),
    "accommodation on remand ended": (12, 17, 16.0),
    "found to be 18 or over": (16, 18, 17.0),
    "died": (0, 18, 9.0),
    "child moved abroad": (0, 18, 9.0),
    "taken over by another council": (0, 17, 9.0),
    "any other reason": (0, 18, 18.0),
    "returned home unplanned": (0, 17, 14.0),
    "to relatives or others": (0, 18, 12.0),
}
#: Reasons in the order in which they are kept by number in the world.
REASONS = (*_AGES, HOME)

#: After these the child stays a child in need, unless grown up.
_STILL_IN_NEED = (
    HOME, "returned home unplanned", "to relatives or others",
    "accommodation on remand ended",
)  # fmt: skip

#: Published reason → the words of the return, with their shares; the words for special guardianship changed in 2019.
_WORDS: Mapping[str, Mapping[str, float]] = {
    "adopted": {"adopted, unopposed": 0.3, "adopted, consent dispensed with": 0.7},
    "stayed with carers at 18": {"aged 18, stayed with carers": 1.0},
    "adult residential care": {"adult residential care": 1.0},
    "independent living without formal support": {"independent living, no support": 1.0},
    "independent living with support": {"independent living, supported": 1.0},
    "child arrangements order": {"child arrangements order": 1.0},
    "sentenced to custody": {"sentenced to custody": 1.0},
    "accommodation on remand ended": {"remand ended": 1.0},
    "found to be 18 or over": {"found to be 18 or over": 1.0},
    "died": {"died": 1.0},
    "child moved abroad": {"moved abroad": 1.0},
    "taken over by another council": {"another council took over": 1.0},
    "any other reason": {"other reason": 1.0},
    "returned home unplanned": {"returned home, unplanned": 1.0},
    "to relatives or others": {"left to live with others without parental responsibility": 1.0},
    HOME: {"returned home, planned": 1.0},
}
_GUARDIANSHIP = (
    {"special guardianship, former carer": 0.7, "special guardianship, other carer": 0.3},
    {
        "special guardianship, former carer, kin": 0.55,
        "special guardianship, former carer, not kin": 0.15,
        "special guardianship, other carer, kin": 0.25,
        "special guardianship, other carer, not kin": 0.05,
    },
)


def give_reasons(world: World, margins: Margins, year: int, ended: Ints, rng: Generator) -> None:
    """Why did each of these stays end? Writes `reason`, and closes the cases that close with it."""
    stays = world.stays
    when = stays["ended"][ended]
    age = age_on(world.children["born"][stays["child"][ended]], when)
    reason = np.full(len(ended), REASONS.index(HOME), dtype=np.int64)
    free = np.ones(len(ended), dtype=bool)
    quotas = margins.split("ceased_reason", year)
    # Whoever is left when the published reasons are dealt went home.
    for name, (youngest, oldest, common) in _AGES.items():
        weights = _weights(age, free, youngest, oldest, common)
        chosen = draw(weights, quotas.get(name, 0), rng)
        reason[chosen] = REASONS.index(name)
        free[chosen] = False
    stays["reason"][ended] = reason
    _close_cases(world, ended, age, reason)


def _weights(age: Ints, free: np.ndarray, youngest: int, oldest: int, common: float) -> Floats:
    able = free & (age >= youngest) & (age <= oldest)
    return np.where(able, np.exp(-np.abs(age - common) / 2.5), 0.0)


def _close_cases(world: World, ended: Ints, age: Ints, reason: Ints) -> None:
    still = np.isin(reason, [REASONS.index(name) for name in _STILL_IN_NEED]) & (age < 18)
    closing = ended[~still]
    case, when = world.stays["case"][closing], world.stays["ended"][closing]
    child = world.stays["child"][closing]
    world.cases["closed"][case] = when
    world.cases["left_care"][case] = 1
    world.children["closed"][child] = when
    world.children["case"][child] = -1
    died = reason[~still] == REASONS.index("died")
    world.children["died"][child[died]] = when[died]


def closing_leavers(margins: Margins, flows: Flows, year: int) -> int:
    """About how many cases will close because a child leaves care? All who turn 18, and the final orders."""
    grown = sum(number for (age, _), number in flows.ceases[year].items() if age == 18)
    grown_reasons = ("stayed with carers at 18", "adult residential care", "independent living without formal support",
                     "independent living with support")  # fmt: skip
    quotas = margins.split("ceased_reason", year)
    orders = sum(count for name, count in quotas.items() if name not in (*_STILL_IN_NEED, *grown_reasons))
    return grown + orders


def words(reason: str, year: int, rng: Generator) -> str:
    """In which words of the return is this published reason written, in this collection year?"""
    options = _GUARDIANSHIP[int(year >= 2019)] if reason == "special guardianship order" else _WORDS[reason]
    names = list(options)
    return names[int(rng.choice(len(names), p=np.array(list(options.values())) / sum(options.values())))]
