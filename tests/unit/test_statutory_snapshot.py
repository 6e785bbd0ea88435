"""Bringing returns in: one step, an immutable snapshot, what moved, and nothing changed by a refusal."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from btc_eval.errors import RefusedError
from btc_eval.records import statutory
from btc_eval.records.statutory import snapshot as keeping
from btc_eval.records.store import locked

DATA = Path(__file__).resolve().parents[1] / "data" / "statutory"


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def offered(tmp_path: Path) -> Path:
    """The hand-made looked-after returns, away from the marker that makes them a demonstration."""
    folder = tmp_path / "offered"
    shutil.copytree(DATA / "care", folder / "care")
    shutil.copy(DATA / "cin_2023.xml", folder)
    return folder


def test_returns_come_in_and_are_read_back(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    report = statutory.store([offered], data)
    assert report.accepted
    assert set(report.changed) == {"cin_census", "ssda903"}
    assert report.changed["ssda903"]["before"] is None
    assert report.changed["ssda903"]["totals"]["children_at_31_march"] == {"2022": [None, 5], "2023": [None, 3]}
    records = statutory.current(data)
    assert records is not None
    assert len(records.table("looked_after_episodes")) == 9
    assert statutory.verify(data) == []
    assert not list(data.glob(".staging*"))


def test_the_report_has_the_shape_of_the_json_output(tmp_path: Path, offered: Path) -> None:
    report = json.loads(json.dumps(statutory.store([offered], tmp_path / "data").as_json()))
    assert {"accepted", "refusals", "tables", "reconciliation", "changed"} <= set(report)
    for line in report["tables"]:
        named = {"name", "kind", "file", "years", "rows_in", "rows_used", "rows_set_aside", "children", "unknown_codes"}
        assert named <= set(line)
        assert line["rows_in"] == line["rows_used"] + sum(reason["rows"] for reason in line["rows_set_aside"])


def test_the_report_in_words(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    said = statutory.store([offered], data).words()
    assert "looked_after_episodes, 2022, 5 of 7 rows used" in said
    assert "set aside: 1 rows, rule 3: the same episode with another start date" in said
    assert "cin_factors, 2023, 3 of 3 rows used" in said
    assert "factor: 1 rows with a code not recognised: 99Z" in said
    assert "Looked-after return (SSDA903): 4 files added, 0 kept, 0 left behind." in said
    assert "nothing changed" in statutory.store([offered], data).words()
    (offered / "cin_2023.xml").write_text("<Message><CINdetails>", "utf-8")
    assert statutory.store([offered], data).words().startswith("Refused, and nothing was changed: 1 fault.")


def test_a_dry_run_writes_nothing(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    report = statutory.store([offered], data, dry_run=True)
    assert report.accepted
    assert report.changed["cin_census"]["tables"]["cin_episodes"]["rows"] == [0, 3]
    assert not data.exists()


def test_the_same_again_changes_nothing(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    statutory.store([offered], data)
    before = contents(data)
    report = statutory.store([offered], data)
    assert contents(data) == before
    assert report.changed["ssda903"]["tables"] == {}
    assert report.changed["ssda903"]["files"] == {"added": 0, "kept": 4, "left_behind": 0}


def test_a_year_is_added_and_a_year_is_replaced(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    statutory.store([offered / "care" / "2022"], data)
    added = statutory.store([offered / "care" / "2023"], data).changed["ssda903"]
    assert added["files"] == {"added": 2, "kept": 2, "left_behind": 0}
    assert added["tables"]["looked_after_episodes"]["years_added"] == [2023]
    episodes = offered / "care" / "2023" / "episodes.csv"
    episodes.write_text(episodes.read_text("utf-8") + "010,01/02/2023,S,C1,N1,U6,PR1,,,,,,\n", "utf-8")
    again = statutory.store([episodes], data).changed["ssda903"]
    assert again["files"] == {"added": 1, "kept": 3, "left_behind": 1}
    assert again["tables"]["looked_after_episodes"]["months_changed"] == ["2023-02"]
    assert again["totals"]["children_at_31_march"] == {"2023": [3, 4]}
    assert len(list((data / "raw" / "ssda903").iterdir())) == 3, "older snapshots stay"


@pytest.mark.parametrize("fault", ["truncated", "binary", "two councils"])
def test_a_refusal_leaves_everything_as_it_was(tmp_path: Path, offered: Path, fault: str) -> None:
    data = tmp_path / "data"
    statutory.store([offered / "care"], data)
    before = contents(data)
    census = (offered / "cin_2023.xml").read_text("utf-8")
    if fault == "truncated":
        (offered / "cin_2023.xml").write_text(census[:2_000], "utf-8")
    elif fault == "binary":
        (offered / "care" / "2023" / "episodes.csv").write_bytes(bytes(range(256)) * 9)
    else:
        (offered / "other.xml").write_text(census.replace("<LEA>344<", "<LEA>341<"), "utf-8")
    report = statutory.store([offered], data)
    assert not report.accepted
    assert report.refusals
    assert report.as_json()["changed"] == {}
    assert contents(data) == before


def test_being_killed_before_the_pointer_is_written_changes_nothing(
    tmp_path: Path, offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    statutory.store([offered / "care" / "2022"], data)
    pointer = (data / "raw" / "current.json").read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping, "replace_files", killed)
    with pytest.raises(KeyboardInterrupt):
        statutory.store([offered / "care" / "2023"], data)
    monkeypatch.undo()
    assert (data / "raw" / "current.json").read_bytes() == pointer
    held = statutory.current(data)
    assert held is not None
    assert held.years("looked_after_episodes") == (2022,)
    assert statutory.store([offered / "care" / "2023"], data).accepted, "and the next one clears up and goes through"
    assert not list(data.glob(".staging*"))


def test_an_edited_snapshot_is_found(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    statutory.store([offered], data)
    path = next((data / "raw").rglob("episodes.csv"))
    assert path.stat().st_mode & 0o222 == 0, "kept read-only"
    path.chmod(0o600)
    path.write_text(path.read_text("utf-8") + "x\n", "utf-8")
    assert [fault.found for fault in statutory.verify(data)] == ["contents that differ from the snapshot's list"]
    path.unlink()
    assert [fault.found for fault in statutory.verify(data)] == ["no such file"]
    (data / "raw" / "current.json").write_text("not json", "utf-8")
    with pytest.raises(RefusedError):
        statutory.current(data)


def test_a_demonstration_gives_way_to_the_real_thing_and_never_hides_it(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    assert statutory.store([DATA / "care"], data).accepted
    demonstration = statutory.current(data)
    assert demonstration is not None
    assert demonstration.provenance == "demonstration", "the mark is kept with the snapshot"
    assert statutory.store([offered / "care" / "2022"], data).accepted
    real = statutory.current(data)
    assert real is not None
    assert (real.provenance, real.years("looked_after_episodes")) == ("statutory", (2022,))
    refused = statutory.store([DATA / "care"], data)
    assert [fault.found for fault in refused.refusals] == ["a demonstration extract"]


def test_nothing_is_held_at_first(tmp_path: Path) -> None:
    assert statutory.current(tmp_path) is None
    assert statutory.verify(tmp_path) == []


def test_recognising_and_sorting_files(tmp_path: Path, offered: Path) -> None:
    (offered / "notes.csv").write_text("a,b\n1,2\n", "utf-8")
    (offered / "broken.xml").write_text("<Message", "utf-8")
    assert statutory.recognise(offered / "cin_2023.xml") == "cin_census"
    assert statutory.recognise(offered / "care") == "ssda903"
    assert statutory.recognise(DATA / "case_system" / "ward_lookup.csv") == "ward_lookup"
    assert statutory.recognise(DATA / "register") == "programme_register"
    assert statutory.recognise(offered / "notes.csv") is None
    assert statutory.recognise(tmp_path / "gone") is None
    ours, others = statutory.split([offered])
    assert {path.name for path in others} == {"notes.csv", "broken.xml"}
    assert len(ours) == 5
    (offered / "reviews.csv").write_bytes(bytes(range(256)))
    assert (offered / "reviews.csv") in statutory.split([offered])[0], "what cannot be read is refused, not passed over"


def test_next_years_set_from_the_folder_of_last_years(tmp_path: Path, offered: Path) -> None:
    """An analyst drops each year's set into one folder: the set before keeps its year, whatever it is called inside."""
    data, drop = tmp_path / "data", tmp_path / "drop"
    for year in (2022, 2023):
        shutil.rmtree(drop, ignore_errors=True)
        shutil.copytree(offered / "care" / str(year), drop)
        (drop / "oc2.csv").write_text(f"CHILD,DOB,SDQ_SCORE\n{year},01/02/2012,7\n", "utf-8")
        report = statutory.store([drop], data)
        assert report.accepted
    assert not [remark for remark in report.ledger.remarks if "no table of children" in remark]  # type: ignore[union-attr]
    held, together = statutory.current(data), statutory.read([offered / "care"])
    assert held is not None
    for name in ("looked_after_episodes", "looked_after_children"):
        assert held.table(name).equals(together.table(name))
    assert sorted(held.table("health_and_offending")["return_year"]) == [2022, 2023]
    again = statutory.store([drop], data)
    assert again.changed["ssda903"]["tables"] == {}


