"""Published series whose files carry no clear licence: read where they lie beside the clone, never committed.

Committed counterparts: `test_its_gaussian.py` and `test_its_counts.py` hold the same estimators to R on data that may
be kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from its_cases import SINGLE, STACKED, assert_terms

from btc_eval import its

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "its"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the reference cases do not lie beside the clone"),
]


def expected(name: str) -> Any:
    return json.loads((SHARED / name / "expected.json").read_text(encoding="utf-8"))


def sicily() -> pd.DataFrame:
    frame = pd.read_csv(SHARED / "sicily_bernal2017" / "data.csv")
    text = frame["year"].astype(str) + "-" + frame["month"].astype(str).str.zfill(2)
    return frame.assign(period=text, rate=frame["aces"] / frame["stdpop"] * 1e5)


HARMONICS = {"sin1": "season_sin1", "sin2": "season_sin2", "cos1": "season_cos1", "cos2": "season_cos2"}


class TestSmokingBan:
    """Lopez Bernal, Cummins and Gasparrini 2017: the tutorial's own models and printed results."""

    def fit(self, **options: Any) -> its.SegmentedFit:
        return its.fit(sicily(), outcome="aces", time="period", start="2005-01", population="stdpop", **options)

    def test_the_step_printed_in_the_paper(self) -> None:
        fit = self.fit(estimator="poisson", impact="level")
        row = fit.tidy(exponentiate=True).set_index("term").loc["level_change"]
        # the paper cuts 0.8647 to 0.864
        printed = [float(row[c]) for c in ("estimate", "conf_low", "conf_high")]
        assert printed == pytest.approx([0.894, 0.864, 0.925], abs=1e-3)
        fit = self.fit(estimator="quasi-poisson", impact="level", season=2)
        row = fit.tidy().set_index("term").loc["level_change"]
        ends = np.exp(row["estimate"] + np.array([-1.959964, 1.959964]) * row["std_error"])
        assert [round(float(x), 3) for x in (np.exp(row["estimate"]), *ends)] == [0.885, 0.839, 0.933]

    def test_every_model_of_the_tutorial(self) -> None:
        models = expected("sicily_bernal2017")["models"]
        names = {"smokban": "level_change", "time": "trend", **HARMONICS}
        cases: tuple[tuple[str, dict[str, Any]], ...] = (
            ("model1_poisson_step", {"estimator": "poisson"}),
            ("model2_quasipoisson_step", {"estimator": "quasi-poisson"}),
            ("model3_quasipoisson_step_harm2", {"estimator": "quasi-poisson", "season": 2}),
            ("nb_step_harm2", {"estimator": "negative-binomial", "season": 2}),
        )
        for name, options in cases:
            fit = self.fit(impact="level", **options)
            tolerance = 1e-6 if name.startswith("nb") else 1e-8
            assert_terms(fit, models[name], names, coef=tolerance, se=tolerance)
        # the paper counts the slope from the month before the ban: its step is our level less one month of slope
        fit = self.fit(estimator="quasi-poisson", season=2)
        paper = models["model4_quasipoisson_step_slope_harm2"]
        table = fit.tidy().set_index("term")
        assert table.loc["slope_change", "estimate"] == pytest.approx(paper["coef"]["t36"], rel=1e-7)
        assert table.loc["slope_change", "std_error"] == pytest.approx(paper["se"]["t36"], rel=1e-7)
        level = paper["coef"]["smokban"] + paper["coef"]["t36"]
        assert table.loc["level_change", "estimate"] == pytest.approx(level, rel=1e-7)

    def test_the_counterfactual_total(self) -> None:
        case = expected("sicily_bernal2017")["counterfactual_model3"]
        fit = self.fit(estimator="quasi-poisson", impact="level", season=2)
        effect = fit.effect().set_index("term").loc["cumulative"]
        assert effect["periods"] == case["n_post"]
        assert effect["estimate"] == pytest.approx(case["difference_fitted"], rel=1e-8)
        assert effect["std_error"] == pytest.approx(case["difference_se_delta"], rel=1e-6)
        after = fit.counterfactual().iloc[-case["n_post"] :]
        assert after["counterfactual"].sum() == pytest.approx(case["counterfactual"], rel=1e-9)
        assert after["observed"].sum() == case["observed"]

    def test_the_rate_by_linear_models(self) -> None:
        cases = expected("sicily_bernal2017")["models_rate_gaussian"]
        names = {"t36": "slope_change", "time": "trend"}
        options: dict[str, Any] = {"outcome": "rate", "time": "period", "start": "2005-01"}
        for estimator, key, tolerance, more in (
            ("ols", "ols", 1e-8, {}),
            ("newey-west", "newey_west_lag2", 1e-8, {"max_lag": 2}),
            ("prais-winsten", "prais_winsten", 1e-7, {}),
            ("reml", "gls_ar1_reml_bruteforce", 1e-6, {"small_sample": "none"}),
            ("arima", "arima_100_ml", 1e-3, {}),
        ):
            fit = its.fit(sicily(), estimator=estimator, **options, **more)  # type: ignore[arg-type]
            assert_terms(fit, cases[key], names, coef=tolerance, se=max(tolerance, 1e-8))


