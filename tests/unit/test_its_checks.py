"""Checks give the verdict that the series deserves, and say so when they could not run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import its
from btc_eval.estimates import Check, Verdict
from btc_eval.inference.simulate import ar1_noise
from btc_eval.its.report import verdict


def months(n: int) -> pd.DatetimeIndex:
    return pd.date_range("2016-01-01", periods=n, freq="MS")


def found(values: Any, **options: Any) -> dict[str, Check]:
    frame = pd.DataFrame({"month": months(len(values)), "rate": values})
    chosen = {"outcome": "rate", "time": "month", "start": "2019-01", **options}
    return {check.name: check for check in its.fit(frame, **chosen).checks()}


def test_a_quiet_series_passes() -> None:
    rng = np.random.default_rng(1)
    verdicts = found(rng.normal(50, 2, 72) - 6 * (np.arange(72) >= 36), estimator="ols")
    for name in ("residual autocorrelation", "Durbin–Watson", "unknown breakpoint", "which estimator to believe"):
        assert verdicts[name].verdict is Verdict.PASS, verdicts[name]
    assert verdicts["dispersion"].verdict is Verdict.NOT_CHECKED


def test_autocorrelation_is_seen_by_every_test_and_a_better_model_named() -> None:
    steps = np.r_[0, np.ones(71, dtype=int)]
    series = 50 + ar1_noise(steps, np.array([0.8]), np.random.default_rng(2))[:, 0]
    verdicts = found(series, estimator="newey-west")
    for name in ("residual autocorrelation", "Durbin–Watson", "Ljung–Box", "Cumby–Huizinga"):
        assert verdicts[name].verdict is Verdict.CONCERN, verdicts[name]
    assert "believe reml" in verdicts["which estimator to believe"].detail
    better = found(series, estimator="reml")
    assert better["residual autocorrelation"].verdict is Verdict.PASS
    assert better["which estimator to believe"].verdict is Verdict.PASS


def test_a_break_somewhere_else_is_pointed_out() -> None:
    rng = np.random.default_rng(3)
    verdicts = found(rng.normal(50, 1, 72) - 8 * (np.arange(72) >= 20), estimator="ols")
    check = verdicts["unknown breakpoint"]
    assert check.verdict is Verdict.CONCERN
    assert "2017-09" in check.detail


def test_one_point_that_makes_the_answer() -> None:
    rng = np.random.default_rng(4)
    series = rng.normal(50, 1, 72)
    series[70] = 120
    check = found(series, estimator="ols", start="2021-09")["influence of single points"]
    assert check.verdict is Verdict.CONCERN
    assert "2021-1" in check.detail  # the spike, or the last month that is left to answer it


def test_a_bend_before_the_intervention() -> None:
    rng = np.random.default_rng(5)
    time = np.arange(72)
    verdicts = found(rng.normal(50, 0.5, 72) + 0.01 * np.minimum(time, 36) ** 2, estimator="ols")
    assert verdicts["trend before"].verdict is Verdict.CONCERN


def test_dispersion_of_counts() -> None:
    rng = np.random.default_rng(6)
    counts = rng.negative_binomial(3, 3 / (3 + 60), 72)
    assert found(counts, estimator="poisson")["dispersion"].verdict is Verdict.FAIL
    assert found(rng.poisson(60, 72), estimator="poisson")["dispersion"].verdict is Verdict.PASS


def test_a_short_series_is_a_concern_and_a_check_that_cannot_run_says_so() -> None:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"year": range(2014, 2023), "rate": rng.normal(50, 2, 9)})
    checks = {c.name: c for c in its.fit(frame, outcome="rate", time="year", start=2018).checks()}
    assert checks["length of the series"].verdict is Verdict.CONCERN
    assert checks["trend before"].verdict is Verdict.NOT_CHECKED
    assert checks["trend before"].detail.startswith("Could not run: ")


def test_a_difference_in_trend_from_the_control_is_looked_for() -> None:
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"month": months(60), "rate": rng.normal(50, 1, 60) + 0.3 * np.arange(60)})
    frame["control"] = rng.normal(40, 1, 60)
    fit = its.fit(frame, outcome="rate", time="month", start="2019-01", control="control", estimator="reml")
    check = {c.name: c for c in fit.checks()}["trend before"]
    assert check.verdict is Verdict.CONCERN
    assert "Difference in trend" in check.detail


def test_the_worst_verdict_of_those_that_ran() -> None:
    checks = (Check("a", Verdict.PASS), Check("b", Verdict.NOT_CHECKED), Check("c", Verdict.CONCERN))
    assert verdict(checks) is Verdict.CONCERN
    assert verdict((Check("b"),)) is Verdict.NOT_CHECKED


def test_the_report_says_what_readers_must_be_told() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"month": months(60), "n": rng.poisson(50, 60), "people": 1000.0}).drop(index=40)
    fit = its.fit(
        frame,
        outcome="n",
        time="month",
        start="2019-01",
        phase_in=2,
        population="people",
        season=1,
        events=[its.window("lockdown", "2020-03", "2020-05")],
    )
    table = fit.report(fit.checks())
    said = table.set_index("item")["value"]
    assert said["Window, both ends included"] == "2016-01 to 2020-12"
    assert said["Intervention: first affected period"] == "2019-01"
    assert said["Points before, and in each segment after"] == "36, 21"
    assert said["Phase-in"] == "2019-01 to 2019-02 (excluded)"
    assert said["Missing periods"] == "2019-05"
    assert said["Denominator or exposure"] == "people"
    assert said["Other events adjusted for"] == "lockdown (2020-03 to 2020-05)"
    assert said["Seasonality"] == "1 harmonic pairs"
    assert said["Why this estimator"] == fit.why
    assert {"Series", "Model", "Result", "Checks"} == set(table["section"])
    row = fit.tidy(exponentiate=True).set_index("term").loc["level_change"]
    assert said["Level change (ratio)"].startswith(f"{row['estimate']:.4g} (")


@pytest.mark.parametrize("phase", ["exclude", "ramp"])
def test_the_report_names_a_ramp(phase: str) -> None:
    rng = np.random.default_rng(10)
    frame = pd.DataFrame({"month": months(40), "rate": rng.normal(5, 1, 40)})
    fit = its.fit(frame, outcome="rate", time="month", start="2018-01", phase_in=2, phase=phase)  # type: ignore[arg-type]
    said = fit.report().set_index("item")["value"]["Phase-in"]
    assert said.endswith("(excluded)" if phase == "exclude" else "(ramped)")
