"""Costs worked by hand, and what they refuse."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import assumptions, costs, measures, programme, records
from btc_eval.costs import Range
from btc_eval.errors import RefusedError, UsageError
from btc_eval.estimates import Estimate, Verdict

HOME = assumptions.unit_cost("childrens-home-year")
SPENT = pd.DataFrame({"year": [2021, 2025], "spend": [100.0, 100.0], "prices": [2021, 2025]})
LINES = pd.DataFrame(
    {
        "area_code": ["A", "A"],
        "year": [2013, 2024],
        "spend_family_support": [10.0, 10.0],
        "spend_early_years": [5.0, 5.0],
        "spend_young_people": [5.0, 5.0],
        "spend_looked_after": [50.0, 50.0],
        "spend_safeguarding": [30.0, np.nan],
    }
)


def test_real_terms_by_hand() -> None:
    found = costs.real_terms(SPENT, value="spend", base=2025, price_year="prices")
    assert found["real"].tolist() == pytest.approx([100 * 100 / 85.1002, 100.0])
    assert found["prices"].unique().tolist() == ["prices of 2024-25"]


def test_a_blank_stays_blank_in_real_terms() -> None:
    frame = SPENT.assign(spend=[None, 3.0])
    assert costs.real_terms(frame, value="spend", base=2025)["real"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("frame", "options", "found"),
    [
        (SPENT.assign(year=[1999, 2025]), {}, "1999"),
        (SPENT, {"base": 2040}, "2040"),
        (SPENT.assign(spend=[inf, 1.0]), {}, "not finite"),
        (SPENT.assign(spend=["ten", "1"]), {}, "not finite"),
        (SPENT.assign(prices=[2025, 2025]), {"price_year": "prices"}, "prices of another year"),
        (SPENT, {"value": "cost"}, "no such column"),
        (SPENT, {"deflator": "rpi"}, "the name 'rpi'"),
    ],
)
def test_real_terms_refuses(frame: pd.DataFrame, options: dict[str, Any], found: str) -> None:
    with pytest.raises(RefusedError, match=found):
        costs.real_terms(frame, **{"value": "spend", "base": 2025, **options})


def test_real_terms_tells_all_faults_at_once() -> None:
    with pytest.raises(RefusedError) as caught:
        costs.real_terms(SPENT.assign(year=[1999, 2025], spend=[1.0, inf]), value="spend", base=2040)
    assert len(caught.value.refusals) == 3


def test_a_real_panel_says_its_prices_and_where_they_are_from() -> None:
    panel = measures.annual(records.official(), "spend_total")
    real = costs.real_panel(panel, base=2025)
    assert real.unit == "£ gross, prices of 2024-25"
    assert "assumptions" in real.papers.sources
    own, cash = (p.of(records.WIRRAL).set_index("year")["value"] for p in (real, panel))
    assert own[2025] == cash[2025]
    assert own[2021] == pytest.approx(cash[2021] / 0.851002)
    with pytest.raises(RefusedError, match="a measure in"):
        costs.real_panel(real, base=2024)


def test_the_early_share_by_hand_with_years_that_cannot_be_compared() -> None:
    found = costs.early_share(LINES)
    assert found["value"].fillna(-1).tolist() == [20.0, -1.0]
    assert found["comparable"].tolist() == [False, True]
    assert found["reason"].tolist() == [
        "lines before 2017 were drawn otherwise or not published here",
        "a line is not published",
    ]
    assert costs.early_share(LINES, definition="narrow")["value"].iloc[0] == pytest.approx(10.0)
    assert costs.early_share(LINES, definition="care-only")["value"].tolist() == pytest.approx([2000 / 70] * 2)


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (LINES.drop(columns="spend_safeguarding"), "no such column"),
        (LINES.assign(year=2024), "twice"),
        (LINES.assign(spend_early_years=-1.0), "below nought"),
        (LINES.assign(spend_early_years=inf), "below nought, or not finite"),
    ],
)
def test_the_early_share_refuses(frame: pd.DataFrame, found: str) -> None:
    with pytest.raises(RefusedError, match=found):
        costs.early_share(frame)


def test_a_week_of_care_over_the_year_and_on_its_last_day() -> None:
    frame = pd.DataFrame({"spend_looked_after": [3_650_000.0], "children": [50], "was": [150]})
    assert costs.weekly_cost(frame)["weekly"].iloc[0] == pytest.approx(1400.0)
    assert costs.weekly_cost(frame, before="was")["weekly"].iloc[0] == pytest.approx(700.0)
    for spoiled in (frame.assign(children=0), frame.assign(spend_looked_after=-1.0), frame.drop(columns="children")):
        with pytest.raises(RefusedError):
            costs.weekly_cost(spoiled)


def test_drivers_by_hand_and_refused() -> None:
    row = costs.drivers(children=(100, 80), spend=(1_000, 1_200)).iloc[0]
    assert (row["by_number"], row["by_cost"]) == pytest.approx((-20 * 12.5, 5 * 90))
    with pytest.raises(RefusedError):
        costs.drivers(children=(0, 80), spend=(1_000, 1_200))


@pytest.mark.parametrize(
    ("flows", "found"),
    [
        ([], "no flow"),
        ({-1: 5.0}, "-1 for a year"),
        ({0.5: 5.0}, "0.5 for a year"),
        ({2024: 5.0}, "2024 for a year"),
        ([1.0, nan], "not a finite number"),
        ([1.0, "two"], "not a finite number"),
    ],
)
def test_present_value_refuses(flows: Any, found: str) -> None:
    with pytest.raises(RefusedError, match=found):
        costs.present_value(flows)


def test_present_value_tells_every_year_at_fault_and_keeps_its_books() -> None:
    with pytest.raises(RefusedError) as caught:
        costs.present_value({-1: nan, 2: inf})
    assert len(caught.value.refusals) == 3
    worth = costs.present_value({2: 107.1225, 0: -100.0})
    table = worth.tidy()
    assert table["year"].tolist() == [0, 2]
    assert table["total"].iloc[-1] == pytest.approx(worth.value, abs=1e-9) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"share": 0.0}, "share"),
        ({"share": 1.1}, "share"),
        ({"scale": "odds"}, "odds"),
        ({"scale": "ratio"}, "baseline"),
        ({"scale": "ratio", "baseline": 10}, "a ratio that is not above nought"),
        ({"draws": 10}, "draws"),
    ],
)
def test_consequences_refuse(options: dict[str, Any], found: str) -> None:
    with pytest.raises(RefusedError, match=found):
        costs.consequences(Estimate(-2.0, -4.0, 1.0), HOME, **options)


@pytest.mark.parametrize("spoiled", [{"value": -5.0}, {"value": nan}, {"low": 0.0, "high": 900_000.0}])
def test_a_cost_that_is_none_is_not_priced_with(spoiled: dict[str, float]) -> None:
    with pytest.raises(RefusedError, match="not above nought"):
        costs.consequences(Estimate(-2.0, -4.0, 1.0), replace(HOME, **spoiled))  # type: ignore[arg-type]


def test_a_ratio_is_priced_on_its_baseline() -> None:
    found = costs.consequences(Estimate(0.9, 0.8, 1.1), HOME, scale="ratio", baseline=50, share=0.5)
    assert found.estimate.value == pytest.approx(-0.1 * 50 * 318_400 * 0.5)
    assert found.tidy()[["units", "units_low", "units_high"]].iloc[0].tolist() == pytest.approx([-5.0, -10.0, 5.0])


def test_prices_of_different_years_are_never_mixed() -> None:
    parts = [
        costs.consequences(Estimate(-1.0, -2.0, -0.5), price) for price in (HOME, costs.real_unit_cost(HOME, base=2025))
    ]
    with pytest.raises(RefusedError, match="prices of 2024, 2025"):
        costs.accounts(parts)
    with pytest.raises(RefusedError, match="a cost at the prices of 2025"):
        costs.threshold(1e6, HOME, prices=2025)
    with pytest.raises(RefusedError, match="one or more"):
        costs.accounts([])


def test_a_threshold_by_hand() -> None:
    price = replace(HOME, value=50_000.0, low=25_000.0, high=100_000.0)
    made = costs.threshold(costs.present_value([1e6]), price, prices=2024, share=0.5, baseline=400)
    row = made.tidy().iloc[0]
    assert (row["needed"], row["needed_low"], row["needed_high"], row["of_baseline"]) == (40.0, 20.0, 80.0, 0.1)
    later = costs.threshold(1e6, price, prices=2024, share=0.5, years_later=5)
    assert later.needed == pytest.approx(40.0 * 1.035**5)
    for spoiled in ({"share": 0.0}, {"years_later": -1}):
        with pytest.raises(RefusedError):
            costs.threshold(1e6, price, prices=2024, **spoiled)  # type: ignore[arg-type]
    for cost in (-1.0, nan):
        with pytest.raises(RefusedError):
            costs.threshold(cost, price, prices=2024)


def test_several_thresholds_are_each_one() -> None:
    sums = pd.DataFrame({"name": ["a", "b"], "cost": [1e6, 2e6]})
    found = costs.thresholds(sums, {"a home": HOME}, prices=2024)
    assert found["needed"].tolist() == pytest.approx([1e6 / 318_400, 2e6 / 318_400])
    assert set(found["reach"]) == {"not compared"}


def test_sensitivity_by_hand_and_refused() -> None:
    inputs = {"unit_cost": Range(100.0, 50.0, 200.0, "log"), "share": Range(0.5, 0.4, 0.6, "even")}
    found = costs.sensitivity(costs.break_even, inputs, fixed={"cost": 1000.0}, draws=2000)
    table = found.tidy()
    assert table["input"].tolist() == ["unit_cost", "share"]
    assert table.loc[0, ["at_low", "at_high", "swing"]].tolist() == pytest.approx([40.0, 10.0, 30.0])
    assert found.estimate.conf_low < found.base < found.estimate.conf_high  # type: ignore[operator]
    for spoiled in (Range(1.0, 2.0, 3.0), Range(1.0, 0.0, 3.0, "log"), Range(nan, 0.0, 1.0)):
        with pytest.raises(RefusedError):
            costs.sensitivity(costs.break_even, {"unit_cost": spoiled}, fixed={"cost": 1.0})
    with pytest.raises(RefusedError, match="inputs"):
        costs.sensitivity(costs.break_even, {})


def test_the_same_answer_is_told_from_another() -> None:
    table = pd.DataFrame({"estimate": [1.0, 2.0, -1.0], "permutation_p": [0.01, 0.02, 0.03]})
    assert costs.same_answer(table, name="x").verdict is Verdict.CONCERN
    assert costs.same_answer(table.head(2), name="x").verdict is Verdict.PASS
    assert costs.same_answer(table.iloc[[0, 2]], name="x").verdict is Verdict.FAIL
    assert costs.same_answer(table.head(1), name="x").verdict is Verdict.NOT_CHECKED
    quiet = table.assign(permutation_p=0.5)
    assert costs.same_answer(quiet, name="x").verdict is Verdict.PASS
    with pytest.raises(UsageError):
        costs.same_answer(table.drop(columns="estimate"), name="x")


def test_optimism_refuses_what_it_cannot_grade() -> None:
    for options in (
        {"grade": 7},
        {"grade": 1, "side": "hopes"},
        {"grade": 1, "amount": -1.0},
        {"grade": 1, "amount": nan},
    ):
        given = {"amount": 1.0, "side": "costs", **options}
        with pytest.raises(RefusedError):
            costs.correct_for_optimism(given.pop("amount"), accept_unconfirmed=True, **given)  # type: ignore[arg-type]


def test_lines_years_and_populations_that_are_not_there_are_refused() -> None:
    official = records.official()
    bill, _ = costs.care_bill(official, base=2025)
    for call in (
        lambda: costs.per_child(official, "spend_on_rockets"),
        lambda: costs.per_child(official),
        lambda: costs.bill_drivers(bill, 2014, 2024),
        lambda: costs.care_prices(official, year=2014, base=2025),
        lambda: costs.population(official, 1900),
        lambda: costs.in_children(bill, population=1.0),
        lambda: costs.sums_needed(bill, HOME, assumptions.share("marginal-care")),
    ):
        with pytest.raises(RefusedError):
            call()


def test_the_sums_that_papers_name() -> None:
    sums = {record.id: record for record in programme.funding()}
    assert sums["sum-pause"].amount == 249_840
    assert sums["sum-alliance"].amount * 5 == 3_525_000  # the decision states both
    assert [record.id for record in sums.values() if record.standing.value == "named as part of it"] == ["sum-pause"]
