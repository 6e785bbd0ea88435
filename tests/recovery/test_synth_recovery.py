"""Do the estimators recover what was put in, and are the placebo p-values honest when nothing was?

Units follow a factor model (Abadie, Diamond and Hainmueller 2010, equation 1); which of them is "treated" is drawn at
random, so that under no effect every unit is alike.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from btc_eval.inference.synthetic import augmented, classic, demeaned
from btc_eval.inference.synthetic_conformal import effect_interval
from btc_eval.its.did_gap import gap_change
from btc_eval.its.synthetic import synthetic_control

BEFORE, AFTER, UNITS = 20, 6, 20


def world(rng: np.random.Generator, *, level: float = 2.0) -> np.ndarray:
    """Outcomes of shape (periods, units): levels, two factors with unit loadings, and noise of standard deviation 1."""
    factors = np.column_stack([rng.normal(size=BEFORE + AFTER).cumsum(), np.sin(np.arange(BEFORE + AFTER) / 2) * 3])
    loadings = rng.uniform(0.0, 2.0, (2, UNITS))
    noise = rng.normal(size=(BEFORE + AFTER, UNITS))
    return np.asarray(30 + rng.normal(scale=level, size=UNITS) + factors @ loadings + noise)


def test_classic_demeaned_and_augmented_are_nearly_unbiased() -> None:
    errors: dict[str, list[float]] = {"classic": [], "demeaned": [], "augmented": []}
    for seed in range(300):
        Y = world(np.random.default_rng(seed))
        X, x = Y[:BEFORE, 1:], Y[:BEFORE, 0]
        for name, fit in (("classic", classic(X, x)), ("demeaned", demeaned(X, x)), ("augmented", augmented(X, x))):
            gaps = Y[BEFORE:, 0] - fit.intercept - Y[BEFORE:, 1:] @ fit.donors
            errors[name].append(float(gaps.mean()))
    for name, values in errors.items():
        margin = 4 * np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values)) < margin, name
        assert np.std(values) < 1.5, name  # the noise alone gives about 0.5; a plain average of donors over 3


def test_sdid_is_nearly_unbiased() -> None:
    errors = []
    for seed in range(60):
        frame = long(world(np.random.default_rng(seed)))
        errors.append(synthetic_control(frame, method="sdid", solver="exact", **CALL).att)
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(len(errors))
    assert np.std(errors) < 1.5


CALL: dict[str, Any] = {"unit": "unit", "time": "time", "outcome": "y", "treated": 0, "start": BEFORE}


def long(Y: np.ndarray) -> pd.DataFrame:
    wide = pd.DataFrame(Y)
    return wide.melt(ignore_index=False, var_name="unit", value_name="y").reset_index(names="time")


@pytest.mark.parametrize("method", ["classic", "demeaned"])
def test_placebo_p_values_are_uniform_under_no_effect(method: Literal["classic", "demeaned"]) -> None:
    draws = 400
    p_values = np.empty(draws)
    for seed in range(draws):
        found = synthetic_control(long(world(np.random.default_rng(1000 + seed))), method=method, **CALL)
        p_values[seed] = found.placebo(include_treated=True).p_value
    # exact in theory: P(p ≤ k/20) = k/20; four standard errors of a share are allowed
    for k in (1, 2, 5, 10, 15):
        share = k / UNITS
        assert abs(np.mean(p_values <= share + 1e-9) - share) < 4 * np.sqrt(share * (1 - share) / draws), k


def test_the_usual_placebo_is_close_to_uniform() -> None:
    draws = 300
    p_values = [
        synthetic_control(long(world(np.random.default_rng(5000 + seed))), **CALL).placebo().p_value
        for seed in range(draws)
    ]
    assert np.mean(np.array(p_values) <= 0.1 + 1e-9) == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / draws))
    assert np.mean(np.array(p_values) <= 0.5 + 1e-9) == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / draws))


def test_a_real_effect_is_found() -> None:
    found = 0
    for seed in range(40):
        Y = world(np.random.default_rng(seed))
        Y[BEFORE:, 0] += 6.0
        result = synthetic_control(long(Y), method="demeaned", **CALL)
        assert result.att == pytest.approx(6.0, abs=4.0)
        found += result.placebo().p_value <= 0.1
    assert found >= 30


def test_conformal_intervals_cover() -> None:
    covered, draws = 0, 250
    for seed in range(draws):
        Y = world(np.random.default_rng(seed), level=0.5)[: BEFORE + 1]
        Y[-1, 0] += 3.0
        fit = demeaned(Y[:-1, 1:], Y[:-1, 0])
        estimate = float(Y[-1, 0] - fit.intercept - Y[-1, 1:] @ fit.donors)
        _, low, high = effect_interval(Y[:, 1:], Y[:, 0], 1, proxy="demeaned", ridge=None, estimate=estimate, level=0.9)
        covered += low <= 3.0 <= high
    # 21 shifts: the test of size 2/21 covers 19/21; the factor that wanders costs a little
    assert covered / draws == pytest.approx(19 / 21, abs=0.06)


def test_gap_change_p_values_are_uniform_under_no_effect() -> None:
    draws = 400
    p_values = np.empty(draws)
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        frame = long(rng.gamma(40, size=(2, 20)))
        options: dict[str, Any] = {"unit": "unit", "time": "time", "outcome": "y", "treated": 0}
        p_values[seed] = gap_change(frame, before=0, after=1, **options).p_value
    for k in (1, 2, 5, 10):
        share = k / 20
        # the treated unit serves no other as comparator: a departure of about a twentieth of a rank
        assert abs(np.mean(p_values <= share + 1e-9) - share) < 4 * np.sqrt(share * (1 - share) / draws) + 0.01, k
