"""Where did every row go? The ledger of a read: rows in, used and set aside, codes nobody knows, rules applied.

Its books are checked when it is made: a line in which the rows used and set aside do not come to the rows read cannot
exist. It holds counts, headings, codes and months; never a value of a child's record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class UnknownCodes:
    """Codes of one column that no list knows; the rows are kept, with `code not recognised` in their place."""

    column: str
    codes: tuple[str, ...]
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """Return the entry in the shape of the `--json` output."""
        return {"column": self.column, "codes": list(self.codes), "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Departure:
    """Something in a table that differs from its format and was read all the same.

    Parameters
    ----------
    column
        English name of the column, or blank for the table as a whole.
    what
        What was met, in words.
    rows
        In how many rows, or how often.
    """

    column: str
    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class TableLine:
    """One table of one file.

    Parameters
    ----------
    name, kind, file
        English name of the table, the return it belongs to, and the file as it was offered.
    years
        Collection years (ending 31 March) of its rows.
    rows_in, rows_used, rows_set_aside
        The first is the sum of the others; the last maps a reason to its rows.
    children
        Different identifiers among the rows read.
    unknown_codes, departures
        What was met that the format does not have.
    latest_month
        Month of the last telling date (12 × year + month − 1), or 0: it tells one extract of a year from the next.
    """

    name: str
    kind: str
    file: str
    years: tuple[int, ...]
    rows_in: int
    rows_used: int
    rows_set_aside: Mapping[str, int]
    children: int
    unknown_codes: tuple[UnknownCodes, ...] = ()
    departures: tuple[Departure, ...] = ()
    latest_month: int = 0

    def __post_init__(self) -> None:
        if self.rows_used < 0 or any(rows <= 0 for rows in self.rows_set_aside.values()):
            raise ValueError(f"the ledger of {self.file} ({self.name}) counts fewer than no rows")
        if self.rows_in != self.rows_used + sum(self.rows_set_aside.values()):
            raise ValueError(f"the ledger of {self.file} ({self.name}) does not close")

    def as_dict(self) -> dict[str, Any]:
        """Return the line in the shape of the `--json` output, with its departures added."""
        return {
            "name": self.name,
            "kind": self.kind,
            "file": self.file,
            "years": list(self.years),
            "rows_in": self.rows_in,
            "rows_used": self.rows_used,
            "rows_set_aside": [{"reason": reason, "rows": rows} for reason, rows in self.rows_set_aside.items()],
            "children": self.children,
            "unknown_codes": [codes.as_dict() for codes in self.unknown_codes],
            "departures": [{"column": d.column, "what": d.what, "rows": d.rows} for d in self.departures],
        }


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many identifiers two returns share. One case system feeds both, or it does not: this tells."""

    first: str
    second: str
    children_first: int
    children_second: int
    shared: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything a read came to.

    Parameters
    ----------
    lines
        One for each table of each file.
    rules
        Stacking rule → how many rows it changed or set aside; every rule is named, also where it was not used.
    overlaps
        Identifiers shared between returns.
    remarks
        What concerns more than one table: half a year, a set without its header, identifiers that differ only by
        leading zeros.
    unused
        Files that were left alone, with the reason.
    """

    lines: tuple[TableLine, ...]
    rules: Mapping[str, int] = field(default_factory=dict)
    overlaps: tuple[Overlap, ...] = ()
    remarks: tuple[str, ...] = ()
    unused: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows_in(self) -> int:
        """Return the rows read, of every table."""
        return sum(line.rows_in for line in self.lines)

    @property
    def rows_used(self) -> int:
        """Return the rows used, of every table."""
        return sum(line.rows_used for line in self.lines)

    def of(self, name: str) -> tuple[TableLine, ...]:
        """Return the lines of one table."""
        return tuple(line for line in self.lines if line.name == name)

    def set_aside(self, name: str) -> dict[str, int]:
        """Why were rows of this table set aside, over all files? Reason → rows."""
        total: dict[str, int] = {}
        for line in self.of(name):
            for reason, rows in line.rows_set_aside.items():
                total[reason] = total.get(reason, 0) + rows
        return total

    def years(self, name: str) -> tuple[int, ...]:
        """Which collection years does this table cover?"""
        return tuple(sorted({year for line in self.of(name) for year in line.years}))
