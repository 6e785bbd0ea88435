"""What each term of a segmented regression is, on tables small enough to read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import its
from btc_eval.its.spec import Season


def annual(n: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame({"year": range(2010, 2010 + n), "rate": rng.normal(50, 2, n)})


def columns(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    fit = its.fit(frame, outcome="rate", estimator="ols", **options)
    return pd.DataFrame(fit.design.factual, columns=list(fit.terms), index=fit.series.clock.labels(fit.series.periods))


def test_time_is_counted_from_the_first_row_and_the_slope_change_starts_at_nought() -> None:
    table = columns(annual(), time="year", start=2016)
    assert table["trend"].tolist() == list(range(12))
    assert table["level_change"].tolist() == [0] * 6 + [1] * 6
    assert table["slope_change"].tolist() == [0] * 6 + [0, 1, 2, 3, 4, 5]


def test_several_interventions_are_numbered_in_order_of_time() -> None:
    table = columns(annual(), time="year", start=[2018, 2014])
    assert list(table) == [
        "intercept",
        "trend",
        "level_change",
        "slope_change",
        "level_change_2",
        "slope_change_2",
    ]
    assert table.index[table["level_change"] == 1].tolist() == list(range(2014, 2022))
    assert table.index[table["level_change_2"] == 1].tolist() == list(range(2018, 2022))


def test_a_phase_in_left_out_moves_the_level_to_its_end() -> None:
    fit = its.fit(annual(), outcome="rate", time="year", start=2015, phase_in=2, estimator="ols")
    assert fit.points == 10
    table = columns(annual(), time="year", start=2015, phase_in=2)
    assert table.loc[[2014, 2015, 2016, 2017, 2018], "slope_change"].tolist() == [0, 0, 0, 0, 1]
    assert table.loc[[2014, 2017], "level_change"].tolist() == [0, 1]
    after = fit.counterfactual()
    assert after.loc[after["time"].isin([2015, 2016]), "fitted"].isna().all()
    assert after["counterfactual"].notna().all()
    assert fit.effect().loc[0, "first"] == 2017


def test_a_phase_in_as_a_ramp_rises_evenly() -> None:
    table = columns(annual(), time="year", start=2015, phase_in=3, phase="ramp")
    assert table.loc[2014:2019, "level_change"].tolist() == [0, 0.25, 0.5, 0.75, 1, 1]
    assert table.loc[2014:2019, "slope_change"].tolist() == [0, 0, 0, 0, 0, 1]


def test_a_lag_moves_the_first_affected_period() -> None:
    table = columns(annual(), time="year", start=2014, lag=2)
    assert table.loc[2013:2017, "level_change"].tolist() == [0, 0, 0, 1, 1]


def test_events_and_outliers_have_terms_of_their_own() -> None:
    events = [its.window("covid", 2013, 2014), its.step("coding", 2019)]
    table = columns(annual(), time="year", start=2016, events=events, outliers=[2011], impact="level")
    assert table.index[table["event_covid"] == 1].tolist() == [2013, 2014]
    assert table.index[table["event_coding"] == 1].tolist() == [2019, 2020, 2021]
    assert table.index[table["outlier_2011"] == 1].tolist() == [2011]


@pytest.mark.parametrize(
    ("season", "names"),
    [
        ("month", [f"season_{k:02d}" for k in range(2, 13)]),
        ("quarter", ["season_q2", "season_q3", "season_q4"]),
        (1, ["season_sin1", "season_cos1"]),
        ("harmonics", ["season_sin1", "season_cos1", "season_sin2", "season_cos2"]),
        (6, [f"season_{w}{k}" for k in range(1, 6) for w in ("sin", "cos")] + ["season_cos6"]),
    ],
)
def test_seasons(season: Season, names: list[str]) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"month": pd.date_range("2018-01-01", periods=48, freq="MS"), "rate": rng.normal(9, 1, 48)})
    table = columns(frame, time="month", start="2020-01", season=season)
    assert [name for name in table if name.startswith("season")] == names
    march = table.loc[pd.Timestamp("2019-03-01")]
    if season == "month":
        assert march["season_03"] == 1
        assert march[names].sum() == 1
    if season == 1:
        assert march["season_sin1"] == pytest.approx(1.0)  # sin(2π · 3 / 12)


def test_the_rate_and_the_offset_give_the_same_kind_of_answer() -> None:
    rng = np.random.default_rng(2)
    people = np.linspace(50_000, 60_000, 40)
    frame = pd.DataFrame({"t": range(40), "n": rng.poisson(people * 0.004), "people": people})
    rate = its.fit(frame, outcome="n", time="t", start=20, population="people", per=10_000, estimator="ols")
    ratio = its.fit(frame, outcome="n", time="t", start=20, population="people", estimator="quasi-poisson")
    assert rate.effect()["estimate"].iloc[1] == pytest.approx(ratio.effect()["estimate"].iloc[1], abs=0.02)
    assert rate.effect()["estimate"].iloc[2] == pytest.approx(ratio.effect()["estimate"].iloc[2], abs=60)


def test_the_length_of_a_month_is_exposure() -> None:
    months = pd.date_range("2018-01-01", periods=36, freq="MS")
    frame = pd.DataFrame({"month": months, "n": months.days_in_month * 10})
    frame.loc[20:, "n"] += 1  # a constant daily rate fits every point: leave something to estimate
    fit = its.fit(frame, outcome="n", time="month", start="2019-07", estimator="poisson", days_in_month=True)
    assert fit.coef[0] == pytest.approx(np.log(10 * 365.25 / 12), abs=1e-3)


def test_the_effect_adds_up() -> None:
    fit = its.fit(annual(14), outcome="rate", time="year", start=2018, estimator="ols")
    each = fit.effect("each")
    whole = fit.effect().set_index("term")
    absolute = each[each["term"] == "absolute"]["estimate"]
    assert absolute.sum() == pytest.approx(whole.loc["cumulative", "estimate"])
    assert absolute.mean() == pytest.approx(whole.loc["absolute", "estimate"])
    table = fit.counterfactual().set_index("time")
    gap = (table["fitted"] - table["counterfactual"]).loc[2018:]
    assert gap.to_numpy() == pytest.approx(absolute.to_numpy())
    ratio = table["fitted"].loc[2018:].sum() / table["counterfactual"].loc[2018:].sum()
    assert whole.loc["relative", "estimate"] == pytest.approx(ratio - 1)
    last = fit.effect(at=2023).set_index("term")
    assert last.loc["cumulative", "estimate"] == pytest.approx(whole.loc["cumulative", "estimate"])
    assert last.loc["absolute", "periods"] == 1


def test_the_default_is_chosen_by_the_series_and_says_why() -> None:
    rng = np.random.default_rng(3)
    long = pd.DataFrame({"t": range(60), "rate": rng.normal(10, 1, 60), "n": rng.poisson(30, 60)})
    assert its.fit(long, outcome="rate", time="t", start=30).spec.estimator == "reml"
    counts = its.fit(long, outcome="n", time="t", start=30)
    assert counts.spec.estimator == "quasi-poisson-ar1"
    assert "counts" in counts.why
    short = its.fit(long.iloc[:10], outcome="rate", time="t", start=5)
    assert (short.spec.estimator, short.spec.intervals) == ("ols", "calibrated")
    assert short.low_information
    assert "low-information" in short.why
    few = its.fit(long.iloc[:10], outcome="n", time="t", start=5)
    assert (few.spec.estimator, few.spec.intervals) == ("quasi-poisson", "calibrated")
    sixteen = its.fit(long.iloc[:16], outcome="n", time="t", start=8)
    assert (sixteen.spec.estimator, sixteen.spec.intervals) == ("quasi-poisson-ar1", "calibrated")
    assert (its.fit(long.iloc[:16], outcome="n", time="t", start=8, estimator="ols").spec.intervals) == "model"


def test_calibrated_intervals_are_never_narrower_and_agree_with_their_p_value() -> None:
    rng = np.random.default_rng(4)
    for seed in range(2):
        frame = pd.DataFrame({"t": range(14), "rate": np.random.default_rng(seed).normal(10, 1, 14)})
        frame["n"] = rng.poisson(40, 14)
        for outcome, estimator in (
            ("rate", "reml"),
            ("rate", "ols"),
            ("n", "quasi-poisson-ar1"),
            ("n", "quasi-poisson"),
        ):
            options: dict[str, Any] = {"outcome": outcome, "time": "t", "start": 7, "estimator": estimator}
            wide = its.fit(frame, intervals="calibrated", **options).tidy().set_index("term")
            plain = its.fit(frame, intervals="model", **options).tidy().set_index("term")
            ratio = (wide["conf_high"] - wide["conf_low"]) / (plain["conf_high"] - plain["conf_low"])
            assert (ratio >= 1 - 1e-9).all()
            outside = (wide["conf_low"] > 0) | (wide["conf_high"] < 0)
            known = wide["p_value"].notna()
            assert ((wide["p_value"] < 0.05) == outside)[known].all()


class TestControls:
    def frame(self) -> pd.DataFrame:
        rng = np.random.default_rng(5)
        return pd.DataFrame(
            {"t": range(40), "n": rng.poisson(60, 40), "c": rng.poisson(90, 40), "rate": rng.normal(9, 1, 40)}
        ).assign(other=rng.normal(7, 1, 40))

    def fit(self, frame: pd.DataFrame, outcome: str, **options: Any) -> its.SegmentedFit:
        return its.fit(frame, outcome=outcome, time="t", start=20, **options)

    def test_an_offset_control_is_a_population(self) -> None:
        control = self.fit(self.frame(), "n", control="c", estimator="quasi-poisson")
        people = self.fit(self.frame(), "n", population="c", estimator="quasi-poisson")
        pd.testing.assert_frame_equal(control.tidy(), people.tidy())
        pd.testing.assert_frame_equal(control.effect(), people.effect())
        pd.testing.assert_frame_equal(control.counterfactual(), people.counterfactual())

    def test_a_difference_is_the_series_less_the_control(self) -> None:
        frame = self.frame().assign(gap=lambda f: f["rate"] - f["other"])
        for estimator in ("ols", "reml", "newey-west", "prais-winsten"):
            control = self.fit(frame, "rate", control="other", estimator=estimator)
            gap = self.fit(frame, "gap", estimator=estimator)
            np.testing.assert_allclose(control.tidy().iloc[:, 1:], gap.tidy().iloc[:, 1:], rtol=1e-7, atol=1e-10)
            table = control.counterfactual()
            np.testing.assert_allclose(table["observed"], frame["rate"])
            np.testing.assert_allclose(table["fitted"] - frame["other"], gap.counterfactual()["fitted"])

    def test_stacked_least_squares_has_the_estimates_of_the_difference(self) -> None:
        stacked = self.fit(self.frame(), "rate", control="other", control_as="stacked", estimator="ols").tidy()
        gap = self.fit(self.frame(), "rate", control="other", estimator="ols").tidy()
        np.testing.assert_allclose(stacked["estimate"][:4], gap["estimate"])
        assert stacked["term"].tolist()[4:] == [
            "control_intercept",
            "control_trend",
            "control_level_change",
            "control_slope_change",
        ]

    def test_a_covariate_control_has_a_term(self) -> None:
        fit = self.fit(self.frame(), "rate", control="other", control_as="covariate", estimator="ols")
        assert fit.terms[-1] == "control_other"


def test_several_interventions_share_out_the_whole_effect() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"t": range(60), "rate": rng.normal(20, 1, 60)})
    fit = its.fit(frame, outcome="rate", time="t", start=[20, 40], estimator="ols")
    total = fit.effect().set_index("term").loc["cumulative", "estimate"]
    parts = [fit.effect(intervention=k).set_index("term").loc["cumulative", "estimate"] for k in (1, 2)]
    assert sum(parts) == pytest.approx(total)


@pytest.mark.parametrize("order", [(2, 0, 0), (1, 0, 1)])
def test_longer_memory_than_one_period(order: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(7)
    noise = np.zeros(160)
    for t in range(2, 160):
        noise[t] = 0.5 * noise[t - 1] + 0.3 * noise[t - 2] + rng.normal()
    frame = pd.DataFrame({"t": range(80), "rate": 30 + noise[80:] - 3 * (np.arange(80) >= 40)})
    restricted = its.fit(frame, outcome="rate", time="t", start=40, estimator="reml", order=order)
    full = its.fit(frame, outcome="rate", time="t", start=40, estimator="arima", order=order)
    assert restricted.fits.phi.shape == (1, 2)
    row, other = (f.tidy().set_index("term").loc["level_change"] for f in (restricted, full))
    assert abs(row["estimate"] + 3) < 3 * row["std_error"]
    assert row["conf_high"] - row["conf_low"] > other["conf_high"] - other["conf_low"]
    assert row["estimate"] == pytest.approx(other["estimate"], abs=float(row["std_error"]))
