"""The figures of the chapter on equality, from the committed files with pandas and scipy alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from btc_eval import records
from btc_eval.errors import RefusedError
from btc_eval.measures import equality
from btc_eval.records import Official

OFFICIAL = Path(__file__).parents[2] / "data" / "official"
WIRRAL, ENGLAND = "E08000015", "E92000001"


@pytest.fixture(scope="module")
def official() -> Official:
    return records.official(OFFICIAL.parent)


@pytest.fixture(scope="module")
def found(official: Official) -> pd.DataFrame:
    return equality.ratios(official, looked_after=2025, need=2024, school=2025).set_index("group")


def row(table: str, area: str, year: int) -> pd.Series:
    frame = pd.read_csv(OFFICIAL / f"{table}.csv", dtype=str)
    held = frame[(frame["area_code"] == area) & (frame["year"] == str(year))].iloc[0]
    return pd.to_numeric(held, errors="coerce")


@pytest.mark.parametrize(
    ("group", "column"),
    [("Boys", "sex / male"), ("Under 1", "age / under 1 year"), ("Aged 10 to 15", "age / 10 to 15 years"),
     ("Seeking asylum alone", "asylum / unaccompanied asylum-seeking children")],
)  # fmt: skip
def test_children_looked_after_beside_england(group: str, column: str, found: pd.DataFrame) -> None:
    own, england = row("looked_after_stock", WIRRAL, 2025), row("looked_after_stock", ENGLAND, 2025)
    count, total = own[f"children / {column}"], own["children"]
    yardstick = england[f"children / {column}"] / england["children"]
    interval = stats.binomtest(int(count), int(total), float(yardstick)).proportion_ci(method="exact")
    mine = found.loc[group]
    assert (mine["count"], mine["total"]) == (count, total)
    assert mine["ratio"] == pytest.approx(count / total / yardstick)
    assert (mine["conf_low"], mine["conf_high"]) == pytest.approx((interval.low / yardstick, interval.high / yardstick))
    assert mine["p_value"] == pytest.approx(stats.binomtest(int(count), int(total), float(yardstick)).pvalue)


def test_persistent_absence_beside_all_pupils(found: pd.DataFrame) -> None:
    """818 pupils in need, 48.5% of them away a tenth of the time or more; 20.42% of all pupils."""
    groups = row("absence_by_group", WIRRAL, 2025)
    everyone = row("attendance", WIRRAL, 2025)["persistent_absence_percent"]
    for words, key, printed in (
        ("Children in need", "in need", 48.5),
        ("On a protection plan", "on a protection plan", 55.1),
        ("Looked after for a year", "looked after 12 months", 18.9),
    ):
        assert groups[f"persistent_absence_percent / group / {key}"] == printed
        mine = found.loc[words]
        # The count is the product of a percentage to one place and the pupils: within half a pupil of the share.
        assert mine["share"] == pytest.approx(printed, abs=0.05 + 50 / mine["total"])
        assert round(mine["share"], 1) == printed
        assert mine["yardstick"] == everyone == 20.42
    assert found.loc["Children in need", "conf_low"] > 2.2
    assert found.loc["Looked after for a year", "conf_low"] < 1 < found.loc["Looked after for a year", "conf_high"]


def test_disability_of_children_in_need(found: pd.DataFrame) -> None:
    own, england = row("recorded_disability", WIRRAL, 2024), row("recorded_disability", ENGLAND, 2024)
    assert (own["disability_recorded"], own["children_at_31_march"]) == (327, 2794)
    yardstick = england["disability_recorded"] / england["children_at_31_march"]
    assert found.loc["Disabled", "ratio"] == pytest.approx(327 / 2794 / yardstick)
    assert row("recorded_disability", WIRRAL, 2014)["disability_recorded"] / 2674 > 0.17  # higher ten years before


def test_eleven_comparisons_with_one_error_rate(found: pd.DataFrame) -> None:
    assert len(found) == 11
    assert found["adjusted_p"].to_numpy() == pytest.approx(multipletests(found["p_value"], method="holm")[1])
    beyond = found.index[found["adjusted_p"] < 0.05].tolist()
    assert beyond == [
        "Under 1",
        "Aged 10 to 15",
        "Seeking asylum alone",
        "Disabled",
        "Children in need",
        "On a protection plan",
    ]


def test_ethnic_groups_add_up_and_have_no_ratio(official: Official) -> None:
    table = equality.ethnic_groups(official, 2025)
    assert table["count"].sum() == 681
    assert "ratio" not in table
    assert table.set_index("group").loc["Mixed", "count"] == 42


def test_a_withheld_count_stays_blank(official: Official) -> None:
    """In 2024 fewer than six children were of one group: the share is empty and cannot be read off the others."""
    table = equality.ethnic_groups(official, 2024).set_index("group")
    assert table.loc["Black", ["count", "share", "conf_low"]].isna().all()
    rows = equality.ratios(official, looked_after=2021, need=2024, school=2025)
    assert (rows["count"].isna() == (rows["reason"] != "")).all()


def test_the_gap_at_five(official: Official) -> None:
    table = equality.development_gap(official, 2025, {"Wirral": (WIRRAL,), "England": (ENGLAND,)}).set_index("series")
    assert table.loc["Wirral", "gap"] == pytest.approx(72.1 - 49.3)
    assert round(table.loc["England", "gap"], 1) == 21.2


def test_a_year_that_a_table_has_not_is_refused(official: Official) -> None:
    with pytest.raises(RefusedError, match="looked_after_stock"):
        equality.ratios(official, looked_after=1999, need=2024, school=2025)
