"""Who is on the first seven lists of the inspectors' workbook? Children of the last six months, or now, as each asks.

Every function answers for one list and returns its English columns: days as numbers, codes as words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER, Flags, Ints, age_on
from btc_eval.synthetic.world import Outcome

Generator = np.random.Generator

SIX_MONTHS, YEAR = 182, 365


def who(borough: Borough, child: Ints) -> dict[str, Any]:
    """Return the block of columns that most lists share."""
    people = borough.people.iloc[child]
    born = people["born"].to_numpy()
    return {
        "child_id": people["child_id"].to_numpy(dtype=object),
        "sex": people["sex"].to_numpy(dtype=object),
        "ethnicity": people["ethnicity"].to_numpy(dtype=object),
        "date_of_birth": born,
        "age": age_on(born, borough.world.last),
        "disabled": people["disability"].to_numpy(dtype=object) != "",
    }


def allocated(number: int, rng: Generator, *teams: str) -> dict[str, Any]:
    """Return an allocated team and worker for each row."""
    names = np.array(
        teams or ("Assessment 1", "Assessment 2", "Safeguarding north", "Safeguarding south"), dtype=object
    )
    workers = [f"Demonstration worker {one}" for one in rng.integers(1, 90, size=number).tolist()]
    return {"team": names[rng.integers(0, len(names), size=number)], "worker": workers}


def since(borough: Borough, days: int) -> int:
    return borough.world.last - days


def not_yet(values: Ints, last: int) -> Ints:
    """Return days with those after the last not yet there."""
    return np.where(values > last, NEVER, values)


def contacts(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 1: who was the subject of a contact in the last six months?"""
    del rng
    rows = borough.contacts[borough.contacts["day"] > since(borough, SIX_MONTHS)]
    frame = pd.DataFrame(who(borough, rows["child"].to_numpy()))
    return frame.assign(contacted=rows["day"].to_numpy(), source=rows["source"].to_numpy(dtype=object))


