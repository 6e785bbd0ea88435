"""Does a workbook of all tables show anything that was not released? Each sheet against its table, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_numbers import numbers, small_wholes, spoken, value
from btc_eval.disclosure.gate_register import Table
from btc_eval.disclosure.gate_said import Said, letters
from btc_eval.disclosure.gate_workbook import Page, position

#: The sheets that come before those of tables, in order.
FRONT = ("Cover", "Contents", "Shorthand")
_SIGNS = ("[c]", "[x]", "[z]")
_ROWS = re.compile(r"^This sheet holds one table, of ([\d,]+) rows\.")
#: The line that names the headings whose cells are blank for each reason.
_REASONS = "Shorthand in this table: "
_ALLOWED = "the workbook that a build writes from its released tables"
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def hold(reading: Reading, file: str, pages: list[Page], said: Said) -> None:
    """Hold every sheet against the register, in which the tables stand in the same order."""
    if tuple(page.name for page in pages[: len(FRONT)]) != FRONT:
        reading.refuse(file, "its first sheets", "sheets that are not in the register", _ALLOWED)
        return
    left = list(reading.register.tables.values())
    sheets = pages[len(FRONT) :]
    for number, page in enumerate(sheets, start=len(FRONT) + 1):
        place = f"sheet {number}"
        table = next((one for one in left if _is_of(page.name, one)), None)
        if table is None:
            reading.refuse(file, place, "a sheet that is not in the register", _ALLOWED)
            continue
        left.remove(table)
        for found in (*_faults(page, table), *_loose(page, table, said)):
            reading.refuse(file, f"{place}, exhibit {table.about['id']}", found, _ALLOWED)
    for page in pages[: len(FRONT)]:
        for found in _front(page, sheets, reading.register.strictest):
            reading.refuse(file, f"sheet {page.name}", found, _ALLOWED)


def _is_of(name: str, table: Table) -> bool:
    """Is a sheet of this name the sheet of this table: its id, shortened, with a number where it stands twice?"""
    made_up = table.about["provenance"] == "demonstration"
    whole = f"demo-{table.about['id']}" if made_up else str(table.about["id"])
    if name == whole[:31]:
        return True
    stem, _, number = name.rpartition("-")
    return number.isdigit() and stem == whole[: 31 - len(number) - 1]


def _faults(page: Page, table: Table) -> Iterator[str]:
    """What does a sheet hold that its table does not?"""
    first, last = _corners(page)
    if first == last:
        yield "no table, or more than one"
        return
    top, width = first[0], len(table.columns)
    body = [(top + row, at) for row in range(1, len(table.rows) + 1) for at in range(1, width + 1)]
    if first[1] != 1 or last != (top + max(len(table.rows), 1), width) or len(page.headings) != width:
        yield f"{last[0] - top} rows of {last[1]} cells, not the {len(table.rows)} rows and {width} columns released"
        return
    above = {(row, 1) for row in range(1, top)}
    beside = set(page.cells) - above - {(top, at) for at in range(1, width + 1)} - set(body)
    if beside:
        yield f"{len(beside)} cells beside its table"
    if tuple(str(page.cells.get((top, at), "")) for at in range(1, width + 1)) != page.headings or page.links:
        yield "headings behind its headings, or links"
    wrong = sum(
        not same(page.cells.get((top + row, at + 1)), cell)
        for row, cells in enumerate(table.rows, start=1)
        for at, cell in enumerate(cells)
    )
    if wrong:
        yield f"{wrong} cells that say something else than the released table"
    if table.about["provenance"] == "demonstration" and "demonstration" not in str(page.cells.get((1, 1))).casefold():
        yield "made-up data without its mark"


def _corners(page: Page) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a sheet's table begins and ends; the same place twice where it has none."""
    try:
        first, last = (position(one) for one in page.reference.split(":"))
    except ValueError:
        return (1, 1), (1, 1)
    return first, last


def same(shown: str | float | None, released: str) -> bool:
    """Does a cell of the workbook say what the released cell holds?

    Examples
    --------
    >>> same("[c]", ""), same(12.0, "12"), same("12", "12"), same(3.0, "")
    (True, True, True, False)
    """
    if released == "":
        return shown in _SIGNS
    if isinstance(shown, float):
        return value(released) == shown
    text = _UNPRINTED.sub("", released)
    return shown is not None and shown.lstrip("'") == text.lstrip("'")


def _loose(page: Page, table: Table, said: Said) -> Iterator[str]:
    """Numbers in the words around a table that neither a page of the site nor the table itself says."""
    lines = [str(cell) for (row, _), cell in page.cells.items() if row < _corners(page)[0][0]]
    for line in lines:
        rows = _ROWS.match(line)
        if rows is not None and rows[1].replace(",", "") != str(len(table.rows)):
            yield "another number of rows than its table has"
        rest = line[rows.end() :] if rows is not None else line
        for heading in page.headings if line.startswith(_REASONS) else ():
            rest = rest.replace(heading, "")
        if (any(numbers(rest)) or spoken(rest)) and not said.says(rest.partition(": ")[2] or rest, rest):
            yield "a number in its words that no page of the site says"
    for heading in page.headings:
        if (any(numbers(heading)) or spoken(heading)) and not (
            said.says(heading) or any(letters(name) in letters(heading) for name in table.columns)
        ):
            yield "a number in its headings that no page of the site says"
    if table.restricted:
        known = {table.rules.rounding_base}
        words = [_ROWS.sub("", line) for line in (*lines, *page.headings)]
        loose = [n for text in words for n in small_wholes(text, table.least) if n not in known]
        if any(not table.values.hold(n) for n in loose):
            yield "a number below the smallest that may be shown, in its words"


def _front(page: Page, sheets: list[Page], least: int) -> Iterator[str]:
    """What do the cover, the contents and the shorthand say that the other sheets do not?"""
    body = dict(page.cells)
    if page.name == "Contents":
        for row, sheet in enumerate(sheets, start=_corners(page)[0][0] + 1):
            first, last = _corners(sheet)
            rows = last[0] - first[0]
            wanted = (sheet.name, sheet.cells.get((1, 1)))
            if (body.pop((row, 1), None), body.pop((row, 2), None)) != wanted:
                yield "other sheets than the workbook has"
            if body.pop((row, 5), -1) not in (float(rows), 0.0 if rows == 1 else float(rows)):
                yield "another number of rows than a sheet has"
        if any(not re.fullmatch(r"'[^']+'!A1", link) for link in page.links):
            yield "links that lead to no sheet"
    elif page.links:
        yield "links that lead to no sheet"
    if any(isinstance(cell, float) for cell in body.values()):
        yield "numbers that no released table holds"
    if any(n for cell in body.values() for n in small_wholes(str(cell), least)) or any(
        spoken(str(cell)) for cell in body.values() if page.name == "Cover"
    ):
        yield "a number below the smallest that may be shown, in its words"
