"""What do these cells say? Columns of text become days, words, truth values, numbers and clean text.

A column is read by its distinct values, each once, so a million rows cost little more than their dictionary. A cell
that cannot be read becomes missing and is counted; none is guessed.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from btc_eval.records.statutory.codes import ALWAYS, STILL, UNRECOGNISED, CodeList
from btc_eval.records.statutory.codes_shared import FALSE, NOT_KNOWN, TRUE
from btc_eval.records.statutory.contract import Column, Return, Sort, Table
from btc_eval.records.statutory.days import month_of, read_day
from btc_eval.records.statutory.notes import Notes

#: What stands for "nothing here", in small letters.
PLACEHOLDERS = frozenset(
    {
        "null", "<null>", "n/a", "#n/a", "na", "nan", "nat", "none", "nil", "*dummy*", "dummy", "xxxxxxx", "-", ".",
        "#ref!", "#value!", "#name?", "#div/0!",
    }
)  # fmt: skip
FORMULA = "a formula, not a value"
#: Whether the format writes dates year first; in the returns not named here either way will do.
YEAR_FIRST = {Return.CIN: True, Return.LOOKED_AFTER: False}
OTHER_ORDER = "a date with its parts in another order than the format's, read"
SPACES = "spaces or invisible characters around the value"
PLACEHOLDER = "a placeholder for nothing"
OTHER_NAME = "a code under another name than its list's, read"
NUMBER_AS_TEXT = "a number stored as text, read"
DECIMAL_IDENTIFIER = "an identifier stored as a decimal number"
ROUNDED_IDENTIFIER = "an identifier that a spreadsheet has rounded (1.2E+12)"

#: Zero-width characters and the mark at the start of a file, met inside cells.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u2060\x00"))
_QUOTED = re.compile(r'="(.*)"')
_DECIMAL = re.compile(r"(\d+)\.0+")
_POWER = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")
_SPACES = re.compile(r"\s+")
_POSTCODE = re.compile(r"(.{2,4})(.{3})")


@dataclass(frozen=True)
class Coded:
    """A column by its distinct values.

    Parameters
    ----------
    values
        The distinct values, cleaned; `None` for one that means nothing.
    rows
        In how many rows each occurs.
    indices
        Row → place in `values`; the place after the last where the cell is blank.
    """

    values: list[str | None]
    rows: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int64]


def typed(column: Column, cells: Any, table: Table, notes: Notes) -> Any:
    """What does this column say?

    Parameters
    ----------
    column
        What it should hold.
    cells
        Arrow array of text, missing where the return has nothing.
    table
        The table it belongs to.
    notes
        Where departures are counted.

    Returns
    -------
    arrow array
        `date32`, `int16` place among the words of the code list, `bool`, `float64` or text by the column's sort, of the
        same length.
    """
    plain_text = column.sort in (Sort.IDENTIFIER, Sort.TEXT)
    if plain_text and pc.all(pc.ascii_is_alnum(cells)).as_py() in (True, None) and not _has_placeholder(cells):
        return cells
    coded = _coded(column, cells, notes)
    if column.sort is Sort.DATE:
        return _days(column, coded, table, notes)
    if column.sort is Sort.CODE:
        return _words(column, coded, notes)
    if column.sort is Sort.FLAG:
        return _flags(column, coded, table.kind, notes)
    if column.sort is Sort.NUMBER:
        return _numbers(column, coded, notes)
    return _texts(column, coded, notes)


def absent(column: Column, length: int) -> Any:
    """Return a column that the return does not have: missing throughout, of the right type."""
    kinds = {Sort.DATE: pa.date32(), Sort.CODE: pa.int16(), Sort.FLAG: pa.bool_(), Sort.NUMBER: pa.float64()}
    return pa.nulls(length, kinds.get(column.sort, pa.string()))


def in_words(column: Column, places: Any) -> Any:
    """Return a column of codes, as `typed` gives it, in words: an arrow dictionary of the whole list."""
    assert column.codes is not None
    flat = places.combine_chunks() if isinstance(places, pa.ChunkedArray) else places
    if isinstance(flat, pa.ChunkedArray):  # no rows at all
        flat = pa.array([], type=pa.int16())
    return pa.DictionaryArray.from_arrays(flat, pa.array(column.codes.words_in_order))


def _has_placeholder(cells: Any) -> bool:
    return bool(pc.any(pc.is_in(pc.ascii_lower(cells), value_set=pa.array(sorted(PLACEHOLDERS)))).as_py())


def _coded(column: Column, cells: Any, notes: Notes) -> Coded:
    """Trim every kind of space, unwrap ``="00123"``, and empty placeholders and formulas."""
    encoded = cells.dictionary_encode()
    raw: list[str] = encoded.dictionary.to_pylist()
    indices = np.asarray(encoded.indices.fill_null(len(raw)), dtype=np.int64)
    rows = np.bincount(indices, minlength=len(raw) + 1)
    hidden = _placeholders(column.codes)
    values: list[str | None] = []
    for place, text in enumerate(raw):
        value: str | None = text.translate(_INVISIBLE).strip() if not text.isalnum() else text
        if value and value != text:
            notes.depart(column.name, SPACES, int(rows[place]))
        if value and value[0] == "=":
            quoted = _QUOTED.fullmatch(value)
            value = quoted[1].strip() if quoted else None
            if quoted is None:
                notes.depart(column.name, FORMULA, int(rows[place]))
        if value and value.casefold() in hidden:
            notes.depart(column.name, PLACEHOLDER, int(rows[place]))
            value = None
        values.append(value or None)
    return Coded(values, rows, indices)


@cache
def _placeholders(codes: CodeList | None) -> frozenset[str]:
    """Return what means nothing in a column of these codes: `NONE` is a disability, `NULL` is not."""
    return frozenset(text for text in PLACEHOLDERS if codes is None or codes.match(text) is None)


def _each(
    coded: Coded, read: Callable[[str, int], Any], kind: type[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Read every distinct value once and lay the results out by row, with a mask of what is missing."""
    found = np.zeros(len(coded.values) + 1, dtype=kind)
    missing = np.ones(len(coded.values) + 1, dtype=bool)
    for place, value in enumerate(coded.values):
        result = None if value is None else read(value, int(coded.rows[place]))
        if result is not None:
            found[place], missing[place] = result, False
    return found[coded.indices], missing[coded.indices]


