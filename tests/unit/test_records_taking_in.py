"""Official statistics and returns come in by one door: both or neither, and nothing on a dry run."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from btc_eval import synthetic
from btc_eval.cli import main
from btc_eval.locations import DATA_VARIABLE, project_folder
from btc_eval.records import store as records_store
from btc_eval.records.statutory.ledger import Ledger
from btc_eval.records.statutory.staging import Report
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE
from btc_eval.records.tables import Reconciled
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


# --- totals beside the published ones: reported by a refresh, judged by a check ---------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "judged", "accepted"),
    [
        (["pass", "concern", "not checked"], True, True),
        (["pass", "fail"], True, False),
        (["fail"], False, True),
        ([], True, True),
    ],
)
def test_a_total_that_fails_fails_where_it_is_judged(verdicts: list[str], judged: bool, accepted: bool) -> None:
    lines = tuple(Reconciled("referrals", 2024, 1.0, 100.0, verdict) for verdict in verdicts)
    found = Report(ledger=Ledger(()), reconciliation=lines, judged=judged)
    assert found.accepted is accepted
    assert found.as_json()["accepted"] is accepted
    assert ("Not good" in found.words()) is not accepted
    assert ("nothing was refused for it" in found.words()) is ("fail" in verdicts and not judged)


@pytest.fixture(scope="module")
def returns(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a census that bears no mark of a demonstration, of a council a fraction of Wirral's size."""
    folder = tmp_path_factory.mktemp("returns")
    text = (extract / "cin" / "CIN_2024.xml").read_text(encoding="utf-8")
    assert DEMONSTRATION_SOFTWARE in text
    (folder / "CIN_2024.xml").write_text(text.replace(DEMONSTRATION_SOFTWARE, "A case system"), encoding="utf-8")
    return folder


def test_a_councils_totals_far_from_the_published_ones_fail_the_check_and_not_the_refresh(
    returns: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = take_in([returns], data=data)
    assert taken.accepted
    assert "nothing was refused for it" in taken.words()
    with pytest.raises(SystemExit) as ended:
        main(["check", "--data", str(data), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (ended.value.code, answer["accepted"], answer["refusals"]) == (1, False, [])
    assert {line["verdict"] for line in answer["reconciliation"] if line["measure"] == "referrals"} == {"fail"}
    with pytest.raises(SystemExit) as ended:
        main(["check", "--data", str(data)])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "further from the published ones than allowed" in said
    assert said.rstrip().splitlines()[-1].startswith("Not good")


def test_a_councils_totals_within_the_named_tolerance_pass(
    returns: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same returns, where the project's tolerance is as wide as the sea: the limits are data."""
    limits = data / "assumptions" / "reconciliation.toml"
    text = limits.read_text(encoding="utf-8")
    limits.write_text(re.sub(r"(?m)^count_(pass|concern) = \d+", r"count_\1 = 1000000", text), encoding="utf-8")
    monkeypatch.setenv(DATA_VARIABLE, str(data))
    take_in([returns], data=data)
    with pytest.raises(SystemExit) as ended:
        main(["check", "--data", str(data), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (ended.value.code, answer["accepted"]) == (0, True)
    assert "fail" not in {line["verdict"] for line in answer["reconciliation"]}


def test_made_up_returns_of_another_size_are_said_to_differ_and_pass(extract: Path, data: Path) -> None:
    take_in([extract], data=data)
    found = check_all(data)
    assert "fail" in {line["verdict"] for line in found.as_json()["reconciliation"]}
    assert found.accepted
    assert "nothing was refused for it" in found.words()
