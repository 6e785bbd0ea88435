"""Which table is this? By its headings first, and by the name of its file or sheet where headings do not tell.

Tables of the census are XML and are told by their elements, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from btc_eval.records.statutory.contract import Column, Return, Table, plain
from btc_eval.records.statutory.vocabulary import TABLES

#: Most headings a table may have; the widest real list has forty.
MOST_COLUMNS = 2_000
#: Headings that a file must share with the table its name means, where its telling columns are not there.
LEAST_SHARED = 3
#: A stacked file of many councils and years says so in columns of its own.
YEAR_HEADINGS = frozenset({"year", "returnyear", "collectionyear"})
COUNCIL_HEADINGS = frozenset({"la", "lea", "council", "lacode", "localauthority"})

_TABULAR = tuple(table for table in TABLES.values() if table.kind is not Return.CIN)
_WORD = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Layout:
    """Where the columns of a table stand in a file.

    Parameters
    ----------
    table
        The table.
    places
        Place in the row (0 is the first cell) → column.
    year, council
        Places of the columns that say the collection year and the council, or `None`.
    unknown
        Headings that the table does not have.
    odd
        Headings that were read though the format spells them otherwise: other letters, odd spaces.
    repeated
        Headings that occur a second time; the first is read.
    absent
        Required columns that are not there.
    width
        How many headings there are, up to the last that is not blank.
    """

    table: Table
    places: Mapping[int, Column]
    year: int | None
    council: int | None
    unknown: tuple[str, ...]
    odd: tuple[str, ...]
    repeated: tuple[str, ...]
    absent: tuple[str, ...]
    width: int


def recognise(headings: Sequence[str], name: str) -> Layout | None:
    """Which table has these headings? `None` where none has its telling columns among them.

    Parameters
    ----------
    headings
        As written, in order.
    name
        Name of the file or sheet; it decides only between tables that fit equally well.

    Examples
    --------
    >>> recognise(["CHILD", "DECOM ", "RNE", "LS", "CIN", "PLACE"], "anything.csv").table.name
    'looked_after_episodes'
    """
    keys = [plain(heading) for heading in headings]
    present = set(keys)
    best: tuple[float, bool, Table] | None = None
    for table in _TABULAR:
        if not all(table.by_name[column].headings & present for column in table.hallmark):
            continue
        fit = sum(bool(column.headings & present) for column in table.columns)
        candidate = (fit / len(present) + fit / len(table.columns), is_named(table, name), table)
        if best is None or candidate[:2] > best[:2]:
            best = candidate
    if best is not None:
        return _layout(best[2], headings, keys)
    named = named_table(name)
    if named is not None and sum(bool(column.headings & present) for column in named.columns) >= LEAST_SHARED:
        return _layout(named, headings, keys)
    return None


def is_named(table: Table, name: str) -> bool:
    """Does the name of this file or sheet mean this table? ("2017-episodes.csv", "SSDA903_2020_episodes", "List 2")"""
    stem = name.rsplit(".", 1)[0] if name.lower().endswith((".csv", ".xlsx", ".xml", ".txt")) else name
    words = _WORD.sub(" ", stem).strip().casefold().split()
    whole = "".join(words)
    if whole in table.names_in_plain:
        return True
    ends = {"".join(words[start:]) for start in range(len(words))}
    return bool(ends & table.names_in_plain)


def named_table(name: str) -> Table | None:
    """Which table does the name alone mean? For a file with nothing in it."""
    found = [table for table in _TABULAR if is_named(table, name)]
    return max(found, key=lambda table: max(len(text) for text in table.names_in_plain), default=None)


def set_label(name: str, table: Table) -> str:
    """Which annual set does this file belong to? Its name without the part that says which table it is.

    Examples
    --------
    >>> from btc_eval.records.statutory.vocabulary import TABLES
    >>> set_label("2017-previous_permanence.csv", TABLES["previous_permanence"])
    '2017'
    """
    words = [word for word in _WORD.split(name.rsplit(".", 1)[0].casefold()) if word]
    for start in range(len(words)):
        if "".join(words[start:]) in table.names_in_plain:
            return "-".join(words[:start])
    return "-".join(word for word in words if any(letter.isdigit() for letter in word))


def _layout(table: Table, headings: Sequence[str], keys: Sequence[str]) -> Layout:
    places: dict[int, Column] = {}
    taken: set[str] = set()
    unknown: list[str] = []
    odd: list[str] = []
    repeated: list[str] = []
    year = council = None
    for place, (heading, key) in enumerate(zip(headings, keys)):
        column = table.by_heading.get(key)
        if column is not None and column.name in taken:
            repeated.append(heading)
        elif column is not None:
            places[place] = column
            taken.add(column.name)
            if heading not in (column.statutory, *column.aliases):
                odd.append(heading)
        elif key in YEAR_HEADINGS and year is None:
            year = place
        elif key in COUNCIL_HEADINGS and council is None:
            council = place
        elif key:
            unknown.append(heading)
    absent = tuple(c.statutory for c in table.columns if c.required and c.name not in taken and not c.first)
    width = max((place for place, key in enumerate(keys) if key), default=-1) + 1
    return Layout(table, places, year, council, tuple(unknown), tuple(odd), tuple(repeated), absent, width)
