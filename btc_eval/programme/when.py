"""Dates as papers give them: a day, a month or a year, never made more exact than the source."""

from __future__ import annotations

import re

import pandas as pd

from btc_eval.periods import month_words
from btc_eval.programme.options import Precision

_FORMS = {
    Precision.DAY: re.compile(r"^\d{4}-\d{2}-\d{2}$"),
    Precision.MONTH: re.compile(r"^\d{4}-\d{2}$"),
    Precision.YEAR: re.compile(r"^\d{4}$"),
}
_FIRST_YEAR, _LAST_YEAR = 1980, 2050


def precision_of(text: str) -> Precision | None:
    """How exact is this date? `None` where it is no date: the 30th of February, a year beyond 1980 to 2050.

    Examples
    --------
    >>> precision_of("2024-04")
    <Precision.MONTH: 'month'>
    >>> precision_of("2024-02-30") is None
    True
    """
    for precision, form in _FORMS.items():
        if form.match(text) and _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR:
            whole = text + {Precision.DAY: "", Precision.MONTH: "-01", Precision.YEAR: "-01-01"}[precision]
            return None if pd.isna(pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce")) else precision
    return None


def first_day(text: str) -> pd.Timestamp:
    """What is the earliest day this date can mean? "2024-04" → 1 April 2024."""
    return pd.Timestamp(f"{text}{'-01' * (2 - text.count('-'))}")


def last_day(text: str) -> pd.Timestamp:
    """What is the latest day this date can mean, included? "2024-04" → 30 April 2024."""
    first = first_day(text)
    if precision_of(text) is Precision.DAY:
        return first
    months = 1 if precision_of(text) is Precision.MONTH else 12
    return first + pd.DateOffset(months=months) - pd.Timedelta(days=1)


def date_words(text: str) -> str:
    """How is this date said? "2024-04-10" → "10 April 2024", "2024-04" → "April 2024", "2015" → "2015"."""
    precision = precision_of(text)
    if precision is Precision.DAY:
        day = first_day(text)
        return f"{day.day} {month_words(day)}"
    return month_words(first_day(text)) if precision is Precision.MONTH else text
