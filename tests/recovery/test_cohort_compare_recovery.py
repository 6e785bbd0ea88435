"""Known effects come back: coverage of nominal 95 % intervals under families, and double robustness, at fixed seeds.

The truth is a risk difference or a mean difference known by construction. Bounds are 95 % less, or more, three Monte
Carlo standard errors of the number of draws (240 draws: 4.2 points).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import cohort
from btc_eval.inference import Floats

DRAWS = 240
FAMILIES = 250


def expit(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def world(rng: np.random.Generator, families: int = FAMILIES) -> pd.DataFrame:
    """Families of three who share circumstances, and often the help; confounded by need and age."""
    family = np.repeat(np.arange(families), 3)
    home = rng.normal(size=families)[family]
    need, age = rng.normal(size=len(family)), rng.uniform(-1, 1, len(family))
    helped = rng.random(len(family)) < expit(-0.3 + 0.5 * need - 0.4 * age + rng.normal(size=families)[family])
    base = expit(-0.5 + 0.7 * need + 0.3 * age + 0.8 * home)
    # everyone's risk is multiplied by 0.75: the difference is a quarter of the mean risk
    care = rng.random(len(family)) < base * np.where(helped, 0.75, 1.0)
    return pd.DataFrame(
        {
            "family": family,
            "need": need,
            "age": age,
            "helped": helped.astype(int),
            "care": care.astype(int),
            "base": base,
        }
    )


def truth() -> tuple[float, float]:
    frame = world(np.random.default_rng(0), 60_000)
    return -0.25 * float(frame["base"].mean()), -0.25 * float(frame.loc[frame["helped"] == 1, "base"].mean())


CALL: dict[str, Any] = {"outcome": "care", "treatment": "helped", "cluster": "family"}
COVARIATES = ["need", "age"]


@pytest.mark.slow
def test_intervals_cover_the_risk_difference_under_families() -> None:
    everyone, those_helped = truth()
    rng = np.random.default_rng(17)
    inside = dict.fromkeys(("ATE", "ATT", "entropy", "aipw", "standardised", "match"), 0)
    sums = dict.fromkeys(inside, 0.0)
    for _ in range(DRAWS):
        frame = world(rng)
        for name in inside:
            if name in ("aipw", "standardised"):
                found = cohort.effect(frame, covariates=COVARIATES, estimator=name, **CALL)  # type: ignore[arg-type]
            elif name == "match":
                made: Any = cohort.match(frame, treatment="helped", covariates=COVARIATES, caliper=0.1, replace=False)
                found = cohort.effect(frame, weights=made, **CALL)
            else:
                estimand: Any = name
                made = cohort.weight(frame, treatment="helped", covariates=COVARIATES, estimand=estimand)
                found = cohort.effect(frame, weights=made, **CALL)
            target = those_helped if name in ("ATT", "entropy", "match") else everyone
            end = found.difference
            assert end.conf_low is not None
            assert end.conf_high is not None
            inside[name] += end.conf_low <= target <= end.conf_high
            sums[name] += end.value - target
    shares = {name: count / DRAWS for name, count in inside.items()}
    for name in ("ATE", "ATT", "entropy", "aipw", "standardised"):
        assert 0.908 <= shares[name] <= 0.992, shares
        assert abs(sums[name] / DRAWS) < 0.008, (name, sums[name] / DRAWS)
    # a caliper changes whom the matched effect is for, and leaves a little difference within pairs
    assert shares["match"] >= 0.90, shares


def test_either_model_may_be_wrong_but_not_both() -> None:
    rng = np.random.default_rng(23)
    n = 40_000
    x = rng.normal(size=n)
    z = (x + 0.5) ** 2
    frame = pd.DataFrame({"x": x, "z": z, "helped": (rng.random(n) < expit(-0.8 + 0.5 * z - 0.3 * x)).astype(int)})
    frame["y"] = 1.0 * frame["helped"] + z + rng.normal(size=n)
    right, wrong = ["x", "z"], ["x"]

    def estimate(score: list[str], outcome: list[str]) -> tuple[float, float]:
        made = cohort.weight(frame, treatment="helped", covariates=score)
        found = cohort.effect(
            frame, outcome="y", treatment="helped", weights=made, covariates=outcome, estimator="aipw"
        )
        return found.difference.value, found.value("mean_difference", "std_error")

    for score, outcome in ((right, right), (wrong, right), (right, wrong)):
        value, error = estimate(score, outcome)
        assert abs(value - 1.0) < 4 * error, (score, outcome, value, error)
    value, error = estimate(wrong, wrong)
    assert abs(value - 1.0) > 10 * error


def test_errors_that_ignore_the_estimated_score_are_too_wide() -> None:
    """The spread of the estimate over samples is what the full sandwich says, not what fixed weights say."""
    rng = np.random.default_rng(31)
    values, full, fixed = [], [], []
    for _ in range(DRAWS):
        n = 400
        need = rng.normal(size=n)
        helped = rng.random(n) < expit(0.6 * need)
        frame = pd.DataFrame({"need": need, "helped": helped.astype(int), "y": 2 * need + rng.normal(size=n)})
        made = cohort.weight(frame, treatment="helped", covariates=["need"])
        call: dict[str, Any] = {"outcome": "y", "treatment": "helped"}
        found = cohort.effect(frame, weights=made, **call)
        values.append(found.difference.value)
        full.append(found.value("mean_difference", "std_error"))
        fixed.append(cohort.effect(frame, weights=made.weights, **call).value("mean_difference", "std_error"))
    # the standard deviation of 240 draws is sure to 5 %
    assert np.mean(full) == pytest.approx(np.std(values), rel=0.15)
    assert np.mean(fixed) > 1.4 * np.std(values)


def test_entropy_balancing_errors_allow_for_the_means_it_meets() -> None:
    rng = np.random.default_rng(41)
    values, errors = [], []
    for _ in range(DRAWS):
        n = 400
        need = rng.normal(size=n)
        helped = rng.random(n) < expit(0.6 * need)
        effect = 1.0 + need  # differs, so that whose mean it is matters
        frame = pd.DataFrame({"need": need, "helped": helped.astype(int)})
        frame["y"] = 2 * need + helped * effect + rng.normal(size=n)
        made = cohort.weight(frame, treatment="helped", covariates=["need"], estimand="entropy")
        found = cohort.effect(frame, outcome="y", treatment="helped", weights=made)
        values.append(found.difference.value)
        errors.append(found.value("mean_difference", "std_error"))
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)
