"""Official statistics and returns come in by one door: both or neither, and nothing on a dry run."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from btc_eval import synthetic
from btc_eval.cli import main
from btc_eval.locations import project_folder
from btc_eval.records import store as records_store
from btc_eval.records.taking_in import check_all, take_in


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extract") / "demo"
    synthetic.write(folder, seed=9, first_year=2024, last_year=2024, children=500)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(project_folder() / "data", folder, ignore=shutil.ignore_patterns("raw"))
    return folder


def state(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_folder_of_returns_is_accounted_for_reconciled_and_kept(extract: Path, data: Path) -> None:
    before = state(data)
    tried = take_in([extract], data=data, dry_run=True)
    assert tried.accepted
    assert state(data) == before
    taken = take_in([extract], data=data)
    answer = taken.as_json()
    assert taken.accepted
    assert answer["tables"] == tried.as_json()["tables"]
    for line in answer["tables"]:
        assert line["rows_in"] == line["rows_used"] + sum(part["rows"] for part in line["rows_set_aside"]), line["name"]
    assert {line["measure"] for line in answer["reconciliation"]} >= {"referrals"}
    assert "manifest.json" in answer["beside"]
    assert set(before) < set(state(data))
    assert check_all(data).accepted


def test_a_bad_file_beside_good_returns_changes_nothing(extract: Path, data: Path, tmp_path: Path) -> None:
    bad = tmp_path / "referrals.csv"
    bad.write_text("time_period,geographic_level\n2024,National\n", encoding="utf-8")
    before = state(data)
    taken = take_in([extract, bad], data=data)
    assert not taken.accepted
    assert taken.as_json()["refusals"]
    assert state(data) == before


def test_a_damaged_snapshot_fails_the_check(extract: Path, data: Path) -> None:
    take_in([extract / "ward_lookup.csv"], data=data)
    kept = next(path for path in (data / "raw").rglob("ward_lookup.csv"))
    kept.chmod(0o644)
    kept.write_text(kept.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = check_all(data)
    assert not found.accepted
    assert "snapshot" in found.as_json()["refusals"][0]["found"]


def test_returns_are_taken_in_after_a_refresh_that_was_killed_while_it_moved_files(
    extract: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(records_store, "_move_in", lambda *_: [])
        records_store.replace_files(data, {"note.txt": b"decided"})
    assert records_store.interrupted(data)
    taken = take_in([extract / "programme_register.csv"], data=data)
    assert taken.accepted, taken.words()
    assert (data / "note.txt").read_bytes() == b"decided"
    assert not records_store.interrupted(data)


def test_the_command_answers_in_json(extract: Path, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["refresh", str(extract / "programme_register.csv"), "--data", str(data), "--dry-run", "--json"])
    assert ended.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"] is True
    assert answer["tables"][0]["name"] == "programme_register"
