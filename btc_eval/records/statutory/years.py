"""Which collection year is this file of, and is it a whole one? The dates decide; its name only where they are few.

A looked-after return is a set of files that share a year: the one of its episodes. A census says its year in its
header. A list, an export and a register are of the year of their latest date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.days import year_of_month
from btc_eval.records.statutory.parts import Part
from btc_eval.records.statutory.sources import Held

#: A year needs this share of the dates to be the year of a return: below it lie slips of the hand.
LEAST_SHARE = 0.02
#: Fewer events than this cannot tell half a year from a quiet one.
LEAST_EVENTS = 30
#: The tables whose dates tell the year of their return.
_TELLING = ("looked_after_episodes", "cin_episodes")
#: A whole year has an event in its last quarter, and one in its first.
_QUARTER = 3

_NAMED_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:[-_/ ]?(\d\d)(?!\d))?(?!\d)")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def settle_years(parts: Sequence[Part], held: Mapping[Path, Held] | None = None) -> list[str]:
    """Give every part its year; return what is remarkable about the sets.

    A file of a snapshot keeps the year it was found to be of when its set came in.
    """
    sets: dict[tuple[str, str, str, int], list[Part]] = {}
    for part in parts:
        folder = part.source.name if part.table.kind is Return.CIN or part.sheet else part.source.folder
        known = 0 if held is None else held[part.source.path].years.get(part.table.name, 0)
        sets.setdefault((part.table.kind, folder, part.label, known), []).append(part)
    for (_, _, _, known), members in sets.items():
        year = known or _year_of(members)
        for part in members:
            part.year = year
    apart = held is not None  # a set may lie in several folders of a snapshot
    with_children = {part.year for part in parts if apart and part.table.name == "looked_after_children"}
    return [remark for members in sets.values() for remark in _remarks(members, members[0].year, with_children)]


def _year_of(members: Sequence[Part]) -> int:
    stated = max((part.stated_year for part in members), default=0)
    if stated:
        return stated
    source = members[0].source
    called = max(part.year_in_header for part in members)
    named = called or _named(source.file) or _named(source.folder.rstrip("/\\!").rpartition("/")[2])
    if members[0].table.kind in (Return.CASE_SYSTEM, Return.ANNEX_A, Return.REGISTER, Return.WARDS):
        return max((year_of_month(part.latest_month) for part in members if part.latest_month), default=named)
    telling = [part for part in members if part.table.name in _TELLING]
    dated = _latest(telling) or _latest(members)
    dates = sum(rows for part in members for months in part.notes.months.values() for rows in months.values())
    return max(dated, named) if dates < LEAST_EVENTS else dated


def _latest(parts: Iterable[Part]) -> int:
    """Return the last year with more than a sliver of some column's dates."""
    latest = 0
    for part in parts:
        for months in part.notes.months.values():
            years: Counter[int] = Counter()
            for month, rows in months.items():
                years[year_of_month(month)] += rows
            total = sum(years.values())
            latest = max(latest, max((year for year, rows in years.items() if rows >= LEAST_SHARE * total), default=0))
    return latest


def _named(name: str) -> int:
    """Return the year in the name of a file or its folder: `2017-18` ends in 2018; `2017` alone may start there."""
    found = _NAMED_YEAR.findall(name)
    if not found:
        return 0
    year, end = int(found[-1][0]), found[-1][1]
    return year + 1 if end and int(end) == (year + 1) % 100 else year


def _remarks(members: Sequence[Part], year: int, with_children: Collection[int]) -> list[str]:
    first = members[0]
    name = first.file if len(members) == 1 or first.table.kind is Return.CIN else first.source.folder + first.label
    remarks = []
    for part in members:
        for column, months in part.notes.months.items():
            after = sum(rows for month, rows in months.items() if year and year_of_month(month) > year)
            part.notes.depart(column, "a date after the end of the return's year", after)
    with_own = any(p.table.name == "looked_after_children" for p in members)
    if first.table.kind is Return.LOOKED_AFTER and not with_own and year not in with_children:
        remarks.append(f"{name}: the set of {year} has no table of children (header); it tells no age and no sex")
    if first.table.kind in (Return.CIN, Return.LOOKED_AFTER) and year:
        remarks += _half_year(members, name, year)
    return remarks


def _half_year(members: Sequence[Part], name: str, year: int) -> list[str]:
    """Say where the events of the return's own year stop early or start late."""
    events: Counter[int] = Counter()
    for part in members:
        if part.table.name in _TELLING:
            column = "started" if part.table.name == "looked_after_episodes" else "referred"
            events.update(part.notes.months.get(column, Counter()))
    own = [month for month in events if year_of_month(month) == year]
    if sum(events[month] for month in own) < LEAST_EVENTS:
        return []
    first, last = min(own), max(own)
    start = 12 * (year - 1) + 3
    if last < start + 12 - _QUARTER or first >= start + _QUARTER:
        for part in members:
            if part.table.name in _TELLING:
                part.notes.depart("", HALF_YEAR)
        return [f"{name}: the return of {year} runs only from {_month(first)} to {_month(last)}"]
    return []


#: Counted against a return that does not cover its year; reconciliation leaves that year out.
HALF_YEAR = "a return that covers only part of its year"


def _month(month: int) -> str:
    return f"{_MONTHS[month % 12]} {month // 12}"
