"""A cell at a time: dates in every form, codes of every year, placeholders, numbers stored as text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from btc_eval.records import statutory
from btc_eval.records.statutory import vocabulary as words
from btc_eval.records.statutory.cells import typed
from btc_eval.records.statutory.codes import CodeList
from btc_eval.records.statutory.contract import Column, Sort, Table
from btc_eval.records.statutory.days import Trouble, month_of, read_day, year_of_month
from btc_eval.records.statutory.notes import Notes, shown_code, shown_heading
from btc_eval.records.statutory.remarks import TWO_WAYS

EPISODES = words.TABLES["looked_after_episodes"]
COLUMNS = [(table.name, column) for table in words.TABLES.values() for column in table.columns]
LISTS = list({id(c.codes): c.codes for _, c in COLUMNS if c.codes is not None}.values())


def day_of(text: str) -> dt.date | None:
    day, _ = read_day(text)
    return None if day is None else dt.date(1970, 1, 1) + dt.timedelta(days=day)


@pytest.mark.parametrize(
    "text",
    [
        "31/03/2024", "31-03-2024", "31.03.2024", "2024-03-31", "2024/03/31", "31/3/2024", "31/03/24", "20240331",
        "31 March 2024", "31-Mar-24", "31st March 2024", "2024-03-31T00:00:00", "2024-03-31 00:00:00", "45382",
        "31/03/2024 00:00", "2024-03-31T09:12:44Z", " 31/03/2024 ",
    ],
)  # fmt: skip
def test_one_day_in_every_form(text: str) -> None:
    assert day_of(text) == dt.date(2024, 3, 31)


@pytest.mark.parametrize(
    "text", ["03/31/2024", "31/02/2024", "2024-13-01", "soon", "0", "31/03", "2024", "31/03/20245", "", "12/2024"]
)
def test_what_is_not_a_day_is_not_guessed(text: str) -> None:
    assert read_day(text) == (None, Trouble.UNREADABLE)


def test_an_ambiguous_date_is_read_day_first() -> None:
    assert day_of("03/04/2021") == dt.date(2021, 4, 3)


def test_the_pivot_of_two_digit_years() -> None:
    assert (day_of("01/01/30"), day_of("01/01/31")) == (dt.date(2030, 1, 1), dt.date(1931, 1, 1))
    assert read_day("01/01/30")[1] is Trouble.TWO_DIGITS


def test_1900_means_no_date_and_2105_is_too_late() -> None:
    assert read_day("1900-01-01") == (None, Trouble.NO_DATE)
    assert read_day("01/01/1900") == (None, Trouble.NO_DATE)
    assert read_day("14/06/2105") == (None, Trouble.TOO_LATE)


def test_a_year_ends_on_31_march() -> None:
    days = [read_day(text)[0] for text in ("31/03/2024", "01/04/2024")]
    assert [year_of_month(month_of(day)) for day in days if day is not None] == [2024, 2025]


def read(column: str, *cells: str | None, table: Table = EPISODES) -> tuple[list[object], Notes]:
    notes = Notes()
    found = table.by_name[column]
    values = typed(found, pa.array(cells, type=pa.string()), table, notes)
    if found.codes is None:
        return values.to_pylist(), notes
    return [None if place is None else found.codes.words_in_order[place] for place in values.to_pylist()], notes


def test_codes_become_words_and_unknown_ones_are_counted() -> None:
    values, notes = read("legal_status", "C2", "c2 ", "\u00a0C2", "QQ", None, "QQ")
    assert values == ["care order"] * 3 + ["code not recognised", None, "code not recognised"]
    assert notes.unknown == {"legal_status": {"QQ": 2}}


def test_placeholders_become_missing_and_are_counted() -> None:
    values, notes = read("placement_urn", "NULL", "N/A", "#N/A", "*DUMMY*", "XXXXXXX", "1234567", "")
    assert values == [None, None, None, None, None, "1234567", None]
    assert notes.departures["placement_urn", "a placeholder for nothing"] == 5


def test_none_is_a_disability_and_not_a_placeholder() -> None:
    values, notes = read("disability", "NONE", "NULL", table=words.TABLES["cin_disabilities"])
    assert values == ["no disability", None]
    assert sum(notes.departures.values()) == 1


def test_identifiers_keep_their_zeros_and_lose_a_spreadsheets_decimals() -> None:
    values, notes = read("child_id", "00123", '="00124"', "125.0", "1.2E+12", " 126 ", "\ufeff127", "=A1+1", "*DUMMY*")
    assert values == ["00123", "00124", "125", None, "126", "127", None, None]
    assert notes.departures["child_id", "an identifier stored as a decimal number"] == 1
    assert notes.departures["child_id", "a formula, not a value"] == 1


def test_truth_in_every_spelling() -> None:
    table = words.TABLES["cin_episodes"]
    values, notes = read("no_further_action", "0", "1", "true", "False", "a) Yes", "N", "perhaps", None, table=table)
    assert values == [False, True, True, False, True, False, None, None]
    assert notes.departures["no_further_action", "true, false, yes, no or 1.0 for 1 or 0"] == 4
    assert notes.unknown == {"no_further_action": {"(text of 7 characters)": 1}}, "a word may be a name"


def test_numbers_stored_as_text() -> None:
    values, notes = read("sdq_score", "12", "12.0", "1,200", "twelve", table=words.TABLES["health_and_offending"])
    assert values == [12.0, 12.0, 1200.0, None]
    assert notes.departures["sdq_score", "not a number"] == 1


def test_postcodes_are_written_one_way() -> None:
    assert read("home_postcode", "ch411aa", " CH41 1AA ", "M1 1AE")[0] == ["CH41 1AA", "CH41 1AA", "M1 1AE"]


@pytest.mark.parametrize("codes", LISTS, ids=lambda codes: codes.name)
def test_every_code_and_every_wording_finds_its_way_back(codes: CodeList) -> None:
    for code in codes.codes:
        assert codes.match(code.code) is code
        found = codes.match(code.words)
        assert found is not None
        assert found.words == code.words
    for text in codes.letters:
        written = codes.match(codes.annex_a(text))
        assert written is not None
        assert written.code == text
    words_of_2024 = codes.words_in(2024)
    assert len({codes.code(word, 2024) for word in words_of_2024}) == len(words_of_2024), "one code a wording in a year"


@pytest.mark.parametrize(("year", "code"), [(2024, "2"), (2025, "F")])
def test_the_coding_of_sex_changed_in_2025(year: int, code: str) -> None:
    assert words.SEX.code("female", year) == code
    assert words.SEX.match(code).words == "female"  # type: ignore[union-attr]


def test_early_help_is_a_source_from_2023() -> None:
    assert "council early help" not in words.REFERRAL_SOURCE.words_in(2022)
    assert words.REFERRAL_SOURCE.code("council early help", 2023) == "5D"
    with pytest.raises(KeyError):
        words.REFERRAL_SOURCE.code("council early help", 2022)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a) 1A: Individual", "1A"), ("u) 10: Unknown", "10"), ("5D", "5D"), ("Police", "6"),
        ("INDIVIDUAL – family member, relative or carer", "1A"),
    ],
)  # fmt: skip
def test_annex_a_writes_sources_its_own_way(text: str, code: str) -> None:
    found = words.REFERRAL_SOURCE.match(text)
    assert found is not None
    assert found.code == code


def test_every_table_can_be_told_by_its_headings() -> None:
    for table in words.TABLES.values():
        headings = [heading for column in table.columns for heading in column.headings]
        assert len(headings) == len(set(headings)), f"{table.name}: a heading means two columns"
        assert {*table.key, *table.hallmark, *table.dated} <= {*table.by_name, "return_year"}
    kinds = {column.sort for _, column in COLUMNS if column.codes is not None}
    assert kinds == {Sort.CODE}


@pytest.mark.parametrize(
    "text", ["CH41 1AA", "ch411aa", "123456", "01/02/2010", "Q12345678", "<script>", "RND0002152", "é"]
)
def test_a_code_is_shown_only_where_it_can_be_nothing_else(text: str) -> None:
    assert text not in shown_code(text)
    assert shown_code(text).startswith("(")


def test_a_heading_of_data_is_not_shown() -> None:
    assert shown_heading("20/07/2014") == "(text of 10 characters)"
    assert shown_heading("Case\x1bWorker") == "Case·Worker"
    assert len(shown_heading("x" * 500)) == 40


def test_a_column_that_nobody_asked_for_is_absent() -> None:
    assert Column("a", "A").headings == {"a"}


def test_departures_from_the_form_of_dates_and_spaces_are_counted() -> None:
    _, notes = read("started", "01/04/2021", "2021-04-01", " 01/04/2021", "45382")
    assert notes.departures == {
        ("started", "a date with its parts in another order than the format's, read"): 1,
        ("started", "spaces or invisible characters around the value"): 1,
        ("started", "a spreadsheet's day number for a date"): 1,
    }
    _, notes = read("referred", "01/04/2021", "2021-04-01", table=words.TABLES["cin_episodes"])
    assert sum(notes.departures.values()) == 1


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("WBRI", "a) WBRI|(A.A1) White - British|A1 - White British|White/British|White - British [WBRI]|WENG"),
        ("WIRT", "WIRT - Traveller: Irish Heritage|Gypsy or Irish Traveller|Traveller of Irish Heritage [WIRT]"),
        ("WOTH", "A3 - White - Any other White background|Any Other White"),
        ("MWBC", "Mixed - White & Black Caribbean|White and Black Caribbean|f) MWBC"),
        ("AIND", "Asian or Asian British - Indian|Indian|Asian/Asian British - Indian"),
        ("BAFR", "Black - African|BAFR - Black African|Black or Black British - African"),
        ("NOBT", "s) NOBT|Information not yet obtained|u) UNKNOWN"),
        ("REFU", "Refused|t) REFU"),
        (None, "Any other thing|White and|A9"),
    ],
)
def test_ethnicity_as_case_systems_write_it(code: str | None, spellings: str) -> None:
    for text in spellings.split("|"):
        found = words.ETHNICITY.match(text)
        assert (found.code if found else None) == code, text


def test_a_source_is_known_without_its_number() -> None:
    for text, code in (("Health services - GP", "3A"), ("LA services - Early help", "5D"), ("j) 6: Police", "6")):
        assert words.REFERRAL_SOURCE.match(text).code == code  # type: ignore[union-attr]
    assert words.REFERRAL_SOURCE.match("Health services") is None, "of several, none is guessed"


def test_dates_written_in_two_ways_in_one_column_are_counted(tmp_path: Path) -> None:
    rows = "id,project,start,end\n1,A,2021-04-01,\n2,A,2021-05-01,\n3,A,01/06/2021,30/06/2021\n"
    (tmp_path / "programme_register.csv").write_text(rows, encoding="utf-8")
    (line,) = statutory.read(tmp_path).ledger.of("programme_register")
    assert [(d.column, d.rows) for d in line.departures if d.what == TWO_WAYS] == [("started", 1)]
