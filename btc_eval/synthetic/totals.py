"""Does the extract come to the totals it was drawn to? Counted from the finished records, as published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import Ints, last_day, year_of
from btc_eval.synthetic.world import Outcome, Rows


@dataclass(frozen=True, slots=True)
class Total:
    """One total of one year: what was asked for, what was drawn, and whether the first is a published figure."""

    measure: str
    year: int
    target: int
    drawn: int
    published: bool

    def as_dict(self) -> dict[str, object]:
        """Return the line for `manifest.json`."""
        return asdict(self)


def totals(borough: Borough) -> tuple[Total, ...]:
    """What does each total of each year come to, beside what was asked for?

    Re-referrals of the first year are counted with the year before it, which is simulated and in no return.
    """
    margins = borough.margins
    lines = []
    for year in range(margins.first_year, margins.last_year + 1):
        for measure, drawn in _of_year(borough, year):
            target = margins.count(measure, year)
            lines.append(Total(measure, year, target, drawn, (measure, year) in margins.published))
    return tuple(lines)


def _of_year(borough: Borough, year: int) -> Iterator[tuple[str, int]]:
    yield from _referrals(borough, year)
    world, end = borough.world, last_day(year)
    yield "section_47", _count(year_of(borough.enquiries["started"].to_numpy()), year)
    held = np.concatenate([borough.enquiries["conference"].to_numpy(), borough.transferred])
    yield "conferences", _count(year_of(held), year)
    begun = year_of(world.plans["started"]) == year
    yield "plans_started", int(begun.sum())
    yield "repeat_plans", int((begun & (world.plans["before"] > 0)).sum())
    yield "plans", _open_on(world.plans, end)
    yield "assessments", _count(year_of(borough.assessments["authorised"].to_numpy()), year)
    with_factor = borough.factors[borough.factors["factor"] != "no factors"]["assessment"].unique()
    yield "episodes_with_a_factor", _count(year_of(borough.assessments["authorised"].to_numpy()[with_factor]), year)
    plans = borough.need_plans
    yield "need_plans_started", _count(year_of(plans["started"].to_numpy()), year) if year >= 2022 else 0
    yield "need_plans", int(((plans["started"] <= end) & (plans["ended"] > end)).sum()) if year >= 2022 else 0
    yield "looked_after", _open_on(world.stays, end)
    for measure, name in (("care_started", "started"), ("care_ceased", "ended")):
        moved = year_of(world.stays[name]) == year
        yield measure, len(np.unique(world.stays["child"][moved]))


def _referrals(borough: Borough, year: int) -> Iterator[tuple[str, int]]:
    cases, end = borough.world.cases, last_day(year)
    outcome, referred, closed = cases["outcome"], cases["referred"], cases["closed"]
    here = year_of(referred) == year
    yield "referrals", int(here.sum())
    yield "children_referred", len(np.unique(cases["child"][here]))
    yield "re_referrals", int((here & within_a_year(borough)).sum())
    yield "no_further_action", int((here & (outcome == int(Outcome.NO_ACTION))).sum())
    not_in_need = outcome == int(Outcome.NOT_IN_NEED)
    yield "not_in_need", int((here & not_in_need & (closed <= end)).sum())
    open_ = (outcome != int(Outcome.NO_ACTION)) & (referred <= end) & (closed > end)
    yield "in_need", int(open_.sum())
    yield "in_need_ended", int(((year_of(closed) == year) & (outcome == int(Outcome.IN_NEED))).sum())


def within_a_year(borough: Borough) -> Ints:
    """Which referrals came within 365 days of the same child's last? One truth value a case."""
    cases = borough.world.cases
    order = np.lexsort((cases["referred"], cases["child"]))
    same = np.diff(cases["child"][order], prepend=-1) == 0
    gap = np.diff(cases["referred"][order], prepend=0)
    result = np.zeros(len(cases), dtype=np.int64)
    result[order] = same & (gap <= 365)
    return result


def _count(years: Ints, year: int) -> int:
    return int((years == year).sum())


def _open_on(table: Rows, end: int) -> int:
    return int(((table["started"] <= end) & (table["ended"] > end)).sum())
