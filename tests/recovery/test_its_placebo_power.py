"""Placebo inference and power do what they say: right size with no effect, and the effect found where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from btc_eval import its
from btc_eval.inference.simulate import ar1_noise


def panel(seed: int, units: int = 40, n: int = 48, effect: float = 0.0, treated: str = "U00") -> pd.DataFrame:
    """Councils whose counts wander: quasi-Poisson intervals are far too narrow for them."""
    rng = np.random.default_rng(seed)
    steps = np.r_[0, np.ones(n - 1, dtype=int)]
    wander = 0.25 * ar1_noise(steps, np.full(units, 0.85), rng)
    size = np.exp(rng.normal(4.5, 0.5, units) + wander)
    names = [f"U{k:02d}" for k in range(units)]
    size[n // 2 :, names.index(treated)] *= np.exp(effect)
    counts = rng.poisson(size)
    months = pd.date_range("2018-01-01", periods=n, freq="MS")
    return pd.DataFrame(
        {"la": np.repeat(names, n), "month": np.tile(months, units), "n": counts.T.ravel(), "people": 1000.0}
    )


def run(frame: pd.DataFrame, **options: Any) -> its.PlaceboInSpace:
    chosen = {"unit": "la", "time": "month", "outcome": "n", "treated": "U00", "start": "2020-01", **options}
    return its.placebo_in_space(frame, **chosen)


def test_the_model_cries_wolf_and_the_placebo_does_not() -> None:
    model, placebo, inside = [], [], []
    for seed in range(60):
        found = run(panel(seed))
        row = found.tidy().set_index("unit").loc["U00"]
        model.append(row["p_value"] < 0.05)
        placebo.append(found.p_value <= 0.05)
        interval = found.calibrated_interval()
        assert interval.conf_low is not None
        assert interval.conf_high is not None
        inside.append(interval.conf_low <= 0 <= interval.conf_high)
    assert np.mean(model) > 0.3
    assert np.mean(placebo) <= 0.15  # 0.05 in the long run; 60 draws
    assert np.mean(inside) >= 0.85


def test_a_large_effect_is_first_in_rank() -> None:
    found = run(panel(1, effect=-2.0), statistic="estimate")
    assert found.rank == 1
    assert found.p_value == pytest.approx(1 / 40)
    low, high = found.calibrated_interval().conf_low, found.calibrated_interval().conf_high
    assert low is not None
    assert high is not None
    assert low < -2.0 < high < 0


def test_a_movement_common_to_all_is_taken_off_by_the_shifted_interval() -> None:
    frame = panel(2)
    frame.loc[frame["month"] >= "2020-01-01", "n"] = (frame["n"] * 0.5).astype(int)
    found = run(frame)
    shifted = found.calibrated_interval(0.9, kind="shifted")
    assert shifted.conf_low is not None
    assert shifted.conf_high is not None
    assert shifted.conf_low < 0 < shifted.conf_high
    assert found.estimates.mean() < -0.4


def test_false_alarms_by_estimator_and_date() -> None:
    table = its.false_alarms(
        panel(3),
        unit="la",
        time="month",
        outcome="n",
        estimators=["poisson", "quasi-poisson", "reml"],
        dates=["2019-06", "2020-06"],
        leave_out=["U00"],
    )
    assert list(table) == ["estimator", "start", "units", "false_alarms", "share"]
    assert len(table) == 6
    assert (table["units"] == 39).all()
    assert (table["share"] == table["false_alarms"] / 39).all()
    share = table.groupby("estimator")["share"].mean()
    assert share["poisson"] >= share["quasi-poisson"] > share["reml"]


def test_placebo_in_time_uses_only_what_came_before() -> None:
    frame = panel(4)[lambda f: f["la"] == "U00"]
    spoiled = frame.copy()
    spoiled.loc[spoiled["month"] >= "2021-01-01", "n"] = 0
    options: dict[str, Any] = {"outcome": "n", "time": "month", "start": "2021-01"}
    first, second = its.placebo_in_time(frame, **options), its.placebo_in_time(spoiled, **options)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy())
    assert first.starts[0] == pd.Timestamp("2018-04-01")
    assert first.starts[-1] == pd.Timestamp("2020-10-01")
    whole = its.placebo_in_time(frame, only_before=False, **options)
    assert whole.actual is not None
    assert whole.starts[whole.actual] == pd.Timestamp("2021-01-01")


def test_space_and_time_together_are_the_two_apart() -> None:
    frame = panel(5, units=6)
    options: dict[str, Any] = {"unit": "la", "time": "month", "outcome": "n", "start": "2020-06"}
    grid = its.placebo_in_space_and_time(frame, treated="U02", **options)
    own = run(frame, treated="U02", start="2020-06").tidy().set_index("unit").loc["U02"]
    assert grid.own == pytest.approx(own["estimate"])
    alone = its.placebo_in_time(frame[frame["la"] == "U04"], outcome="n", time="month", start="2020-06").tidy()
    table = grid.tidy()
    column = table[table["unit"] == "U04"].reset_index(drop=True)
    np.testing.assert_allclose(column["estimate"], alone["estimate"], rtol=1e-8, atol=1e-10)
    assert grid.p_value == pytest.approx((1 + (table["estimate"].abs() >= abs(grid.own)).sum()) / (1 + len(table)))


def test_joint_inference_over_outcomes() -> None:
    quiet, loud = run(panel(6)), run(panel(7, effect=-2.0))
    found = its.joint_placebo({"quiet": quiet, "loud": loud})
    table = found.tidy().set_index("outcome")
    assert table.loc["loud", "p_value"] == pytest.approx(loud.p_value)
    assert table.loc["quiet", "p_value"] == pytest.approx(quiet.p_value)
    assert 1 / 40 <= table.loc["loud", "p_value_adjusted"] <= 2 / 40
    assert found.p_value == table["p_value_adjusted"].min()
    assert (table["p_value_adjusted"] >= table["p_value"]).all()


def fitted(estimator: str) -> its.SegmentedFit:
    rng = np.random.default_rng(10)
    frame = pd.DataFrame({"month": pd.date_range("2017-01-01", periods=72, freq="MS")})
    frame["n"] = rng.poisson(80, 72)
    return its.fit(frame, outcome="n", time="month", start="2020-01", estimator=estimator)  # type: ignore[arg-type]


@pytest.mark.parametrize("estimator", ["quasi-poisson", "reml", "newey-west", "quasi-poisson-ar1"])
def test_power_is_the_level_at_no_effect_and_rises_to_one(estimator: str) -> None:
    fit = fitted(estimator)
    scale = 1.0 if fit.spec.counts else 80.0
    effects = [0.0, -0.1 * scale, -0.6 * scale]
    found = its.power(fit, effects=effects, horizon=24, draws=500, rng=np.random.default_rng(1)).tidy()
    assert list(found) == ["effect", "power", "mc_error", "horizon"]
    assert found["power"].iloc[0] < 0.12
    assert found["power"].iloc[0] < found["power"].iloc[1] < found["power"].iloc[2]
    assert found["power"].iloc[2] > 0.99


def test_power_is_that_of_the_formula_where_there_is_one() -> None:
    """Least squares with independent errors: the statistic is noncentral t."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"t": range(60), "rate": rng.normal(50, 3, 60)})
    fit = its.fit(frame, outcome="rate", time="t", start=30, estimator="reml")
    quiet = replace(fit, fits=replace(fit.fits, phi=np.array([[0.0]]), scale=np.array([9.0])))
    found = its.power(quiet, effects=[3.0], horizon=20, draws=4000, rng=rng).power[0]
    time = np.arange(80)
    x = np.column_stack([np.ones(80), time, time >= 30, np.maximum(time - 30, 0), (time >= 60)]).astype(float)
    error = 3 * np.sqrt(np.linalg.inv(x.T @ x)[-1, -1])
    edge = stats.t.ppf(0.975, 75)
    expected = stats.nct.sf(edge, 75, 3.0 / error) + stats.nct.cdf(-edge, 75, 3.0 / error)
    assert found == pytest.approx(expected, abs=0.05)


def test_the_least_detectable_effect_shrinks_with_the_horizon() -> None:
    table = its.minimum_detectable_effect(
        fitted("quasi-poisson"), horizons=(6, 24), draws=400, rng=np.random.default_rng(2)
    )
    assert list(table) == ["horizon", "effect", "relative", "power", "false_alarms"]
    assert (table["effect"] < 0).all()
    assert table["effect"].iloc[0] < table["effect"].iloc[1]
    assert table["power"].between(0.8, 0.86).all()
    np.testing.assert_allclose(np.expm1(table["effect"]), table["relative"])
