"""What travels between the door and the compiler: a table as read, its ledger and its faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from btc_eval.errors import Refusal


@dataclass(frozen=True, slots=True)
class Offered:
    """One file as it was offered.

    Parameters
    ----------
    name
        What to call it in a message: the path as given, with the member after `!` where it came out of a zip.
    file
        Its own name, without folders.
    content
        Its bytes.
    direct
        Whether it was named itself, and not met inside a folder or a zip.
    """

    name: str
    file: str
    content: bytes
    direct: bool

    @property
    def sha256(self) -> str:
        """Return the fingerprint written into the catalogue."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of text, cell by cell as published; the index is the row number, 1 the first below the header."""

    offered: Offered
    frame: pd.DataFrame

    @property
    def name(self) -> str:
        """Return the name used in messages."""
        return self.offered.name

    @property
    def columns(self) -> list[str]:
        """Return the published column names, trimmed."""
        return [str(column) for column in self.frame.columns]


class Faults:
    """A growing list of what is wrong with one file, so that all of it is reported at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Refusal] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, place: str, *, found: str, allowed: str, do: str) -> None:
        """Note one fault."""
        self.found.append(Refusal(file=self.file, place=place, found=found, allowed=allowed, do=do))


def rows_words(rows: Iterable[int]) -> str:
    """How are these rows named in a message? At most three, then how many more.

    Examples
    --------
    >>> rows_words([4, 9, 12, 15, 20])
    'rows 4, 9, 12 and 2 more'
    """
    numbers = [int(row) for row in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(str(number) for number in numbers[:3])
    more = len(numbers) - 3
    return f"rows {shown} and {more} more" if more > 0 else f"rows {shown}"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One published total set beside the total of its parts."""

    measure: str
    year: int | None
    extract: float
    published: float
    verdict: str

    def as_dict(self) -> dict[str, object]:
        """Return the line in the shape of the `--json` output."""
        return {
            "measure": self.measure,
            "year": self.year,
            "extract": float(self.extract),
            "published": float(self.published),
            "difference": round(float(self.extract) - float(self.published), 6),
            "verdict": self.verdict,
        }


@dataclass
class Ledger:
    """Every row of a file, accounted for: used, or set aside for a reason."""

    rows_in: int
    set_aside: dict[str, int] = field(default_factory=dict)

    @property
    def rows_used(self) -> int:
        """Return how many rows went into a compiled table."""
        return self.rows_in - sum(self.set_aside.values())

    def put_aside(self, reason: str, rows: int) -> None:
        """Account for rows that are not used."""
        if rows:
            self.set_aside[reason] = self.set_aside.get(reason, 0) + rows


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file came to.

    Parameters
    ----------
    offered
        The file.
    source
        Name of the published table it was recognised as.
    vintage
        The release it belongs to ("2023-11"), or its last year where the publisher states no month.
    frames
        Compiled table → frame of text with `area_code`, `year` (int), `source_rows` (int) and one column a measure.
    ledger
        Every row accounted for.
    unknown
        Column → categories that were met for the first time, with their rows; they are kept.
    reconciled
        Totals set beside their parts.
    """

    offered: Offered
    source: str
    vintage: str
    frames: Mapping[str, pd.DataFrame]
    ledger: Ledger
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reconciled: tuple[Reconciled, ...] = ()
