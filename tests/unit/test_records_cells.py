"""Cells, codes, years and files: the small rules of reading."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval.records import Reason, official
from btc_eval.records.areas import AreaList
from btc_eval.records.decode import decode
from btc_eval.records.interactive_tool import year_of
from btc_eval.records.official import areas_from
from btc_eval.records.symbols import (
    EXPLORE_EDUCATION,
    INTERACTIVE_TOOL,
    SHORTHAND,
    STATISTICAL_FIRST_RELEASE,
    number_text,
    shorthand,
)
from btc_eval.records.tables import Faults, Offered, rows_words

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def areas() -> AreaList:
    return areas_from(official(DATA).wide("areas"))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("4152", "4152"),
        ("007", "7"),
        ("12.0", "12"),
        ("4.5599999999999996", "4.56"),
        ("9.0539999999999995E-2", "0.09054"),
        ("-3", "-3"),
        ("1,234", None),
        ("c", None),
        ("", None),
        ("nan", None),
    ],
)
def test_numbers_are_written_without_a_spreadsheets_noise(cell: str, text: str | None) -> None:
    assert number_text(cell) == text


def test_every_symbol_has_a_reason_and_every_reason_a_shorthand() -> None:
    standard = {"c", "x", "z", "u", "low", "k", "~", ":", ""}
    assert EXPLORE_EDUCATION.keys() == standard
    for symbols in (EXPLORE_EDUCATION, STATISTICAL_FIRST_RELEASE, INTERACTIVE_TOOL):
        for reason in symbols.values():
            assert SHORTHAND[shorthand(reason)] is reason
    assert {shorthand(reason) for reason in Reason} == set(SHORTHAND)


def test_the_same_letter_means_other_things_in_other_publications() -> None:
    assert EXPLORE_EDUCATION["x"] is Reason.NOT_AVAILABLE
    assert STATISTICAL_FIRST_RELEASE["x"] is Reason.SUPPRESSED
    assert STATISTICAL_FIRST_RELEASE["-"] is Reason.ROUNDS_TO_NOUGHT
    assert INTERACTIVE_TOOL["-"] is Reason.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2016", 2016),
        ("2014-16", 2016),
        ("2015/16", 2016),
        ("2016-17 (OT)", 2017),
        ("2025 (prov)", 2025),
        ("2018 (Rev)", 2018),
        ("0", 0),
        ("Spring", 0),
    ],
)
def test_the_tools_six_ways_to_write_a_year(text: str, year: int) -> None:
    assert year_of(pd.Series([text])).tolist() == [year]


def test_rows_are_named_three_at_a_time() -> None:
    assert rows_words([7]) == "row 7"
    assert rows_words([1, 2, 3]) == "rows 1, 2, 3"
    assert rows_words([1, 2, 3, 4]) == "rows 1, 2, 3 and 1 more"


def test_an_old_number_means_the_council_of_its_year(areas: AreaList) -> None:
    number = pd.Series(["825", "825", "835", "344", "999"])
    year = pd.Series([2020, 2021, 2010, 2010, 2020])
    assert areas.of_old_code(number, year).tolist() == ["E10000002", "E06000060", "E10000009", "E08000015", ""]


def test_a_past_given_under_a_later_code_is_filed_under_its_own(areas: AreaList) -> None:
    place = pd.Series(["E06000060", "E06000060", "E10000023"])
    year = pd.Series([2015, 2022, 2024])
    assert areas.in_year(place, year).tolist() == ["E10000002", "E06000060", "E06000065"]
    # Where the table has a row under the right code already, the other is left as it is.
    both = pd.Series(["E06000060", "E10000002"])
    assert areas.in_year(both, pd.Series([2015, 2015])).tolist() == both.tolist()


def test_a_council_with_two_codes_is_found_under_either(areas: AreaList) -> None:
    published = pd.Series(["E06000048", "E08000020", "E08000038", "E08000015"])
    assert areas.listed(published).tolist() == ["E06000057", "E08000037", "E08000016", "E08000015"]


def _decoded(name: str, content: bytes) -> tuple[pd.DataFrame | None, list[str]]:
    faults = Faults(name)
    raw = decode(Offered(name, name, content, direct=True), faults)
    return (None if raw is None else raw.frame), [fault.found for fault in faults.found]


def test_a_mark_blank_rows_and_trailing_commas_are_read_over() -> None:
    frame, faults = _decoded("a.csv", b"\xef\xbb\xbfone, two,,\r\nx,NA,,\r\n,,,\r\ny,,,\r\n")
    assert faults == []
    assert frame is not None
    assert list(frame.columns) == ["one", "two"]
    assert frame["two"].tolist() == ["NA", ""]
    assert frame.index.tolist() == [1, 3]


def test_broken_lines_are_named() -> None:
    _, faults = _decoded("a.csv", b"one,two\n1,2\n3\n4,5,6\n")
    assert faults == ["rows with fewer or more cells than the header"]


def test_repeated_names_are_told_apart() -> None:
    frame, _ = _decoded("a.csv", b"SN1,SNP,SN2,SNP\n1,a,2,b\n")
    assert frame is not None
    assert list(frame.columns) == ["SN1", "SNP", "SN2", "SNP.1"]
