"""Linear estimators against R, on the Nile, Proposition 99 and Californian road accidents.

Tolerances: least squares, Newey–West and Prais–Winsten are the same arithmetic, so 1e-9. `nlme::gls` stops within about
1e-6 of its optimum, so REML is held to 1e-4 against it and to 1e-6 against the dense search stored beside it. R's
`arima` takes its standard errors from differences of step 1e-3, so 1e-3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from its_cases import SINGLE, STACKED, TRAFFIC, assert_terms, nile, prop99, stored, traffic2

from btc_eval import its
from btc_eval.inference.reml import restricted_ar1

NILE = stored("nile")["cases"]
PROP99 = stored("prop99")["cases"]
TRAFFIC2 = stored("traffic2")["cases"]["prcfat"]
WINDOWS = {"n12_1893_1904": (1893, 1904), "n20_1889_1908": (1889, 1908)}
MODELS: dict[str, dict[str, Any]] = {
    "level_slope": {},
    "level_only": {"impact": "level"},
    "step_no_trend": {"impact": "level", "trend": False},
}


def nile_fit(window: tuple[int, int], model: str, **options: Any) -> its.SegmentedFit:
    return its.fit(nile(*window), outcome="flow", time="year", start=1899, **MODELS[model], **options)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("window", WINDOWS)
class TestNile:
    def test_least_squares(self, window: str, model: str) -> None:
        expected = NILE[window][model]["ols"]
        fit = nile_fit(WINDOWS[window], model, estimator="ols")
        assert_terms(fit, expected, SINGLE, coef=1e-9, se=1e-9)
        table = fit.tidy().set_index("term")
        for name in expected["coef"]:
            row = table.loc[SINGLE[name]]
            np.testing.assert_allclose(row["p_value"], expected["p"][name], rtol=1e-6)
            np.testing.assert_allclose(row["conf_low"], expected["ci_low"][name], rtol=1e-7, atol=1e-7)
            np.testing.assert_allclose(row["conf_high"], expected["ci_high"][name], rtol=1e-7, atol=1e-7)

    @pytest.mark.parametrize("lag", [0, 1])
    def test_newey_west(self, window: str, model: str, lag: int) -> None:
        fit = nile_fit(WINDOWS[window], model, estimator="newey-west", max_lag=lag)
        assert_terms(fit, NILE[window][model][f"newey_west_lag{lag}"], SINGLE, coef=1e-9, se=1e-9)

    def test_prais_winsten(self, window: str, model: str) -> None:
        expected = NILE[window][model]["prais_winsten"]
        fit = nile_fit(WINDOWS[window], model, estimator="prais-winsten")
        assert_terms(fit, expected, SINGLE, coef=1e-8, se=1e-8)
        assert fit.phi == pytest.approx(float(np.ravel(expected["rho"])[0]), abs=1e-9)

    def test_restricted_likelihood(self, window: str, model: str) -> None:
        fit = nile_fit(WINDOWS[window], model, estimator="reml", small_sample="none")
        dense = NILE[window][model]["gls_ar1_reml_bruteforce"]
        assert_terms(fit, dense, SINGLE, coef=1e-6, se=1e-6)
        assert fit.phi == pytest.approx(dense["phi"], abs=1e-6)
        assert fit.fits.log_likelihood is not None
        assert fit.fits.log_likelihood[0] == pytest.approx(dense["reml_loglik_profile"], abs=1e-7)
        assert_terms(fit, NILE[window][model]["gls_ar1_reml"], SINGLE, coef=1e-4, se=1e-4)

    def test_small_sample_corrections_against_mmrm(self, window: str, model: str) -> None:
        expected = NILE[window][model]["mmrm"]
        data = nile_fit(WINDOWS[window], model, estimator="ols").data
        for name, correction in (
            ("satterthwaite", "satterthwaite"),
            ("kenward_roger_linear", "kenward-roger"),
        ):
            found = restricted_ar1(
                data.design, data.values, correction=correction, information="observed", df_floor=0.0
            )  # type: ignore[arg-type]
            each = np.eye(data.design.shape[1])
            reference = expected[name]
            np.testing.assert_allclose(
                found.precision.std_error(each)[0], list(reference["se"].values()), rtol=1e-4, err_msg=name
            )
            np.testing.assert_allclose(
                found.precision.degrees(each)[0], list(reference["df"].values()), rtol=1e-3, err_msg=name
            )

    def test_exact_maximum_likelihood(self, window: str, model: str) -> None:
        expected = NILE[window][model]["arima_100_ml"]
        fit = nile_fit(WINDOWS[window], model, estimator="arima")
        assert_terms(fit, expected, SINGLE, coef=1e-5, se=1e-3)
        assert fit.phi == pytest.approx(expected["coef"]["ar1"], abs=1e-5)
        assert fit.fits.log_likelihood is not None
        assert fit.fits.log_likelihood[0] == pytest.approx(expected["loglik"], abs=1e-6)


def test_the_likelihood_of_eight_points_has_its_best_at_the_boundary_and_this_is_said() -> None:
    fit = nile_fit((1895, 1902), "level_slope", estimator="reml", intervals="model")
    dense = NILE["n8_1895_1902"]["level_slope"]["gls_ar1_reml_bruteforce"]
    assert dense["at_boundary"]
    assert fit.at_boundary
    assert fit.fits.log_likelihood is not None
    assert fit.fits.log_likelihood[0] >= dense["reml_loglik_profile"] - 1e-9
    assert fit.tidy()["p_value"].isna().all()
    verdicts = {check.name: check.verdict for check in fit.checks()}
    assert verdicts["autocorrelation inside the boundary"] == "fail"


def test_a_step_in_the_whole_century() -> None:
    cases = NILE["n100_full_step"]["step_no_trend"]
    window = (1871, 1970)
    assert_terms(nile_fit(window, "step_no_trend", estimator="ols"), cases["ols"], SINGLE, coef=1e-9, se=1e-9)
    for lag in (0, 1, 4):
        fit = nile_fit(window, "step_no_trend", estimator="newey-west", max_lag=lag)
        assert_terms(fit, cases[f"newey_west_lag{lag}"], SINGLE, coef=1e-9, se=1e-9)
    fit = nile_fit(window, "step_no_trend", estimator="reml", small_sample="none")
    assert_terms(fit, cases["gls_ar1_reml_bruteforce"], SINGLE, coef=1e-6, se=1e-6)
    assert fit.phi == pytest.approx(cases["gls_ar1_reml"]["phi"], abs=1e-5)
    assert_terms(
        nile_fit(window, "step_no_trend", estimator="arima"), cases["arima_100_ml"], SINGLE, coef=1e-4, se=1e-3
    )


def california(**options: Any) -> its.SegmentedFit:
    return its.fit(prop99(), outcome="California", time="year", start=1989, **options)


class TestProposition99:
    def test_single_series(self) -> None:
        cases = PROP99["single"]
        assert_terms(california(estimator="ols"), cases["ols"], SINGLE, coef=1e-9, se=1e-9)
        for lag in (0, 1, 2):
            fit = california(estimator="newey-west", max_lag=lag)
            assert_terms(fit, cases[f"newey_west_lag{lag}"], SINGLE, coef=1e-9, se=1e-9)
        assert_terms(california(estimator="prais-winsten"), cases["prais_winsten"], SINGLE, coef=1e-7, se=1e-7)

    def test_linden_printed_these_digits(self) -> None:
        table = california(estimator="newey-west", max_lag=1).tidy().set_index("term")["estimate"]
        printed = PROP99["published"]
        assert table["intercept"] == pytest.approx(printed["tint"], abs=5e-5)
        assert table["trend"] == pytest.approx(printed["tpre"], abs=5e-7)
        assert table["level_change"] == pytest.approx(printed["tstep"], abs=5e-5)
        assert table["trend"] + table["slope_change"] == pytest.approx(printed["tpost"], abs=5e-7)

    def test_the_trend_after_has_its_own_interval(self) -> None:
        fit = california(estimator="newey-west", max_lag=1)
        combination = np.array([[0.0, 1.0, 0.0, 1.0]])
        line = fit.contrast(combination, ["trend after"]).iloc[0]
        expected = PROP99["single_posttrend_nw1"]
        assert line["estimate"] == pytest.approx(expected["est"], rel=1e-9)
        assert line["std_error"] == pytest.approx(expected["se"], rel=1e-9)
        assert [line["conf_low"], line["conf_high"]] == pytest.approx(expected["ci"], rel=1e-8)

    def test_a_series_like_a_random_walk_is_flagged_not_quoted(self) -> None:
        fit = california(estimator="reml")
        assert fit.at_boundary
        assert fit.tidy()["p_value"].isna().all()

    @pytest.mark.parametrize("controls", ["multi_three", "multi_all38"])
    def test_treated_beside_controls(self, controls: str) -> None:
        frame = prop99()
        names = stored("prop99")["three"]
        if controls == "multi_all38":
            names = [c for c in frame.columns if c not in ("year", "California")]
        cases = PROP99[controls]
        stacked = {"control": names, "control_as": "stacked"}
        assert_terms(california(estimator="ols", **stacked), cases["ols"], STACKED, coef=1e-8, se=1e-8)
        fit = california(estimator="newey-west", max_lag=1, **stacked)
        assert_terms(fit, cases["panel_nw_lag1"], STACKED, coef=1e-8, se=1e-8)
        row = fit.tidy().set_index("term").loc["level_change"]
        assert row["p_value"] == pytest.approx(cases["panel_nw_lag1"]["p"]["z:x"], rel=1e-6)
        if controls == "multi_all38":
            assert row["p_value"] == pytest.approx(PROP99["published"]["p_z_x1989"], abs=5e-4)

    def test_treated_beside_three_controls_with_one_autocorrelation(self) -> None:
        fit = california(estimator="reml", small_sample="none", control=stored("prop99")["three"], control_as="stacked")
        expected = PROP99["multi_three"]["gls_ar1_reml_by_state"]
        assert fit.phi == pytest.approx(expected["phi"], abs=2e-5)
        assert_terms(fit, expected, STACKED, coef=2e-4, se=2e-4)

    @pytest.mark.parametrize("controls", ["multi_three", "multi_all38"])
    def test_difference_from_controls(self, controls: str) -> None:
        frame = prop99()
        names = stored("prop99")["three"]
        if controls == "multi_all38":
            names = [c for c in frame.columns if c not in ("year", "California")]
        cases = PROP99[controls]["difference_series"]
        for options, key, tolerance in (
            ({"estimator": "ols"}, "ols", 1e-7),
            ({"estimator": "newey-west", "max_lag": 1}, "newey_west_lag1", 1e-7),
            ({"estimator": "prais-winsten"}, "prais_winsten", 1e-6),
            ({"estimator": "reml", "small_sample": "none"}, "gls_ar1_reml_bruteforce", 1e-5),
        ):
            if cases[key].get("at_boundary"):
                assert california(control=names, **options).at_boundary
            else:
                assert_terms(california(control=names, **options), cases[key], SINGLE, coef=tolerance, se=tolerance)


def accidents(**options: Any) -> its.SegmentedFit:
    return its.fit(
        traffic2(),
        outcome="prcfat",
        time="month",
        start="1986-01-01",
        impact="level",
        season="month",
        events=[its.step("speed limit", "1987-05-01")],
        covariates=["wkends", "unem"],
        **options,
    )


class TestRoadAccidents:
    def test_least_squares_and_newey_west(self) -> None:
        assert_terms(accidents(estimator="ols"), TRAFFIC2["ols"], TRAFFIC, coef=1e-8, se=1e-8)
        for lag in (0, 1, 4):
            fit = accidents(estimator="newey-west", max_lag=lag)
            assert_terms(fit, TRAFFIC2[f"newey_west_lag{lag}"], TRAFFIC, coef=1e-8, se=1e-8)

    def test_prais_winsten(self) -> None:
        fit = accidents(estimator="prais-winsten")
        assert_terms(fit, TRAFFIC2["prais_winsten"], TRAFFIC, coef=1e-7, se=1e-7)

    def test_restricted_likelihood(self) -> None:
        fit = accidents(estimator="reml", small_sample="none")
        assert_terms(fit, TRAFFIC2["gls_ar1_reml_bruteforce"], TRAFFIC, coef=1e-5, se=1e-5)

    def test_exact_maximum_likelihood(self) -> None:
        fit = accidents(estimator="arima")
        # R's differences of step 1e-3 are as large as the coefficient of a month's trend here, hence 3 % on its error
        assert_terms(fit, TRAFFIC2["arima_100_ml"], TRAFFIC, coef=2e-3, se=0.03)
        assert fit.fits.log_likelihood is not None
        assert fit.fits.log_likelihood[0] >= TRAFFIC2["arima_100_ml"]["loglik"] - 1e-5

    def test_wooldridge_printed_these_digits(self) -> None:
        table = accidents(estimator="ols").tidy().set_index("term")
        assert round(float(table.loc["event_speed limit", "estimate"]), 3) == 0.067
        assert round(float(table.loc["event_speed limit", "std_error"]), 3) == 0.021
        assert round(float(table.loc["level_change", "estimate"]), 3) == -0.030
        assert round(float(table.loc["level_change", "std_error"]), 3) == 0.023
