"""What two tables give away together, in words that hold no value."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd


class Leak(StrEnum):
    """What a reader of both tables could do."""

    SHOWN = "a cell hidden in one table is shown in the other"
    NARROWED = "a hidden cell can be narrowed to a small number"
    REST = "what one table leaves of the other is a small number"
    STEP = "a figure changed by a small number"
    NOT_CHECKED = "the tables contradict each other, so safety could not be checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that two tables give away together; never a value.

    Parameters
    ----------
    leak
        What a reader could do.
    tables
        The names of the two tables, the earlier first.
    column
        The count concerned.
    keys
        The keys of the cells concerned, as a frame would list them: one tuple of (key, member) pairs a cell.
    """

    leak: Leak
    tables: tuple[str, str]
    column: str
    keys: tuple[tuple[tuple[str, Hashable], ...], ...]

    def __str__(self) -> str:
        cells = f"{len(self.keys)} cell{'s' if len(self.keys) != 1 else ''}"
        return f"{self.tables[0]} and {self.tables[1]}, column {self.column}: {self.leak.value} ({cells})"


def frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table, one row a cell: `leak, previous, current, column, keys`."""
    rows = [
        {
            "leak": f.leak.value,
            "previous": f.tables[0],
            "current": f.tables[1],
            "column": f.column,
            "keys": _words(cell),
        }
        for f in findings
        for cell in f.keys
    ]
    return pd.DataFrame(rows, columns=["leak", "previous", "current", "column", "keys"])


def _words(cell: Iterable[tuple[str, Hashable]]) -> str:
    return ", ".join(f"{key} {member}" for key, member in cell)
