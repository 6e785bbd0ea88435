"""The gate over built pages, proved by attack: every leak is refused, and what is said of it gives nothing away."""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from btc_eval import disclosure
from tests.book import released
from tests.book.released import CHAPTER, edit, put, raw_csv

PAGE, NOTEBOOK = f"{CHAPTER}.html", f"notebooks/{CHAPTER}.ipynb"
CSV = f"csv/{CHAPTER}/ward-table.csv"

#: Identifiers that belong to nobody: a pupil number of no council, the specimen NHS number, an unused postcode.
PLANTED = {
    "upn": "K" + "0" * 11 + "6",
    "nhs": "943 476 " + "5919",
    "bare nhs": "943476" + "5919",
    "postcode": "ZX06" + " 1DX",
    "path": "/home" + "/analyst/return.xml",
    "drive": "C:" + "\\Users\\analyst\\return.xml",
    "born": "born on 2011-" + "02-19",
    "child": "LAchildID: " + "DEMO0000006",
    "mail": "someone" + "@council.example.org",
    "name": "Zebedee Quillfeather",
}


def refused(site: Path, *, file: str, what: str) -> None:
    """Expect a refusal of this file for this reason, and nothing said of what was planted."""
    found = disclosure.scan(site, canaries=[PLANTED["name"]])
    said = found.words()
    assert not found.accepted
    assert any(file in one.file and re.search(what, one.found) for one in found.refusals), said
    assert not any(planted in said for planted in PLANTED.values())


def test_a_site_as_it_was_released_is_accepted_and_read_whole(site: Path) -> None:
    found = disclosure.scan(site, canaries=[PLANTED["name"]])
    assert found.refusals == ()
    assert found.files == sum(path.is_file() for path in site.rglob("*"))
    assert found.tables == 2
    assert found.as_json()["accepted"] is True


# --- what a page shows ---------------------------------------------------------------------------------------------


