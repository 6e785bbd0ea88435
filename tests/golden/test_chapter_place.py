"""The figures of the chapter on place, added up again from the records as they are written."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from btc_eval.measures import place

PROGRAMME = Path(__file__).parents[2] / "data" / "programme"


def records(name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((PROGRAMME / f"{name}s.toml").read_text(encoding="utf-8"))[name]
    return found


def test_each_locality_has_its_wards_children_and_hubs() -> None:
    table = place.localities().set_index("locality")
    for locality in ("East Wirral", "North Wirral", "West Wirral", "South Wirral"):
        wards = [ward for ward in records("ward") if ward["locality"] == locality]
        row = table.loc[locality]
        assert row["wards"] == len(wards)
        for column in ("children", "small_areas", "most_deprived"):
            assert row[column] == sum(int(str(ward[column])) for ward in wards), (locality, column)
        assert row["hubs"] == sum(hub["locality"] == locality for hub in records("hub"))
    whole = table.loc[place.WIRRAL_ROW]
    assert (whole["wards"], whole["children"], whole["small_areas"], whole["hubs"]) == (22, 67431, 206, 12)


def test_what_the_page_says() -> None:
    table = place.localities().set_index("locality")
    assert table.index.tolist() == ["East Wirral", "North Wirral", "West Wirral", "South Wirral", place.WIRRAL_ROW]
    east, north = table.loc["East Wirral"], table.loc["North Wirral"]
    assert (east["hubs"], round(100 * east["children_share"], 1), round(100 * east["deprived_share"], 1)) == (
        5,
        29.9,
        55.8,
    )
    assert (round(east["hubs_by_children"], 1), round(east["hubs_by_deprived"], 1)) == (3.6, 6.7)
    assert (round(100 * north["deprived_share"], 1), north["hub_share"], round(north["hubs_by_deprived"], 1)) == (
        34.6,
        0.25,
        4.2,
    )
    assert table["children_per_hub"].round().tolist() == [4039, 6393, 6762, 7268, 5619]
    assert table.loc[:"South Wirral", "hubs_by_children"].sum() == pytest.approx(12)


def test_the_four_most_deprived_wards() -> None:
    row = place.concentration(wards=4).iloc[0]
    first = sorted(records("ward"), key=lambda ward: -float(str(ward["deprivation"])))[:4]
    assert [ward["name"] for ward in first] == [
        "Birkenhead and Tranmere",
        "Bidston and St James",
        "Seacombe",
        "Rock Ferry",
    ]
    assert row["deprived_share"] == pytest.approx((8 + 8 + 9 + 7) / 52)
    assert row["children_share"] == pytest.approx((4484 + 4006 + 4099 + 3532) / 67431)
    assert row["ratio"] == pytest.approx(61.4 / 6.3)


def test_two_of_the_four_had_an_earlier_programme() -> None:
    """The page says so in words: Bidston and St James, and Seacombe, which shared it."""
    shared = [ward["name"] for ward in records("ward") if "shared an earlier programme" in str(ward.get("comparison"))]
    assert shared == ["Seacombe"]
