"""A whole extract goes through the council's own door: every row used, every published total met to the last child."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btc_eval import programme, records, synthetic
from btc_eval.estimates import Provenance, Verdict
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.synthetic.factors import FACTORS
from btc_eval.synthetic.parameters import load

pytestmark = pytest.mark.slow

WIRRAL = "E08000015"
LATER = "the same row in a later return"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> synthetic.Manifest:
    return synthetic.write(tmp_path_factory.mktemp("whole") / "demo", seed=11)


@pytest.fixture(scope="module")
def read(made: synthetic.Manifest) -> StatutoryRecords:
    return statutory.read([made.folder])


def published(table: str, breakdown: str, year: int) -> dict[str, float]:
    frame = records.official().table(table)
    frame = frame[(frame["area_code"] == WIRRAL) & (frame["year"] == year) & (frame["breakdown"] == breakdown)]
    frame = frame.sort_values("vintage").drop_duplicates("category", keep="last").dropna(subset=["value"])
    return dict(zip(frame["category"], frame["value"]))


def test_every_total_was_drawn_to_the_last_child(made: synthetic.Manifest) -> None:
    frame = made.frame()
    assert len(frame) == 19 * 9
    assert frame[frame["drawn"] != frame["target"]].empty
    assert frame["published"].mean() > 0.85


def test_the_ledger_is_clean(read: StatutoryRecords) -> None:
    ledger = read.ledger
    assert read.provenance is Provenance.DEMONSTRATION
    assert [line for line in ledger.lines if line.unknown_codes or line.departures] == []
    assert {reason for line in ledger.lines for reason in line.rows_set_aside} == {LATER}
    assert ledger.remarks == ()
    assert {Path(file).suffix for file in ledger.unused} == {".json"}
    # The only stacking rule that a clean set of returns needs: a later return replaces its own older row.
    assert {rule for rule, rows in ledger.rules.items() if rows} == {"a"}


def test_every_table_of_the_formats_holds_rows(read: StatutoryRecords) -> None:
    not_yet_collected = {"pre_proceedings", "deprivation_of_liberty"}
    assert set(statutory.vocabulary.TABLES) - set(read.tables) == not_yet_collected


def test_it_reconciles_with_every_published_total(read: StatutoryRecords) -> None:
    lines = statutory.reconcile(read, records.official())
    assert len(lines) >= 90
    unchecked = [(line.measure, line.year) for line in lines if line.verdict == Verdict.NOT_CHECKED]
    assert unchecked == [("re-referrals within 12 months", 2017)]
    off = [line for line in lines if line.verdict != Verdict.NOT_CHECKED and line.extract != line.published]
    assert off == []


def test_a_plain_count_of_the_files_finds_the_published_months(made: synthetic.Manifest) -> None:
    counted: Counter[str] = Counter()
    for year in range(2017, 2025):
        seen = set()
        for _, element in ET.iterparse(made.folder / "cin" / f"CIN_{year}.xml"):
            if element.tag == "Child":
                child = element.findtext("ChildIdentifiers/LAchildID")
                for date in element.iter("CINreferralDate"):
                    seen.add((child, date.text or ""))
                element.clear()
        first, last = f"{year - 1}-04-01", f"{year}-03-31"
        counted.update(date[:7] for _, date in seen if first <= date <= last)
    wide = records.official().wide("monthly_referrals")
    wide = wide[wide["area_code"] == WIRRAL].astype({"year": int}).set_index("year")
    names = pd.period_range("2016-04", "2024-03", freq="M")
    expected = {
        str(month): int(wide.at[month.year + (month.month >= 4), month.strftime("%B").lower()]) for month in names
    }
    assert dict(counted) == expected


@pytest.mark.parametrize("year", range(2021, 2026))
def test_looked_after_children_have_the_published_ages_orders_and_placements(read: StatutoryRecords, year: int) -> None:
    stock = statutory.looked_after_on(read, f"{year}-03-31")
    children = read.table("looked_after_children").set_index("child_id")["date_of_birth"]
    born = pd.to_datetime(children.reindex(stock["child_id"]).reset_index(drop=True))
    age = (pd.Timestamp(year, 3, 31) - born).dt.days / 365.25
    labels = ["under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 years and over"]
    ages = pd.Series(pd.cut(age, [-1, 0.999, 4.999, 9.999, 15.999, 30], labels=labels)).value_counts()
    for label, count in published("looked_after_stock", "age", year).items():
        # One child either way: a birthday on 31 March itself, against years of 365.25 days.
        assert abs(int(ages[label]) - count) <= 1, label
    legal = stock["legal_status"].value_counts()
    orders = published("looked_after_stock", "legal status", year)
    assert int(legal["interim care order"]) == orders["interim care order"]
    assert int(legal["section 20"]) == orders["voluntary agreement"]
    # The few children on remand or detained, mostly held back, are full care orders here.
    assert abs(int(legal["care order"]) - orders["full care order"]) <= 3
    placed = stock["placement"].value_counts()
    homes = published("looked_after_stock", "placement", year)
    foster = placed[[name for name in placed.index if "foster" in name or "relative" in name]].sum()
    assert int(foster) == homes["foster placements"]
    assert int(placed["own parents"]) == homes["with parents"]


def test_assessments_identify_the_published_factors(read: StatutoryRecords) -> None:
    key = ["council", "child_id", "referred", "started"]
    frame = read.table("cin_factors").merge(read.table("cin_assessments")[[*key, "authorised"]], on=key)
    ended = frame["authorised"]
    frame = frame.assign(year=ended.dt.year + (ended.dt.month >= 4))
    for year in range(2018, 2026):
        counts = frame[frame["year"] == year]["factor"].value_counts()
        for name, count in published("assessment_factors", "factor", year).items():
            assert int(counts.get(FACTORS[name], 0)) == count, (name, year)


def test_the_wards_fall_can_be_seen_through_the_door(read: StatutoryRecords) -> None:
    effect = load().effect
    cases = read.table("cin_episodes")
    cases = cases[cases["referred"] >= "2016-04-01"]
    placed = statutory.ward_on(read, cases, day="referred")
    assert placed["ward_code"].notna().all()
    inside = (placed["ward_code"] == effect.ward_code).to_numpy()
    after = (placed["referred"] >= pd.Timestamp(effect.start)).to_numpy()
    counts = [(place & time).sum() for place in (inside, ~inside) for time in (after, ~after)]
    ratio = counts[0] / counts[1] / (counts[2] / counts[3])
    # Standard deviation of the logarithm over extracts is 0.042, siblings being referred together.
    assert abs(np.log(ratio / effect.referral_ratio)) < 4 * 0.042


def test_registered_families_exist_and_none_before_the_start(read: StatutoryRecords) -> None:
    register = read.table("programme_register")
    assert register["started"].min() >= pd.Timestamp(load().effect.start)
    families = set(read.table("families")["family_id"])
    children = set(read.table("families")["child_id"])
    by_family = register["id_kind"] == "family"
    assert set(register.loc[by_family, "id"]) <= families
    assert set(register.loc[~by_family, "id"]) <= children


def test_projects_are_those_of_the_programme() -> None:
    block = load().block("register")
    assert {block["ward_project"], *block["projects"]} <= {project.id for project in programme.projects()}