def spec(site: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Change the chart's specification on the page."""
    text = (site / PAGE).read_text()
    held = re.search(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', text, re.DOTALL)
    assert held
    body = json.loads(held[2])
    change(body)
    put(site, PAGE, text.replace(held[0], held[1] + json.dumps(body) + held[3]).encode())


def test_a_chart_of_the_frame_before_it_was_reduced(site: Path) -> None:
    def more(body: dict) -> None:  # type: ignore[type-arg]
        body["datasets"]["table"] += [{"series": "Seacombe", "year": 2021, "value": 2}]

    spec(site, more)
    refused(site, file=PAGE, what="rows")


def test_a_chart_with_other_values_than_the_table(site: Path) -> None:
    spec(site, lambda body: body["datasets"]["table"][0].update(value=3031))  # type: ignore[index,attr-defined]
    refused(site, file=PAGE, what="rows that the released table does not hold")


def test_a_chart_with_one_more_column(site: Path) -> None:
    spec(site, lambda body: [row.update(family=7) for row in body["datasets"]["table"]])  # type: ignore[index]
    refused(site, file=PAGE, what="columns more")


def test_a_tooltip_with_one_more_field(site: Path) -> None:
    def tip(body: dict) -> None:  # type: ignore[type-arg]
        body["layer"][0].setdefault("encoding", {})["tooltip"] = [{"field": "family", "type": "nominal"}]

    spec(site, tip)
    refused(site, file=PAGE, what="fields that the released table does not have")


def test_rows_written_where_they_are_drawn(site: Path) -> None:
    spec(site, lambda body: body["layer"].append({"data": {"values": [{"family": 5, "value": 1}]}}))  # type: ignore[attr-defined]
    refused(site, file=PAGE, what="fields that the released table does not have")


def test_a_chart_that_fetches_its_rows(site: Path) -> None:
    spec(site, lambda body: body.update(data={"url": "rows.csv"}))
    refused(site, file=PAGE, what="data that the chart fetches")


def test_a_hidden_cell_is_filled_in(site: Path) -> None:
    text = (site / PAGE).read_text()
    blank = re.search(r'<td class="btc-blank">[^<]*</td>', text)
    assert blank
    edit(site, PAGE, blank[0], "<td>1</td>")
    refused(site, file=PAGE, what="1 cells that say something else")


@pytest.mark.parametrize("said", ["1", "one child", "between 1 and 3"])
def test_the_reason_in_a_blank_says_the_number(site: Path, said: str) -> None:
    text = (site / PAGE).read_text()
    blank = re.search(r'(<td class="btc-blank">)([^<]*)(</td>)', text)
    assert blank
    edit(site, PAGE, blank[0], f"{blank[1]}{said}{blank[3]}")
    refused(site, file=PAGE, what="cells that say something else")


def test_one_more_row_in_a_table(site: Path) -> None:
    edit(site, PAGE, "</tbody>", '<tr><th scope="row">Ward G</th><td>2</td></tr></tbody>')
    refused(site, file=PAGE, what="rows of")


def test_a_small_number_in_the_words_of_an_exhibit(site: Path) -> None:
    edit(site, PAGE, '<p class="btc-source">', '<p class="btc-note">Only 2 children.</p><p class="btc-source">')
    refused(site, file=PAGE, what="below the smallest")


def test_a_small_number_in_a_drawing(site: Path) -> None:
    edit(site, PAGE, '<p class="btc-source">', '<svg><title>Ward B: 1</title></svg><p class="btc-source">')
    refused(site, file=PAGE, what="below the smallest")


def test_an_exhibit_that_was_never_released(site: Path) -> None:
    edit(site, PAGE, 'id="ward-table"', 'id="other-table"')
    refused(site, file=PAGE, what="not in the register")


def test_made_up_rows_that_call_themselves_official(site: Path) -> None:
    edit(site, PAGE, 'data-provenance="demonstration"', 'data-provenance="official"')
    refused(site, file=PAGE, what="another mark of provenance")


@pytest.mark.parametrize(
    "printed",
    [
        '<div class="output stream highlight"><pre>ward n</pre></div>',
        '<div class="output text_plain highlight"><pre>Ward B 1</pre></div>',
        '<div class="output text_html"><table class="dataframe"><tr><td>1</td></tr></table></div>',
        '<div class="output traceback"><pre>KeyError</pre></div>',
        '<div class="output text_html"><p>Ward B 1</p></div>',
        '<img src="../_static/plot.png">',
    ],
)
def test_a_hidden_cell_that_prints(site: Path, printed: str) -> None:
    edit(site, PAGE, '<div class="cell_output">', f'<div class="cell_output">{printed}</div><div class="cell_output">')
    refused(site, file=PAGE, what="did not come through publish|frame printed")


def test_a_pasted_phrase_that_no_notebook_made(site: Path) -> None:
    edit(
        site,
        PAGE,
        '<span class="pasted-text">',
        '<span class="pasted-text">2 children. </span><span class="pasted-text">',
    )
    refused(site, file=PAGE, what="no notebook of the site pastes")


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Only 2 children in Seacombe.</p>",
        "<p>In Seacombe there were <b>2</b>.</p>",
        "<p>Two young children in Seacombe.</p>",
        "<p>Just one child came back.</p>",
        "<ul><li>Ward B: 1</li></ul>",
        "<math><mn>1</mn></math>",
        "<p aria-label='Ward B: 1'>x</p>",
        "<p title='Three families'>x</p>",
        "<meta name='description' content='Ward B 1'>",
        "<input type='hidden' value='Ward B 1'>",
        "<template><p>Ward B 1</p></template>",
        "<noscript>Ward B: 1</noscript>",
        "<!-- Ward B: 1 -->",
        "<pre># three children came back</pre>",
        "<p>There were two\nchildren in Seacombe.</p>",
        "<svg><desc>Ward B: 1</desc></svg>",
    ],
)
def test_a_small_number_outside_every_exhibit(site: Path, planted: str) -> None:
    edit(site, PAGE, "<h1>", f"{planted}<h1>")
    refused(site, file=PAGE, what="outside every exhibit")


