"""How is a number said? One formatter for sentences, tables and text alternatives.

A minus is a minus sign, thousands have a comma, a half is rounded away from nought (as a reader does by hand), and a
number that rounds to nought has no sign. Units and the words of an interval are added in `phrases`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

import pandas as pd

from btc_eval import periods
from btc_eval.errors import refuse

_MINUS = "−"


class Format(StrEnum):
    """How a value is said. What each makes of an example stands beside it."""

    COUNT = "count"  # 4152 → 4,152
    TALLY = "tally"  # 0 → none, 7 → seven, 15 → 15
    NUMBER = "number"  # 41.46 → 41.5
    RATE = "rate"  # 117.46 → 117.5
    RATIO = "ratio"  # 0.847 → 0.85
    PERCENT = "percent"  # 23.11 → 23.1%
    SHARE = "share"  # 0.2311 → 23.1%
    POINTS = "points"  # 3.2 → 3.2 percentage points
    DIFFERENCE = "difference"  # -28.3 → 28 fewer
    RATE_DIFFERENCE = "rate_difference"  # -13.71 → 13.7 lower
    RATIO_CHANGE = "ratio_change"  # 0.847 → 15% lower
    SHARE_CHANGE = "share_change"  # -0.153 → 15% lower
    SIGNED = "signed"  # 1.25 → +1.25
    SIGNED_RATE = "signed_rate"  # 12.84 → +12.8
    SIGNED_COUNT = "signed_count"  # 4 → +4
    P_VALUE = "p_value"  # 0.0004 → less than 0.001
    RANK = "rank"  # 28 → 28th
    POUNDS = "pounds"  # 1275 → £1,275
    POUNDS_DIFFERENCE = "pounds_difference"  # -22000000 → £22.0 million less
    MONTH = "month"  # 2021-04-01 → April 2021
    YEAR = "year"  # 2024 (year ending 31 March) → 2023-24
    PLAIN = "plain"  # 2024 → 2024: a calendar year, a code
    TEXT = "text"  # words as they stand

    @property
    def numeric(self) -> bool:
        """Is this a quantity, to be set flush right?"""
        return self not in {Format.MONTH, Format.YEAR, Format.PLAIN, Format.TEXT}


def _fixed(value: float, decimals: int) -> str:
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP)
    sign = _MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):,}"


def _direction(value: float, said: str, more: str, less: str, same: str) -> str:
    if not any(digit in said for digit in "123456789"):
        return same
    return f"{said} {more if value > 0 else less}"


def _p_value(value: float, _decimals: int) -> str:
    if value < 0.001:
        return "less than 0.001"
    if value > 0.999:
        return "more than 0.999"
    return _fixed(value, 2 if value >= 0.0995 else 3)


def ordinal(number: int) -> str:
    """How is a place in an order said? 1 → "1st", 12 → "12th", 23 → "23rd".

    Examples
    --------
    >>> ordinal(23)
    '23rd'
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number % 100 in (11, 12, 13) else endings.get(number % 10, "th")
    return f"{number:,}{ending}"


_SMALL = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _tally(value: float, decimals: int) -> str:
    """Say a small count as a sentence does; a count that is not whole is not one."""
    whole = value == int(value)
    return _SMALL[int(value)] if whole and 0 <= value < len(_SMALL) else _fixed(value, decimals)


def _pounds(value: float, decimals: int) -> str:
    size = abs(value)
    for limit, word in ((1e9, " billion"), (1e6, " million")):
        if size >= limit:
            said = _fixed(size / limit, max(decimals, 1)) + word
            break
    else:
        said = _fixed(size, decimals)
    return f"{_MINUS if value < 0 else ''}£{said}"


def _signed(value: float, decimals: int) -> str:
    said = _fixed(value, decimals)
    return f"+{said}" if value > 0 and any(digit in said for digit in "123456789") else said


