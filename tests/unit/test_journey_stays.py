"""Stays and what they led to, worked out again by hand, from the intervals, and by counting day by day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort, measures
from btc_eval.errors import RefusedError, UsageError
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

WINDOW = {"first": "2022-04-01", "cut_off": "2024-03-31"}


def returns(later: dict[str, str] | None = None) -> StatutoryRecords:
    """Five plans begun in the window, and one before it: two led to care, one was stepped down, one closed, one open.

    Ana: plan on 1 June, in care on 11 June, after ten days. Ben: plan on 1 June, in care on 1 June of the next year.
    Cal: plan of a hundred days, then in need. Dee: plan of two hundred days that ended with the case. Eva: plan on
    1 January 2024, still open at the cut-off. Flo: plan on 1 March 2022, before the window, and in care during it.
    """
    plan = {
        "Ana": ("2022-06-01", "2022-06-11"), "Ben": ("2022-06-01", "2023-06-01"), "Cal": ("2022-06-01", "2022-09-09"),
        "Dee": ("2022-06-01", "2022-12-18"), "Eva": ("2024-01-01", None), "Flo": ("2022-03-01", "2022-05-01"),
    }  # fmt: skip
    opened = {name: ("2022-02-01" if name == "Flo" else "2022-05-01") for name in plan}
    shut = {"Dee": "2022-12-18"}
    care = {"Ana": "2022-06-11", "Ben": "2023-06-01", "Flo": "2022-05-01", **(later or {})}
    tables: dict[str, list[dict[str, Any]]] = {
        "cin_episodes": [{"child_id": n, "referred": d, "closed": shut.get(n)} for n, d in opened.items()],
        "cin_assessments": [
            {"child_id": n, "referred": d, "started": d, "authorised": "2022-05-20" if n != "Flo" else "2022-02-20"}
            for n, d in opened.items()
        ],
        "protection_plans": [
            {"child_id": n, "referred": opened[n], "started": a, "ended": b} for n, (a, b) in plan.items()
        ],
        "looked_after_episodes": [
            {
                "child_id": n, "started": d, "start_reason": "started to be looked after", "legal_status": "care order",
                "return_year": 2024,
            }
            for n, d in care.items()
        ],
    }  # fmt: skip
    return statutory.made_up(tables, years=[2022, 2023, 2024])


def way(**options: Any) -> measures.Journeys:
    return measures.journeys(returns(), **WINDOW, **options)


def test_plans_are_counted_from_their_own_first_day_and_the_one_in_course_is_left_out() -> None:
    plans = measures.stays(way(), "protection plan")
    told = plans.frame.set_index("child_id")
    assert "Flo" not in told.index
    assert told["days"].to_dict() == {"Ana": 10, "Ben": 365, "Cal": 100, "Dee": 200, "Eva": 90}
    ended = {name: plans.ends.get(int(code), "open") for name, code in told["event"].items()}
    assert ended == {
        "Ana": "looked after", "Ben": "looked after", "Cal": "child in need", "Dee": "closed", "Eva": "open"
    }  # fmt: skip


def test_conversion_by_hand() -> None:
    """Day 10: 1 of 5 into care. Day 90: one is lost. Days 100, 200: 1 of 3, 1 of 2 elsewhere. Day 365: 1 of 1."""
    plans = measures.stays(way(), "protection plan")
    found = cohort.next_steps(plans.frame, ends=plans.ends, at=[10, 99, 100, 364, 365])
    care = found[found["to_state"] == "looked after"].set_index("time")
    alive = 4 / 5
    last = alive * 2 / 3 * 1 / 2
    assert care["estimate"].tolist() == pytest.approx([1 / 5, 1 / 5, 1 / 5, 1 / 5, 1 / 5 + last])
    assert care["events"].tolist() == [1, 1, 1, 1, 2]
    assert set(care["children"]) == {5}
    at_end = found[found["time"] == 365]
    assert at_end["estimate"].sum() == pytest.approx(1.0)


def test_stays_agree_with_the_intervals_of_the_model() -> None:
    """Two roads to one stay: steps paired with the next step here, intervals of `Journeys.frame` there."""
    found = way()
    rows = found.frame[~found.frame["late_entry"]].astype({"from_state": "str"})
    for state in ("assessment", "child in need", "protection plan", "looked after"):
        mine = measures.stays(found, state).frame
        mine = mine[mine["days"] > 0]
        theirs = rows[rows["from_state"] == state]
        late = mine["child_id"] == "Flo"  # her care began in the window, within a journey that had begun before it
        assert sorted(mine["days"][~late]) == sorted(theirs["stop"] - theirs["start"]), state
        assert late.sum() == (state == "looked after")


def test_reaching_counts_the_state_and_all_beyond_it() -> None:
    need = measures.reaching(way(), "child in need").frame.set_index("child_id")
    assert (need["event"] == 1).all()
    assert set(need["days"]) == {19}  # assessed on 1 May, in need from 20 May
    care = measures.reaching(way(), "looked after").frame.set_index("child_id")
    assert care["event"].to_dict() == {"Ana": 1, "Ben": 1, "Cal": 0, "Dee": 2, "Eva": 0}
    assert care.loc["Dee", "days"] == (pd.Timestamp("2022-12-18") - pd.Timestamp("2022-05-01")).days
    assert care.loc["Eva", "days"] == (pd.Timestamp("2024-03-31") - pd.Timestamp("2022-05-01")).days


def test_care_after_a_plan_counts_also_when_it_comes_later() -> None:
    """Cal's plan is stepped down on 9 September 2022; were he to come into care afterwards, it would count."""
    found = measures.reaching(way(), "looked after", after="protection plan")
    told = found.frame.set_index("child_id")
    assert told["event"].to_dict() == {"Ana": 1, "Ben": 1, "Cal": 0, "Dee": 2, "Eva": 0}
    assert told["days"].to_dict() == {
        "Ana": 10, "Ben": 365, "Cal": (pd.Timestamp("2024-03-31") - pd.Timestamp("2022-06-01")).days, "Dee": 200,
        "Eva": 90,
    }  # fmt: skip
    later = measures.journeys(returns(later={"Cal": "2023-02-01"}), **WINDOW)
    came = measures.reaching(later, "looked after", after="protection plan").frame.set_index("child_id")
    straight = measures.stays(later, "protection plan")
    assert came.loc["Cal", ["event", "days"]].tolist() == [1, 245]
    assert straight.ends[int(straight.frame.set_index("child_id").loc["Cal", "event"])] == "child in need"
    with pytest.raises(RefusedError, match="which is not before"):
        measures.reaching(later, "protection plan", after="looked after")


