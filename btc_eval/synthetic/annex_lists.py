"""Who is on each list of the inspectors' workbook? Children in the last six months, or now, as each list asks.

Every function answers for one list and returns its English columns: days as numbers, codes as words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from btc_eval.synthetic import care_tables
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER, Flags, Ints, age_on
from btc_eval.synthetic.looked_after import in_words_of
from btc_eval.synthetic.people import Words, choose
from btc_eval.synthetic.world import Outcome

Generator = np.random.Generator

_SIX_MONTHS, _YEAR = 182, 365


def _people(borough: Borough, child: Ints) -> dict[str, Any]:
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


def _team(number: int, rng: Generator, *teams: str) -> dict[str, Any]:
    """Return an allocated team and worker for each row."""
    names = np.array(
        teams or ("Assessment team 1", "Assessment team 2", "Safeguarding north", "Safeguarding south"), dtype=object
    )
    workers = [f"Demonstration worker {one}" for one in rng.integers(1, 90, size=number).tolist()]
    return {"team": names[rng.integers(0, len(names), size=number)], "worker": workers}


def _last(borough: Borough, days: int) -> int:
    return borough.world.last - days


def _hide(values: Ints, last: int) -> Ints:
    return np.where(values > last, NEVER, values)


def contacts(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 1: who was the subject of a contact in the last six months?"""
    del rng
    rows = borough.contacts[borough.contacts["day"] > _last(borough, _SIX_MONTHS)]
    frame = pd.DataFrame(_people(borough, rows["child"].to_numpy()))
    return frame.assign(contacted=rows["day"].to_numpy(), source=rows["source"].to_numpy(dtype=object))


