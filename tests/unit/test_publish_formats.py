"""How a value is said at the edges: halves, signs, nought, small p-values, whole numbers held as floats, blanks."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from btc_eval.errors import RefusedError
from btc_eval.publish import Format
from btc_eval.publish.formats import ordinal, say, usual


@pytest.mark.parametrize(
    ("value", "style", "said"),
    [
        (4152, "count", "4,152"),
        (-4152.4, "count", "−4,152"),
        (-0.4, "count", "0"),
        (0.5, "count", "1"),
        (2.5, "count", "3"),
        (41.45, "number", "41.5"),
        (0.05, "number", "0.1"),
        (-0.04, "number", "0.0"),
        (1.005, "ratio", "1.01"),
        (0.0004, "p_value", "less than 0.001"),
        (0.001, "p_value", "0.001"),
        (0.0994, "p_value", "0.099"),
        (0.0996, "p_value", "0.10"),
        (0.617, "p_value", "0.62"),
        (0.9995, "p_value", "more than 0.999"),
        (0.2311, "share", "23.1%"),
        (23.11, "percent", "23.1%"),
        (3.2, "points", "3.2 percentage points"),
        (-28.3, "difference", "28 fewer"),
        (28.3, "difference", "28 more"),
        (0.4, "difference", "no change"),
        (0.847, "ratio_change", "15% lower"),
        (1.153, "ratio_change", "15% higher"),
        (1.004, "ratio_change", "no change"),
        (-0.153, "share_change", "15% lower"),
        (1.25, "signed", "+1.25"),
        (-1.25, "signed", "−1.25"),
        (0.001, "signed", "0.00"),
        (12.84, "signed_rate", "+12.8"),
        (-259.72, "signed_rate", "−259.7"),
        (4.0, "signed_count", "+4"),
        (0.0, "signed_count", "0"),
        (1275, "pounds", "£1,275"),
        (-2_400_000, "pounds", "−£2.4 million"),
        (-22_000_000, "pounds_difference", "£22.0 million less"),
        (5_855_463, "pounds_difference", "£5.9 million more"),
        (0.2, "pounds_difference", "no change"),
        (pd.Timestamp("2021-04-01"), "month", "April 2021"),
        (2024, "year", "2023-24"),
        (2000, "year", "1999-00"),
        (2024, "plain", "2024"),
        ("not named", "text", "not named"),
    ],
)
def test_each_format_says_a_value_as_a_reader_does(value: object, style: str, said: str) -> None:
    assert say(value, style) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (101, "101st"), (111, "111th"), (112, "112th"), (1002, "1,002nd")],
)  # fmt: skip
def test_a_place_in_an_order_has_its_ending(number: int, said: str) -> None:
    assert ordinal(number) == said == say(number, "rank")


@pytest.mark.parametrize("value", [None, math.nan, math.inf, pd.NA, pd.NaT])
def test_a_blank_is_not_a_number(value: object) -> None:
    with pytest.raises(RefusedError, match="nothing, or a number that is not finite"):
        say(value, "number")


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RefusedError, match="p_value"):
        say(1.0, "pvalue")


def test_decimals_can_be_asked_for() -> None:
    assert say(0.8473, "ratio", decimals=3) == "0.847"
    assert say(84.73, "percent", decimals=0) == "85%"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pd.Series([1, 2], name="n"), Format.COUNT),
        (pd.Series([1.0, None, 3.0], name="n"), Format.COUNT),
        (pd.Series([1.5, 2.0], name="rate"), Format.NUMBER),
        (pd.Series([2023, 2024], name="year"), Format.PLAIN),
        (pd.Series(pd.to_datetime(["2021-04-01"]), name="month"), Format.MONTH),
        (pd.Series(["a"], name="council"), Format.TEXT),
        (pd.Series([True], name="kept"), Format.TEXT),
    ],
)
def test_a_column_without_a_format_gets_the_one_that_suits_it(values: pd.Series, expected: Format) -> None:
    assert usual(values) is expected