def test_coming_back_is_counted_from_the_closing() -> None:
    with pytest.raises(RefusedError, match="after_closing"):
        measures.returning(way())
    back = measures.returning(way(after_closing="follow")).frame
    assert back["child_id"].tolist() == ["Dee"]
    assert back["state"].tolist() == ["protection plan"]
    assert back["event"].tolist() == [0]


def test_the_window_is_that_of_the_last_years() -> None:
    assert measures.last_years(returns(), 2) == WINDOW
    with pytest.raises(RefusedError, match="5 years asked for, 3 in the returns"):
        measures.last_years(returns())
    with pytest.raises(RefusedError, match="'adopted'"):
        measures.stays(way(), "adopted")


def brute(days: np.ndarray, event: np.ndarray, kind: int, at: float) -> float:
    """Add up, over the days on which something ended, who was still there times the share that went this way."""
    there, total = 1.0, 0.0
    for day in sorted(set(days[event > 0])):
        if day > at:
            break
        risk = (days >= day).sum()
        total += there * ((days == day) & (event == kind)).sum() / risk
        there *= 1 - ((days == day) & (event > 0)).sum() / risk
    return total


@pytest.mark.parametrize("seed", range(4))
def test_shares_are_those_of_a_loop_over_days(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 300
    frame = pd.DataFrame(
        {"child_id": rng.integers(0, 200, n), "days": rng.integers(0, 40, n), "event": rng.choice([0, 2, 5, 7], n),
         "place": rng.choice(["East", "West"], n)}
    )  # fmt: skip
    ends = {2: "plan", 5: "care", 7: "closed", 9: "never seen"}
    found = cohort.next_steps(frame, ends=ends, at=[5, 20], group="place")
    assert set(found["to_state"]) == {"plan", "care", "closed"}
    for row in found.to_dict("records"):
        own = frame[frame["place"] == row["group"]]
        kind = {words: code for code, words in ends.items()}[row["to_state"]]
        days, event = own["days"].to_numpy(), own["event"].to_numpy()
        assert row["estimate"] == pytest.approx(brute(days, event, kind, row["time"]), abs=1e-12)
        assert row["events"] == int(((days <= row["time"]) & (event == kind)).sum())
        assert (row["stays"], row["children"]) == (len(own), own["child_id"].nunique())


def test_a_group_of_which_nobody_went_anywhere_has_shares_of_nought() -> None:
    """Rows that go together and no event at all: the variance once stumbled over it."""
    frame = pd.DataFrame({"child_id": [1, 2, 3, 4], "days": [5, 6, 7, 8], "event": [1, 0, 0, 0], "g": list("aabb")})
    found = cohort.next_steps(frame, ends={1: "back"}, at=5, group="g", order=["b"]).set_index("group")
    assert found.index.tolist() == ["b", "a"]
    assert found["estimate"].to_dict() == {"a": 0.5, "b": 0.0}
    assert found.loc["b", "std_error"] == 0.0


def test_codes_without_a_name_are_refused() -> None:
    frame = pd.DataFrame({"child_id": [1, 2], "days": [5, 6], "event": [1, 2]})
    with pytest.raises(UsageError, match="1 codes"):
        cohort.next_steps(frame, ends={1: "back"}, at=5)
    with pytest.raises(UsageError, match="from 1 on"):
        cohort.next_steps(frame, ends={}, at=5)
    with pytest.raises(RefusedError, match="no group in row 2"):
        cohort.next_steps(frame.assign(g=["a", None]), ends={1: "x", 2: "y"}, at=5, group="g")


def test_occupation_sums_to_one_on_every_day() -> None:
    found = way()
    model = cohort.state_probabilities(
        found.frame, id="id", start="start", stop="stop", from_state="from_state", to_state="to_state",
        states=found.states, at=[1, 30, 100, 300], absorbing=["looked after"],
    )  # fmt: skip
    sums = model.tidy().groupby("time")["estimate"].sum()
    assert sums.to_numpy() == pytest.approx(1.0)


def test_the_books_of_the_returns_stand_beside_the_published() -> None:
    flows = measures.care_flows(returns(), first=2023, last=2024)
    history = pd.DataFrame({"year": [2022, 2023, 2024], "stock": [5, 8, 7], "starts": [1, 4, 2], "ceases": [1, 2, 3]})
    both = measures.books(flows, history).set_index("year")
    assert both["left_over"].tolist() == [0, 0]
    assert both["closing"].tolist() == [2, 3]
    assert both["published_left_over"].tolist() == [1, 0]  # 8 − (5 + 4 − 2); 7 − (8 + 2 − 3)
    with pytest.raises(RefusedError, match="no year that both have"):
        measures.books(flows, history.assign(year=[1990, 1991, 1992]))
    with pytest.raises(RefusedError, match="flows by month"):
        measures.books(measures.care_flows(returns(), period="month", first=2023, last=2024), history)
