"""How is a table of a return described? Its English columns, what the return calls them, and what identifies a row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from btc_eval.records.statutory.codes import ALWAYS, STILL, CodeList

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


class Sort(StrEnum):
    """What a cell of a column holds."""

    IDENTIFIER = "identifier"
    DATE = "date"
    CODE = "code"
    FLAG = "flag"
    NUMBER = "number"
    TEXT = "text"
    POSTCODE = "postcode"


class Return(StrEnum):
    """The kinds of return that are read; the value names the snapshot's folder under `data/raw`."""

    CIN = "cin_census"
    LOOKED_AFTER = "ssda903"
    ANNEX_A = "annex_a"
    CASE_SYSTEM = "ssd"
    REGISTER = "programme_register"
    WARDS = "ward_lookup"

    @property
    def words(self) -> str:
        """Return the name a reader knows."""
        return {
            Return.CIN: "children in need census",
            Return.LOOKED_AFTER: "looked-after return (SSDA903)",
            Return.ANNEX_A: "Annex A workbook",
            Return.CASE_SYSTEM: "case-system export (SSD)",
            Return.REGISTER: "programme register",
            Return.WARDS: "ward look-up",
        }[self]


def plain(text: str) -> str:
    """How is a heading compared? Small letters and digits alone, accents and spaces of every kind dropped.

    Examples
    --------
    >>> plain("Date of\\u00a0Adoption Order "), plain("LAchildID")
    ('dateofadoptionorder', 'lachildid')
    """
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Its English name, which everything above `records` uses.
    statutory
        Its name in the return, as a writer would write it.
    sort
        What a cell holds.
    codes
        The code list, for a column of codes.
    required
        Whether the return demands it; its absence is reported and never refused.
    aliases
        Other headings met in real files.
    first, last
        Collection years in which the column exists, both included.
    """

    name: str
    statutory: str
    sort: Sort = Sort.TEXT
    codes: CodeList | None = None
    required: bool = False
    aliases: tuple[str, ...] = ()
    first: int = ALWAYS
    last: int = STILL

    @cached_property
    def headings(self) -> frozenset[str]:
        """Return every heading that means this column, in plain form."""
        return frozenset(plain(text) for text in (self.statutory, *self.aliases) if text)


@dataclass(frozen=True)
class Table:
    """One table of a return.

    Parameters
    ----------
    name
        Its English name.
    kind
        The return it belongs to.
    statutory
        Its file stem, sheet or XML element in the return.
    columns
        In the order of the return.
    key
        Columns that identify a row; a later return replaces a row with the same key, and a row without its key
        cannot be used.
    aliases
        Other file stems or sheet names.
    hallmark
        English names of columns that, all present, tell this table from every other of its return.
    dated
        The columns whose dates tell the collection year, most telling first.
    """

    name: str
    kind: Return
    statutory: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    hallmark: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Return English name → column."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_heading(self) -> Mapping[str, Column]:
        """Return plain heading → column."""
        return {heading: column for column in self.columns for heading in column.headings}

    @cached_property
    def names_in_plain(self) -> frozenset[str]:
        """Return every name of the table, in plain form."""
        return frozenset(plain(text) for text in (self.statutory, *self.aliases))

    def header(self, year: int) -> list[str]:
        """Which headings does a writer of this year's return write, in order?"""
        return [column.statutory for column in self.columns if column.first <= year <= column.last]
