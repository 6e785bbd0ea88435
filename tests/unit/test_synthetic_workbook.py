"""A workbook written without a spreadsheet library is read as meant by two libraries that are."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pandas as pd

from btc_eval.synthetic.workbook import column_letters, workbook

BORN = datetime.date(2020, 2, 29)
ROWS = [["Child", "Born", "Age", "Note"], ["DEMO1", BORN, -1, 'a < b & "c"'], ["DEMO2", None, 3, ""]]


def made() -> bytes:
    sheets = {"List 1": ROWS, "A & B": [["x"]]}
    return workbook(sheets, title="Demonstration", creator="us", stamp="2025-07-31T12:00:00Z")


def test_a_library_reads_back_what_was_written() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made()))
    assert book.sheetnames == ["List 1", "A & B"]
    cells = [[cell.value for cell in row] for row in book["List 1"].iter_rows()]
    assert cells[1] == ["DEMO1", datetime.datetime(2020, 2, 29), -1, 'a < b & "c"']
    assert cells[2] == ["DEMO2", None, 3, None]
    assert (book.properties.title, book.properties.creator) == ("Demonstration", "us")
    assert book.properties.modified == datetime.datetime(2025, 7, 31, 12, 0)


def test_pandas_agrees_that_a_date_is_a_date_and_a_blank_is_a_blank() -> None:
    frame = pd.read_excel(io.BytesIO(made()), sheet_name="List 1")
    assert frame["Born"].tolist()[0] == pd.Timestamp("2020-02-29")
    assert frame["Born"].isna().tolist() == [False, True]
    assert frame["Age"].tolist() == [-1, 3]


def test_every_cell_is_there_so_that_no_row_is_short() -> None:
    sheet = zipfile.ZipFile(io.BytesIO(made())).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<c r=") == 12


def test_no_clock_is_asked() -> None:
    assert made() == made()
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(made())).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 52, 53, 702, 703)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