_RULES: dict[Format, tuple[int, Callable[[float, int], str]]] = {
    Format.COUNT: (0, _fixed),
    Format.TALLY: (0, _tally),
    Format.NUMBER: (1, _fixed),
    Format.RATE: (1, _fixed),
    Format.RATIO: (2, _fixed),
    Format.PERCENT: (1, lambda v, d: f"{_fixed(v, d)}%"),
    Format.SHARE: (1, lambda v, d: f"{_fixed(100 * v, d)}%"),
    Format.POINTS: (1, lambda v, d: f"{_fixed(v, d)} percentage points"),
    Format.DIFFERENCE: (0, lambda v, d: _direction(v, _fixed(abs(v), d), "more", "fewer", "no change")),
    Format.RATE_DIFFERENCE: (1, lambda v, d: _direction(v, _fixed(abs(v), d), "higher", "lower", "no change")),
    Format.RATIO_CHANGE: (
        0,
        lambda v, d: _direction(v - 1, f"{_fixed(abs(100 * (v - 1)), d)}%", "higher", "lower", "no change"),
    ),
    Format.SHARE_CHANGE: (
        0,
        lambda v, d: _direction(v, f"{_fixed(abs(100 * v), d)}%", "higher", "lower", "no change"),
    ),
    Format.SIGNED: (2, _signed),
    Format.SIGNED_RATE: (1, _signed),
    Format.SIGNED_COUNT: (0, _signed),
    Format.P_VALUE: (2, _p_value),
    Format.RANK: (0, lambda v, _d: ordinal(round(v))),
    Format.POUNDS: (0, _pounds),
    Format.POUNDS_DIFFERENCE: (0, lambda v, d: _direction(v, _pounds(abs(v), d), "more", "less", "no change")),
}


def named(style: Format | str) -> Format:
    """Which format has this name?

    Raises
    ------
    RefusedError
        Where there is none; the known names are listed.
    """
    try:
        return Format(style)
    except ValueError:
        raise refuse(
            "publish",
            "format",
            found=f"the name {style!r}",
            allowed=", ".join(kind.value for kind in Format),
            do="Use one of these.",
        ) from None


def say(value: Any, style: Format | str, *, decimals: int | None = None) -> str:
    """How is this value said?

    Parameters
    ----------
    value
        A finite number, a month (`pandas.Timestamp`), a year or words.
    style
        One of `Format`. `year` means the year ending 31 March.
    decimals
        Places after the point, where the format's own will not do.

    Raises
    ------
    RefusedError
        For a value that is missing or not finite: a blank is not a number, and is said in words by the caller.

    Examples
    --------
    >>> say(-4152.4, "count"), say(0.0004, "p_value"), say(0.847, "ratio_change"), say(28, "rank")
    ('−4,152', 'less than 0.001', '15% lower', '28th')
    """
    kind = named(style)
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        raise refuse(
            "publish",
            f"a value to be said as {kind.value}",
            found="nothing, or a number that is not finite",
            allowed="a finite number",
            do="Quote another figure, or say in words why there is none.",
        )
    if kind is Format.MONTH:
        return periods.month_words(pd.Timestamp(value))
    if kind is Format.YEAR:
        return periods.year_words(int(value))
    if kind in (Format.PLAIN, Format.TEXT):
        return str(value)
    usual, rule = _RULES[kind]
    return rule(float(value), usual if decimals is None else decimals)


def usual(values: pd.Series) -> Format:
    """Which format suits a column for which none was chosen?"""
    if pd.api.types.is_datetime64_any_dtype(values):
        return Format.MONTH
    if pd.api.types.is_bool_dtype(values):
        return Format.TEXT
    if values.name == "year":  # a name, not a quantity: 2,024 is no year
        return Format.PLAIN
    if pd.api.types.is_integer_dtype(values):
        return Format.COUNT
    if not pd.api.types.is_numeric_dtype(values):
        return Format.TEXT
    # Counts with blanks among them are held as floating-point numbers.
    return Format.COUNT if bool((values.dropna() % 1 == 0).all()) else Format.NUMBER
