"""Weights, effects and E-values against sandwich, statsmodels, WeightIt's published case and EValue 4.1.4."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from cohort_cases import CALL, SHARED, people, stored
from scipy import optimize
from statsmodels.treatment.treatment_effects import TreatmentEffect

from btc_eval import cohort

EVALUES = json.loads((Path(__file__).parent / "evalue.json").read_text(encoding="utf-8"))["cases"]
RATIOS: dict[str, dict[str, Any]] = {
    "hammond_horn_RR10.73": {"estimate": 10.73, "conf_low": 8.02, "conf_high": 14.36},
    "true_1.5_from_RR2.5": {"estimate": 2.5, "true": 1.5},
    "victora_OR3.9_rare": {"estimate": 3.9, "conf_low": 1.8, "conf_high": 8.7, "measure": "OR"},
    "RR3.9": {"estimate": 3.9, "conf_low": 1.8, "conf_high": 8.7},
    "leukemia_RR0.80": {"estimate": 0.80, "conf_low": 0.71, "conf_high": 0.91},
    "OR_common_0.86": {"estimate": 0.86, "conf_low": 0.75, "conf_high": 0.99, "measure": "OR", "rare": False},
    "OR_common_1.93": {"estimate": 1.93, "conf_low": 1.2, "conf_high": 3.1, "measure": "OR", "rare": False},
    "HR_rare_0.6": {"estimate": 0.6, "conf_low": 0.45, "conf_high": 0.8, "measure": "HR"},
    "HR_common_0.56": {"estimate": 0.56, "conf_low": 0.46, "conf_high": 0.69, "measure": "HR", "rare": False},
    "HR_common_1.7": {"estimate": 1.7, "conf_low": 1.2, "conf_high": 2.4, "measure": "HR", "rare": False},
    "RR_ci_crosses_null": {"estimate": 1.2, "conf_low": 0.9, "conf_high": 1.6},
    "MD_0.5_se0.25": {"estimate": 0.5, "measure": "MD", "se": 0.25},
    "OLS": {"estimate": 0.293, "measure": "MD", "se": 0.0325, "sd": 1, "delta": 1},
}


@pytest.mark.parametrize("name", RATIOS)
def test_evalues_are_those_of_r(name: str) -> None:
    found = cohort.evalue(**RATIOS[name]).tidy()
    scale, values = np.array(EVALUES[name]["values"], dtype=float)
    np.testing.assert_allclose(found["risk_ratio"], scale, rtol=1e-12)  # printed to 15 digits
    np.testing.assert_allclose(found["evalue"], values, rtol=1e-12)


def test_evalues_of_a_risk_difference() -> None:
    counts = {"n11": 397, "n10": 78557, "n01": 51, "n00": 108778}
    found = cohort.evalue(measure="RD", **counts)
    assert found.point == pytest.approx(EVALUES["RD"]["est"], rel=1e-12)
    assert found.lower == pytest.approx(EVALUES["RD"]["lower"], rel=1e-12)
    # the groups the other way round: the same strengths, and the end nearer to nought is the upper one
    turned = cohort.evalue(measure="RD", n11=51, n10=108778, n01=397, n00=78557)
    assert (turned.point, turned.upper) == (found.point, found.lower)
    assert np.isnan(turned.lower)


def test_fixed_weights_have_the_sandwich_of_r() -> None:
    frame = people()
    weights = cohort.weight(frame, **CALL).weights
    found = cohort.effect(frame, outcome="outcome", treatment="treated", weights=weights)
    case = stored("matchit")["weighted"]
    # the score's own tolerance in R, and linear probabilities of two groups are their weighted means
    assert found.difference.value == pytest.approx(case["estimate"], abs=1e-9)
    assert found.value("risk_difference", "std_error") == pytest.approx(case["se"], abs=1e-9)


def test_matched_errors_are_clustered_by_set_and_family_as_in_r() -> None:
    frame = people()
    frame["family"] = [int(label[1:]) // 3 for label in frame.index]
    found = cohort.match(frame, distance="mahalanobis", **CALL)
    case = stored("matchit")["cluster"]
    plain = cohort.effect(frame, outcome="outcome", treatment="treated", weights=found)
    both = cohort.effect(frame, outcome="outcome", treatment="treated", weights=found, cluster="family")
    assert plain.difference.value == pytest.approx(case["estimate"], abs=1e-12)
    # vcovCL (HC0) multiplies each way by G / (G − 1), as here
    assert plain.value("risk_difference", "std_error") == pytest.approx(case["set"], rel=1e-10)
    assert both.value("risk_difference", "std_error") == pytest.approx(case["both"], rel=1e-10)
    assert both.clustering == "matched set and family"


@pytest.fixture(scope="module")
def trial() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    x = rng.normal(size=(900, 2))
    treated = rng.random(900) < 1 / (1 + np.exp(-0.5 * x[:, 0] + 0.3 * x[:, 1]))
    frame = pd.DataFrame(x, columns=["a", "b"]).assign(treated=treated.astype(int))
    return frame.assign(y=1 + x @ [1.0, -0.5] + 0.4 * treated * x[:, 0] + 0.8 * treated + rng.normal(size=900))


@pytest.mark.parametrize(("ours", "theirs"), [("weighted", "ipw"), ("standardised", "ra"), ("aipw", "aipw")])
def test_means_and_errors_are_those_of_statsmodels(trial: pd.DataFrame, ours: Any, theirs: str) -> None:
    design = sm.add_constant(trial[["a", "b"]])
    witness = TreatmentEffect(
        sm.OLS(trial["y"], design), trial["treated"], results_select=sm.Logit(trial["treated"], design).fit(disp=0)
    )
    expected = getattr(witness, theirs)(disp=False).results_gmm
    options: dict[str, Any] = {"weights": cohort.weight(trial, treatment="treated", covariates=["a", "b"])}
    if ours != "weighted":
        options = {"covariates": ["a", "b"], "estimator": ours}
    found = cohort.effect(trial, outcome="y", treatment="treated", **options)
    # both solve the same equations; GMM stops its iterations at about 1e-8
    assert found.difference.value == pytest.approx(float(expected.params[0]), abs=1e-6)
    error = float(np.sqrt(expected.cov_params()[0, 0]))
    assert found.value("mean_difference", "std_error") == pytest.approx(error, rel=1e-5)


def test_standardised_on_a_weighted_sample_is_weighted_least_squares(trial: pd.DataFrame) -> None:
    made = cohort.match(trial, treatment="treated", covariates=["a", "b"], caliper=0.2)
    found = cohort.effect(
        trial,
        outcome="y",
        treatment="treated",
        weights=made,
        covariates=["a", "b"],
        estimator="standardised",
        interactions=[],
    )
    used = trial[made.weights > 0]
    sets = made.sets[made.weights > 0].to_numpy()
    design = sm.add_constant(used[["treated", "a", "b"]])
    fit = sm.WLS(used["y"], design, weights=made.weights[made.weights > 0]).fit(
        cov_type="cluster", cov_kwds={"groups": sets, "use_correction": False}
    )
    assert found.difference.value == pytest.approx(fit.params["treated"], abs=1e-10)
    count = len(np.unique(sets))
    expected = fit.bse["treated"] * np.sqrt(count / (count - 1))
    assert found.value("mean_difference", "std_error") == pytest.approx(expected, rel=1e-8)


def test_rates_are_those_of_a_weighted_poisson_regression(trial: pd.DataFrame) -> None:
    rng = np.random.default_rng(2)
    frame = trial.assign(time=rng.uniform(0.2, 2, len(trial)), family=np.arange(len(trial)) // 3)
    frame["n"] = rng.poisson(0.6 * frame["time"])
    made = cohort.weight(frame, treatment="treated", covariates=["a", "b"])
    fixed = cohort.effect(
        frame, outcome="n", treatment="treated", weights=made.weights, exposure="time", cluster="family"
    )
    fit = sm.GEE(
        frame["n"],
        sm.add_constant(frame[["treated"]]),
        groups=frame["family"],
        family=sm.families.Poisson(),
        cov_struct=sm.cov_struct.Independence(),
        offset=np.log(frame["time"]),
        weights=made.weights,
    ).fit(ctol=1e-12)
    clusters = frame["family"].nunique()
    error = fit.bse["treated"] * np.sqrt(clusters / (clusters - 1))
    assert np.log(fixed.value("rate_ratio")) == pytest.approx(fit.params["treated"], abs=1e-8)
    assert fixed.value("rate_ratio", "std_error") == pytest.approx(error, rel=1e-6)


def test_entropy_weights_are_the_minimum_that_a_general_solver_finds() -> None:
    frame = people()
    found = cohort.weight(frame, treatment="treated", covariates=["age", "need"], estimand="entropy")
    treated = frame["treated"].to_numpy() == 1
    x = frame.loc[~treated, ["age", "need"]].to_numpy()
    gap = x - frame.loc[treated, ["age", "need"]].to_numpy().mean(axis=0)
    solved = optimize.minimize(lambda s: np.log(np.exp(gap @ s).sum()), np.zeros(2), method="BFGS", tol=1e-12)
    weights = np.exp(gap @ solved.x)
    # BFGS with numerical gradients stops at about 1e-7
    np.testing.assert_allclose(found.weights[~treated], weights / weights.mean(), rtol=1e-5)


def _nhefs() -> tuple[pd.DataFrame, list[str], dict[str, Any]]:
    folder = SHARED / "reference" / "cohort" / "iptw_nhefs"
    if not folder.is_dir():
        pytest.skip("the shared files are not here")
    frame = pd.read_csv(folder / "data.csv", index_col="seqn")
    covariates = ["sex", "race"]
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        frame[f"{name}_squared"] = frame[name] ** 2
        covariates += [name, f"{name}_squared"]
    for name in ("education", "exercise", "active"):
        frame[name] = frame[name].astype("category")
        covariates.append(name)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    weights = pd.read_csv(folder / "weights.csv", index_col="seqn")
    return frame.join(weights), covariates, expected


@pytest.mark.shared
def test_nhefs_weights_and_effects() -> None:
    frame, covariates, expected = _nhefs()
    made = cohort.weight(frame, treatment="qsmk", covariates=covariates)
    np.testing.assert_allclose(made.weights, frame["w"], rtol=1e-9)  # R's glm stops at 1e-8 of the deviance
    level = cohort.weight(frame, treatment="qsmk", covariates=covariates, stabilise=True)
    np.testing.assert_allclose(level.weights, frame["sw"], rtol=1e-9)
    call: dict[str, Any] = {"outcome": "wt82_71", "treatment": "qsmk"}
    fixed = cohort.effect(frame, weights=made.weights, **call)
    assert fixed.difference.value == pytest.approx(expected["m_estimation"]["est"], abs=1e-8)
    assert fixed.value("mean_difference", "std_error") == pytest.approx(expected["hc_se"]["HC0"], abs=1e-8)
    clustered = cohort.effect(frame, weights=made.weights, cluster="fam", **call)
    assert clustered.value("mean_difference", "std_error") == pytest.approx(expected["cluster_se"]["HC0"], abs=1e-8)
    for cluster, key in ((None, "se"), ("fam", "se_cluster_fam")):
        whole = cohort.effect(frame, weights=made, cluster=cluster, **call)
        assert whole.value("mean_difference", "std_error") == pytest.approx(expected["m_estimation"][key], abs=1e-7)
    death = cohort.effect(frame, outcome="death", treatment="qsmk", weights=level)
    for term, value, error in (
        ("risk_difference", "risk_difference", "se_rd"),
        ("risk_ratio", "log_risk_ratio", "se_log_rr"),
        ("odds_ratio", "log_odds_ratio", "se_log_or"),
    ):
        ours = death.value(term) if term == "risk_difference" else np.log(death.value(term))
        assert ours == pytest.approx(expected["death"][value], abs=1e-8)
        assert death.value(term, "std_error") == pytest.approx(expected["death"][error], abs=1e-8)


@pytest.mark.shared
def test_nhefs_standardised_and_augmented() -> None:
    frame, covariates, expected = _nhefs()
    call: dict[str, Any] = {
        "outcome": "wt82_71",
        "treatment": "qsmk",
        "covariates": covariates,
        "interactions": ["smokeintensity"],
    }
    whole = cohort.effect(frame, estimator="standardised", **call)
    assert whole.value("mean_treated") == pytest.approx(expected["g_formula"]["mean1"], abs=1e-8)
    assert whole.value("mean_control") == pytest.approx(expected["g_formula"]["mean0"], abs=1e-8)
    double = cohort.effect(frame, estimator="aipw", **call)
    assert double.difference.value == pytest.approx(expected["aipw"]["ate"], abs=1e-7)
    # the reference's error leaves out that both models are estimated; the two differ by 1 in 100 here
    assert double.value("mean_difference", "std_error") == pytest.approx(expected["aipw"]["se_if"], rel=0.02)