def _texts(column: Column, coded: Coded, notes: Notes) -> Any:
    def read(value: str, rows: int) -> str | None:
        if column.sort is Sort.POSTCODE:
            return _POSTCODE.sub(r"\1 \2", _SPACES.sub("", value).upper()) if len(value) < 12 else value
        if column.sort is Sort.IDENTIFIER:
            if decimal := _DECIMAL.fullmatch(value):
                notes.depart(column.name, DECIMAL_IDENTIFIER, rows)
                return decimal[1]
            if _POWER.fullmatch(value) and "+" in value:
                notes.depart(column.name, ROUNDED_IDENTIFIER, rows)
                return None
        return value

    pairs = zip(coded.values, coded.rows.tolist())
    values = [None if value is None else read(value, rows) for value, rows in pairs]
    return pc.take(pa.array([*values, None], type=pa.string()), pa.array(coded.indices))


def _days(column: Column, coded: Coded, table: Table, notes: Notes) -> Any:
    months: Counter[int] = Counter()

    def read(value: str, rows: int) -> int | None:
        day, trouble = read_day(value)
        if trouble is not None:
            notes.depart(column.name, str(trouble), rows)
        elif table.kind not in YEAR_FIRST:
            notes.met_order(column.name, value[:4].isdigit(), rows)
        elif value[:4].isdigit() is not YEAR_FIRST[table.kind]:
            notes.depart(column.name, OTHER_ORDER, rows)
        if day is not None and column.name in table.dated:
            months[month_of(day)] += rows
        return day

    days, missing = _each(coded, read, np.int32)
    if months:
        notes.met_months(column.name, months)
    return pa.array(days, mask=missing, type=pa.int32()).cast(pa.date32())


def _words(column: Column, coded: Coded, notes: Notes) -> Any:
    codes = column.codes
    assert codes is not None
    words = codes.words_in_order
    place_of = {word: place for place, word in enumerate(words)}

    def read(value: str, rows: int) -> int:
        code = codes.match(value)
        if code is None:
            notes.met_unknown(column.name, value, rows, codes)
            return place_of[UNRECOGNISED]
        if codes.other_name(value):
            notes.depart(column.name, OTHER_NAME, rows)
        if (code.first, code.last) != (ALWAYS, STILL):
            notes.met_code(column.name, code.code, rows)
        return place_of[code.words]

    found, missing = _each(coded, read, np.int16)
    return pa.array(found, mask=missing, type=pa.int16())


def _flags(column: Column, coded: Coded, kind: Return, notes: Notes) -> Any:
    def read(value: str, rows: int) -> bool | None:
        text = value.casefold()
        if text in TRUE or text in FALSE:
            if kind in (Return.CIN, Return.LOOKED_AFTER) and text not in ("0", "1"):
                notes.depart(column.name, "true, false, yes, no or 1.0 for 1 or 0", rows)
            return text in TRUE
        if text not in NOT_KNOWN:
            notes.met_unknown(column.name, value, rows)
        return None

    found, missing = _each(coded, read, bool)
    return pa.array(found, mask=missing)


def _numbers(column: Column, coded: Coded, notes: Notes) -> Any:
    def read(value: str, rows: int) -> float | None:
        try:
            number = float(value.replace(",", ""))
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        notes.depart(column.name, "not a number", rows)
        return None

    found, missing = _each(coded, read, float)
    return pa.array(found, mask=missing)
