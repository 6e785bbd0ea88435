"""How does a table become the rows of a return? English words and numbered days into codes and written dates.

The one code list is that of the readers: whatever is written here is written with the words they translate back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from btc_eval.records.statutory.vocabulary import TABLES, CodeList, Column, Sort
from btc_eval.synthetic.days import text
from btc_eval.synthetic.people import Words


@lru_cache(maxsize=512)
def _code_map(name: str, table: str, column: str, year: int) -> Mapping[str, str]:
    del name
    codes = TABLES[table].by_name[column].codes
    if codes is None:
        raise KeyError(f"{table}.{column} has no code list")
    return codes_in(codes, year)


def codes_in(codes: CodeList, year: int) -> dict[str, str]:
    """With which code is each wording written in the collection of this year? The first listed stands."""
    found: dict[str, str] = {}
    for code in codes.codes:
        if code.allowed_in(year):
            found.setdefault(code.words, code.code)
    return found


def coded(words: Words, table: str, column: str, year: int) -> Words:
    """With which codes are these words written? Blank stays blank.

    Raises
    ------
    KeyError
        Where a wording has no code in that year: the generator must not write what the year does not know.
    """
    codes = TABLES[table].by_name[column].codes
    mapping = {"": "", **_code_map(codes.name if codes else "", table, column, year)}
    unknown = set(words.tolist()) - set(mapping)
    if unknown:
        raise KeyError(f"{table}.{column}: no code in {year} for {sorted(unknown)}")
    return np.array([mapping[word] for word in words.tolist()], dtype=object)


def written(table: str, frame: pd.DataFrame, year: int, *, style: str) -> pd.DataFrame:
    """How does this table stand in the return of a year? Text, under the return's headings and in their order.

    Parameters
    ----------
    table
        Its English name.
    frame
        Its English columns: days as numbers, codes as words, all else as text. A column the table has and the frame
        lacks is blank.
    style
        Of dates: "iso" or "british" (dd/mm/yyyy).
    """
    columns = [column for column in TABLES[table].columns if column.first <= year <= column.last]
    return pd.DataFrame(
        {column.statutory: _cells(table, column, frame, year, style) for column in columns}, dtype=object
    )


def _cells(table: str, column: Column, frame: pd.DataFrame, year: int, style: str) -> Words:
    if column.name not in frame:
        return np.full(len(frame), "", dtype=object)
    values = frame[column.name].to_numpy()
    if column.sort is Sort.DATE:
        return np.asarray(text(values.astype(np.int64), style=style), dtype=object)
    words = np.array([str(value) for value in values.tolist()], dtype=object)
    return coded(words, table, column.name, year) if column.sort is Sort.CODE else words


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """How is a table written as a CSV file? UTF-8, a header row, Windows line ends as spreadsheets write them."""
    return lines(frame.columns, zip(*(frame[name].tolist() for name in frame.columns)))


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return CSV text of a header and rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(header))
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")
