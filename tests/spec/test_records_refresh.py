"""A refresh compiles every release and shape of the published tables, accounts for every row, and repeats itself.

The small world under `tests/data/official/world` has three councils: Wirral, Sefton and County Durham.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from btc_eval import records
from btc_eval.errors import RefusedError
from btc_eval.records import store
from btc_eval.records.check import check
from btc_eval.records.refresh import refresh

WORLD = Path(__file__).parents[1] / "data" / "official" / "world"
WIRRAL, SEFTON = "E08000015", "E08000014"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compiled") / "data"
    assert refresh([WORLD], data=folder).accepted
    return folder


@pytest.fixture
def data(compiled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(compiled, tmp_path / "data"))


def contents(folder: Path) -> dict[str, bytes]:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def figure(data: Path, table: str, measure: str, area: str, year: int, vintage: str | None = None) -> tuple[float, str]:
    rows = records.official(data).table(table)
    rows = rows[(rows["measure"] == measure) & (rows["area_code"] == area) & (rows["year"] == year)]
    if vintage is not None:
        rows = rows[rows["vintage"] == vintage]
    row = rows[rows["breakdown"] == ""].iloc[0] if len(rows) > 1 else rows.iloc[0]
    return row["value"], row["reason"]


def test_the_ledger_of_every_file_closes(tmp_path: Path) -> None:
    report = refresh([WORLD], data=tmp_path / "data").as_json()
    assert report["accepted"]
    assert len(report["tables"]) == len(list(WORLD.iterdir()))
    for table in report["tables"]:
        assert table["rows_in"] == table["rows_used"] + sum(line["rows"] for line in table["rows_set_aside"])
    json.dumps(report)
    keys = {"name", "kind", "file", "years", "rows_in", "rows_used", "rows_set_aside", "children", "unknown_codes"}
    assert all(table.keys() == keys for table in report["tables"])
    lines = {"measure", "year", "extract", "published", "difference", "verdict"}
    assert all(line.keys() == lines for line in report["reconciliation"])


def test_column_names_of_two_releases_are_one_measure_and_the_newer_figure_stands(data: Path) -> None:
    # 3,330 referrals in 2023 under `Referrals` and `referral_count`; 733 re-referrals, revised to 736 a year later.
    assert figure(data, "referrals", "referrals", WIRRAL, 2023) == (3330.0, "")
    assert figure(data, "referrals", "re_referrals", WIRRAL, 2023) == (736.0, "")
    assert set(records.official(data).wide("referrals")["vintage"]) == {"2024-10"}


def test_a_held_back_figure_is_a_reason_and_not_a_number(data: Path) -> None:
    value, reason = figure(data, "referrals", "no_further_action", SEFTON, 2024)
    assert value != value
    assert reason == "suppressed by the publisher"


def test_every_release_of_the_numbers_looked_after_is_kept(data: Path) -> None:
    assert figure(data, "looked_after", "children_at_31_march", WIRRAL, 2023, "2023-11") == (772.0, "")
    assert figure(data, "looked_after", "children_at_31_march", WIRRAL, 2023, "2024-11") == (773.0, "")
    assert figure(data, "looked_after", "population", WIRRAL, 2023, "2023-11") == (65690.0, "")


def test_a_reduced_file_is_read_by_names_and_its_median_is_set_aside(data: Path) -> None:
    stock = records.official(data).table("looked_after_stock")
    wirral = stock[(stock["area_code"] == WIRRAL) & (stock["breakdown"] == "legal status")].set_index("category")
    assert wirral.loc["full care order", "value"] == 547
    assert wirral.loc["placement order granted", "reason"] == "suppressed by the publisher"
    report = refresh([WORLD], data=data, dry_run=True)
    line = next(line for line in report.tables if "stock_31_march" in line.file)
    assert line.rows_set_aside == {"the median of a neighbour group, not an area": 2}


def test_months_are_filed_under_the_year_ending_31_march(data: Path) -> None:
    wide = records.official(data).wide("monthly_referrals").set_index(["area_code", "year"])
    assert wide.loc[(WIRRAL, 2024), "april"] == "300"
    assert wide.loc[(WIRRAL, 2024), "march"] == "412"


def test_a_second_refresh_with_the_same_files_changes_no_byte(data: Path) -> None:
    before = contents(data)
    report = refresh([WORLD], data=data)
    assert report.accepted
    assert report.changed == {}
    assert "Nothing changed" in report.words()
    assert contents(data) == before


@pytest.mark.parametrize("backwards", [False, True])
def test_files_one_at_a_time_in_any_order_come_to_the_same_bytes(backwards: bool, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    files = sorted(WORLD.iterdir(), key=lambda p: (not p.name.startswith("ons"), p.name))
    for path in [files[0], *sorted(files[1:], reverse=backwards)]:
        assert refresh([path], data=other).accepted
    assert {name: held for name, held in contents(other).items() if name.endswith(".csv")} == {
        name: held for name, held in contents(data).items() if name.endswith(".csv")
    }


def test_a_zip_holds_the_same_as_its_folder(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in WORLD.iterdir():
            out.write(path, f"data/{path.name}")
    other = tmp_path / "other"
    assert refresh([archive], data=other).accepted
    assert contents(other) == contents(data)


def test_a_dry_run_says_what_would_change_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    report = refresh([WORLD], data=folder, dry_run=True)
    assert report.accepted
    assert report.changed["monthly_referrals"].added == 12
    assert list(folder.iterdir()) == []
    assert "Would change" in report.words()


def test_an_older_release_brings_nothing_new(data: Path) -> None:
    report = refresh([WORLD / "c1_children_in_need_referrals_and_rereferrals_2023_to_2023.csv"], data=data)
    assert report.accepted
    assert report.changed == {}
    assert report.tables[0].rows_set_aside == {"an older release: newer figures are held": 6}


def test_the_same_file_twice_is_used_once(data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy of population.csv"
    shutil.copy(WORLD / "ons_mid-year_population_estimates_2021_to_2023.csv", copy)
    report = refresh([WORLD, copy], data=data)
    assert [line.kind for line in report.tables if line.file == str(copy)] == ["given twice"]


def test_two_files_of_one_release_that_disagree_are_refused(data: Path, tmp_path: Path) -> None:
    name = "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"
    other = tmp_path / name
    other.write_text((WORLD / name).read_text(encoding="utf-8").replace(",4152,913,", ",4152,914,"), encoding="utf-8")
    report = refresh([WORLD / name, other], data=data)
    assert not report.accepted
    assert "of the same release has" in report.refusals[0].found


def test_a_figure_edited_by_hand_is_refused_when_it_is_read_and_by_check(data: Path) -> None:
    path = data / "official" / "monthly_referrals.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4152", "3152"), encoding="utf-8")
    with pytest.raises(RefusedError) as error:
        records.official(data).table("monthly_referrals")
    assert "a figure was changed by hand" in error.value.refusals[0].found
    report = check(data)
    assert not report.accepted
    assert [refusal.file for refusal in report.refusals] == ["data/official/monthly_referrals.csv"]


def test_an_edited_table_is_mended_by_its_own_files_and_by_no_others(data: Path) -> None:
    good = contents(data)
    path = data / "official" / "monthly_referrals.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("4152", "3152"), encoding="utf-8")
    other = WORLD / "cla_number_rate_2022_2023_pubNov2023.csv"
    assert not refresh([other], data=data).accepted
    own = WORLD / "c6_children_in_need_referrals_by_month_2023_to_2024.csv"
    assert refresh([own], data=data).accepted
    assert contents(data) == good


def test_check_accepts_what_refresh_made_and_finds_a_stray_file(data: Path) -> None:
    report = check(data)
    assert report.accepted, report.words()
    assert all(line.verdict != "fail" for line in report.reconciliation)
    (data / "official" / "downloaded.csv").write_text("a\n1\n", encoding="utf-8")
    assert [refusal.file for refusal in check(data).refusals] == ["data/official/downloaded.csv"]


def test_stock_and_flows_are_set_beside_each_other(data: Path) -> None:
    lines = {line.year: line for line in check(data).reconciliation if "plus starts, less ceases" in line.measure}
    # 789 + 217 - 233 = 773 and 773 + 211 - 216 = 768, one more than published.
    assert (lines[2023].extract, lines[2023].published, lines[2023].verdict) == (773.0, 773.0, "pass")
    assert (lines[2024].extract, lines[2024].published, lines[2024].verdict) == (768.0, 767.0, "concern")


def test_a_refresh_killed_before_it_was_decided_leaves_what_was_there(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(data)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_flush_folder", killed)
    with pytest.raises(KeyboardInterrupt):
        refresh([_revised(tmp_path)], data=data)
    assert contents(data) == before


def test_a_refresh_killed_between_two_files_is_finished_by_the_next_command(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = tmp_path / "wanted"
    shutil.copytree(data, wanted)
    assert refresh([_revised(tmp_path)], data=wanted).accepted

    monkeypatch.setattr(store, "_move_in", lambda *_: [])
    refresh([_revised(tmp_path)], data=data)
    monkeypatch.undo()
    assert store.interrupted(data)
    with pytest.raises(RefusedError, match="interrupted"):
        records.official(data)
    assert check(data).accepted
    assert contents(data) == contents(wanted)


def _revised(folder: Path) -> Path:
    name = "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"
    path = folder / name
    path.write_text((WORLD / name).read_text(encoding="utf-8").replace(",4152,913,", ",4152,914,"), encoding="utf-8")
    return path


def test_two_writers_cannot_work_at_once(data: Path) -> None:
    with store.locked(data), pytest.raises(RefusedError, match="another refresh at work"):
        refresh([WORLD], data=data)


COMMITTED = Path(__file__).parents[2] / "data"
CAMDEN = "E09000007"


def _sources_of_2026(folder: Path) -> Path:
    """Write next year's referrals by source: Wirral, and Camden, which is outside the report."""
    names = (
        "Individual,Schools,Education_Services,Health_Services,Housing,LA_Services,Police,Other_legal_agency,Other,"
        "Anonymous,Unknown"
    )
    start = "2026,Reporting year,Local authority,E92000001,England"
    path = folder / "c5_children_in_need_referrals_by_source_2014_to_2026.csv"
    path.write_text(
        "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
        f"new_la_code,la_name,category,referral_count,{names}\n"
        f"{start},E12000002,North West,344,{WIRRAL},Wirral,Source of referral,40,4,4,4,4,4,4,8,2,2,2,2\n"
        f"{start},E13000001,Inner London,202,{CAMDEN},Camden,Source of referral,30,3,3,3,3,3,3,6,1,1,2,2\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("scope", ["all", "report"])
def test_the_scope_decides_which_areas_of_a_large_table_are_kept(scope: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(COMMITTED / "official", data / "official")
    shutil.copy(COMMITTED / "catalogue.toml", data)
    report = refresh([_sources_of_2026(tmp_path)], data=data, scope=scope)  # type: ignore[arg-type]
    assert report.accepted, report.words()
    held = records.official(data).wide("referral_sources")
    areas = set(held.loc[held["year"] == 2026, "area_code"])
    assert areas == ({WIRRAL, CAMDEN} if scope == "all" else {WIRRAL})
    entry = records.official(data).entry("referral_sources")
    assert (entry.scope, entry.window_end) == (scope, "2026")
    aside = report.tables[0].rows_set_aside
    assert aside == ({} if scope == "all" else {"an area outside the report": 1})
    assert report.changed.keys() == {"referral_sources"}
    # The older release still stands for its years, and is still named.
    assert [source.vintage for source in entry.sources] == ["2024-10", "2026-10"]
    assert check(data).accepted
