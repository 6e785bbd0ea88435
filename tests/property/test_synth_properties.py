"""What must not matter to a synthetic control, and what must carry through."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval.inference.simplex import optimality_gap, simplex_weights
from btc_eval.its.did_gap import gap_change
from btc_eval.its.synthetic import synthetic_control

Method = Literal["classic", "demeaned", "augmented", "sdid"]
METHODS: list[Method] = ["classic", "demeaned", "augmented", "sdid"]
CALL: dict[str, Any] = {"unit": "unit", "time": "year", "outcome": "y", "treated": "u00", "start": 2012}


def panel(seed: int, units: int = 9, years: int = 18) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(years, 2)).cumsum(axis=0)
    values = 20 + common @ rng.uniform(0, 2, (2, units)) + rng.normal(size=(years, units))
    wide = pd.DataFrame(values, index=range(2000, 2000 + years), columns=[f"u{i:02d}" for i in range(units)])
    return wide.melt(ignore_index=False, var_name="unit", value_name="y").reset_index(names="year")


def weights(frame: pd.DataFrame, method: Method, **changes: Any) -> tuple[float, dict[str, float]]:
    found = synthetic_control(frame, method=method, solver="exact", **{**CALL, **changes})
    return found.att, dict(found.weights.itertuples(index=False))


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_the_order_of_rows_does_not_matter(method: Method, seed: int) -> None:
    frame = panel(seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    assert weights(shuffled, method) == weights(frame, method)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_names_do_not_matter(method: Method, seed: int) -> None:
    frame = panel(seed)
    new = {f"u{i:02d}": f"v{(i * 4 + 2) % 9}" for i in range(9)}
    att, found = weights(frame, method)
    renamed_att, renamed = weights(frame.assign(unit=frame["unit"].map(new)), method, treated=new["u00"])
    assert renamed_att == pytest.approx(att, abs=1e-7)
    assert {new[name]: weight for name, weight in found.items()} == pytest.approx(renamed, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e3), shift=st.floats(-100, 100))
@settings(max_examples=12, deadline=None)
def test_units_of_measurement_do_not_matter(method: Method, seed: int, factor: float, shift: float) -> None:
    frame = panel(seed)
    att, found = weights(frame, method)
    scaled_att, scaled = weights(frame.assign(y=frame["y"] * factor + shift), method)
    assert scaled_att == pytest.approx(att * factor, rel=1e-5, abs=1e-7 * factor)
    assert scaled == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize("method", ["demeaned", "sdid"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_levels_of_donors_do_not_matter_where_they_are_differenced_out(method: Method, seed: int) -> None:
    frame = panel(seed)
    lifted = frame.assign(y=frame["y"] + frame["unit"].str[1:].astype(float) * 50)
    att, found = weights(frame, method)
    lifted_att, lifted_weights = weights(lifted, method)
    assert lifted_att == pytest.approx(att, abs=1e-6)
    assert lifted_weights == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000), effect=st.floats(-50, 50))
@settings(max_examples=10, deadline=None)
def test_a_constant_effect_is_added_to_the_estimate(method: Method, seed: int, effect: float) -> None:
    frame = panel(seed)
    affected = (frame["unit"] == "u00") & (frame["year"] >= 2012)
    att, found = weights(frame, method)
    moved_att, moved = weights(frame.assign(y=frame["y"] + effect * affected), method)
    assert moved_att == pytest.approx(att + effect, abs=1e-9)
    assert moved == found


@pytest.mark.parametrize("method", ["classic", "demeaned"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_donor_without_weight_can_go(method: Method, seed: int) -> None:
    frame = panel(seed)
    att, found = weights(frame, method)
    idle = [name for name, weight in found.items() if weight == 0.0]
    without_att, without = weights(frame[~frame["unit"].isin(idle[:-1])], method)
    assert without_att == pytest.approx(att, abs=1e-8)
    assert without == pytest.approx({name: found[name] for name in without}, abs=1e-8)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_predictors_in_other_units_give_the_same_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = panel(seed).assign(income=lambda d: d["unit"].map({f"u{i:02d}": rng.normal() for i in range(9)}))
    predictors = ["income", ("y", 2000, 2005), ("y", 2006, 2011)]
    att, found = weights(frame, "classic", predictors=predictors, importance=[1.0, 2.0, 3.0])
    pounds = frame.assign(income=frame["income"] * 1e4 + 7)
    same_att, same = weights(pounds, "classic", predictors=predictors, importance=[2.0, 4.0, 6.0])
    assert same_att == pytest.approx(att, abs=1e-6)
    assert same == pytest.approx(found, abs=1e-6)


@given(
    seed=st.integers(0, 10_000), rows=st.integers(1, 12), donors=st.integers(1, 15), ridge=st.sampled_from([0.0, 0.7])
)
@settings(max_examples=60, deadline=None)
def test_simplex_weights_are_always_optimal(seed: int, rows: int, donors: int, ridge: float) -> None:
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(rows, donors)) * 10 ** rng.uniform(-2, 2), rng.normal(size=rows)
    found = simplex_weights(A, b, ridge=ridge)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1.0, abs=1e-10)
    size = float(np.sum(A * A) + b @ b + ridge)
    assert optimality_gap(A, b, found, ridge=ridge) <= 1e-9 * size
    start = rng.dirichlet(np.ones(donors))
    assert optimality_gap(A, b, simplex_weights(A, b, start=start)) <= 1e-9 * size


@given(seed=st.integers(0, 10_000), effect=st.floats(-10, 10), shift=st.floats(-100, 100))
@settings(max_examples=20, deadline=None)
def test_gap_change_adds_effects_and_ignores_common_movements(seed: int, effect: float, shift: float) -> None:
    frame = panel(seed)
    options: dict[str, Any] = {key: CALL[key] for key in ("unit", "time", "outcome", "treated")}
    options |= {"before": (2000, 2011), "after": (2012, 2017)}
    plain = gap_change(frame, **options)
    late = frame["year"] >= 2012
    moved = frame.assign(y=frame["y"] + shift * late + effect * (late & (frame["unit"] == "u00")))
    assert gap_change(moved, **options).estimate == pytest.approx(plain.estimate + effect, abs=1e-9)
    assert (
        gap_change(moved.sample(frac=1, random_state=seed), **options)
        .table()
        .equals(gap_change(moved, **options).table())
    )
