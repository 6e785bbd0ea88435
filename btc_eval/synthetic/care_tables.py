"""What else does the looked-after return say? Reviews, health, absences, adoption, social workers, care leavers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.synthetic.days import NEVER, Ints, age_on, first_day, last_day
from btc_eval.synthetic.leaving import REASONS
from btc_eval.synthetic.margins import Margins
from btc_eval.synthetic.people import Words, choose
from btc_eval.synthetic.quotas import between, draw
from btc_eval.synthetic.world import World

Generator = np.random.Generator

#: Social workers entered the return in this collection year.
SOCIAL_WORKERS_FROM = 2024
_FIRST_REVIEW, _SECOND_REVIEW, _LATER_REVIEWS = 20, 90, 175
_SPOKE = {
    "attended, spoke": 0.62, "attended, silent": 0.05, "attended, through an advocate": 0.04,
    "absent, advocate briefed": 0.12, "absent, by another medium": 0.13, "absent, no views given": 0.04,
}  # fmt: skip
_ACTIVITIES = {
    "other education, full time": 0.28, "higher education, full time": 0.06, "not in education or work, other": 0.24,
    "not in education or work, illness or disability": 0.12,
    "not in education or work, pregnancy or parenting": 0.06,
}  # fmt: skip
_HOMES = {
    "with parents or relatives, suitable": 0.16, "semi-independent, suitable": 0.22,
    "independent living, suitable": 0.36, "with former foster carer, suitable": 0.14,
    "supported lodgings, suitable": 0.05, "custody, not suitable": 0.03, "no fixed abode, not suitable": 0.04,
}  # fmt: skip


def _born(world: World, child: Ints) -> Ints:
    return world.children["born"][child]


def reviews(world: World, rng: Generator) -> pd.DataFrame:
    """When was each looked-after child's case reviewed? `child`, `reviewed`, `participation`."""
    stays = world.stays
    end = np.minimum(stays["ended"], world.last)
    frames = []
    when = stays["started"] + rng.integers(12, _FIRST_REVIEW + 1, size=len(stays))
    gap = _SECOND_REVIEW - _FIRST_REVIEW
    alive = np.flatnonzero(when <= end)
    while len(alive):
        frames.append(pd.DataFrame({"child": stays["child"][alive], "reviewed": when[alive]}))
        when[alive] += gap - rng.integers(0, 14, size=len(alive))
        alive = alive[when[alive] <= end[alive]]
        gap = _LATER_REVIEWS
    frame = pd.concat(frames, ignore_index=True).drop_duplicates(["child", "reviewed"])
    age = age_on(_born(world, frame["child"].to_numpy()), frame["reviewed"].to_numpy())
    return frame.assign(participation=np.where(age < 4, "under four", choose(_SPOKE, len(frame), rng)))


def health(world: World, year: int, rng: Generator) -> pd.DataFrame:
    """How is the health of each child looked after for a year on 31 March? One row a child."""
    stays, end = world.stays, last_day(year)
    here = np.flatnonzero((stays["started"] <= end - 365) & (stays["ended"] > end))
    child = stays["child"][here]
    number, age = len(child), age_on(_born(world, child), end)
    asked = (age >= 4) & (age <= 16)
    scored = asked & (rng.random(number) < 0.84)
    score = np.clip(np.round(rng.gamma(3.6, 3.9, size=number)), 0, 40).astype(int).astype(str).astype(object)
    why = choose(
        {"carer refused": 0.2, "child refused": 0.25, "severity of disability": 0.05, "other reason": 0.5}, number, rng
    )
    frame = pd.DataFrame({"child": child})
    frame["sdq_score"] = np.where(scored, score, "")
    frame["sdq_reason"] = np.where(scored, "", np.where(asked, why, "age"))
    shares = {
        "convicted": 0.03 * (age >= 10), "health_check": 0.9 * (age <= 5), "immunisations": 0.88 + 0.0 * age,
        "dental_check": 0.8 + 0.0 * age, "health_assessment": 0.9 + 0.0 * age, "substance_misuse": 0.04 * (age >= 10),
    }  # fmt: skip
    for name, share in shares.items():
        frame[name] = np.where(rng.random(number) < share, "1", "0").astype(object)
    frame.loc[age > 5, "health_check"] = ""
    misused = frame["substance_misuse"] == "1"
    received = rng.random(number) < 0.6
    frame["intervention_received"] = np.where(misused, np.where(received, "1", "0"), "")
    frame["intervention_offered"] = np.where(misused & ~received, "1", "")
    return frame.drop_duplicates("child")


def care_leavers(world: World, year: int, rng: Generator) -> pd.DataFrame:
    """What became of the young people who left care at 16 or over and turned 17 to 21 in the year?"""
    stays, end = world.stays, last_day(year)
    left = (stays["ended"] <= end) & (stays["ended"] - _born(world, stays["child"]) >= 16 * 365)
    child = np.unique(stays["child"][left & (stays["ended"] - stays["started"] >= 91)])
    age = age_on(_born(world, child), end)
    again = np.isin(child, stays["child"][(stays["started"] <= end) & (stays["ended"] > end)])
    child = child[(age >= 17) & (age <= 21) & ~again]
    number = len(child)
    touch = choose({"in touch": 0.9, "not in touch": 0.05, "refused contact": 0.03, "returned home": 0.02}, number, rng)
    known = touch == "in touch"
    working = "training or work, full time" if year <= 2021 else "work, full time"
    activity = choose({working: 0.24, **_ACTIVITIES}, number, rng)
    home = choose(_HOMES, number, rng)
    return pd.DataFrame(
        {
            "child": child,
            "in_touch": touch,
            "activity": np.where(known, activity, "not in touch"),
            "accommodation": np.where(known, home, "not in touch"),
        }
    )


