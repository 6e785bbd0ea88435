"""Worked examples of cohorts: entry, follow-up and exposure. See `measures.worked`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from btc_eval.measures.cohort import cohort
from btc_eval.measures.cohort_result import Cohort
from btc_eval.measures.cohort_rule import (
    ENDINGS,
    TO_CARE,
    AtIndex,
    CohortRule,
    Exposure,
    Landmark,
    Outcome,
    TimeVarying,
    Washout,
    Where,
)
from btc_eval.measures.worked import Example, made, said_day, written, yes
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

#: Days from entry to the landmark of the example.
_LANDMARK = 60


def _entry_records() -> StatutoryRecords:
    born = {"Ana": "2015-01-01", "Ben": "2015-01-01", "Cal": "2015-01-01", "Dee": "2004-05-01", "Eva": "2004-05-03"}
    born |= {"Fay": "2004-02-29"}
    referred = {
        "Ana": ["2021-05-01", "2022-05-01"], "Ben": ["2021-04-30", "2022-05-01"], "Cal": ["2022-05-01", "2022-08-01"],
        "Dee": ["2022-05-01"], "Eva": ["2022-05-01"], "Fay": ["2022-02-27"],
    }  # fmt: skip
    return statutory.made_up(
        {
            "cin_children": [{"child_id": child, "date_of_birth": day} for child, day in born.items()],
            "cin_episodes": [{"child_id": child, "referred": day} for child, days in referred.items() for day in days],
        },
        years=[2021, 2022, 2023],
    )


def _entry() -> tuple[StatutoryRecords, Cohort]:
    records = _entry_records()
    rule = CohortRule(
        name="referred, for the first time in a year", entry="referral", first="2022-02-01", last="2022-12-31",
        cut_off="2023-03-31", outcomes=(TO_CARE,), washout=(Washout("referral", 365),),
        where=(Where("no plan before", lambda history: ~history.had("protection plan")),),
    )  # fmt: skip
    return records, cohort(records, rule)


def entry() -> Example:
    """Who enters by a rule, and when."""
    records, found = _entry()
    born = records.table("cin_children").set_index("child_id")["date_of_birth"]
    days = records.table("cin_episodes").groupby("child_id")["referred"].apply(list)
    index = found.frame.set_index("child_id")["index"]
    told: list[dict[str, object]] = [
        {"child": child, "born": said_day(born[child]), "referred": ", ".join(map(said_day, days[child])),
         "enters": said_day(index.get(child)).replace("none", "does not enter")}
        for child in born.index
    ]  # fmt: skip
    return made(
        "entry", "Who enters: the first referral of 2022, none in the 365 days before, under eighteen", told,
        {"child": "Child", "born": "Born", "referred": "Referred", "enters": "Enters on"},
        "Ana's earlier referral is 365 days back and keeps her out; Ben's is a day older. Dee turned eighteen on "
        "the day. "
        "Eva has one day of childhood left, and enters; so does Fay, who was born on 29 February and is "
        "seventeen until "
        "1 March.",
    )  # fmt: skip


def selection() -> Example:
    """The flow of selection, whose numbers add up."""
    _, found = _entry()
    told: list[dict[str, object]] = [
        {"step": f"{row['step']}. {row['reason']}", "removed": int(row["removed"]), "kept": int(row["n"])}
        for row in found.flow.to_dict("records")
    ]
    return made(
        "selection", "The same rule, step by step", told,
        {"step": "Step", "removed": "Left out", "kept": "Left"},
        "The first line counts referrals of the window; every later one says who was left out and why.",
    )  # fmt: skip


def follow_up() -> Example:
    """When follow-up ends, and with what."""
    born = dict.fromkeys(("Ana", "Ben", "Cal", "Dee", "Eva"), "2015-01-01") | {"Eva": "2004-12-01"}
    care = {"Ana": "2022-05-01", "Ben": "2022-05-02", "Cal": "2023-03-31", "Dee": "2023-04-01", "Eva": "2022-12-01"}
    records = statutory.made_up(
        {
            "cin_children": [{"child_id": child, "date_of_birth": day} for child, day in born.items()],
            "cin_episodes": [{"child_id": child, "referred": "2022-05-01"} for child in born],
            "looked_after_episodes": [
                {"child_id": child, "started": day, "start_reason": "started to be looked after",
                 "legal_status": "section 20"}
                for child, day in care.items()
            ],
        },
        years=[2022, 2023, 2024],
    )  # fmt: skip
    waits = Outcome("care", "start of care", ENDINGS)
    rule = CohortRule(
        name="referred",
        entry="referral",
        first="2022-05-01",
        last="2022-05-01",
        cut_off="2023-03-31",
        outcomes=(waits,),
    )
    frame = cohort(records, rule).frame
    codes = waits.codes()
    told: list[dict[str, object]] = [
        {"child": row["child_id"], "care": written(care[row["child_id"]]),
         "days": "–" if pd.isna(row["care_days"]) else str(row["care_days"]), "end": str(row["care_end"]),
         "event": "–" if pd.isna(row["care_event"]) else f"{row['care_event']} ({codes[int(row['care_event'])]})"}
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return made(
        "follow-up", "Referred on 1 May 2022, followed to 31 March 2023: when does care start?", told,
        {"child": "Child", "care": "Care started", "days": "Days followed", "end": "Ended by", "event": "Event"},
        "What happens on the entry date is history: Ana is not at risk of what has happened. The last day "
        "counts. Eva turned "
        "eighteen on the day on which her care started, and childhood ends as the day begins.",
    )  # fmt: skip


def _exposed(records: StatutoryRecords, exposure: Exposure) -> Cohort:
    rule = CohortRule(
        name="on a plan", entry="protection plan", first="2022-05-01", last="2022-05-01", cut_off="2023-03-31",
        outcomes=(TO_CARE,), exposure=exposure,
    )  # fmt: skip
    return cohort(records, rule)


def exposure() -> Example:
    """Three ways to be exposed without having to survive for it."""
    registered = {"Ana": "2022-05-01", "Ben": "2022-05-31", "Cal": "2022-09-01", "Dee": None, "Eva": "2022-06-15"}
    care = {"Ben": "2022-10-01", "Eva": "2022-05-20"}
    records = statutory.made_up(
        {
            "cin_children": [{"child_id": child, "date_of_birth": "2015-01-01"} for child in registered],
            "protection_plans": [
                {"child_id": child, "referred": "2022-04-01", "started": "2022-05-01"} for child in registered
            ],
            "looked_after_episodes": [
                {"child_id": child, "started": day, "start_reason": "started to be looked after",
                 "legal_status": "section 20"}
                for child, day in care.items()
            ],
            "programme_register": [
                {"id": child, "project": "project-1", "started": day} for child, day in registered.items() if day
            ],
        },
        years=[2022, 2023],
    )  # fmt: skip
    at_index = _exposed(records, AtIndex()).frame.set_index("child_id")["exposed"]
    landmark = _exposed(records, Landmark(_LANDMARK)).follow_up("looked_after").set_index("child_id")["exposed"]
    parts = _exposed(records, TimeVarying()).follow_up("looked_after")
    told: list[dict[str, object]] = [
        {"child": child, "registered": written(day).replace("none", "never"),
         "care": written(care.get(child)), "at_index": yes(at_index[child]),
         "landmark": yes(landmark[child]) if child in landmark.index else "left out",
         "time_varying": _parts(parts[parts["child_id"] == child])}
        for child, day in registered.items()
    ]  # fmt: skip
    return made(
        "exposure", "Plans of 1 May 2022: who counts as supported by the programme, and from when?", told,
        {"child": "Child", "registered": "Registered", "care": "Care started", "at_index": "At the start of the plan",
         "landmark": "By day sixty, of those who reach it", "time_varying": "As time goes on"},
        "Eva was in care before she was registered: she can never count as supported. Time before the "
        "registration counts as "
        "unsupported, never as a success of the support that came later.",
    )  # fmt: skip


def _parts(rows: pd.DataFrame) -> str:
    words = {True: "supported", False: "not supported"}
    told = rows.to_dict("records")
    return "; ".join(f"days {r['entry'] + 1} to {r['duration']} {words[bool(r['exposed'])]}" for r in told)


EXAMPLES: Mapping[str, Callable[[], Example]] = {
    "entry": entry,
    "selection": selection,
    "follow-up": follow_up,
    "exposure": exposure,
}
