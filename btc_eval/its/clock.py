"""Where a date lies on the clock of a series: months, quarters, years, weeks, days or plain numbers.

Time is counted in periods from the first row, which is 0. A date that falls between two periods is refused, never
moved to the nearest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import RefusedError, refuse
from btc_eval.inference import Ints

Frequency = Literal["month", "quarter", "year", "week", "day", "number"]
_MONTHS: dict[int, Frequency] = {1: "month", 3: "quarter", 12: "year"}
_DAYS: dict[int, Frequency] = {1: "day", 7: "week"}
#: Periods in a year, where there is a whole number of them.
PERIODS_A_YEAR: dict[Frequency, int] = {"month": 12, "quarter": 4}


@dataclass(frozen=True, slots=True)
class Clock:
    """The time axis of a series.

    Parameters
    ----------
    frequency
        What one period is.
    unit
        How positions are counted underneath: calendar months, days or whole numbers.
    origin
        Position of the first row in `unit`.
    step
        Units in one period.
    month_end
        Dates name the last day of a month, not the first.
    """

    frequency: Frequency
    unit: Literal["month", "day", "number"]
    origin: int
    step: int
    month_end: bool = False

    def index(self, when: Any, *, place: str) -> int:
        """How many periods after the first row is `when`? Negative before it.

        Raises
        ------
        RefusedError
            Where `when` is not a date of this clock, or lies between two of its periods.
        """
        position = self._position(when, place)
        periods, rest = divmod(position - self.origin, self.step)
        if rest:
            raise refuse(
                "its",
                place,
                found=f"{when}, which falls between two periods",
                allowed=f"a period of the series ({self.words(0)}, {self.words(1)}, …)",
                do="Name the first day of a period that the series has.",
            )
        return int(periods)

    def _position(self, when: Any, place: str) -> int:
        number = isinstance(when, (int, np.integer)) and not isinstance(when, bool)
        if self.unit == "number":
            text = str(when).strip()
            if number or text.lstrip("-").isdigit():
                return int(text)
            raise self._wrong(place, when, "a whole number, as in the time column")
        if number:
            raise self._wrong(place, when, "a date, as in the time column")
        try:
            stamp = pd.Timestamp(str(when))
        except ValueError:
            raise self._wrong(place, when, "a date such as 2021-10-01") from None
        if self.unit == "day":
            return int((stamp - pd.Timestamp(0)).days)
        day_of_period = stamp.days_in_month if self.month_end else 1
        if stamp.day != day_of_period and str(when)[:7] != str(when):
            day = "last" if self.month_end else "first"
            raise self._wrong(place, when, f"the {day} day of a month, as in the time column")
        return int(stamp.year * 12 + stamp.month - 1)

    def _wrong(self, place: str, when: Any, allowed: str) -> RefusedError:
        return refuse("its", place, found=f"{when!r}", allowed=allowed, do=f"Write it as {self.words(0)} is written.")

    def label(self, index: int) -> pd.Timestamp | int:
        """Return the date (or number) of the period `index` periods after the first row."""
        position = self.origin + index * self.step
        if self.unit == "number":
            return position
        if self.unit == "day":
            return pd.Timestamp(0) + pd.Timedelta(days=position)
        first = pd.Timestamp(year=position // 12, month=position % 12 + 1, day=1)
        return first + pd.offsets.MonthEnd(0) if self.month_end else first

    def labels(self, indices: Ints) -> pd.Index:
        """Return the dates (or numbers) of several periods."""
        return pd.Index([self.label(int(i)) for i in indices])

    def words(self, index: int) -> str:
        """Return the name of a period as ISO text: "2021-04" for a month or quarter, "2021-04-01" for a day."""
        label = self.label(index)
        if isinstance(label, int):
            return str(label)
        if self.unit == "month":
            return label.strftime("%Y-%m-%d" if self.month_end else "%Y-%m")
        return label.strftime("%Y-%m-%d")

    def season_of(self, indices: Ints) -> Ints:
        """Return the place of each period in its year, 1 for January or the first quarter, 1… for plain numbers."""
        position = self.origin + indices * self.step
        if self.unit == "month":
            month = position % 12
            return np.asarray(month // self.step + 1, dtype=np.int64)
        return np.asarray(indices + 1, dtype=np.int64)

    def days(self, indices: Ints) -> Ints:
        """Return the number of days in each period of months."""
        edges = [[self._month_start(int(i) + k) for i in indices] for k in (0, 1)]
        return np.array([(b - a).days for a, b in zip(*edges)], dtype=np.int64)

    def _month_start(self, index: int) -> pd.Timestamp:
        position = self.origin + index * self.step
        return pd.Timestamp(year=position // 12, month=position % 12 + 1, day=1)


def read_clock(column: pd.Series[Any], *, place: str) -> tuple[Clock, Ints]:
    """What is the clock of this column, and where on it is each row?

    Parameters
    ----------
    column
        Dates, text dates (ISO), pandas periods, or whole numbers; no missing value, in any order.
    place
        The column's name, for refusals.

    Returns
    -------
    Clock, array
        The clock, with its origin at the first row, and (n,) periods from the first row.
    """
    if column.isna().any():
        rows = ", ".join(str(i + 1) for i in np.flatnonzero(column.isna())[:5])
        raise refuse(
            "its", place, found=f"no time in row {rows}", allowed="a time in every row", do="Give each row its period."
        )
    if pd.api.types.is_integer_dtype(column.dtype):
        return _counted(column.to_numpy(dtype=np.int64), "number")
    stamps = _timestamps(column, place)
    days = stamps.day.to_numpy()
    ends = days == stamps.days_in_month.to_numpy()
    if (days == 1).all() or ends.all():
        months = (stamps.year.to_numpy() * 12 + stamps.month.to_numpy() - 1).astype(np.int64)
        return _counted(months, "month", month_end=bool(ends.all() and not (days == 1).all()))
    return _counted((stamps - pd.Timestamp(0)).days.to_numpy().astype(np.int64), "day")


def _timestamps(column: pd.Series[Any], place: str) -> pd.DatetimeIndex:
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.DatetimeIndex(column.dt.to_timestamp())
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return pd.DatetimeIndex(column)
    try:
        return pd.DatetimeIndex(pd.to_datetime(column.astype(str), format="ISO8601"))
    except ValueError:
        raise refuse(
            "its",
            place,
            found="values that are neither dates nor whole numbers",
            allowed="dates (2021-04-01), months (2021-04) or whole numbers",
            do="Convert the column to dates before the call.",
        ) from None


def _counted(position: Ints, unit: Literal["month", "day", "number"], *, month_end: bool = False) -> tuple[Clock, Ints]:
    gaps = np.abs(np.diff(position))
    step = max(1, math.gcd(*(int(g) for g in gaps))) if len(gaps) else 1
    frequency: Frequency = "number"
    if unit == "month":
        step = max(s for s in _MONTHS if step % s == 0)
        frequency = _MONTHS[step]
    elif unit == "day":
        step = max(s for s in _DAYS if step % s == 0)
        frequency = _DAYS[step]
    clock = Clock(frequency, unit, int(position[0]), step, month_end)
    return clock, (position - position[0]) // step
