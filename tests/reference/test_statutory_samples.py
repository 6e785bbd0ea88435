"""Other people's synthetic returns, with the figures that other people's readers found in them.

The looked-after sets are those of the sector's demand model, the census that of its validator; what they should come
to was counted with those tools. The committed counterparts are the hand-made returns in `tests/spec`.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval.records import statutory

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
CARE, CENSUS = SAMPLES / "ssda903_five_years", SAMPLES / "cin_census"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples do not lie beside the clone"),
]


def test_five_years_of_looked_after_returns_as_the_demand_model_counts_them() -> None:
    """The demand model keeps the last row of a key, closes nothing and counts short breaks: so do we, if asked."""
    records = statutory.read(CARE, care_rules="none")
    episodes = records.table("looked_after_episodes")
    read_in = sum(line.rows_in for line in records.ledger.of("looked_after_episodes"))
    assert (read_in, len(episodes), episodes["child_id"].nunique()) == (3_737, 2_827, 820)
    days = [f"{year}-03-31" for year in (2018, 2019, 2020, 2021)]
    stock = [len(statutory.looked_after_on(records, day, short_breaks=True)) for day in days]
    assert stock == [545, 339, 214, 140]


def test_five_years_of_looked_after_returns_by_the_published_definition() -> None:
    records = statutory.read(CARE)
    assert {rule: rows for rule, rows in records.ledger.rules.items() if rows} == {
        "a": 11_116, "b": 12, "3": 1, "2": 23, "4": 6,
    }  # fmt: skip
    assert records.years("looked_after_episodes") == (2018, 2019, 2020, 2021, 2022)
    counts = statutory.care_by_year(records)
    assert counts["children_at_31_march"].tolist()[:4] == _stock_by_hand(records)


def _stock_by_hand(records: statutory.StatutoryRecords) -> list[int]:
    """Count again, child by child, with a loop and nothing of `care`."""
    episodes = records.table("looked_after_episodes")
    found = []
    for year in (2018, 2019, 2020, 2021):
        day, count = pd.Timestamp(year, 3, 31), 0
        for _, rows in episodes.groupby("child_id"):
            own = rows[~rows["legal_status"].astype("str").str.startswith("short breaks") & (rows["started"] <= day)]
            if len(own):
                last = own.sort_values("started").iloc[-1]
                said = last["end_rule"] in ("1A", "2") and last["ended"] == day
                count += pd.isna(last["ended"]) or last["ended"] > day or said
        found.append(int(count))
    return found


def test_every_table_of_the_set_is_read_and_accounted_for() -> None:
    records = statutory.read(CARE)
    assert set(records.tables) == {
        "looked_after_children", "looked_after_episodes", "asylum_seekers", "looked_after_reviews",
        "health_and_offending", "care_leavers", "previous_permanence", "missing_episodes",
    }  # fmt: skip
    lines = {path.name: sum(1 for _ in path.open(encoding="utf-8")) - 1 for path in CARE.glob("*.csv")}
    assert {Path(line.file).name: line.rows_in for line in records.ledger.lines} == lines


def test_the_census_of_332_children() -> None:
    records = statutory.read(CENSUS)
    episodes = records.table("cin_episodes")
    assert len(records.table("cin_children")) == 332
    assert (len(episodes), int(episodes["closed"].notna().sum())) == (402, 252)
    assert len(statutory.conferences(records)) == 350
    line = records.ledger.of("cin_disabilities")[0]
    assert (line.rows_in, line.rows_used, line.children) == (117, 112, 74)


def test_nothing_of_a_child_is_in_the_ledger() -> None:
    records = statutory.read([CARE, CENSUS])
    said = str([line.as_dict() | {"file": ""} for line in records.ledger.lines])
    said += str(list(records.ledger.remarks)).replace(str(SAMPLES), "")
    ids = {str(child) for name in records.tables for child in records.table(name)["child_id"].unique()}
    assert len(ids) > 1_000
    words = set(said.replace("'", " ").replace(",", " ").replace("(", " ").replace(")", " ").split())
    assert not {word for word in ids & words if len(word) > 4}
    postcodes = set(records.table("looked_after_episodes")["home_postcode"].dropna())
    assert not [postcode for postcode in postcodes if postcode in said]
