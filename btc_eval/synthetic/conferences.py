"""Which enquiries and conferences led to the plans, and which led to none? As many a year as published."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import NEVER, Flags, Ints, first_day, last_day, to_weekday, working_days_after, year_of
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import between, draw, parts
from btc_eval.synthetic.world import Outcome, World

Generator = np.random.Generator

#: Published bands of working days from the strategy discussion to the conference.
CONFERENCE_DAYS = {"0 to 10": (5, 10), "11 to 15": (11, 15), "16 to 20": (16, 20), "21 or more": (21, 40)}
#: A conference is due within fifteen working days of the strategy discussion.
_DUE = 15


def enquiries(world: World, margins: Margins, rng: Generator) -> tuple[pd.DataFrame, Ints]:
    """Which section 47 enquiries were there, and which conferences?

    Returns
    -------
    pd.DataFrame
        One row an enquiry: `case`, `started`, `target` (the day a conference is due), `conference` (`NEVER` where none
        was held) and `not_required`.
    Ints
        For each case, the day of a conference that belongs to no enquiry here, because the child moved in while on
        another council's plan; else `NEVER`.
    """
    plans = world.plans
    year = year_of(plans["started"])
    held = np.isin(year, margins.years)
    moved_in = held & (rng.random(len(plans)) < world.parameters.number("protection", "transferred_in"))
    moved_in &= plans["before"] == 0
    transferred = np.full(len(world.cases), NEVER, dtype=np.int64)
    transferred[plans["case"][moved_in]] = plans["started"][moved_in]
    ours = held & ~moved_in
    rows = []
    for one in margins.years:
        here = ours & (year == one)
        rows.append(_before(world, margins, one, plans["case"][here], plans["started"][here], rng))
        spare = max(margins.count("conferences", one) - int((held & (year == one)).sum()), 0)
        rows.append(_without_a_plan(world, margins, one, spare, rng))
    led = pd.concat(rows, ignore_index=True)
    alone = [_alone(world, led, one, margins.count("section_47", one), rng) for one in margins.years]
    result = pd.concat([led, *alone], ignore_index=True)
    return result.drop_duplicates(["case", "started"], ignore_index=True), transferred


def _before(world: World, margins: Margins, year: int, case: Ints, conference: Ints, rng: Generator) -> pd.DataFrame:
    """Find each conference its enquiry, the published working days before; the longest where there was room."""
    shares = margins.split("conference_days", year)
    counts = parts(len(case), np.array([shares.get(name, 0) for name in CONFERENCE_DAYS]))
    window = np.repeat(np.array(list(CONFERENCE_DAYS.values())), counts, axis=0)
    room = conference - world.cases["referred"][case]
    order = np.argsort(room + rng.normal(0, 12, size=len(case)), kind="stable")
    length = np.empty(len(case), dtype=np.int64)
    length[order] = between(window[:, 0], window[:, 1], rng)
    started = np.maximum(working_days_after(conference, -length), world.cases["referred"][case])
    return pd.DataFrame(
        {
            "case": case,
            "started": started,
            "target": working_days_after(started, np.full(len(case), _DUE)),
            "conference": conference,
            "not_required": False,
        }
    )


def _without_a_plan(world: World, margins: Margins, year: int, number: int, rng: Generator) -> pd.DataFrame:
    """Hold the conferences that led to no plan, for children in need who were on none."""
    cases = world.cases
    low = np.maximum(cases["referred"] + 20, first_day(year))
    high = np.minimum(np.minimum(cases["closed"] - 5, last_day(year)), cases["referred"] + 200)
    busy = np.union1d(world.plans["case"], world.stays["case"])
    able = np.setdiff1d(np.flatnonzero((cases["outcome"] == int(Outcome.IN_NEED)) & (low <= high)), busy)
    case = able[draw(np.ones(len(able)), number, rng)]
    conference = np.maximum(to_weekday(between(low[case], high[case], rng)), first_day(year))
    return _before(world, margins, year, case, conference, rng)


def _alone(world: World, led: pd.DataFrame, year: int, wanted: int, rng: Generator) -> pd.DataFrame:
    """Add the enquiries after which no conference was needed, mostly soon after a referral; some have several."""
    cases = world.cases
    number = max(wanted - int((year_of(led["started"].to_numpy()) == year).sum()), 0)
    low = np.maximum(cases["referred"], first_day(year))
    high = np.minimum(np.minimum(cases["closed"], last_day(year)), cases["referred"] + 240)
    able = np.setdiff1d(np.flatnonzero((cases["outcome"] == int(Outcome.IN_NEED)) & (low <= high)), led["case"])
    several = round(number * world.parameters.number("protection", "several_enquiries"))
    case = able[draw(np.ones(len(able)), number - several, rng)]
    roomy = case[low[case] < high[case]]
    case = np.concatenate([case, roomy[:several]])[:number]
    days = low[case] + np.floor(rng.random(len(case)) ** 3 * (high[case] - low[case] + 1)).astype(np.int64)
    # Two enquiries of one case need two days.
    again = pd.DataFrame({"case": case, "day": days}).duplicated().to_numpy()
    days = days + np.where(again, np.where(days < high[case], 1, -1), 0)
    return pd.DataFrame(
        {"case": case, "started": days, "target": NEVER, "conference": NEVER, "not_required": True}
    ).astype({"not_required": bool})


def reviews(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """When was each plan reviewed? As many reviewed in time, of those due at each 31 March, as published.

    Returns
    -------
    pd.DataFrame
        `plan` and `reviewed`. The first review is due within three months of the conference and each later one within
        six; a plan that missed a review counts as late for as long as it lasts.
    """
    plans = world.plans
    rhythm = _Rhythm(*world.parameters.array("protection", "review_days").astype(int).tolist())
    delay = world.parameters.array("protection", "late_review_days").astype(int).tolist()
    number = len(plans)
    latest, held = plans["started"].copy(), np.zeros(number, dtype=np.int64)
    planned = latest + rhythm.gap(held, rng)
    late = np.zeros(number, dtype=bool)
    rows: list[pd.DataFrame] = []
    for year in (margins.years[0] - 1, *margins.years):
        end = last_day(year)
        tardy = _newly_late(world, margins, year, latest + rhythm.longest(held) + 5, late, rng)
        late[tardy] = True
        planned[tardy] = (
            latest[tardy] + rhythm.longest(held[tardy]) + rng.integers(delay[0], delay[1] + 1, size=len(tardy))
        )
        while True:
            now = np.flatnonzero((planned <= end) & (planned <= plans["ended"]))
            if not len(now):
                break
            rows.append(pd.DataFrame({"plan": now, "reviewed": planned[now]}))
            latest[now], held[now] = planned[now], held[now] + 1
            planned[now] = latest[now] + rhythm.gap(held[now], rng)
    return pd.concat(rows, ignore_index=True)


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """Days between reviews held in time: the first, and each later one; lowest and highest, both included."""

    first_low: int
    first_high: int
    low: int
    high: int

    def gap(self, held: Ints, rng: Generator) -> Ints:
        """Draw the days to the next review of plans that have had so many."""
        first = between(np.full(len(held), self.first_low), np.full(len(held), self.first_high), rng)
        later = between(np.full(len(held), self.low), np.full(len(held), self.high), rng)
        return np.where(held == 0, first, later)

    def longest(self, held: Ints) -> Ints:
        """Return the days after which a review is late: three months to the first, six to each later one."""
        return np.where(held == 0, 92, 184)


def _newly_late(world: World, margins: Margins, year: int, overdue: Ints, late: Flags, rng: Generator) -> Ints:
    """Return the plans that miss a review this year for the first time, so that the share in time is as published.

    `overdue` is the day from which each plan, without another review, is late.
    """
    plans, end = world.plans, last_day(year)
    due = np.flatnonzero((plans["started"] <= end - 92) & (plans["ended"] > end))
    share = margins.count("plans_reviewed_in_time", year) / max(margins.count("plans_due_a_review", year), 1)
    wanted = round(len(due) * (1 - share)) - int(late[due].sum())
    able = due[~late[due] & (overdue[due] < end)]
    return able[draw(np.ones(len(able)), max(wanted, 0), rng)]