def adoptions(world: World, episodes: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """How was each child adopted? `child`, the days of decision, match and order, and the adopters."""
    stays = world.stays
    stay = np.flatnonzero((stays["reason"] == REASONS.index("adopted")) & (stays["ended"] <= world.last))
    ordered = episodes[episodes["legal_status"] == "placement order"].groupby("stay")["started"].min()
    order = ordered.reindex(stay).fillna(pd.Series(stays["ended"][stay] - 60, index=stay)).to_numpy(dtype=np.int64)
    decided = np.maximum(order - rng.integers(20, 90, size=len(stay)), stays["started"][stay])
    number = len(stay)
    two = rng.random(number) < 0.86
    same = rng.random(number) < 0.12
    return pd.DataFrame(
        {
            "child": stays["child"][stay],
            "stay": stay,
            "adopted": stays["ended"][stay],
            "ordered": order,
            "decided": decided,
            "matched": between(decided, np.maximum(stays["ended"][stay] - 20, decided), rng),
            "foster_carer_adopts": np.where(rng.random(number) < 0.12, "1", "0"),
            "adopters": np.where(two, "2", "1"),
            "adopters_sex": np.where(two, np.where(same, "two men", "a man and a woman"), "one woman"),
            "adopters_legal_status": np.where(two, np.where(same, "civil partners", "married"), "single"),
        }
    ).drop_duplicates("child")


def placed_for_adoption(episodes: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Who was placed for adoption, and for whom was it given up? `child`, `placed`, `ceased`, `ceased_reason`."""
    living = episodes["placement"].str.startswith("adoption")
    placed = episodes[living & (episodes["stay"] >= 0)].groupby("stay", sort=True).agg(
        child=("child", "first"), placed=("started", "min"), until=("ended", "max"), how=("end_reason", "last")
    )  # fmt: skip
    given_up = (placed["how"] != "") & ~placed["how"].str.startswith("adopted")
    why = choose({"child's needs changed": 0.5, "no adopters found": 0.2, "other reason": 0.3}, len(placed), rng)
    return pd.DataFrame(
        {
            "child": placed["child"].to_numpy(),
            "stay": placed.index.to_numpy(),
            "placed": placed["placed"].to_numpy(),
            "ceased": np.where(given_up, placed["until"], NEVER),
            "ceased_reason": np.where(given_up, why, ""),
        }
    )


def absences(world: World, margins: Margins, rng: Generator) -> pd.DataFrame:
    """When was each child missing? `child`, `absence`, `started`, `ended`; a few children account for most."""
    stays = world.stays
    share = world.parameters.number("care", "missing_a_year")
    frames = []
    for year in margins.years[1:]:
        first, last = first_day(year), last_day(year)
        here = np.flatnonzero(
            (stays["started"] <= last - 20) & (stays["ended"] > np.maximum(first, stays["started"]) + 20)
        )
        age = age_on(_born(world, stays["child"][here]), last)
        stay = here[draw(np.where(age >= 10, np.exp((age - 10) / 3.0), 0.01), round(len(here) * share), rng)]
        times = np.repeat(stay, rng.geometric(0.22, size=len(stay)))
        low = np.maximum(stays["started"][times], first) + 2
        high = np.minimum(stays["ended"][times], last) - 8
        started = between(low, high, rng)
        ended = started + np.minimum(rng.geometric(0.6, size=len(times)) - 1, 6)
        kind = choose({"missing": 0.8, "away without authorisation": 0.2}, len(times), rng)
        frames.append(
            pd.DataFrame({"child": stays["child"][times], "absence": kind, "started": started, "ended": ended})
        )
    return pd.concat(frames, ignore_index=True).drop_duplicates(["child", "started"], ignore_index=True)


def social_workers(world: World, rng: Generator) -> pd.DataFrame:
    """Who was each looked-after child's social worker, from the year the return asks? One row a spell."""
    stays = world.stays
    first = first_day(SOCIAL_WORKERS_FROM)
    stay = np.flatnonzero((stays["ended"] > first) & (stays["started"] <= world.last))
    frames = []
    started = np.maximum(stays["started"][stay], first - rng.integers(0, 400, size=len(stay)))
    reason: Words = np.full(len(stay), "first contact", dtype=object)
    while len(stay):
        end = stays["ended"][stay]
        until = started + 60 + (rng.exponential(560, size=len(stay))).astype(np.int64)
        ended = np.where((until < end) & (until <= world.last), until, np.where(end <= world.last, end, NEVER))
        worker = [f"DEMOSW{one:04d}" for one in rng.integers(1, 140, size=len(stay)).tolist()]
        frames.append(
            pd.DataFrame(
                {
                    "child": stays["child"][stay],
                    "social_worker_id": worker,
                    "started": started,
                    "ended": ended,
                    "reason": reason,
                }
            )
        )
        on = until < np.minimum(end, world.last)
        stay, started = stay[on], until[on]
        reason = choose(
            {"caseload management": 0.25, "left role": 0.4, "process of transition": 0.2, "other reason": 0.15},
            len(stay),
            rng,
        )
    frame = pd.concat(frames, ignore_index=True)
    return frame[frame["ended"] > first].drop_duplicates(["child", "social_worker_id", "started"], ignore_index=True)
