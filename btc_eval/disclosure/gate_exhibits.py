"""Does a figure or table of a page show what its released table holds, and nothing more?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from btc_eval.disclosure.gate_numbers import Values, numbers, small_wholes, spoken, value
from btc_eval.disclosure.gate_register import Table, plain

#: "2023-24", which the released table holds as 2024.
_YEAR = re.compile(r"(?<!\d)(\d{4})-(\d\d)$")


@dataclass
class Exhibit:
    """One figure or table of a page, while it is read."""

    identity: str
    depth: int
    table: Table | None
    rows: list[list[str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    drawn: list[list[str]] = field(default_factory=list)


def faults(exhibit: Exhibit) -> Iterator[tuple[str, str]]:
    """What does an exhibit show that its released table does not hold? What stands there, and what is allowed."""
    table = exhibit.table
    if table is None:
        return
    rows = [row for row in exhibit.rows if row]
    shown = [str(name) for name in table.about["shown"]]
    if rows and (len(rows) != len(table.rows) or any(len(row) != len(shown) for row in rows)):
        yield (
            f"{len(rows)} rows of {max(map(len, rows))} cells",
            f"the {len(table.rows)} rows and {len(shown)} columns released",
        )
    elif rows:
        places = [table.columns.index(name) for name in shown]
        wrong = sum(
            not _same(cell, released[place], restricted=table.restricted)
            for row, released in zip(rows, table.rows)
            for cell, place in zip(row, places)
        )
        if wrong:
            yield f"{wrong} cells that say something else than the released table", "the released values"
    if table.restricted:
        yield from _small(exhibit, table)


def _same(shown: str, released: str, *, restricted: bool) -> bool:
    """Does a cell of the page say what the released cell holds?"""
    if plain(shown) == plain(released):
        return True
    if released == "":
        return not any(numbers(shown)) and not (restricted and spoken(shown))
    number = value(released)
    if number is None and plain(shown).endswith(plain(released)):
        return True  # on a narrow page the name of the column stands before it
    if number is None:
        held = {one.lstrip("+-−") for one in numbers(released)} | set(released.replace("-", " ").split())
        return all(one.lstrip("+-−") in held for one in numbers(shown))
    year = _YEAR.search(plain(shown))
    if year is not None and number == int(year[1]) + 1 and int(year[2]) == number % 100:
        return True  # a year ending 31 March, as it is said
    said = Values([released])
    bounded = plain(shown).startswith(("less than", "more than"))
    return bounded or all(said.say(one) for one in numbers(shown))


def _small(exhibit: Exhibit, table: Table) -> Iterator[tuple[str, str]]:
    """Small whole numbers around and inside the drawing that are neither released, nor rules, nor marks of an axis."""
    least = table.least
    known = {table.rules.rounding_base}
    allowed = f"{least} and more, released values, and the marks of an axis"
    loose = [n for text in exhibit.words for n in small_wholes(text, least) if n not in known]
    if any(not table.values.hold(n) for n in loose):
        yield "a number below the smallest that may be shown, in its words", allowed
    for texts in exhibit.drawn:
        marks = [number for text in texts if (number := value(text.strip())) is not None]
        drawn = [n for text in texts for n in small_wholes(text, least)]
        if any(not table.values.hold(n) and not _on_axis(n, marks) for n in drawn):
            yield "a number below the smallest that may be shown, in its drawing", allowed


def _on_axis(number: int, marks: list[float]) -> bool:
    """Is this one of three or more equally spaced numbers in the drawing?"""
    others = sorted(set(marks))
    for one, other in combinations(others, 2):
        step = other - one
        if float(number) in (one, other) and (other + step in others or one - step in others):
            return True
        if abs((one + other) / 2 - number) < 1e-9 and float(number) in others:
            return True
    return False
