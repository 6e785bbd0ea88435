"""Edges of the definitions that no worked example shows: days that coincide, children not born, returns that differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import measures
from btc_eval.errors import RefusedError
from btc_eval.measures.days import age_on, anniversary, birthday, dates_of, day_of, days_of
from btc_eval.measures.history import History
from btc_eval.measures.journey_states import STATES, STEPS
from btc_eval.records import statutory

BORN = {"child_id": "Ana", "date_of_birth": "2015-01-01"}
S20 = {"start_reason": "started to be looked after", "legal_status": "section 20"}


def care(*rows: tuple[str, str, str | None], born: str = "2015-01-01", **more: Any) -> statutory.StatutoryRecords:
    episodes = [{"child_id": c, "started": a, "ended": b, **S20, **more} for c, a, b in rows]
    people = [{"child_id": child, "date_of_birth": born} for child in {c for c, _, _ in rows}]
    return statutory.made_up({"looked_after_children": people, "looked_after_episodes": episodes}, years=[2022, 2023])


def rule(**more: Any) -> measures.CohortRule:
    given: dict[str, Any] = {
        "name": "test", "entry": "referral", "first": "2022-04-01", "last": "2022-12-31", "cut_off": "2023-03-31",
        "outcomes": (measures.TO_CARE,),
    }  # fmt: skip
    return measures.CohortRule(**{**given, **more})


def referred(*days: str, **tables: Any) -> statutory.StatutoryRecords:
    rows = [{"child_id": "Ana", "referred": day, "closed": "2023-06-01"} for day in days]
    return statutory.made_up({"cin_children": [BORN], "cin_episodes": rows, **tables}, years=[2022, 2023])


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("2004-02-29", "2020-02-29", 16),
        ("2023-05-09", "2023-05-08", -1),
        ("2023-05-09", "2023-05-09", 0),
    ],
)
def test_a_birthday_begins_its_day(born: str, day: str, age: int) -> None:
    assert age_on(np.array([day_of(born)]), np.array([day_of(day)])).tolist() == [age]


def test_birthdays_agree_with_the_calendar_for_every_date_of_birth() -> None:
    born = days_of(pd.Series(pd.date_range("2003-01-01", "2007-12-31")))
    for years in (1, 5, 16, 18):
        there = dates_of(birthday(born, years))
        offset = dates_of(born) + pd.DateOffset(years=years)  # which ends the leap day's year on 28 February
        leap = (dates_of(born).dt.month == 2) & (dates_of(born).dt.day == 29) & ~there.dt.is_leap_year
        assert (there[~leap] == offset[~leap]).all()
        assert (there[leap] == offset[leap] + pd.Timedelta(days=1)).all()
        assert (dates_of(anniversary(born, years)) == offset).all()


def test_a_month_of_birth_stands_for_its_middle() -> None:
    records = care(("Ana", "2022-05-01", None), born="2017-06-01")
    exact = measures.care_flows(records, period="month", first=2023, last=2023).moves
    middle = measures.care_flows(records, period="month", first=2023, last=2023, day_of_birth="mid-month").moves
    assert exact["period"].tolist() == middle["period"].tolist() == [pd.Timestamp("2022-06-01")]
    days = measures.care_flows(records, first=2023, last=2023, day_of_birth="mid-month").tidy().set_index("age_band")
    assert days.loc["1 to 4 years", "days"] == 45  # 1 May to 14 June
    assert days["child_years"].sum() == pytest.approx(335 / 365.25)


def test_a_status_that_changes_is_a_move_and_a_birthday_none() -> None:
    records = statutory.made_up(
        {
            "looked_after_children": [{"child_id": "Ana", "date_of_birth": "2017-06-01"}],
            "looked_after_episodes": [
                {"child_id": "Ana", "started": "2022-05-01", "ended": "2022-07-01", **S20},
                {"child_id": "Ana", "started": "2022-07-01", "start_reason": "legal status changed",
                 "legal_status": "care order"},
            ],
        },
        years=[2023],
    )  # fmt: skip
    assert measures.care_flows(records, by="legal_status").moves.values.tolist() == [
        [2023, "section 20", "care order", 1]
    ]
    assert measures.care_flows(records, by="age_band").moves["n"].sum() == 1
    assert measures.care_flows(records, by=("age_band", "legal_status")).moves["n"].sum() == 2


def test_a_new_period_on_the_day_on_which_the_last_ended_is_an_end_and_a_start() -> None:
    total = measures.care_flows(care(("Ana", "2022-05-01", "2022-07-01"), ("Ana", "2022-07-01", None)), last=2023)
    year = total.total().set_index("period").loc[2023]
    assert year[["starts", "ceases", "closing", "children_started"]].tolist() == [2, 1, 1, 1]


def test_short_breaks_and_ends_before_the_start_are_set_aside_and_counted() -> None:
    records = statutory.made_up(
        {
            "looked_after_episodes": [
                {"child_id": "Ana", "started": "2022-05-01", **S20, "legal_status": "short breaks, agreement"},
                {"child_id": "Ben", "started": "2022-05-01", "ended": "2022-04-30", **S20},
                {"child_id": "Cal", "started": "2022-05-01", **S20},
            ]
        },
        years=[2023],
    )
    flows = measures.care_flows(records)
    assert flows.set_aside == {"short breaks": 1, "an end before the start": 1}
    assert flows.total()["closing"].tolist() == [1]
    assert flows.tidy()["age_band"].tolist() == ["not known"]


def test_a_table_whose_books_are_wrong_cannot_be_made() -> None:
    flows = measures.care_flows(care(("Ana", "2022-05-01", None)))
    for column in ("opening", "starts", "moves_in", "closing", "children_started"):
        wrong = flows.tidy()
        wrong.loc[0, column] += 1
        with pytest.raises(ValueError, match=r"close|move into|more children|does not open"):
            measures.CareFlows(wrong, flows.by, flows.moves, flows.papers)
    counts = measures.event_counts(
        measures.events(care(("Ana", "2022-05-01", None))), by=["event"], first="2022-04", last="2023-03"
    )
    with pytest.raises(ValueError, match="add up"):
        measures.EventCounts(counts.frame, counts.inside + 1, 0, 0, counts.papers)


def test_years_without_a_return_and_states_without_a_name_are_refused_together() -> None:
    records = care(("Ana", "2022-05-01", None))
    with pytest.raises(RefusedError, match=r"(?s)colour.*week.*2019") as refused:
        measures.care_flows(records, by="colour", period="week", first=2019)  # type: ignore[arg-type]
    assert len(refused.value.refusals) == 3


def test_two_councils_are_refused() -> None:
    rows = [{"child_id": "Ana", "referred": "2022-05-01", "council": code} for code in ("344", "340")]
    with pytest.raises(RefusedError, match="2 councils"):
        measures.events(statutory.made_up({"cin_episodes": rows}))


def test_counts_outside_the_window_are_counted_and_tables_too_large_refused() -> None:
    found = measures.events(referred("2022-03-31", "2022-04-01", "2023-03-31", "2023-04-01"), kinds=["referral"])
    counted = measures.event_counts(found, by=["month", "source_group"], first="2022-04", last="2023-03")
    assert (counted.inside, counted.before, counted.after) == (2, 1, 1)
    assert len(counted.frame) == 12 * 12
    with pytest.raises(RefusedError, match="at most 10"):
        measures.event_counts(found, by=["month", "need"], first="2022-04", last="2023-03", most_cells=10)
    with pytest.raises(RefusedError, match=r"(?s)colour.*no month"):
        measures.event_counts(found, by=["colour"], first="2023-04", last="2023-03")


def test_a_history_cannot_hold_what_came_later() -> None:
    rows = pd.DataFrame({"child_id": ["Ana"], "index": [100], "born": [0]})
    event = {"row": 0, "event": "referral", "day": 100, "until": 2**31, "source": None, "need": None, "detail": None}
    assert len(History(rows, pd.DataFrame([event]))) == 1
    for wrong in ({"day": 101}, {"until": 101}):
        with pytest.raises(RefusedError, match="after the index date"):
            History(rows, pd.DataFrame([{**event, **wrong}]))
    log = pd.DataFrame([{**event, "child_id": "Ana", "day": day, "until": day + 50} for day in (60, 99, 100, 101)])
    cut = History.cut(rows, log)
    assert cut.log["day"].tolist() == [60, 99, 100]
    assert cut.count("referral").tolist() == [2]
    assert cut.count("referral", within=1).tolist() == [1]
    assert cut.on("referral").tolist() == [True]
    with pytest.raises(RefusedError, match=r"history\.on"):
        cut.on("conference")


def test_a_condition_sees_the_day_itself_and_nothing_later() -> None:
    seen: list[int] = []

    def look(history: History) -> pd.Series:
        seen.append(int(history.log["day"].max()))
        return pd.Series(True, index=range(len(history)))

    records = referred("2022-05-01", "2022-05-02")
    measures.cohort(records, rule(where=(measures.Where("looks", look),)))
    assert seen == [day_of("2022-05-01")]
    with pytest.raises(RefusedError, match="true or false"):
        measures.cohort(records, rule(where=(measures.Where("odd", lambda h: pd.Series([1] * len(h))),)))


def test_a_rule_tells_every_fault_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        rule(entry="x", first="2023-02-01", last="2022-01-01", which="all", exposure=measures.Landmark(0),
             outcomes=(measures.Outcome("not a name", "y"),), washout=(measures.Washout("referral", -1),))  # fmt: skip
    assert {fault.place for fault in refused.value.refusals} == {
        "entry", "outcomes", "washout", "exposure", "which", "last",
    }  # fmt: skip
    with pytest.raises(RefusedError, match="on or before the cut-off"):
        rule(last="2023-04-01")


def test_returns_that_do_not_reach_far_enough_are_refused() -> None:
    records = referred("2022-05-01")
    with pytest.raises(RefusedError, match="2023-03-31 or earlier"):
        measures.cohort(records, rule(cut_off="2023-04-01"))
    with pytest.raises(RefusedError, match="before any return"):
        measures.cohort(records, rule(washout=(measures.Washout("referral", 400),)))
    with pytest.raises(RefusedError, match="nobody left"):
        measures.cohort(referred("2021-05-01"), rule())


def test_re_referral_counts_to_the_same_date_and_censors_there() -> None:
    for again, days, event in (("2022-05-01", 365, 1), ("2022-05-02", 365, 0)):
        found = measures.cohort(
            referred("2021-05-01", again),
            rule(first="2021-05-01", last="2021-05-01", outcomes=(measures.RE_REFERRED,)),
        )
        assert found.frame[["re_referral_days", "re_referral_event"]].iloc[0].tolist() == [days, event]


def test_a_plan_that_ends_on_the_day_on_which_care_starts_ended_in_care() -> None:
    plan = {"child_id": "Ana", "referred": "2022-05-01", "started": "2022-06-01", "ended": "2022-08-01"}
    start = {"child_id": "Ana", "started": "2022-08-01", **S20}
    records = referred("2022-05-01", protection_plans=[plan], looked_after_episodes=[start])
    outcomes = (measures.PLAN_TO_CARE, measures.STEPPED_DOWN)
    found = measures.cohort(records, rule(entry="protection plan", outcomes=outcomes)).frame.iloc[0]
    assert (found["care_from_plan_event"], found["care_from_plan_end"]) == (1, "start of care")
    assert found["stepped_down_end"] == "start of care"


def test_missing_episodes_are_counted_over_days_in_care() -> None:
    missing = [{"child_id": "Ana", "started": day, "absence": "missing"} for day in ("2022-05-01", "2022-07-05")]
    start = {"child_id": "Ana", "started": "2022-07-01", "ended": "2022-07-11", **S20}
    records = referred("2022-05-01", missing_episodes=missing, looked_after_episodes=[start])
    found = measures.cohort(records, rule(counts=(measures.MISSING_EPISODES, measures.RE_REFERRALS))).frame.iloc[0]
    assert (found["missing_episodes_n"], found["missing_episodes_days"]) == (1, 10)
    assert (found["re_referrals_n"], found["re_referrals_days"]) == (0, 334)


def test_what_an_assessment_found_is_known_from_its_completion_on() -> None:
    seen = {"child_id": "Ana", "referred": "2022-05-01", "started": "2022-05-02", "authorised": "2022-06-01"}
    factors = [
        {"child_id": "Ana", "referred": "2022-05-01", "started": "2022-05-02", "factor": factor}
        for factor in ("domestic abuse: parent or carer", "drugs: parent or carer", "alcohol: parent or carer")
    ]
    enquiries = [{"child_id": "Ana", "referred": "2022-05-01", "started": "2022-05-31"}]
    for started, category in (("2022-05-31", "not assessed"), ("2022-06-01", "two")):
        enquiries[0]["started"] = started
        records = referred("2022-05-01", cin_assessments=[seen], cin_factors=factors, section_47=enquiries)
        found = measures.cohort(records, rule(entry="section 47 enquiry")).frame.iloc[0]
        assert found["disadvantage"] == category
        assert found["prior_referrals"] == 1


def test_a_register_of_families_means_every_child_of_them() -> None:
    children = [{"child_id": child, "date_of_birth": "2015-01-01"} for child in ("Ana", "Ben", "Cal")]
    records = statutory.made_up(
        {
            "cin_children": children,
            "cin_episodes": [{"child_id": child, "referred": "2022-05-01"} for child in ("Ana", "Ben", "Cal")],
            "families": [{"family_id": "F1", "child_id": child} for child in ("Ana", "Ben")],
            "programme_register": [
                {"id": "F1", "id_kind": "family", "project": "one", "started": "2022-05-01"},
                {"id": "Cal", "id_kind": "child", "project": "two", "started": "2022-05-02"},
            ],
        },
        years=[2023],
    )
    found = measures.cohort(records, rule(exposure=measures.AtIndex())).frame
    assert found["exposed"].tolist() == [True, True, False]
    assert found["family"].tolist() == ["F1", "F1", "child Cal"]
    one = measures.cohort(records, rule(exposure=measures.AtIndex(project="two"))).frame
    assert not one["exposed"].any()


def test_steps_never_lead_back_to_a_contact_and_lead_out_of_every_state() -> None:
    assert not [step for step in STEPS if step[1] == "contact"]
    assert {start for start, stop in STEPS if stop == "closed"} == {*STATES} - {"closed"}


def test_a_case_that_opens_as_another_closes_is_one_journey() -> None:
    rows = [
        {"child_id": "Ana", "referred": "2022-05-01", "closed": "2022-06-01"},
        {"child_id": "Ana", "referred": "2022-06-01", "closed": "2022-06-01"},
        {"child_id": "Ana", "referred": "2022-09-01"},
    ]
    records = statutory.made_up({"cin_episodes": rows}, years=[2023])
    found = measures.journeys(records, first="2022-04-01", cut_off="2023-03-31", after_closing="follow")
    assert found.frame[["id", "from_state", "to_state", "start", "stop"]].astype("object").values.tolist()[:2] == [
        ["Ana/1", "referral", "closed", 0, 31], ["Ana/1", "closed", "returned", 31, 123],
    ]  # fmt: skip
    assert found.states[-1] == "returned"
    assert found.journeys["number"].tolist() == [1, 2]


def test_a_plan_and_care_on_one_day_are_passed_upwards() -> None:
    day = "2022-07-01"
    plan = {"child_id": "Ana", "referred": "2022-05-01", "started": day}
    records = referred("2022-05-01", protection_plans=[plan],
                       looked_after_episodes=[{"child_id": "Ana", "started": day, **S20}])  # fmt: skip
    found = measures.journeys(records, first="2022-04-01", cut_off="2023-03-31")
    assert found.frame[["from_state", "to_state"]].astype("object").values.tolist()[0] == ["referral", "looked after"]
    assert found.passages.values.tolist() == [
        ["referral", "protection plan", 1],
        ["protection plan", "looked after", 1],
    ]


def test_a_window_that_no_return_covers_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"(?s)not after.*stop, follow"):
        measures.journeys(referred("2022-05-01"), first="2023-01-01", cut_off="2022-01-01", after_closing="x")  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="2023-03-31 or earlier"):
        measures.journeys(referred("2022-05-01"), first="2022-01-01", cut_off="2023-04-01")
