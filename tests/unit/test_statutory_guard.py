"""Nothing about a child is committed: what the guard refuses, and that the repository itself passes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from btc_eval.locations import project_folder
from btc_eval.records.statutory import guard

ROOT = project_folder()


def reasons(root: Path, name: str, content: bytes) -> list[str]:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return [refusal.found for refusal in guard.inspect([file], root)]


def test_the_repository_holds_nothing_about_a_child() -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if name] or [p for p in ROOT.rglob("*.*") if ".venv" not in p.parts]
    assert len(files) > 100
    assert guard.inspect(files, ROOT) == []


@pytest.mark.parametrize(
    "name",
    ["care/2023/episodes.csv", "cin_2023.xml", "register/programme_register.csv", "case_system/ssd_contacts.csv"],
)
def test_a_return_is_refused_wherever_it_lies(tmp_path: Path, name: str) -> None:
    content = (ROOT / "tests" / "data" / "statutory" / name).read_bytes()
    assert "a return of the council" in reasons(tmp_path, f"notes/{Path(name).name}", content)


def test_a_made_up_return_may_lie_below_its_marker(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "DEMONSTRATION.txt").write_text("made up", encoding="utf-8")
    content = (ROOT / "tests/data/statutory/cin_2023.xml").read_bytes()
    assert reasons(tmp_path, "demo/cin.xml", content) == []


def test_everything_below_raw_is_refused(tmp_path: Path) -> None:
    assert reasons(tmp_path, "data/raw/notes.txt", b"nothing") == ["a file of data/raw, where confidential returns lie"]


def test_an_identifier_is_refused_by_its_line_and_never_shown(tmp_path: Path) -> None:
    made_up = b"H" + b"8" * 11 + b"9"
    file = tmp_path / "log.txt"
    file.write_bytes(b"one\ntwo " + made_up + b"\n")
    found = guard.inspect([file], tmp_path)
    assert [refusal.found for refusal in found] == ["the shape of a unique pupil number, line 2"]
    assert made_up.decode() not in str(found[0])


def test_ordinary_files_pass(tmp_path: Path) -> None:
    assert reasons(tmp_path, "figures.csv", b"area_code,year,referrals\nE08000015,2024,4152\n") == []
    assert reasons(tmp_path, "page.md", b"# A page\n\n0151 666 4330 is a telephone number.\n") == []
