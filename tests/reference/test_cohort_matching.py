"""Matching, balance and coarsening against MatchIt 4.5.1, pymatchit-causal and the published sketch."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cohort_cases import CALL, SHARED, matrix_pairs, people, stored, table

from btc_eval import cohort

NEAREST: dict[str, dict[str, Any]] = {
    "largest": {},
    "smallest": {"order": "smallest"},
    "data": {"order": "data"},
    "caliper": {"caliper": 0.1},
    "caliper_exact": {"caliper": 0.5, "exact": ["area", "sex"]},
    "ratio_2": {"ratio": 2},
    "replace": {"replace": True},
}
PLANE: dict[str, dict[str, Any]] = {
    "mahalanobis": {"distance": "mahalanobis"},
    "mahalanobis_2": {"distance": "mahalanobis", "ratio": 2},
    "mahalanobis_exact": {"distance": "mahalanobis", "exact": ["area"]},
    "mahalanobis_replace": {"distance": "mahalanobis", "ratio": 2, "replace": True},
    "mahalanobis_score": {"mahalanobis": ["age", "need"]},
}


def pairs(found: cohort.Match) -> set[tuple[str, str]]:
    return set(zip(found.pairs["treated"], found.pairs["control"]))


@pytest.mark.parametrize("name", NEAREST)
def test_nearest_neighbours_are_those_of_pymatchit(name: str) -> None:
    found = cohort.match(people(), **CALL, **NEAREST[name])
    assert pairs(found) == {tuple(pair) for pair in stored("pymatchit")[name]}


@pytest.mark.parametrize("name", PLANE)
def test_mahalanobis_pairs_and_weights_are_those_of_matchit(name: str) -> None:
    found = cohort.match(people(), **CALL, **PLANE[name])
    case = stored("matchit")[name]
    assert pairs(found) == matrix_pairs(case)
    np.testing.assert_allclose(found.weights, case["weights"], atol=1e-12)  # sums of thirds and halves


@pytest.mark.parametrize("name", ["mahalanobis", "mahalanobis_replace", "coarsened", "coarsened_cuts"])
def test_balance_is_that_of_matchit(name: str) -> None:
    cuts = {"age": [5, 11], "need": [-0.5, 0.5]} if name == "coarsened_cuts" else None
    case = stored("matchit")[name]
    if name.startswith("coarsened"):
        ours: Any = cohort.coarsened_exact(people(), cuts=cuts, **CALL)
        np.testing.assert_allclose(ours.weights, case["weights"], atol=1e-12)
    else:
        ours = cohort.match(people(), **CALL, **PLANE[name])
    found = ours.balance()
    for when, theirs in (("before", table(case["before"])), ("after", table(case["after"]))):
        columns = {
            "mean_treated": "Means Treated",
            "mean_control": "Means Control",
            "smd": "Std. Mean Diff.",
            "variance_ratio": "Var. Ratio",
            "ks": "eCDF Max",
        }
        for name_here, name_there in columns.items():
            np.testing.assert_allclose(
                found[f"{name_here}_{when}"], theirs[name_there], atol=1e-12, err_msg=f"{name_here} {when}"
            )


def _sketch() -> ModuleType:
    path = SHARED / "prototypes" / "matchpy.py"
    if not path.is_file():
        pytest.skip("the shared files are not here")
    spec = importlib.util.spec_from_file_location("sketch", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("order", ["largest", "smallest", "data"])
@pytest.mark.parametrize("width", [np.inf, 0.05])
def test_pairs_are_those_of_the_sketch_that_equals_matchit_4_7(ratio: int, order: Any, width: float) -> None:
    sketch = _sketch()
    frame = pd.read_csv(SHARED / "reference" / "cohort" / "iptw_nhefs" / "data.csv", index_col="seqn")
    covariates = ["sex", "race", "age", "smokeintensity", "smokeyrs", "wt71"]
    found = cohort.match(
        frame, treatment="qsmk", covariates=covariates, ratio=ratio, order=order, caliper=width, std_caliper=False
    )
    treated = frame["qsmk"].to_numpy() == 1
    score = found.distance.to_numpy()
    theirs = sketch.nn_match(score[treated], score[~treated], caliper=width, ratio=ratio, order=order)
    row, column = np.nonzero(theirs >= 0)
    labels = frame.index[~treated][theirs[row, column]]
    assert pairs(found) == set(zip(frame.index[treated][row], labels))
    assert len(found.pairs) == 403 * ratio or width < 1


def test_estimated_scores_are_those_of_glm() -> None:
    found = cohort.match(people(), **CALL)
    # R's glm was run to a relative change of deviance of 1e-14
    np.testing.assert_allclose(found.distance, stored("matchit")["propensity"], atol=1e-10)
    logit = cohort.match(people(), scale="linear", **CALL).distance
    np.testing.assert_allclose(1 / (1 + np.exp(-logit)), found.distance, atol=1e-14)


def test_a_given_score_and_an_estimated_one_make_the_same_pairs() -> None:
    frame = people()
    first = cohort.match(frame, **CALL, caliper=0.2)
    again = cohort.match(frame.assign(score=first.distance), treatment="treated", distance="score", caliper=0.2)
    assert pairs(first) == pairs(again)
    assert set(first.dropped) == set(again.dropped)
