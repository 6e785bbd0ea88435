"""Which tables stand in this CSV file or workbook, and what is in them? Reads them onto the shelf, a part a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from btc_eval.errors import refuse
from btc_eval.records.statutory import delimited, workbook
from btc_eval.records.statutory.cells import NUMBER_AS_TEXT
from btc_eval.records.statutory.contract import Table
from btc_eval.records.statutory.grid import Grid, Row, find_table
from btc_eval.records.statutory.notes import Notes, shown_heading
from btc_eval.records.statutory.parts import Part, put
from btc_eval.records.statutory.recognition import named_table, set_label
from btc_eval.records.statutory.sources import Source
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE
from btc_eval.records.statutory.warehouse import Shelf

SUFFIXES = (".csv", ".txt", ".tsv", *workbook.SUFFIXES)
#: A file this short holds nothing: some systems write one byte for an empty table.
EMPTY = 8
NO_TABLE = "no table of a return in it"


def tables_in(source: Source) -> list[Table]:
    """Which tables does this file hold? Reads no further than the headings.

    Raises
    ------
    RefusedError
        Where it is not text, or not a workbook, or has more columns than any return.
    """
    if source.size <= EMPTY:
        named = named_table(source.file)
        return [named] if named is not None else []
    notes = Notes()
    if source.file.lower().endswith(workbook.SUFFIXES):
        with workbook.opened(source) as book:
            grids = [find_table(book.rows(sheet, notes), source.name, sheet) for sheet in book.sheets]
    else:
        with source.open() as stream:
            grids = [find_table(delimited.rows(source, stream, notes), source.name, source.file)]
    return [grid.layout.table for grid in grids if grid is not None]


def read_tabular(source: Source, shelf: Shelf, first_number: int) -> list[Part]:
    """Read every table of this file onto the shelf.

    Returns
    -------
    list of Part
        None where the file holds no table of a return.
    """
    if source.size <= EMPTY:
        named = named_table(source.file)
        if named is None:
            return []
        part = _part(first_number, named, source, "", Notes())
        part.notes.depart("", "a file with nothing in it: an empty table")
        return [part]
    if source.file.lower().endswith(workbook.SUFFIXES):
        return _read_workbook(source, shelf, first_number)
    notes = Notes()
    with source.open() as stream:
        part_or_none = _read(delimited.rows(source, stream, notes), source, "", notes, shelf, first_number)
    return [] if part_or_none is None else [part_or_none]


def _read_workbook(source: Source, shelf: Shelf, first_number: int) -> list[Part]:
    parts: list[Part] = []
    with workbook.opened(source) as book:
        for sheet in book.sheets:
            notes = Notes()
            part = _read(book.rows(sheet, notes), source, sheet, notes, shelf, first_number + len(parts))
            if part is not None:
                part.demonstration |= book.creator == DEMONSTRATION_SOFTWARE
                parts.append(part)
    return parts


def _read(rows: Iterable[Row], source: Source, sheet: str, notes: Notes, shelf: Shelf, number: int) -> Part | None:
    grid = find_table(_checked(rows, source), source.name, sheet or source.file)
    if grid is None:
        return None
    part = _part(number, grid.layout.table, source, sheet, notes)
    for batch in grid.batches():
        put(part, batch.columns, batch.rows, shelf, years=batch.years, councils=batch.councils)
    _account(part, grid)
    return part


def _checked(rows: Iterable[Row], source: Source) -> Iterator[Row]:
    """Stop at a row that no table can have: a file that inflates sideways."""
    for row in rows:
        if len(row) > 20_000:
            raise refuse(
                source.name, "", found=f"a row of {len(row):,} cells", allowed="a row of a return, about forty",
                do="Export the table again.",
            )  # fmt: skip
        yield row


def _part(number: int, table: Table, source: Source, sheet: str, notes: Notes) -> Part:
    label = set_label(source.file, table) if not sheet else source.file
    return Part(number, table, source, sheet, label, source.demonstration, notes=notes)


def _account(part: Part, grid: Grid) -> None:
    part.rows_in = grid.rows_in
    part.aside.update(grid.aside)
    layout, notes = grid.layout, part.notes
    for heading in layout.unknown[:50]:
        notes.depart(shown_heading(heading), "a column that the table does not have, not read", grid.rows_in)
    if len(layout.unknown) > 50:
        notes.depart("", "further columns that the table does not have, not read", len(layout.unknown) - 50)
    for heading in layout.odd:
        notes.depart(shown_heading(heading), "a heading under another spelling, read", grid.rows_in)
    for heading in layout.repeated:
        notes.depart(shown_heading(heading), "a heading given twice: the first column was read", grid.rows_in)
    for heading in layout.absent:
        notes.depart(heading, "a column that the return requires and the file does not have", grid.rows_in)
    for column, cells in grid.as_text.items():
        notes.depart(column, NUMBER_AS_TEXT, cells)
    if not part.sheet:  # a sheet does not write blank cells at the end of a row
        notes.depart("", "rows with fewer cells than headings: the missing cells read as blank", grid.short)
