"""Projections beside solutions that can be written down: survival along cohorts, daily steps, the binomial law."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import integrate, linalg, stats

from btc_eval import stockflow
from btc_eval.inference.cohorts import expected_paths, simulate, steady_profile, thin
from btc_eval.stockflow.peers import band_flow, log_changes, persistence, straight_line
from tests.spec.test_stockflow_refusals import good

WIDTHS = np.array([12, 48, 60, 72, 24])
FIRST = np.array([0, 12, 60, 120, 192])
ENTRIES, EXITS = np.array([30.0, 30, 30, 60, 30]), np.array([0.4, 0.45, 0.2, 0.12, 0.1])


def test_one_band_with_constant_rates_follows_the_integral_along_cohorts() -> None:
    """N₀ (1 − T/18) e^{−hT} + ∫₀ᵀ e (1 − s/18) e^{−hs} ds for entries and opening ages spread evenly over 18 years.

    Months stand for continuous time: entrants of a month have no time to leave in it, half a month on average, which
    is h/24, or 0.8 % of those who entered; tolerance 1 %.
    """
    e, h, years, opened = 100.0, 0.2, 5, 600.0
    stock, _, out = expected_paths(
        np.full(216, opened / 216), np.full((12 * years, 216), e / 12 / 216), np.full((12 * years, 216), h / 12)
    )
    came = integrate.quad(lambda s: e * (1 - s / 18) * np.exp(-h * s), 0, years)[0]
    exact = opened * (1 - years / 18) * np.exp(-h * years) + came
    assert stock[-1].sum() == pytest.approx(exact, rel=0.01)
    # Those who turn 18 in the first month are the last month's cohort, and no more.
    assert out[0] == pytest.approx(opened / 216 * np.exp(-h / 12), rel=1e-12)


def test_draws_agree_with_the_expectation_and_have_the_variance_of_a_poisson_number() -> None:
    """Poisson opening and entries, independent exits: every stock is Poisson, so its variance is its mean."""
    rng = np.random.default_rng(7)
    e, h = np.repeat(ENTRIES, WIDTHS) / 12 / np.repeat(WIDTHS, WIDTHS), np.repeat(EXITS, WIDTHS) / 12
    profile = steady_profile(e, h)
    draws, months = 4000, 30
    opening = rng.poisson(profile, (draws, 216))
    paths = simulate(
        opening, np.tile(ENTRIES / 12, (draws, months, 1)), 1 / np.repeat(WIDTHS, WIDTHS),
        np.tile(EXITS / 12, (draws, months, 1)), FIRST, rng,
    )  # fmt: skip
    stock, ceases, out = expected_paths(profile, np.tile(e, (months, 1)), np.tile(h, (months, 1)))
    total = paths.stock.sum(axis=2)
    # Four Monte Carlo standard errors.
    assert total[:, -1].mean() == pytest.approx(stock[-1].sum(), abs=4 * np.sqrt(stock[-1].sum() / draws))
    by_band = np.add.reduceat(stock[-1], FIRST)
    assert np.abs(paths.stock[:, -1].mean(axis=0) - by_band).max() < 4 * np.sqrt(by_band.max() / draws)
    assert paths.aged_out.sum(axis=1).mean() == pytest.approx(out.sum(), abs=4 * np.sqrt(out.sum() / draws))
    assert paths.ceases.sum(axis=(1, 2)).mean() == pytest.approx(ceases.sum(), rel=0.01)
    assert total[:, -1].var() / total[:, -1].mean() == pytest.approx(1.0, abs=4 * np.sqrt(2 / draws))
    # A steady profile stays where it is.
    assert stock[-1].sum() == pytest.approx(profile.sum(), rel=1e-12)


def test_thinning_is_binomial() -> None:
    rng = np.random.default_rng(3)
    left = thin(np.full(60_000, 7, dtype=np.int16), np.full(60_000, np.log(0.7)), rng)
    seen = np.bincount(left, minlength=8)
    expected = 60_000 * stats.binom.pmf(np.arange(8), 7, 0.3)
    # Chi-squared with 7 degrees of freedom; a sound sampler passes 24.3 once in a thousand seeds.
    assert ((seen - expected) ** 2 / expected).sum() < 24.3


def test_plain_band_flow_is_the_sectors_daily_step() -> None:
    """The same steps a day at a time: leavers, ageing at one over the band's days, entrants. Continuous against daily
    steps differ by half a day of flow; tolerance one child in a thousand.
    """
    rates = good(discount=1.0)
    entry = rates.starts.sum(axis=0) / 2 / 365
    exits = rates.leavers.sum(axis=0) / rates.exit_scale / 365
    ageing = 1 / (np.array([9, 9]) * 365)
    state = np.array([105.0, 200.0])
    for _ in range(730):
        left, grown = state * exits, state * ageing
        state = state - left - grown + entry + np.array([0.0, grown[0]])
    assert band_flow(rates, np.array([105.0, 200.0]), 2)[-1] == pytest.approx(state.sum(), rel=1e-3)


def test_plain_band_flow_sends_out_too_many_where_children_are_young_for_their_band() -> None:
    """The reason for cohorts: two bands, everyone newly nine. Nobody turns 18 for nine years; at one over the length a
    tenth is gone after one year.
    """
    still = dataclasses.replace(good(), starts=np.zeros((2, 2)), leavers=np.zeros((2, 2)))
    assert band_flow(still, np.array([0.0, 200.0]), 1)[0] == pytest.approx(200 * np.exp(-1 / 9))
    opening = np.zeros(216)
    opening[108] = 200.0
    stock, _, out = expected_paths(opening, np.zeros((107, 216)), np.zeros((107, 216)))
    assert out.sum() == 0
    assert stock[-1].sum() == 200


def test_the_straight_line_is_the_regression_forecast() -> None:
    years, stock = np.arange(2019.0, 2024.0), np.array([832.0, 811, 826, 789, 772])
    found = straight_line(years, stock, np.array([2024.0, 2025.0]))
    x = np.column_stack([np.ones(5), years - 2021])
    beta, rest = np.linalg.lstsq(x, stock, rcond=None)[:2]
    at = np.array([1.0, 4.0])
    se = np.sqrt(rest[0] / 3 * (1 + at @ linalg.inv(x.T @ x) @ at))
    assert np.median(found[:, 1]) == pytest.approx(at @ beta)
    # The grid of 2,000 quantiles is read off between its points.
    assert np.quantile(found[:, 1], 0.975) == pytest.approx(at @ beta + stats.t.ppf(0.975, 3) * se, rel=1e-3)


def test_no_change_has_the_doubt_of_past_changes() -> None:
    import pandas as pd

    rows = [("a", 2020, 100.0), ("a", 2021, 110.0), ("b", 2020, 50.0), ("b", 2021, 50.0)]
    totals = pd.DataFrame(rows, columns=["code", "year", "stock"])
    spread = log_changes(totals, 1, "code", "year")
    assert spread[0] == pytest.approx(np.sqrt(np.log(1.1) ** 2 / 2))
    draws = persistence(700.0, spread)
    assert np.median(draws) == pytest.approx(700.0, rel=1e-6)
    assert np.log(draws).std() == pytest.approx(spread[0], rel=0.01)


def test_a_projection_without_doubt_about_rates_is_the_expected_path() -> None:
    """With exposure a million times larger the rates are as good as known; four Monte Carlo standard errors."""
    rates = good(discount=1.0).held()
    big = dataclasses.replace(
        rates, starts=rates.starts * 1e6, leavers=rates.leavers * 1e6, exposure=rates.exposure * 1e6,
        opening=rates.opening * 1e6, closing=rates.closing * 1e6,
    )  # fmt: skip
    found = stockflow.project(big, {"0 to 8": 105, "9 to 17": 200}, horizon=24, draws=3000, rng=2)
    entry, leave = big.entry_shape / big.entry_scale / 12, big.exit_shape / big.exit_scale / 12
    profile = steady_profile(np.repeat(entry / 108, 108), np.repeat(leave, 108))
    opening = profile * np.repeat([105 / profile[:108].sum(), 200 / profile[108:].sum()], 108)
    stock, _, _ = expected_paths(
        opening, np.tile(np.repeat(entry / 108, 108), (24, 1)), np.tile(np.repeat(leave, 108), (24, 1))
    )
    ends = found.totals()[:, -1]
    assert ends.mean() == pytest.approx(stock[-1].sum(), abs=4 * ends.std() / np.sqrt(3000))