def test_a_table_of_numbers_that_is_no_exhibit(site: Path) -> None:
    edit(site, PAGE, "<h1>", "<table><tr><td>Ward B</td><td>1,204</td></tr></table><h1>")
    refused(site, file=PAGE, what="numbers in a table that is no exhibit")


@pytest.mark.parametrize(
    "source", ["Only two\xa0children came back.", ["There were two\n", "children."], "## 3 families"]
)
def test_a_small_number_typed_in_a_notebook(site: Path, source: str | list[str]) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": source}
    notebook(site, lambda held: held["cells"].append(cell))
    refused(site, file=NOTEBOOK, what="typed in its words")


def test_words_of_a_notebook_that_count_nobody_pass(site: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": "The first of two.\n\nChildren of one family differ."}
    notebook(site, lambda held: held["cells"].append(cell))
    assert disclosure.scan(site).accepted


@pytest.mark.parametrize(
    "planted",
    [
        "<p>On 4 May 2021, for those aged 5 to 10, under section 47.</p>",
        "<p>Help for one child does not change what happens to another; four in five children had it.</p>",
        "<p>One child in two hundred, two thirds of children, and two thousand families.</p>",
        "<table><tr><td>column</td><td>what stands in it</td></tr></table>",
        "<div class='citation'><span class='label'>[1]</span><p>Journal of Statistics, 5:141–150, 1978.</p></div>",
        "<details class='btc-code'><summary>Show code 1</summary><pre>draws=2, rng=1</pre></details>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
    ],
)
def test_words_with_digits_that_count_nobody_pass(site: Path, planted: str) -> None:
    edit(site, PAGE, "<h1>", f"{planted}<h1>")
    found = disclosure.scan(site)
    assert found.accepted, found.words()


def wide(words: str) -> str:
    """Return words in the wide letters of another script's typewriter."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in words)


SHAPES = {
    "a pupil number in wide letters": wide(PLANTED["upn"]),
    "a pupil number in groups": "K000-0000-00006",
    "a pupil number in spaced groups": "K000 0000 00006",
    "a postcode in wide letters": wide(PLANTED["postcode"]),
    "a postcode in small letters": "ch99" + " 9zz",
    "a postcode with two spaces": PLANTED["postcode"].replace(" ", "  "),
    "a postcode over two lines": PLANTED["postcode"].replace(" ", "\n"),
    "a postcode with a hyphen": "ch99" + "-9zz",
    "an NHS number in dots": PLANTED["nhs"].replace(" ", "."),
    "an NHS number in dashes": PLANTED["nhs"].replace(" ", "–"),
    "an NHS number with wide gaps": PLANTED["nhs"].replace(" ", "  "),
    "a birthday, year first": "born 2011" + "/02/19",
    "a birthday, month first": "born February 19," + " 2011",
    "a birthday in one piece": "DOB: 2011" + "0219",
    "a birthday with hyphens": "DOB 19-02" + "-2011",
    "a birthday far behind its name": "date of birth of the eldest child in this household is 19/02" + "/2011",
    "a name, the last word first": "Quillfeather, Zebedee",
    "a name with an accent": "Zebedée Quillfeather",
    "a name in one word": "zebedee_quillfeather",
    "a name over tags": "Zebedee <b>Quill</b>feather",
    "a folder at home": "~" + "/returns/cin.xml",
}


@pytest.mark.parametrize("what", SHAPES)
def test_an_identifier_is_found_however_it_is_written(site: Path, what: str) -> None:
    edit(site, PAGE, "<h1>", f"<p>{SHAPES[what]}</p><h1>")
    found = disclosure.scan(site, canaries=[PLANTED["name"]])
    kinds = "pupil|NHS|postcode|path|birth|from the register"
    assert any(one.file == PAGE and re.search(kinds, one.found) for one in found.refusals), what
    assert SHAPES[what] not in found.words()


def test_an_identifier_in_the_escapes_of_a_style(site: Path) -> None:
    escaped = "\\4b " + "0" * 11 + "6"
    edit(site, PAGE, "<h1>", f"<style>p::after {{ content: '{escaped}' }}</style><h1>")
    refused(site, file=PAGE, what="pupil number")


@pytest.mark.parametrize(
    "honest",
    [
        "Q1 2nd quarter",
        "M10 20 L30 40",
        "A 5 5 0 1 1 20 30",
        "see p1 2nd line",
        "2011/02/19",
        "123 456 " + "7890",
        "v1.2-3ab",
    ],
)
def test_what_only_looks_like_an_identifier_passes(site: Path, honest: str) -> None:
    edit(site, PAGE, "<h1>", f'<h1 data-note="{honest}">')
    found = disclosure.scan(site, canaries=[PLANTED["name"]])
    assert found.accepted, found.words()


def test_only_the_address_that_the_edition_says_its_readers_write_to_may_be_written_to(site: Path) -> None:
    put(site, "edition.json", json.dumps({"label": "draft", "feedback": "reports@example.org"}).encode())
    edit(site, PAGE, "<h1>", '<a href="mailto:reports@example.org">reports@example.org</a><h1>')
    assert disclosure.scan(site).accepted
    edit(site, PAGE, "<h1>", '<a href="mailto:child@example.org">Write</a><h1>')
    refused(site, file=PAGE, what="an address outside the site")
    edit(site, PAGE, "<h1>", "<p>reports@example.org child@example.org</p><h1>")
    refused(site, file=PAGE, what="an e-mail address")


@pytest.mark.parametrize("what", [what for what in PLANTED if what not in ("mail", "name")])
def test_what_is_no_address_is_not_freed_by_calling_it_one(site: Path, what: str) -> None:
    edit(site, PAGE, "<h1>", f"<p>{PLANTED[what]}</p><h1>")
    before = {(one.file, one.found) for one in disclosure.scan(site).refusals if one.file == PAGE}
    assert before
    put(site, "edition.json", json.dumps({"label": "draft", "feedback": PLANTED[what]}).encode())
    assert before <= {(one.file, one.found) for one in disclosure.scan(site).refusals}


# --- links and loads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "planted",
    [
        '<a href="../data/raw/return.xml" download>the return</a>',
        '<a href="../../data/raw/return.csv">the return</a>',
        '<a href="file:///srv/return.csv">the return</a>',
        '<a href="/srv/return.csv">the return</a>',
        '<a href="..%2F..%2Freturn.csv">the return</a>',
        '<img src="https://example.org/pixel.png">',
        '<script src="//example.org/script.js"></script>',
        '<link rel="stylesheet" href="https://example.org/style.css">',
        '<iframe src="wards.html"></iframe>',
        '<script>fetch("x")</script>',
        '<p style="background: url(https://example.org/x.png)">x</p>',
        '<p onclick="go()">x</p>',
        '<form action="https://example.org/"></form>',
    ],
)
def test_a_link_or_a_load_that_leaves_the_site(site: Path, planted: str) -> None:
    edit(site, PAGE, "<h1>", f"{planted}<h1>")
    found = [one for one in disclosure.scan(site).refusals if one.file == PAGE]
    assert found


# --- identifiers, wherever they are put ------------------------------------------------------------------------------


def png(words: str, kind: bytes = b"tEXt") -> bytes:
    """Return a PNG of one pixel with words in its metadata."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    packed = zlib.compress(words.encode()) if kind == b"zTXt" else words.encode()
    text = chunk(kind, b"Comment\0" + (b"\0" if kind == b"zTXt" else b"") + packed)
    return b"\x89PNG\r\n\x1a\n" + head + text + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def zipped(**files: bytes) -> bytes:
    """Return an archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(words: str) -> bytes:
    """Return a workbook with words in a cell."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = words
    book.save(buffer)
    return buffer.getvalue()


def entities(words: str) -> str:
    """Return words written as character references."""
    return "".join(f"&#{ord(letter)};" for letter in words)


PLACES: dict[str, tuple[str, Callable[[Path, str], None]]] = {
    "text": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f"<p>{it}</p><h1>")),
    "entities": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f"<p>{entities(it)}</p><h1>")),
    "split by tags": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f"<p>{it[:4]}<b>{it[4:]}</b></p><h1>")),
    "attribute": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f'<h1 data-note="{it}">')),
    "comment": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f"<!-- {it} --><h1>")),
    "svg": (PAGE, lambda site, it: edit(site, PAGE, "<h1>", f"<svg><desc>{it}</desc></svg><h1>")),
    "spec": (PAGE, lambda site, it: spec(site, lambda body: body.update(description=it))),
    "notebook source": (NOTEBOOK, lambda site, it: edit(site, NOTEBOOK, "show()", json.dumps(f"# {it}")[1:-1])),
    "notebook metadata": (
        NOTEBOOK,
        lambda site, it: edit(site, NOTEBOOK, '"kernelspec": {', f'"kernelspec": {{"note": {json.dumps(it)}, '),
    ),
    "csv": (CSV, lambda site, it: edit(site, CSV, "Ward F", it)),
    "search index": (
        "searchindex.js",
        lambda site, it: edit(site, "searchindex.js", '"Wards"', json.dumps(it)),
    ),
    "edition": ("edition.json", lambda site, it: edit(site, "edition.json", '"draft"', json.dumps(it))),
    "file name": ("notes", lambda site, it: put(site, f"notes/{it.replace('/', '_')} .txt", b"x")),
    "workbook": ("book.xlsx", lambda site, it: put(site, "book.xlsx", workbook(it))),
    "image": ("_static/plot.png", lambda site, it: put(site, "_static/plot.png", png(it))),
    "packed words of an image": ("_static/plot.png", lambda site, it: put(site, "_static/plot.png", png(it, b"zTXt"))),
    "archive": ("more.zip", lambda site, it: put(site, "more.zip", zipped(**{"a.txt": it.encode()}))),
    "archive in an archive": (
        "more.zip",
        lambda site, it: put(site, "more.zip", zipped(**{"b.zip": zipped(**{"a.txt": it.encode()})})),
    ),
    "reproduction bundle": (
        "reproduction.zip",
        lambda site, it: put(site, "reproduction.zip", zipped(**{"top/book/a.md": it.encode()})),
    ),
}
#: In a name of a file a path cannot stand; in an archive's text everything can.
_NOT_IN_NAMES = {"path", "drive"}


