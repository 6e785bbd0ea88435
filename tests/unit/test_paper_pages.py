"""A page of the site as paper shows it: nothing a screen alone can use, no id twice, every drawing in words."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import pypdf
import pytest

from btc_eval.edition import paper, paper_check, paper_html, paper_pages
from btc_eval.errors import RefusedError

DRAWING = (
    '<svg aria-hidden="true" xmlns="http://www.w3.org/2000/svg" width="100" height="50" viewBox="0 0 100 50">'
    '<g stroke="var(--btc-navy, #12436D)"><line x2="5"/><text>2024 &amp; on</text></g></svg>'
)
FIGURE = (
    '<figure class="btc-figure" id="fall"><figcaption class="btc-caption"><span>Fell</span></figcaption>'
    '<div class="btc-panels btc-panels-1"><div class="btc-panel"><div class="btc-draw" id="fall-1" role="img" '
    f'aria-label="Fell" aria-describedby="fall-text"><div class="btc-still btc-wide">{DRAWING}</div>'
    f'<div class="btc-still btc-narrow">{DRAWING}</div></div><script type="application/json">{{"a":"</div>"}}</script>'
    '</div></div><p class="btc-message" id="fall-text">From 9 to 4 &amp; less.</p>'
    '<details class="btc-data"><summary>The numbers</summary><table class="btc-table"><caption>Fell</caption>{rows}'
    '</table></details><p><a class="btc-csv" href="../csv/outcomes/one/fall.csv" download>CSV</a></p></figure>'
)


def page(body: str) -> str:
    return (
        f'<html><body><nav><a href="x">menu</a></nav><main><article class="btc-article">{body}</article></main></body>'
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "outcomes").mkdir()
    (tmp_path / "index.html").write_text(page("<h1>All: of it</h1><h2>First</h2>"), encoding="utf-8")
    (tmp_path / "outcomes" / "two.html").write_text(page("<h1>Two</h1>"), encoding="utf-8")
    return tmp_path


def shown(site: Path, body: str) -> paper_pages.Written:
    (site / "outcomes" / "one.html").write_text(page(body), encoding="utf-8")
    return paper_pages.rewritten(site, "outcomes/one", ["index", "outcomes/one", "outcomes/two"])


def rows(count: int) -> str:
    head = '<tr><th scope="col">Year</th><th scope="col">n</th></tr>'
    return head + '<tr><th scope="row">2020</th><td>1</td></tr>' * count


def test_links_stay_inside_lead_outside_or_become_words(site: Path) -> None:
    links = {
        "#here": 'href="#p-outcomes-one--here"',
        "two.html": 'href="#p-outcomes-two"',
        "two.html#a": 'href="#p-outcomes-two--a"',
        "../index.html": 'href="#p-index"',
        "https://example.org/a?b=1&amp;c=2": 'href="https://example.org/a?b=1&amp;c=2"',
    }
    for target, wanted in links.items():
        assert wanted in shown(site, f'<p id="here"><a href="{target}">go</a></p>').text
    for target in ("../findings.json", "../notebooks/outcomes/one.ipynb", "javascript:alert(1)", "elsewhere.html"):
        text = shown(site, f'<p><a href="{target}" download>go</a></p>').text
        assert "<span>go</span>" in text
        assert "href" not in text


def test_headings_go_one_level_down_without_their_own_links(site: Path) -> None:
    found = shown(site, '<h1>A &amp; B<a class="headerlink" href="#a">#</a></h1><h2 id="c">See <em>C</em></h2>')
    assert found.headings == [("A & B", 2), ("See C", 3)]
    assert '<h3 id="p-outcomes-one--c">See <em>C</em></h3>' in found.text


def test_a_figure_is_one_picture_with_its_message_and_a_table_that_is_open(site: Path) -> None:
    found = shown(site, FIGURE.replace("{rows}", rows(3)))
    assert (found.figures, found.tables) == (1, 1)
    assert found.text.count("<img") == 1
    assert 'alt="Chart. Fell. From 9 to 4 &amp; less."' in found.text
    source = re.search(r"base64,([^\"]+)", found.text)
    assert source is not None
    drawing = base64.b64decode(source[1]).decode()
    assert 'stroke="#12436D"' in drawing
    assert "2024 &amp; on" in drawing
    for gone in ("<script", "<details", "<summary", "The numbers", "<figure", "btc-csv", "var(", "<svg"):
        assert gone not in found.text
    assert found.text.count("<div") == found.text.count("</div>")


def test_a_long_folded_table_says_where_its_rows_are(site: Path) -> None:
    edge = shown(site, FIGURE.replace("{rows}", rows(paper_pages.LONGEST)))
    assert edge.tables == 1
    found = shown(site, FIGURE.replace("{rows}", rows(paper_pages.LONGEST + 1)))
    assert found.tables == 0
    assert "The 41 rows of this table" in found.text
    assert "csv/outcomes/one/fall.csv" in found.text
    assert "<table" not in found.text
    assert "<th" not in found.text


def test_code_and_empty_cells_are_left_out(site: Path) -> None:
    code = '<div class="cell"><details class="btc-code"><summary>Show</summary><pre>1 < 2</pre></details></div>'
    assert shown(site, f"<p>a</p>{code}<p>b</p>").text == "<p>a</p><p>b</p>"


def test_the_document_has_cover_contents_and_parts_in_order(site: Path) -> None:
    shown(site, "<h1>One</h1>")
    toc = {
        "root": "index",
        "parts": [{"caption": "Out", "chapters": [{"file": "outcomes/one"}, {"file": "outcomes/two"}]}],
    }
    made = paper_html.document(
        site, paper_html.parts_of(toc), root="index", words={"edition_label": 'a "quoted" </style>'}, style="{running}"
    )
    words = [("All: of it", 1), ("Contents", 2), ("First", 3), ("Out", 1), ("One", 2), ("Two", 2)]
    assert made.headings[0] == words[0]
    assert [name for name, _ in made.headings] == [name for name, _ in words]
    assert made.chapters == {"part-1": 3, "p-outcomes-one": 4, "p-outcomes-two": 5}
    assert made.text.count("</style>") == 1
    identities = re.findall(r' id="([^"]+)"', made.text)
    assert len(identities) == len(set(identities))


def test_a_pdf_without_tags_is_refused_with_every_fault() -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    out = io.BytesIO()
    writer.write(out)
    found = paper_check.check(out.getvalue())
    assert not found.good
    said = " ".join(found.faults)
    for fault in ("no tags", "the language", "no title", "the file's name", "no description"):
        assert fault in said


def test_no_browser_is_refused_in_four_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(paper, "PLACES", ())
    with pytest.raises(RefusedError, match=r"--pdf: found no browser .*; allowed: .* Install one") as caught:
        paper.require_browser()
    assert len(caught.value.refusals) == 1


def test_a_browser_that_does_not_print_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho no screen here\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(RefusedError, match=r"nothing printed.*no screen here"):
        paper.printed(str(program), "<p>a</p>")
    with pytest.raises(RefusedError, match="nothing printed"):
        paper.printed(str(tmp_path / "absent"), "<p>a</p>")
