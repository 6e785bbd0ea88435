"""Exact intervals, exact tests and Holm's method, beside tables and programs that we did not write."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from btc_eval.inference.proportions import binomial_interval, binomial_p, holm

EXACT = 1e-9  # the same quantiles of the same distribution, by another program


@pytest.mark.parametrize(("count", "total"), [(0, 10), (1, 10), (5, 10), (10, 10), (371, 681), (102, 185)])
def test_the_interval_is_that_of_clopper_and_pearson(count: int, total: int) -> None:
    low, high = binomial_interval(np.array([float(count)]), np.array([float(total)]))
    expected = proportion_confint(count, total, method="beta")
    assert (low[0], high[0]) == pytest.approx(expected, abs=EXACT)


def test_none_and_all_have_their_ends_in_closed_form() -> None:
    low, high = binomial_interval(np.array([0.0, 20.0]), np.array([20.0, 20.0]))
    assert (low[0], high[1]) == (0.0, 1.0)
    assert high[0] == pytest.approx(1 - 0.025 ** (1 / 20), abs=EXACT)  # (1 - p)^20 = 0.025
    assert low[1] == pytest.approx(0.025 ** (1 / 20), abs=EXACT)


def test_it_covers_at_least_as_often_as_stated() -> None:
    total = 25
    counts = np.arange(total + 1.0)
    low, high = binomial_interval(counts, np.full(total + 1, float(total)))
    for share in (0.02, 0.1, 0.33, 0.5, 0.9):
        inside = (low <= share) & (share <= high)
        assert stats.binom.pmf(counts[inside], total, share).sum() >= 0.95


def test_the_exact_p_value_by_hand() -> None:
    """Nine heads of ten: 2 (1 + 10) / 1024; and none of five at one in four: 0.75⁵ and nothing as unlikely but more."""
    found = binomial_p(np.array([9.0, 0.0]), np.array([10.0, 5.0]), np.array([0.5, 0.25]))
    unlikely = sum(stats.binom.pmf(k, 5, 0.25) for k in range(6) if stats.binom.pmf(k, 5, 0.25) <= 0.75**5 + 1e-12)
    assert found == pytest.approx([22 / 1024, unlikely], abs=EXACT)


@given(st.lists(st.floats(min_value=0.0, max_value=1.0), min_size=1, max_size=12))
def test_holm_is_the_other_programs_holm(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]
    assert holm(np.array(p_values)) == pytest.approx(expected, abs=EXACT)


def test_holm_of_one_is_itself_and_never_above_one() -> None:
    assert holm(np.array([0.3])).tolist() == [0.3]
    assert holm(np.array([0.6, 0.9])).tolist() == [1.0, 1.0]
