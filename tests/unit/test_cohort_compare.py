"""One call that compares, its checks, subgroups, and a bootstrap that a loop repeats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from btc_eval import cohort
from btc_eval.cohort.balance import balance_check, size_check
from btc_eval.errors import UsageError
from btc_eval.estimates import TIDY_COLUMNS, Verdict
from btc_eval.inference.clusters import one_way, two_way
from btc_eval.inference.multiplicity import holm, step_down_draws

COVARIATES = ["need", "age", "area"]
CALL: dict[str, Any] = {"outcome": "care", "treatment": "helped", "covariates": COVARIATES}


def people(n: int = 600, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    family = np.arange(n) // 2
    shared = rng.normal(size=n // 2)[family]
    frame = pd.DataFrame(
        {
            "need": rng.normal(size=n),
            "age": rng.uniform(0, 17, n),
            "area": rng.choice(["x", "y"], n),
            "sex": rng.choice(["f", "m"], n),
            "family": family,
        }
    )
    chance = 1 / (1 + np.exp(0.3 - 0.6 * frame["need"] - 0.4 * shared))
    frame["helped"] = (rng.random(n) < chance).astype(int)
    risk = 1 / (1 + np.exp(0.6 - 0.7 * frame["need"] - 0.5 * shared + 0.8 * frame["helped"]))
    return frame.assign(care=(rng.random(n) < risk).astype(int))


@pytest.mark.parametrize("design", ["weight", "match", "coarsened", "aipw", "standardised"])
def test_every_design_says_the_same_things(design: Any) -> None:
    options: dict[str, Any] = {"match": {"caliper": 0.2}, "coarsened": {"cuts": {"need": 5, "age": 2}}}.get(design, {})
    found = cohort.compare(people(), design=design, cluster="family", **CALL, **options)
    table = found.tidy()
    assert list(table.columns) == ["analysis", *TIDY_COLUMNS]
    terms = ["risk_control", "risk_treated", "risk_difference", "risk_ratio", "odds_ratio"]
    assert table.groupby("analysis", sort=False)["term"].agg(list).to_dict() == {"crude": terms, "adjusted": terms}
    names = ["balance", "overlap", "clusters", "events", "what was not measured", "direction"]
    checks = {check.name: check for check in found.checks}
    assert [name for name in checks if name != "effective sample size"] == names
    assert all(check.detail for check in found.checks)
    assert checks["balance"].verdict is (Verdict.NOT_CHECKED if design == "standardised" else Verdict.PASS)
    # confounding by need makes the crude difference too small
    assert found.difference.value < found.crude.difference.value
    assert found.evalue is not None
    assert found.evalue.point > 1
    if design == "standardised":
        assert not any(column.endswith("_after") for column in found.balance)
    else:
        assert list(found.love()["sample"].unique()) == ["before", "after"]
        assert found.balance["smd_after"].abs().max() < found.balance["smd_before"].abs().max()


def test_overlap_is_shown_where_a_score_was_estimated() -> None:
    frame = people()
    table = cohort.compare(frame, **CALL).overlap()
    assert table.groupby("group", sort=False)["rows"].sum().to_dict() == {
        "treated": int(frame["helped"].sum()),
        "control": int((1 - frame["helped"]).sum()),
    }
    with pytest.raises(UsageError, match="design='weight'"):
        cohort.compare(frame, design="match", **CALL).overlap()
    with pytest.raises(UsageError, match="no propensity score"):
        cohort.weight(frame, treatment="helped", covariates=COVARIATES, estimand="entropy").overlap()


def test_a_cohort_that_carries_its_frame_will_do() -> None:
    class Carrier:
        frame = people()

    pd.testing.assert_frame_equal(cohort.compare(Carrier(), **CALL).tidy(), cohort.compare(people(), **CALL).tidy())


def test_checks_fail_where_they_should() -> None:
    frame = people()
    unequal = cohort.match(frame, treatment="helped", covariates=COVARIATES, order="data", exact=["sex"])
    assert balance_check(unequal.balance()).verdict in (Verdict.CONCERN, Verdict.FAIL)
    few = pd.DataFrame({"used": [100, 100], "effective": [100.0, 15.0]})
    assert size_check(few).verdict is Verdict.FAIL
    rare = frame.assign(care=[1] * 3 + [0] * 597)
    events = {check.name: check for check in cohort.effect(rare, outcome="care", treatment="helped").checks()}
    assert events["events"].verdict is Verdict.CONCERN
    assert events["clusters"].verdict is Verdict.NOT_CHECKED
    clustered = cohort.effect(frame.assign(team=frame.index % 8), outcome="care", treatment="helped", cluster="team")
    assert clustered.checks()[0].verdict is Verdict.CONCERN
    # an interval that holds no difference is explained by nothing at all
    nothing = cohort.compare(frame.assign(care=np.arange(600) % 2), **CALL)
    assert {check.name: check.verdict for check in nothing.checks}["what was not measured"] is Verdict.FAIL


def test_a_group_without_events_has_no_interval() -> None:
    frame = people()
    frame.loc[frame["helped"] == 1, "care"] = 0
    table = cohort.effect(frame, outcome="care", treatment="helped").tidy().set_index("term")
    assert table.loc["risk_treated", "estimate"] == 0
    assert table.loc[["risk_treated", "risk_ratio", "odds_ratio"], "conf_low"].isna().all()
    assert table.loc["risk_difference", "conf_high"] < 0
    assert cohort.compare(frame, **CALL).evalue is None


def test_a_bootstrap_in_batches_is_the_loop() -> None:
    frame = people(400)
    found = cohort.bootstrap(frame, rng=np.random.default_rng(5), cluster="family", replicates=8, **CALL)
    families = pd.unique(frame["family"])
    for draw in range(8):
        parts = [frame[frame["family"] == family] for family, n in zip(families, found.counts[draw]) for _ in range(n)]
        sample = pd.concat(parts, ignore_index=True)
        design = sm.add_constant(sample[["need", "age"]].assign(y=sample["area"] == "y").astype(float))
        chance = sm.Logit(sample["helped"], design).fit(disp=0, method="newton", tol=1e-12).predict()
        treated = sample["helped"].to_numpy() == 1
        weights = np.where(treated, 1 / chance, 1 / (1 - chance))
        care = sample["care"].to_numpy()
        means = [np.average(care[group], weights=weights[group]) for group in (~treated, treated)]
        # Newton steps of both stop below 1e-9
        assert found.draws.loc[draw, "difference"] == pytest.approx(means[1] - means[0], abs=1e-9)
    assert found.lost == 0


def test_influence_refits_and_formula_agree() -> None:
    frame = people()
    call: dict[str, Any] = {"cluster": "family", "replicates": 2000, **CALL}
    refit = cohort.bootstrap(frame, rng=np.random.default_rng(1), **call)
    quick = cohort.bootstrap(frame, rng=np.random.default_rng(1), method="influence", **call)
    made = cohort.weight(frame, treatment="helped", covariates=COVARIATES)
    exact = cohort.effect(frame, outcome="care", treatment="helped", weights=made, cluster="family")
    error = exact.value("risk_difference", "std_error")
    assert quick.estimate == pytest.approx(exact.difference.value, abs=1e-12)
    # the standard deviation of 2,000 draws is itself sure to 1.6 %; three of those, and first order for the refits
    assert quick.std_error == pytest.approx(error, rel=0.05)
    assert refit.std_error == pytest.approx(error, rel=0.08)
    again = cohort.bootstrap(frame, rng=np.random.default_rng(1), **call)
    pd.testing.assert_frame_equal(refit.draws, again.draws)


def test_two_ways_by_hand() -> None:
    influence = np.array([[1.0], [2.0], [-1.0], [-2.0]])
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    # families: (3² + 3²) × 2; sets: (0² + 0²) × 2; each row alone: 10 × 4/3
    families = one_way(influence, first)
    assert families[0, 0] == pytest.approx(36)
    assert two_way(influence, first, second)[0, 0] == pytest.approx(36 + 0 - 10 * 4 / 3)
    # where the difference is below nought, the larger of the two stands
    assert two_way(np.array([[1.0], [-1.0], [-1.0], [1.0]]), first, second)[0, 0] == pytest.approx(0)


def test_holm_and_westfall_young() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    rng = np.random.default_rng(4)
    draws = rng.standard_normal((20_000, 3))
    own = np.array([2.6, 2.0, 0.5])
    found = step_down_draws(own, draws)
    single = 2 * (1 - 0.9953)  # two-sided normal tail of 2.6
    # independent statistics: 1 − (1 − p)³, and then 1 − (1 − p)² of the rest; Monte Carlo error 0.002
    assert found[0] == pytest.approx(1 - (1 - single) ** 3, abs=0.006)
    assert found[1] == pytest.approx(1 - (1 - 0.0455) ** 2, abs=0.008)
    same = step_down_draws(np.array([2.0, 2.0]), np.repeat(draws[:, :1], 2, axis=1))
    assert same[0] == pytest.approx(0.0455, abs=0.006)  # two that move as one need no correction


def test_subgroups_are_their_own_comparisons_and_tested_together() -> None:
    frame = people(1200)
    found = cohort.subgroups(frame, by=["sex", "area"], cluster="family", **CALL)
    table = found.tidy().set_index(["by", "group"])
    part = frame[frame["sex"] == "f"]
    alone = cohort.compare(part, cluster="family", **CALL).difference
    assert table.loc[("sex", "f"), "estimate"] == pytest.approx(alone.value, abs=1e-12)
    assert table.loc[("sex", "f"), "conf_low"] == pytest.approx(alone.conf_low, abs=1e-12)
    np.testing.assert_allclose(table["p_adjusted"], holm(table["p_value"].to_numpy()))
    assert found.tests["degrees"].tolist() == [1, 1]
    # families that lie within one group: the test is that of two independent estimates
    apart = cohort.subgroups(frame.assign(half=frame["family"] % 2), by=["half"], cluster="family", **CALL)
    rows = apart.tidy()
    gap = rows["estimate"].diff().iloc[1] ** 2 / (rows["std_error"] ** 2).sum()
    assert apart.tests["statistic"].iloc[0] == pytest.approx(gap, rel=5e-3)  # G / (G − 1) of 600 against 300
    assert "4 groups were compared" in found.note
    sharper = cohort.subgroups(
        frame,
        by=["sex", "area"],
        cluster="family",
        adjustment="westfall-young",
        rng=np.random.default_rng(1),
        **CALL,
    )
    assert (sharper.tidy()["p_adjusted"] <= found.tidy()["p_adjusted"] + 0.01).all()
    ratios = cohort.subgroups(frame, by=["sex"], scale="ratio", **CALL)
    assert ratios.tidy()["term"].unique().tolist() == ["risk_ratio"]


def test_an_effect_that_differs_is_found() -> None:
    rng = np.random.default_rng(9)
    frame = people(3000)
    flip = (frame["sex"] == "m") & (frame["helped"] == 1)
    frame.loc[flip, "care"] = (rng.random(int(flip.sum())) < 0.75).astype(int)
    found = cohort.subgroups(frame, by=["sex"], **CALL)
    assert found.tests["p_adjusted"].iloc[0] < 1e-6


def test_categories_and_sums_of_others() -> None:
    frame = people()
    frame["twice"] = 2 * frame["need"]
    frame["fixed"] = 1.0
    made = cohort.weight(frame, treatment="helped", covariates=[*COVARIATES, "twice", "fixed"])
    plain = cohort.weight(frame, treatment="helped", covariates=COVARIATES)
    np.testing.assert_allclose(made.weights, plain.weights, rtol=1e-9)
    assert made.notes == ("Left out of the model, being the sum of others: twice, fixed.",)
    terms = made.balance()["term"].tolist()
    assert terms == ["distance", "need", "age", "area_x", "area_y", "twice", "fixed"]


def test_an_evalue_of_a_mean_difference_takes_an_interval_for_its_error() -> None:
    half = 1.959963984540054 * 0.25
    found = cohort.evalue(0.5, 0.5 - half, 0.5 + half, measure="MD")
    given = cohort.evalue(0.5, measure="MD", se=0.25)
    assert (found.point, found.lower) == pytest.approx((given.point, given.lower), rel=1e-12)
    with pytest.raises(UsageError, match="and not both"):
        cohort.evalue(0.5, 0.1, 0.9, measure="MD", se=0.25)