@pytest.mark.parametrize("place", PLACES)
def test_an_identifier_is_found_wherever_it_is_put(site: Path, tmp_path: Path, place: str) -> None:
    file, plant = PLACES[place]
    for what, planted in PLANTED.items():
        if (place == "file name" and what in _NOT_IN_NAMES) or (place == "split by tags" and what == "drive"):
            continue
        # A limit of the gate: the index runs neighbouring numbers together, so ten digits alone say nothing there.
        if place == "search index" and what == "bare nhs":
            continue
        copy = tmp_path / what.replace(" ", "-")
        for path in site.rglob("*"):
            if path.is_file():
                put(copy, path.relative_to(site).as_posix(), path.read_bytes())
        plant(copy, planted)
        found = disclosure.scan(copy, canaries=[PLANTED["name"]])
        kinds = "pupil|NHS|postcode|path|birth|child's identifier|e-mail|from the register"
        here = [one for one in found.refusals if file in one.file and re.search(kinds, one.found)]
        assert here, (what, found.words())
        if place != "file name":
            assert planted not in found.words()


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_of_the_table_with_one_more_row(site: Path) -> None:
    put(site, CSV, (site / CSV).read_bytes() + b"Ward G,45\r\n")
    refused(site, file=CSV, what="other rows|rows")


