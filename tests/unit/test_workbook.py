"""The workbook of all tables: the CSVs' own numbers, one marked table a sheet, nothing that runs, the same bytes."""

from __future__ import annotations

import csv
import io
import zipfile

import pandas as pd
import pytest
from openpyxl import load_workbook

from btc_eval import disclosure
from btc_eval.edition import workbook, workbook_sheets
from btc_eval.edition.collect import Exhibit
from btc_eval.errors import RefusedError
from btc_eval.publish.door import blank_cells
from btc_eval.publish.downloads import csv_text

WORDS = {"edition_label": "2026.11", "built_on": "1 November 2026", "data_window": "2012 to 2024", "cite": "Cite"}
MOMENT = "2026-11-01T12:00:00Z"


def exhibit(name: str, text: str, **about: object) -> Exhibit:
    return Exhibit("outcomes/one", name, text, {"title": name.title(), "provenance": "official", **about})


def made(*exhibits: Exhibit, moment: str | None = MOMENT) -> bytes:
    return workbook.workbook(exhibits, title="All", words=WORDS, chapters={"outcomes/one": "One"}, moment=moment)


def table(data: bytes, name: str) -> list[list[object]]:
    """Return the cells of the one table of a sheet."""
    page = load_workbook(io.BytesIO(data))[name]
    (reference,) = [one.ref for one in page.tables.values()]
    return [[cell.value for cell in row] for row in page[reference]]


def test_one_table_a_sheet_from_the_first_column_without_gaps_or_merged_cells() -> None:
    book = load_workbook(io.BytesIO(made(exhibit("rates", "year,n\r\n2020,1\r\n2021,2.5\r\n"))))
    assert book.sheetnames == ["Cover", "Contents", "Shorthand", "rates"]
    assert book.properties.title == "All: all tables"
    assert book.properties.language == "en-GB"
    for page in book:
        assert page["A1"].value
        assert not page.merged_cells.ranges
        assert page.freeze_panes is None
        assert page.sheet_state == "visible"
        assert len(page.tables) == (page.title != "Cover")
        for one in page.tables.values():
            first, last = one.ref.split(":")
            assert first.startswith("A")
            assert last == f"{page.dimensions.split(':')[1]}"
            assert one.headerRowCount == 1
        assert all(page.cell(row, 1).value is not None for row in range(1, page.max_row + 1))
    assert book["Contents"]["A4"].hyperlink.location == "'rates'!A1"


def test_text_that_a_spreadsheet_would_run_stays_text() -> None:
    hostile = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://a")']
    frame = pd.DataFrame({"=cmd": hostile, "n": range(len(hostile))})
    about = {"words": {"notes": ["=1+1"], "columns": {}, "blanks": {}}, "title": "=2+2"}
    data = made(exhibit("hostile", csv_text(frame), **about))
    for page in load_workbook(io.BytesIO(data)):
        for row in page.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    cells = [row[0] for row in table(data, "hostile")]
    assert all(str(cell).startswith("'") for cell in cells)


def test_an_empty_cell_has_a_sign_and_its_reason_above_the_table() -> None:
    frame = pd.DataFrame({"year": ["2020", "2021", "2022"], "n": [4.0, None, None], "m": [None, 1.0, 2.0]})
    safe = disclosure.control(
        frame,
        "official",
        keys=["year"],
        blanks={"n": "not available before 2022", "m": "has no range"},
    )
    blanks = blank_cells(safe)
    assert blanks == {"n": {"[x] not available before 2022": [1, 2]}, "m": {"[z] has no range": [0]}}
    about = {"words": {"columns": {"n": "Children"}, "blanks": blanks, "notes": []}}
    data = made(exhibit("gaps", csv_text(safe.frame), **about))
    assert table(data, "gaps") == [["Year", "Children", "M"], [2020, 4, "[z]"], [2021, "[x]", 1], [2022, "[x]", 2]]
    above = " ".join(str(cell.value) for cell in load_workbook(io.BytesIO(data))["gaps"]["A"])
    assert "[x] not available before 2022 (Children); [z] has no range (M)" in above


def test_made_up_data_is_marked_in_the_name_and_in_the_title() -> None:
    data = made(exhibit("ward", "n\r\n1\r\n", provenance="demonstration"), exhibit("other", "n\r\n1\r\n"))
    book = load_workbook(io.BytesIO(data))
    assert book.sheetnames[3:] == ["demo-ward", "other"]
    assert book["demo-ward"]["A1"].value == "Demonstration data, not about Wirral: Ward"
    assert "Demonstration" not in str(book["other"]["A1"].value)
    assert [row[3] for row in table(data, "Contents")[1:]] == [
        "Demonstration data, not about Wirral",
        "Official statistics",
    ]


def test_names_of_sheets_and_headings_are_short_and_never_twice() -> None:
    long = [exhibit(f"{'a' * 31}-{end}", "x\r\n1\r\n") for end in ("one", "two")]
    names = workbook_sheets.sheet_names([*long, exhibit("cover", "x\r\n1\r\n")])
    assert names == ["a" * 31, "a" * 29 + "-2", "cover-2"]
    about = {"words": {"columns": {"a": "Number", "b": "Number"}, "blanks": {}}}
    data = made(exhibit("twice", "a,b,A\r\n1,2,3\r\n", **about))
    head = table(data, "twice")[0]
    assert head == ["Number", "Number (b)", "A"]


def test_numbers_are_the_numbers_of_the_file() -> None:
    text = "a\r\n0\r\n-0.5\r\n1e-07\r\n1.23456789012e+20\r\n007\r\n12.50\r\nE08000015\r\n2021-04-01\r\n"
    data = made(exhibit("numbers", text))
    wanted = [0, -0.5, 1e-07, 1.23456789012e20, "007", 12.5, "E08000015", "2021-04-01"]
    assert [row[0] for row in table(data, "numbers")[1:]] == wanted
    assert [row[0] for row in csv.reader(io.StringIO(text))][1] == "0"


def test_the_same_tables_give_the_same_bytes_dated_by_the_edition() -> None:
    one = exhibit("rates", "year,n\r\n2020,1\r\n")
    assert made(one) == made(one)
    assert made(one) != made(one, moment=None)
    with zipfile.ZipFile(io.BytesIO(made(one))) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2026, 11, 1, 12, 0, 0)}
        assert packed.read("docProps/core.xml").count(MOMENT.encode()) == 2


def test_a_table_that_no_spreadsheet_holds_is_refused_by_name() -> None:
    with pytest.raises(RefusedError) as caught:
        made(exhibit("long", f"a\r\n{'x' * 32_768}\r\n"), exhibit("empty", ""))
    assert [one.file for one in caught.value.refusals] == ["csv/outcomes/one/long.csv", "csv/outcomes/one/empty.csv"]
    assert "x" * 20 not in str(caught.value)
