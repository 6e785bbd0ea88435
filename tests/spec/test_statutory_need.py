"""Worked examples: referrals, re-referrals, need, conferences, plans, wards, and what a difference means."""

from __future__ import annotations

from pathlib import Path

import pytest

from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.reconcile import Tolerance

DATA = Path(__file__).resolve().parents[1] / "data" / "statutory"


def census(folder: Path, year: int, *children: str) -> StatutoryRecords:
    """Read a census of these children; a referral is drawn as its element."""
    body = "".join(
        f"<Child><ChildIdentifiers><LAchildID>{number}</LAchildID></ChildIdentifiers>{child}</Child>"
        for number, child in enumerate(children, 1)
    )
    header = f"<Header><CollectionDetails><ReferenceDate>{year}-03-31</ReferenceDate></CollectionDetails></Header>"
    text = f"<Message>{header}<Children>{body}</Children></Message>"
    (folder / f"cin_{year}.xml").write_text(text, encoding="utf-8")
    return statutory.read(folder)


def referral(day: str, *inside: str, closed: str = "", nfa: str = "0") -> str:
    end = f"<CINclosureDate>{closed}</CINclosureDate>" if closed else ""
    return (
        f"<CINdetails><CINreferralDate>{day}</CINreferralDate><ReferralSource>6</ReferralSource>{end}"
        f"{''.join(inside)}<ReferralNFA>{nfa}</ReferralNFA></CINdetails>"
    )


def plan(start: str, end: str = "", before: int = 0) -> str:
    ended = f"<CPPendDate>{end}</CPPendDate>" if end else ""
    return (
        f"<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate>{ended}"
        f"<NumberOfPreviousCPP>{before}</NumberOfPreviousCPP></ChildProtectionPlans>"
    )


@pytest.mark.parametrize(("again", "counted"), [("2023-01-10", True), ("2023-01-11", False), ("2022-01-11", True)])
def test_a_re_referral_comes_within_a_year_to_the_day(tmp_path: Path, again: str, counted: bool) -> None:
    records = census(tmp_path, 2023, referral("2022-01-10") + referral(again))
    assert statutory.referrals(records)["re_referral"].tolist() == [False, counted]


def test_another_childs_referral_is_no_re_referral(tmp_path: Path) -> None:
    records = census(tmp_path, 2023, referral("2022-05-01"), referral("2022-06-01"))
    assert not statutory.referrals(records)["re_referral"].any()


def test_a_re_referral_is_found_across_returns(tmp_path: Path) -> None:
    census(tmp_path, 2022, referral("2021-11-01", closed="2021-12-01"))
    records = census(tmp_path, 2023, referral("2022-06-01"))
    assert statutory.need_by_year(records)["re_referrals"].tolist() == [0, 1]


@pytest.mark.parametrize(("closed", "in_need"), [("", 1), ("2023-04-01", 1), ("2023-03-31", 0)])
def test_in_need_on_a_day_is_open_at_its_end(tmp_path: Path, closed: str, in_need: int) -> None:
    records = census(tmp_path, 2023, referral("2022-05-01", closed=closed))
    assert len(statutory.in_need_on(records, "2023-03-31")) == in_need


def test_a_referral_without_further_action_is_a_referral_and_not_need(tmp_path: Path) -> None:
    records = census(tmp_path, 2023, referral("2022-05-01", nfa="true"))
    counts = statutory.need_by_year(records).iloc[0]
    assert (counts["referrals"], counts["children_at_31_march"]) == (1, 0)


def test_a_conference_counts_once_whichever_block_holds_it(tmp_path: Path) -> None:
    enquiry = (
        "<Section47><S47ActualStartDate>2022-06-01</S47ActualStartDate>"
        "<DateOfInitialCPC>2022-06-20</DateOfInitialCPC></Section47>"
    )
    both = referral("2022-05-01", "<DateOfInitialCPC>2022-06-20</DateOfInitialCPC>", enquiry)
    moved_in = referral("2022-05-01", "<DateOfInitialCPC>2022-07-01</DateOfInitialCPC>")
    records = census(tmp_path, 2023, both, moved_in)
    assert statutory.conferences(records)["conference"].dt.strftime("%d/%m").tolist() == ["20/06", "01/07"]
    assert statutory.need_by_year(records).iloc[0]["conferences"] == 2


def test_plans_starting_standing_and_repeated(tmp_path: Path) -> None:
    records = census(
        tmp_path,
        2023,
        referral("2021-05-01", plan("2021-06-01", before=2)),
        referral("2022-05-01", plan("2022-06-01", "2023-03-31")),
        referral("2022-05-01", plan("2022-06-01", before=1)),
    )
    counts = statutory.need_by_year(records).iloc[0]
    assert (counts["plans_started"], counts["plans_at_31_march"], counts["repeat_plans"]) == (2, 2, 1)


def test_every_block_of_the_census_is_read() -> None:
    records = statutory.read(DATA / "cin_2023.xml")
    sizes = {name: len(records.table(name)) for name in records.tables}
    assert sizes == {
        "cin_children": 2, "cin_disabilities": 1, "cin_episodes": 3, "cin_assessments": 1, "cin_factors": 3,
        "cin_plans": 1, "section_47": 1, "protection_plans": 1, "protection_reviews": 3,
    }  # fmt: skip
    episode = records.table("cin_episodes").iloc[0]
    assert (episode["source"], episode["closure_reason"]) == (
        "council early help",
        "closed after assessment, to early help",
    )
    factors = records.table("cin_factors")["factor"].astype("str").tolist()
    assert factors == ["domestic abuse: parent or carer", "neglect", "code not recognised"]
    reviews = records.table("protection_reviews")
    assert reviews["reviewed"].dt.day.tolist() == [1, 15, 29], "all review dates, not the first alone"
    assert set(reviews["started"].dt.strftime("%Y-%m-%d")) == {"2023-02-22"}


def test_vendor_names_and_the_blocks_of_2026_are_read() -> None:
    records = statutory.read(DATA / "cin_2026_vendor.xml")
    assert records.years("cin_episodes") == (2026,), "without a header the dates tell the year"
    assert records.table("cin_children")["sex"].tolist() == ["female"]
    step = records.table("pre_proceedings").iloc[0]
    assert (f"{step['started']:%d/%m/%Y}", step["review_meetings"], step["child_id"]) == ("09/10/2025", 3.0, "0042")
    what = {departure.what for line in records.ledger.lines for departure in line.departures}
    assert "an element that no table has" in what


def test_the_ward_is_that_of_the_address_on_the_day() -> None:
    records = statutory.read(DATA / "case_system")
    placed = statutory.ward_on(records, records.table("early_help_episodes"), day="started")
    assert placed["ward_name"].fillna("").tolist() == ["Bidston and St James", "", ""]
    assert placed["ward_reason"].tolist() == ["", "a postcode that the look-up does not have", "no address on the day"]
    moved = records.table("early_help_episodes").assign(started="2021-06-01").astype({"started": "datetime64[s]"})
    assert statutory.ward_on(records, moved, day="started")["ward_name"].iloc[0] == "Oxton", (
        "the day of the move is new"
    )


@pytest.mark.parametrize(
    ("extract", "verdict"), [(1_020, "pass"), (1_021, "concern"), (1_050, "concern"), (1_051, "fail"), (979, "concern")]
)
def test_a_difference_has_a_verdict_at_a_stated_line(extract: float, verdict: str) -> None:
    assert Tolerance(0.02, 10, 0.05, 25).verdict(extract, 1_000) == verdict
