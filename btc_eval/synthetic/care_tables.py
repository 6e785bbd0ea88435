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
_ADOPTERS = {"a man and a woman": "married", "two men": "civil partners", "one woman": "single"}


def _shares(world: World, name: str) -> dict[str, float]:
    return world.parameters.shares("care_detail", name)


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
    return frame.assign(
        participation=np.where(age < 4, "under four", choose(_shares(world, "participation"), len(frame), rng))
    )


def health(world: World, year: int, rng: Generator) -> pd.DataFrame:
    """How is the health of each child looked after for a year on 31 March? One row a child."""
    stays, end = world.stays, last_day(year)
    here = np.flatnonzero((stays["started"] <= end - 365) & (stays["ended"] > end))
    child = stays["child"][here]
    number, age = len(child), age_on(_born(world, child), end)
    asked = (age >= 4) & (age <= 16)
    scored = asked & (rng.random(number) < world.parameters.number("care_detail", "questionnaire_scored"))
    score = np.clip(np.round(rng.gamma(3.6, 3.9, size=number)), 0, 40).astype(int).astype(str).astype(object)
    why = choose(_shares(world, "no_questionnaire"), number, rng)
    frame = pd.DataFrame({"child": child})
    frame["sdq_score"] = np.where(scored, score, "")
    frame["sdq_reason"] = np.where(scored, "", np.where(asked, why, "age"))
    able = {"convicted": age >= 10, "substance_misuse": age >= 10}
    for name, share in _shares(world, "health").items():
        frame[name] = np.where((rng.random(number) < share) & able.get(name, True), "1", "0").astype(object)
    frame.loc[age > 5, "health_check"] = ""
    misused = frame["substance_misuse"] == "1"
    received = rng.random(number) < world.parameters.number("care_detail", "intervention_received")
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
    touch = choose(_shares(world, "in_touch"), number, rng)
    known = touch == "in touch"
    activity = choose(_shares(world, "activities"), number, rng)
    # The wording of paid work changed with the collection of 2022.
    activity = np.where(
        activity == "work", "training or work, full time" if year <= 2021 else "work, full time", activity
    )
    home = choose(_shares(world, "accommodation"), number, rng)
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
    adopters = choose(_shares(world, "adopters"), number, rng)
    carer = rng.random(number) < world.parameters.number("care_detail", "adopted_by_carer")
    return pd.DataFrame(
        {
            "child": stays["child"][stay],
            "stay": stay,
            "adopted": stays["ended"][stay],
            "ordered": order,
            "decided": decided,
            "matched": between(decided, np.maximum(stays["ended"][stay] - 20, decided), rng),
            "foster_carer_adopts": np.where(carer, "1", "0"),
            "adopters": np.where(adopters == "one woman", "1", "2"),
            "adopters_sex": adopters,
            "adopters_legal_status": np.array([_ADOPTERS[one] for one in adopters], dtype=object),
        }
    ).drop_duplicates("child")


def placed_for_adoption(world: World, episodes: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Who was placed for adoption, and for whom was it given up? `child`, `placed`, `ceased`, `ceased_reason`."""
    living = episodes["placement"].str.startswith("adoption")
    placed = episodes[living & (episodes["stay"] >= 0)].groupby("stay", sort=True).agg(
        child=("child", "first"), placed=("started", "min"), until=("ended", "max"), how=("end_reason", "last")
    )  # fmt: skip
    given_up = (placed["how"] != "") & ~placed["how"].str.startswith("adopted")
    why = choose(_shares(world, "adoption_given_up"), len(placed), rng)
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
        kind = choose(_shares(world, "absences"), len(times), rng)
        frames.append(
            pd.DataFrame({"child": stays["child"][times], "absence": kind, "started": started, "ended": ended})
        )
    return pd.concat(frames, ignore_index=True).drop_duplicates(["child", "started"], ignore_index=True)


def social_workers(world: World, rng: Generator) -> pd.DataFrame:
    """Who was each looked-after child's social worker, from the year the return asks? One row a spell."""
    stays = world.stays
    first = first_day(SOCIAL_WORKERS_FROM)
    lasts = world.parameters.number("care_detail", "worker_stays_days")
    stay = np.flatnonzero((stays["ended"] > first) & (stays["started"] <= world.last))
    frames = []
    started = np.maximum(stays["started"][stay], first - rng.integers(0, 400, size=len(stay)))
    reason: Words = np.full(len(stay), "first contact", dtype=object)
    while len(stay):
        end = stays["ended"][stay]
        until = started + 60 + rng.exponential(lasts, size=len(stay)).astype(np.int64)
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
        reason = choose(_shares(world, "worker_reasons"), len(stay), rng)
    frame = pd.concat(frames, ignore_index=True)
    return frame[frame["ended"] > first].drop_duplicates(["child", "social_worker_id", "started"], ignore_index=True)
