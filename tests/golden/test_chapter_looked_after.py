"""The figures of the chapter on children in care, worked out again from the committed tables with pandas alone."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats

from btc_eval import programme, records
from btc_eval.its import annual_summary, annual_synthetic
from btc_eval.measures import comparison, derived, standing
from tests.golden.test_chapter_protection import CONTINUED, DATA, ENGLAND, WIRRAL, gaps, near

RATE = "Children looked after at 31 March"


def release(vintage: str, column: str) -> pd.Series:
    """Area and year to a number, as one release printed it."""
    frame = pd.read_csv(DATA / "official" / "looked_after.csv", dtype=str)
    frame = frame[frame["vintage"] == vintage]
    frame = frame.assign(
        value=pd.to_numeric(frame[column], errors="coerce"), area=frame["area_code"].replace(CONTINUED)
    )
    frame = frame.dropna(subset=["value"]).assign(year=frame["year"].astype(int))
    return frame.drop_duplicates(["area", "year"]).set_index(["area", "year"])["value"]


def rates(vintage: str, column: str = "children_at_31_march") -> pd.Series:
    return (release(vintage, column) / release(vintage, "population") * 10_000).dropna()


@pytest.fixture(scope="module")
def stats_held() -> records.Official:
    return records.official(DATA)


@pytest.fixture(scope="module")
def beside(stats_held: records.Official) -> comparison.Comparison:
    return comparison.compare(
        stats_held, ["looked_after_rate", "looked_after_started_rate", derived.leaving(stats_held)]
    )


def line(beside: comparison.Comparison, title: str, series: str) -> pd.Series:
    table = beside.series(2010)
    return table[(table["measure"] == title) & (table["series"] == series)].set_index("year")["value"]


def test_the_gap_of_2020_and_2023_in_the_release_that_the_report_could_use(stats_held: records.Official) -> None:
    """122.6 against 102.0, then 117.5 against 110.6: a gap of 20.6 and one of 6.9."""
    mine = rates("2023-11")
    others = near()[WIRRAL]
    before, after = (mine[WIRRAL][y] - mine.unstack()[y].reindex(others).mean() for y in (2020, 2023))
    assert (round(before, 1), round(after, 1)) == (20.6, 6.9)
    assert round(mine[WIRRAL][2020], 1) == 122.6
    moved = gaps(mine, 2020, 2023)
    then = comparison.compare(stats_held, ["looked_after_rate"], vintage="2023-11")
    row = annual_summary.gap_changes(
        then.councils(), treated=WIRRAL, windows={"": (2020, 2023)}, comparators={"": then.neighbours}
    ).iloc[0]
    assert (row["gap_before"], row["gap_after"]) == (pytest.approx(before), pytest.approx(after))
    assert len(moved) == row["units"] == 149
    assert moved[WIRRAL] == pytest.approx(row["estimate"]) == pytest.approx(-13.67, abs=0.005)
    assert (moved.abs() >= abs(moved[WIRRAL])).sum() == row["as_large"] == 31
    assert row["comparator_change"] > -row["change"] > 0  # closed from both sides, by more from theirs


def test_the_gap_before_and_during_on_the_newest_figures(beside: comparison.Comparison) -> None:
    windows = {"before": (2018, 2021), "during": (2021, 2024), "whole": (2018, 2025), "peak": (2021, 2023)}
    found = annual_summary.gap_changes(
        {RATE: beside.councils()[RATE]}, treated=WIRRAL, windows=windows, comparators={"": beside.neighbours}
    ).set_index("window")
    values = beside.councils()[RATE].set_index(["area_code", "year"])["value"]
    for window, (before, after) in windows.items():
        moved = gaps(values, before, after)
        assert moved[WIRRAL] == pytest.approx(found.loc[window, "estimate"])
        assert (moved <= moved[WIRRAL]).sum() == found.loc[window, "rank"]
        assert len(moved) == found.loc[window, "units"]
    assert found["estimate"].round(1).to_dict() == {"before": -14.1, "during": -17.4, "whole": -37.5, "peak": -15.2}
    assert found.loc["whole", ["rank", "units"]].tolist() == [2, 145]
    assert (found.loc[["before", "during", "peak"], "permutation_p"] > 0.1).all()
    gap = line(beside, RATE, "Wirral") - line(beside, RATE, "Neighbours' mean")
    assert gap.idxmax() == 2018


def test_the_newest_figures_are_those_of_the_release_of_november_2025(beside: comparison.Comparison) -> None:
    newest = rates("2025-11")
    own, mean = line(beside, RATE, "Wirral"), line(beside, RATE, "Neighbours' mean")
    for year in (2021, 2022, 2023, 2024, 2025):
        assert own[year] == pytest.approx(newest[WIRRAL][year])
        assert mean[year] == pytest.approx(newest.unstack()[year].reindex(near()[WIRRAL]).mean())
    assert (round(own[2025], 1), round(mean[2025], 1)) == (102.8, 103.9)


def test_figures_of_the_report_beside_the_release(stats_held: records.Official) -> None:
    claims = programme.claims().where(id=("claim-care-rate-fall", "claim-care-rate-neighbours"))
    found = standing.reported(stats_held, claims, then="2023-11")
    assert found["value"].tolist() == [122.0, 117.5, 111.0, 71.0]
    assert found["then"].round(1).tolist() == [122.6, 117.5, 110.6, 70.5]
    assert found["latest"].round(1).tolist() == [122.6, 117.5, 110.4, 70.4]
    mine = rates("2023-11")
    assert found["then"].tolist() == pytest.approx(
        [
            mine[WIRRAL][2020],
            mine[WIRRAL][2023],
            mine.unstack()[2023].reindex(near()[WIRRAL]).mean(),
            mine[ENGLAND][2023],
        ]
    )
    assert round(found["value"][0] - found["then"][0], 1) == -0.6
    assert found["then"].round().tolist()[1:] == [118, 111, 71]


def test_higher_than_which_neighbours(stats_held: records.Official) -> None:
    """772 children of 65,690: 109 to 126 by chance. Ten rates average 110.6; their children together, 96.8."""
    row = standing.against(stats_held, 2023, vintage="2023-11").iloc[0]
    low, high = stats.chi2.ppf(0.025, 2 * 772) / 2, stats.chi2.ppf(0.975, 2 * 773) / 2
    assert [row["conf_low"], row["conf_high"]] == pytest.approx([low / 6.569, high / 6.569])
    assert (round(row["conf_low"]), round(row["conf_high"])) == (109, 126)
    children, people = release("2023-11", "children_at_31_march"), release("2023-11", "population")
    others = [(children[code][2023], people[code][2023]) for code in near()[WIRRAL]]
    together = sum(n for n, _ in others) / sum(d for _, d in others) * 10_000
    assert row["together"] == pytest.approx(together) == pytest.approx(96.8, abs=0.05)
    assert row["together"] < row["conf_low"] <= row["mean"] <= row["conf_high"]
    assert row["england"] < row["conf_low"]
    assert (row["place"], row["councils"]) == (5, 11)
    assert row["spread"] > 40  # the neighbours' counts vary over forty times as much as chance would make them
    table = standing.among_neighbours(stats_held, 2023, vintage="2023-11").set_index("area_name")
    assert table["rate"].idxmin() == "Lancashire" == table["population"].idxmax()
    without = table.drop(["Lancashire", "Wirral"])
    assert without["children"].sum() / without["population"].sum() * 10_000 > row["conf_low"] - 1


def test_starts_fell_before_the_programme_and_are_below_the_neighbours_since_2019(
    beside: comparison.Comparison,
) -> None:
    title = "Children starting to be looked after"
    own, mean = line(beside, title, "Wirral"), line(beside, title, "Neighbours' mean")
    assert own[[2017, 2018, 2019, 2023]].round(1).tolist() == [52.0, 41.6, 31.3, 32.9]
    assert round(mean[2023], 1) == 43.4
    assert (own.loc[2019:2025] < mean.loc[2019:2025]).all()
    assert (own[[2017, 2018]] > mean[[2017, 2018]]).all()
    assert own[[2020, 2021, 2022, 2023, 2024, 2025]].round().tolist() == [29, 28, 27, 33, 32, 24]  # as known beforehand


def test_a_smaller_share_leave_than_among_the_neighbours_in_every_year(beside: comparison.Comparison) -> None:
    title = "Children leaving care in the year"
    own, mean = line(beside, title, "Wirral"), line(beside, title, "Neighbours' mean")
    assert own[2021] == pytest.approx(169 / 811 * 100)
    assert own[2023] == pytest.approx(233 / 789 * 100)
    assert (round(own[2023], 1), round(mean[2023], 1)) == (29.5, 36.0)
    assert (own < mean.reindex(own.index)).all()
    # Known beforehand as 30.3% and 34.6% for the neighbours: their children together, and not the mean of their shares.
    left, held = release("2024-11", "children_ceased"), release("2024-11", "children_at_31_march")
    for year, together in ((2021, 30.3), (2023, 34.6)):
        codes = near()[WIRRAL]
        share = sum(left[c][year] for c in codes) / sum(held[c][year - 1] for c in codes) * 100
        assert round(share, 1) == together


def test_in_the_last_year_fewer_came_in_and_more_left() -> None:
    started, ceased = release("2025-11", "children_started")[WIRRAL], release("2025-11", "children_ceased")[WIRRAL]
    assert (started[2024], started[2025]) == (211, 160)
    assert (ceased[2024], ceased[2025]) == (216, 250)


def test_children_seeking_asylum_alone_are_more_among_the_neighbours_size_for_size() -> None:
    column = "children / asylum / unaccompanied asylum-seeking children"
    frame = pd.read_csv(DATA / "official" / "looked_after_stock.csv", dtype=str).query("year == '2023'")
    frame = frame.sort_values("vintage").drop_duplicates("area_code", keep="last").set_index("area_code")
    children = pd.to_numeric(frame[column], errors="coerce")
    people = release("2023-11", "population").unstack()[2023]
    own = children[WIRRAL] / people[WIRRAL] * 10_000
    theirs = (children.reindex(near()[WIRRAL]) / people.reindex(near()[WIRRAL]) * 10_000).dropna()
    assert len(theirs) == 10
    assert (round(own, 1), round(theirs.mean(), 1)) == (2.9, 5.1)


def test_the_synthetic_control_agrees_and_leans_on_rotherham_and_telford(beside: comparison.Comparison) -> None:
    years = beside.councils()[RATE]
    row = annual_synthetic.second_design(
        {RATE: years}, treated=WIRRAL, start=2022, window=(2013, 2024), pools={"": None}
    ).iloc[0]
    assert row["permutation_p"] > 0.5
    assert row["fit"] == "good"
    assert row["main"] == "E08000018"  # Rotherham
    check = annual_synthetic.agreement(years, treated=WIRRAL, start=2022, window=(2013, 2024), announced=False)
    assert check.verdict.value == "pass"
    values = years.set_index(["area_code", "year"])["value"]
    for code in ("E08000018", "E06000020"):
        assert values[code, 2018] > values[code, 2015]
        assert values[code, 2024] < values[code, 2021]


def test_other_years_and_the_later_neighbours_say_the_same(stats_held: records.Official) -> None:
    then = comparison.compare(stats_held, ["looked_after_rate"], vintage="2023-11")
    found = annual_summary.gap_changes(
        then.councils(),
        treated=WIRRAL,
        windows={"report": (2020, 2023), "from the peak": (2021, 2023)},
        comparators={"2021": then.neighbours, "2025": comparison.neighbour_map(stats_held, 2025)},
    )
    assert annual_summary.stability(found, RATE).verdict.value == "pass"
    assert (found["permutation_p"] > 0.09).all()


def test_wirral_stays_within_the_middle_of_councils_up_to_the_last_year(beside: comparison.Comparison) -> None:
    years = beside.councils()[RATE].query("year >= 2013")
    path = annual_summary.gap_path(years, treated=WIRRAL, base=2021, comparators=beside.neighbours).set_index("year")
    inside = (path["low"] <= path["estimate"]) & (path["estimate"] <= path["high"])
    assert inside.loc[:2024].all()
    assert path.loc[2025, "estimate"] == pytest.approx(path.loc[2025, "low"], abs=0.5)
    values = years.set_index(["area_code", "year"])["value"]
    for year in (2018, 2024):
        moved = gaps(values, min(year, 2021), max(year, 2021)) * (1 if year > 2021 else -1)
        low, high = moved.drop(WIRRAL).quantile([0.025, 0.975])
        assert path.loc[year, ["low", "high"]].tolist() == pytest.approx([low, high])


def test_the_base_of_the_population_changes_no_figure_of_2020(stats_held: records.Official) -> None:
    assert {round(rates(vintage)[WIRRAL][2020], 2) for vintage in ("2023-11", "2024-11")} == {122.60}
    assert stats_held.neighbours(WIRRAL, 2021) == tuple(near()[WIRRAL])
