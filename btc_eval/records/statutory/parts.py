"""One table of one file, on its way in: rows are typed, those without their key are set aside, and all is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from btc_eval.records.statutory.cells import absent, typed
from btc_eval.records.statutory.contract import Column, Sort, Table
from btc_eval.records.statutory.notes import Notes
from btc_eval.records.statutory.sources import Source
from btc_eval.records.statutory.warehouse import Shelf

#: Added to every row while it is on its way: the part it came from, and what its own file says of year and council.
PART, YEAR, COUNCIL = "_part", "_year", "_council"

_COUNCIL_COLUMN = Column("council", "", Sort.TEXT)


@dataclass
class Part:
    """One table of one file.

    Attributes
    ----------
    number
        Its place among the parts of the read; carried by its rows.
    table, source, sheet
        What it holds and where it stands.
    label
        The annual set it belongs to within its folder.
    demonstration
        Whether it is marked as a demonstration extract.
    optional
        Whether an empty part goes without saying: a block that a return may lack.
    council
        Three-digit code from the file's header, or blank.
    stated_year
        Collection year of the reference date in the file's header, or 0.
    year_in_header
        What its header calls the year, or 0: used where there is no reference date and few dates.
    year
        Collection year it was found to be of, or 0 where its rows carry their own.
    own_years
        Council → last collection year, as far as the file's own columns say.
    rows_in, aside, notes
        The counters.
    """

    number: int
    table: Table
    source: Source
    sheet: str = ""
    label: str = ""
    demonstration: bool = False
    optional: bool = False
    council: str = ""
    stated_year: int = 0
    year_in_header: int = 0
    year: int = 0
    own_years: dict[str, int] = field(default_factory=dict)
    rows_in: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    notes: Notes = field(default_factory=Notes)

    @property
    def file(self) -> str:
        """Return the name of the file as a report gives it."""
        return f"{self.source.name}[{self.sheet}]" if self.sheet else self.source.name

    @property
    def silent(self) -> bool:
        """Return whether there is nothing to say of it."""
        return self.optional and not self.rows_in and not self.notes.departures

    @property
    def latest_month(self) -> int:
        """Return the last month with a date, or 0: a later extract of the same year wins."""
        return max((month for months in self.notes.months.values() for month in months), default=0)


def put(
    part: Part,
    cells: Mapping[str, Any],
    rows: int,
    shelf: Shelf,
    *,
    years: Any | None = None,
    councils: Any | None = None,
    inherited: Collection[str] = (),
) -> None:
    """Type these rows and put them on the shelf; rows without their key are set aside with the reason.

    Parameters
    ----------
    cells
        English name → arrow array of text, for the columns that are there.
    rows
        How many rows these are. The caller counts them into `part.rows_in`.
    years, councils
        What the file says of each row, as text.
    inherited
        Columns copied from another block, whose oddities were counted there.
    """
    table = part.table
    columns = {}
    for column in table.columns:
        notes = Notes() if column.name in inherited else part.notes
        found = cells.get(column.name)
        columns[column.name] = absent(column, rows) if found is None else typed(column, found, table, notes)
    columns[PART] = pa.repeat(pa.scalar(part.number, pa.int32()), rows)
    columns[YEAR] = pa.nulls(rows, pa.int16()) if years is None else _years(years)
    columns[COUNCIL] = pa.nulls(rows, pa.string()) if councils is None else typed(
        _COUNCIL_COLUMN, councils, table, part.notes
    )  # fmt: skip
    batch = pa.table(columns)
    if years is not None:
        _note_years(part, batch)
    for column in _needed(table):
        lost = pc.sum(pc.is_null(batch[column.name])).as_py() or 0
        if lost:
            part.aside[_reason(column)] += lost
            batch = batch.filter(pc.is_valid(batch[column.name]))
    shelf.add(table.name, batch)


def _note_years(part: Part, batch: Any) -> None:
    last = batch.select([COUNCIL, YEAR]).group_by(COUNCIL).aggregate([(YEAR, "max")])
    for council, year in zip(last[COUNCIL].to_pylist(), last[f"{YEAR}_max"].to_pylist()):
        name = part.council if council is None else council
        part.own_years[name] = max(part.own_years.get(name, 0), year or 0)


def _years(text: Any) -> Any:
    """Read a year column: `2019`, `2018/19` and `2018-19` all end in 2019."""
    first = pc.replace_substring_regex(pc.utf8_trim_whitespace(text), r"^(20\d\d)(\.0)?$", r"\1")
    coded = first.dictionary_encode()
    values = [_year(value) for value in coded.dictionary.to_pylist()]
    return pc.take(pa.array(values, pa.int16()), coded.indices)


def _year(text: str | None) -> int | None:
    digits = "".join(letter for letter in text or "" if letter.isdigit())
    if len(digits) == 4 and digits.startswith("20"):
        return int(digits)
    if len(digits) in (6, 8) and digits.startswith("20"):
        return int(digits[:4]) + 1
    return None


def _needed(table: Table) -> list[Column]:
    keys = [table.by_name[name] for name in table.key if name in table.by_name]
    return sorted((key for key in keys if key.required), key=lambda column: column.sort is not Sort.IDENTIFIER)


def _reason(column: Column) -> str:
    if column.sort is Sort.IDENTIFIER:
        return "no identifier"
    words = column.name.replace("_", " ")
    return f"no date that can be read ({words})" if column.sort is Sort.DATE else f"no {words}"
