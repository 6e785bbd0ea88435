"""Date edges: which month, which year ending 31 March, how long."""

from __future__ import annotations

import pandas as pd
import pytest

from btc_eval import periods
from btc_eval.errors import RefusedError


@pytest.mark.parametrize(
    ("day", "year"), [("2024-03-31", 2024), ("2024-04-01", 2025), ("2024-01-01", 2024), ("2024-12-31", 2025)]
)
def test_the_statistical_year_turns_on_the_first_of_april(day: str, year: int) -> None:
    assert periods.year_ending(pd.Timestamp(day)) == year


def test_months_are_read_strictly() -> None:
    assert periods.month("2021-04") == pd.Timestamp("2021-04-01")
    assert periods.month("2021-04-01") == pd.Timestamp("2021-04-01")
    for wrong in ("2021-04-15", "04/2021", "2021-13", "2021", ""):
        with pytest.raises(RefusedError, match="YYYY-MM"):
            periods.month(wrong)


def test_ranges_include_both_ends() -> None:
    window = periods.month_range(pd.Timestamp("2012-04-01"), pd.Timestamp("2024-03-01"))
    assert len(window) == 144
    assert periods.months_between(window[0], window[-1]) == 143


def test_february_of_a_leap_year_has_its_day() -> None:
    assert periods.days_in_month(pd.to_datetime(["2023-02-01", "2024-02-01"])).tolist() == [28.0, 29.0]


def test_words() -> None:
    assert periods.month_words(pd.Timestamp("2021-10-01")) == "October 2021"
    assert periods.year_words(2024) == "2023-24"
    assert periods.year_words(2000) == "1999-00"
