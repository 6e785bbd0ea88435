"""Whole days since 1970 agree with the calendar that Python's own dates keep."""

from __future__ import annotations

import datetime
import itertools

import numpy as np
import pytest

from btc_eval.synthetic import days

EPOCH = datetime.date(1970, 1, 1)


def as_date(number: int) -> datetime.date:
    return EPOCH + datetime.timedelta(days=int(number))


@pytest.mark.parametrize(
    ("when", "year"),
    [((2023, 3, 31), 2023), ((2023, 4, 1), 2024), ((2024, 1, 1), 2024), ((2024, 2, 29), 2024), ((1969, 12, 31), 1970)],
)
def test_a_year_ends_on_31_march(when: tuple[int, int, int], year: int) -> None:
    assert days.year_of(np.array([days.day(*when)])).tolist() == [year]


def test_the_edges_of_a_year_are_included_and_meet() -> None:
    assert as_date(days.first_day(2024)) == datetime.date(2023, 4, 1)
    assert as_date(days.last_day(2024)) == datetime.date(2024, 3, 31)
    months = days.months_of(2024)
    assert [as_date(first).month for first, _ in months] == [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]
    assert all(later == before + 1 for (_, before), (later, _) in itertools.pairwise(months))
    assert (months[0][0], months[-1][1]) == (days.first_day(2024), days.last_day(2024))


def test_never_is_later_than_any_day_and_is_written_blank() -> None:
    assert days.year_of(np.array([days.NEVER])).tolist() == [9999]
    assert days.text(np.array([days.NEVER, days.day(2024, 2, 29)])).tolist() == ["", "2024-02-29"]
    assert days.text(np.array([days.day(2024, 2, 9)]), style="british").tolist() == ["09/02/2024"]


def test_whoever_is_born_on_29_february_grows_older_on_1_march_in_other_years() -> None:
    born = np.array([days.day(2008, 2, 29)])
    assert as_date(days.birthday(born, 17)[0]) == datetime.date(2025, 3, 1)
    assert as_date(days.birthday(born, 16)[0]) == datetime.date(2024, 2, 29)
    on = [days.day(2025, 2, 28), days.day(2025, 3, 1)]
    assert [int(days.age_on(born, day)[0]) for day in on] == [16, 17]


def test_the_unborn_are_minus_one() -> None:
    assert days.age_on(np.array([days.day(2024, 5, 1)]), days.day(2024, 4, 30)).tolist() == [-1]
    assert days.age_on(np.array([days.day(2024, 5, 1)]), days.day(2024, 5, 1)).tolist() == [0]


def test_working_days_step_over_the_weekend() -> None:
    friday, saturday = days.day(2024, 3, 15), days.day(2024, 3, 16)
    assert as_date(days.working_days_after(np.array([friday]), np.array([1]))[0]) == datetime.date(2024, 3, 18)
    assert as_date(days.to_weekday(np.array([saturday]))[0]) == datetime.date(2024, 3, 15)
    assert as_date(days.working_days_after(np.array([friday]), np.array([15]))[0]) == datetime.date(2024, 4, 5)
