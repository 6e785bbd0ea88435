"""The committed figures are the ones that were published: each expectation is from a publication, not from the code.

The looked-after rates of the council's papers are tested in the release of November 2023: 117.5, 111 and 71 agree with
it, and the 122.0 given for 2020 does not.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval import measures
from btc_eval.records import Official, official
from btc_eval.records.check import check

DATA = Path(__file__).parents[2] / "data"
WIRRAL, ENGLAND = "E08000015", "E92000001"


@pytest.fixture(scope="module")
def stats() -> Official:
    return official(DATA)


def value(panel: measures.AnnualPanel, area: str, year: int) -> float:
    rows = panel.of(area)
    return float(rows.loc[rows["year"] == year, "value"].iloc[0])


def test_check_finds_nothing_wrong_with_the_committed_data() -> None:
    report = check(DATA)
    assert report.accepted, report.words()
    assert {line.verdict for line in report.reconciliation} == {"pass", "concern"}


def test_looked_after_rates_as_first_published_in_november_2023(stats: Official) -> None:
    panel = measures.annual(stats, "looked_after_rate", vintage="2023-11")
    # 772 children over 65,690; the plain mean of ten councils' rates; 83,840 over 11,886,906.
    assert round(value(panel, WIRRAL, 2023), 1) == 117.5 == round(772 / 65_690 * 10_000, 1)
    assert round(value(panel, ENGLAND, 2023), 1) == 70.5 == round(83_840 / 11_886_906 * 10_000, 1)
    means = panel.mean_of_neighbours(2021).set_index("year")
    assert round(means.loc[2023, "value"], 1) == 110.6
    assert means.loc[2023, "n"] == 10


def test_the_rate_of_2020_is_122_6_and_not_122(stats: Official) -> None:
    # 811 children over 66,149: the same in both releases that carry the year.
    for vintage in ("2023-11", "2024-11", None):
        panel = measures.annual(stats, "looked_after_rate", vintage=vintage)
        assert round(value(panel, WIRRAL, 2020), 1) == 122.6 == round(811 / 66_149 * 10_000, 1)


@pytest.mark.parametrize(
    ("vintage", "year", "children", "population", "printed"),
    [
        ("2023-11", 2023, 772, 65_690, 118),
        ("2024-11", 2023, 773, 65_626, 118),
        ("2025-11", 2023, 772, 65_717, 117),
        ("2024-11", 2024, 767, 65_875, 116),
        ("2025-11", 2024, 766, 66_152, 116),
        ("2025-11", 2025, 681, 66_223, 103),
    ],
)
def test_each_release_keeps_its_own_count_and_population(
    vintage: str, year: int, children: int, population: int, printed: int, stats: Official
) -> None:
    table = stats.table("looked_after")
    rows = table[(table["area_code"] == WIRRAL) & (table["year"] == year) & (table["vintage"] == vintage)]
    held = rows.set_index("measure")["value"]
    assert (held["children_at_31_march"], held["population"]) == (children, population)
    assert held["rate_at_31_march"] == printed == round(children / population * 10_000)


def test_fifteen_years_of_children_looked_after(stats: Official) -> None:
    panel = measures.annual(stats, "looked_after").of(WIRRAL).set_index("year")["value"]
    published = [629, 681, 673, 669, 669, 676, 667, 768, 834, 832, 811, 826, 789, 772, 766, 681]
    assert panel.loc[2010:2025].tolist() == published


def test_referrals_of_thirteen_years(stats: Official) -> None:
    counts = measures.annual(stats, "referrals").of(WIRRAL).set_index("year")["value"]
    assert counts.loc[2016:2025].tolist() == [4519, 3243, 3248, 4231, 3997, 3030, 3244, 3355, 4152, 4056]
    rates = measures.annual(stats, "referral_rate")
    wirral = rates.of(WIRRAL).set_index("year")["value"].round(1)
    england = rates.of(ENGLAND).set_index("year")["value"].round(1)
    neighbours = rates.mean_of_neighbours(2021).set_index("year")["value"].round(1)
    assert wirral.loc[2016:2025].tolist() == [674.5, 484.1, 486.0, 636.8, 604.2, 460.7, 495.5, 510.5, 627.6, 612.5]
    assert england.loc[2016:2025].tolist() == [536.0, 553.6, 559.6, 553.7, 545.3, 507.1, 552.8, 538.1, 515.7, 519.4]
    assert neighbours.loc[2016:2025].tolist() == [586.5, 585.3, 515.5, 538.1, 614.4, 532.4, 585.8, 637.9, 563.6, 571.6]


@pytest.mark.parametrize(
    ("measure", "first", "published"),
    [
        ("re_referral_percent", 2016, [28.6, 21.0, 18.6, 24.6, 27.6, 23.5, 21.5, 23.3, 23.1, 22.2]),
        ("children_in_need_rate", 2016, [400.3, 427.3, 435.9, 425.9, 376.6, 389.5, 392.2, 398.4, 422.4, 408.8]),
        ("section_47_rate", 2016, [211.7, 209.4, 197.1, 210.6, 185.9, 184.3, 207.3, 214.1, 207.2, 209.7]),
        ("protection_plans", 2016, [404, 377, 253, 425, 283, 317, 384, 374, 368, 353]),
        ("protection_plan_rate", 2016, [60.3, 56.3, 37.9, 64.0, 42.8, 48.2, 58.7, 56.9, 55.6, 53.3]),
        ("repeat_plan_percent", 2016, [17.1, 22.8, 20.9, 28.3, 19.4, 28.7, 23.0, 31.4, 21.9, 21.5]),
        ("plan_review_percent", 2016, [97.8, 95.6, 94.9, 93.0, 86.4, 87.0, 87.1, 71.2, 55.4, 50.2]),
        ("looked_after_started", 2020, [192, 181, 175, 216, 211, 160]),
        ("looked_after_ceased", 2020, [213, 169, 216, 233, 216, 250]),
        ("population", 2019, [66_149, 65_774, 65_469, 65_717, 66_152, 66_223]),
        ("good_development_percent", 2022, [62.9, 65.2, 66.2, 66.1]),
        ("persistent_absence_percent", 2023, [22.4, 21.6]),
        ("early_spend_percent", 2021, [23.4, 23.7, 25.0, 23.1, 22.2]),
        ("agency_percent", 2022, [16.9, 16.4, 18.9, 12.3]),
    ],
)
def test_published_series_for_wirral(measure: str, first: int, published: list[float], stats: Official) -> None:
    series = measures.annual(stats, measure).of(WIRRAL).set_index("year")["value"].round(1)
    assert series.loc[first : first + len(published) - 1].tolist() == published


def test_spend_in_millions_of_pounds(stats: Official) -> None:
    spend = measures.annual(stats, "spend_looked_after").of(WIRRAL).set_index("year")["value"] / 1e6
    assert spend.loc[[2017, 2021, 2022, 2023, 2024, 2025]].round(1).tolist() == [27.7, 37.0, 39.2, 41.9, 51.1, 57.7]
    total = measures.annual(stats, "spend_total").of(WIRRAL).set_index("year")["value"] / 1e6
    assert total.loc[[2017, 2025]].round(1).tolist() == [60.8, 106.0]


def test_both_neighbour_sets(stats: Official) -> None:
    areas = stats.areas().set_index("area_code")["area_name"]
    panel = measures.annual(stats, "referrals")
    in_force = {areas[code] for code in panel.neighbours(2021)["area_code"].unique()}
    later = {areas[code] for code in panel.neighbours(2025)["area_code"].unique()}
    assert in_force == {
        "Sefton", "Darlington", "Stockton-on-Tees", "St. Helens", "North Tyneside", "Redcar and Cleveland", "Wigan",
        "Lancashire", "Calderdale", "County Durham",
    }  # fmt: skip
    assert later == {
        "County Durham", "Sefton", "Halton", "Stockton-on-Tees", "Sunderland", "Gateshead", "Redcar and Cleveland",
        "Lancashire", "Bury", "South Tyneside",
    }  # fmt: skip


def test_the_profile_of_children_looked_after_in_2023(stats: Official) -> None:
    table = stats.table("looked_after_stock")
    rows = table[(table["area_code"] == WIRRAL) & (table["year"] == 2023)].set_index(["breakdown", "category"])["value"]
    assert rows[("", "")] == 772
    assert rows[("need", "abuse or neglect")] == 628
    assert rows[("need", "family dysfunction")] == 78
    assert (rows[("legal status", "full care order")], rows[("legal status", "interim care order")]) == (547, 85)
    assert rows[("placement", "foster placements")] == 526
    assert (rows[("age", "10 to 15 years")], rows[("age", "16 years and over")]) == (312, 168)


def test_assessment_factors(stats: Official) -> None:
    table = stats.table("assessment_factors")
    wirral = table[table["area_code"] == WIRRAL]
    factor = wirral[wirral["category"] == "domestic abuse, parent"].set_index("year")["value"]
    assert factor.loc[[2019, 2021, 2023, 2024]].tolist() == [1367, 930, 661, 700]
    whole = wirral[wirral["measure"] == "episodes_with_a_factor"].set_index("year")["value"]
    assert whole.loc[[2019, 2021, 2023, 2024]].tolist() == [3521, 2583, 2068, 2089]


def test_every_missing_figure_has_a_reason_and_every_figure_none(stats: Official) -> None:
    for name in stats.names:
        if name in ("areas", "neighbours"):
            continue
        table = stats.table(name)
        assert ((table["reason"] != "") == table["value"].isna()).all(), name
        assert pd.Series(table["reason"].unique()).str.fullmatch(r"[a-z ]*").all()


def test_the_referrals_total_in_both_tables_is_the_same_where_both_hold_it(stats: Official) -> None:
    monthly = stats.wide("monthly_referrals").set_index(["area_code", "year"])["referrals"]
    yearly = stats.wide("referrals").set_index(["area_code", "year"])["referrals"]
    shared = monthly.index.intersection(yearly.index)
    councils = [key for key in shared if key[0] == WIRRAL]
    assert len(councils) == 12
    assert (monthly[councils] == yearly[councils]).all()
