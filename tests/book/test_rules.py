"""The real book keeps its rules: chapters argue and the library computes; what is a result is pasted, never typed."""

from __future__ import annotations

import ast
import csv
import itertools
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from btc_eval import assumptions, programme
from btc_eval.edition.chapters import Chapter, pasted_keys, read_chapter
from btc_eval.edition.collect import pasted_page
from btc_eval.edition.layout import Layout, Page, pages
from btc_eval.records.statutory.contract import Return
from tests.book.conftest import PROJECT
from tests.book.prose import typed_numbers

PAGES = pages(Layout(PROJECT, PROJECT / "data", PROJECT / "_build" / "site", PROJECT / "_build" / "work"))

#: Numbers that are typed and stay typed: what a paper says, or how a thing is defined. Nothing that we found.
ALLOWED: dict[str, tuple[str, ...]] = {
    "assurance/accessibility": ("Guidelines version 2.2",),
    "assurance/edition": ("Open Government Licence v3.0",),
    "assurance/sources": ("Open Government Licence v3.0",),
    "plan/remodelling": ("upwards of £3 million",),
}

#: A chapter takes everything from the library.
IMPORTS = {"btc_eval"}
LINES_A_CELL, LINES_A_CHAPTER = 8, 60

FORBIDDEN = {
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "a function",
    ast.Lambda: "a function",
    ast.ClassDef: "a class",
    ast.For: "a loop",
    ast.While: "a loop",
    ast.ListComp: "a loop",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.GeneratorExp: "a loop",
}
PATH_CALLS = {"open", "Path", "read_csv", "read_parquet", "read_excel", "read_text", "read_bytes", "exec", "eval"}
PATH_TEXT = re.compile(r"^[\w.~-]*/[\w./-]+$|\.(?:csv|toml|json|parquet|xlsx?|zip|txt)$")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@cache
def chapter(page: Page) -> Chapter:
    return read_chapter(page)


def front_matter(page: Page) -> str:
    """Return a page's front matter; "" for a page that has none because it has no code."""
    text = page.source.read_text(encoding="utf-8")
    if text.startswith("# "):
        assert not chapter(page).code, f"{page.label} has code and no front matter"
        return ""
    assert text.startswith("---\n"), page.label
    return text[: text.index("\n---\n", 4)]


def code_lines(source: str) -> int:
    return sum(bool(line.strip()) for line in source.splitlines())


@every_page
def test_a_chapter_defines_nothing_and_reads_no_path(page: Page) -> None:
    faults = []
    for cell in chapter(page).code:
        for node in ast.walk(ast.parse(cell.source)):
            line = cell.line + getattr(node, "lineno", 1) - 1
            if type(node) in FORBIDDEN:
                faults.append((line, FORBIDDEN[type(node)]))
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                faults += [(line, f"a call of {name}")] if name in PATH_CALLS else []
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and PATH_TEXT.search(node.value):
                faults.append((line, f"the path {node.value!r}"))
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                faults += [(line, f"an import of {n}") for n in names if n.partition(".")[0] not in IMPORTS]
    assert faults == []


@every_page
def test_cells_and_chapters_are_short(page: Page) -> None:
    lengths = {cell.number: code_lines(cell.source) for cell in chapter(page).code}
    assert {number: length for number, length in lengths.items() if length > LINES_A_CELL} == {}
    assert sum(lengths.values()) <= LINES_A_CHAPTER


def test_the_front_matter_is_the_same_everywhere() -> None:
    assert len({front_matter(page) for page in PAGES} - {""}) == 1


@every_page
def test_a_page_has_one_title_and_headings_in_steps(page: Page) -> None:
    prose = re.sub(r"^(`{3,}|:{3,}).*?^\1\s*$", "", chapter(page).prose, flags=re.DOTALL | re.MULTILINE)
    levels = [len(mark) for mark in re.findall(r"^(#{1,6}) \S", prose, flags=re.MULTILINE)]
    assert levels[:1] == [1]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_titles_differ() -> None:
    titles = [re.findall(r"^# (.+)$", chapter(page).prose, flags=re.MULTILINE)[0] for page in PAGES]
    assert len(set(titles)) == len(titles)


@every_page
def test_no_result_is_typed(page: Page) -> None:
    assert typed_numbers(chapter(page).prose, ALLOWED.get(page.name, ())) == []


def test_the_list_of_allowed_numbers_names_real_pages() -> None:
    assert set(ALLOWED) <= {page.name for page in PAGES}


# What follows looks at the built site with eyes of its own: notebooks as JSON, pages as HTML.


def shown(site: Path, page: str) -> dict[str, str]:
    """Return the keys that the executed notebook of a page holds, with their text as written there."""
    notebook = json.loads((site / f"notebooks/{page}.ipynb").read_text(encoding="utf-8"))
    return {
        output["metadata"]["scrapbook"]["name"]: next(iter(output["data"].values()))
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    }


@every_page
def test_every_pasted_key_is_made_by_an_executed_cell(page: Page, real_site: Path) -> None:
    for key, other, line in pasted_keys(chapter(page)):
        assert key in shown(real_site, pasted_page(chapter(page), other)), f"{page.label}, line {line}"


class Links(HTMLParser):
    """Collects where a page points to, which names it has, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.names: set[str] = set()
        self.words: list[str] = []
        self.silent = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.silent += tag in ("script", "style")
        self.names |= {value for name in ("id", "name") if (value := found.get(name))}
        self.targets += [value for name in ("href", "src") if (value := found.get(name))]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@cache
def html(path: Path) -> Links:
    return Links(path.read_text(encoding="utf-8"))


def test_every_link_inside_the_site_leads_somewhere(real_site: Path) -> None:
    broken = []
    for path in sorted(real_site.rglob("*.html")):
        for target in html(path).targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            file = file / "index.html" if file.is_dir() else file
            name = unquote(parts.fragment)
            missing = not file.is_file()
            if missing or (name and file.suffix == ".html" and name not in html(file).names):
                broken.append((path.name, target))
    assert broken == []


def test_nothing_unfinished_is_on_a_page(real_site: Path) -> None:
    for page in PAGES:
        text = html(real_site / f"{page.name}.html").text
        for sign in ("np.float64", "{{", "{glue", "None None", " nan ", "Traceback", "not yet built"):
            assert sign not in text, f"{page.label}: {sign}"


def test_every_finding_is_whole_and_every_download_readable(real_site: Path) -> None:
    findings = json.loads((real_site / "findings.json").read_text(encoding="utf-8"))
    assert [finding["id"] for finding in findings] == sorted({finding["id"] for finding in findings})
    names = {entry["name"] for entry in json.loads((real_site / "edition.json").read_text())["inputs"]}
    for finding in findings:
        assert finding["chapter"] in {page.name for page in PAGES}
        assert finding["sentence"]
        assert finding["provenance"] in ("official", "statutory", "demonstration")
        assert finding["sources"], finding["id"]
        ends = [finding["conf_low"], finding["estimate"], finding["conf_high"]]
        assert None in ends or ends == sorted(ends), finding["id"]
    names |= {paper.id for paper in programme.documents()} | {assumptions.SOURCE}
    returns = {kind.words for kind in Return}
    for finding in findings:
        known = names if finding["provenance"] == "official" else returns
        assert set(finding["sources"]) <= known, finding["id"]
    tables = sorted((real_site / "csv").rglob("*.csv"))
    for table in tables:
        rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 1
        assert {len(row) for row in rows} == {len(rows[0])}, table.name
    assert len(tables) >= 3
