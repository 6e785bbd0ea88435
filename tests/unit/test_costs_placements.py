"""What the care ahead would cost: by hand, beside the bill that was paid, and refused where parts exceed the whole."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from btc_eval import costs, records, stockflow
from btc_eval.costs.placements import ALL, ELSEWHERE
from btc_eval.errors import RefusedError
from btc_eval.measures import care_published
from tests.golden.test_chapter_protection import DATA, WIRRAL

OFFICIAL = records.official(DATA)
PRICES = costs.care_prices(OFFICIAL, year=2025, base=2025)


def months(**more: float) -> pd.DataFrame:
    held = {"foster placements": 600.0, "children's homes and secure homes": 60.0, "with parents": 120.0, **more}
    rows = [(2026, name, n, 0.9 * n, 1.2 * n) for name, n in held.items()]
    return pd.DataFrame(rows, columns=["year", "placement", "estimate", "conf_low", "conf_high"])


def test_by_hand() -> None:
    """Fifty children in foster care, five in homes, ten with parents: sixty-five at the average, and what is left."""
    bill = costs.placement_bill(months(), PRICES).set_index("care")
    foster, home, average = 525 * 365 / 7, 6285 * 365 / 7, PRICES[costs.AVERAGE].value
    assert bill["children"].to_dict() == {"foster care": 50, "a children's home": 5, ELSEWHERE: 10, ALL: 65}
    assert bill.loc["foster care", "cost"] == pytest.approx(50 * foster)
    assert bill.loc["a children's home", "cost"] == pytest.approx(5 * home)
    assert bill.loc[ALL, "cost"] == pytest.approx(65 * average)
    assert bill.loc[ELSEWHERE, "cost"] == pytest.approx(65 * average - 50 * foster - 5 * home)
    assert bill.loc[ALL, "cost_low"] == pytest.approx(0.9 * 65 * average)
    assert bill.loc[ALL, "cost_high"] == pytest.approx(1.2 * 65 * average)
    assert bill.loc["a children's home", "share_of_children"] == pytest.approx(5 / 65)
    assert bill["share"].drop(ALL).sum() == pytest.approx(1.0)
    assert pd.isna(bill.loc[ELSEWHERE, "each"])


def test_the_children_that_were_counted_give_back_the_bill_that_was_paid() -> None:
    """(766 + 681) / 2 child-years in 2024-25, at the average of that year: £57.7 million, the return's own line."""
    mix = care_published.placement_mix(OFFICIAL, WIRRAL, 2025)
    child_months = 12 * (766 + 681) / 2 * mix["share"]
    rows = mix.assign(year=2025, estimate=child_months, conf_low=child_months, conf_high=child_months)
    found = costs.placement_bill(rows, PRICES).set_index("care")
    assert found.loc[ALL, "cost"] == pytest.approx(57_724_942, rel=1e-9)


def test_ends_of_the_parts_are_ends_of_the_whole_because_one_mix_serves_every_draw() -> None:
    published = care_published.flows(OFFICIAL)
    mix = care_published.placement_mix(OFFICIAL, WIRRAL, 2025)
    ahead = stockflow.project(
        stockflow.rates(**published.of(WIRRAL)), published.of(WIRRAL, [2025])["stock"], horizon=24, draws=200, rng=1
    )
    parts = ahead.child_months(mix).groupby("year")[["estimate", "conf_low", "conf_high"]].sum()
    whole = ahead.child_months(pd.DataFrame({"placement": ["all"], "share": [1.0]})).set_index("year")
    for column in parts:
        assert parts[column].to_numpy() == pytest.approx(whole[column].to_numpy())


def test_refusals_come_all_at_once() -> None:
    with pytest.raises(RefusedError, match="cost more together than all care"):
        costs.placement_bill(months(**{"children's homes and secure homes": 600.0}), PRICES)
    with pytest.raises(RefusedError, match="no such column"):
        costs.placement_bill(months().drop(columns="conf_low"), PRICES)
    wrong = months().query("placement != 'foster placements'").assign(estimate=-1.0)
    few = {name: price for name, price in PRICES.items() if name != "foster care"}
    with pytest.raises(RefusedError) as told:
        costs.placement_bill(wrong, few)
    assert len(told.value.refusals) == 3
    mixed = {**PRICES, "foster care": replace(PRICES["foster care"], price_year=2021)}
    with pytest.raises(RefusedError, match="prices of several years"):
        costs.placement_bill(months(), mixed)
