"""Who is on the last four lists of the inspectors' workbook? Children in care, care leavers, adoptions, adopters."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic import care_tables
from btc_eval.synthetic.annex_lists import SIX_MONTHS, YEAR, allocated, not_yet, since, who
from btc_eval.synthetic.borough import Borough
from btc_eval.synthetic.days import NEVER, Ints
from btc_eval.synthetic.looked_after import in_words_of
from btc_eval.synthetic.people import Words, choose

Generator = np.random.Generator

_LEGAL_ONLY = "legal status changed"
_LEGAL_TOO = (_LEGAL_ONLY, "legal status, placement and carer changed", "started to be looked after")
_STEPS = (
    "stage_1_started", "stage_1_ended", "stage_2_started", "stage_2_ended", "applied", "approved", "matched", "placed",
)  # fmt: skip


def looked_after(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 8: who is looked after now, or was in the last six months? One row a child, for the latest episode."""
    last, episodes = borough.world.last, borough.episodes
    rows = episodes[(episodes["stay"] >= 0) & (episodes["started"] <= last)].sort_values(["child", "started"])
    stays = borough.world.stays
    stay_end = stays["ended"][rows["stay"].to_numpy()]
    rows = rows[stay_end > since(borough, SIX_MONTHS)]
    grouped = rows.groupby("child", sort=True)
    latest = grouped.tail(1).set_index("child").sort_index()
    child, stay = latest.index.to_numpy(dtype=np.int64), latest["stay"].to_numpy()
    number = len(child)
    moves = rows[rows["start_reason"] != _LEGAL_ONLY]
    placed = moves.groupby("child")["started"].max().reindex(child)
    times = moves[moves["started"] > since(borough, YEAR)].groupby("child").size().reindex(child).fillna(0)
    legal = rows[rows["start_reason"].isin(_LEGAL_TOO)].groupby("child")["started"].max().reindex(child)
    reviews = borough.reviews[borough.reviews["reviewed"] <= last].groupby("child")["reviewed"].max()
    absent = borough.absences[borough.absences["started"] > since(borough, YEAR)]
    counts = absent.groupby(["absence", "child"]).size()
    missing, away = (_counted(counts, kind, child) for kind in ("missing", "away without authorisation"))
    outside = latest["placement_postcode"].str.startswith("ZX90").to_numpy()
    ceased = not_yet(stays["ended"][stay], last)

    def recently(days: int) -> Ints:
        seen = np.minimum(ceased, last) - rng.integers(0, days, size=number)
        return np.asarray(np.maximum(seen, stays["started"][stay]))

    return pd.DataFrame(who(borough, child)).assign(
        asylum_seeker=borough.people["asylum"].to_numpy()[child],
        started=stays["started"][stay],
        need=latest["need"].to_numpy(dtype=object),
        second_period=stays["resumed"][stay] == 1,
        legal_status_started=legal.to_numpy(dtype=np.int64),
        legal_status=latest["legal_status"].to_numpy(dtype=object),
        reviewed=reviews.reindex(child).fillna(NEVER).to_numpy(dtype=np.int64),
        visited=recently(42),
        permanence_plan=choose(borough.world.parameters.shares("care_detail", "permanence_plans"), number, rng),
        reviewing_officer_seen=recently(170),
        health_assessed=recently(350),
        dental_checked=recently(350),
        placements_in_year=times.to_numpy(dtype=np.int64) + 1,
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
        **allocated(number, rng, "Children in care 1", "Children in care 2", "Permanence"),
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
    given = allocated(number, rng, "Leaving care")
    return pd.DataFrame(who(borough, child)).assign(
        asylum_seeker=borough.people["asylum"].to_numpy()[child],
        adviser=given["worker"],
        eligibility="c) Former relevant child",
        plan_reviewed=last - rng.integers(0, 180, size=number),
        in_touch=np.where(known, "a) Yes", "b) No"),
        contacted=last - rng.integers(0, 60, size=number),
        accommodation=_said(rows["accommodation"]),
        suitable=np.where(rows["accommodation"].str.endswith("not suitable"), "b) No", "a) Yes"),
        activity=_said(rows["activity"]),
        **given,
    )


def _said(values: pd.Series) -> Words:
    return np.array([value.capitalize() for value in values.tolist()], dtype=object)


def adoption(borough: Borough, rng: Generator) -> pd.DataFrame:
    """List 10: who was adopted, or was to be, in the last twelve months?"""
    del rng
    rows = borough.adoptions[borough.adoptions["adopted"] > since(borough, YEAR)]
    child = rows["child"].to_numpy()
    placed = borough.placed.set_index("stay")["placed"].reindex(rows["stay"]).fillna(NEVER).to_numpy(dtype=np.int64)
    return pd.DataFrame(who(borough, child)).assign(
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
    frame = pd.DataFrame({name: not_yet(steps[:, i], borough.world.last) for i, name in enumerate(_STEPS)})
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
