"""The figures of the chapter on the offer to every child, from the committed files with pandas alone."""

from __future__ import annotations

import pandas as pd
import pytest

from btc_eval import records
from btc_eval.its import annual_summary
from btc_eval.measures import comparison
from tests.golden.test_chapter_protection import DATA, ENGLAND, WIRRAL, cells, councils, gaps, near

MEASURES = {
    "Children reviewed at 2 to 2½ years": ("early_years", "review_at_2_percent"),
    "Two-year-olds in funded early education": ("early_years", "two_year_offer_percent"),
    "Good level of development at 5": ("early_years", "good_development_percent"),
    "School absence": ("attendance", "absence_percent"),
    "Persistent absence": ("attendance", "persistent_absence_percent"),
    "Suspensions": ("attendance", "suspensions_percent"),
    "Permanent exclusions": ("attendance", "permanent_exclusions_percent"),
    "Not in education or work, or not known": ("young_people", "not_in_education_or_not_known_percent"),
}
WINDOWS = {"main": (2019, 2024), "a year earlier": (2019, 2023), "two before": ((2018, 2019), 2024)}


@pytest.fixture(scope="module")
def beside() -> comparison.Comparison:
    return comparison.compare(records.official(DATA), [column for _, column in MEASURES.values()])


@pytest.fixture(scope="module")
def found(beside: comparison.Comparison) -> pd.DataFrame:
    models = {"2021": beside.neighbours, "2025": comparison.neighbour_map(records.official(DATA), 2025)}
    return annual_summary.gap_changes(beside.councils(), treated=WIRRAL, windows=WINDOWS, comparators=models)


@pytest.mark.parametrize("title", MEASURES)
def test_each_change_its_rank_and_its_p_value(title: str, found: pd.DataFrame) -> None:
    mine = gaps(cells(*MEASURES[title]), 2019, 2024)
    row = found.query("window == 'main' and comparators == '2021' and measure == @title").iloc[0]
    assert (len(mine), (mine <= mine[WIRRAL] + 1e-9).sum()) == (row["units"], row["rank"])
    assert mine[WIRRAL] == pytest.approx(row["estimate"])
    assert (mine.abs() >= abs(mine[WIRRAL]) - 1e-9).mean() == pytest.approx(row["permutation_p"])


def test_what_the_page_says_of_all_eight(found: pd.DataFrame) -> None:
    main = found.query("window == 'main' and comparators == '2021'").set_index("measure")
    assert (main["verdict"] == "no more than chance").all()
    assert round(main["adjusted_p"].min(), 2) == 0.56
    assert ((main["conf_low"] < 0) & (main["conf_high"] > 0)).all()
    assert main["permutation_p"].nsmallest(2).index.tolist() == ["Permanent exclusions", "Suspensions"]
    assert len(found) == 48
    assert round(found["adjusted_p"].min(), 2) == 0.33
    assert (found["verdict"] == "no more than chance").all()


def test_two_year_olds_and_persistent_absence_as_printed(found: pd.DataFrame) -> None:
    main = found.query("window == 'main' and comparators == '2021'").set_index("measure")
    twos, absent = main.loc["Two-year-olds in funded early education"], main.loc["Persistent absence"]
    assert (twos["before"], twos["after"], twos["rank"], twos["units"]) == (77.8, 92.6, 124, 148)
    assert (absent["before"], absent["after"], absent["rank"], absent["units"]) == (12.57, 21.64, 31, 148)
    suspended = main.loc["Suspensions"]
    assert (suspended["as_large"], suspended["units"], round(suspended["comparator_change"], 1)) == (17, 148, 8.1)


def test_what_the_page_says_in_words() -> None:
    take_up = cells("early_years", "two_year_offer_percent")
    assert take_up[WIRRAL][2025] < take_up[WIRRAL][2024] - 10  # the rules changed
    assert take_up[ENGLAND][2025] < take_up[ENGLAND][2024] - 5  # and it fell everywhere
    assert councils(take_up).unstack()[2024].rank(ascending=False)[WIRRAL] <= 30  # more than in most councils
    profile = cells("early_years", "good_development_percent").unstack()
    assert profile.loc[WIRRAL].dropna().index.tolist() == [2016, 2017, 2018, 2019, 2022, 2023, 2024, 2025]
    absence = cells("attendance", "persistent_absence_percent").unstack()
    gap = absence.loc[WIRRAL] - absence.reindex(near()[WIRRAL]).mean()
    assert gap[2019] > gap[2024] > 0
    assert gap[2025] > gap[2024]
    for column in ("suspensions_percent", "permanent_exclusions_percent"):
        table = cells("attendance", column).unstack()
        apart = table.loc[WIRRAL] - table.reindex(near()[WIRRAL]).mean()
        assert apart[2024] < apart[2019] < 0


def test_facts_known_beforehand_agree() -> None:
    """Compiled independently from the same tool before this project began."""
    assert [round(cells("early_years", "good_development_percent")[WIRRAL][year], 1) for year in range(2022, 2026)] == [
        62.9,
        65.2,
        66.2,
        66.1,
    ]
    assert [cells("early_years", "two_year_offer_percent")[ENGLAND][year] for year in (2021, 2023, 2024)] == [
        61.8,
        73.9,
        74.8,
    ]
    assert round(cells("early_years", "review_at_2_percent")[WIRRAL][2023], 1) == 95.6
    assert round(cells("attendance", "permanent_exclusions_percent")[WIRRAL][2023], 3) == 0.118
