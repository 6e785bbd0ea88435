"""Hostile text in every input is shown as text: nothing runs, nothing leads out, no spreadsheet works it out."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest
from openpyxl import load_workbook

from btc_eval.edition import addresses
from btc_eval.texts import visible
from tests.book import hostile
from tests.book.conftest import Book
from tests.browser import chromium

PAGE = "outcomes/small"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The hostile book, built once, with the pages of its lasting addresses."""
    book = hostile.lay_out_hostile(tmp_path_factory.mktemp("hostile") / "book")
    book.build()
    if chromium.executable():
        # Not strictly: the printer breaks these words wherever a cell ends, and the gate, which reads them in another
        # order then, would rather refuse the paper than guess.
        done = book.run("build", "--pdf")
        assert done.returncode == 0, done.stderr
    findings = json.loads((book.site / "findings.json").read_text(encoding="utf-8"))
    addresses.write(book.site, label="2026.11", findings=findings)
    return book


class Elements(HTMLParser):
    """Every element of a page with its attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.script: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - whichever it is
        self.inside = ""

    def handle_data(self, data: str) -> None:
        (self.script if self.inside == "script" else self.text).append(data)


def pages(site: Path) -> dict[str, Elements]:
    return {
        path.relative_to(site).as_posix(): Elements(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))
    }


def test_no_text_of_the_data_became_an_element_an_attribute_or_an_address(built: Book) -> None:
    found = pages(built.site)
    assert len(found) > 8
    for name, page in found.items():
        assert not [tag for tag, about in page.found if any(key.startswith("on") for key in about)], name
        assert not [tag for tag, _ in page.found if tag in ("img", "iframe", "object", "embed", "base")], name
        named = [value for _, about in page.found for key, value in about.items() if key in ("href", "src", "action")]
        assert not [value for value in named if re.match(r"\s*(javascript|data|vbscript):", value, re.I)], name
        scripts = [about for tag, about in page.found if tag == "script"]
        assert all("src" in about or about.get("type") == "application/json" for about in scripts), name


def test_every_page_states_what_may_run(built: Book) -> None:
    for name, page in pages(built.site).items():
        policy = [about["content"] for _, about in page.found if about.get("http-equiv") == "Content-Security-Policy"]
        assert len(policy) == 1, name
        assert "script-src 'self' file:;" in policy[0], name
        assert "'unsafe-inline'" not in policy[0].split("style-src")[0], name


def test_the_text_is_there_to_be_read(built: Book) -> None:
    page = pages(built.site)[f"{PAGE}.html"]
    words = "".join(page.text)
    for text in hostile.ALL:
        assert visible(text) in words
    assert "\u202e" not in words
    assert "[U+202E]" in words
    assert all(json.loads(text) for text in page.script if text.strip()), "the charts' data is whole"


def test_a_spreadsheet_works_nothing_out(built: Book) -> None:
    files = sorted((built.site / "csv").rglob("*.csv"))
    assert len(files) >= 7
    for path in files:
        for row in csv.reader(path.read_text("utf-8").splitlines()):
            for cell in row:
                started = re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell)
                assert started is None or re.fullmatch(r"-?\d+(\.\d+)?", cell), (path.name, cell)
                assert not re.search(r";[=+\-@]", cell), (path.name, cell)
    book = load_workbook(built.site / "report.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {cell.hyperlink.target for cell in cells if cell.hyperlink} == {None}
    texts = {str(cell.value) for cell in cells}
    assert any(text.startswith("'=HYPERLINK(") for text in texts)


def test_what_a_reviewer_opens_in_jupyter_is_text_too(built: Book) -> None:
    held = json.loads((built.site / f"notebooks/{PAGE}.ipynb").read_text("utf-8"))
    prose = "".join("".join(cell["source"]) for cell in held["cells"] if cell["cell_type"] == "markdown")
    assert "alert\\(1\\)" in prose or "alert(1)" in prose
    assert "<script" not in re.sub(r"\\<", "", prose)
    assert not re.search(r"(?<!\\)\]\(javascript:", prose)


@pytest.mark.browser
def test_the_printed_report_holds_the_text_and_nothing_that_acts(built: Book) -> None:
    if chromium.executable() is None:
        chromium.missing("the hostile book was not printed")
    reader = pypdf.PdfReader(built.site / "report.pdf")
    words = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert "<script>document.documentElement.dataset.ran" in words
    assert "[U+202E]" in words
    acts = [note.get_object().get("/A", {}) for page in reader.pages for note in page.get("/Annots", [])]
    assert not [act for act in acts if "/URI" in act and str(act["/URI"]).startswith(("javascript:", "http://evil"))]
    assert not [act for act in acts if act.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm")]
    assert "/OpenAction" not in reader.trailer["/Root"]
    assert "/Names" not in reader.trailer["/Root"] or "/JavaScript" not in reader.trailer["/Root"]["/Names"]


def test_the_index_of_the_search_is_data_alone(built: Book) -> None:
    text = (built.site / "searchindex.js").read_text("utf-8")
    held = re.fullmatch(r"Search\.setIndex\((.*)\)\s*;?\s*", text, re.DOTALL)
    assert held is not None
    assert "outcomes/small" in json.loads(held[1])["docnames"]


def test_the_gate_finds_nothing_in_it_but_words_that_the_printer_broke(built: Book) -> None:
    done = built.run("scan", str(built.site))
    found = [line for line in done.stderr.splitlines() if ": found " in line]
    assert bool(found) == bool(done.returncode)
    odd = [
        line for line in found if "report.pdf, page " not in line or "words that no page of the site says" not in line
    ]
    assert odd == [], done.stderr


@pytest.mark.browser
def test_in_a_browser_nothing_runs_and_nothing_is_asked_for(built: Book) -> None:
    if chromium.executable() is None:
        chromium.missing("the hostile book was not opened")
    seen: list[str] = []
    # A page of a lasting address asks the folder of editions, in which its site stands, for their list.
    for name in ("editions.js", "index.html"):
        (built.site.parent / name).write_text("", encoding="utf-8")
    with chromium.served(built.site.parent) as address, chromium.browser() as chrome, chrome.new_context() as reader:
        page = reader.new_page()
        page.on("dialog", lambda dialog: (seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda said: seen.append(said.text) if said.type in ("error", "warning") else None)
        page.on("response", lambda got: seen.append(f"{got.status} {got.url}") if got.status >= 400 else None)
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else seen.append(asked.url))
        for name in ("index.html", f"{PAGE}.html", "search.html?q=script", "f/hostile-places/index.html"):
            page.goto(f"{address}{built.site.name}/{name}", wait_until="load")
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            for place in page.locator(".btc-draw").all():
                place.scroll_into_view_if_needed()
            page.wait_for_function("() => [...document.querySelectorAll('.btc-draw')].every(one => one.dataset.drawn)")
            for link in page.locator("main a[href^='#']").all()[:5]:
                link.dispatch_event("click")
            assert page.evaluate("document.documentElement.dataset.ran") is None, name
            assert page.evaluate(
                "[...document.querySelectorAll('.btc-draw')].every(one => one.dataset.drawn === 'yes')"
            )
    assert seen == []
