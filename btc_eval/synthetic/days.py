"""How are dates reckoned while an extract is made? As whole days since 1 January 1970, in arrays of integers.

Years are years ending 31 March, as in the returns. A date that never comes is `NEVER`, later than any other, so that
"still open" compares as one would expect.
"""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Later than any date of an extract.
NEVER = 2**31 - 1


def day(year: int, month: int, of_month: int) -> int:
    """Which number has this day?

    Examples
    --------
    >>> day(1970, 1, 2)
    1
    """
    return (datetime.date(year, month, of_month) - datetime.date(1970, 1, 1)).days


def day_of(date: datetime.date) -> int:
    """Which number has this date?"""
    return day(date.year, date.month, date.day)


def first_day(year: int) -> int:
    """On which day does the year ending 31 March `year` begin? 1 April, included."""
    return day(year - 1, 4, 1)


def last_day(year: int) -> int:
    """On which day does the year ending 31 March `year` end? 31 March, included."""
    return day(year, 3, 31)


def months_of(year: int) -> list[tuple[int, int]]:
    """Which are the first and last days, both included, of the twelve months from April to March?"""
    starts = [day(year - 1 if month >= 4 else year, month, 1) for month in (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), last_day(year)]))


def year_of(days: Ints) -> Ints:
    """In which years ending 31 March do these days fall? `NEVER` falls in the year 9999."""
    known = np.where(days == NEVER, 0, days)
    months = known.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    years = 1970 + (months + 9) // 12
    return np.where(days == NEVER, 9999, years)


def birthday(born: Ints, age: Ints | int) -> Ints:
    """On which days do children born then reach this age? 29 February becomes 1 March in other years.

    Examples
    --------
    >>> int(birthday(np.array([day(2004, 2, 29)]), 1)[0]) == day(2005, 3, 1)
    True
    """
    date = born.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    later = (month + (12 * np.asarray(age)).astype("timedelta64[M]")).astype("datetime64[D]")
    return np.asarray((later + (date - month.astype("datetime64[D]"))).astype(np.int64))


def age_on(born: Ints, when: Ints | int) -> Ints:
    """How old, in whole years, are children born then on this day? -1 before birth."""
    guess = np.asarray((np.asarray(when) - born) // 365.2425, dtype=np.int64)
    reached = birthday(born, guess)
    guess = guess - (reached > when)
    return np.asarray(np.where(born > when, -1, guess + (birthday(born, guess + 1) <= when)))


def working_days_after(days: Ints, working: Ints) -> Ints:
    """Which day comes so many working days (Monday to Friday; bank holidays count) after each day?"""
    start = days.astype("datetime64[D]")
    return np.asarray(np.busday_offset(start, working, roll="backward").astype(np.int64))


def to_weekday(days: Ints) -> Ints:
    """Which working day is it, or does it come after? Saturdays and Sundays become the Friday before."""
    return working_days_after(days, np.zeros(len(days), dtype=np.int64))


def text(days: Ints, *, style: str = "iso") -> npt.NDArray[Any]:
    """How are these days written, ISO or as dd/mm/yyyy ("british")? Blank for `NEVER`."""
    never = days == NEVER
    iso = np.datetime_as_string(np.where(never, 0, days).astype("datetime64[D]"))
    if style == "british":
        iso = np.array([f"{one[8:]}/{one[5:7]}/{one[:4]}" for one in iso.tolist()], dtype="<U10")
    return np.where(never, "", iso)