def early_help(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 2: whom did early help assess in the last six months, or support now?"""
    del rng
    help_ = borough.early_help
    rows = help_[(help_["started"] > _last(borough, _SIX_MONTHS)) | (help_["ended"] == NEVER)]
    frame = pd.DataFrame(_people(borough, rows["child"].to_numpy()))
    return frame.assign(
        started=rows["started"].to_numpy(), ended=rows["ended"].to_numpy(), organisation=rows["organisation"].to_numpy()
    )


def referrals(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 3: who was referred in the last six months?"""
    cases = borough.world.cases
    case = np.flatnonzero(cases["referred"] > _last(borough, _SIX_MONTHS))
    child = cases["child"][case]
    recent = cases["referred"] > _last(borough, _YEAR)
    times = np.bincount(cases["child"][recent], minlength=len(borough.people))
    return pd.DataFrame(_people(borough, child)).assign(
        referred=cases["referred"][case],
        source=borough.source[case],
        no_further_action=cases["outcome"][case] == int(Outcome.NO_ACTION),
        referrals_in_year=times[child],
        **_team(len(case), rng),
    )


def assessments(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 4: who was assessed in the last six months, or is being assessed?"""
    rows = borough.assessments
    rows = rows[(rows["started"] > _last(borough, _SIX_MONTHS)) | (rows["authorised"] == NEVER)]
    case = rows["case"].to_numpy()
    done = rows["authorised"].to_numpy()
    return pd.DataFrame(_people(borough, borough.world.cases["child"][case])).assign(
        started=rows["started"].to_numpy(),
        seen=rng.random(len(rows)) < 0.96,
        authorised=done,
        support_required=(borough.world.cases["outcome"][case] == int(Outcome.IN_NEED)) & (done != NEVER),
        **_team(len(rows), rng),
    )


def enquiries(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 5: about whom was there an enquiry under section 47 in the last six months?"""
    all_rows, last = borough.enquiries, borough.world.last
    rows = all_rows[all_rows["started"] > _last(borough, _SIX_MONTHS)]
    case, whose = rows["case"].to_numpy(), borough.world.cases["child"]
    recent = all_rows[all_rows["started"] > _last(borough, _YEAR)]
    times = np.bincount(whose[recent["case"].to_numpy()], minlength=len(borough.people))
    held = recent[recent["conference"] <= last]
    conferences = np.bincount(whose[held["case"].to_numpy()], minlength=len(borough.people))
    conference = _hide(rows["conference"].to_numpy(), last)
    plans = borough.world.plans
    made = pd.MultiIndex.from_arrays([plans["case"], plans["started"]])
    led = pd.MultiIndex.from_arrays([case, conference]).isin(made)
    return pd.DataFrame(_people(borough, whose[case])).assign(
        started=rows["started"].to_numpy(),
        conference_not_required=rows["not_required"].to_numpy(dtype=bool),
        conference=conference,
        led_to_plan=led,
        enquiries_in_year=times[whose[case]],
        conferences_in_year=conferences[whose[case]],
        **_team(len(rows), rng),
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
    known = (cases["outcome"] != int(Outcome.NO_ACTION)) & (cases["closed"] > _last(borough, _SIX_MONTHS))
    case = np.flatnonzero(known)
    frame = pd.DataFrame({"case": case, "child": cases["child"][case], "referred": cases["referred"][case]})
    case = frame.sort_values("referred", kind="stable").drop_duplicates("child", keep="last")["case"].to_numpy()
    closed = _hide(cases["closed"][case], last)
    plans = borough.need_plans
    planned = np.zeros(len(cases), dtype=bool)
    planned[plans.loc[(plans["started"] <= last) & (plans["ended"] > last), "case"]] = True
    status = np.select(
        [closed != NEVER, _now(borough, "stays")[case], _now(borough, "plans")[case], planned[case]],
        ["closed", "looked after", "child protection plan", "child in need plan"],
        "open assessment",
    ).astype(object)
    return pd.DataFrame(_people(borough, cases["child"][case])).assign(
        started=cases["referred"][case],
        need=borough.need[case],
        seen=np.maximum(
            np.where(closed == NEVER, last, closed) - rng.integers(0, 28, size=len(case)), cases["referred"][case]
        ),
        closed=closed,
        closure_reason=np.where(closed == NEVER, "", borough.closure[case]),
        case_status=status,
        **_team(len(case), rng),
    )


def protection_plans(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 7: who is on a protection plan now, or was in the last six months? One row a child."""
    plans, last = borough.world.plans, borough.world.last
    plan = np.flatnonzero(plans["ended"] > _last(borough, _SIX_MONTHS))
    plan = plan[np.argsort(plans["started"][plan], kind="stable")]
    plan = plan[~pd.Series(plans["child"][plan]).duplicated(keep="last").to_numpy()]
    ended = _hide(plans["ended"][plan], last)
    reviewed = borough.plan_reviews[borough.plan_reviews["reviewed"] <= last].groupby("plan")["reviewed"].max()
    at = np.where(ended == NEVER, last, ended)
    return pd.DataFrame(_people(borough, plans["child"][plan])).assign(
        started=plans["started"][plan],
        first_category=borough.first_category[plan],
        latest_category=borough.latest_category[plan],
        visited=np.maximum(at - rng.integers(0, 14, size=len(plan)), plans["started"][plan]),
        seen_alone=rng.random(len(plan)) < 0.8,
        reviewed=reviewed.reindex(plan).fillna(NEVER).to_numpy(dtype=np.int64),
        ended=ended,
        emergency_order=rng.random(len(plan)) < 0.02,
        previous_plans=plans["before"][plan],
        **_team(len(plan), rng),
    )


def looked_after(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 8: who is looked after now, or was in the last six months? One row a child, for the latest episode."""
    last, episodes = borough.world.last, borough.episodes
    rows = episodes[(episodes["stay"] >= 0) & (episodes["started"] <= last)].sort_values(["child", "started"])
    stays = borough.world.stays
    stay_end = stays["ended"][rows["stay"].to_numpy()]
    rows = rows[stay_end > _last(borough, _SIX_MONTHS)]
    grouped = rows.groupby("child", sort=True)
    latest = grouped.tail(1).set_index("child").sort_index()
    child, stay = latest.index.to_numpy(dtype=np.int64), latest["stay"].to_numpy()
    number = len(child)
    placed = rows[rows["start_reason"] != "legal status changed"].groupby("child")["started"].max().reindex(child)
    legal = rows[
        rows["start_reason"].isin(
            ["legal status changed", "legal status, placement and carer changed", "started to be looked after"]
        )
    ]
    moves = (
        rows[(rows["started"] > _last(borough, _YEAR)) & (rows["start_reason"] != "legal status changed")]
        .groupby("child")
        .size()
    )
    reviews = borough.reviews[borough.reviews["reviewed"] <= last].groupby("child")["reviewed"].max()
    absent = borough.absences[borough.absences["started"] > _last(borough, _YEAR)]
    counts = absent.groupby(["absence", "child"]).size()
    missing, away = (_counted(counts, kind, child) for kind in ("missing", "away without authorisation"))
    outside = latest["placement_postcode"].str.startswith("ZX90").to_numpy()
    ceased = _hide(stays["ended"][stay], last)

    def recently(days: int) -> Ints:
        return np.maximum(
            np.where(ceased == NEVER, last, ceased) - rng.integers(0, days, size=number), stays["started"][stay]
        )

    return pd.DataFrame(_people(borough, child)).assign(
        asylum_seeker=borough.people["asylum"].to_numpy()[child],
        started=stays["started"][stay],
        need=latest["need"].to_numpy(dtype=object),
        second_period=stays["resumed"][stay] == 1,
        legal_status_started=legal.groupby("child")["started"].max().reindex(child).to_numpy(dtype=np.int64),
        legal_status=latest["legal_status"].to_numpy(dtype=object),
        reviewed=reviews.reindex(child).fillna(NEVER).to_numpy(dtype=np.int64),
        visited=recently(42),
        permanence_plan=choose(
            {"Long-term placement": 0.6, "Return to family": 0.2, "Adoption": 0.08, "Supported living": 0.12},
            number,
            rng,
        ),
        reviewing_officer_seen=recently(170),
        health_assessed=recently(350),
        dental_checked=recently(350),
        placements_in_year=moves.reindex(child).fillna(0).to_numpy(dtype=np.int64) + 1,
        ceased=ceased,
        end_reason=np.where(ceased == NEVER, "", latest["end_reason"].to_numpy(dtype=object)),
        placed=placed.to_numpy(dtype=np.int64),
        placement=in_words_of(latest["placement"].to_numpy(dtype=object), borough.margins.last_year),
        provider=latest["provider"].to_numpy(dtype=object),
        placement_postcode=latest["placement_postcode"].to_numpy(dtype=object),
        placement_urn=latest["placement_urn"].to_numpy(dtype=object),
        placement_location=np.where(outside, "b) Out", "a) In"),
        placement_council=np.where(outside, "Another council", "Wirral"),
        missing_in_year=missing,
        absent_in_year=away,
        interview_offered=np.where(missing > 0, "a) Yes", ""),
        interview_accepted=np.where(missing > 0, np.where(rng.random(number) < 0.6, "a) Yes", "b) No"), ""),
        **_team(number, rng, "Children in care 1", "Children in care 2", "Permanence"),
    )


def _counted(counts: pd.Series, kind: str, child: Ints) -> Ints:
    """Return how many absences of a kind each child had."""
    if kind not in counts.index.get_level_values(0):
        return np.zeros(len(child), dtype=np.int64)
    return np.asarray(counts[kind].reindex(child).fillna(0), dtype=np.int64)


def care_leavers(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 9: who receives leaving-care services now?"""
    rows = care_tables.care_leavers(borough.world, borough.margins.last_year, rng)
    child = rows["child"].to_numpy()
    number = len(child)
    last = borough.world.last
    known = rows["in_touch"].to_numpy() == "in touch"
    team = _team(number, rng, "Leaving care")
    return pd.DataFrame(_people(borough, child)).assign(
        asylum_seeker=borough.people["asylum"].to_numpy()[child],
        adviser=team["worker"],
        eligibility="c) Former relevant child",
        plan_reviewed=last - rng.integers(0, 180, size=number),
        in_touch=np.where(known, "a) Yes", "b) No"),
        contacted=last - rng.integers(0, 60, size=number),
        accommodation=_said(rows["accommodation"]),
        suitable=np.where(rows["accommodation"].str.endswith("not suitable"), "b) No", "a) Yes"),
        activity=_said(rows["activity"]),
        **team,
    )


def _said(values: pd.Series) -> Words:
    return np.array([value.capitalize() for value in values.tolist()], dtype=object)


def adoption(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 10: who was adopted, or was to be, in the last twelve months?"""
    del rng
    rows = borough.adoptions[borough.adoptions["adopted"] > _last(borough, _YEAR)]
    child = rows["child"].to_numpy()
    placed = borough.placed.set_index("stay")["placed"].reindex(rows["stay"]).fillna(NEVER).to_numpy(dtype=np.int64)
    return pd.DataFrame(_people(borough, child)).assign(
        family_id=borough.people["family_id"].to_numpy(dtype=object)[child],
        entered_care=borough.world.stays["started"][rows["stay"].to_numpy()],
        decided=rows["decided"].to_numpy(),
        placement_order=rows["ordered"].to_numpy(),
        matched=rows["matched"].to_numpy(),
        placed=placed,
        adopted=rows["adopted"].to_numpy(),
        reversed=NEVER,
        early_placement=NEVER,
    )


def adopters(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 11: who adopts, or wishes to, with the steps of the last twelve months?"""
    number = max(round(34 * borough.margins.scale), 1)
    enquired = borough.world.last - rng.integers(60, 700, size=number)
    steps = np.cumsum(rng.integers(20, 90, size=(number, 8)), axis=1) + enquired[:, None]
    names = (
        "stage_1_started",
        "stage_1_ended",
        "stage_2_started",
        "stage_2_ended",
        "applied",
        "approved",
        "matched",
        "placed",
    )
    frame = pd.DataFrame({name: _hide(steps[:, i], borough.world.last) for i, name in enumerate(names)})
    return frame.assign(
        adopter_id=[f"DEMOA{one:05d}" for one in range(1, number + 1)],
        family_id=[f"DEMOAF{(one + 1) // 2:05d}" for one in range(1, number + 1)],
        sex=choose({"female": 0.55, "male": 0.45}, number, rng),
        ethnicity=choose(borough.world.parameters.shares("children", "ethnicity"), number, rng),
        disabled=rng.random(number) < 0.04,
        early_permanence=np.where(rng.random(number) < 0.4, "a) Yes", "b) No"),
        enquired=enquired,
        children_placed=np.where(frame["placed"] != NEVER, 1, 0),
        adopted=NEVER,
        left=NEVER,
    )