def test_a_zip_of_two_returns_is_read_once(tmp_path: Path, offered: Path) -> None:
    data, path = tmp_path / "data", tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in offered.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(offered))
    report = statutory.store([path], data)
    held = statutory.current(data)
    assert held is not None
    assert report.ledger is not None
    assert sorted((line.name, line.rows_in, line.rows_used) for line in held.ledger.lines) == sorted(
        (line.name, line.rows_in, line.rows_used) for line in report.ledger.lines
    )
    census = offered / "cin_2023.xml"
    census.write_text(census.read_text("utf-8").replace("<Ethnicity>WBRI<", "<Ethnicity>AIND<"), "utf-8")
    assert statutory.store([census], data).accepted
    held = statutory.current(data)
    assert held is not None
    assert len(held.ledger.of("cin_children")) == 1, "the census in the zip has been replaced"
    assert held.years("looked_after_episodes") == (2022, 2023), "the rest of the zip has not"


@pytest.mark.parametrize("damage", ["a file", "the list"])
def test_offering_the_returns_again_mends_a_damaged_snapshot(tmp_path: Path, offered: Path, damage: str) -> None:
    data = tmp_path / "data"
    statutory.store([offered], data)
    before = contents(data)
    path = next((data / "raw").rglob("episodes.csv" if damage == "a file" else "ssda903/*/snapshot.json"))
    path.chmod(0o600)
    path.write_bytes(b"x" + path.read_bytes())
    assert statutory.verify(data)
    assert statutory.store([offered], data).accepted
    assert statutory.verify(data) == []
    assert contents(data) == before


