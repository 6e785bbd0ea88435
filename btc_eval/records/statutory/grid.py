"""From rows of cells to columns of text: finds the headings, lines the cells up, and accounts for every row.

Both CSV files and sheets of a workbook pass through here, in batches, so neither is ever held whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pyarrow as pa

from btc_eval.errors import refuse
from btc_eval.records.statutory.contract import Sort, plain
from btc_eval.records.statutory.recognition import MOST_COLUMNS, Layout, recognise

#: Rows searched for headings: a template may have a title above them.
HEADING_ROWS = 10
#: Rows turned into columns at a time.
BATCH_ROWS = 20_000

BLANK_ROW = "a blank row"
REPEATED_HEADINGS = "the headings repeated"
TOO_LONG = "more cells than headings"

Row = Sequence[str]


class Figures(str):
    """A cell that holds figures as text, where its file could have held a number."""

    __slots__ = ()


@dataclass(frozen=True)
class RawBatch:
    """Some rows of a table, as text.

    Parameters
    ----------
    columns
        English name → arrow array of text, missing where the cell is blank; only the columns that are there.
    years, councils
        What the file's own columns say of each row, or `None`.
    rows
        How many rows these are.
    """

    columns: Mapping[str, Any]
    years: Any | None
    councils: Any | None
    rows: int


@dataclass
class Grid:
    """A table found among rows of cells.

    Parameters
    ----------
    layout
        Where its columns stand.
    body
        The rows below the headings, not yet read.
    rows_in
        Rows read so far.
    aside
        Reason → rows set aside so far.
    short
        Rows with fewer cells than headings; they are read, the missing cells blank.
    as_text
        Column of numbers → cells that hold figures as text.
    """

    layout: Layout
    body: Iterator[Row]
    rows_in: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    short: int = 0
    as_text: Counter[str] = field(default_factory=Counter)

    def batches(self) -> Iterator[RawBatch]:
        """Read the table, in batches of rows; the counters are whole when the last has been taken."""
        while rows := list(islice(self.body, BATCH_ROWS)):
            kept = [row for row in rows if self._keep(row)]
            if kept:
                yield self._batch(kept)

    def _keep(self, row: Row) -> bool:
        self.rows_in += 1
        width = self._width
        if not any(cell and not cell.isspace() for cell in row):
            self.aside[BLANK_ROW] += 1
            return False
        if len(row) != width:
            if any(cell.strip() for cell in row[width:]):
                self.aside[TOO_LONG] += 1
                return False
            self.short += len(row) < width
        first = row[self._first] if self._first < len(row) else ""
        if first and plain(first) in self.layout.places[self._first].headings:
            self.aside[REPEATED_HEADINGS] += 1
            return False
        return True

    def __post_init__(self) -> None:
        places = [*self.layout.places, self.layout.year or 0, self.layout.council or 0]
        self._first = min(self.layout.places)
        self._width = max(self.layout.width, max(places) + 1)

    def _batch(self, rows: Sequence[Row]) -> RawBatch:
        width = self._width
        columns = list(zip(*(row if len(row) == width else [*row[:width], *[""] * (width - len(row))] for row in rows)))
        for place, column in self.layout.places.items():
            if column.sort is Sort.NUMBER:
                self.as_text[column.name] += sum(type(cell) is Figures for cell in columns[place])
        return RawBatch(
            columns={column.name: _text(columns[place]) for place, column in self.layout.places.items()},
            years=None if self.layout.year is None else _text(columns[self.layout.year]),
            councils=None if self.layout.council is None else _text(columns[self.layout.council]),
            rows=len(rows),
        )


def _text(cells: Sequence[str]) -> Any:
    return pa.array([cell or None for cell in cells], type=pa.string())


def find_table(rows: Iterable[Row], file: str, name: str) -> Grid | None:
    """Which table stands in these rows? Its headings are looked for in the first ten.

    Parameters
    ----------
    rows
        Rows of cells, as text.
    file
        What to call the file in a message.
    name
        Name of the file or sheet.

    Raises
    ------
    RefusedError
        Where there are more columns than any return has.
    """
    stream = iter(rows)
    for row in islice(stream, HEADING_ROWS):
        if len(row) > MOST_COLUMNS:
            raise refuse(
                file,
                "the first rows",
                found=f"{len(row):,} columns",
                allowed=f"at most {MOST_COLUMNS:,}; the widest return has about forty",
                do="Export the table again with its own columns alone.",
            )
        layout = recognise(row, name)
        if layout is not None:
            return Grid(layout, stream)
    return None
