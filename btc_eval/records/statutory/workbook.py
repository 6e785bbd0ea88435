"""Rows of the sheets of an Excel workbook, as text, streamed sheet by sheet.

Dates come with the day first and whole numbers without a decimal point, so that cells read like those of a CSV file.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import openpyxl

from btc_eval.errors import RefusedError, refuse
from btc_eval.records.statutory.grid import Figures, Row
from btc_eval.records.statutory.notes import Notes
from btc_eval.records.statutory.sources import MOST_GROWTH, Source
from btc_eval.zips import UNREADABLE

#: Largest workbook, unpacked; the largest Annex A we know of has 30 MB.
MOST_BYTES = 500_000_000
#: Most cells of one sheet: a list of forty columns and more rows than a spreadsheet can hold.
MOST_CELLS = 50_000_000
SUFFIXES = (".xlsx", ".xlsm")


@contextmanager
def opened(source: Source) -> Iterator[Workbook]:
    """Open a workbook for reading.

    Raises
    ------
    RefusedError
        Where it is damaged, too large, or carries a document type.
    """
    content: IO[bytes] | Path = source.path
    if source.member:
        if source.size > MOST_BYTES:
            raise _damaged(source, f"a workbook of {source.size:,} bytes")
        with source.open() as stream:
            content = io.BytesIO(stream.read())
    formulas = _inspect(source, content)
    books = []
    try:
        for data_only in (True, False) if formulas else (True,):
            if isinstance(content, io.BytesIO):
                content.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                books.append(openpyxl.load_workbook(content, read_only=True, data_only=data_only))
    except Exception as error:
        raise _damaged(source, "a workbook that cannot be opened") from error
    try:
        yield Workbook(source, books[0], books[1] if formulas else None)
    finally:
        for book in books:
            book.close()


class Workbook:
    """An open workbook: `sheets` names them, `rows` reads one, `creator` is the program that wrote it."""

    def __init__(self, source: Source, values: Any, formulas: Any | None) -> None:
        self._source, self._values, self._formulas = source, values, formulas
        self.creator: str = str(getattr(values.properties, "creator", "") or "")
        self.sheets: tuple[str, ...] = tuple(sheet.title for sheet in values.worksheets)

    def rows(self, sheet: str, notes: Notes) -> Iterator[Row]:
        """Which rows of cells does this sheet hold? Blank rows below the last written one are not rows."""
        blanks = 0
        for row in self._cells(sheet, notes):
            if not row:
                blanks += 1
                continue
            yield from ([""] for _ in range(blanks))
            blanks = 0
            yield row

    def _cells(self, sheet: str, notes: Notes) -> Iterator[Row]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                page = self._values[sheet]
                page.reset_dimensions()
                if self._formulas is None:
                    yield from map(_row, self._bounded(page))
                    return
                other = self._formulas[sheet]
                other.reset_dimensions()
                for cells, written in zip(self._bounded(page), other.iter_rows(values_only=True)):
                    yield _row([_stored(cell, text, notes) for cell, text in zip(cells, written)])
        except RefusedError:
            raise
        except Exception as error:
            raise _damaged(self._source, "a sheet that cannot be read") from error

    def _bounded(self, page: Any) -> Iterator[Any]:
        """Rows as wide as they are written, up to more cells than any list has: blank ones cost time as well."""
        cells = 0
        for row in page.iter_rows(values_only=True):
            cells += len(row)
            if cells > MOST_CELLS:
                raise _damaged(self._source, f"a sheet of more than {MOST_CELLS:,} cells")
            yield row


def _stored(value: Any, written: Any, notes: Notes) -> Any:
    """Return what a formula last came to; or the formula, which is then counted and emptied, if nothing is stored."""
    if not (isinstance(written, str) and written.startswith("=")):
        return value
    if value is None:
        return written
    notes.depart("", "a formula: the value stored with it was read")
    return value


def _row(cells: Any) -> list[str]:
    row = [_text(cell) for cell in cells]
    while row and not row[-1]:
        row.pop()
    return row


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        if cell[:1].isdigit() and cell.isdecimal():
            return Figures(cell)
        return "" if cell.isspace() else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime | dt.date):
        return cell.strftime("%d/%m/%Y") if cell.year >= 1000 else ""
    return str(cell)


def _inspect(source: Source, content: IO[bytes] | Path) -> bool:
    """Return whether a sheet holds a formula; refuses what is not safe to open."""
    formulas = False
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
            total = sum(info.file_size for info in members)
            if total > MOST_BYTES or any(i.file_size > MOST_GROWTH * max(i.compress_size, 4_000) for i in members):
                raise _damaged(source, f"a workbook that unpacks to {total:,} bytes")
            for info in members:
                if info.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(info) as stream:
                        if b"<!DOCTYPE" in stream.read(4_096):
                            raise _damaged(source, "a workbook that carries a document type")
                        if info.filename.startswith("xl/worksheets/") and not formulas:
                            stream.seek(0)
                            formulas = _holds_formula(stream)
    except UNREADABLE as error:
        raise _damaged(source, "a workbook that is damaged, cut short or locked with a password") from error
    return formulas


def _holds_formula(stream: IO[bytes]) -> bool:
    tail = b""
    while piece := stream.read(1 << 20):
        if b"<f>" in (joined := tail + piece) or b"<f " in joined or b":f>" in joined:
            return True
        tail = piece[-3:]
    return False


def _damaged(source: Source, found: str) -> RefusedError:
    return refuse(
        source.name,
        "",
        found=found,
        allowed="a workbook saved as .xlsx, without a password",
        do="Open it in a spreadsheet, save it again as .xlsx, and offer that.",
    )
