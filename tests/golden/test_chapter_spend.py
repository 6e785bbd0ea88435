"""The figures of the chapter on money, worked out again from the committed tables with pandas alone."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btc_eval import assumptions, costs, records
from btc_eval.its import annual_summary
from btc_eval.measures import comparison

DATA = Path(__file__).parents[2] / "data"
PAGE = DATA.parent / "book" / "outcomes" / "spend.md"
WIRRAL, ENGLAND = "E08000015", "E92000001"
CONTINUED = {"E10000009": "E06000059", "E10000002": "E06000060", "E10000023": "E06000065", "E10000027": "E06000066"}
EARLY = ["spend_family_support", "spend_early_years", "spend_young_people"]
LATE = ["spend_looked_after", "spend_safeguarding"]
INDEX = {
    int(year): value
    for year, value in tomllib.loads((DATA / "assumptions" / "deflators.toml").read_text(encoding="utf-8"))["gdp"][
        "values"
    ].items()
}


def cells(table: str, column: str) -> pd.Series:
    frame = pd.read_csv(DATA / "official" / f"{table}.csv", dtype=str)
    frame = frame.assign(
        value=pd.to_numeric(frame[column], errors="coerce"), area=frame["area_code"].replace(CONTINUED)
    )
    frame = frame.dropna(subset=["value"]).assign(year=frame["year"].astype(int))
    return frame.drop_duplicates(["area", "year"], keep="last").set_index(["area", "year"])["value"]


def near() -> list[str]:
    frame = pd.read_csv(DATA / "official" / "neighbours.csv", dtype=str)
    row = frame[(frame["year"] == "2021") & (frame["area_code"] == WIRRAL)].iloc[0]
    return [CONTINUED.get(row[f"neighbour_{rank}"], row[f"neighbour_{rank}"]) for rank in range(1, 11)]


@pytest.fixture(scope="module")
def official() -> records.Official:
    return records.official(DATA)


def test_the_committed_spend_is_what_was_compiled_before_us(official: records.Official) -> None:
    """£ million, compiled independently from the same tool before this project began."""
    care = cells("spend", "spend_looked_after")[WIRRAL] / 1e6
    assert {y: round(care[y], 1) for y in (2017, 2021, 2022, 2023, 2024, 2025)} == {
        2017: 27.7, 2021: 37.0, 2022: 39.2, 2023: 41.9, 2024: 51.1, 2025: 57.7,
    }  # fmt: skip
    share = costs.early_share_panel(official).of(WIRRAL).set_index("year")["value"].round(1)
    assert share[[2017, 2021, 2023, 2024, 2025]].tolist() == [26.3, 23.4, 25.0, 23.1, 22.2]


def test_the_bill_and_what_made_it_grow(official: records.Official) -> None:
    cash = cells("spend", "spend_looked_after")[WIRRAL]
    real = {year: cash[year] * INDEX[2025] / INDEX[year] for year in (2021, 2024)}
    years = {2021: (811 + 826) / 2, 2024: (772 + 766) / 2}
    unit = {year: real[year] / years[year] for year in real}
    bill, _ = costs.care_bill(official, base=2025)
    row = costs.bill_drivers(bill, 2021, 2024).iloc[0]
    assert (row["real_before"], row["real_after"]) == pytest.approx((real[2021], real[2024]))
    assert row["by_number"] == pytest.approx((years[2024] - years[2021]) * (unit[2021] + unit[2024]) / 2)
    assert row["by_cost"] == pytest.approx((unit[2024] - unit[2021]) * (years[2021] + years[2024]) / 2)
    assert [round(row[name] / 1e6, 1) for name in ("real_before", "real_after", "by_number", "by_cost")] == [
        43.5,
        53.2,
        -3.0,
        12.7,
    ]


def test_the_answer_hangs_neither_on_the_index_nor_on_how_children_are_counted(official: records.Official) -> None:
    for deflator in ("gdp", "cpih"):
        bill, _ = costs.care_bill(official, base=2025, deflator=deflator)
        row = costs.bill_drivers(bill, 2021, 2024).iloc[0]
        assert row["by_number"] < 0 < row["by_cost"]
        on_the_day = costs.drivers(children=(826, 766), spend=(row["real_before"], row["real_after"])).iloc[0]
        assert on_the_day["by_number"] < 0 < on_the_day["by_cost"]


def test_the_published_week_is_the_bill_over_the_last_day(official: records.Official) -> None:
    bill, _ = costs.care_bill(official, base=2025)
    printed = costs.weekly_cost(bill, spend="spend", children="children")["weekly"]
    assert (printed - bill["published"]).abs().max() <= 2.5 + 2.5  # the publisher rounds to £5, once on a revised count


def test_a_week_in_care_costs_wirral_less_than_its_neighbours_in_every_year() -> None:
    week = cells("spend", "weekly_cost_looked_after")
    mean = week.unstack().reindex(near()).mean()
    assert (week[WIRRAL] < 0.85 * mean).all()


def test_spend_for_each_child_beside_the_neighbours_and_england(official: records.Official) -> None:
    people = cells("population", "children_0_to_17").rename(index=lambda year: year + 1, level=1)
    for columns, panel in (
        (["spend_looked_after"], costs.per_child(official, "spend_looked_after")),
        (EARLY, costs.per_child(official, *EARLY, title="early")),
    ):
        cash = sum(cells("spend", column) for column in columns)
        mine = (cash / people).dropna()
        mine = mine * INDEX[2025] / mine.index.get_level_values(1).map(INDEX)
        shown = costs.real_panel(panel, base=2025)
        own = shown.of(WIRRAL).set_index("year")["value"]
        assert own.to_dict() == pytest.approx(mine[WIRRAL].to_dict())
        series = comparison.compare(official, [shown]).series(2017).set_index(["series", "year"])["value"]
        for year in (2021, 2024):
            expected = mine.unstack()[year].reindex(near()).mean()
            assert series["Neighbours' mean"][year] == pytest.approx(expected)
        grew = {name: series[name][2024] - series[name][2021] for name in ("Wirral", "Neighbours' mean", "England")}
        assert min(grew.values()) > 0
        if columns == EARLY:
            assert grew["Wirral"] > grew["Neighbours' mean"]
        else:
            assert grew["Wirral"] < grew["Neighbours' mean"] / 2


def test_the_early_share_and_its_rank_by_every_definition(official: records.Official) -> None:
    beside = comparison.compare(official, costs.early_share_panels(official))
    models = {str(model): comparison.neighbour_map(official, model) for model in (2021, 2025)}
    found = annual_summary.gap_changes(
        beside.councils(), treated=WIRRAL, windows={"": (2021, 2024)}, comparators=models
    )
    row = found.iloc[0]
    early, late = (sum(cells("spend", name) for name in names) for names in (EARLY, LATE))
    share = 100 * early / (early + late)
    assert (row["before"], row["after"]) == pytest.approx((share[WIRRAL, 2021], share[WIRRAL, 2024]))
    assert row["comparator_change"] < row["change"] < 0
    assert (row["rank"], row["units"]) == (122, 149)
    assert len(found) == 8
    assert (found["permutation_p"] > 0.05).all()
    assert costs.same_answer(found, name="x").verdict.value == "pass"


def test_nothing_moved_by_more_than_chance_by_either_index_or_model(official: records.Official) -> None:
    care = costs.real_panels(costs.per_child(official, "spend_looked_after"), base=2025)
    models = {str(model): comparison.neighbour_map(official, model) for model in (2021, 2025)}
    years = comparison.compare(official, care).councils()
    assert len(years) == 2
    found = annual_summary.gap_changes(years, treated=WIRRAL, windows={"": (2021, 2024)}, comparators=models)
    assert (found["verdict"] == "no more than chance").all()
    assert found["permutation_p"].between(0.1, 0.3).all()


def test_no_saving_is_claimed_and_why(official: records.Official) -> None:
    rates = comparison.compare(official, ["looked_after_rate"])
    row = annual_summary.gap_changes(
        rates.councils(), treated=WIRRAL, windows={"": (2021, 2024)}, comparators={"": rates.neighbours}
    )
    people = costs.population(official, 2024)
    assert people == 66_152
    price = costs.care_prices(official, year=2024, base=2025)[costs.AVERAGE]
    found = costs.consequences(costs.in_children(row, population=people), price)
    assert found.verdict is costs.Saving.NOT_CLAIMED
    assert found.why == "the interval of the effect includes no effect at all"
    units = found.tidy().iloc[0]
    assert units["units_reach"] == pytest.approx(row["reach"].iloc[0] * people / 1e4)
    assert round(units["units_reach"]) == 201
    # With an exact price the ends are those of the placebo interval, but for the chance of the draws.
    assert units["conf_low"] == pytest.approx(row["conf_low"].iloc[0] * people / 1e4 * price.value, rel=0.03)


def test_what_a_million_would_have_to_spare(official: records.Official) -> None:
    prices = costs.care_prices(official, year=2024, base=2025)
    week = {name: cells("spend", f"weekly_cost_{name}")[WIRRAL, 2024] for name in ("fostering", "residential")}
    lift = INDEX[2025] / INDEX[2024]
    assert prices["foster care"].value == pytest.approx(week["fostering"] * 365 / 7 * lift)
    assert prices["a children's home"].value == pytest.approx(week["residential"] * 365 / 7 * lift)
    table = costs.for_each_million(prices, assumptions.share("marginal-care")).set_index("care")
    expected = 1e6 / (cells("spend", "spend_looked_after")[WIRRAL, 2024] * lift / 769)
    assert table.loc[costs.AVERAGE, "whole"] == pytest.approx(expected)
    assert table.loc[costs.AVERAGE, "part"] == pytest.approx(2 * expected)
    assert table.loc[costs.AVERAGE, "later"] == pytest.approx(2 * expected * 1.035**5)
    assert [round(x) for x in table["part"]] == [82, 29, 6]
    decides = costs.what_decides(prices, assumptions.share("marginal-care"), draws=2000)
    assert decides["what"].iloc[0].startswith("Which care")  # the page says so


def test_what_the_page_says_in_words() -> None:
    text = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
    work = cells("spend", "spend_safeguarding")[WIRRAL]
    assert "social work jumped by half in 2019-20" in text
    assert work[2020] / work[2019] == pytest.approx(1.5, abs=0.05)
    rest = [cells("spend", name)[WIRRAL] for name in (*EARLY, "spend_looked_after")]
    assert max(line[2020] / line[2019] for line in rest) < 1.25
    assert cells("spend", "spend_looked_after").index.get_level_values(1).min() == 2017
    assert np.isclose(assumptions.share("marginal-care").value, 0.5)  # the captions say half
