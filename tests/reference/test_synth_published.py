"""Classic synthetic control against R Synth, Stata and the published tables.

Widely used optimisers stop at local minima of the nested problem, so weights are compared where the importances are
given, and losses where they are estimated: ours must be as low or lower, with the inner problem certified exact.
"""

from __future__ import annotations

import numpy as np
import pytest
from synth_cases import (
    BASQUE,
    BASQUE_PREDICTORS,
    EXPECTED,
    GERMANY,
    PROP99,
    PROP99_PREDICTORS,
    basque,
    read,
    read_wide,
)

from btc_eval.inference.simplex import optimality_gap
from btc_eval.its.synthetic import synthetic_control
from btc_eval.its.synthetic_result import SyntheticControl


def weights_of(result: SyntheticControl) -> dict[str, float]:
    return dict(result.weights.itertuples(index=False))


def inner_gap(result: SyntheticControl) -> float:
    """How far above its minimum the inner problem may be, relative to its value scale."""
    values, donors = result.design.values, result.panel.donors
    assert values is not None
    assert result.fit.predictors is not None
    everyone = np.column_stack([values[:, result.panel.treated], values[:, donors]])
    scaled = everyone / everyone.std(axis=1, ddof=1)[:, None] * np.sqrt(result.fit.predictors)[:, None]
    return optimality_gap(scaled[:, 1:], scaled[:, 0], result.fit.donors[donors])


@pytest.fixture(scope="module")
def california() -> SyntheticControl:
    return synthetic_control(read("prop99"), predictors=PROP99_PREDICTORS, **PROP99)


def test_proposition_99_follows_california_more_closely_than_r_synth(california: SyntheticControl) -> None:
    synth = EXPECTED["prop99"]["synth"]
    assert california.fit.loss < 3.08 < synth["pre_mspe"]
    assert california.pre_rmspe**2 == pytest.approx(california.fit.loss, rel=1e-12)
    assert inner_gap(california) < 1e-12


def test_proposition_99_gives_the_published_weights_and_effect(california: SyntheticControl) -> None:
    found = weights_of(california)
    for state, weight in EXPECTED["prop99"]["published"]["weights"].items():
        assert found.pop(state) == pytest.approx(weight, abs=0.006)  # three digits printed, of a flat optimum
    assert max(found.values()) < 0.002
    assert california.att == pytest.approx(EXPECTED["prop99"]["synth"]["mean_gap"], abs=0.3)
    gaps = california.gaps()["gap"].to_numpy()
    assert np.abs(gaps - EXPECTED["prop99"]["synth"]["gap"]).max() < 1.0


def test_with_r_synths_importances_the_weights_are_r_synths() -> None:
    synth = EXPECTED["prop99"]["synth"]
    order = list(synth["v"].values())  # lnincome, retprice, age15to24, beer, cigsale 1988, 1980, 1975
    found = synthetic_control(read("prop99"), predictors=PROP99_PREDICTORS, importance=order, **PROP99)
    assert inner_gap(found) < 1e-12
    for state, weight in synth["weights"].items():
        assert weights_of(found)[state] == pytest.approx(weight, abs=0.002)  # R's inner solver leaves about 1e-3
    assert found.att == pytest.approx(synth["mean_gap"], abs=0.02)


@pytest.mark.slow
def test_every_proposition_99_placebo_is_fitted_as_well_as_by_r_synth(california: SyntheticControl) -> None:
    placebo = california.placebo()
    table = placebo.tidy().set_index("unit")
    for state, mspe in EXPECTED["prop99"]["synth"]["placebo_pre_mspe"].items():
        # For three states the best importances lie in a corner where R's inner solver, which stops short of its
        # minimum, averages over mixtures that the exact one tells apart.
        allowance = 1.2 if state in ("Kansas", "Maine", "Wyoming") else 1.001
        assert table.loc[state, "pre_rmspe"] ** 2 <= mspe * allowance, state
    assert placebo.p_value == pytest.approx(1 / 39)
    assert round(placebo.p_value, 3) == EXPECTED["prop99"]["published"]["p"]
    assert table.loc["California", "rank"] == EXPECTED["prop99"]["synth"]["rank"] == 1
    assert table.loc["California", "ratio"] ** 2 == pytest.approx(130, rel=0.03)  # "about 130" in the paper


def test_basque_loss_is_below_the_published_optimum() -> None:
    found = synthetic_control(basque(), predictors=BASQUE_PREDICTORS, **BASQUE)
    assert found.fit.loss < EXPECTED["basque"]["synth"]["loss"] / 2
    assert inner_gap(found) < 1e-12


def test_basque_with_the_vignettes_importances() -> None:
    synth = EXPECTED["basque"]["synth"]
    importances = list(synth["v"].values())  # in the order of BASQUE_PREDICTORS
    found = synthetic_control(basque(), predictors=BASQUE_PREDICTORS, importance=importances, **BASQUE)
    assert found.fit.loss == pytest.approx(synth["loss"], rel=1e-4)
    for region, weight in synth["weights"].items():
        assert weights_of(found)[region] == pytest.approx(weight, abs=1e-4)
        assert weights_of(found)[region] == pytest.approx(EXPECTED["basque"]["published"]["weights"][region], abs=6e-4)
    assert np.abs(found.gaps()["gap"].to_numpy() - synth["gap"]).max() < 1e-4
    assert found.att == pytest.approx(synth["mean_gap"], abs=1e-4)


def test_germany_trained_on_the_earlier_decade() -> None:
    training = [
        ("gdp", 1971, 1980),
        ("trade", 1971, 1980),
        ("infrate", 1971, 1980),
        ("industry", 1971, 1980),
        ("schooling", 1970, 1975),
        ("invest70", 1980),
    ]
    applied = [
        ("gdp", 1981, 1990),
        ("trade", 1981, 1990),
        ("infrate", 1981, 1990),
        ("industry", 1981, 1990),
        ("schooling", 1980, 1985),
        ("invest80", 1980),
    ]
    panel, peer = read("germany"), EXPECTED["germany"]["pysyncon"]
    trained = synthetic_control(panel, predictors=training, fit_window=(1981, 1990), **GERMANY)
    assert trained.fit.loss < peer["train_mspe"]
    assert inner_gap(trained) < 1e-12
    ours = synthetic_control(panel, predictors=applied, importance=trained.balance()["importance"].tolist(), **GERMANY)
    for country, weight in EXPECTED["germany"]["published"]["weights"].items():
        assert weights_of(ours)[country] == pytest.approx(weight, abs=0.01)
    theirs = synthetic_control(panel, predictors=applied, importance=peer["train_v"], **GERMANY)
    for country, weight in peer["weights"].items():
        assert weights_of(theirs)[country] == pytest.approx(weight, abs=0.002)
        assert weights_of(theirs)[country] == pytest.approx(
            EXPECTED["germany"]["published"]["weights"][country], abs=0.01
        )
    gaps = theirs.gaps()
    assert gaps.loc[gaps["time"] >= 1990, "gap"].mean() == pytest.approx(
        peer["att_1990_2003"], rel=5e-3
    )  # its inner solver is loose


def test_a_treated_unit_inside_the_hull_is_met_exactly_as_stata_does() -> None:
    panel = read_wide("hull", "year", "region", "y")
    found = synthetic_control(panel, unit="region", time="year", outcome="y", treated="treated", start=20)
    for donor, weight in EXPECTED["hull"]["stata18_synth"]["weights"].items():
        assert weights_of(found)[donor] == pytest.approx(weight, abs=1e-9)
    assert found.att == pytest.approx(EXPECTED["hull"]["stata18_synth"]["att"], abs=1e-9)
