"""How are days, birthdays and ages counted? Whole days, and completed years on the day itself.

A day is a whole number, counted from 1 January 1970; `NEVER` stands for a day that has not come, `UNKNOWN` for one that
nobody wrote down. A child is a year older from the beginning of the birthday; one born on 29 February has it on 1 March
in other years, as the law of England has it.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.int64]
#: Words of a list, one a row.
Categorical: TypeAlias = "pd.Categorical[Any]"

#: Whole numbers, or flags, one a row.
Values = TypeVar("Values", npt.NDArray[np.int64], npt.NDArray[np.bool_])

#: A day after every other: still open, not ended, never happened.
NEVER = np.int64(2**31)
#: A day before every other: not written down.
UNKNOWN = np.int64(-(2**31))
#: Days in a year, on average over the calendar: what turns days at risk into child-years.
DAYS_A_YEAR = 365.25
#: The birthday on which childhood ends.
ADULT = 18
#: The day that stands for a month of birth where only the month may be held.
_MID_MONTH = 15

#: Where a date of birth comes from: the day as it is held, or the middle of its month where only that is known.
DayOfBirth = Literal["as held", "mid-month"]

#: The first completed year of each band; the words are those of the published tables.
BANDS = {
    "unborn": -1,
    "under 1 year": 0,
    "1 to 4 years": 1,
    "5 to 9 years": 5,
    "10 to 15 years": 10,
    "16 years and over": 16,
}
NOT_KNOWN = "not known"
AGE_BANDS = (*BANDS, NOT_KNOWN)
_FIRST_AGES = np.array(list(BANDS.values()))


def days_of(dates: Any, *, missing: np.int64 = NEVER) -> Days:
    """Which day is each of these dates? A blank becomes `missing`.

    Examples
    --------
    >>> days_of(pd.to_datetime(pd.Series(["1970-01-03", None]))).tolist()
    [2, 2147483648]
    """
    held = pd.Series(dates).to_numpy(dtype="datetime64[D]")
    number = held.astype(np.int64)
    return np.where(np.isnat(held), missing, number).astype(np.int64)


def dates_of(days: Days) -> pd.Series:
    """Which dates are these days? The opposite of `days_of`."""
    blank = (days >= NEVER) | (days <= UNKNOWN)
    held = np.where(blank, 0, days).astype("datetime64[D]").astype("datetime64[s]")
    held[blank] = np.datetime64("NaT")
    return pd.Series(held)


def day_of(text: str | pd.Timestamp) -> int:
    """Which day is this, as a number?"""
    return int(pd.Timestamp(text).to_numpy().astype("datetime64[D]").astype(np.int64))


def birthday(born: Days, years: int | npt.NDArray[Any]) -> Days:
    """On which day does a child born on this day turn so many years old? 1 March for 29 February in other years.

    Examples
    --------
    >>> leap = np.array([day_of("2004-02-29")])
    >>> [str(dates_of(birthday(leap, n))[0].date()) for n in (4, 18)]
    ['2008-02-29', '2022-03-01']
    """
    known = (born > UNKNOWN) & (born < NEVER)
    day = np.where(known, born, 0).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    later = (month.astype(np.int64) + 12 * np.asarray(years)).astype("datetime64[M]")
    moved = later.astype("datetime64[D]").astype(np.int64) + (day - month).astype(np.int64)
    return np.where(known, moved, born).astype(np.int64)


def age_on(born: Days, day: Days) -> Days:
    """How many years has each child completed on the day? −1 before birth, −2 where the day of birth is not known.

    Examples
    --------
    >>> born = np.array([day_of("2010-06-15")] * 2)
    >>> age_on(born, np.array([day_of("2020-06-14"), day_of("2020-06-15")])).tolist()
    [9, 10]
    """
    known = (born > UNKNOWN) & (born < NEVER)
    safe, when = np.where(known, born, 0), np.where(known, day, 0)
    years = when.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    years -= safe.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    years -= when < birthday(safe, years)
    return np.where(known, np.maximum(years, -1), -2).astype(np.int64)


def band_of(age: Days) -> Days:
    """In which of `AGE_BANDS` does this age fall? Its place in the list; the last where the age is not known.

    Examples
    --------
    >>> [AGE_BANDS[place] for place in band_of(np.array([-2, -1, 0, 4, 17]))]
    ['not known', 'unborn', 'under 1 year', '1 to 4 years', '16 years and over']
    """
    place = np.searchsorted(_FIRST_AGES, age, side="right") - 1
    return np.where(place < 0, len(BANDS), place).astype(np.int64)


def bands(born: Days, day: Days) -> Categorical:
    """In which band of age is each child on the day?"""
    return pd.Categorical.from_codes(band_of(age_on(born, day)), categories=pd.Index(AGE_BANDS))


def anniversary(day: Days, years: int = 1) -> Days:
    """Which day is so many years later? The same date; 28 February after 29 February, as re-referrals are counted.

    Examples
    --------
    >>> str(dates_of(anniversary(np.array([day_of("2020-02-29")])))[0].date())
    '2021-02-28'
    """
    later = birthday(day, years)
    date = np.where(day < NEVER, day, 0).astype("datetime64[D]")
    moved = np.where(later < NEVER, later, 0).astype("datetime64[D]")
    spilt = (date - date.astype("datetime64[M]")) != (moved - moved.astype("datetime64[M]"))
    return np.asarray(later - spilt, dtype=np.int64)


def first_of(groups: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which rows are the first of their group, where each group's rows stand together?"""
    flags = np.ones(len(groups), dtype=bool)
    flags[1:] = groups[1:] != groups[:-1]
    return flags


def earlier(values: Values, first: np.int64 | int) -> Values:
    """What does the row before say? `first` for the first row."""
    moved = np.full_like(values, first)
    moved[1:] = values[:-1]
    return moved


def later(values: Values, last: np.int64 | int) -> Values:
    """What does the row after say? `last` for the last row."""
    moved = np.full_like(values, last)
    moved[:-1] = values[1:]
    return moved


def to_mid_month(born: Days) -> Days:
    """Which day stands for the month of birth? Its fifteenth."""
    known = (born > UNKNOWN) & (born < NEVER)
    month = np.where(known, born, 0).astype("datetime64[D]").astype("datetime64[M]")
    middle = month.astype("datetime64[D]").astype(np.int64) + _MID_MONTH - 1
    return np.where(known, middle, born).astype(np.int64)
