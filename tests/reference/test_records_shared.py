"""The compiled figures agree with totals that were worked out separately from the same downloads.

These read the published files where they lie beside the clone; `tests/golden/test_records_committed.py` and
`tests/unit/test_measures_series.py` are their committed counterparts.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval import measures
from btc_eval.records import Official, official
from btc_eval.records.refresh import refresh

DATA = Path(__file__).parents[2] / "data"
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "official"
WIRRAL = "E08000015"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the published files do not lie beside the clone"),
]


@pytest.fixture(scope="module")
def stats() -> Official:
    return official(DATA)


@pytest.mark.slow
def test_the_committed_tables_are_what_the_command_makes_of_the_downloads(tmp_path: Path) -> None:
    report = refresh([SHARED], data=tmp_path, scope="report")
    assert report.accepted, report.words()
    made = sorted(p.name for p in (tmp_path / "official").iterdir())
    assert made == sorted(p.name for p in (DATA / "official").iterdir())
    for name in made:
        assert (tmp_path / "official" / name).read_bytes() == (DATA / "official" / name).read_bytes(), name
    assert (tmp_path / "catalogue.toml").read_bytes() == (DATA / "catalogue.toml").read_bytes()
    for line in report.tables:
        assert line.rows_in == line.rows_used + sum(line.rows_set_aside.values())


def test_control_totals_for_wirral(stats: Official) -> None:
    totals = pd.read_csv(SHARED / "derived" / "wirral_published_control_totals.csv")
    where = {
        "assessments_completed": ("assessments", "assessments"),
        "cin_any_point": ("children_in_need", "episodes_in_year"),
        "cin_at_31_march": ("children_in_need", "children_at_31_march"),
        "cin_episodes_ended": ("children_in_need", "episodes_ended"),
        "cin_episodes_started": ("children_in_need", "episodes_started"),
        "cin_plans_at_31_march": ("need_plans", "plans_at_31_march"),
        "cin_plans_started": ("need_plans", "plans_started"),
        "cla_at_31_march": ("looked_after", "children_at_31_march"),
        "cla_ceased": ("looked_after", "children_ceased"),
        "cla_started": ("looked_after", "children_started"),
        "cpp_at_31_march": ("protection_plans", "plans_at_31_march"),
        "cpp_ended": ("protection_plans", "plans_ended"),
        "cpp_second_or_subsequent": ("repeat_plans", "repeat_plans"),
        "cpp_started": ("repeat_plans", "plans_started"),
        "icpc": ("child_protection_enquiries", "conferences"),
        "population_0_17": ("population", "children_0_to_17"),
        "re_referrals_12m": ("referrals", "re_referrals"),
        "referrals": ("referrals", "referrals"),
        "referrals_assessed_not_in_need": ("referrals", "assessed_not_in_need"),
        "referrals_nfa": ("referrals", "no_further_action"),
        "section_47": ("child_protection_enquiries", "section_47_enquiries"),
    }
    assert set(totals["measure"]) == where.keys()
    unlike = []
    for row in totals.itertuples(index=False):
        table, measure = where[row.measure]
        held = stats.table(table)
        held = held[
            (held["area_code"] == WIRRAL)
            & (held["measure"] == measure)
            & (held["breakdown"] == "")
            & (held["year"] == row.year_ending_31_march)
        ]
        newest = held.sort_values("vintage").iloc[-1]
        if newest["value"] != float(row.value):
            unlike.append((row.measure, row.year_ending_31_march, row.value, newest["value"]))
    # The totals take the population from the release of 2024; ours is revised for mid-2022 and mid-2023.
    assert {(measure, year) for measure, year, _, _ in unlike} <= {("population_0_17", 2022), ("population_0_17", 2023)}


def test_every_monthly_figure_of_every_council(stats: Official) -> None:
    separate = pd.read_csv(SHARED / "derived" / "referrals_monthly_all_las_2012-04_2024-03.csv", dtype={"month": "str"})
    separate = separate[separate["geographic_level"] == "Local authority"].dropna(subset="referrals")
    series = measures.monthly_referrals(stats).frame
    newest = {"E10000002": "E06000060", "E10000009": "E06000059", "E10000023": "E06000065", "E10000027": "E06000066"}
    code = separate["new_la_code"].replace(newest)
    ours = series.set_index(["la_code", series["month"].dt.strftime("%Y-%m")])["referrals"].sort_index()
    theirs = separate.set_index([code, "month"])["referrals"].sort_index()
    # One to one: a council under two codes is one series in both.
    assert ours.index.tolist() == theirs.index.tolist()
    assert (ours.to_numpy() == theirs.to_numpy()).all()


@pytest.mark.parametrize(
    ("column", "table", "measure"),
    [
        ("referral_count", "referrals", "referrals"),
        ("rereferral_count", "referrals", "re_referrals"),
        ("At31_episodes", "children_in_need", "children_at_31_march"),
        ("cpp_started_n", "repeat_plans", "plans_started"),
        ("spend_cla_gross", "spend", "spend_looked_after"),
        ("spend_total_cyp_gross", "spend", "spend_total"),
    ],
)
def test_the_separate_panel_of_all_councils(column: str, table: str, measure: str, stats: Official) -> None:
    panel = pd.read_csv(SHARED / "derived" / "panel_la_year_2010_2025.csv", dtype={"old_la_code": "str"})
    panel = panel.dropna(subset=[column, "new_la_code"])
    held = stats.table(table)
    held = held[(held["measure"] == measure) & (held["breakdown"] == "")].dropna(subset="value")
    old = stats.areas().set_index("area_code")["old_la_code"]
    ours = held.assign(old=held["area_code"].map(old)).set_index(["old", "year"])["value"]
    theirs = panel.set_index(["old_la_code", "year"])[column]
    both = theirs.index.intersection(ours.index)
    assert len(both) > 0.95 * len(theirs)
    different = both[(ours[both] - theirs[both]).abs().to_numpy() > 1e-6]
    assert len(different) == 0, different.tolist()[:10]


def test_children_looked_after_2010_to_2017(stats: Official) -> None:
    separate = pd.read_csv(
        SHARED / "derived" / "cla_31march_all_las_2010_2017_ssda903.csv", dtype={"old_la_code": "str"}
    )
    table = stats.table("looked_after")
    held = table[(table["measure"] == "children_at_31_march") & (table["vintage"] < "2018")].dropna(subset="value")
    old = stats.areas().set_index("area_code")["old_la_code"]
    ours = held.assign(old=held["area_code"].map(old)).set_index(["old", "year"])["value"]
    theirs = separate.set_index(["old_la_code", "year"])["cla31"].dropna()
    both = theirs.index.intersection(ours.index)
    assert len(both) == len(theirs)
    assert (ours[both] == theirs[both]).all()
