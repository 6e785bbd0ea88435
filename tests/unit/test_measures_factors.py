"""Factors of assessments and small tallies, against the publisher's counts read by hand."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from btc_eval import locations, measures, records
from btc_eval.errors import RefusedError
from btc_eval.measures import factors, tallies

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module", autouse=True)
def _own_data() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(locations.DATA_VARIABLE, str(DATA))
        yield


@pytest.fixture(scope="module")
def official() -> records.Official:
    return records.official()


def test_the_shares_of_2024_are_the_published_counts_over_the_published_total(official: records.Official) -> None:
    found = factors.named(official, 2024).set_index("measure")

    # Read by hand in the publisher's table C3 for Wirral, year ending March 2024; 2,089 episodes with a factor.
    by_hand = {
        "Mental health of a parent": 833,
        "Domestic abuse of a parent": 700,
        "Neglect": 390,
        "Drug misuse by a parent": 385,
        "Alcohol misuse by a parent": 374,
        "Learning disability of a parent": 112,
    }
    assert found["episodes"].to_dict() == by_hand
    assert set(found["assessed"]) == {2089}
    for name, episodes in by_hand.items():
        row = found.loc[name]
        assert row["share"] == pytest.approx(100 * episodes / 2089)
        assert row["conf_low"] < row["share"] < row["conf_high"]
        # About the usual 1.96 standard errors on either side, to a tenth of a point.
        half = 196 * math.sqrt(episodes / 2089 * (1 - episodes / 2089) / 2089)
        assert row["conf_high"] - row["share"] == pytest.approx(half, abs=0.15)
        assert 1 <= row["place"] <= row["councils"]
    assert found["share"].is_monotonic_decreasing


def test_the_extent_of_a_series_is_that_of_its_published_years(official: records.Official) -> None:
    starts = measures.annual(official, "looked_after_started")
    row = tallies.extent(starts).iloc[0]
    values = starts.of(records.WIRRAL)["value"].dropna()

    assert (row["years"], row["lowest"], row["highest"]) == (len(values), values.min(), values.max())
    assert row["highest"] < 7 * 52, "seven a week is more than the borough had in any year"
    assert (row["first_year"], row["last_year"], row["last"]) == (2010, 2025, 160)
    with pytest.raises(RefusedError, match="no such area"):
        tallies.extent(starts, area_code="E99999999")


def test_staff_and_cases_are_counted_over_the_same_councils(official: records.Official) -> None:
    found, papers = tallies.staff_and_cases(official, first=2018, last=2025)
    figures: dict[str, dict[str, tuple[float, float]]] = {}
    with (DATA / "official" / "workforce.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            numbers = [line["social_workers_fte"], line["caseload"]]
            if line["year"] in ("2018", "2025") and not any("[" in one or not one for one in numbers):
                figures.setdefault(line["area_code"], {})[line["year"]] = (float(numbers[0]), float(numbers[1]))
    both = [
        years for code, years in figures.items() if len(years) == 2 and code[:3] in ("E06", "E07", "E08", "E09", "E10")
    ]
    more = [years for years in both if years["2025"][0] > years["2018"][0]]
    by_hand = {
        "councils": len(both),
        "more_staff": len(more),
        "both": sum(years["2025"][1] < years["2018"][1] for years in more),
    }

    row = found.iloc[0]
    assert row["both"] <= row["more_staff"] <= row["councils"]
    # Councils that took a new code are followed by the library and not by the count by hand.
    assert 0 <= row["councils"] - by_hand["councils"] <= 5
    assert 0 <= row["both"] - by_hand["both"] <= 5
    assert (papers.window_start, papers.window_end) == ("2018", "2025")
