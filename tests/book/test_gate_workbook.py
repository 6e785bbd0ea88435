"""The gate's reader of the workbook of all tables: the honest one passes, every other is refused, and says nothing."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from btc_eval import disclosure, publish
from btc_eval.disclosure import gate_workbook
from btc_eval.edition import workbook
from btc_eval.edition.collect import Exhibit
from tests.book import released
from tests.book.released import CHAPTER, put

NAME = "report.xlsx"
HIDDEN = "Zebedee Quillfeather"
WORDS = {"edition_label": "2026.11", "built_on": "1 November 2026", "data_window": "2020 to 2023"}


def blanks() -> None:
    """Show a table whose blanks have reasons, whose headings hold numbers, and text that a spreadsheet would run."""
    frame = pd.DataFrame({"group": ["=1+1", "aged 1 to 4", "B"], "in_2023": [40.5, 12, None]})
    unseen = {"in_2023": "not available before 2021"}
    safe = disclosure.control(
        frame, "official", keys=["group"], papers=released.PUBLISHED, name="groups", blanks=unseen
    )
    publish.table(safe, id="groups", caption="Groups", columns={"group": "Group", "in_2023": "In 2023"})


def shown() -> None:
    released.show()
    blanks()


def made(exhibits: list[Exhibit]) -> bytes:
    return workbook.workbook(exhibits, title="Wards", words=WORDS, chapters={CHAPTER: "Wards"}, moment=None)


@pytest.fixture(scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    site = released.write(tmp_path_factory.mktemp("whole") / "site", shown)
    return site, made(released.exhibits(shown))


@pytest.fixture
def honest(_whole: tuple[Path, bytes]) -> bytes:
    return _whole[1]


@pytest.fixture
def site(_whole: tuple[Path, bytes], tmp_path: Path) -> Path:
    """Return a copy of a site that the gate accepts."""
    return Path(shutil.copytree(_whole[0], tmp_path / "site"))


def refused(site: Path, content: bytes, what: str) -> None:
    """Expect that this workbook is refused for this reason, and nothing else is; nothing planted is repeated."""
    released.refused(site, NAME, content, what, planted=(HIDDEN, "Zebedee"))


def test_the_workbook_that_a_build_writes_passes(site: Path, honest: bytes) -> None:
    put(site, NAME, honest)
    found = disclosure.scan(site, canaries=[HIDDEN])
    assert found.refusals == (), found.words()
    assert len(gate_workbook.read(honest).pages) == 3 + found.tables == 6


# --- through the program that people use ---------------------------------------------------------------------------

Book = openpyxl.Workbook


def changed(content: bytes, change: Callable[[Book], object]) -> bytes:
    """Open a workbook, change it, and save it."""
    book, out = openpyxl.load_workbook(io.BytesIO(content)), io.BytesIO()
    change(book)
    book.save(out)
    return out.getvalue()


def test_saving_it_again_changes_nothing_that_the_gate_minds(site: Path, honest: bytes) -> None:
    """So that the attacks below are refused for what they plant, and not for having been saved."""
    put(site, NAME, changed(honest, id))
    assert disclosure.scan(site).refusals == ()


def extra_sheet(book: Book) -> None:
    book.create_sheet("wards")["A1"] = "Ward B"


def hidden_sheet(book: Book) -> None:
    book["demo-ward-table"].sheet_state = "hidden"


def very_hidden_sheet(book: Book) -> None:
    book.create_sheet("raw").sheet_state = "veryHidden"


def more_rows(book: Book) -> None:
    page = book["demo-ward-table"]
    (table,) = page.tables.values()
    first, last = table.ref.split(":")
    row = int(last.lstrip("AB")) + 1
    page.cell(row, 1, "Ward G")
    page.cell(row, 2, 41)
    table.ref = table.autoFilter.ref = f"{first}:B{row}"


def beneath(book: Book) -> None:
    page = book["demo-ward-table"]
    page.cell(page.max_row + 2, 1, "Ward B")


def beside(book: Book) -> None:
    book["demo-ward-table"]["D9"] = 1


def hidden_row(book: Book) -> None:
    book["demo-ward-table"].row_dimensions[9].hidden = True


def flat_row(book: Book) -> None:
    book["demo-ward-table"].row_dimensions[9].height = 0.1


def hidden_column(book: Book) -> None:
    book["referrals"].column_dimensions["B"].hidden = True


def narrow_column(book: Book) -> None:
    book["referrals"].column_dimensions["B"].width = 0.1


def comment(book: Book) -> None:
    book["demo-ward-table"]["B9"].comment = Comment(f"one child, {HIDDEN}", "analyst")


def defined_name(book: Book) -> None:
    book.defined_names["child"] = DefinedName("child", attr_text=f'"{HIDDEN}"')


def name_of_a_sheet(book: Book) -> None:
    book["referrals"].defined_names["child"] = DefinedName("child", attr_text="referrals!$A$9")


def author(book: Book) -> None:
    book.properties.creator = HIDDEN


def saved_by(book: Book) -> None:
    book.properties.lastModifiedBy = "analyst"


def path_in_the_papers(book: Book) -> None:
    book.properties.description = "/home" + "/analyst/return.xml"


def own_property(book: Book) -> None:
    book.custom_doc_props.append(StringProperty(name="child", value=HIDDEN))


def formula(book: Book) -> None:
    book["demo-ward-table"]["B8"] = "=60+1"


def small_count(book: Book) -> None:
    page = book["demo-ward-table"]
    (cell,) = [cell for row in page.iter_rows() for cell in row if cell.value == "[c]"]
    cell.value = 1


def other_value(book: Book) -> None:
    page = book["referrals"]
    (cell,) = [cell for row in page.iter_rows() for cell in row if cell.value == 4152]
    cell.value = 4153


def said_above(book: Book) -> None:
    book["demo-ward-table"]["A3"] = "Data: only 2 children"


def spelt_above(book: Book) -> None:
    book["referrals"]["A3"] = "Data: of these three"


def on_the_cover(book: Book) -> None:
    book["Cover"]["A4"] = "Only 2 children in Ward B"


def number_on_the_cover(book: Book) -> None:
    book["Cover"]["B2"] = 61


def in_the_contents(book: Book) -> None:
    book["Contents"]["E5"] = 5


def title_in_the_contents(book: Book) -> None:
    book["Contents"]["B5"] = "Ward B"


def unmarked(book: Book) -> None:
    page = book["demo-ward-table"]
    page["A1"] = "Children by ward"
    book["Contents"]["B4"] = book["Contents"]["B5"] = "Children by ward"


def renamed(book: Book) -> None:
    book["demo-ward-table"].title = "ward-table"


def link(book: Book) -> None:
    book["referrals"]["A1"].hyperlink = "https://example.org/raw.csv"


def link_inside(book: Book) -> None:
    book["referrals"]["A1"].hyperlink = f"#'{HIDDEN}'!A1"


def tip(book: Book) -> None:
    cell = book["Contents"]["A4"]
    cell.hyperlink.tooltip = HIDDEN


def list_of_values(book: Book) -> None:
    rule = DataValidation(type="list", formula1=f'"{HIDDEN}"')
    rule.add("A9")
    book["referrals"].add_data_validation(rule)


def merged(book: Book) -> None:
    book["referrals"].merge_cells("A1:B1")


def foot(book: Book) -> None:
    book["referrals"].oddFooter.center.text = HIDDEN


def way_of_writing(book: Book) -> None:
    book["referrals"]["B9"].number_format = '0" of them Ward B"'


def named_look(book: Book) -> None:
    from openpyxl.styles import NamedStyle

    book.add_named_style(NamedStyle(HIDDEN))
    book["referrals"]["B9"].style = HIDDEN


def truth(book: Book) -> None:
    book["demo-ward-table"]["B9"] = True


def locked_words(book: Book) -> None:
    book.security.workbookPassword = "ABCD"


ATTACKS: dict[Callable[[Book], None], str] = {
    extra_sheet: "not in the register",
    hidden_sheet: "hidden sheet",
    very_hidden_sheet: "hidden sheet",
    more_rows: "rows of 2 cells",
    beneath: "beside its table",
    beside: "beside its table",
    hidden_row: "hidden rows",
    flat_row: "hidden rows",
    hidden_column: "hidden rows or columns",
    narrow_column: "hidden rows or columns",
    comment: "a comment or a drawing",
    defined_name: "a name given to cells",
    name_of_a_sheet: "a name given to cells",
    author: "names who made it",
    saved_by: "the name of who saved it",
    path_in_the_papers: "an entry that the build does not write",
    own_property: "more than sheets",
    formula: "a formula",
    small_count: "1 cells that say something else",
    other_value: "1 cells that say something else",
    said_above: "below the smallest|no page of the site says",
    spelt_above: "no page of the site says",
    on_the_cover: "below the smallest",
    number_on_the_cover: "numbers that no released table holds",
    in_the_contents: "another number of rows",
    title_in_the_contents: "other sheets than the workbook has",
    unmarked: "made-up data without its mark",
    renamed: "not in the register",
    link: "entry that the build does not write|links",
    link_inside: "entry that the build does not write|links",
    tip: "an entry that the build does not write",
    list_of_values: "a list of values",
    merged: "merged cells",
    foot: "words at the edge",
    way_of_writing: "a way of writing numbers",
    named_look: "words in its look",
    truth: "a kind that the build does not write",
    locked_words: "an entry that the build does not write",
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_workbook_that_holds_more_is_refused(site: Path, honest: bytes, attack: Callable[[Book], None]) -> None:
    refused(site, changed(honest, attack), ATTACKS[attack])


# --- through the bytes of its parts ----------------------------------------------------------------------------------


def repacked(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """Change the parts of an archive and pack them again."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return out.getvalue()


