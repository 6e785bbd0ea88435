"""What a comparison refuses, and how it says so without a value of a child: nobody to compare, gaps, wrong options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort
from btc_eval.errors import RefusedError, UsageError

SECRET = 73.25


def people(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"helped": np.tile([0, 1], n // 2), "need": rng.normal(size=n), "area": rng.choice(["x", "y"], n)}
    )
    return frame.assign(care=rng.integers(0, 2, n), family=np.arange(n) // 2, days=rng.uniform(1, 5, n))


COMPARE: dict[str, Any] = {"outcome": "care", "treatment": "helped", "covariates": ["need", "area"]}
DOORS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "match": lambda frame: cohort.match(frame, treatment="helped", covariates=["need", "area"]),
    "weight": lambda frame: cohort.weight(frame, treatment="helped", covariates=["need", "area"]),
    "coarsened": lambda frame: cohort.coarsened_exact(frame, treatment="helped", covariates=["need", "area"]),
    "compare": lambda frame: cohort.compare(frame, **COMPARE),
    "bootstrap": lambda frame: cohort.bootstrap(frame, rng=np.random.default_rng(1), replicates=10, **COMPARE),
    "subgroups": lambda frame: cohort.subgroups(frame, by=["area"], **COMPARE),
}


def refused(door: str, frame: pd.DataFrame) -> str:
    with pytest.raises(RefusedError) as caught:
        DOORS[door](frame)
    message = str(caught.value)
    assert str(SECRET) not in message
    assert "allowed:" in message
    return message


@pytest.mark.parametrize("door", DOORS)
def test_one_row_a_group_values_and_labels(door: str) -> None:
    frame = people()
    assert "1 row treated" in refused(door, frame.assign(helped=[1] + [0] * 59))
    assert "no row not treated" in refused(door, frame.assign(helped=1))
    assert "3 rows with something other than 0 and 1" in refused(door, frame.assign(helped=[2] * 3 + [0, 1] * 28 + [1]))
    assert "no value in 2 rows" in refused(door, frame.assign(need=[np.nan] * 2 + [SECRET] * 58))
    assert "no value in 4 rows" in refused(door, frame.assign(area=[None] * 4 + ["x", "y"] * 28))
    assert "1 rows whose label an earlier row has" in refused(door, frame.set_axis([0, 0, *range(2, 60)]))
    assert "no column need" in refused(door, frame.drop(columns="need"))
    assert "no rows" in refused(door, frame.iloc[:0])


def test_all_faults_come_at_once() -> None:
    frame = people().assign(need=[np.nan] + [0.1] * 59, area=[None] * 2 + ["x"] * 58, helped=5)
    with pytest.raises(RefusedError) as caught:
        cohort.weight(frame, treatment="helped", covariates=["need", "area"])
    assert [fault.place for fault in caught.value.refusals] == ["helped", "need", "area"]


@pytest.mark.parametrize("door", ["match", "weight", "compare", "bootstrap"])
def test_groups_that_covariates_tell_apart(door: str) -> None:
    frame = people()
    frame["need"] = np.where(frame["helped"] == 1, SECRET, -SECRET) + frame["need"]
    assert "whose group the covariates tell for certain" in refused(door, frame)


def test_entropy_balancing_out_of_reach() -> None:
    frame = people()
    frame["need"] += 50.0 * frame["helped"]
    with pytest.raises(RefusedError, match="no weights on the 30 controls reach"):
        cohort.weight(frame, treatment="helped", covariates=["need"], estimand="entropy")


def test_no_pair_no_stratum_no_event_one_cluster() -> None:
    frame = people()
    with pytest.raises(RefusedError, match="no control inside the strata and calipers of any of the 30 treated"):
        cohort.match(frame, treatment="helped", covariates=["need"], caliper=1e-9)
    with pytest.raises(RefusedError, match="none with both groups"):
        cohort.coarsened_exact(frame, treatment="helped", covariates=["need"], cuts={"need": 0})
    with pytest.raises(RefusedError, match="no event in either group"):
        cohort.effect(frame.assign(care=0), outcome="care", treatment="helped")
    with pytest.raises(RefusedError, match="the same value in every row"):
        cohort.effect(frame.assign(care=1), outcome="care", treatment="helped")
    with pytest.raises(RefusedError, match="one cluster"):
        cohort.effect(frame.assign(family=3), outcome="care", treatment="helped", cluster="family")
    with pytest.raises(RefusedError, match="rows of 0 or less"):
        cohort.effect(frame.assign(days=0.0), outcome="care", treatment="helped", exposure="days")
    with pytest.raises(RefusedError, match="no group that can be compared"):
        cohort.subgroups(frame, by=["area"], minimum=40, **COMPARE)


def test_weights_of_another_frame() -> None:
    frame = people()
    made = cohort.match(frame, treatment="helped", covariates=["need"])
    with pytest.raises(RefusedError, match="60 weights under another index than the frame's 59 rows"):
        cohort.effect(frame.iloc[1:], outcome="care", treatment="helped", weights=made)
    wrong = pd.Series([-1.0, np.nan, *[1.0] * 58], index=frame.index)
    with pytest.raises(RefusedError, match="2 missing or below 0"):
        cohort.effect(frame, outcome="care", treatment="helped", weights=wrong)
    with pytest.raises(RefusedError, match="groups other than those that were matched"):
        cohort.effect(frame.assign(helped=1 - frame["helped"]), outcome="care", treatment="helped", weights=made)


CALLS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "ratio=0": lambda f: cohort.match(f, treatment="helped", covariates=["need"], ratio=0),
    "ratio=1.5": lambda f: cohort.match(f, treatment="helped", covariates=["need"], ratio=1.5),  # type: ignore[arg-type]
    "caliper on distance is 0": lambda f: cohort.match(f, treatment="helped", covariates=["need"], caliper=0),
    "caliper on age is -1": lambda f: cohort.match(f, treatment="helped", covariates=["need"], caliper={"age": -1}),
    "method='best'": lambda f: cohort.match(f, treatment="helped", covariates=["need"], method="best"),  # type: ignore[arg-type]
    "order='first'": lambda f: cohort.match(f, treatment="helped", covariates=["need"], order="first"),  # type: ignore[arg-type]
    "needs rng": lambda f: cohort.match(f, treatment="helped", covariates=["need"], order="random"),
    "uses each control once": lambda f: cohort.match(
        f, treatment="helped", covariates=["need"], method="optimal", replace=True
    ),
    "covariates is a list": lambda f: cohort.match(f, treatment="helped", covariates="need"),
    "give covariates, or distance": lambda f: cohort.match(f, treatment="helped"),
    "needs a score": lambda f: cohort.match(
        f, treatment="helped", covariates=["need"], distance="mahalanobis", caliper=0.1
    ),
    "estimand='all'": lambda f: cohort.weight(f, treatment="helped", covariates=["need"], estimand="all"),  # type: ignore[arg-type]
    "trim=0": lambda f: cohort.weight(f, treatment="helped", covariates=["need"], trim=0),
    "fewer than the 60 weights": lambda f: cohort.weight(f, treatment="helped", covariates=["need"], trim=60),
    "estimator='tmle'": lambda f: cohort.effect(f, outcome="care", treatment="helped", estimator="tmle"),  # type: ignore[arg-type]
    "needs covariates": lambda f: cohort.effect(f, outcome="care", treatment="helped", estimator="aipw"),
    "conf_level=95": lambda f: cohort.effect(f, outcome="care", treatment="helped", conf_level=95),
    "design='trial'": lambda f: cohort.compare(f, design="trial", **COMPARE),  # type: ignore[arg-type]
    "caliper is for design='match'": lambda f: cohort.compare(f, caliper=0.2, **COMPARE),
    "replicates=1": lambda f: cohort.bootstrap(f, rng=np.random.default_rng(1), replicates=1, **COMPARE),
    "measure='SMD'": lambda _: cohort.evalue(1.2, measure="SMD"),  # type: ignore[arg-type]
    "a ratio of 0 or below": lambda _: cohort.evalue(-0.2),
    "outside its interval": lambda _: cohort.evalue(1.2, 1.3, 1.5),
    "needs n11": lambda _: cohort.evalue(measure="RD"),
    "prevalences from 0 to 1": lambda _: cohort.bias_analysis(1.2, prevalence_treated=[1.2]),
    "cuts names age": lambda f: cohort.coarsened_exact(f, treatment="helped", covariates=["need"], cuts={"age": 3}),
    "which holds categories": lambda f: cohort.coarsened_exact(
        f, treatment="helped", covariates=["area"], cuts={"area": 2}
    ),
}


@pytest.mark.parametrize("words", CALLS)
def test_calls_that_are_wrong(words: str) -> None:
    with pytest.raises(UsageError) as caught:
        CALLS[words](people())
    assert words in str(caught.value)


def test_small_groups_are_named_with_the_rule_and_not_the_count() -> None:
    frame = people(200).assign(kind=["common"] * 190 + ["rare"] * 10)
    found = cohort.subgroups(frame, by=["kind"], **COMPARE)
    assert found.tidy()["group"].tolist() == ["common"]
    assert found.left_out.to_dict("records") == [
        {"by": "kind", "group": "rare", "reason": "fewer than 10 children in an arm"}
    ]
    assert "1 groups are not shown" in found.note


def test_the_callers_frame_is_never_changed() -> None:
    frame = people()
    before = frame.copy(deep=True)
    for call in DOORS.values():
        call(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_results_do_not_print_children() -> None:
    frame = people().set_index(pd.Index([f"child-{k}" for k in range(60)]))
    for made in (
        cohort.match(frame, treatment="helped", covariates=["need"]),
        cohort.weight(frame, treatment="helped", covariates=["need"]),
        cohort.coarsened_exact(frame, treatment="helped", covariates=["need"]),
        cohort.compare(frame, **COMPARE),
    ):
        assert "child-" not in repr(made)
