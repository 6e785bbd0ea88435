"""Ranks, permutation p-values and their adjustment for several outcomes, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from btc_eval.errors import RefusedError
from btc_eval.inference.permutation import ranks, standing, step_down
from btc_eval.its.calibrate import stretch


def test_a_hand_worked_standing() -> None:
    # five units; the treated one, −2, is second lowest, and two of five are at least as far from nought
    found = standing(np.array([-2.0, 0.5, 1.0, -3.0, 0.1]), treated=0)
    assert found.rank == 2
    assert found.lower == pytest.approx(2 / 5)
    assert found.upper == pytest.approx(4 / 5)
    assert found.two_sided == pytest.approx(2 / 5)


def test_the_furthest_unit_has_the_least_p_value() -> None:
    found = standing(np.array([-9.0, 0.5, 1.0, 3.0]), treated=0)
    assert (found.rank, found.lower, found.two_sided) == (1, 0.25, 0.25)


def test_ties_take_the_cautious_rank() -> None:
    assert ranks(np.array([1.0, 2.0, 2.0, 3.0])).tolist() == [1, 3, 3, 4]
    assert standing(np.array([2.0, 2.0, 5.0]), treated=0).lower == pytest.approx(2 / 3)


def test_a_hand_worked_step_down() -> None:
    # outcome 1: the treated unit is furthest of four (p = 1/4); outcome 2: second (p = 2/4).
    statistics = np.array([[4.0, 2.0], [1.0, 3.0], [2.0, 1.0], [3.0, 0.5]])
    single, adjusted = step_down(statistics, treated=0)
    assert single.tolist() == [0.25, 0.5]
    # units whose least p over both outcomes is at most 1/4: the treated, and unit 2 (first in outcome 2): 2/4
    assert adjusted[0] == pytest.approx(0.5)
    # outcome 2 alone is left: its p is 2/4, and it may not be under the step before
    assert adjusted[1] == pytest.approx(0.5)


def test_one_outcome_needs_no_adjustment() -> None:
    statistics = np.random.default_rng(0).normal(size=(40, 1))
    single, adjusted = step_down(statistics, treated=3)
    assert single.tolist() == adjusted.tolist()


def test_the_family_wise_error_is_held() -> None:
    rng = np.random.default_rng(1)
    false = 0
    for _ in range(400):
        shared = rng.normal(size=(60, 1))
        _, adjusted = step_down(shared + rng.normal(size=(60, 5)), treated=0)
        false += adjusted.min() <= 0.05
    assert 0.02 <= false / 400 <= 0.085  # 0.05 by construction; four Monte Carlo standard errors either way


class TestStretch:
    def test_the_multiple_is_an_order_statistic(self) -> None:
        ratios = np.arange(1.0, 20.0)  # 19 placebos: the largest, at 95 %
        assert stretch(ratios, 0.95, 2.0, "stretched") == (-19.0, 19.0)

    def test_it_never_narrows(self) -> None:
        assert stretch(np.full(30, 0.1), 0.95, 2.0, "stretched") == (-2.0, 2.0)

    def test_the_tails_are_taken_apart(self) -> None:
        ratios = np.r_[-5.0, np.linspace(1, 2, 37), 9.0]  # 39 placebos, one in each tail
        assert stretch(ratios, 0.95, 2.0, "shifted") == (-5.0, 9.0)

    def test_too_few_are_refused(self) -> None:
        for count, kind in ((18, "stretched"), (38, "shifted")):
            with pytest.raises(RefusedError, match=str(count)):
                stretch(np.ones(count), 0.95, 2.0, kind)  # type: ignore[arg-type]

    def test_it_covers_as_often_as_it_says_where_units_are_exchangeable(self) -> None:
        rng = np.random.default_rng(2)
        inside = 0
        for _ in range(2000):
            ratios = rng.standard_t(3, size=40) * 2.5  # the model's standard error is far too small
            low, high = stretch(ratios[1:], 0.95, 2.0, "stretched")
            inside += low <= ratios[0] <= high
        assert 0.94 <= inside / 2000 <= 0.99
