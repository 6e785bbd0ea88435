"""All date arithmetic: months, years ending 31 March, and the words for them.

Floor 1. A period is named by its first day, included; the end of a window is included unless a name says otherwise.
Nobody asks the clock: a cut-off is always an argument.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.errors import refuse

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])(?:-01)?$")


def month(text: str) -> pd.Timestamp:
    """Which month is this? Accepts "2021-04" or "2021-04-01" and returns its first day.

    Raises
    ------
    RefusedError
        Where the text is anything else; a day other than the first is not rounded.

    Examples
    --------
    >>> month("2021-04")
    Timestamp('2021-04-01 00:00:00')
    """
    if not _MONTH.match(text):
        raise refuse(
            "month",
            text[:20],
            found="text that is not a month",
            allowed="YYYY-MM, or YYYY-MM-01 for its first day",
            do="Write the month as in 2021-04.",
        )
    return pd.Timestamp(f"{text[:7]}-01")


def month_words(when: pd.Timestamp) -> str:
    """How is this month said in a sentence? ("April 2021")."""
    return when.strftime("%B %Y")


def year_ending(when: pd.Timestamp) -> int:
    """In which year ending 31 March does this day fall? 31 March 2024 → 2024, 1 April 2024 → 2025."""
    return int(when.year + (when.month >= 4))


def year_words(year: int) -> str:
    """How is a year ending 31 March said? 2024 → "2023-24"."""
    return f"{year - 1}-{year % 100:02d}"


def month_range(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Every month from `first` to `last`, both included."""
    return pd.date_range(first, last, freq="MS")


def days_in_month(months: Any) -> npt.NDArray[np.float64]:
    """How many days has each month? For an exposure that varies between 28 and 31."""
    return np.asarray(pd.DatetimeIndex(months).days_in_month, dtype=float)


def months_between(first: pd.Timestamp, last: pd.Timestamp) -> int:
    """How many months from `first` to `last`: the same month is 0, the next is 1."""
    return int((last.year - first.year) * 12 + last.month - first.month)
