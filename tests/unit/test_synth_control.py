"""Synthetic control as a user meets it: vocabulary, placebos, leaving out, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval.errors import RefusedError, UsageError
from btc_eval.estimates import TIDY_COLUMNS, Check, Verdict
from btc_eval.its.synthetic import synthetic_control
from btc_eval.its.synthetic_design import Predictor
from btc_eval.its.synthetic_result import SyntheticControl

CALL: dict[str, Any] = {"unit": "council", "time": "month", "outcome": "rate", "treated": "c00", "start": "2021-04"}


def panel(units: int = 22, months: int = 40, effect: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Monthly rates of councils sharing two movements; council c00 moves by `effect` from April 2021."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2019-01-01", periods=months, freq="MS")
    shared = rng.normal(size=(months, 2)).cumsum(axis=0)
    values = 50 + shared @ rng.uniform(0.5, 1.5, (2, units)) + rng.normal(size=(months, units))
    values[times >= "2021-04-01", 0] += effect
    wide = pd.DataFrame(values, index=times, columns=[f"c{i:02d}" for i in range(units)])
    long = wide.melt(ignore_index=False, var_name="council", value_name="rate")
    return long.reset_index(names="month").assign(deprivation=lambda d: d["council"].str[1:].astype(float) ** 2)


@pytest.fixture(scope="module", params=["classic", "demeaned", "augmented", "sdid"])
def found(request: pytest.FixtureRequest) -> SyntheticControl:
    return synthetic_control(panel(effect=15.0), method=request.param, **CALL)


def test_the_books_balance(found: SyntheticControl) -> None:
    weights, gaps = found.weights, found.gaps()
    assert list(weights.columns) == ["donor", "weight"]
    assert len(weights) == 21
    assert "c00" not in set(weights["donor"])
    assert weights["weight"].sum() == pytest.approx(1.0, abs=1e-9)
    assert weights["weight"].is_monotonic_decreasing
    assert (gaps["observed"] - gaps["synthetic"]).to_numpy() == pytest.approx(gaps["gap"].to_numpy())
    assert found.att == pytest.approx(gaps.loc[gaps["after"], "gap"].mean())
    assert gaps["after"].sum() == 40 - 27
    assert gaps.loc[gaps["after"], "time"].iloc[0] == found.start == pd.Timestamp("2021-04-01")
    donors = found.panel.outcomes[:, found.panel.donors] @ found.fit.donors[found.panel.donors]
    assert gaps["synthetic"].to_numpy() == pytest.approx(donors + found.fit.intercept)
    assert found.att == pytest.approx(15.0, abs=3.0)


def test_tidy_speaks_the_common_vocabulary(found: SyntheticControl) -> None:
    row = found.tidy()
    assert list(row.columns) == list(TIDY_COLUMNS)
    assert row["term"].tolist() == ["att"]
    assert row["conf_low"].iloc[0] < row["estimate"].iloc[0] < row["conf_high"].iloc[0]
    assert row["p_value"].iloc[0] == pytest.approx(1 / 22)


def test_placebo_ranks_every_unit(found: SyntheticControl) -> None:
    placebo = found.placebo()
    table = placebo.tidy()
    assert list(table.columns) == ["unit", "treated", "estimate", "pre_rmspe", "post_rmspe", "ratio", "rank"]
    assert table["rank"].tolist() == list(range(1, 23))
    assert table.loc[table["treated"], "unit"].tolist() == ["c00"]
    assert (table["ratio"] == table["post_rmspe"] / table["pre_rmspe"]).all()
    assert placebo.p_value == pytest.approx(table.loc[table["treated"], "rank"].iloc[0] / 22)
    assert placebo.p_value_upper == pytest.approx((table["estimate"] >= 15.0 - 3.0).mean())
    assert placebo.p_value_lower == 1.0
    assert len(placebo.gaps()) == 22 * 40
    one = synthetic_control(panel(effect=15.0)[lambda d: d["council"] != "c00"], **{**CALL, "treated": "c07"})
    if found.method == "classic":
        assert table.set_index("unit").loc["c07", "estimate"] == pytest.approx(one.att)


def test_the_placebo_interval_inverts_the_test(found: SyntheticControl) -> None:
    placebo = found.placebo()
    low, high = placebo.interval(0.95)
    sizes = np.abs(placebo.estimates[1:]) / placebo.pre_rmspe[1:]
    for effect, inside in ((low + 1e-6, True), (low - 1e-6, False), (high + 1e-6, False)):
        statistic = abs(found.att - effect) / placebo.pre_rmspe[0]
        assert ((1 + np.sum(sizes >= statistic)) / 22 > 0.05) is np.bool_(inside)
    assert placebo.interval(0.99) == (-np.inf, np.inf)


def test_bad_fits_can_be_left_out() -> None:
    frame = panel(effect=15.0)
    frame.loc[frame["council"] == "c05", "rate"] *= 4
    kept = synthetic_control(frame, **CALL).placebo(worst_fit=5)
    assert "c05" in kept.left_out
    assert "c05" not in set(kept.tidy()["unit"])
    assert kept.p_value == pytest.approx(1 / len(kept.units))


def test_leaving_one_donor_out(found: SyntheticControl) -> None:
    table = found.leave_one_out(at_least=0.02)
    assert list(table.columns) == ["left_out", "weight", "estimate", "pre_rmspe", "post_rmspe"]
    assert (table["weight"].abs() >= 0.02).all()
    donor = table["left_out"].iloc[0]
    again = synthetic_control(panel(effect=15.0)[lambda d: d["council"] != donor], method=found.method, **CALL)
    if found.method != "augmented":
        assert table["estimate"].iloc[0] == pytest.approx(again.att, abs=1e-6)
    assert table["estimate"].to_numpy() == pytest.approx(15.0, abs=4.0)


def test_conformal_intervals_hold_the_effect(found: SyntheticControl) -> None:
    if found.method == "sdid":
        with pytest.raises(UsageError, match=r"placebo\(\)\.interval\(\)"):
            found.conformal()
        return
    table = found.conformal(level=0.9)
    assert list(table.columns) == ["time", "estimate", "p_value", "conf_low", "conf_high"]
    assert len(table) == 13
    assert ((table["conf_low"] < 15) & (table["conf_high"] > 15)).mean() >= 0.6
    assert (table["p_value"] <= 0.1).mean() >= 0.6
    average = found.conformal(level=0.9, average=True)
    assert len(average) == 1
    with pytest.raises(RefusedError, match="28 periods"):
        found.conformal(level=0.99)


def test_earlier_starts_find_nothing(found: SyntheticControl) -> None:
    table = found.placebo_in_time(["2020-04", "2020-10"])
    assert table["start"].tolist() == [pd.Timestamp("2020-04-01"), pd.Timestamp("2020-10-01")]
    assert (table["estimate"].abs() < 5).all()
    if found.method != "sdid":  # thousands of steps for each date
        assert len(found.placebo_in_time()) == 27 - 5
    with pytest.raises(RefusedError, match="2021-04"):
        found.placebo_in_time(["2021-04"])


def test_fit_quality_gives_verdicts(found: SyntheticControl) -> None:
    checks = found.fit_quality()
    assert all(isinstance(check, Check) for check in checks)
    by_name = {check.name: check for check in checks}
    assert by_name["fit before the start"].verdict is Verdict.PASS
    assert by_name["leaving one donor out"].verdict is Verdict.PASS
    assert all(check.detail for check in checks)


def test_a_donor_that_carries_all_is_a_concern() -> None:
    frame = panel(effect=3.0)
    twin = frame.loc[frame["council"] == "c00", "rate"].to_numpy()
    frame.loc[frame["council"] == "c01", "rate"] = twin + np.where(np.arange(40) % 2, 0.01, -0.01)
    checks = {check.name: check.verdict for check in synthetic_control(frame, **CALL).fit_quality()}
    assert checks["spread of the weights"] is Verdict.CONCERN


def test_only_sdid_weighs_periods(found: SyntheticControl) -> None:
    if found.method == "sdid":
        assert found.time_weights["weight"].sum() == pytest.approx(1.0)
        assert len(found.time_weights) == 27
    else:
        with pytest.raises(UsageError, match="sdid"):
            _ = found.time_weights
    with pytest.raises(UsageError, match="no predictors"):
        found.balance()


def test_predictors_may_be_written_three_ways() -> None:
    frame = panel()
    predictors = ["deprivation", ("rate", "2020-01", "2020-12"), Predictor("rate", "2021-03", "2021-03")]
    found = synthetic_control(frame, predictors=predictors, searches=6, **CALL)
    balance = found.balance()
    assert balance["predictor"].tolist() == ["deprivation", "rate 2020-01 to 2020-12", "rate 2021-03"]
    assert balance["importance"].sum() == pytest.approx(1.0)
    own = frame[frame["council"] == "c00"].set_index("month")["rate"]
    assert balance["treated"].tolist() == pytest.approx([0.0, own["2020"].mean(), own["2021-03-01"]])
    given = {"deprivation": 0.0, "rate 2020-01 to 2020-12": 1.0, "rate 2021-03": 1.0}
    again = synthetic_control(frame, predictors=predictors, importance=given, **CALL)
    assert again.balance()["importance"].tolist() == pytest.approx([0.0, 0.5, 0.5])
    with pytest.raises(UsageError, match="outcomes alone"):
        found.conformal()
    with pytest.raises(UsageError, match="fit anew"):
        found.placebo_in_time()


def test_the_callers_frame_is_not_changed() -> None:
    frame = panel()
    before = frame.copy(deep=True)
    synthetic_control(frame, predictors=["deprivation", "rate"], searches=3, **CALL)
    pd.testing.assert_frame_equal(frame, before)


def refused(frame: Any, **changes: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        synthetic_control(frame, **{**CALL, **changes})
    for refusal in caught.value.refusals:
        assert refusal.file == "its.synthetic_control"
        assert refusal.found
        assert refusal.allowed
        assert refusal.do
    return str(caught.value)


def test_refusals_say_what_to_change() -> None:
    frame = panel()
    assert "no column rates" in refused(frame, outcome="rates")
    assert "DataFrame" in refused([1, 2])
    assert "no rows" in refused(frame.iloc[:0])
    assert "'E99'" in refused(frame, treated="E99")
    assert "2019-01 to 2022-04" in refused(frame, start="2023-01")
    assert "2019-01 to 2022-04" in refused(frame, start="2019-01")
    assert "4 periods before 2019-05" in refused(frame, start="2019-05")
    assert "30 or more" in refused(frame, fewest_before=30)
    assert "more than one row for c00 2019-01" in refused(pd.concat([frame, frame.iloc[:1]]))
    assert "infinite values in rows 3" in refused(frame.assign(rate=frame["rate"].where(frame.index != 2, np.inf)))
    assert "1 donor" in refused(frame[frame["council"].isin(["c00", "c01"])])
    assert "0 donors" in refused(frame[frame["council"] == "c00"])
    flat = frame.assign(rate=frame["rate"].where(frame["council"] != "c00", 0.0))
    assert "0 for the treated unit in every period" in refused(flat)
    assert "values of type" in refused(frame.assign(rate=frame["rate"].astype(str)))
    assert "no unit in rows 1" in refused(frame.assign(council=frame["council"].where(frame.index != 0)))


def test_gaps_are_refused_and_named() -> None:
    frame = panel()
    holes = frame.assign(rate=frame["rate"].where(~((frame["council"] == "c03") & (frame["month"] > "2022-01-01"))))
    assert "c03 (3 missing)" in refused(holes)
    missing_rows = frame[~((frame["council"] == "c04") & (frame["month"] == "2019-02-01"))]
    assert "c04 (1 missing)" in refused(missing_rows)
    own = frame.assign(rate=frame["rate"].where(~((frame["council"] == "c00") & (frame["month"] == "2022-04-01"))))
    assert "no value in 2022-04" in refused(own)


def test_all_faults_are_reported_at_once() -> None:
    frame = pd.concat([panel(), panel().iloc[:1]])
    frame = frame.assign(rate=frame["rate"].where(frame["council"] != "c03"))
    message = refused(frame, start="2019-03")
    assert "more than one row" in message
    assert "c03 (40 missing)" in message
    assert "2 periods before" in message


def test_predictors_are_checked_at_the_door() -> None:
    frame = panel()
    assert "periods before the start, up to 2021-03" in refused(frame, predictors=[("rate", "2021-01", "2021-06")])
    assert "no column income" in refused(frame, predictors=["income"])
    assert "the same value for every unit" in refused(frame.assign(one=1.0), predictors=["rate", "one"])
    empty = frame.assign(deprivation=frame["deprivation"].where(frame["council"] != "c09"))
    assert "no value for c09" in refused(empty, predictors=["deprivation", "rate"])
    assert "missing: rate" in refused(frame, predictors=["deprivation", "rate"], importance={"deprivation": 1.0})
    assert "2 numbers" in refused(frame, predictors=["deprivation", "rate"], importance=[1.0, -1.0])
    assert "two periods or more" in refused(frame, fit_window=("2021-01", "2021-09"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "lasso"}, "is not one of classic, demeaned, augmented, sdid"),
        ({"method": "sdid", "predictors": ["deprivation"]}, "method='classic' only"),
        ({"importance": [1.0]}, "needs predictors"),
        ({"method": "sdid", "fit_window": ("2020-01", "2020-12")}, "weights the periods itself"),
        ({"method": "demeaned", "solver": "frank-wolfe"}, "is for method='sdid'"),
        ({"ridge": 1.0}, "for method='augmented' only"),
        ({"predictors": "deprivation"}, "predictors=['deprivation']"),
        ({"predictors": [3]}, "no column"),
        ({"predictors": ["rate"], "searches": 1}, "3 or more"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        synthetic_control(panel(), **{**CALL, **options})
    assert words in str(caught.value)
