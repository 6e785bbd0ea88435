"""Tests of residuals and of unknown dates: their size where nothing is wrong, and their power where something is."""

from __future__ import annotations

import numpy as np
import pytest

from btc_eval.inference import Floats
from btc_eval.inference.breakpoints import unknown_break
from btc_eval.inference.diagnostics import autocorrelation, cumby_huizinga, durbin_watson, ljung_box
from btc_eval.inference.simulate import ar1_noise, draw_counts


def residuals_of(design: Floats, series: Floats) -> Floats:
    basis, _ = np.linalg.qr(design)
    return np.asarray(series - basis @ (basis.T @ series))


def test_a_hand_worked_durbin_watson_and_autocorrelation() -> None:
    e = np.array([1.0, -1.0, 1.0, -1.0])
    assert durbin_watson(e) == pytest.approx(3.0)  # 3 differences of 2, squared, over 4
    assert autocorrelation(e, 2).tolist() == pytest.approx([-0.75, 0.5])


def test_size_and_power_of_the_autocorrelation_tests() -> None:
    rng = np.random.default_rng(1)
    n = 120
    time = np.arange(n) / n
    design = np.column_stack([np.ones(n), time, time > 0.5])
    steps = np.r_[0, np.ones(n - 1, dtype=int)]
    found = {}
    for phi in (0.0, 0.5):
        noise = residuals_of(design, ar1_noise(steps, np.full(400, phi), rng))
        box = np.mean([ljung_box(e, 6).p_value < 0.05 for e in noise.T])
        robust = np.mean([cumby_huizinga(e, design, 6).p_value < 0.05 for e in noise.T])
        found[phi] = (box, robust)
    assert found[0.0][0] < 0.10
    assert found[0.0][1] < 0.10
    assert found[0.5][0] > 0.9
    assert found[0.5][1] > 0.9


def test_cumby_huizinga_holds_where_the_variance_changes() -> None:
    rng = np.random.default_rng(2)
    n = 200
    design = np.column_stack([np.ones(n), np.linspace(-1, 1, n)])
    spread = np.exp(np.linspace(-1.5, 1.5, n))[:, None]
    noise = residuals_of(design, spread * rng.standard_normal((n, 400)))
    robust = np.mean([cumby_huizinga(e, design, 4).p_value < 0.05 for e in noise.T])
    box = np.mean([ljung_box(e, 4).p_value < 0.05 for e in noise.T])
    assert robust < 0.10
    assert box > robust


def test_an_unknown_break_is_found_where_it_is_and_not_where_it_is_not() -> None:
    rng = np.random.default_rng(3)
    n = 60
    time = np.arange(n, dtype=float)
    base = np.column_stack([np.ones(n), time])
    dates = list(range(9, 52))
    additions = [np.column_stack([time >= d, np.maximum(time - d, 0)]).astype(float) for d in dates]
    noise = rng.standard_normal(n)
    found = unknown_break(base, noise + 4.0 * (time >= 37), additions, dates, rng=rng)
    assert abs(found.best - 37) <= 1
    assert found.p_value == pytest.approx(1 / 500)
    alarms = [
        unknown_break(base, rng.standard_normal(n), additions, dates, draws=99, rng=rng).p_value <= 0.05
        for _ in range(120)
    ]
    assert np.mean(alarms) < 0.12


def test_simulated_counts_have_the_variance_and_memory_asked_for() -> None:
    rng = np.random.default_rng(4)
    n, draws = 40, 4000
    steps = np.r_[0, np.ones(n - 1, dtype=int)]
    mean = np.full(n, 50.0)
    for dispersion, phi in ((1.0, 0.0), (4.0, 0.0), (4.0, 0.6)):
        counts = draw_counts(mean, dispersion, phi, steps, draws, rng)
        assert counts.mean() == pytest.approx(50, rel=0.01)
        assert counts.var() / 50 == pytest.approx(dispersion, rel=0.05)
        pairs = np.corrcoef(counts[10], counts[11])[0, 1]
        assert pairs == pytest.approx(phi * (dispersion - 1) / dispersion, abs=0.06)
