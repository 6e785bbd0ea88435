"""Worked examples of every definition. The answers were worked out by hand; "How we count" shows the same tables."""

from __future__ import annotations

import pytest

from btc_eval import disclosure, measures
from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.measures.worked_care import EXAMPLES as CARE
from btc_eval.measures.worked_cohorts import EXAMPLES as COHORTS

NAMES = ("re-referral", "where-and-when", "child-in-need", "stayed-closed", *CARE, *COHORTS)


def answers(name: str, *columns: str) -> list[tuple[object, ...]]:
    return list(measures.worked(name).frame[list(columns)].itertuples(index=False, name=None))


@pytest.mark.parametrize("name", NAMES)
def test_an_example_can_be_shown_and_is_about_nobody(name: str) -> None:
    example = measures.worked(name)
    made_up = {"papers": example.papers, "no_people": "invented children"}
    safe = disclosure.control(example.frame, "council", keys=example.keys, **made_up)
    assert set(example.columns) <= set(safe.frame.columns)
    assert example.papers.provenance is Provenance.DEMONSTRATION
    assert safe.suppressed.empty
    assert example.note.endswith(".")


def test_a_name_that_no_example_has_is_refused() -> None:
    with pytest.raises(RefusedError, match="re-referral, where-and-when"):
        measures.worked("none")


def test_a_re_referral_comes_within_a_year_the_same_date_included() -> None:
    assert answers("re-referral", "child", "counted") == [("Ana", "yes"), ("Ben", "no"), ("Cal", "yes"), ("Dee", "no")]


def test_ward_year_and_age_are_those_of_the_day() -> None:
    assert answers("where-and-when", "child", "month", "year", "ward", "age") == [
        ("Ana", "February 2023", "2022-23", "Riverside", "1 to 4 years"),  # five on the day after
        ("Ben", "February 2022", "2021-22", "Hillside", "5 to 9 years"),  # ten on 1 March
        ("Cal", "March 2023", "2022-23", "ward not known", "unborn"),
        ("Dee", "April 2023", "2023-24", "ward not known", "not known"),
    ]


def test_a_child_is_in_need_if_the_case_outlasts_the_assessment() -> None:
    assert answers("child-in-need", "child", "from") == [
        ("Ana", "never"), ("Ben", "12 June 2023"), ("Cal", "30 May 2023"), ("Dee", "never"),
    ]  # fmt: skip


def test_a_case_has_stayed_closed_when_the_year_is_full() -> None:
    assert answers("stayed-closed", "child", "stayed") == [
        ("Ana", "12 June 2023"), ("Ben", "never"), ("Cal", "12 June 2023"),
    ]  # fmt: skip


def test_a_child_counts_once_a_year_at_the_first_start_and_the_last_end() -> None:
    assert answers("once-a-year", "started", "ceased") == [("yes", "no"), ("no", "yes"), ("yes", "yes"), ("yes", "yes")]


def test_five_children_close_in_every_band() -> None:
    columns = ("age", "opening", "starts", "moves_in", "moves_out", "ceases", "closing")
    assert answers("stock-and-flow", *columns) == [
        ("1 to 4 years", 1, 1, 0, 1, 0, 1),
        ("5 to 9 years", 0, 0, 1, 0, 0, 1),
        ("10 to 15 years", 2, 0, 0, 1, 0, 1),
        ("16 years and over", 1, 0, 1, 0, 2, 0),
        ("all", 4, 1, 2, 2, 2, 3),
    ]


def test_journeys_are_seen_within_the_window_alone() -> None:
    assert answers("journey", "interval", "days", "to") == [
        ("Ana, contact", "0 to 1", "assessment"),
        ("Ana, assessment", "1 to 43", "child in need"),
        ("Ana, child in need", "43 to 214", "closed"),
        ("Cal, protection plan", "120 to 243", "looked after"),
        ("Cal, looked after", "243 to 486", "still there"),
    ]


def test_every_step_is_counted_also_one_that_takes_no_time() -> None:
    assert answers("passages", "step", "children", "of_them") == [
        ("contact to referral", 1, 1),
        ("contact to closed", 1, 1),
        ("referral to assessment", 1, 1),
        ("assessment to child in need", 1, 0),
        ("child in need to closed", 1, 0),
        ("protection plan to looked after", 1, 0),
    ]


def test_entry_depends_on_the_past_alone() -> None:
    assert answers("entry", "child", "enters") == [
        ("Ana", "does not enter"),  # referred 365 days before
        ("Ben", "1 May 2022"),  # 366 days before
        ("Cal", "1 May 2022"),  # the later referral is no second entry
        ("Dee", "does not enter"),  # eighteen on the day
        ("Eva", "1 May 2022"),
        ("Fay", "27 February 2022"),
    ]
    assert answers("selection", "removed", "kept") == [(0, 7), (1, 6), (0, 6), (1, 5), (0, 5), (1, 4), (0, 4), (0, 4)]


def test_follow_up_ends_with_the_first_of_everything() -> None:
    assert answers("follow-up", "child", "days", "end", "event") == [
        ("Ana", "–", "not at risk", "–"),
        ("Ben", "1", "start of care", "1 (start of care)"),
        ("Cal", "334", "start of care", "1 (start of care)"),
        ("Dee", "334", "cut-off", "0 (censored)"),
        ("Eva", "214", "18th birthday", "2 (18th birthday)"),
    ]


def test_nobody_has_to_survive_to_be_exposed() -> None:
    assert answers("exposure", "child", "at_index", "landmark", "time_varying") == [
        ("Ana", "yes", "yes", "days 1 to 334 supported"),
        ("Ben", "no", "yes", "days 1 to 29 not supported; days 30 to 153 supported"),
        ("Cal", "no", "no", "days 1 to 122 not supported; days 123 to 334 supported"),
        ("Dee", "no", "no", "days 1 to 334 not supported"),
        ("Eva", "no", "left out", "days 1 to 19 not supported"),
    ]
