"""Accounting rules of time to an event: what must sum to one does, and changes that must not matter do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from btc_eval import cohort

CURVES: dict[str, Any] = {"duration": "days", "event": "event"}
COX: dict[str, Any] = {"duration": "days", "event": "event", "covariates": ["x", "help"]}
seeds = st.integers(0, 10**6)
#: Sums taken in another order differ by rounding alone.
ROUNDING = {"rtol": 1e-9, "atol": 1e-11}


def children(seed: int, n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = rng.integers(1, 25, n)
    return pd.DataFrame(
        {
            "days": days,
            "event": np.r_[1, 2, rng.integers(0, 3, n - 2)],
            "from": np.minimum(rng.integers(0, 12, n), days - 1),
            "w": rng.uniform(0.3, 3.0, n),
            "times": rng.integers(1, 4, n),
            "child": np.arange(n),
            "family": rng.integers(0, 25, n),
            "group": ["a", "b", *rng.choice(["a", "b"], n - 2)],
            "x": rng.normal(size=n),
            "help": np.r_[0, 1, rng.integers(0, 2, n - 2)],
        }
    )


def numbers(table: pd.DataFrame, *columns: str) -> Any:
    return table[list(columns or ("estimate", "std_error"))].to_numpy(dtype=float)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, entry=st.sampled_from([None, "from"]), weights=st.sampled_from([None, "w"]))
def test_incidences_and_survival_sum_to_one(seed: int, entry: str | None, weights: str | None) -> None:
    frame = children(seed)
    table = cohort.cumulative_incidence(frame, entry=entry, weights=weights, **CURVES).tidy()
    together = table.groupby("time")["estimate"].sum()
    free = cohort.survival(frame, entry=entry, weights=weights, **CURVES).tidy().set_index("time")["estimate"]
    np.testing.assert_allclose(together + free, 1.0, atol=1e-12)
    assert (table.sort_values(["event", "time"]).groupby("event")["estimate"].diff().dropna() >= 0).all()


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    frame = children(seed)
    other = frame.sample(frac=1, random_state=seed)
    options = {"entry": "from", "weights": "w", "cluster": "family"}
    both = [cohort.cumulative_incidence(f, **options, **CURVES).tidy() for f in (frame, other)]
    np.testing.assert_allclose(numbers(both[0]), numbers(both[1]), **ROUNDING)
    coded = [f.assign(event=(f["event"] == 1).astype(int)) for f in (frame, other)]
    fits = [cohort.cox(f, **options, **COX).tidy() for f in coded]
    np.testing.assert_allclose(numbers(fits[0]), numbers(fits[1]), **ROUNDING)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, day=st.integers(2, 15))
def test_splitting_follow_up_does_not_matter(seed: int, day: int) -> None:
    """A child's row cut in two at any day says the same, once rows of a child go together."""
    frame = children(seed).assign(begin=0)
    long = frame[frame["days"] > day]
    pieces = pd.concat([frame[frame["days"] <= day], long.assign(days=day, event=0), long.assign(begin=day)])
    whole = cohort.cumulative_incidence(frame, cluster="child", **CURVES).tidy()
    cut = cohort.cumulative_incidence(pieces, entry="begin", cluster="child", **CURVES).tidy()
    columns = ("estimate", "std_error", "at_risk", "events")
    np.testing.assert_allclose(numbers(cut, *columns), numbers(whole, *columns), **ROUNDING)
    coded = [f.assign(event=(f["event"] == 1).astype(int)) for f in (frame, pieces)]
    first = cohort.cox(coded[0], cluster="child", **COX).tidy()
    second = cohort.cox(coded[1], entry="begin", cluster="child", **COX).tidy()
    columns = ("estimate", "std_error", "model_std_error")
    np.testing.assert_allclose(numbers(second, *columns), numbers(first, *columns), **ROUNDING)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_whole_weights_are_repeated_rows(seed: int) -> None:
    """Estimates for certain; errors too once the copies of a child are one cluster. Breslow ties in Cox, where the
    same holds: Efron's tied events would be more of them.
    """
    frame = children(seed)
    copies = frame.loc[frame.index.repeat(frame["times"])]
    weighted = cohort.cumulative_incidence(frame, weights="times", **CURVES).tidy()
    repeated = cohort.cumulative_incidence(copies, cluster="child", **CURVES).tidy()
    np.testing.assert_allclose(numbers(weighted), numbers(repeated), **ROUNDING)
    np.testing.assert_array_equal(weighted["at_risk"], repeated["rows_at_risk"])
    coded = [f.assign(event=(f["event"] == 1).astype(int)) for f in (frame, copies)]
    first = cohort.cox(coded[0], weights="times", ties="breslow", **COX).tidy()
    second = cohort.cox(coded[1], cluster="child", ties="breslow", **COX).tidy()
    np.testing.assert_allclose(numbers(first), numbers(second), **ROUNDING)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, unit=st.sampled_from([7.0, 365.25, 1e-3]))
def test_the_unit_of_time_does_not_matter(seed: int, unit: float) -> None:
    """Days over 365.25 tie where days do, whatever rounding does to them."""
    frame = children(seed)
    other = frame.assign(days=frame["days"] / unit, **{"from": frame["from"] * (1 / unit)})
    both = [cohort.cumulative_incidence(f, entry="from", **CURVES).tidy() for f in (frame, other)]
    np.testing.assert_allclose(numbers(both[0]), numbers(both[1]), **ROUNDING)
    np.testing.assert_allclose(both[1]["time"] * unit, both[0]["time"], rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, factor=st.sampled_from([1e-4, 10.0, 1e4]), added=st.floats(-50, 50))
def test_another_unit_of_a_covariate_scales_its_coefficient(seed: int, factor: float, added: float) -> None:
    frame = children(seed).assign(event=lambda d: (d["event"] == 1).astype(int))
    plain = cohort.cox(frame, **COX).tidy()
    scaled = cohort.cox(frame.assign(x=frame["x"] * factor + added), **COX).tidy()
    np.testing.assert_allclose(numbers(scaled)[0] * factor, numbers(plain)[0], rtol=1e-6)
    np.testing.assert_allclose(numbers(scaled)[1], numbers(plain)[1], rtol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=seeds, until=st.integers(2, 12))
def test_time_free_and_time_lost_sum_to_the_limit(seed: int, until: int) -> None:
    frame = children(seed)
    table = cohort.restricted_mean(frame, until=until, group="group", weights="w", **CURVES).tidy()
    np.testing.assert_allclose(table.groupby("group")["estimate"].sum(), until, atol=1e-10)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_differences_turn_round_with_the_reference(seed: int) -> None:
    found = cohort.cumulative_incidence(children(seed), group="group", cluster="family", at=[5], **CURVES)
    one, other = found.difference(reference="a"), found.difference(reference="b")
    np.testing.assert_allclose(one["estimate"], -other["estimate"], atol=1e-14)
    np.testing.assert_allclose(one["std_error"], other["std_error"], rtol=1e-12)
    parts = found.tidy()
    for code in (1, 2):
        a, b = (parts[(parts["event"] == code) & (parts["group"] == g)]["estimate"].iloc[0] for g in "ab")
        assert one[one["event"] == code]["estimate"].iloc[0] == b - a


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_without_other_events_fine_and_gray_is_cox(seed: int) -> None:
    frame = children(seed).assign(event=lambda d: (d["event"] == 1).astype(int))
    one = cohort.fine_gray(frame, cluster="family", **COX).tidy()
    other = cohort.cox(frame, cluster="family", **COX).tidy()
    np.testing.assert_allclose(numbers(one), numbers(other), **ROUNDING)
