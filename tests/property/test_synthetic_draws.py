"""Whatever is asked for, exactly that many are drawn: nobody twice, nobody who may not be."""

from __future__ import annotations

import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from btc_eval.synthetic import days
from btc_eval.synthetic.care import born_within
from btc_eval.synthetic.flows import Cell
from btc_eval.synthetic.quotas import between, draw, draw_together, parts, spread

WEIGHTS = st.lists(st.floats(0, 1000), min_size=1, max_size=40).map(np.array)
DATES = st.dates(datetime.date(1998, 1, 1), datetime.date(2026, 12, 31))


@given(st.integers(0, 10_000), WEIGHTS)
def test_parts_sum_to_the_total_and_stay_within_one_of_their_share(total: int, weights: np.ndarray) -> None:
    given_out = parts(total, weights)
    assert int(given_out.sum()) == total
    if weights.sum() > 0:
        assert np.abs(given_out - total * weights / weights.sum()).max() < 1 + 1e-6


@given(st.integers(0, 500), WEIGHTS, st.integers(0, 2**32 - 1))
def test_a_spread_sums_to_the_total(total: int, weights: np.ndarray, seed: int) -> None:
    assert int(spread(total, weights + 0.01, np.random.default_rng(seed)).sum()) == total


@given(WEIGHTS, st.integers(0, 60), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_a_draw_takes_nobody_twice_and_nobody_without_weight(
    weights: np.ndarray, number: int, seed: int, together: float
) -> None:
    for drawn in (
        draw(weights, number, np.random.default_rng(seed)),
        draw_together(weights, np.arange(len(weights)) // 3, number, together, np.random.default_rng(seed)),
    ):
        assert len(set(drawn.tolist())) == len(drawn) == min(number, int((weights > 0).sum()))
        assert (weights[drawn] > 0).all()


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=1), st.integers(0, 2**32 - 1))
def test_between_includes_both_ends_and_nothing_beyond(pairs: list[tuple[int, int]], seed: int) -> None:
    low, high = np.array(pairs).T
    drawn = between(low, high, np.random.default_rng(seed))
    assert (drawn >= low).all()
    assert (drawn <= np.maximum(low, high)).all()


@given(DATES, DATES)
def test_age_is_what_a_calendar_says(born: datetime.date, when: datetime.date) -> None:
    age = int(days.age_on(np.array([days.day_of(born)]), days.day_of(when))[0])
    if when < born:
        assert age == -1
    else:
        # 29 February counts as reached on 1 March.
        birthday = (born.month, born.day)
        assert age == when.year - born.year - ((when.month, when.day) < birthday)


@given(st.integers(0, 17), st.integers(0, 1), st.dates(datetime.date(2016, 4, 7), datetime.date(2025, 3, 24)))
def test_whoever_is_born_within_the_window_is_as_old_as_asked(age: int, turns: int, when: datetime.date) -> None:
    cell: Cell = (age, turns)
    day = days.day_of(when)
    low, high = born_within(*cell, day)
    if low > high:
        return
    born = np.array([low, (low + high) // 2, high])
    march = days.last_day(int(days.year_of(np.array([day]))[0]))
    assert days.age_on(born, day).tolist() == [age] * 3
    assert days.age_on(born, march).tolist() == [age + turns] * 3


def test_chances_are_in_proportion_to_weights() -> None:
    rng = np.random.default_rng(20251121)
    heavier = sum(int(draw(np.array([1.0, 3.0]), 1, rng)[0]) for _ in range(4000))
    # Binomial(4000, 3/4): five standard deviations of 27.4 either way.
    assert abs(heavier - 3000) < 5 * 27.4