SHEET = "xl/worksheets/sheet4.xml"


def edited(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return change


def _put(name: str, body: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: body})


END = b"</worksheet>"
PARTS: dict[str, tuple[Callable[[dict[str, bytes]], Any], str]] = {
    "another file": (_put("xl/return.bin", b"x"), "more than sheets"),
    "an embedded object": (_put("xl/embeddings/oleObject1.bin", b"x"), "more than sheets"),
    "a picture": (edited(SHEET, END, b"<drawing/>" + END), "a picture or a chart"),
    "a picture's bytes": (_put("xl/media/image1.png", b"x"), "more than sheets"),
    "a program": (_put("xl/vbaProject.bin", b"x"), "more than sheets"),
    "entries of another program": (_put("customXml/item1.xml", b"<a/>"), "more than sheets"),
    "a sheet that is not listed": (_put("xl/worksheets/sheet99.xml", b"<worksheet/>"), "no reader is shown"),
    "a part that is no text": (edited("xl/workbook.xml", b"<", b"\xff<"), "no text"),
    "a damaged part": (edited(SHEET, END, b""), "damaged part"),
    "a comment in a part": (edited(SHEET, END, f"<!-- {HIDDEN} -->".encode() + END), "comments or rules"),
    "an entity": (edited(SHEET, b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"), "comments or rules"),
    "an instruction": (edited(SHEET, END, b"<?note Ward B?>" + END), "comments or rules"),
    "an extension": (edited(SHEET, END, b"<extLst><ext/></extLst>" + END), "an extension"),
    "another namespace": (edited(SHEET, END, b'<x:a xmlns:x="urn:x"/>' + END), "another program"),
    "words between cells": (edited(SHEET, b"<sheetData>", f"<sheetData>{HIDDEN}".encode()), "words between its cells"),
    "an attribute": (edited(SHEET, b"<sheetData", f'<sheetData note="{HIDDEN}"'.encode()), "entry that the build"),
    "another look": (edited("xl/theme/theme1.xml", b"Office", HIDDEN.encode()), "a look"),
    "no list of sheets": (lambda parts: parts.pop("xl/workbook.xml"), "empty spreadsheet"),
    "no papers": (lambda parts: parts.pop("docProps/core.xml"), "does not say that the build did"),
    "a company": (
        edited("docProps/app.xml", b"</Properties>", b"<Company>Wirral</Company></Properties>"),
        "entry that the build",
    ),
    "a cell said twice": (edited(SHEET, b'r="A2"', b'r="A1"'), "says two things"),
    "a cell that is nowhere": (edited(SHEET, b'r="A2"', b'r="nowhere"'), "cannot be read"),
    "a filter": (
        edited("xl/tables/table3.xml", b"</table>", b"<filterColumn/></table>"),
        "entry that the build",
    ),
    "other headings behind": (edited("xl/tables/table3.xml", b'name="Ward"', b'name="Ward B"'), "headings behind"),
}


@pytest.mark.parametrize("attack", PARTS)
def test_a_part_that_no_build_writes_is_refused(site: Path, honest: bytes, attack: str) -> None:
    change, what = PARTS[attack]
    refused(site, repacked(honest, change), what)


def test_words_kept_for_cells_that_no_cell_shows(site: Path, honest: bytes) -> None:
    """A program that keeps words apart from cells keeps those of a deleted cell."""
    plain = changed(honest, id)
    with zipfile.ZipFile(io.BytesIO(plain)) as held:
        apart = "xl/sharedStrings.xml" in held.namelist()
    words = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Ward B: one</t></si></sst>'
    if apart:
        attack = repacked(plain, edited("xl/sharedStrings.xml", b"</sst>", words.partition(b'main">')[2]))
    else:
        attack = repacked(plain, _put("xl/sharedStrings.xml", words))
    refused(site, attack, "words that no reader is shown")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "locked or damaged"),
        (b"PK\x03\x04 damaged", "locked or damaged"),
        (b"%PDF-1.7 not a workbook", "locked or damaged"),
    ],
)
def test_a_workbook_that_is_none_is_refused(site: Path, content: bytes, what: str) -> None:
    refused(site, content, what)


def test_half_a_workbook_is_refused(site: Path, honest: bytes) -> None:
    refused(site, honest[: len(honest) // 2], "locked or damaged")


def test_something_before_between_or_behind_its_parts_is_refused(site: Path, honest: bytes) -> None:
    refused(site, HIDDEN.encode() + honest, "between its files")
    commented = io.BytesIO(honest)
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = HIDDEN.encode()
    refused(site, commented.getvalue(), "behind its end")
    twice = io.BytesIO(honest)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    refused(site, twice.getvalue(), "two files of one name")


def test_a_workbook_of_another_table_is_refused(site: Path) -> None:
    exhibits = [*released.exhibits(shown), Exhibit(CHAPTER, "raw", released.raw_csv(), {"provenance": "demonstration"})]
    refused(site, made(exhibits), "a sheet that is not in the register")
    raw = [
        Exhibit(one.chapter, one.id, released.raw_csv() if one.id == "ward-table" else one.csv, one.about)
        for one in released.exhibits(shown)
    ]
    refused(site, made(raw), "rows of 3 cells")
