"""Known truths recovered: coverage of nominal 95 % intervals, bias, and false alarms, at fixed seeds.

Bounds are the target (93–97 % from 12 points on) widened by three Monte Carlo standard errors of 600 series (2.7
points) unless said otherwise; the large grid is in `benchmarks/coverage_its.py` and the methods chapter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval import its
from btc_eval.inference import Floats
from btc_eval.inference.calibration import calibration
from btc_eval.inference.counts import poisson
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.precision import Fits, critical
from btc_eval.inference.reference import widening
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.simulate import ar1_noise, draw_counts

DRAWS = 600
LEVEL, SLOPE = 2, 3


def design(n: int, *, season: bool = False) -> Floats:
    time = np.arange(n, dtype=float)
    after = (time >= n // 2).astype(float)
    columns = [np.ones(n), time, after, after * (time - n // 2)]
    if season:
        columns += [np.sin(2 * np.pi * time / 12), np.cos(2 * np.pi * time / 12)]
    return np.column_stack(columns)


def covered(found: Fits, truth: Floats, factor: Floats | float = 1.0) -> Floats:
    """(2,) shares of series whose interval for level and slope holds the truth."""
    each = np.eye(found.coef.shape[1])[[LEVEL, SLOPE]]
    half = found.precision.std_error(each) * critical(0.95, found.precision.degrees(each)) * factor
    error = np.abs((found.coef - truth) @ each.T)
    return np.asarray((error <= half)[found.converged].mean(axis=0))


@pytest.mark.parametrize("n", [12, 16, 24, 60])
@pytest.mark.parametrize("phi", [-0.2, 0.0, 0.4, 0.8])
def test_the_default_for_rates_covers_from_twelve_points_on(n: int, phi: float) -> None:
    x, truth = design(n), np.array([10.0, 0.1, -2.0, 0.3])
    steps = np.r_[0, np.ones(n - 1, dtype=np.int64)]
    series = (x @ truth)[:, None] + ar1_noise(steps, np.full(DRAWS, phi), np.random.default_rng(n))
    found = restricted_ar1(x, series, steps)
    each = np.eye(4)[[LEVEL, SLOPE]]
    factor = widening(calibration(x, steps, "reml"), each, 0.95) if n < 24 else np.ones(2)
    share = covered(found, truth, factor)
    assert (share >= 0.903).all(), share
    assert (share <= 0.99).all(), share
    bias = np.mean(found.coef - truth, axis=0) / (found.coef.std(axis=0) / np.sqrt(DRAWS))
    assert np.abs(bias).max() < 4


@pytest.mark.parametrize("phi", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("n", [8, 10])
def test_short_series_are_calibrated_to_hold_too(n: int, phi: float) -> None:
    x = design(n)
    steps = np.r_[0, np.ones(n - 1, dtype=np.int64)]
    draws = calibration(x, steps, "ols")
    rng = np.random.default_rng(100 + n)
    frame_like = ar1_noise(steps, np.full(DRAWS, phi), rng)
    found = ordinary_least_squares(x, frame_like)
    share = covered(found, np.zeros(4), widening(draws, np.eye(4)[[LEVEL, SLOPE]], 0.95))
    assert (share >= 0.90).all(), share


def test_missing_months_and_a_season_do_not_spoil_it() -> None:
    n, phi = 72, 0.5
    keep = np.ones(n, dtype=bool)
    keep[[6, 7, 30, 50]] = False
    x, truth = design(n, season=True)[keep], np.array([20.0, 0.0, -1.0, 0.05, 2.0, -1.0])
    steps = np.r_[0, np.diff(np.flatnonzero(keep))]
    series = (x @ truth)[:, None] + ar1_noise(steps, np.full(DRAWS, phi), np.random.default_rng(5))
    share = covered(restricted_ar1(x, series, steps), truth)
    assert (share >= 0.92).all(), share


@pytest.mark.parametrize(("dispersion", "phi"), [(1.0, 0.0), (2.5, 0.0), (6.0, 0.0), (15.0, 0.0)])
def test_quasi_poisson_covers_where_periods_are_independent(dispersion: float, phi: float) -> None:
    n = 48
    x, truth = design(n), np.array([np.log(60.0), 0.002, -0.2, 0.005])
    steps = np.r_[0, np.ones(n - 1, dtype=np.int64)]
    counts = draw_counts(np.exp(x @ truth), dispersion, phi, steps, DRAWS, np.random.default_rng(int(dispersion)))
    share = covered(poisson(x, counts, quasi=True), truth)
    assert (share >= 0.91).all(), share
    if dispersion > 1:
        assert (covered(poisson(x, counts), truth) < 0.85).all()


@pytest.mark.parametrize("n", [24, 60])
def test_counts_that_lean_on_the_month_before(n: int) -> None:
    x, truth = design(n), np.array([np.log(60.0), 0.002, -0.2, 0.005])
    steps = np.r_[0, np.ones(n - 1, dtype=np.int64)]
    counts = draw_counts(np.exp(x @ truth), 6.0, 0.6, steps, 400, np.random.default_rng(n))
    share = covered(quasi_poisson_ar1(x, counts, steps=steps), truth)
    plain = covered(poisson(x, counts, quasi=True), truth)
    assert (share >= 0.90).all(), share
    assert (plain < share).all()


def test_a_known_effect_comes_back_with_its_total() -> None:
    rng = np.random.default_rng(8)
    n = 96
    months = pd.date_range("2015-01-01", periods=n, freq="MS")
    after = np.arange(n) >= 60
    people = np.linspace(48_000, 52_000, n)
    season = 0.1 * np.sin(2 * np.pi * months.month / 12)
    base = np.asarray(people * np.exp(np.log(0.006) + season))
    inside = {"absolute": 0, "relative": 0, "cumulative": 0}
    for _ in range(60):
        counts = rng.poisson(base * np.where(after, 0.85, 1.0))
        frame = pd.DataFrame({"month": months, "n": counts, "people": people})
        fit = its.fit(
            frame,
            outcome="n",
            time="month",
            start="2020-01",
            population="people",
            season=1,
            estimator="quasi-poisson",
        )
        table = fit.effect().set_index("term")
        truths = {
            "absolute": -0.15 * base[after].mean(),
            "relative": -0.15,
            "cumulative": -0.15 * base[after].sum(),
        }
        for name, truth in truths.items():
            inside[name] += table.loc[name, "conf_low"] <= truth <= table.loc[name, "conf_high"]
    for name, count in inside.items():
        assert count / 60 >= 0.86, (name, count)


def test_bootstrap_and_model_intervals_agree_where_both_are_right() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"t": range(60), "n": rng.poisson(40, 60)})
    options = {"outcome": "n", "time": "t", "start": 30, "estimator": "quasi-poisson"}
    model = its.fit(frame, **options).tidy().set_index("term")  # type: ignore[arg-type]
    boot = its.fit(frame, intervals="bootstrap", rng=rng, **options).tidy().set_index("term")  # type: ignore[arg-type]
    again = its.fit(frame, intervals="bootstrap", **options).tidy()  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(again, its.fit(frame, intervals="bootstrap", **options).tidy())  # type: ignore[arg-type]
    width = (boot["conf_high"] - boot["conf_low"]) / (model["conf_high"] - model["conf_low"])
    assert width.between(0.85, 1.15).all(), width
