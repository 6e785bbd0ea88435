"""Whatever the returns say, the books of the measures close: nothing is lost, counted twice, or seen before its time.

The witnesses go day by day through a child's dates, as one would by hand, and share nothing with the library.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval import measures
from btc_eval.errors import RefusedError
from btc_eval.measures.journey_states import STATES
from btc_eval.records import statutory

FIRST, LAST = dt.date(2021, 1, 1), dt.date(2023, 3, 31)
BANDS = {"under 1 year": 0, "1 to 4 years": 1, "5 to 9 years": 5, "10 to 15 years": 10, "16 years and over": 16}

days = st.dates(FIRST, LAST)
lengths = st.integers(0, 500)
births = st.dates(dt.date(2004, 2, 28), dt.date(2023, 1, 1))
children = st.sampled_from(["Ana", "Ben", "Cal"])


#: A child, the first day, how many days until the end, and what else is written.
Spell = tuple[str, dt.date, int | None, dict[str, Any]]


def _spells(more: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[Spell]]:
    row = st.tuples(children, days, st.none() | lengths, more)
    return st.lists(row, max_size=8, unique_by=lambda spell: spell[:2])


care_spells = _spells(
    st.fixed_dictionaries(
        {
            "start_reason": st.sampled_from(["started to be looked after", "legal status changed"]),
            "legal_status": st.sampled_from(["section 20", "care order", "short breaks, agreement"]),
        }
    )
)


def _row(spell: Spell, opened: str, over: str) -> dict[str, Any]:
    child, start, length, more = spell
    end = None if length is None else (start + dt.timedelta(days=length)).isoformat()
    return {"child_id": child, opened: start.isoformat(), over: end, **more}


def _born(given_births: dict[str, dt.date]) -> list[dict[str, str]]:
    return [{"child_id": child, "date_of_birth": day.isoformat()} for child, day in given_births.items()]


def _care(spells: list[Any], born: dict[str, dt.date]) -> statutory.StatutoryRecords:
    rows = [_row(spell, "started", "ended") for spell in spells]
    tables = {"looked_after_episodes": rows, "looked_after_children": _born(born)}
    return statutory.made_up(tables, years=[2021, 2022, 2023])


def _age(born: dt.date, day: dt.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


everyone = st.fixed_dictionaries({"Ana": births, "Ben": births, "Cal": births})


@settings(max_examples=20, deadline=None)
@given(care_spells, everyone)
def test_the_stock_closes_and_is_what_one_counts_day_by_day(spells: list[Any], born: dict[str, dt.date]) -> None:
    records = _care(spells, born)
    if not spells:
        return
    flows = measures.care_flows(records, by=("age_band", "legal_status"))  # its books are checked when it is made
    by_band = measures.care_flows(records).tidy()
    assert by_band.groupby("period")["closing"].sum().tolist() == flows.total()["closing"].tolist()
    seen = {year: dict.fromkeys(BANDS, 0) for year in (2021, 2022, 2023)}
    closing = dict.fromkeys(seen, 0)
    mine: dict[str, list[Any]] = {}
    for child, start, length, more in spells:
        if not more["legal_status"].startswith("short"):
            mine.setdefault(child, []).append((start, length))
    for child, own in mine.items():
        for number in range((LAST - dt.date(2020, 4, 1)).days + 1):
            day = dt.date(2020, 4, 1) + dt.timedelta(days=number)
            begun = [spell for spell in own if spell[0] <= day]
            if not begun:
                continue
            start, length = max(begun)
            if length is None or start + dt.timedelta(days=length) > day:
                year = day.year + (day.month >= 4)
                age = _age(born[child], day)
                if age >= 0:
                    seen[year][_band(age)] += 1
                closing[year] += (day.month, day.day) == (3, 31)
    assert flows.total()["closing"].tolist() == list(closing.values())
    told = by_band.astype({"age_band": "str"}).set_index(["period", "age_band"])["days"]
    for year, bands in seen.items():
        for band, number in bands.items():
            assert told.get((year, band), 0) == number


def _band(age: int) -> str:
    return [name for name, first in BANDS.items() if first <= age][-1]


@settings(max_examples=15, deadline=None)
@given(care_spells, everyone)
def test_months_add_up_to_the_year_and_periods_to_the_records(spells: list[Any], born: dict[str, dt.date]) -> None:
    if not spells:
        return
    records = _care(spells, born)
    years, months = measures.care_flows(records), measures.care_flows(records, period="month")
    for column in ("starts", "ceases", "days"):
        assert years.tidy()[column].sum() == months.tidy()[column].sum()
    periods = statutory.periods_of_care(records)
    within = periods["started"].between("2020-04-01", "2023-03-31")
    assert years.tidy()["starts"].sum() == within.sum()
    yearly = statutory.care_by_year(records)
    assert years.total()["children_started"].tolist() == yearly["children_started"].tolist()


case_spells = _spells(st.fixed_dictionaries({"no_further_action": st.booleans()}))
plan_spells = _spells(st.just({"referred": "2021-01-01"}))
contacts = st.lists(st.tuples(children, days, st.sampled_from(["referral", "no further action", None])), max_size=6)


def _records(
    cases: list[Any], plans: list[Any], care: list[Any], told: list[Any], born: dict[str, dt.date]
) -> statutory.StatutoryRecords:
    rows = [_row(case, "referred", "closed") for case in cases]
    seen = [
        {"child_id": c, "referred": d.isoformat(), "started": (d + dt.timedelta(days=n % 40)).isoformat(),
         "authorised": (d + dt.timedelta(days=n % 40 + 20)).isoformat()}
        for n, (c, d, _, _) in enumerate(cases)
    ]  # fmt: skip
    return statutory.made_up(
        {
            "cin_children": _born(born),
            "cin_episodes": rows,
            "cin_assessments": seen,
            "protection_plans": [_row(plan, "started", "ended") for plan in plans],
            "looked_after_episodes": [_row(spell, "started", "ended") for spell in care],
            "contacts": [
                {"contact_id": str(n), "child_id": c, "contacted": d.isoformat(),
                 "outcome": None if what is None else f'{{"OUTCOME": "{what}"}}'}
                for n, (c, d, what) in enumerate(told)
            ],
        },
        years=[2021, 2022, 2023],
    )  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(case_spells, plan_spells, care_spells, contacts, everyone, days)
def test_journeys_fill_the_window_without_overlap(
    cases: list[Any], plans: list[Any], care: list[Any], told: list[Any], born: dict[str, dt.date], first: dt.date
) -> None:
    records = _records(cases, plans, care, told, born)
    if first >= dt.date(2023, 3, 30):
        return
    found = measures.journeys(records, first=first.isoformat(), cut_off="2023-03-31")
    frame = found.frame
    assert (frame["stop_day"] <= pd.Timestamp(2023, 3, 31)).all()
    assert (frame["start_day"] >= pd.Timestamp(first) - pd.Timedelta(days=1)).all()
    again = frame["id"] == frame["id"].shift()
    assert (frame["start"][again] == frame["stop"].shift()[again]).all()
    assert (frame["from_state"].astype("str")[again] == frame["to_state"].astype("str").shift()[again]).all()
    for child, start, length, more in care:
        if more["legal_status"].startswith("short") or length is not None:
            continue
        later = [s for c, s, _, m in care if c == child and s > start and not m["legal_status"].startswith("short")]
        if later or max(start, first) >= LAST:
            continue
        last = frame[frame["child_id"] == child].iloc[-1]  # still looked after: nothing shows above it
        assert last["from_state"] == "looked after"
        assert pd.isna(last["to_state"])
    timed = frame["to_state"].notna().sum()
    assert len(found.hops) - found.hops["passing"].sum() <= timed
    assert set(frame["from_state"].astype("str")) <= {*STATES}


@settings(max_examples=20, deadline=None)
@given(case_spells, plan_spells, care_spells, contacts, everyone, days)
def test_stays_lose_no_step_and_no_day(
    cases: list[Any], plans: list[Any], care: list[Any], told: list[Any], born: dict[str, dt.date], first: dt.date
) -> None:
    records = _records(cases, plans, care, told, born)
    if first >= dt.date(2023, 3, 30):
        return
    found = measures.journeys(records, first=first.isoformat(), cut_off="2023-03-31")
    stays = measures.stays(found)
    begun = found.journeys["began"] >= pd.Timestamp(first)
    entered = (found.hops["to_state"].astype("str") != "closed").sum()
    assert len(stays.frame) == entered + begun.sum()  # a stay for each step into a state and for each beginning
    left = stays.frame["event"].map(stays.ends).value_counts().to_dict()
    own = found.hops["id"].isin(found.journeys["id"][begun])
    in_course = found.hops[~own].drop_duplicates("id")  # left a state that it was in before the window
    steps = found.hops.drop(in_course.index)["to_state"].astype("str").value_counts().to_dict()
    assert left == steps
    late = found.frame.drop_duplicates("id")
    in_state = late[late["late_entry"]]  # of which no first day is known
    all_days = (found.frame["stop"] - found.frame["start"]).sum() - (in_state["stop"] - in_state["start"]).sum()
    assert stays.frame["days"].sum() == all_days
    for state in ("assessment", "protection plan", "looked after"):
        reached = measures.reaching(found, state)
        assert len(reached.frame) == begun.sum()
        seen = set(stays.frame["id"][stays.frame["state"].isin(STATES[STATES.index(state) : -1])])
        assert set(reached.frame["id"][reached.frame["event"] == 1]) == seen & set(reached.frame["id"])


@settings(max_examples=20, deadline=None)
@given(case_spells, plan_spells, care_spells, everyone, st.sampled_from(["first", "every"]), days)
def test_no_row_of_a_cohort_lies_outside_its_time(
    cases: list[Any], plans: list[Any], care: list[Any], born: dict[str, dt.date], which: Any, cut_off: dt.date
) -> None:
    records = _records(cases, plans, care, [], born)
    rule = measures.CohortRule(
        name="any", entry="referral", first="2021-01-01", last=cut_off.isoformat(), cut_off=cut_off.isoformat(),
        which=which, outcomes=(measures.TO_PLAN, measures.TO_CARE, measures.RE_REFERRED, measures.STAYED_CLOSED),
        counts=(measures.RE_REFERRALS,), exposure=measures.TimeVarying("protection plan"),
    )  # fmt: skip
    try:
        found = measures.cohort(records, rule)
    except RefusedError:
        return
    frame = found.frame
    for outcome in rule.outcomes:
        ends = frame["index"] + pd.to_timedelta(frame[f"{outcome.name}_days"].fillna(0).astype("int64"), unit="D")
        assert (ends <= pd.Timestamp(cut_off)).all()
        parts = found.follow_up(outcome.name)
        risk = frame[f"{outcome.name}_days"].notna()
        assert (parts["duration"] > parts["entry"]).all()
        assert (parts["duration"] - parts["entry"]).sum() == frame.loc[risk, f"{outcome.name}_days"].sum()
        assert (parts["event"] == 1).sum() == (frame[f"{outcome.name}_event"] == 1).sum()
    assert (frame["re_referrals_days"] >= 1).all()
    assert found.flow["n"].iloc[-1] == len(frame)


@settings(max_examples=15, deadline=None)
@given(case_spells, plan_spells, care_spells, everyone)
def test_every_event_is_in_one_cell_or_outside(
    cases: list[Any], plans: list[Any], care: list[Any], born: dict[str, dt.date]
) -> None:
    found = measures.events(_records(cases, plans, care, [], born))
    for by in (["event"], ["month", "event"], ["year", "age_band", "ward_code"]):
        counted = measures.event_counts(found, by=by, first="2021-06", last="2022-06")
        assert counted.inside + counted.before + counted.after == len(found.frame)
        assert counted.frame["n"].sum() == counted.inside
        assert not counted.frame.duplicated(by).any()
    assert (found.frame["event"] == "referral").sum() == len(cases)