def early_help(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 2: whom did early help assess in the last six months, or support now?"""
    del rng
    help_ = borough.early_help
    rows = help_[(help_["started"] > since(borough, SIX_MONTHS)) | (help_["ended"] == NEVER)]
    frame = pd.DataFrame(who(borough, rows["child"].to_numpy()))
    return frame.assign(
        started=rows["started"].to_numpy(), ended=rows["ended"].to_numpy(), organisation=rows["organisation"].to_numpy()
    )


def referrals(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 3: who was referred in the last six months?"""
    cases = borough.world.cases
    case = np.flatnonzero(cases["referred"] > since(borough, SIX_MONTHS))
    child = cases["child"][case]
    recent = cases["referred"] > since(borough, YEAR)
    times = np.bincount(cases["child"][recent], minlength=len(borough.people))
    return pd.DataFrame(who(borough, child)).assign(
        referred=cases["referred"][case],
        source=borough.source[case],
        no_further_action=cases["outcome"][case] == int(Outcome.NO_ACTION),
        referrals_in_year=times[child],
        **allocated(len(case), rng),
    )


def assessments(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 4: who was assessed in the last six months, or is being assessed?"""
    rows = borough.assessments
    rows = rows[(rows["started"] > since(borough, SIX_MONTHS)) | (rows["authorised"] == NEVER)]
    case = rows["case"].to_numpy()
    done = rows["authorised"].to_numpy()
    return pd.DataFrame(who(borough, borough.world.cases["child"][case])).assign(
        started=rows["started"].to_numpy(),
        seen=rng.random(len(rows)) < 0.96,
        authorised=done,
        support_required=(borough.world.cases["outcome"][case] == int(Outcome.IN_NEED)) & (done != NEVER),
        **allocated(len(rows), rng),
    )


def enquiries(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 5: about whom was there an enquiry under section 47 in the last six months?"""
    all_rows, last = borough.enquiries, borough.world.last
    rows = all_rows[all_rows["started"] > since(borough, SIX_MONTHS)]
    case, whose = rows["case"].to_numpy(), borough.world.cases["child"]
    recent = all_rows[all_rows["started"] > since(borough, YEAR)]
    times = np.bincount(whose[recent["case"].to_numpy()], minlength=len(borough.people))
    held = recent[recent["conference"] <= last]
    conferences = np.bincount(whose[held["case"].to_numpy()], minlength=len(borough.people))
    conference = not_yet(rows["conference"].to_numpy(), last)
    plans = borough.world.plans
    made = pd.MultiIndex.from_arrays([plans["case"], plans["started"]])
    led = pd.MultiIndex.from_arrays([case, conference]).isin(made)
    return pd.DataFrame(who(borough, whose[case])).assign(
        started=rows["started"].to_numpy(),
        conference_not_required=rows["not_required"].to_numpy(dtype=bool),
        conference=conference,
        led_to_plan=led,
        enquiries_in_year=times[whose[case]],
        conferences_in_year=conferences[whose[case]],
        **allocated(len(rows), rng),
    )


def _now(borough: Borough, name: str) -> Flags:
    """Return, for each case, whether it has an open plan or stay on the last day."""
    table, last = getattr(borough.world, name), borough.world.last
    flag = np.zeros(len(borough.world.cases), dtype=bool)
    flag[table["case"][(table["started"] <= last) & (table["ended"] > last)]] = True
    return flag


def children_in_need(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 6: who is in need now, or was in the last six months? One row a child, for the latest case."""
    cases, last = borough.world.cases, borough.world.last
    known = (cases["outcome"] != int(Outcome.NO_ACTION)) & (cases["closed"] > since(borough, SIX_MONTHS))
    case = np.flatnonzero(known)
    frame = pd.DataFrame({"case": case, "child": cases["child"][case], "referred": cases["referred"][case]})
    case = frame.sort_values("referred", kind="stable").drop_duplicates("child", keep="last")["case"].to_numpy()
    closed = not_yet(cases["closed"][case], last)
    plans = borough.need_plans
    planned = np.zeros(len(cases), dtype=bool)
    planned[plans.loc[(plans["started"] <= last) & (plans["ended"] > last), "case"]] = True
    status = np.select(
        [closed != NEVER, _now(borough, "stays")[case], _now(borough, "plans")[case], planned[case]],
        ["closed", "looked after", "child protection plan", "child in need plan"],
        "open assessment",
    ).astype(object)
    return pd.DataFrame(who(borough, cases["child"][case])).assign(
        started=cases["referred"][case],
        need=borough.need[case],
        seen=np.maximum(np.minimum(closed, last) - rng.integers(0, 28, size=len(case)), cases["referred"][case]),
        closed=closed,
        closure_reason=np.where(closed == NEVER, "", borough.closure[case]),
        case_status=status,
        **allocated(len(case), rng),
    )


def protection_plans(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 7: who is on a protection plan now, or was in the last six months? One row a child."""
    plans, last = borough.world.plans, borough.world.last
    plan = np.flatnonzero(plans["ended"] > since(borough, SIX_MONTHS))
    plan = plan[np.argsort(plans["started"][plan], kind="stable")]
    plan = plan[~pd.Series(plans["child"][plan]).duplicated(keep="last").to_numpy()]
    ended = not_yet(plans["ended"][plan], last)
    reviewed = borough.plan_reviews[borough.plan_reviews["reviewed"] <= last].groupby("plan")["reviewed"].max()
    at = np.where(ended == NEVER, last, ended)
    return pd.DataFrame(who(borough, plans["child"][plan])).assign(
        started=plans["started"][plan],
        first_category=borough.first_category[plan],
        latest_category=borough.latest_category[plan],
        visited=np.maximum(at - rng.integers(0, 14, size=len(plan)), plans["started"][plan]),
        seen_alone=rng.random(len(plan)) < 0.8,
        reviewed=reviewed.reindex(plan).fillna(NEVER).to_numpy(dtype=np.int64),
        ended=ended,
        emergency_order=rng.random(len(plan)) < 0.02,
        previous_plans=plans["before"][plan],
        **allocated(len(plan), rng),
    )
