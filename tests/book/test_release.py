"""Editions: frozen from a clean commit, verified from their folder or zip alone, and never half there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest

from btc_eval.edition import checksums, publication, swap
from btc_eval.edition.made_up import refuse_made_up_verdicts
from btc_eval.errors import RefusedError
from tests.book import disks
from tests.book.clones import Clone, make
from tests.book.conftest import COMMAND, Book, clean_environment, tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals and git")]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = make(tmp_path_factory.mktemp("release") / "clone")
    done = clone.release("2026.11")
    assert done.returncode == 0, done.stderr
    return clone


@pytest.fixture
def clone(once: Clone, tmp_path: Path) -> Clone:
    """Return a copy of the clone, its caches and its one edition."""
    shutil.copytree(once.root.parent, tmp_path / "copy", symlinks=True)
    return Clone(tmp_path / "copy" / "clone")


def verify(book: Book, edition: Path, *more: str) -> tuple[int, dict[str, object], str]:
    report = book.root.parent / "report"
    done = book.run("verify", str(edition), "--report", str(report), "--json", "--jobs", "2", *more, timeout=300)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr


def test_an_edition_holds_all_that_it_promises_and_nothing_confidential(once: Clone) -> None:
    edition = once.place / "2026.11"
    names = set(tree(edition))
    wanted = (
        "index.html",
        "findings.json",
        "edition.json",
        "tolerances.json",
        "CITATION.cff",
        "f/small-total/index.html",
    )
    assert {*wanted, "csv/outcomes/small/small-table.csv", "reproduction.zip", checksums.NAME} <= names
    assert checksums.check(edition).sound
    record = json.loads((edition / "edition.json").read_text())
    assert (record["label"], record["git_dirty"], record["built_at"]) == ("2026.11", False, "2026-11-01T12:00:00Z")
    with zipfile.ZipFile(edition / "reproduction.zip") as bundle:
        held = bundle.namelist()
        assert not any("raw" in name.split("/") for name in held)
        assert not any(b"confidential" in bundle.read(name) for name in held if name.endswith((".csv", ".txt")))
        assert any(name.endswith(".whl") for name in held)
        assert any(name.endswith("/reproduce.py") for name in held)
    page = (edition / "f/small-total/index.html").read_text()
    assert 'href="../../outcomes/small.html#small-total"' in page
    assert "edition 2026.11" in page


def test_an_edition_is_made_again_from_its_folder_and_from_its_zip_alone(clone: Clone, tmp_path: Path) -> None:
    edition = clone.place / "2026.11"
    code, said, _ = verify(clone, edition)
    assert (code, said["reproduced"]) == (0, True)
    counts = said["counts"]
    assert isinstance(counts, dict)
    assert counts["finding"]["reproduced"] == counts["table"]["reproduced"] == counts["notebook"]["reproduced"] == 1
    alone = Book(tmp_path / "elsewhere")
    alone.root.mkdir()
    shutil.copyfile(edition / "reproduction.zip", tmp_path / "bundle.zip")
    code, said, _ = verify(alone, tmp_path / "bundle.zip", "--seed", "7")
    assert (code, said["reproduced"], said["seed"]) == (0, True, 7)
    report = tmp_path / "report"
    suites = ET.parse(report / "junit.xml").getroot()
    assert {suite.get("name") for suite in suites} == {"file", "notebook", "finding"}
    assert "Reproduced" in (report / "index.html").read_text()
    assert checksums.check(edition).sound  # it was only read


@pytest.mark.parametrize("name", ["outcomes/small.html", "findings.json", "csv/outcomes/small/small-table.csv"])
def test_one_changed_byte_fails_and_names_the_file(clone: Clone, name: str) -> None:
    path = clone.place / "2026.11" / name
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    code, said, _ = verify(clone, clone.place / "2026.11")
    assert code == 1
    lines = said["lines"]
    assert isinstance(lines, list)
    assert [(line["name"], line["outcome"]) for line in lines] == [(name, "differs")]


def test_a_finding_changed_together_with_its_checksum_is_found_by_running_it_again(clone: Clone) -> None:
    edition = clone.place / "2026.11"
    path = edition / "findings.json"
    findings = json.loads(path.read_text())
    findings[0]["estimate"] += 1
    path.write_text(json.dumps(findings))
    table = edition / "csv/outcomes/small/small-table.csv"
    body = table.read_bytes()
    table.write_bytes(body.replace(b"E08000015", b"E08000016", 1))
    assert table.read_bytes() != body
    checksums.write(edition)
    code, said, _ = verify(clone, edition)
    assert code == 1
    lines = said["lines"]
    assert isinstance(lines, list)
    assert {line["name"] for line in lines if line["outcome"] == "differs"} == {
        "small-total",
        table.relative_to(edition).as_posix(),
    }


def test_the_same_commit_gives_the_same_bytes(clone: Clone, tmp_path: Path) -> None:
    other = Clone(tmp_path / "other" / "clone")
    shutil.copytree(clone.root, other.root, ignore=shutil.ignore_patterns("_build"))
    done = other.release("2026.11")
    assert done.returncode == 0, done.stderr
    one, two = tree(clone.place / "2026.11"), tree(other.place / "2026.11")
    assert sorted(one) == sorted(two)
    assert [name for name in one if one[name] != two[name]] == []


def test_what_may_not_be_released_is_refused_and_changes_nothing(clone: Clone) -> None:
    before = tree(clone.place)
    assert "a label that is new" in clone.release("2026.11").stderr
    for label in ("latest", "../out", "a b", ""):
        assert clone.release(label).returncode == 2
    clone.edit("book/outcomes/small.md", "The total is", "In sum:")
    done = clone.release("2026.12")
    assert (done.returncode, "files that differ from the commit" in done.stderr) == (1, True)
    path = clone.root / "data/official/need_plans.csv"
    path.write_bytes(path.read_bytes() + b"x")
    clone.commit()
    done = clone.release("2026.12")
    assert (done.returncode, "need_plans" in done.stderr) == (1, True)
    assert tree(clone.place) == before


def test_a_second_edition_stands_beside_the_first_which_is_not_touched(clone: Clone) -> None:
    first = tree(clone.place / "2026.11")
    clone.edit("book/outcomes/small.md", "The total is", "In sum:")
    clone.commit()
    assert clone.release("2027.03").returncode == 0
    assert tree(clone.place / "2026.11") == first
    assert [one["label"] for one in publication.editions(clone.place)] == ["2026.11", "2027.03"]
    assert "2027.03" in (clone.place / "latest/edition.json").read_text()
    assert '["2026.11", "2027.03"]' in (clone.place / "editions.js").read_text()
    assert 'href="2027.03/index.html"' in (clone.place / "index.html").read_text()
    assert 'src="../../../editions.js"' in (clone.place / "2026.11/f/small-total/index.html").read_text()
    done = clone.run("diff", str(clone.place / "2026.11"), str(clone.place / "2027.03"))
    assert done.returncode == 0
    assert "Nothing that a reader sees differs" in done.stdout


@pytest.mark.parametrize("wait", [1.5, 3.0, 4.5, 6.0, 8.0])
def test_a_killed_release_leaves_the_editions_whole_and_the_next_one_recovers(clone: Clone, wait: float) -> None:
    clone.edit("book/outcomes/small.md", "The total is", "In sum:")
    clone.commit()
    running = subprocess.Popen(
        [*COMMAND, "release", "2027.03", "--site", str(clone.place), "--no-pdf"],
        cwd=clone.root,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(wait)
    running.send_signal(signal.SIGKILL)
    running.wait()
    for one in publication.editions(clone.place):
        assert checksums.check(clone.place / one["label"]).sound
    if not (clone.place / "2027.03").exists():
        assert clone.release("2027.03").returncode == 0
    else:
        publication.settle(clone.place)
    assert checksums.check(clone.place / "2027.03").sound
    assert checksums.check(clone.place / "latest").sound
    assert "2027.03" in (clone.place / "latest/edition.json").read_text()
    assert sorted(path.name for path in clone.place.iterdir() if path.name != ".lock") == [
        "2026.11", "2027.03", "editions.js", "editions.json", "index.html", "latest",
    ]  # fmt: skip


WARDS = """
```{code-cell} ipython3
:tags: [remove-input]

counted = pd.DataFrame({"ward": ["Ash", "Birch", "Cedar"], "year": 2024, "n": [112, 93, 84]})
of = Papers(Provenance.STATUTORY, ("returns",), "2024", "2024")
wards = disclosure.control(counted, "council", keys=["ward", "year"], counts="n", papers=of)
said = "By ward. Counts are rounded to the nearest 5. Window: year ending 31 March 2024."
html = f'<figure class="btc-figure" id="wards" data-provenance="statutory"><p>{said}</p></figure>'
emit.exhibit(html, tables.about("table", "wards", "Wards", wards))
```
"""


def test_a_cell_that_an_edition_hides_and_one_that_is_out_shows_stops_the_release(clone: Clone) -> None:
    path = clone.root / "book/outcomes/small.md"
    path.write_text(path.read_text(encoding="utf-8") + WARDS, encoding="utf-8")
    clone.commit()
    done = clone.release("2027.03")
    assert done.returncode == 0, done.stderr
    before = tree(clone.place)
    clone.edit("book/outcomes/small.md", "[112, 93, 84]", "[112, 3, 84]")
    clone.commit()
    done = clone.release("2027.11")
    assert done.returncode == 1
    assert "csv/outcomes/small/wards.csv of edition 2027.11, column n, by ward, year" in done.stderr
    assert "beside csv/outcomes/small/wards.csv of edition 2027.03" in done.stderr
    assert "Birch" not in done.stderr
    assert "93" not in done.stderr
    left = {name: body for name, body in tree(clone.place).items() if not name.startswith(".")}
    assert left == {name: body for name, body in before.items() if not name.startswith(".")}


def test_two_releases_at_once_are_one_too_many_and_a_lock_left_behind_stops_nobody(clone: Clone) -> None:
    clone.edit("book/outcomes/small.md", "The total is", "In sum:")
    clone.commit()
    before = tree(clone.place)
    with swap.only_one(clone.place / ".lock", what="the other"):
        done = clone.release("2027.03")
        assert done.returncode == 1
        assert f"another one at work (process {os.getpid()})" in done.stderr
    assert tree(clone.place) == before
    with disks.mounted(clone.root.parent / "disk", megabytes=60) as disk:
        shutil.copytree(clone.place, disk / "published")
        held = tree(disk / "published")
        (disk / "published" / ".lock").write_text("99999999\n")
        filler = disks.fill(disk, left=1_000_000)
        full = clone.run("release", "2027.03", "--site", str(disk / "published"), "--no-pdf", timeout=300)
        assert full.returncode == 1
        assert "No space left on device" in full.stderr
        assert str(disk / "published") in full.stderr
        assert tree(disk / "published") == held, "and nothing half made holds room"
        filler.unlink()
        again = clone.run("release", "2027.03", "--site", str(disk / "published"), "--no-pdf", timeout=300)
        assert again.returncode == 0, again.stderr
        assert checksums.check(disk / "published" / "2027.03").sound


def test_a_made_up_result_where_verdicts_are_given_is_refused(tmp_path: Path) -> None:
    made_up = {"id": "made-up", "chapter": "front/what-we-found", "provenance": "demonstration"}
    (tmp_path / "index.html").write_text('<figure data-provenance="demonstration"></figure>')
    with pytest.raises(RefusedError) as caught:
        refuse_made_up_verdicts([made_up], tmp_path)
    assert sorted(one.file for one in caught.value.refusals) == ["book/front/what-we-found.md", "index.html"]
    refuse_made_up_verdicts([{**made_up, "chapter": "outcomes/cohorts"}], tmp_path / "none")
