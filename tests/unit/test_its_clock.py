"""Dates on the clock of a series: which period, named how, and nothing moved to the nearest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval.errors import RefusedError
from btc_eval.its.clock import read_clock


@pytest.mark.parametrize(
    ("times", "frequency", "periods", "third"),
    [
        (pd.date_range("2020-04-01", periods=4, freq="MS"), "month", [0, 1, 2, 3], "2020-06"),
        (["2020-04", "2020-05", "2020-07"], "month", [0, 1, 3], "2020-06"),
        (pd.date_range("2020-04-01", periods=4, freq="QS-APR"), "quarter", [0, 1, 2, 3], "2020-10"),
        (pd.period_range("2020Q1", periods=3, freq="Q"), "quarter", [0, 1, 2], "2020-07"),
        (pd.to_datetime(["2019-03-31", "2020-03-31", "2021-03-31"]), "year", [0, 1, 2], "2021-03-31"),
        (pd.date_range("2022-01-03", periods=3, freq="7D"), "week", [0, 1, 2], "2022-01-17"),
        ([2013, 2014, 2016], "number", [0, 1, 3], "2015"),
    ],
)
def test_what_a_column_says_of_its_clock(times: object, frequency: str, periods: list[int], third: str) -> None:
    clock, found = read_clock(pd.Series(times), place="time")
    assert clock.frequency == frequency
    assert found.tolist() == periods
    assert clock.words(2) == third
    assert clock.index(third, place="start") == 2


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2021-02", "falls between two periods"),
        ("2021-01-15", "the first day of a month"),
        ("spring", "a date such as"),
        (2021, "a date, as in the time column"),
    ],
)
def test_a_date_off_the_clock_is_refused(start: object, said: str) -> None:
    clock, _ = read_clock(pd.Series(pd.date_range("2020-01-01", periods=8, freq="QS")), place="quarter")
    with pytest.raises(RefusedError, match=said):
        clock.index(start, place="start")


def test_a_date_for_numbered_periods_is_refused() -> None:
    clock, _ = read_clock(pd.Series([2013, 2014, 2015]), place="year")
    assert clock.index("2015", place="start") == 2
    with pytest.raises(RefusedError, match="whole number"):
        clock.index("2015-04-01", place="start")


def test_days_and_seasons_of_months() -> None:
    clock, periods = read_clock(pd.Series(pd.date_range("2020-01-01", periods=3, freq="MS")), place="month")
    assert clock.days(periods).tolist() == [31, 29, 31]
    assert clock.season_of(periods).tolist() == [1, 2, 3]
    quarters, at = read_clock(pd.Series(pd.date_range("2020-07-01", periods=3, freq="QS")), place="quarter")
    assert quarters.season_of(at).tolist() == [3, 4, 1]
    assert quarters.days(at).tolist() == [92, 92, 90]


@pytest.mark.parametrize("column", [["a", "b"], [1.5, 2.5], [pd.Timestamp("2020-01-01"), pd.NaT]])
def test_a_column_that_is_not_time_is_refused(column: list[object]) -> None:
    with pytest.raises(RefusedError):
        read_clock(pd.Series(column), place="time")


def test_labels_come_back_as_they_were_given() -> None:
    times = pd.Series(pd.to_datetime(["2019-03-31", "2020-03-31", "2021-03-31"]))
    clock, periods = read_clock(times, place="time")
    assert list(clock.labels(periods)) == list(times)
    weeks = pd.Series(pd.date_range("2022-01-03", periods=3, freq="7D"))
    clock, periods = read_clock(weeks, place="time")
    assert list(clock.labels(np.asarray(periods))) == list(weeks)
