"""Bad input is refused with what to change: never repaired in silence, never a warning in place of an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import its
from btc_eval.errors import RefusedError, UsageError


def good(n: int = 24) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "month": pd.date_range("2020-01-01", periods=n, freq="MS"),
            "n": rng.poisson(30, n),
            "people": np.linspace(1000, 1100, n),
            "other": rng.normal(size=n),
            "control": rng.poisson(40, n),
        }
    )


def refused(frame: pd.DataFrame, **options: Any) -> str:
    chosen = {"outcome": "n", "time": "month", "start": "2021-01", **options}
    with pytest.raises(RefusedError) as caught:
        its.fit(frame, **chosen)
    for fault in caught.value.refusals:
        assert fault.found
        assert fault.allowed
        assert fault.do.endswith(".")
    return str(caught.value)


def test_rows_out_of_order() -> None:
    assert "row 2 earlier than the row before" in refused(good().iloc[[1, 0, *range(2, 24)]])


def test_a_period_given_twice() -> None:
    frame = good()
    assert "2020-04" in refused(pd.concat([frame, frame.iloc[[3]]]).sort_values("month"))


def test_missing_periods_where_the_estimator_pairs_neighbours() -> None:
    frame = good().drop(index=5)
    said = refused(frame, estimator="prais-winsten")
    assert "1 missing periods (2020-06)" in said
    holes = good().astype({"n": float})
    holes.loc[5, "n"] = np.nan
    assert refused(holes, estimator="cochrane-orcutt") == said.replace("prais-winsten", "cochrane-orcutt")


@pytest.mark.parametrize("estimator", ["ols", "newey-west", "poisson", "quasi-poisson", "negative-binomial"])
def test_missing_periods_are_refused_where_the_estimator_takes_rows_for_periods(estimator: str) -> None:
    said = refused(good().drop(index=[5, 6]), estimator=estimator)
    assert "2 missing periods (2020-06, 2020-07)" in said
    assert "'reml', 'arima'" in said


def test_missing_periods_are_allowed_and_said_where_time_is_kept() -> None:
    frame = good().drop(index=[5, 6])
    for estimator in ("reml", "arima", "quasi-poisson-ar1"):
        fit = its.fit(frame, outcome="n", time="month", start="2021-01", estimator=estimator)  # type: ignore[arg-type]
        assert fit.series.absent == (5, 6)
        said = fit.report().set_index("item")["value"]["Missing periods"]
        assert said == "2020-06, 2020-07"
    fit = its.fit(frame, outcome="n", time="month", start="2021-01", estimator="reml")
    detail = {check.name: check.detail for check in fit.checks()}["missing periods"]
    assert "none filled, true time kept" in detail


def test_nothing_but_zeros() -> None:
    assert "zero in every period" in refused(good().assign(n=0))


def test_the_same_value_throughout() -> None:
    assert "the same value in every period" in refused(good().assign(n=7))


def test_fewer_points_than_terms() -> None:
    assert "13 points for 15 terms" in refused(good(13), start="2020-07", season="month", estimator="ols")


def test_too_few_points_to_model() -> None:
    assert "7 points" in refused(good(7), start="2020-04", estimator="ols")


def test_too_few_points_on_a_side() -> None:
    said = refused(good(), start="2021-11")
    assert "2 points from 2021-11" in said
    assert "2 points before the first intervention" in refused(good(), start="2020-03")


def test_an_intervention_outside_the_window() -> None:
    for start in ("2019-06", "2020-01", "2024-01"):
        assert "outside the series" in refused(good(), start=start)


def test_terms_that_say_the_same_thing() -> None:
    frame = good().assign(double=lambda f: 2 * f["other"])
    said = refused(frame, covariates=["other", "double"], estimator="ols")
    assert "which the other terms already determine" in said


def test_infinite_values_and_text() -> None:
    frame = good().astype({"n": float})
    frame.loc[3, "n"] = np.inf
    assert "an infinite value in row 4" in refused(frame)
    assert "values of type" in refused(good().astype({"n": str}))


def test_a_population_of_zero() -> None:
    frame = good()
    frame.loc[[2, 3], "people"] = 0.0
    assert "2020-03" in refused(frame, population="people")
    frame.loc[2, "people"] = np.nan
    assert "2020-03" in refused(frame, population="people")


def test_every_fault_is_reported_at_once() -> None:
    frame = good().astype({"n": float})
    frame.loc[3, "n"] = np.inf
    frame.loc[4, "people"] = np.inf
    with pytest.raises(RefusedError) as caught:
        its.fit(frame.iloc[::-1], outcome="n", time="month", start="2021-01", population="people")
    assert len(caught.value.refusals) == 3


def test_counts_below_zero() -> None:
    assert "a count below zero" in refused(good().assign(n=lambda f: f["n"] - 100), estimator="poisson")


def test_no_events_on_one_side() -> None:
    frame = good().assign(n=lambda f: np.where(f["month"] >= "2021-01-01", 0, f["n"]))
    for estimator in ("poisson", "quasi-poisson", "negative-binomial", "quasi-poisson-ar1"):
        assert "no finite best fit" in refused(frame, estimator=estimator)


def test_a_line_through_every_point() -> None:
    frame = good().assign(n=np.arange(24.0) * 0.5 + 0.25)
    for estimator in ("ols", "reml", "newey-west", "prais-winsten"):
        assert "no finite best fit" in refused(frame, estimator=estimator)


def test_a_covariate_with_a_hole_and_a_column_that_is_not_there() -> None:
    frame = good()
    frame.loc[7, "other"] = np.nan
    assert "no value in 2020-08" in refused(frame, covariates="other")
    assert "no column nothing" in refused(frame, covariates="nothing")


def test_an_event_that_touches_nothing() -> None:
    said = refused(good(), events=[its.window("covid", "2030-01", "2030-06")])
    assert "touches no period" in said


def test_a_control_count_of_zero() -> None:
    frame = good()
    frame.loc[9, "control"] = 0
    assert "a control count of zero or less in 2020-10" in refused(frame, control="control", estimator="poisson")


def test_differencing_is_refused_with_its_reason() -> None:
    assert "takes away the level" in refused(good(), estimator="arima", order=(1, 1, 0))


def test_intervals_that_an_estimator_cannot_have() -> None:
    assert "'newey-west' is the estimator" in refused(good(), estimator="ols", intervals="hac")
    assert "intervals='calibrated'" in refused(good(), estimator="poisson", intervals="calibrated")


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "magic"},
        {"season": "weekly"},
        {"impact": "both"},
        {"phase_in": -1},
        {"phase_in": [1, 2]},
        {"conf_level": 95},
        {"max_lag": -2},
        {"start": []},
    ],
)
def test_an_option_that_does_not_exist_is_a_wrong_call(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"allowed|give"):
        its.fit(good(), **{"outcome": "n", "time": "month", "start": "2021-01", **options})


def test_the_frame_is_never_changed() -> None:
    frame = good()
    before = frame.copy(deep=True)
    its.fit(frame, outcome="n", time="month", start="2021-01", population="people", covariates="other").checks()
    pd.testing.assert_frame_equal(frame, before)


class TestPanels:
    def panel(self) -> pd.DataFrame:
        return pd.concat([good().assign(la=name) for name in "ABC"], ignore_index=True)

    def refused(self, panel: pd.DataFrame, **options: Any) -> str:
        chosen = {"unit": "la", "time": "month", "outcome": "n", "treated": "A", "start": "2021-01", **options}
        with pytest.raises(RefusedError) as caught:
            its.placebo_in_space(panel, **chosen)
        return str(caught.value)

    def test_units_with_gaps_are_named(self) -> None:
        said = self.refused(self.panel().drop(index=30))
        assert "1 of 3 units without it (B)" in said
        assert "Leave those units out" in said

    def test_no_unit_besides_the_treated_one(self) -> None:
        assert "no unit besides" in self.refused(self.panel()[lambda f: f["la"] == "A"])

    def test_a_treated_unit_that_is_not_there(self) -> None:
        assert "one of the 3 units" in self.refused(self.panel(), treated="Z")

    def test_a_row_given_twice(self) -> None:
        panel = self.panel()
        assert "more than one row for A 2020-03" in self.refused(pd.concat([panel, panel.iloc[[2]]]))

    def test_a_unit_without_events_after_the_date(self) -> None:
        panel = self.panel()
        panel.loc[(panel["la"] == "C") & (panel["month"] >= "2021-01-01"), "n"] = 0
        said = self.refused(panel)
        assert "no finite best fit at 2021-01 in C" in said

    def test_too_few_placebos_for_an_interval(self) -> None:
        found = its.placebo_in_space(self.panel(), unit="la", time="month", outcome="n", treated="A", start="2021-01")
        with pytest.raises(RefusedError, match="at least 19"):
            found.calibrated_interval()
        with pytest.raises(RefusedError, match="at least 39"):
            found.calibrated_interval(kind="shifted")

    def test_an_unknown_option_is_a_wrong_call(self) -> None:
        with pytest.raises(TypeError):
            its.placebo_in_space(
                self.panel(), unit="la", time="month", outcome="n", treated="A", start="2021-01", saeson="month"
            )  # type: ignore[call-arg]
