"""Exact intervals and exact tests of shares, beside closed forms and programs that we did not write."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from btc_eval.inference.proportions import binomial_interval, binomial_p

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
