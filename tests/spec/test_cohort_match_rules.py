"""Matching by definition: small tables in which anyone can see who belongs with whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort


def people(scores: dict[str, float], treated: str) -> pd.DataFrame:
    frame = pd.DataFrame({"score": scores})
    return frame.assign(helped=[int(label in treated.split()) for label in frame.index])


def pairs(frame: pd.DataFrame, **options: Any) -> list[tuple[str, str]]:
    found = cohort.match(frame, treatment="helped", distance="score", **options).pairs
    return list(zip(found["treated"], found["control"]))


LINE = people({"t1": 0.50, "t2": 0.40, "c1": 0.49, "c2": 0.30, "c3": 0.10}, "t1 t2")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("largest", [("t1", "c1"), ("t2", "c2")]),
        ("smallest", [("t1", "c2"), ("t2", "c1")]),
        ("data", [("t1", "c1"), ("t2", "c2")]),
        ("closest", [("t1", "c1"), ("t2", "c2")]),
    ],
)
def test_who_chooses_first_decides(order: Any, expected: list[tuple[str, str]]) -> None:
    # c1 is nearest to both: 0.01 from t1 and 0.09 from t2
    assert pairs(LINE, order=order) == expected


def test_the_least_total_is_not_what_greed_finds() -> None:
    frame = people({"t1": 5.0, "t2": 4.0, "c1": 4.4, "c2": 9.0}, "t1 t2")
    assert pairs(frame, order="largest") == [("t1", "c1"), ("t2", "c2")]  # 0.6 + 5.0
    assert pairs(frame, method="optimal") == [("t1", "c2"), ("t2", "c1")]  # 4.0 + 0.4


def test_a_second_comes_after_everyones_first() -> None:
    frame = people({"t1": 0.5, "t2": 0.4, "c1": 0.5, "c2": 0.41, "c3": 0.39, "c4": 0.0}, "t1 t2")
    # t1 takes c1 and t2 takes c2; then t1 takes c3, and t2 is left with c4
    assert pairs(frame, ratio=2) == [("t1", "c1"), ("t1", "c3"), ("t2", "c2"), ("t2", "c4")]
    found = cohort.match(frame, treatment="helped", distance="score", ratio=2)
    assert found.weights.to_dict() == {"t1": 1.0, "t2": 1.0, "c1": 1.0, "c2": 1.0, "c3": 1.0, "c4": 1.0}
    assert found.sets.to_dict() == {"t1": 0, "t2": 1, "c1": 0, "c2": 1, "c3": 0, "c4": 1}


def test_weights_where_a_set_is_short_and_where_a_control_serves_twice() -> None:
    frame = people({"t1": 0.5, "t2": 0.4, "c1": 0.5, "c2": 0.41, "c3": 0.39}, "t1 t2")
    short = cohort.match(frame, treatment="helped", distance="score", ratio=2)
    # t1 has c1 and c3, each counting a half; t2 has c2, counting one; then scaled to a mean of one
    assert short.weights.round(12).to_dict() == {"t1": 1, "t2": 1, "c1": 0.75, "c2": 1.5, "c3": 0.75}
    assert list(short.short) == ["t2"]
    again = cohort.match(frame, treatment="helped", distance="score", replace=True, caliper=0.02, std_caliper=False)
    assert pairs(frame, replace=True, caliper=0.02, std_caliper=False) == [("t1", "c1"), ("t2", "c2")]
    assert again.weights.to_dict() == {"t1": 1, "t2": 1, "c1": 1, "c2": 1, "c3": 0}
    assert len(again.sets) == 0


def test_ties_go_to_whom_fewer_stand_between_and_then_downwards() -> None:
    # c1 and c2 are both 0.1 from t1; between t1 and c2 stands t2, so c1 is reached first
    frame = people({"c1": 0.25, "t1": 0.5, "t2": 0.625, "c2": 0.75}, "t1 t2")
    assert pairs(frame, order="data") == [("t1", "c1"), ("t2", "c2")]
    alone = people({"c2": 0.75, "t1": 0.5, "c1": 0.25}, "t1")
    helped = pd.concat([alone, people({"t9": 9.0, "c9": 9.0}, "t9")])
    assert ("t1", "c1") in pairs(helped)


def test_a_caliper_includes_its_ends_and_drops_who_has_nobody() -> None:
    frame = people({"t1": 0.5, "t2": 2.0, "c1": 0.75, "c2": 0.0}, "t1 t2")
    found = cohort.match(frame, treatment="helped", distance="score", caliper=0.25, std_caliper=False)
    assert list(found.pairs.itertuples(index=False, name=None)) == [("t1", "c1", 0.25)]
    assert list(found.dropped) == ["t2"]
    spread = frame["score"].std()
    assert len(pairs(frame, caliper=0.25 / spread * 1.0001)) == 1
    with pytest.raises(Exception, match="no control inside"):
        pairs(frame, caliper=0.25 / spread * 0.9999)


def test_exact_columns_and_calipers_on_covariates() -> None:
    frame = people({"t1": 0.5, "t2": 0.4, "c1": 0.5, "c2": 0.4, "c3": 0.1, "c4": 0.2}, "t1 t2")
    frame = frame.assign(area=["north", "south", "south", "north", "north", "south"], age=[10, 3, 3, 14, 9, 4])
    assert pairs(frame, exact=["area"]) == [("t1", "c2"), ("t2", "c1")]
    assert pairs(frame, exact="area", caliper={"age": 2}, std_caliper=False) == [("t1", "c3"), ("t2", "c1")]


def test_mahalanobis_takes_the_nearest_in_the_plane() -> None:
    frame = pd.DataFrame(
        {
            "helped": [1, 1, 0, 0, 0],
            "age": [2.0, 12.0, 12.0, 2.0, 7.0],
            "need": [1.0, 0.0, 0.1, 0.9, 5.0],
        },
        index=["t1", "t2", "c1", "c2", "c3"],
    )
    found = cohort.match(frame, treatment="helped", distance="mahalanobis", covariates=["age", "need"])
    assert list(zip(found.pairs["treated"], found.pairs["control"])) == [("t1", "c2"), ("t2", "c1")]
    within = frame.groupby("helped")[["age", "need"]].transform(lambda column: column - column.mean())
    inverse = np.linalg.inv(within.T @ within / (len(frame) - 2))
    gap = (frame.loc["t1", ["age", "need"]] - frame.loc["c2", ["age", "need"]]).to_numpy(dtype=float)
    assert found.pairs["distance"].iloc[0] == pytest.approx(float(np.sqrt(gap @ inverse @ gap)), rel=1e-12)


def test_weights_by_hand() -> None:
    # of the poor 2 of 3 are helped, of the others 1 of 3
    frame = pd.DataFrame({"helped": [1, 1, 0, 0, 0, 1], "poor": [1, 1, 1, 0, 0, 0]})
    for estimand, expected in {
        "ATE": [1.5, 1.5, 3, 1.5, 1.5, 3],
        "ATT": [1, 1, 2, 0.5, 0.5, 1],
        "ATC": [0.5, 0.5, 1, 1, 1, 2],
        "ATO": [1 / 3, 1 / 3, 2 / 3, 1 / 3, 1 / 3, 2 / 3],
        "ATM": [0.5, 0.5, 1, 0.5, 0.5, 1],
    }.items():
        found = cohort.weight(frame, treatment="helped", covariates=["poor"], estimand=estimand)  # type: ignore[arg-type]
        np.testing.assert_allclose(found.weights, expected, rtol=1e-9)
        assert found.balance().set_index("term").loc["poor", "smd_after"] == pytest.approx(0, abs=1e-9)
    level = cohort.weight(frame, treatment="helped", covariates=["poor"], stabilise=True).weights
    np.testing.assert_allclose(level, np.array([1.5, 1.5, 3, 1.5, 1.5, 3]) / 2, rtol=1e-9)
    entropy = cohort.weight(frame, treatment="helped", covariates=["poor"], estimand="entropy").weights
    # two of the three helped are poor, so the one poor control counts for two of three
    np.testing.assert_allclose(entropy, [1, 1, 2, 0.5, 0.5, 1], rtol=1e-9)


def test_trimming_lowers_the_largest() -> None:
    frame = pd.DataFrame({"helped": [1, 1, 0, 0, 0, 1], "poor": [1, 1, 1, 0, 0, 0]})
    call: dict[str, Any] = {"treatment": "helped", "covariates": ["poor"], "estimand": "ATT"}
    found = cohort.weight(frame, trim=1, **call)
    np.testing.assert_allclose(found.weights, [1, 1, 0.5, 0.5, 0.5, 1], rtol=1e-9)
    assert (found.trimmed, round(found.limit, 9)) == (1, 0.5)
    assert found.notes == ("1 weights lowered to 0.5.",)
    half = cohort.weight(frame, trim=0.5, **call)
    np.testing.assert_allclose(half.weights, found.weights)


def test_risks_by_hand() -> None:
    rows = [(1, 1)] * 10 + [(1, 0)] * 30 + [(0, 1)] * 30 + [(0, 0)] * 30
    frame = pd.DataFrame(rows, columns=["helped", "care"])
    found = cohort.effect(frame, outcome="care", treatment="helped")
    assert found.difference.value == pytest.approx(-0.25)
    # √(0.25 × 0.75 / 40 + 0.5 × 0.5 / 60)
    assert found.value("risk_difference", "std_error") == pytest.approx(np.sqrt(0.1875 / 40 + 0.25 / 60))
    assert found.value("risk_ratio") == pytest.approx(0.5)
    # Katz: √(1/10 − 1/40 + 1/30 − 1/60), Woolf: √(1/10 + 1/30 + 1/30 + 1/30)
    assert found.value("risk_ratio", "std_error") == pytest.approx(np.sqrt(1 / 10 - 1 / 40 + 1 / 30 - 1 / 60))
    assert found.value("odds_ratio") == pytest.approx(1 / 3)
    assert found.value("odds_ratio", "std_error") == pytest.approx(np.sqrt(1 / 10 + 3 / 30))
    assert (found.events, found.rows) == ((30.0, 10.0), (60, 40))


def test_families_that_are_copies_count_once() -> None:
    rows = [(1, 1)] * 10 + [(1, 0)] * 30 + [(0, 1)] * 30 + [(0, 0)] * 30
    frame = pd.DataFrame(rows, columns=["helped", "care"]).assign(family=range(100))
    once = cohort.effect(frame, outcome="care", treatment="helped", cluster="family")
    twice = cohort.effect(
        pd.concat([frame, frame], ignore_index=True), outcome="care", treatment="helped", cluster="family"
    )
    pd.testing.assert_frame_equal(once.tidy(), twice.tidy())
    assert twice.clusters == 100


def test_bias_of_a_confounder_by_hand() -> None:
    # 40 % against 10 % have it, and it trebles the risk: (1 + 0.4 × 2) / (1 + 0.1 × 2) = 1.5
    found = cohort.bias_analysis(1.5, 1.2, 1.8, prevalence_treated=[0.4], prevalence_control=[0.1], strength=[3.0])
    row = found.tidy().iloc[0]
    assert row[["bias", "risk_ratio", "conf_low", "conf_high"]].tolist() == pytest.approx([1.5, 1.0, 0.8, 1.2])
    assert bool(row["explained"])
    assert found.tipping_point()["strength"].iloc[0] == pytest.approx(3.0)
    # where more of the controls have it, no harmful cause explains a raised risk
    other = cohort.bias_analysis(1.5, prevalence_treated=[0.1], prevalence_control=[0.2], strength=[3.0])
    assert np.isinf(other.tipping_point()["strength"].iloc[0])
