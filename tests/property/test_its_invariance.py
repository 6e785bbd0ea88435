"""Changes that must not matter do not: shifted time, other units of measure, other names, another order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval import its

LINEAR = ["ols", "newey-west", "prais-winsten", "cochrane-orcutt", "reml", "arima"]
COUNTS = ["poisson", "quasi-poisson", "quasi-poisson-ar1", "negative-binomial"]


def series(seed: int, n: int = 36) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    error = rng.normal(size=n)
    for t in range(1, n):
        error[t] += 0.3 * error[t - 1]
    size = 1.0 + (np.arange(n) >= 20) * 0.1
    return pd.DataFrame(
        {
            "t": range(n),
            "rate": 40 + 0.1 * np.arange(n) + 2 * error,
            "n": rng.negative_binomial(12, 12 / (12 + 50 * size)),
            "people": rng.uniform(900, 1100, n),
        }
    )


def fit(frame: pd.DataFrame, estimator: str, start: Any = 20, **options: Any) -> pd.DataFrame:
    outcome = "n" if estimator in COUNTS else "rate"
    options = {"outcome": outcome, "time": "t", "estimator": estimator, **options}
    return its.fit(frame, start=start, **options).tidy().set_index("term")


@pytest.mark.parametrize("estimator", LINEAR + COUNTS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.integers(-3000, 3000))
def test_shifting_time_changes_nothing(estimator: str, seed: int, shift: int) -> None:
    frame = series(seed)
    moved = fit(frame.assign(t=frame["t"] + shift), estimator, 20 + shift)
    pd.testing.assert_frame_equal(moved, fit(frame, estimator))


@pytest.mark.parametrize("estimator", LINEAR)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-4, 0.5, 10_000.0]), added=st.floats(-100, 100))
def test_another_unit_of_measure_scales_the_answer(estimator: str, seed: int, factor: float, added: float) -> None:
    frame = series(seed)
    plain = fit(frame, estimator)
    scaled = fit(frame.assign(rate=(frame["rate"] + added) * factor), estimator)
    changes = ["trend", "level_change", "slope_change"]
    tolerance = 1e-4 if estimator == "arima" else 1e-6
    np.testing.assert_allclose(
        scaled.loc[changes, "estimate"] / factor, plain.loc[changes, "estimate"], rtol=tolerance, atol=tolerance
    )
    np.testing.assert_allclose(scaled["std_error"] / factor, plain["std_error"], rtol=tolerance)


@pytest.mark.parametrize("estimator", COUNTS)
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-3, 10_000.0]))
def test_another_unit_of_population_moves_the_intercept_alone(estimator: str, seed: int, factor: float) -> None:
    frame = series(seed)
    plain = fit(frame, estimator, population="people")
    scaled = fit(frame.assign(people=frame["people"] * factor), estimator, population="people")
    others = plain.index != "intercept"
    np.testing.assert_allclose(scaled[others].to_numpy(float), plain[others].to_numpy(float), rtol=1e-5, atol=1e-7)
    assert scaled.loc["intercept", "estimate"] == pytest.approx(plain.loc["intercept", "estimate"] - np.log(factor))


@pytest.mark.parametrize("estimator", LINEAR + COUNTS)
def test_a_period_with_nothing_recorded_at_the_end_changes_nothing(estimator: str) -> None:
    frame = series(7)
    empty = pd.DataFrame({"t": [36, 37], "rate": [np.nan] * 2, "n": [np.nan] * 2, "people": [1000.0] * 2})
    longer = pd.concat([frame, empty], ignore_index=True)
    pd.testing.assert_frame_equal(fit(longer, estimator), fit(frame, estimator))


@pytest.mark.parametrize("estimator", ["reml", "arima", "quasi-poisson-ar1"])
def test_a_missing_period_is_the_same_said_by_a_hole_or_by_no_row(estimator: str) -> None:
    frame = series(8).astype({"n": float})
    holes = frame.copy()
    holes.loc[[4, 11], ["n", "rate"]] = np.nan
    pd.testing.assert_frame_equal(fit(holes, estimator), fit(frame.drop(index=[4, 11]), estimator))


def panel(seed: int, units: int = 12) -> pd.DataFrame:
    frames = [series(seed + k).assign(la=f"L{k:02d}") for k in range(units)]
    return pd.concat(frames, ignore_index=True)


def run(frame: pd.DataFrame, treated: str = "L00", **options: Any) -> its.PlaceboInSpace:
    return its.placebo_in_space(frame, unit="la", time="t", outcome="n", treated=treated, start=20, **options)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_and_the_names_of_units_do_not_matter(seed: int) -> None:
    frame = panel(seed)
    plain = run(frame)
    shuffled = run(frame.sample(frac=1.0, random_state=seed))
    pd.testing.assert_frame_equal(plain.tidy(), shuffled.tidy())
    renamed = run(frame.assign(la=frame["la"].map(lambda name: f"X{99 - int(name[1:])}")), treated="X99")
    assert renamed.rank == plain.rank
    assert (renamed.p_value, renamed.p_value_lower) == (plain.p_value, plain.p_value_lower)
    np.testing.assert_allclose(np.sort(renamed.estimates), np.sort(plain.estimates), rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_permutation_p_value_is_a_rank_among_all_units(seed: int) -> None:
    frame = panel(seed)
    table = run(frame).tidy()
    own = table.loc[table["treated"], "estimate"].item()
    found = run(frame)
    assert found.p_value == np.mean(np.abs(table["estimate"]) >= abs(own))
    assert found.p_value_lower == found.rank / len(table)
    # over every choice of the treated unit the lower p-values are 1/12, 2/12, …: valid at every level
    every = sorted(run(frame, treated=name).p_value_lower for name in found.units)
    np.testing.assert_allclose(every, np.arange(1, 13) / 12)


@pytest.mark.parametrize("estimator", ["quasi-poisson", "newey-west", "reml", "negative-binomial"])
def test_a_batch_gives_what_single_fits_give(estimator: str) -> None:
    frame = panel(3, units=4)
    found = run(frame, estimator=estimator).tidy().set_index("unit")
    for name in found.index:
        alone = its.fit(
            frame[frame["la"] == name], outcome="n", time="t", start=20, estimator=estimator, intervals="model"
        )
        row = alone.tidy().set_index("term").loc["level_change"]
        assert found.loc[name, "estimate"] == pytest.approx(row["estimate"], rel=1e-8, abs=1e-10)
        assert found.loc[name, "std_error"] == pytest.approx(row["std_error"], rel=1e-8)
        assert found.loc[name, "p_value"] == pytest.approx(row["p_value"], rel=1e-6)


def test_zero_exposure_is_refused_and_tiny_exposure_counts_for_nothing() -> None:
    frame = series(9)
    extra = pd.DataFrame({"t": [36], "rate": [40.0], "n": [0], "people": [1e-9]})
    plain = fit(frame, "poisson", population="people")
    longer = fit(pd.concat([frame, extra], ignore_index=True), "poisson", population="people")
    np.testing.assert_allclose(longer["estimate"], plain["estimate"], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(longer["std_error"], plain["std_error"], rtol=1e-6)


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(["c1", "c2", "c3"]))
def test_the_order_of_controls_does_not_matter(order: list[str]) -> None:
    rng = np.random.default_rng(10)
    frame = series(10).assign(**{name: rng.normal(40, 2, 36) for name in ("c1", "c2", "c3")})
    for how in ("difference", "stacked"):
        plain = fit(frame, "ols", control=["c1", "c2", "c3"], control_as=how)
        again = fit(frame, "ols", control=list(order), control_as=how)
        np.testing.assert_allclose(again.to_numpy(float), plain.to_numpy(float), rtol=1e-8, atol=1e-9)
