"""Difference in differences through diff-diff, against R did, Stata csdid and hand-made double differences."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from synth_cases import EXPECTED, SHARED, read_wide

from btc_eval.errors import RefusedError
from btc_eval.estimates import TIDY_COLUMNS
from btc_eval.its.did import difference_in_differences, event_study

pytest.importorskip("diff_diff", reason="the optional extra 'did' is not installed")

CALL: dict[str, Any] = {
    "unit": "countyreal", "time": "year", "outcome": "lemp", "first_treated": "first_treat",
}  # fmt: skip


@pytest.fixture(scope="module")
def staggered() -> pd.DataFrame:
    wide = read_wide("staggered", "countyreal", "year", "lemp")
    starts = wide[wide["year"] == "first_treat"].set_index("countyreal")["lemp"]
    panel = wide[wide["year"] != "first_treat"].astype({"year": "int64"})
    return panel.assign(first_treat=panel["countyreal"].map(starts)).reset_index(drop=True)


def test_callaway_santanna_equals_r_and_stata(staggered: pd.DataFrame) -> None:
    found = difference_in_differences(staggered, adjustment="reg", **CALL).tidy()
    assert list(found.columns) == list(TIDY_COLUMNS)
    for program in ("did_2.3.0", "stata18_csdid"):
        expected = EXPECTED["staggered"][program]
        assert found["estimate"].iloc[0] == pytest.approx(expected["simple"], abs=1e-9)  # data stored to 1e-9
        assert found["std_error"].iloc[0] == pytest.approx(expected["simple_se"], abs=1e-9)


def test_group_times_are_double_differences(staggered: pd.DataFrame) -> None:
    cells = difference_in_differences(staggered, **CALL).group_times()
    mean = staggered.groupby(["first_treat", "year"])["lemp"].mean()
    for row in cells.itertuples():
        base = row.first_treated - 1 if row.time >= row.first_treated else row.time - 1
        own = mean[row.first_treated, row.time] - mean[row.first_treated, base]
        never = mean[0, row.time] - mean[0, base]
        assert row.estimate == pytest.approx(own - never, abs=1e-12)
        assert row.term == f"group_{row.first_treated}_time_{row.time}"


def test_event_study_averages_the_groups(staggered: pd.DataFrame) -> None:
    study = event_study(staggered, **CALL)
    cells = difference_in_differences(staggered, **CALL).group_times()
    sizes = staggered.groupby("first_treat")["countyreal"].nunique()
    table = study.tidy()
    assert list(table.columns) == [*TIDY_COLUMNS, "event_time"]
    for row in table.itertuples():
        at = cells[cells["time"] - cells["first_treated"] == row.event_time]
        weights = at["first_treated"].map(sizes).to_numpy(dtype=float)
        assert row.estimate == pytest.approx(np.average(at["estimate"], weights=weights), abs=1e-12)
    assert [check.name for check in study.checks()] == ["pre-trend", "treated clusters"]


def test_two_by_two_equals_the_change_in_means() -> None:
    rng = np.random.default_rng(4)
    rows = [(u, t, rng.normal() + (u < 9) * (t >= 4) * 2.0) for u in range(30) for t in range(8)]
    panel = pd.DataFrame(rows, columns=["unit", "time", "y"])
    found = difference_in_differences(
        panel, unit="unit", time="time", outcome="y", treated=list(range(9)), start=4, method="two-by-two"
    )
    change = panel.assign(after=panel["time"] >= 4).groupby(["unit", "after"])["y"].mean().unstack()
    change = change[True] - change[False]
    own, other = change[change.index < 9], change[change.index >= 9]
    assert found.att == pytest.approx(own.mean() - other.mean(), abs=1e-12)
    # cluster-robust variance by hand: with equal panels it is that of the two means of unit changes
    variance = np.sum((own - own.mean()) ** 2) / 81 + np.sum((other - other.mean()) ** 2) / 441
    small_sample = 30 / 29 * 239 / 236
    assert found.tidy()["std_error"].iloc[0] == pytest.approx(np.sqrt(variance * small_sample), rel=1e-9)
    mixed = panel.assign(began=panel["unit"].map(lambda u: 4 if u < 5 else 5 if u < 9 else 0))
    with pytest.raises(RefusedError, match="2 different start dates"):
        difference_in_differences(
            mixed, unit="unit", time="time", outcome="y", first_treated="began", method="two-by-two"
        )


def test_without_never_treated_units_the_message_names_the_way_out(staggered: pd.DataFrame) -> None:
    treated = staggered[staggered["first_treat"] > 0]
    with pytest.raises(RefusedError, match="control='not yet'"):
        difference_in_differences(treated, **CALL)
    assert np.isfinite(difference_in_differences(treated, control="not yet", **CALL).att)


@pytest.mark.shared
@pytest.mark.parametrize("control", ["never", "not yet"])
@pytest.mark.parametrize("adjustment", ["dr", "reg", "ipw"])
@pytest.mark.parametrize("covariates", [(), ("lpop",)])
def test_minimum_wage_example(control: str, adjustment: str, covariates: tuple[str, ...]) -> None:
    folder = SHARED / "mpdta_callaway_santanna"
    if not folder.is_dir():
        pytest.skip("the shared files are not here")
    panel = pd.read_csv(folder / "data.csv")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    case = expected[f"{control.replace(' ', '')}treated_{adjustment}_{'lpop' if covariates else 'none'}"]
    options: dict[str, Any] = {"control": control, "adjustment": adjustment, "covariates": covariates}
    options |= {"unit": "countyreal", "time": "year", "outcome": "lemp", "first_treated": "first.treat"}
    overall = difference_in_differences(panel, **options)
    # propensity scores are iterated to other tolerances in R; all else agrees to rounding
    near = {"abs": 1e-5 if covariates and adjustment != "reg" else 1e-10}
    assert overall.att == pytest.approx(case["simple"]["overall"], **near)
    assert overall.tidy()["std_error"].iloc[0] == pytest.approx(case["simple"]["overall_se"], **near)
    study = event_study(panel, **options).tidy()
    assert study["event_time"].tolist() == case["dynamic"]["egt"]
    assert study["estimate"].to_numpy() == pytest.approx(case["dynamic"]["att"], **near)
    assert study["std_error"].to_numpy() == pytest.approx(case["dynamic"]["se"], **near)
    groups = overall.groups()
    assert groups["estimate"].to_numpy() == pytest.approx(case["group_agg"]["att"], **near)
    cells = overall.group_times()
    assert cells["estimate"].to_numpy() == pytest.approx(case["att"], **near)


@pytest.mark.shared
def test_card_and_krueger() -> None:
    folder = SHARED / "card_krueger"
    if not folder.is_dir():
        pytest.skip("the shared files are not here")
    shops = pd.read_csv(folder / "data_njmin.csv").dropna(subset=["fte"]).reset_index(names="row")
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    treated = shops.loc[shops["state"] == "New Jersey", "row"].tolist()
    found = difference_in_differences(
        shops, unit="row", time="year", outcome="fte", treated=treated, start=1993, method="two-by-two"
    ).tidy()
    assert found["estimate"].iloc[0] == pytest.approx(expected["did"]["coef"]["nj:post"], abs=1e-9)
    assert found["std_error"].iloc[0] == pytest.approx(expected["did"]["hc1"]["nj:post"], abs=1e-9)
    assert found["estimate"].iloc[0] == pytest.approx(expected["published"]["did"], abs=0.01)
