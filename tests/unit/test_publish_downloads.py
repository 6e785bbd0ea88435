"""A file beside a figure: a spreadsheet runs nothing in it, and what was written can be read again."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btc_eval.publish.downloads import csv_text
from btc_eval.texts import in_spreadsheet

_RUNS = tuple("=+-@\t\r")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_text_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(pd.DataFrame({cell: [cell]})), newline="")))
    assert rows == [[f"'{cell}"], [f"'{cell}"]]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1, max_size=5))
def test_no_cell_of_text_begins_with_a_command_and_every_cell_comes_back(cells: list[str]) -> None:
    text = csv_text(pd.DataFrame({"cell": pd.Series(cells, dtype="str"), "n": range(len(cells))}))
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert not any(row[0].startswith(_RUNS) for row in rows)
    assert [row[0] for row in rows] == [in_spreadsheet(cell) for cell in cells]


def test_numbers_stay_numbers_and_blanks_stay_blank() -> None:
    frame = pd.DataFrame(
        {
            "month": pd.to_datetime(["2021-04-01", None]),
            "n": [3.0, None],
            "rate": [-0.123456789012345, 1e-9],
            "kept": [True, False],
        }
    )
    assert csv_text(frame).splitlines() == [
        "month,n,rate,kept",
        "2021-04-01,3,-0.123456789012,yes",
        ",,1e-09,no",
    ]
