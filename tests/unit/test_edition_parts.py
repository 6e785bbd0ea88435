"""The small parts of a build: the layout, hashes, the cache, the record, Sphinx's messages, progress."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

from btc_eval.edition import feedback, fingerprint, record
from btc_eval.edition.cache import Cache, Run
from btc_eval.edition.chapters import Chapter, read_chapter
from btc_eval.edition.layout import Layout, Page, pages, read_toc
from btc_eval.edition.render import read_warnings
from btc_eval.errors import RefusedError
from btc_eval.progress import Progress


@pytest.fixture
def where(tmp_path: Path) -> Layout:
    for folder in ("book/outcomes", "data/official"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/catalogue.toml").write_text("")
    (tmp_path / "data/official/a.csv").write_text("a\n")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nparts:\n  - caption: Outcomes\n    chapters:\n"
        "      - file: book/outcomes/demand\n        sections:\n          - file: book/outcomes/more\n"
    )
    return Layout(root=tmp_path, data=tmp_path / "data", out=tmp_path / "site", work=tmp_path / "work")


def write_pages(where: Layout, *names: str) -> None:
    for name in names:
        (where.book / f"{name}.md").write_text("# A page\n")


def test_pages_are_read_in_order_without_their_leading_folder(where: Layout) -> None:
    write_pages(where, "index", "outcomes/demand", "outcomes/more")
    assert [page.name for page in pages(where)] == ["index", "outcomes/demand", "outcomes/more"]
    assert [page.root for page in pages(where)] == ["./", "../", "../"]
    assert pages(where)[1].label == "book/outcomes/demand.md"
    chapter = read_toc(where)["parts"][0]["chapters"][0]
    assert chapter == {"file": "outcomes/demand", "sections": [{"file": "outcomes/more"}]}


def test_missing_and_doubled_pages_are_all_named(where: Layout) -> None:
    write_pages(where, "index")
    with where.toc.open("a") as toc:
        toc.write("      - file: book/index\n")
    with pytest.raises(RefusedError) as refused:
        pages(where)
    assert [fault.place for fault in refused.value.refusals] == ["outcomes/demand", "outcomes/more", "index"]


@pytest.mark.parametrize("text", ["root: [", "- a\n- b\n", "chapters: []\n"])
def test_a_table_of_contents_that_is_none_is_refused(where: Layout, text: str) -> None:
    where.toc.write_text(text)
    with pytest.raises(RefusedError, match=r"_toc\.yml"):
        pages(where)


def test_a_files_hash_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert fingerprint.sha256_file(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    assert fingerprint.sha256_file(tmp_path / "none") == ""
    assert fingerprint.sha256_file(tmp_path) == ""


def test_the_recipe_of_the_made_up_children_moves_with_its_parameters_and_gives_way_to_returns(where: Layout) -> None:
    assert fingerprint.recipe(where) is None  # no parameters, no made-up children
    parameters = where.data / "assumptions/synthetic.toml"
    parameters.parent.mkdir()
    parameters.write_text("a = 1\n")
    first = fingerprint.recipe(where)
    assert first == fingerprint.recipe(where)
    parameters.write_text("a = 2\n")
    assert fingerprint.recipe(where) not in (None, first)
    (where.data / "raw").mkdir()
    (where.data / "raw/current.json").write_text("{}")
    assert fingerprint.recipe(where) is None


def test_a_running_refresh_is_not_data(where: Layout) -> None:
    (where.data / ".lock").write_text("1")
    (where.data / ".staging-x").mkdir()
    (where.data / ".staging-x" / "half.csv").write_text("half")
    assert fingerprint.data_names(where.data) == ["catalogue.toml", "official/a.csv"]


def test_the_installed_packages_are_those_the_metadata_names() -> None:
    from importlib.metadata import version

    found = fingerprint.packages()
    for name in ("pandas", "sphinx", "jupyter-book", "myst-nb", "sphinx-book-theme"):
        assert found[name] == version(name)


@pytest.fixture
def chapter(where: Layout) -> Chapter:
    page = Page("outcomes/demand", where.book / "outcomes/demand.md")
    kernel = "---\nkernelspec:\n  display_name: Python 3\n  name: python3\n---\n"
    page.source.write_text(f"{kernel}\n# A page\n\n```{{code-cell}} ipython3\nx = 1\n```\n")
    return read_chapter(page)


def a_run(where: Layout, **changes: object) -> Run:
    inputs = {"data/official/a.csv": fingerprint.sha256_file(where.data / "official/a.csv")}
    values: dict[str, object] = {"outputs": [[]], "inputs": inputs, "seconds": 1.0, "stderr": []}
    return Run(**{**values, **changes})  # type: ignore[arg-type]


def test_a_run_holds_while_what_it_read_stands(where: Layout, chapter: Chapter) -> None:
    cache = Cache.of(where)
    assert cache.find(chapter, {}, strict=True) is None
    cache.keep(chapter, a_run(where))
    assert cache.find(chapter, {}, strict=True) == a_run(where)
    (where.data / "official/a.csv").write_text("b\n")
    assert Cache.of(where).find(chapter, {}, strict=True) is None
    (where.data / "official/a.csv").unlink()
    assert cache.find(chapter, {}, strict=True) is None


def test_a_run_that_warned_does_not_count_in_a_strict_build(where: Layout, chapter: Chapter) -> None:
    cache = Cache.of(where)
    cache.keep(chapter, a_run(where, stderr=[(1, "UserWarning: oh")]))
    assert cache.find(chapter, {}, strict=True) is None
    found = cache.find(chapter, {}, strict=False)
    assert found is not None
    assert found.stderr == [(1, "UserWarning: oh")]


def test_a_damaged_run_is_passed_over_and_removed(where: Layout, chapter: Chapter) -> None:
    cache = Cache.of(where)
    cache.keep(chapter, a_run(where))
    (path,) = cache.folder.rglob("*.json")
    for damage in (path.read_text()[:-20], path.read_text().replace('"seconds": 1.0', '"seconds": 2.0'), "{}", ""):
        path.write_text(damage)
        assert cache.find(chapter, {}, strict=True) is None
        assert not path.exists()
        cache.keep(chapter, a_run(where))


def test_only_the_last_few_runs_are_kept(where: Layout, chapter: Chapter) -> None:
    cache = Cache.of(where)
    for number in range(10):
        cache.keep(chapter, a_run(where, inputs={"data/official/a.csv": str(number)}))
    assert len(list(cache.folder.rglob("*.json"))) == 6
    assert list(cache.folder.rglob("*.half")) == []


FINDINGS = [
    {"window_start": "2012-04", "window_end": "2024-03"},
    {"window_start": "2018", "window_end": "2023"},
    {"window_start": "", "window_end": ""},
]


def test_pages_are_told_the_window_the_commit_and_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    about = {"label": "draft", "git_commit": "a" * 40, "git_dirty": False, "built_at": "2024-05-01T23:59:59Z"}
    words = record.words_for_pages(about, FINDINGS)
    assert words == {
        "edition_label": "draft",
        "data_window": "April 2012 to March 2024",
        "git_commit": "a" * 12,
        "built_on": "1 May 2024",
        "cite": "The btc_eval authors (2024). Breaking the Cycle: an independent evaluation, edition draft.",
        "released": "",
        **feedback.words(""),
    }
    assert record.words_for_pages(about | {"label": "2026.11"}, FINDINGS)["released"] == "yes"
    nothing = {"label": "draft", "git_commit": None, "git_dirty": False, "built_at": None}
    assert record.words_for_pages(nothing, [])["data_window"] == "no data yet"
    monkeypatch.setenv(record.EPOCH_VARIABLE, "yesterday")
    with pytest.raises(RefusedError, match="SOURCE_DATE_EPOCH"):
        record.built_at(record.Commit(None, False, None))


def test_the_moment_comes_from_the_variable_or_the_commit_and_never_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(record.EPOCH_VARIABLE, raising=False)
    assert record.built_at(record.Commit(None, False, None)) is None
    assert record.built_at(record.Commit("a", False, 0)) == "1970-01-01T00:00:00Z"
    monkeypatch.setenv(record.EPOCH_VARIABLE, "86400")
    assert record.built_at(record.Commit("a", False, 0)) == "1970-01-02T00:00:00Z"


def test_an_input_is_listed_with_the_hash_of_the_file_in_use(where: Layout) -> None:
    (where.data / "catalogue.toml").write_text(
        '[[table]]\nname = "b"\nfile = "official/none.csv"\nprovenance = "official"\nwindow_end = "2020"\n'
        '[[table]]\nname = "a"\nfile = "official/a.csv"\nprovenance = "statutory"\nwindow_end = "2024-03"\n'
    )
    sha = hashlib.sha256(b"a\n").hexdigest()
    assert record.inputs(where) == [
        {"name": "a", "sha256": sha, "provenance": "statutory", "cut_off": "2024-03"},
        {"name": "b", "sha256": "", "provenance": "official", "cut_off": "2020"},
    ]


def test_a_warning_of_sphinx_becomes_a_fault_with_page_and_line(tmp_path: Path) -> None:
    text = (
        f"{tmp_path}/outcomes/demand.md:12: WARNING: undefined label: 'x' [ref.ref]\n"
        "  and a second line\n"
        "WARNING: something of the whole book\n"
        f"{tmp_path}/index.md: ERROR: no line\n"
    )
    faults = read_warnings(text, tmp_path)
    assert [(f.file, f.place, f.found) for f in faults] == [
        ("book/outcomes/demand.md", "line 12", "undefined label: 'x' [ref.ref] and a second line"),
        ("the book", "", "something of the whole book"),
        ("book/index.md", "", "no line"),
    ]
    assert read_warnings("\n", tmp_path) == []


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    for stream, lines in ((io.StringIO(), ["reading", "[1/2] one", "[2/2] two"]), (_Terminal(), None)):
        with Progress(2, stream=stream) as progress:
            progress.say("reading")
            progress.step("one")
            progress.step("two")
        if lines is not None:
            assert stream.getvalue().splitlines() == lines
        else:
            assert "2/2" in stream.getvalue()
            assert "\r" in stream.getvalue()


def test_the_cache_key_survives_a_move_of_the_clone(where: Layout, chapter: Chapter, tmp_path: Path) -> None:
    import shutil

    Cache.of(where).keep(chapter, a_run(where))
    other = tmp_path / "moved"
    shutil.copytree(where.data, other / "data")
    shutil.copytree(where.work, other / "work")
    moved = Layout(root=other, data=other / "data", out=other / "site", work=other / "work")
    assert Cache.of(moved).find(chapter, {}, strict=True) is not None
    (kept,) = (other / "work").rglob("*.json")
    assert str(tmp_path) not in json.dumps(json.loads(kept.read_text()))
