"""The numbers behind an exhibit, as a file that a spreadsheet opens safely."""

from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd

from btc_eval.texts import in_spreadsheet


def csv_text(frame: pd.DataFrame) -> str:
    """What are the numbers, as comma-separated text with a header?

    Months are ISO days, numbers carry twelve significant figures, an empty cell is empty, and text that a spreadsheet
    would run is set behind an apostrophe (the advice of OWASP, "CSV Injection"). Nothing is taken out: without the
    apostrophe it is the text that came in.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"place": ["=1+1"], "n": [3.0]}))
    "place,n\\r\\n'=1+1,3\\r\\n"
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([in_spreadsheet(str(name)) for name in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        writer.writerow([cell_text(value) for value in row])
    return buffer.getvalue()


def cell_text(value: Any) -> str:
    """How is this value written in a file?"""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, str):
        return in_spreadsheet(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    number = float(value)
    if number != number:
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.12g}"
