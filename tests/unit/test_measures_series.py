"""Series and panels: months, continuations, missing figures and denominators."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval import measures
from btc_eval.errors import RefusedError
from btc_eval.measures.places import follow, newest_codes
from btc_eval.records import Official, official

DATA = Path(__file__).parents[2] / "data"
WIRRAL = "E08000015"


@pytest.fixture(scope="module")
def stats() -> Official:
    return official(DATA)


@pytest.fixture(scope="module")
def series(stats: Official) -> measures.MonthlySeries:
    return measures.monthly_referrals(stats)


def test_wirrals_144_months(series: measures.MonthlySeries) -> None:
    wirral = series.of(WIRRAL)
    assert len(wirral) == 144
    assert wirral["referrals"].sum() == 45_160
    assert wirral["month"].tolist() == pd.date_range("2012-04-01", "2024-03-01", freq="MS").tolist()
    assert (series.papers.window_start, series.papers.window_end) == ("2012-04", "2024-03")


def test_months_add_up_to_the_years_that_were_published(series: measures.MonthlySeries) -> None:
    wirral = series.of(WIRRAL)
    year = wirral["month"].dt.year + (wirral["month"].dt.month >= 4)
    published = {2020: 3997, 2021: 3030, 2022: 3244, 2023: 3355, 2024: 4152}
    sums = wirral.groupby(year)["referrals"].sum()
    assert {y: sums[y] for y in published} == published


def test_133_councils_have_every_month_and_132_kept_their_land(series: measures.MonthlySeries) -> None:
    complete = series.complete()
    assert complete["la_code"].nunique() == 133
    assert complete.groupby("la_code").size().unique().tolist() == [144]
    assert complete[["la_code", "month"]].equals(complete[["la_code", "month"]].sort_values(["la_code", "month"]))
    assert series.changed == ("E06000059",)
    strict = series.complete(boundary_changes=False)
    assert strict["la_code"].nunique() == 132
    assert set(complete["la_name"]) - set(strict["la_name"]) == {"Dorset"}


def test_months_that_are_held_back_are_neither_filled_nor_forgotten(series: measures.MonthlySeries) -> None:
    missing = series.missing
    hackney = missing[missing["la_name"] == "Hackney"]
    assert len(hackney) == 24
    assert set(hackney["reason"]) == {"not available"}
    westminster = missing[missing["la_name"] == "Westminster"]
    assert westminster["month"].tolist() == [pd.Timestamp("2022-08-01"), pd.Timestamp("2022-10-01")]
    assert set(westminster["reason"]) == {"suppressed by the publisher"}
    published = set(map(tuple, series.frame[["la_code", "month"]].to_numpy()))
    assert published.isdisjoint(map(tuple, missing[["la_code", "month"]].to_numpy()))


def test_a_council_is_followed_through_its_new_code(series: measures.MonthlySeries) -> None:
    assert len(series.of("E06000060")) == 144  # Buckinghamshire
    with pytest.raises(RefusedError, match="no such council"):
        series.of("E10000002")


def test_reading_a_table_is_noted(stats: Official) -> None:
    stats.table("need_plans")
    assert "official/need_plans.csv" in stats.reads


def test_neighbours_of_any_council_nearest_first(stats: Official) -> None:
    names = stats.areas().set_index("area_code")["area_name"]
    assert [names[code] for code in stats.neighbours(WIRRAL, 2021)][:3] == ["Sefton", "Darlington", "Stockton-on-Tees"]
    assert WIRRAL in stats.neighbours("E06000047", 2025)  # County Durham
    with pytest.raises(RefusedError, match="no such council in the model"):
        stats.neighbours(WIRRAL, 2014)
    for name in ("areas", "neighbours"):
        with pytest.raises(RefusedError, match="a list and not figures"):
            stats.table(name)


def test_continuations_go_to_the_newest_code() -> None:
    areas = pd.DataFrame({"area_code": ["A", "B", "C"], "continues": ["", "A", "B"]})
    assert newest_codes(areas) == {"A": "C", "B": "C"}
    frame = pd.DataFrame(
        {"area_code": ["A", "C"], "year": [2020, 2020], "value": [5.0, float("nan")], "reason": ["", "not applicable"]}
    )
    followed = follow(frame, areas)
    assert followed.to_dict("records") == [{"area_code": "C", "year": 2020, "value": 5.0, "reason": ""}]


def test_every_definition_gives_a_panel_with_wirral_and_its_papers(stats: Official) -> None:
    for name, definition in measures.DEFINITIONS.items():
        panel = measures.annual(stats, name)
        assert panel.of(WIRRAL)["value"].notna().any(), name
        assert panel.unit == definition.unit
        assert definition.table in panel.papers.sources
        assert panel.papers.window_start <= panel.papers.window_end


def test_a_rate_without_a_population_is_missing_with_a_reason(stats: Official) -> None:
    wirral = measures.annual(stats, "looked_after_rate").of(WIRRAL).set_index("year")
    assert pd.isna(wirral.loc[2011, "value"])
    assert wirral.loc[2011, "reason"] == "not available"


def test_the_reason_of_a_held_back_numerator_is_kept(stats: Official) -> None:
    panel = measures.annual(stats, "referral_rate")
    hampshire = panel.of("E10000014").set_index("year")
    assert hampshire.loc[2024, "reason"] == "low reliability"


def test_a_definition_of_ones_own(stats: Official) -> None:
    share = measures.Definition(
        "police_percent", "Referrals from the police", "% of referrals", "referral_sources", ("referrals",),
        over=("referrals",), per=100.0, breakdown="source", category="police",
    )  # fmt: skip
    panel = measures.annual_of(stats, share)
    table = stats.wide("referral_sources").set_index(["area_code", "year"]).loc[(WIRRAL, 2024)]
    expected = 100 * int(table["referrals / source / police"]) / int(table["referrals"])
    wirral = panel.of(WIRRAL).set_index("year")["value"]
    assert wirral[2024] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda o: measures.annual(o, "happiness"), "no such measure"),
        (lambda o: measures.annual(o, "looked_after_rate", vintage="2019-11"), "no such release"),
        (lambda o: measures.annual(o, "referrals").of("E99999999"), "no such area"),
        (lambda o: measures.annual(o, "referrals").neighbours(2014), "no such neighbour model"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(call, found: str, stats: Official) -> None:
    with pytest.raises(RefusedError, match=found):
        call(stats)