def test_a_file_of_the_raw_table(site: Path) -> None:
    put(site, CSV, raw_csv().encode())
    refused(site, file=CSV, what="other rows than the released table")


def test_a_forged_register_does_not_let_a_small_count_through(site: Path) -> None:
    import hashlib

    forged = (site / CSV).read_bytes().replace(b"Ward B,\r\n", b"Ward B,1\r\n")
    assert b"Ward B,1" in forged
    put(site, CSV, forged)
    tables = json.loads((site / "tables.json").read_text())
    tables[0]["csv_sha256"] = hashlib.sha256(forged).hexdigest()
    released.put_json(site, "tables.json", tables)
    refused(site, file=CSV, what="below the smallest that may be shown")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("csv/outcomes/wards/extra.csv", b"ward,n\r\nWard A,61\r\n"),
        ("table.parquet", b"PAR1"),
        ("notes.txt", b"nothing"),
        ("outcomes/.wards.html.swp", b"nothing"),
        (".git/config", b"nothing"),
        ("_static/rows.js", b"window.rows = [1];"),
        ("_static/page.js", b"document.title; window.rows = [1];\n"),
        ("_static/font.woff2", b"no font"),
        ("report.pdf", b"%PDF-1.4\n"),
        ("notebooks/other.ipynb", b"not json"),
        ("outcomes/other.html", b"\xff\xfe<\0p\0"),
        ("rows.csv.gz", gzip.compress(b"ward,n\r\n", mtime=0)),
        ("reproduction.zip", b"PK\x03\x04 damaged"),
        ("reproduction.zip", zipped(**{"top/data/raw/return.csv": b"x"})),
        ("reproduction.zip", zipped(**{"top/data/official/other.csv": b"x"})),
        ("reproduction.zip", zipped(**{"top/csv/outcomes/wards/ward-table.csv": b"ward,n\r\n"})),
        ("reproduction.zip", zipped(**{"top/lib.whl": zipped(**{"btc_eval/data.parquet": b"x"})})),
    ],
)
def test_a_file_that_the_build_did_not_put_there(site: Path, name: str, content: bytes) -> None:
    put(site, name, content)
    found = disclosure.scan(site)
    assert any(one.file.startswith(name) for one in found.refusals), found.words()


