"""Worked examples of care and of journeys: see `measures.worked`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from btc_eval.measures.care_flows import care_flows
from btc_eval.measures.events import events
from btc_eval.measures.journeys import journeys
from btc_eval.measures.worked import Example, made, said_day, yes
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

_STARTED = "started to be looked after"


def _episode(child: str, started: str, ended: str | None = None, **more: object) -> dict[str, object]:
    return {
        "child_id": child, "started": started, "ended": ended, "start_reason": _STARTED, "legal_status": "section 20",
        **more,
    }  # fmt: skip


def _once_records() -> StatutoryRecords:
    moved = {"start_reason": "placement and carer changed"}
    return statutory.made_up(
        {
            "looked_after_episodes": [
                _episode("Ana", "2022-05-01", "2022-07-01"),
                _episode("Ana", "2022-09-01", "2023-01-15"),
                _episode("Ben", "2022-05-01", "2022-07-01", end_reason="new episode began the same day"),
                _episode("Ben", "2022-07-01", "2023-01-15", **moved),
                _episode("Cal", "2022-05-01", "2022-05-01"),
            ]
        },
        years=[2023],
    )


def once_a_year() -> Example:
    """Periods of care, and children counted once a year in each."""
    frame = events(_once_records(), kinds=["start of care", "end of care"]).frame
    starts = frame[frame["event"] == "start of care"].sort_values(["child_id", "day"], ignore_index=True)
    ends = frame[frame["event"] == "end of care"].sort_values(["child_id", "day"], ignore_index=True)
    told: list[dict[str, object]] = [
        {"period": f"{start['child_id']}, from {said_day(start['day'])}", "until": said_day(end["day"]),
         "started": yes(start["first_in_year"]), "ceased": yes(end["last_in_year"])}
        for start, end in zip(starts.to_dict("records"), ends.to_dict("records"))
    ]  # fmt: skip
    return made(
        "once-a-year", "Which periods of care count in the published figures of the year?", told,
        {"period": "Period of care", "until": "Until", "started": "Child counted as started?",
         "ceased": "Child counted as ceased?"},
        "Ana was looked after twice in the year: she counts once, at her first start and at her last end. Ben changed "
        "placement on 1 July, which is no end. Cal came and went on one day.",
    )  # fmt: skip


def _flow_records() -> StatutoryRecords:
    born = {"Ana": "2017-06-15", "Ben": "2019-01-10", "Cal": "2007-03-01", "Dee": "2012-02-29", "Eva": "2005-06-30"}
    return statutory.made_up(
        {
            "looked_after_children": [{"child_id": child, "date_of_birth": day} for child, day in born.items()],
            "looked_after_episodes": [
                _episode("Ana", "2021-05-01"),
                _episode("Ben", "2022-08-01", return_year=2023),
                _episode("Cal", "2020-05-01", "2023-03-01", end_reason="returned home, planned"),
                _episode("Dee", "2022-02-01"),
                _episode("Eva", "2020-05-01", "2022-06-29", end_reason="independent living, supported"),
            ],
        },
        years=[2023],
    )


def stock_and_flow() -> Example:
    """Opening, what came, what went, closing: by band of age."""
    frame = care_flows(_flow_records()).tidy()
    names = ["opening", "starts", "moves_in", "moves_out", "ceases", "closing"]
    told: list[dict[str, object]] = [
        {"age": str(row["age_band"]), **{name: int(row[name]) for name in names}} for _, row in frame.iterrows()
    ]
    told.append({"age": "all", **{name: int(frame[name].sum()) for name in names}})
    return made(
        "stock-and-flow", "Five children in care in 2022-23: does every line close?", told,
        {"age": "Age", "opening": "On 31 March 2022", "starts": "Came", "moves_in": "Grew into the band",
         "moves_out": "Grew out of it", "ceases": "Left", "closing": "On 31 March 2023"},
        "Ana turned five; Ben, aged three, came; Dee turned eleven; Cal left on the day on which he turned "
        "sixteen, so he "
        "grew into the last band and left from it; Eva left on the day before she turned seventeen.",
    )  # fmt: skip


def _journey_records() -> StatutoryRecords:
    referral = '{"OUTCOME": "referral"}'
    return statutory.made_up(
        {
            "contacts": [
                {"child_id": "Ana", "contacted": "2023-05-01", "outcome": referral},
                {"child_id": "Ben", "contacted": "2023-05-01", "outcome": '{"OUTCOME": "no further action"}'},
            ],
            "cin_episodes": [
                {"child_id": "Ana", "referred": "2023-05-02", "closed": "2023-12-01"},
                {"child_id": "Cal", "referred": "2022-12-01"},
            ],
            "cin_assessments": [
                {"child_id": "Ana", "referred": "2023-05-02", "started": "2023-05-02", "authorised": "2023-06-13"},
                {"child_id": "Cal", "referred": "2022-12-01", "started": "2022-12-01", "authorised": "2023-01-12"},
            ],
            "protection_plans": [
                {"child_id": "Cal", "referred": "2022-12-01", "started": "2023-01-12", "ended": "2023-08-01"}
            ],
            "looked_after_episodes": [_episode("Cal", "2023-08-01")],
        },
        years=[2023, 2024],
    )


def journey() -> Example:
    """Intervals from state to state within a window."""
    found = journeys(_journey_records(), first="2023-04-01", cut_off="2024-03-31")
    told: list[dict[str, object]] = [
        {"interval": f"{row['child_id']}, {row['from_state']}", "since": said_day(row["start_day"]),
         "until": said_day(row["stop_day"]), "days": f"{row['start']} to {row['stop']}",
         "to": "still there" if pd.isna(row["to_state"]) else str(row["to_state"])}
        for row in found.frame.to_dict("records")
    ]  # fmt: skip
    return made(
        "journey", "Three journeys, followed from 1 April 2023 to 31 March 2024", told,
        {"interval": "Child, state", "since": "After", "until": "Up to", "days": "Days of the journey", "to": "Then"},
        "An interval runs from the end of one day to the end of another. Cal's journey had begun in December: it "
        "is seen "
        "from the window's first day on, and its earlier days count for nothing. Ben's contact began and ended "
        "on one day: "
        "he has no interval, and stands in the next table.",
    )  # fmt: skip


def passages() -> Example:
    """Steps that took no time, each counted."""
    found = journeys(_journey_records(), first="2023-04-01", cut_off="2024-03-31")
    told: list[dict[str, object]] = [
        {
            "step": f"{row['from_state']} to {row['to_state']}",
            "children": int(row["n"]),
            "of_them": int(row["same_day"]),
        }
        for row in found.flow().to_dict("records")
    ]
    return made(
        "passages", "Every step of the three journeys, and those that took no time", told,
        {"step": "Step", "children": "Children", "of_them": "Within a day"},
        "Ana was referred and her assessment started on one day: she passed through the referral. Cal's plan "
        "started on the "
        "day on which the assessment was completed; that was before the window.",
    )  # fmt: skip


EXAMPLES: Mapping[str, Callable[[], Example]] = {
    "once-a-year": once_a_year,
    "stock-and-flow": stock_and_flow,
    "journey": journey,
    "passages": passages,
}
