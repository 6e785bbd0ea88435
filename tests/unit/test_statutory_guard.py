"""Nothing about a child is committed: what the guard refuses, and that the repository itself passes it."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import openpyxl
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


EPISODES = (ROOT / "tests/data/statutory/care/2022/episodes.csv").read_bytes()
CENSUS = (ROOT / "tests/data/statutory/cin_2023.xml").read_bytes()
PUPIL = b"H" + b"8" * 11 + b"9"
TEN = b"9434765919"
#: Elements of a page, written apart: this file is inspected too.
HEAD, CELL = "<tr><th>{}</th></tr>\n", "<tr><td>77</td></tr>\n"


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def workbook(rows: list[list[str]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def notebook(**output: list[str]) -> bytes:
    data = {kind.replace("_", "/"): lines for kind, lines in output.items()}
    cell = {"cell_type": "code", "source": [], "outputs": [{"output_type": "display_data", "data": data}]}
    return json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


ROWS = [line.split(",") for line in EPISODES.decode().splitlines()]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", EPISODES),
        ("notes.md", EPISODES),
        ("without_an_ending", EPISODES),
        ("old.bak", CENSUS),
        ("wide.txt", EPISODES.decode().encode("utf-16")),
        ("wide.dat", CENSUS.decode().replace("utf-8", "utf-16").encode("utf-16-le")),
        ("semicolons.csv", EPISODES.replace(b",", b";")),
        ("zipped.bin", zipped("a/b.csv", EPISODES)),
        ("zip_in_zip.zip", zipped("in.zip", zipped("b.csv", EPISODES))),
        ("packed.csv.gz", gzip.compress(EPISODES, mtime=0)),
        ("book.xlsx", workbook([["A title"], *ROWS])),
        ("book.dat", workbook(ROWS)),
        ("page.md", b"# A page\n\n```\n" + EPISODES + b"```\n"),
        ("code.py", b'X = """\n' + EPISODES + b'"""\n'),
        ("page.html", (HEAD.format("CHILD") + CELL).encode()),
        (
            "shown.ipynb",
            notebook(text_html=[HEAD.format("child_id"), CELL]),
        ),
        ("printed.ipynb", notebook(text_plain=["  child_id    started\n", "0  77  2020-04-01"])),
        ("api.json", json.dumps([{"la_" + "child_id": "77", "purge": False}]).encode()),
    ],
)
def test_a_return_is_refused_whatever_it_is_called_and_packed_in(tmp_path: Path, name: str, content: bytes) -> None:
    assert "a return of the council" in reasons(tmp_path, name, content)


@pytest.mark.parametrize(
    "content",
    [
        PUPIL,
        PUPIL.lower(),
        PUPIL.decode().encode("utf-16"),
        zipped("a.txt", b"x " + PUPIL),
        workbook([["a", "b"], ["1", PUPIL.decode()]]),
        notebook(text_plain=[f"found {PUPIL.decode()}"]),
        b"943 476" + b" 5919",
        b"her NHS number is " + TEN,
        b"ULN: " + TEN,
    ],
)
def test_an_identifier_is_refused_in_every_wrapping(tmp_path: Path, content: bytes) -> None:
    assert any("the shape of" in reason for reason in reasons(tmp_path, "page.md", content))


def test_what_cannot_be_looked_into_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as store:
        store.execute("create table t (x text)")
    assert reasons(tmp_path, "b.dat", (tmp_path / "a.db").read_bytes()) == [
        "a database, which holds data and cannot be looked into"
    ]
    assert "cannot be looked into" in reasons(tmp_path, "c.dat", b"PAR1" + b"0" * 40)[0]
    assert reasons(tmp_path, "d.bin", b"0" * (20 * 1024 * 1024 + 1))[0].startswith("more than 20 MB")
    deep = EPISODES
    for _ in range(6):
        deep = zipped("x.zip", deep)
    assert "too deep" in reasons(tmp_path, "e.zip", deep)[0]
    assert reasons(tmp_path, "Data/RAW/x.txt", b"-")[0].startswith("a file of data/raw")


def test_what_is_staged_is_inspected_and_not_what_lies_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "--quiet"], check=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fine.md").write_text("# fine\n", encoding="utf-8")
    subprocess.run([*git, "add", "fine.md"], check=True)
    assert guard.main([]) == 0
    (tmp_path / "notes.md").write_bytes(EPISODES)
    subprocess.run([*git, "add", "notes.md"], check=True)
    (tmp_path / "notes.md").unlink()
    assert guard.main([]) == 1
    assert "notes.md: found a return of the council" in capsys.readouterr().err
    (tmp_path / "DEMONSTRATION.txt").write_text("made up\n", encoding="utf-8")
    assert guard.main([]) == 1, "a marker that is not committed marks nothing"
    subprocess.run([*git, "add", "DEMONSTRATION.txt"], check=True)
    assert guard.main([]) == 0
