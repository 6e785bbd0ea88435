"""When was each child assessed, and under which child in need plan? As many assessments a year as published."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import NEVER, Ints, first_day, last_day, working_days_after, year_of
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.quotas import between, draw
from btc_eval.synthetic.referrals import working_days
from btc_eval.synthetic.world import Outcome, World

Generator = np.random.Generator


def assessments(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """When was each child assessed?

    Returns
    -------
    pd.DataFrame
        One row an assessment: `case`, `started`, `authorised` (`NEVER` where it is not finished). The first follows the
        referral; further ones, of cases open for a while, make up the year's published number.
    """
    first = _first(world, margins, rng)
    done = year_of(first["authorised"].to_numpy())
    frames = [first]
    for year in margins.years:
        wanted = margins.count("assessments", year) - int((done == year).sum())
        frames.append(_further(world, margins, year, max(wanted, 0), rng))
    result = pd.concat(frames, ignore_index=True)
    # Two assessments of one case need two days.
    result["started"] -= result.duplicated(["case", "started"]).astype(np.int64)
    return result


def _first(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    cases = world.cases
    case = np.flatnonzero(cases["outcome"] != int(Outcome.NO_ACTION))
    referred, closed = cases["referred"][case], cases["closed"][case]
    authorised = np.full(len(case), NEVER, dtype=np.int64)
    year = np.clip(year_of(referred), margins.years[0], margins.last_year)
    for one in np.unique(year).tolist():
        here = year == one
        length = working_days(margins, one, int(here.sum()), rng)
        authorised[here] = working_days_after(referred[here], length)
    # A case that closes after assessment closes when the assessment is signed; no other closes before it is.
    decided = cases["outcome"][case] == int(Outcome.NOT_IN_NEED)
    authorised = np.where(decided, closed, np.minimum(authorised, closed))
    return _hide_future(pd.DataFrame({"case": case, "started": referred, "authorised": authorised}), world.last)


def _further(world: World, margins: Margins, year: int, number: int, rng: Generator) -> pd.DataFrame:
    """Assess again, within the year, children whose cases have been open for some time."""
    cases = world.cases
    after = int(world.parameters.number("assessments", "further_after_days"))
    low = np.maximum(cases["referred"] + after + 130, first_day(year))
    high = np.minimum(cases["closed"], last_day(year))
    able = np.flatnonzero((cases["outcome"] == int(Outcome.IN_NEED)) & (low <= high))
    case = able[draw(np.ones(len(able)), number, rng)]
    authorised = between(low[case], high[case], rng)
    length = working_days(margins, year, len(case), rng)
    started = np.maximum(working_days_after(authorised, -length), cases["referred"][case] + after)
    return pd.DataFrame({"case": case, "started": started, "authorised": authorised})


def _hide_future(frame: pd.DataFrame, last: int) -> pd.DataFrame:
    frame["authorised"] = frame["authorised"].where(frame["authorised"] <= last, NEVER)
    return frame


def need_plans(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """Which children had a child in need plan, from the year in which the dates were first collected?

    Returns
    -------
    pd.DataFrame
        `case`, `started`, `ended`. A plan runs while the child is in need, on no protection plan and not looked after;
        starts in a year and plans at its end are as published.
    """
    cases = world.cases
    years = [year for year in margins.years if margins.count("need_plans_started", year)]
    rows: list[pd.DataFrame] = []
    open_case = np.zeros(0, dtype=np.int64)
    open_since = np.zeros(0, dtype=np.int64)
    if years:
        eve = last_day(years[0] - 1)
        able = _plain(world, eve)
        open_case = able[draw(np.ones(len(able)), margins.count("need_plans", years[0]), rng)]
        open_since = np.maximum(cases["referred"][open_case] + 20, eve - rng.integers(1, 300, size=len(open_case)))
    for year in years:
        end = last_day(year)
        low = np.maximum(cases["referred"] + 25, first_day(year))
        high = np.minimum(cases["closed"] - 10, end)
        free = np.flatnonzero((cases["outcome"] == int(Outcome.IN_NEED)) & (low <= high))
        free = np.setdiff1d(free, open_case)
        busy = np.union1d(world.stays["case"], world.plans["case"][world.plans["ended"] > first_day(year)])
        weights = np.where(np.isin(free, busy), 0.02, 1.0) * np.where(np.isin(free, _plain(world, end)), 3.0, 1.0)
        new = free[draw(weights, margins.count("need_plans_started", year), rng)]
        case = np.concatenate([open_case, new])
        since = np.concatenate([open_since, between(low[new], np.minimum(low[new] + 60, high[new]), rng)])
        stay = np.isin(case, _plain(world, end)) & (since <= end)
        keep = np.flatnonzero(stay)[draw(np.ones(int(stay.sum())), margins.count("need_plans", year), rng)]
        ends = np.ones(len(case), dtype=bool)
        ends[keep] = False
        latest = np.minimum(cases["closed"][case], end)
        ended = between(np.minimum(np.maximum(since + 14, first_day(year)), latest), latest, rng)
        rows.append(pd.DataFrame({"case": case[ends], "started": since[ends], "ended": np.maximum(ended, since)[ends]}))
        open_case, open_since = case[keep], since[keep]
    rows.append(pd.DataFrame({"case": open_case, "started": open_since, "ended": NEVER}))
    return pd.concat(rows, ignore_index=True).astype(np.int64).drop_duplicates(["case", "started"], ignore_index=True)


def _plain(world: World, when: int) -> Ints:
    """Return the cases of children in need on a day who are neither on a protection plan nor looked after."""
    cases, plans, stays = world.cases, world.plans, world.stays
    open_ = (cases["outcome"] == int(Outcome.IN_NEED)) & (cases["referred"] < when - 20) & (cases["closed"] > when)
    on_plan = plans["case"][(plans["started"] <= when) & (plans["ended"] > when)]
    in_care = stays["case"][(stays["started"] <= when) & (stays["ended"] > when)]
    return np.setdiff1d(np.flatnonzero(open_), np.concatenate([on_plan, in_care]))