class TestQuarterlyShare:
    """West Virginia's prior authorisation: 19 quarters, a phase-in, and effects with exact standard errors."""

    def frame(self) -> pd.DataFrame:
        frame = pd.read_csv(SHARED / "wv_antipsychotic_quarterly" / "data.csv")
        return frame.assign(quarter=range(len(frame)))

    def fit(self, **options: Any) -> its.SegmentedFit:
        return its.fit(self.frame(), outcome="marketshare", time="quarter", start=8, **options)

    @pytest.mark.parametrize(
        ("key", "options", "tolerance"),
        [
            ("ols", {"estimator": "ols"}, 1e-8),
            ("nw1", {"estimator": "newey-west", "max_lag": 1}, 1e-8),
            ("reml", {"estimator": "reml", "small_sample": "none"}, 2e-6),
        ],
    )
    def test_effects(self, key: str, options: dict[str, Any], tolerance: float) -> None:
        cases = expected("wv_antipsychotic_quarterly")["effects"][key]
        fit = self.fit(**options)
        whole = fit.effect().set_index("term")
        last = fit.effect(at=18).set_index("term")
        for case, row in (
            (cases["mean"], whole.loc["absolute"]),
            (cases["cumulative"], whole.loc["cumulative"]),
            (cases["last"], last.loc["absolute"]),
        ):
            assert row["estimate"] == pytest.approx(case["est"], rel=tolerance)
            assert row["std_error"] == pytest.approx(case["se"], rel=max(tolerance, 1e-8))
            assert [row["conf_low"], row["conf_high"]] == pytest.approx(case["ci"], rel=max(tolerance, 1e-7))

    def test_a_phase_in_left_out(self) -> None:
        cases = expected("wv_antipsychotic_quarterly")["transition_excluded_2q"]
        assert_terms(self.fit(estimator="ols", phase_in=2), cases["ols"], SINGLE, coef=1e-8, se=1e-8)
        fit = self.fit(estimator="reml", phase_in=2, small_sample="none")
        # without those quarters the likelihood rises to the boundary, where R's search stops short of ours
        assert cases["gls_ar1_reml_bruteforce"]["at_boundary"]
        assert fit.at_boundary
        assert_terms(fit, cases["gls_ar1_reml"], SINGLE, coef=2e-4)


class TestKansas:
    """Quarterly income, one series, its difference from other states, and both side by side."""

    def frame(self) -> pd.DataFrame:
        data = pd.read_csv(SHARED / "kansas_quarterly" / "data.csv")
        own = data[data["fips"] == 20].sort_values("year_qtr")
        rest = data[data["fips"] != 20].groupby("year_qtr")["lngdpcapita"].mean()
        quarter = pd.PeriodIndex.from_fields(year=own["year"], quarter=own["qtr"], freq="Q").to_timestamp()
        return pd.DataFrame({"quarter": quarter, "y": own["lngdpcapita"].to_numpy(), "rest": rest.to_numpy()})

    def fit(self, **options: Any) -> its.SegmentedFit:
        return its.fit(self.frame(), outcome="y", time="quarter", start="2012-04-01", season="quarter", **options)

    @pytest.mark.parametrize(("key", "control"), [("its", None), ("cits_difference", "rest")])
    def test_linear_estimators(self, key: str, control: str | None) -> None:
        cases = expected("kansas_quarterly")[key]
        names = {**SINGLE, **{f"q{k}": f"season_q{k}" for k in (2, 3, 4)}}
        for estimator, case, tolerance, more in (
            ("ols", "ols", 1e-6, {}),
            ("newey-west", "newey_west_lag4", 1e-6, {"max_lag": 4}),
            ("prais-winsten", "prais_winsten", 1e-5, {}),
            ("reml", "gls_ar1_reml_bruteforce", 1e-4, {"small_sample": "none"}),
        ):
            fit = self.fit(estimator=estimator, control=control, **more)
            if cases[case].get("at_boundary"):
                assert fit.at_boundary
            else:
                assert_terms(fit, cases[case], names, coef=tolerance, se=max(tolerance, 1e-6))

    def test_both_series_side_by_side(self) -> None:
        cases = expected("kansas_quarterly")
        fit = self.fit(estimator="ols", control="rest", control_as="stacked")
        assert_terms(fit, cases["cits_two_series_ols"], STACKED, coef=1e-6, se=1e-6)
        fit = self.fit(estimator="reml", control="rest", control_as="stacked", small_sample="none")
        assert cases["cits_two_series_reml"]["phi"] > 0.9999
        assert fit.at_boundary


def test_two_interventions_beside_a_control() -> None:
    case = expected("gp_weekly_control")
    data = pd.read_csv(SHARED / "gp_weekly_control" / "data.csv", parse_dates=["Date"])
    wide = data.pivot(index="Date", columns="group_var", values="score").reset_index()
    phases = data.groupby("Period")["Date"].min().sort_values()
    options: dict[str, Any] = {
        "outcome": "treatment",
        "time": "Date",
        "start": [str(day.date()) for day in phases.iloc[1:]],
        "control": "control",
        "control_as": "stacked",
    }
    names = {
        "(Intercept)": "control_intercept",
        "time": "control_trend",
        "z": "intercept",
        "time:z": "trend",
        **{f"z:x{k}": f"level_change{'' if k == 1 else '_2'}" for k in (1, 2)},
        **{f"z:s{k}": f"slope_change{'' if k == 1 else '_2'}" for k in (1, 2)},
        **{f"x{k}": f"control_level_change{'' if k == 1 else '_2'}" for k in (1, 2)},
        **{f"s{k}": f"control_slope_change{'' if k == 1 else '_2'}" for k in (1, 2)},
    }
    assert_terms(its.fit(wide, estimator="ols", **options), case["ols"], names, coef=1e-7, se=1e-7)
    fit = its.fit(wide, estimator="reml", small_sample="none", **options)
    assert fit.phi == pytest.approx(case["gls_ar1_reml_by_group"]["phi"], abs=1e-5)
    assert_terms(fit, case["gls_ar1_reml_by_group"], names, coef=1e-4, se=1e-4)