@pytest.mark.parametrize("name", ["tables.json", "assets.json"])
def test_a_site_without_its_register_is_refused(site: Path, name: str) -> None:
    (site / name).unlink()
    refused(site, file=name, what="no list")


def test_a_link_in_the_file_system_is_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_text("ward,n\n")
    (site / "raw.csv").symlink_to(tmp_path / "raw.csv")
    refused(site, file="raw.csv", what="a link to another place")


# --- notebooks -------------------------------------------------------------------------------------------------------


def notebook(site: Path, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    held = json.loads((site / NOTEBOOK).read_text())
    change(held)
    released.put_json(site, NOTEBOOK, held)


RAW_OUTPUTS = (
    {"output_type": "stream", "name": "stdout", "text": "Ward B 1"},
    {"output_type": "display_data", "data": {"text/plain": "Ward B 1"}, "metadata": {}},
    {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []},
    {
        "output_type": "display_data",
        "data": {"text/html": "<p>Ward B 1</p>"},
        "metadata": {"btc_eval": {"kind": "exhibit", "id": "other"}},
    },
)


@pytest.mark.parametrize("output", RAW_OUTPUTS)
def test_an_output_that_did_not_come_through_publish(site: Path, output: dict[str, object]) -> None:
    notebook(site, lambda held: held["cells"][0]["outputs"].append(output))
    refused(site, file=NOTEBOOK, what="did not come through publish|not in the register")


def test_a_pasted_value_that_was_never_released(site: Path) -> None:
    def glue(held: dict) -> None:  # type: ignore[type-arg]
        about = {"kind": "paste", "id": "raw", "provenance": "demonstration", "quotes": []}
        data = {"application/papermill.record/text/plain": "'2 children'"}
        output = {"output_type": "display_data", "data": data, "metadata": {"btc_eval": about}}
        held["cells"][0]["outputs"].append(output)

    notebook(site, glue)
    refused(site, file=NOTEBOOK, what="1 numbers that no released cell stands behind")


def test_a_finding_that_is_not_the_notebooks(site: Path) -> None:
    edit(site, "findings.json", "4152", "4153")
    refused(site, file="findings.json", what="differs from its notebook")