def test_a_damaged_file_is_not_carried_over(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    statutory.store([offered / "care" / "2022"], data)
    path = next((data / "raw").rglob("episodes.csv"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b"\n")
    before = contents(data)
    report = statutory.store([offered / "care" / "2023"], data)
    assert [refusal.found for refusal in report.refusals] == ["contents that differ from the snapshot's list"]
    assert contents(data) == before


def test_annex_a_workbooks_of_two_quarters_stand_beside_each_other(tmp_path: Path) -> None:
    """Each list is a window of six months: the next one adds to it, and a second extract of the same month replaces."""
    data = tmp_path / "data"

    def extract(month: int, child: str) -> None:
        rows = f"Child Unique ID,Gender,Ethnicity,Date of Birth,Age,Date of Contact,Contact Source\n{child},M,WBRI,"
        text = f"{rows}01/02/2012,12,05/{month:02}/2024,6: Police\n"
        (tmp_path / "List 1.csv").write_text(text, "utf-8")
        assert statutory.store([tmp_path / "List 1.csv"], data).accepted

    for month, child in ((6, "A1"), (9, "A2"), (9, "A3")):
        extract(month, child)
    held = statutory.current(data)
    assert held is not None
    assert sorted(held.table("annex_a_contacts")["child_id"]) == ["A1", "A3"]


def test_a_refusal_leaves_no_lock_behind(tmp_path: Path, offered: Path) -> None:
    data = tmp_path / "data"
    with locked(data), pytest.raises(RefusedError, match="another refresh"):
        statutory.store([offered], data)
    assert list(data.iterdir()) == []
    (data / ".lock").write_bytes(b"left by an older version")
    assert statutory.store([offered], data).accepted, "a stale file holds nobody up"
