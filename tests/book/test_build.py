"""The builder, on a tiny book: it does again exactly what a change touches, and never leaves half a site."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import openpyxl
import pytest

from tests.book.conftest import PROJECT, Book, tree

PAGE = "book/outcomes/small.md"
FIELDS = [
    *("id", "chapter", "sentence", "estimand", "estimate", "conf_low", "conf_high", "conf_level", "unit", "method"),
    *("n", "window_start", "window_end", "provenance", "sources", "checks", "bears_on"),
]
EDITION = [
    *("label", "built_at", "git_commit", "git_dirty", "library_version", "python", "packages", "inputs", "seed"),
    *("policy", "notebooks", "demonstration", "definitions", "feedback"),
]


class _Text(HTMLParser):
    """Collects the words of a page, without its scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def words(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return " ".join("".join(parser.words).split())


def executed(book: Book, **environment: str) -> list[str]:
    """Build, and return the pages that ran."""
    done = book.build(environment=environment)
    return [line.split("executed ")[1].split(" in ")[0] for line in done.stderr.splitlines() if "] executed " in line]


def test_a_cold_build_makes_every_part_of_a_site(book: Book) -> None:
    site = tree(book.site)
    assert {
        "index.html",
        "outcomes/small.html",
        "findings.json",
        "edition.json",
        "csv/outcomes/small/small-table.csv",
        "notebooks/index.ipynb",
        "notebooks/outcomes/small.ipynb",
    } <= set(site)
    assert not [
        name for name in site if name.startswith(("_sources", ".buildinfo", "reports")) or name.endswith(".map")
    ]
    (finding,) = json.loads(site["findings.json"])
    assert list(finding) == FIELDS
    assert finding["chapter"] == "outcomes/small"
    assert finding["estimate"] == 42.0
    edition = json.loads(site["edition.json"])
    assert list(edition) == EDITION
    assert [entry["name"] for entry in edition["notebooks"]] == ["index", "outcomes/small"]
    assert edition["packages"]["sphinx"].startswith("7.")


def test_what_is_pasted_and_shown_reaches_the_page(book: Book) -> None:
    page = words(book.page("outcomes/small"))
    assert "The total is the total is 42." in page
    cover = words(book.page("index"))
    assert "The next page found that the total is 42." in cover
    assert "Edition draft, data April 2012 to March 2024, commit not recorded, built on not recorded." in cover
    assert 'href="../csv/outcomes/small/small-table.csv"' in book.page("outcomes/small")
    rows = list(csv.reader((book.site / "csv/outcomes/small/small-table.csv").read_text().splitlines()))
    assert rows == [["year", "count"], ["2023", "40"], ["2024", "2"]]


def test_a_downloaded_notebook_is_whole_clean_and_readable(book: Book) -> None:
    text = (book.site / "notebooks/outcomes/small.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells] == [f"cell-{n:03d}" for n in range(1, len(notebook.cells) + 1)]
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"] == [1, 2]
    assert "The total is the total is 42." in text
    assert "{glue" not in text
    assert "_watch" not in text
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert str(book.root) not in text


def test_the_edition_names_its_data_with_the_hash_of_the_file(book: Book) -> None:
    import hashlib

    (entry,) = json.loads((book.site / "edition.json").read_text())["inputs"]
    content = (book.root / "data/official/small.csv").read_bytes()
    assert entry == {
        "name": "small",
        "sha256": hashlib.sha256(content).hexdigest(),
        "provenance": "official",
        "cut_off": "2024-03",
    }


def test_nothing_changed_touches_nothing(book: Book) -> None:
    book.build()
    before = {path: path.stat().st_mtime_ns for path in book.site.rglob("*")}
    done = book.build()
    assert "Nothing changed" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in book.site.rglob("*")} == before


def test_a_site_that_was_touched_by_hand_is_built_again(book: Book) -> None:
    book.build()
    before = book.bytes()
    (book.site / "index.html").write_text("tampered")
    assert "Built" in book.build().stdout
    assert book.bytes() == before


def test_prose_alone_runs_no_code(book: Book) -> None:
    book.edit(PAGE, "The total is", "All told, it is said that")
    assert executed(book) == []
    assert "All told, it is said that the total is 42." in words(book.page("outcomes/small"))


def test_a_changed_data_file_runs_the_pages_that_read_it_and_what_they_lend(book: Book) -> None:
    book.edit("data/official/small.csv", "2024,2", "2024,3")
    assert executed(book) == [PAGE]
    assert "The total is the total is 43." in words(book.page("outcomes/small"))
    assert "The next page found that the total is 43." in words(book.page("index"))
    book.edit("data/official/small.csv", "2024,3", "2024,2")
    assert executed(book) == [], "an earlier state is remembered"


def test_a_data_file_that_no_page_reads_runs_nothing(book: Book) -> None:
    book.edit("data/official/unread.csv", "2023,7", "2023,8")
    assert executed(book) == []


def test_new_papers_of_one_table_run_only_the_chapters_that_use_it(unbuilt: Book) -> None:
    """A refresh writes the whole catalogue anew; what a chapter depends on is the entries that it used."""
    shutil.copytree(PROJECT / "data" / "official", unbuilt.root / "data" / "official", dirs_exist_ok=True)
    shutil.copyfile(PROJECT / "data" / "catalogue.toml", unbuilt.root / "data" / "catalogue.toml")
    unbuilt.edit(PAGE, "total = int(", 'records.official().wide("need_plans")\ntotal = int(')
    unbuilt.edit(PAGE, "import disclosure, locations", "import disclosure, locations, records")
    assert executed(unbuilt) == [PAGE]
    title = 'title = "Assessments completed and working days taken"'
    unbuilt.edit("data/catalogue.toml", title, title.replace("taken", "they took"))
    assert executed(unbuilt) == []
    name = 'name = "need_plans"\ntitle = "'
    unbuilt.edit("data/catalogue.toml", name, f"{name}All ")
    assert executed(unbuilt) == [PAGE]


def test_a_data_file_that_comes_runs_everything_again(book: Book) -> None:
    (book.root / "data/official/new.csv").write_text("year,count\n")
    assert executed(book) == [PAGE]


def test_code_runs_again_when_it_changes(book: Book) -> None:
    book.edit(PAGE, '["count"].sum()', '["count"].max()')
    assert executed(book) == [PAGE]
    assert "The total is the total is 40." in words(book.page("outcomes/small"))


def test_a_changed_library_runs_the_chapters_that_use_it(
    unbuilt: Book, own_library: Callable[[], dict[str, str]]
) -> None:
    environment = own_library()
    assert executed(unbuilt, **environment) == [PAGE]
    assert executed(unbuilt, **environment) == []
    library = Path(environment["PYTHONPATH"]) / "btc_eval"
    for name in ("disclosure/gate_pages.py", "edition/release.py"):
        with (library / name).open("a") as unused:
            unused.write("# changed\n")
    assert executed(unbuilt, **environment) == [], "no chapter uses the gate or the builder"
    emit = library / "publish" / "emit.py"
    text = emit.read_text(encoding="utf-8")
    emit.write_text(text.replace("repr(text)", "repr(text + ' indeed')"), encoding="utf-8")
    assert executed(unbuilt, **environment) == [PAGE]
    assert "The total is the total is 42 indeed." in words(unbuilt.page("outcomes/small"))


def test_a_changed_lock_runs_everything_again(book: Book) -> None:
    with (book.root / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert executed(book) == [PAGE]


def test_a_changed_setting_reaches_every_page(book: Book) -> None:
    book.edit("_config.yml", "title: A small book", "title: A renamed book")
    assert executed(book) == []
    assert all("A renamed book" in book.page(name) for name in ("index", "outcomes/small"))


def test_the_address_that_readers_write_to_is_at_the_foot_of_every_page_and_a_wrong_one_stops_the_build(
    book: Book,
) -> None:
    none = "No address for feedback has been set for this copy"
    assert none in book.page("outcomes/small")
    book.edit("book/index.md", "Edition {{", "{{ feedback }} Edition {{")
    book.edit("_config.yml", 'feedback: ""', "feedback: a_b@reports.example.org")
    assert "0 chapters executed" in book.build().stdout
    for name in ("index", "outcomes/small"):
        assert '<a href="mailto:a_b@reports.example.org">a_b@reports.example.org</a>' in book.page(name)
        assert none not in book.page(name)
    assert book.page("index").count('<a href="mailto:a_b@reports.example.org">') == 2
    assert json.loads((book.site / "edition.json").read_text())["feedback"] == "a_b@reports.example.org"
    cover = openpyxl.load_workbook(book.site / "report.xlsx")["Cover"]
    assert any("write to a_b@reports.example.org" in str(cell.value) for cell in cover["A"])
    before = book.bytes()
    book.edit("_config.yml", "feedback: a_b@reports.example.org", "feedback: a_b@reports")
    wrong = book.run("build", "--strict")
    assert wrong.returncode == 1
    assert re.search(r"_config\.yml, line \d+, feedback", wrong.stderr)
    assert book.bytes() == before


def test_a_new_title_reaches_the_other_pages(book: Book) -> None:
    book.edit(PAGE, "# On small numbers", "# On few numbers")
    book.build()
    assert "On few numbers" in words(book.page("index"))
    assert "On small numbers" not in words(book.page("index"))


def test_a_build_upon_an_earlier_one_is_the_same_as_one_from_nothing(book: Book) -> None:
    moment = {"SOURCE_DATE_EPOCH": "1700000000"}
    for old, new in (("The total is", "In sum:"), ("# On small", "# On tiny"), ("# On tiny", "(mark)=\n# On tiny")):
        book.edit(PAGE, old, new)
        assert executed(book, **moment) == []
        built = book.bytes()
        shutil.rmtree(book.root / "_build")
        book.build(environment=moment)
        assert [name for name in built if book.bytes().get(name) != built[name]] == []


def test_a_word_that_is_taken_out_can_no_longer_be_searched_for(book: Book) -> None:
    before = book.bytes()["searchindex.js"]
    book.edit(PAGE, "The total is", "Zebras counted:")
    book.build()
    assert b"zebra" in book.bytes()["searchindex.js"]
    book.edit(PAGE, "Zebras counted:", "The total is")
    book.build()
    assert book.bytes()["searchindex.js"] == before


def test_a_label_that_goes_is_missed_on_the_page_that_points_to_it(book: Book) -> None:
    book.edit(PAGE, "# On small", "(mark)=\n# On small")
    book.edit("book/index.md", "It is the page", "{ref}`mark` is the page")
    book.build()
    book.edit(PAGE, "(mark)=\n", "")
    done = book.run("build")
    assert done.returncode == 1
    assert "book/index.md, line 16: found undefined label: 'mark'" in done.stderr


def test_a_page_that_leaves_the_contents_leaves_the_site(book: Book) -> None:
    book.edit("_toc.yml", "chapters:\n  - file: book/outcomes/small\n", "")
    book.edit("book/index.md", "{glue:text}`outcomes/small.md::small-total:s`", "nothing")
    book.edit("book/index.md", "[on small numbers](outcomes/small.md)", "that is gone")
    book.build()
    assert not (book.site / "outcomes").exists()
    assert json.loads((book.site / "findings.json").read_text()) == []


def test_two_builds_of_the_same_inputs_are_the_same_bytes(book: Book, tmp_path: Path) -> None:
    moment = {"SOURCE_DATE_EPOCH": "1700000000"}
    book.build(environment=moment)
    other = Book(tmp_path / "elsewhere")
    shutil.copytree(book.root, other.root, ignore=shutil.ignore_patterns("_build"))
    other.build(environment=moment | {"PYTHONHASHSEED": "7"})
    first, second = book.bytes(), other.bytes()
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []
    assert json.loads(first["edition.json"])["built_at"] == "2023-11-14T22:13:20Z"


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell's git")
def test_the_edition_names_the_commit_and_says_when_it_was_changed(book: Book) -> None:
    import subprocess

    def git(*arguments: str) -> str:
        who = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
        moment = {"GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z", "GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z"}
        return subprocess.run(
            ["git", *who, *arguments],
            cwd=book.root,
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **moment},
        ).stdout.strip()

    git("init", "--quiet")
    (book.root / ".gitignore").write_text("_build/\n")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    book.build()
    edition = json.loads((book.site / "edition.json").read_text())
    assert edition["git_commit"] == git("rev-parse", "HEAD")
    assert (edition["git_dirty"], edition["built_at"]) == (False, "2024-05-01T12:00:00Z")
    assert "built on 1 May 2024" in words(book.page("index"))
    book.edit(PAGE, "The total is", "In sum:")
    book.build()
    edition = json.loads((book.site / "edition.json").read_text())
    assert (edition["git_dirty"], edition["label"]) == (True, f"draft {git('rev-parse', 'HEAD')[:7]} with changes")
