"""Which faults of real workbooks are planted in the inspectors' workbook, and where?

A workbook goes through many hands: dates become text or bare day numbers, numbers become text, rows of the template
stay in. A cell is touched by one fault alone, so that the key can be counted again in the ledger.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape

import numpy as np

from btc_eval.synthetic.dirt_faults import Fault, Files, Generator
from btc_eval.synthetic.quotas import draw
from btc_eval.synthetic.workbook import Cell, sheet

_NBSP = "\u00a0"
#: Day 0 of a spreadsheet's calendar.
_DAY_NOUGHT = dt.date(1899, 12, 30)
_DATE_STYLE = "1"
_ROW = re.compile(r"<row r=\"\d+\">(.*?)</row>", re.DOTALL)
_CELL = re.compile(
    r'<c r="[A-Z]+\d+"(?: s="(\d)")?(?: t="inlineStr")?(?:/>|>(?:<v>([^<]*)</v>|<is><t>([^<]*)</t></is>)</c>)'
)


@dataclass
class _List:
    """One list of the workbook opened for damage: its headings, its rows, and the cells that were touched."""

    name: str
    headings: list[str]
    rows: list[list[Cell]]
    touched: set[tuple[int, int]] = field(default_factory=set)

    def some(self, column: str, number: int, rng: Generator, able: Callable[[Cell], bool]) -> list[int]:
        """Choose rows whose cell in this column is as a fault needs it, and was not touched."""
        place = self.headings.index(column)
        weights = np.array(
            [1.0 if able(row[place]) and (at, place) not in self.touched else 0.0 for at, row in enumerate(self.rows)]
        )
        return sorted(draw(weights, min(number, int(weights.sum()) // 2), rng).tolist())

    def fault(self, file: str, column: str, kind: str, what: str, rows: list[int]) -> Fault:
        return Fault(f"{file}[{self.name}]", column, kind, what, len(rows), tuple(row + 1 for row in rows))


Spoiler = Callable[[_List, str, Generator], Fault]


def spoil(content: bytes, file: str, files: Files, rng: Generator) -> tuple[bytes, list[Fault]]:
    """Plant the faults of a workbook.

    Parameters
    ----------
    content
        The clean workbook.
    file
        What it is called in the key.
    files
        The other files; not looked at.
    rng
        Which rows are chosen.

    Returns
    -------
    tuple
        The workbook with its faults, and a line of the key for each.
    """
    del files
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    opened: dict[str, _List] = {}
    faults = []
    bodies = {info.filename: body for info, body in parts.items()}
    for number, spoiler in _PLAN:
        part = f"xl/worksheets/sheet{number}.xml"
        if part not in opened:
            opened[part] = _open(f"List {number}", bodies[part].decode("utf-8"))
        faults.append(spoiler(opened[part], file, rng))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, body in parts.items():
            held_or_none = opened.get(info.filename)
            spoilt = body if held_or_none is None else sheet([held_or_none.headings, *held_or_none.rows]).encode()
            archive.writestr(info, spoilt)
    return out.getvalue(), [one for one in faults if one.rows or one.kind == "heading"]


def _open(name: str, text: str) -> _List:
    headings, *rows = [[_cell(*found.groups()) for found in _CELL.finditer(row)] for row in _ROW.findall(text)]
    return _List(name, [str(heading) for heading in headings], rows)


def _cell(style: str | None, number: str | None, text: str | None) -> Cell:
    if text is not None:
        return unescape(text)
    if number is None:
        return None
    if style == _DATE_STYLE:
        return _DAY_NOUGHT + dt.timedelta(days=int(number))
    return int(number) if number.lstrip("-").isdigit() else float(number)


def _cells(
    column: str,
    number: int,
    kind: str,
    what: str,
    change: Callable[[Cell], Cell],
    able: Callable[[Cell], bool] = bool,
) -> Spoiler:
    """Change some cells of one column."""

    def plant(held: _List, file: str, rng: Generator) -> Fault:
        place = held.headings.index(column)
        rows = held.some(column, number, rng, able)
        for row in rows:
            held.rows[row][place] = change(held.rows[row][place])
            held.touched.add((row, place))
        return held.fault(file, column, kind, what, rows)

    return plant


def _heading(column: str, spelt: str, what: str) -> Spoiler:
    def plant(held: _List, file: str, rng: Generator) -> Fault:
        del rng
        held.headings[held.headings.index(column)] = spelt
        return held.fault(file, column, "heading", what, [])

    return plant


def _repeats(held: _List, file: str, rng: Generator) -> Fault:
    rows = sorted(draw(np.ones(len(held.rows)), min(5, len(held.rows) // 3), rng).tolist())
    first = len(held.rows)
    held.rows += [list(held.rows[row]) for row in rows]
    at = list(range(first, len(held.rows)))
    return held.fault(file, "", "duplicate", "rows that repeat an earlier row", at)


def _rows(filled: Mapping[str, Cell], number: int, kind: str, what: str) -> Spoiler:
    """Put rows of a template above the first child."""

    def plant(held: _List, file: str, rng: Generator) -> Fault:
        del rng
        row = [filled.get(heading) for heading in held.headings]
        held.rows[:0] = [list(row) for _ in range(number)]
        return held.fault(file, "", kind, what, list(range(number)))

    return plant


def _is_date(cell: Cell) -> bool:
    return isinstance(cell, dt.date)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int)


def _written(form: str) -> Callable[[Cell], Cell]:
    return lambda cell: cell.strftime(form) if isinstance(cell, dt.date) else cell


def _day_number(cell: Cell) -> Cell:
    return (cell - _DAY_NOUGHT).days if isinstance(cell, dt.date) else cell


def _always(text: str) -> Callable[[Cell], Cell]:
    return lambda _: text


_PHYSICAL, _BORN, _CHILD = "a) Physical abuse", "Date of Birth", "Child Unique ID"
_DUMMY = {_CHILD: "*dummy*", "Gender": "N/A", _BORN: "NULL"}

#: Which list, and what is done to it. A list that rows are put into has no other fault: the key counts from the top.
#: Headings come last: they hide columns.
_PLAN: tuple[tuple[int, Spoiler], ...] = (
    (1, _cells("Date of Contact", 12, "day number", "a day number for a date", _day_number, _is_date)),
    (
        3,
        _cells("Date of referral", 10, "two digits", "dates with a year of two digits", _written("%d/%m/%y"), _is_date),
    ),
    (3, _cells("Date of referral", 10, "year first", "dates as text, year first", _written("%Y-%m-%d"), _is_date)),
    (
        3,
        _cells(
            "Number of Referrals in Last 12 Months", 15, "number as text", "numbers stored as text", str, _is_number
        ),
    ),
    (3, _cells("Referral Source", 10, "alias", "a code under another name", _always("GP"))),
    (4, _cells(_CHILD, 10, "spaces", "a no-break space after the identifier", lambda cell: f"{cell}{_NBSP}")),
    (4, _cells("Allocated Team", 12, "spaces", "spaces after the words", lambda cell: f"{cell}  ")),
    (5, _cells("Gender", 8, "alias", "a code under another name", _always("Boy"))),
    (
        5,
        _cells(
            "Age of Child (Years)",
            6,
            "formula",
            "formulas with no value stored",
            _always("=YEAR(D2)"),
            _is_number,
        ),
    ),
    (
        6,
        _cells("Date Child Was Last Seen", 6, "bad date", "a day that does not exist", _always("31/02/2019"), _is_date),
    ),
    (6, _cells("CIN Closure Date", 6, "bad date", "a day eighty years off", _always("01/01/2105"), _is_date)),
    (7, _cells("Latest Category of Abuse", 4, "unknown code", "a category on no list", _always("ZZ"))),
    (7, _cells("Date of the Last Statutory Visit", 5, "placeholder", "N/A for a date", _always("N/A"), _is_date)),
    (8, _repeats),
    (2, _rows(_DUMMY, 3, "placeholder row", "rows of the template, with a child that is none")),
    (9, _rows({}, 2, "blank row", "rows with nothing in them")),
    (10, _rows({_CHILD: _CHILD, _BORN: _BORN}, 1, "headings again", "the headings a second time")),
    (1, _heading(_BORN, "date of  BIRTH", "a heading in other letters and spaces")),
    (3, _heading("Referral NFA?", f"Referral NFA ?{_NBSP}", "a heading with a no-break space")),
)
