"""Discounting and rebasing against an independent program: numbers of the R package greenbook, with its calls.

Factors are printed to fifteen figures, sums to fifteen: 1e-9 of the value leaves room for the order of addition.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from btc_eval import assumptions, costs

CASE: dict[str, Any] = json.loads((Path(__file__).parent / "costs" / "greenbook.json").read_text(encoding="utf-8"))
REL = 1e-9


@pytest.mark.parametrize(("name", "key", "years"), [("green-book", "standard", 80), ("health", "health", 40)])
def test_factors_of_every_year(name: str, key: str, years: int) -> None:
    expected = CASE[f"factors_{key}"]
    assert len(expected) == years + 1
    assert assumptions.schedule(name).factors(years) == pytest.approx(expected, rel=REL)


@pytest.mark.parametrize(("name", "key"), [("green-book", "npv_standard"), ("health", "npv_health")])
def test_the_value_of_a_stream(name: str, key: str) -> None:
    assert costs.present_value(CASE["cashflow"], schedule=name).value == pytest.approx(CASE[key], rel=REL)


def test_one_pound_a_year_across_the_fall_of_the_rate() -> None:
    assert costs.present_value([1.0] * 51).value == pytest.approx(CASE["npv_flat_1_each_year_0_50"], rel=REL)


def test_the_equal_yearly_sum() -> None:
    worth = costs.present_value(dict.fromkeys(range(1, 11), 1.0)).value
    assert 100_000 / worth == pytest.approx(CASE["eanc"], rel=REL)


def test_rebasing_by_the_calendar_years_it_was_given() -> None:
    values = {int(year): value for year, value in CASE["calendar_deflator"].items()}
    known = assumptions.deflator("gdp")
    calendar = assumptions.Deflator(
        name="calendar", title="t", unit="u", dated="2025-12", status=known.status, source="s", values=values
    )
    for case in CASE["rebase"]:
        found = costs.reprice(1.0, price_year=case["from"], base=case["to"], deflator=calendar)
        assert found == pytest.approx(case["factor"], rel=REL)


def test_the_financial_years_agree_with_the_calendar_years_of_another_release() -> None:
    """A financial year is about three quarters of one calendar year and one of the next.

    Two releases, and quarters of uneven weight and price in recession and covid, leave up to 0.9 % against 2023-24. A
    slipped row or a wrong base would leave two in a hundred or more.
    """
    calendar = {int(year): value for year, value in CASE["calendar_deflator"].items()}
    index = assumptions.deflator("gdp").values
    mixed = {year: 0.75 * calendar[year - 1] + 0.25 * calendar[year] for year in range(2006, 2025)}
    for year in mixed:
        assert index[year] / index[2024] == pytest.approx(mixed[year] / mixed[2024], rel=0.009), year
    slipped = {year: mixed[year - 1] for year in range(2007, 2025)}
    assert max(abs(index[y] / index[2024] / (slipped[y] / slipped[2024]) - 1) for y in slipped) > 0.02
