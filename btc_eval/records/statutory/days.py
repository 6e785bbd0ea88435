"""Which day is written in this cell? The one reader of dates, never month-first.

Accepted: ``dd/mm/yyyy``, ``dd/mm/yy``, ``yyyy-mm-dd`` (with ``-``, ``/`` or ``.``), ``dd Mon yyyy``, ``yyyymmdd`` and a
spreadsheet's day number; a time of day after any of them is dropped. Everything else is unreadable, and counted.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache

#: Two-digit years up to this one are in the 2000s, later ones in the 1900s: no child in a return of 2013 or later was
#: born before 1931, and no return runs past 2030.
TWO_DIGIT_PIVOT = 30
#: The last year a date may name: a child looked after today is 18 within it. 2105 is a slip of the hand for 2015.
LAST_YEAR = 2050
#: What case systems write for "no date"; the same day stands for it in every one we met.
NO_DATE = dt.date(1900, 1, 1)
#: Day numbers of a spreadsheet (day 1 is 1 January 1900) that can be dates: 1954 to 2064.
_SERIAL = (20_000, 60_000)
_SERIAL_START = dt.date(1899, 12, 30)
_EPOCH = dt.date(1970, 1, 1)

_TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}|[AaPp][Mm])?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ \-]([A-Za-z]{3,9})[ \-,]+(\d{4}|\d{2})")
_COMPACT = re.compile(r"(19|20)\d{6}")
_NUMBER = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip


class Trouble(StrEnum):
    """Why a cell gave no day, or gave one in another form."""

    UNREADABLE = "a date that cannot be read"
    NO_DATE = "1900-01-01 for no date"
    TOO_LATE = f"a date after {LAST_YEAR}"
    TWO_DIGITS = "a year of two digits"
    SERIAL = "a spreadsheet's day number for a date"


@lru_cache(maxsize=200_000)
def read_day(text: str) -> tuple[int | None, Trouble | None]:
    """Which day is this, in days since 1 January 1970, and what was odd about it?

    Examples
    --------
    >>> read_day("31/03/2024") == read_day("2024-03-31") == read_day("2024-03-31 00:00:00") == (19813, None)
    True
    >>> read_day("31/03/24"), read_day("03/31/2024")[0]
    ((19813, <Trouble.TWO_DIGITS: 'a year of two digits'>), None)
    """
    bare = _TIME.sub("", text.strip())
    trouble: Trouble | None = None
    if found := _DAY_FIRST.fullmatch(bare):
        day, month, year = int(found[1]), int(found[2]), found[3]
    elif found := _YEAR_FIRST.fullmatch(bare):
        day, month, year = int(found[3]), int(found[2]), found[1]
    elif found := _NAMED.fullmatch(bare):
        day, month, year = int(found[1]), _MONTHS.get(found[2][:3].lower(), 0), found[3]
    elif _COMPACT.fullmatch(bare):
        day, month, year = int(bare[6:]), int(bare[4:6]), bare[:4]
    elif (found := _NUMBER.fullmatch(bare)) and _SERIAL[0] <= int(found[1]) <= _SERIAL[1]:
        return (_SERIAL_START - _EPOCH).days + int(found[1]), Trouble.SERIAL
    else:
        return None, Trouble.UNREADABLE
    number = int(year)
    if len(year) == 2:
        number += 2000 if number <= TWO_DIGIT_PIVOT else 1900
        trouble = Trouble.TWO_DIGITS
    return _checked(number, month, day, trouble)


def _checked(year: int, month: int, day: int, trouble: Trouble | None) -> tuple[int | None, Trouble | None]:
    try:
        when = dt.date(year, month, day)
    except ValueError:
        return None, Trouble.UNREADABLE
    if when == NO_DATE:
        return None, Trouble.NO_DATE
    if when < NO_DATE:
        return None, Trouble.UNREADABLE
    if when.year > LAST_YEAR:
        return None, Trouble.TOO_LATE
    return (when - _EPOCH).days, trouble


def month_of(day: int) -> int:
    """In which month is this day? 12 × year + month − 1, so that months can be compared and counted."""
    when = _EPOCH + dt.timedelta(days=day)
    return 12 * when.year + when.month - 1


def year_of_month(month: int) -> int:
    """In which year ending 31 March is this month, counted as `month_of` does?"""
    return month // 12 + (month % 12 >= 3)
