"""The figures of the chapters on domestic abuse and on neglect, from the committed counts with pandas alone."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats

from btc_eval import records
from btc_eval.its import annual_summary
from btc_eval.measures import comparison, shares
from btc_eval.records import Official
from tests.golden.test_chapter_protection import DATA, ENGLAND, WIRRAL, cells, gaps, near

ABUSE = {
    "parent": "episodes / factor / domestic abuse, parent",
    "child": "episodes / factor / domestic abuse, child",
    "other": "episodes / factor / domestic abuse, other person",
}


@pytest.fixture(scope="module")
def official() -> Official:
    return records.official(DATA)


def noted(column: str) -> pd.Series:
    return (cells("assessment_factors", column) / cells("assessment_factors", "episodes_with_a_factor") * 100).dropna()


def for_neglect() -> pd.Series:
    column = "plans started / initial category / neglect"
    return (cells("plan_categories", column) / cells("plan_categories", "plans_started") * 100).dropna()


def changes(official: Official, definitions: dict[str, object], **windows: object) -> pd.DataFrame:
    beside = comparison.compare(official, list(definitions.values()))  # type: ignore[arg-type]
    models = {"2021": beside.neighbours, "2025": comparison.neighbour_map(official, 2025)}
    return annual_summary.gap_changes(
        beside.councils(),
        treated=WIRRAL,
        windows=windows,  # type: ignore[arg-type]
        comparators=models,
    )


@pytest.fixture(scope="module")
def abuse(official: Official) -> pd.DataFrame:
    definitions: dict[str, object] = {
        name: shares.factor(column.split(" / ")[2], name) for name, column in ABUSE.items()
    }
    return changes(official, definitions, main=(2022, 2024), earlier=(2021, 2024), three=((2019, 2021), 2024))


@pytest.fixture(scope="module")
def neglect(official: Official) -> pd.DataFrame:
    definitions: dict[str, object] = {
        "noted": shares.factor("neglect", "noted"),
        "plans": shares.first_category("neglect", "plans"),
    }
    return changes(official, definitions, main=(2021, 2024), last=(2023, 2024), three=((2019, 2021), 2024))


def test_shares_are_the_published_counts() -> None:
    """700 of 2,089 for a parent in 2023-24, 390 for neglect; 182 of 366 plans."""
    parent = noted(ABUSE["parent"])[WIRRAL]
    assert [round(parent[year], 1) for year in range(2018, 2026)] == [41.0, 38.8, 32.4, 36.0, 32.4, 32.0, 33.5, 29.8]
    assert parent[2024] == pytest.approx(700 / 2089 * 100)
    assert noted("episodes / factor / neglect")[WIRRAL][2024] == pytest.approx(390 / 2089 * 100)
    assert for_neglect()[WIRRAL][2024] == pytest.approx(182 / 366 * 100)
    england = noted(ABUSE["parent"])[ENGLAND]
    assert (round(england[2018], 1), round(england[2020], 1)) == (32.2, 32.5)


@pytest.mark.parametrize("name", ABUSE)
def test_the_change_since_the_hub_beside_every_council(name: str, abuse: pd.DataFrame) -> None:
    mine = gaps(noted(ABUSE[name]), 2022, 2024)
    row = abuse.query("window == 'main' and comparators == '2021' and measure == @name").iloc[0]
    assert (len(mine), (mine <= mine[WIRRAL]).sum()) == (row["units"], row["rank"])
    assert mine[WIRRAL] == pytest.approx(row["estimate"])
    assert (mine.abs() >= abs(mine[WIRRAL])).mean() == pytest.approx(row["permutation_p"])


def test_what_the_page_on_abuse_says(abuse: pd.DataFrame) -> None:
    row = abuse.query("window == 'main' and comparators == '2021' and measure == 'parent'").iloc[0]
    assert (row["as_large"], row["units"], round(row["permutation_p"], 2)) == (132, 146, 0.9)
    assert (abuse["verdict"] == "no more than chance").all()
    assert round(abuse["adjusted_p"].min(), 2) == 0.53
    for name in ("parent", "child"):
        values = noted(ABUSE[name])[WIRRAL].loc[:2024]
        assert values.diff().idxmin() == 2020, name  # the greatest fall of one year came before the hub


def test_wirral_notes_abuse_less_often_than_its_neighbours(official: Official) -> None:
    definition = shares.factor("domestic abuse, parent", "parent")
    row = shares.against(official, definition, 2024).iloc[0]
    interval = stats.binomtest(700, 2089).proportion_ci(method="exact")
    assert (row["conf_low"], row["conf_high"]) == pytest.approx((100 * interval.low, 100 * interval.high))
    mean = noted(ABUSE["parent"]).unstack()[2024].reindex(near()[WIRRAL]).mean()
    assert row["mean"] == pytest.approx(mean)
    assert row["conf_high"] < mean
    assert row["conf_low"] < row["england"] < row["conf_high"]
    assert (row["place"], row["councils"]) == (9, 11)
    table = shares.among(official, definition, 2024)
    assert set(table["area_code"]) == {WIRRAL, *near()[WIRRAL]}


def test_fewer_assessments_note_anything(official: Official) -> None:
    table = shares.named(official).set_index(["series", "year"])
    assert table.loc[("Wirral", 2024), ["episodes", "assessments"]].tolist() == [2089, 4206]
    share = cells("assessment_factors", "episodes_with_a_factor") / cells("assessments", "assessments") * 100
    for (series, code), printed in {("Wirral", WIRRAL): (67.0, 49.7), ("England", ENGLAND): (78.9, 78.7)}.items():
        for year, words in zip((2022, 2024), printed):
            assert table.loc[(series, year), "share"] == pytest.approx(share[code, year])
            assert round(share[code, year], 1) == words


@pytest.mark.parametrize("name", ["noted", "plans"])
def test_neglect_beside_every_council(name: str, neglect: pd.DataFrame) -> None:
    values = {"noted": noted("episodes / factor / neglect"), "plans": for_neglect()}[name]
    mine = gaps(values, 2021, 2024)
    row = neglect.query("window == 'main' and comparators == '2021' and measure == @name").iloc[0]
    assert (len(mine), (mine <= mine[WIRRAL]).sum()) == (row["units"], row["rank"])
    assert mine[WIRRAL] == pytest.approx(row["estimate"])


def test_what_the_page_on_neglect_says(neglect: pd.DataFrame, official: Official) -> None:
    main = neglect.query("window == 'main' and comparators == '2021'").set_index("measure")
    assert (main.loc["noted", "rank"], main.loc["noted", "units"], round(main.loc["noted", "adjusted_p"], 2)) == (
        18,
        144,
        0.41,
    )
    assert (main.loc["plans", "rank"], main.loc["plans", "units"], round(main.loc["plans", "adjusted_p"], 2)) == (
        88,
        144,
        0.88,
    )
    noted_rows = neglect[neglect["measure"] == "noted"]
    assert (round(noted_rows["adjusted_p"].min(), 3), round(noted_rows["adjusted_p"].max(), 2)) == (0.075, 0.77)
    assert noted_rows.loc[noted_rows["adjusted_p"].idxmin(), "window"] == "last"
    own, table = noted("episodes / factor / neglect")[WIRRAL], noted("episodes / factor / neglect").unstack()
    mean = table.reindex(near()[WIRRAL]).mean()
    assert (own.loc[2018:2023] > mean.loc[2018:2023]).all()
    assert (own.loc[2018:2023] > table.loc[ENGLAND, 2018:2023]).all()
    assert own[2024] / own[2023] == pytest.approx(0.79, abs=0.005)  # by a fifth
    plans = for_neglect().unstack()
    theirs = plans.reindex(near()[WIRRAL]).mean()
    assert (plans.loc[WIRRAL, 2014:2019] < theirs.loc[2014:2019] - 10).all()
    row = shares.against(official, shares.factor("neglect", "neglect"), 2024).iloc[0]
    assert [round(row[name], 1) for name in ("share", "conf_low", "conf_high", "mean", "england")] == [
        18.7,
        17.0,
        20.4,
        19.8,
        16.5,
    ]


def test_recorded_sexual_abuse_has_not_risen_in_england() -> None:
    """2,540 of 52,680 plans in 2012-13 and 2,160 of 62,110 in 2023-24."""
    plans, sexual = (
        cells("plan_categories", "plans_started"),
        cells("plan_categories", "plans started / initial category / sexual abuse"),
    )
    assert (sexual[ENGLAND][2013], plans[ENGLAND][2013]) == (2540, 52680)
    assert (sexual[ENGLAND][2024], plans[ENGLAND][2024]) == (2160, 62110)
    factor = noted("episodes / factor / sexual abuse, adult on child")[ENGLAND]
    assert round(factor[2022], 1) == round(factor[2025], 1) == 3.7
