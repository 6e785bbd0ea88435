"""Is this spreadsheet only sheets, as the build writes them? Its sheets, cell by cell, and every other word it holds.

Every part, element and attribute starts from "refused": only what a build writes is known here, so that a comment, a
defined name, a formula, a hidden row, a picture or another file inside it cannot pass by being something new.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from btc_eval.disclosure.gate_packed import MOST, Unreadable, members

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
#: The namespaces in which parts are written; another one holds somebody's own entries.
_SPACES = frozenset((
    "", _MAIN, f"{_OFFICE}/relationships", f"{_OFFICE}/extended-properties", "http://purl.org/dc/elements/1.1/",
    "http://purl.org/dc/terms/", "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace",
    f"{_PACKAGE}/content-types", f"{_PACKAGE}/relationships", f"{_PACKAGE}/metadata/core-properties",
))  # fmt: skip
_SHEET = re.compile(r"xl/worksheets/sheet\d+\.xml")
_TABLE = re.compile(r"xl/tables/table\d+\.xml")
_LINKS = re.compile(r"(?:_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/worksheets/_rels/sheet\d+\.xml\.rels)")

#: For each kind of part: its elements and the attributes that each may have.
_RELATIONS = {"Relationships": "", "Relationship": "Type Target Id"}
_ABOUT = dict.fromkeys(("coreProperties", "creator", "title", "subject", "language"), "")
_KNOWN: dict[str, Mapping[str, str]] = {
    "[Content_Types].xml": {"Types": "", "Default": "Extension ContentType", "Override": "PartName ContentType"},
    "docProps/app.xml": {"Properties": "", "Application": "", "AppVersion": ""},
    "docProps/core.xml": {**_ABOUT, "created": "type", "modified": "type"},
    "xl/sharedStrings.xml": {"sst": "count uniqueCount", "si": "", "t": "space"},
    "xl/workbook.xml": {
        "workbook": "", "workbookPr": "", "workbookProtection": "", "bookViews": "", "sheets": "", "definedNames": "",
        "workbookView": "visibility minimized showHorizontalScroll showVerticalScroll showSheetTabs tabRatio firstSheet"
        " activeTab autoFilterDateGrouping",
        "sheet": "name sheetId state id", "calcPr": "calcId fullCalcOnLoad",
    },
    "sheet": {
        "worksheet": "", "sheetPr": "", "outlinePr": "summaryBelow summaryRight", "pageSetUpPr": "", "tabColor": "rgb",
        "dimension": "ref", "sheetViews": "", "sheetView": "workbookViewId tabSelected",
        "selection": "activeCell sqref", "sheetFormatPr": "baseColWidth defaultRowHeight", "cols": "",
        "col": "width customWidth min max", "sheetData": "", "row": "r spans", "c": "r s t", "v": "", "is": "",
        "t": "space", "hyperlinks": "", "hyperlink": "ref location display",
        "pageMargins": "left right top bottom header footer", "tableParts": "count", "tablePart": "id",
    },
    "table": {
        "table": "id name displayName ref headerRowCount totalsRowShown", "autoFilter": "ref", "tableColumns": "count",
        "tableColumn": "id name", "tableStyleInfo": "name showFirstColumn showLastColumn showRowStripes"
        " showColumnStripes",
    },
}  # fmt: skip
#: Elements that hold words.
_SPEAK = frozenset(
    ("creator", "title", "subject", "language", "created", "modified", "Application", "AppVersion", "t", "v")
)
#: What an unknown element is called in a refusal.
_CALLED = {
    "f": "a formula", "definedName": "a name given to cells", "legacyDrawing": "a comment or a drawing",
    "drawing": "a picture or a chart", "picture": "a picture", "oleObjects": "an embedded object",
    "controls": "an embedded object", "headerFooter": "words at the edge of its paper", "mergeCells": "merged cells",
    "dataValidations": "a list of values behind cells", "externalReferences": "a link to another file",
    "numFmt": "a way of writing numbers that the build does not use", "extLst": "an extension",
    "lastModifiedBy": "the name of who saved it", "rPh": "words behind words",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One sheet: its name, its cells by row and column (from 1), its marked table and that table's headings."""

    name: str
    cells: Mapping[tuple[int, int], str | float]
    reference: str = ""
    headings: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass
class Book:
    """A spreadsheet that holds nothing but sheets, with every word it holds, part by part."""

    pages: list[Page] = field(default_factory=list)
    words: list[tuple[str, str]] = field(default_factory=list)


def read(content: bytes) -> Book:
    """Read a spreadsheet to its end.

    Raises
    ------
    Unreadable
        Where it is damaged, or holds anything but sheets as the build writes them; the message says what.
    """
    parts = dict(members(content, [MOST]))
    trees, book = {}, Book()
    for name, body in parts.items():
        if name == "xl/theme/theme1.xml":
            _theme(body)
        elif name == "xl/styles.xml":
            _styles(tree(body))
        elif (kind := _kind(name)) is not None:
            trees[name] = tree(body)
            _elements(trees[name], _RELATIONS if kind == "links" else _KNOWN[kind])
            book.words.append((name, "\n".join(_said(trees[name]))))
        else:
            raise Unreadable("a spreadsheet that holds more than sheets")
    if "xl/workbook.xml" not in trees:
        raise Unreadable("an empty spreadsheet")
    _papers(trees)
    book.pages = list(_pages(trees))
    return book


def _kind(name: str) -> str | None:
    if _LINKS.fullmatch(name):
        return "links"
    return (
        "sheet" if _SHEET.fullmatch(name) else "table" if _TABLE.fullmatch(name) else name if name in _KNOWN else None
    )


def tree(body: bytes) -> ET.Element:
    """Return a part as a tree; refuse what could hide words, or unpack without end."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("a spreadsheet with a part that is no text") from None
    if "<!" in text or "<?" in text.removeprefix("\ufeff").lstrip()[2:]:
        raise Unreadable("a spreadsheet with comments or rules of its own behind its sheets")
    parser = ET.XMLParser()
    try:
        parser.feed(text)
        root: ET.Element = parser.close()
    except ET.ParseError:
        raise Unreadable("a spreadsheet with a damaged part") from None
    return root


def local(name: str) -> str:
    """Return a name without its namespace; refuse a namespace that no build writes."""
    space, _, rest = name.rpartition("}")
    if space.removeprefix("{") not in _SPACES:
        raise Unreadable("a spreadsheet with entries of another program")
    return rest


def _elements(root: ET.Element, known: Mapping[str, str]) -> None:
    for one in root.iter():
        name = local(one.tag)
        if name not in known:
            raise Unreadable(f"a spreadsheet with {_CALLED.get(name, 'an entry that the build does not write')}")
        odd = {local(key) for key in one.attrib} - set(known[name].split())
        if odd & {"hidden", "outlineLevel", "collapsed", "ht", "zeroHeight"}:
            raise Unreadable("a spreadsheet with hidden rows or columns")
        if odd:
            raise Unreadable("a spreadsheet with an entry that the build does not write")
        if name == "col" and not float(one.get("width", "1")) >= 1:
            raise Unreadable("a spreadsheet with hidden rows or columns")
        if ((one.text or "").strip() and name not in _SPEAK) or (one.tail or "").strip():
            raise Unreadable("a spreadsheet with words between its cells")


def _said(root: ET.Element) -> Iterator[str]:
    """Every word of a part: a number in a cell is held against its table, and says nothing by itself."""
    for one in root.iter():
        if local(one.tag) != "v":
            yield one.text or ""
        yield from (value for key, value in one.attrib.items() if local(key) in ("name", "location", "display"))


def _theme(body: bytes) -> None:
    from openpyxl.writer.theme import theme_xml

    if body.decode("utf-8", "replace").strip() != str(theme_xml).strip():
        raise Unreadable("a spreadsheet with a look that the build does not give it")


def _styles(root: ET.Element) -> None:
    """Refuse a look that could say something: ways of writing numbers hold words of their own."""
    for one in root.iter():
        name = local(one.tag)
        if name in _CALLED or name == "dxf" or (one.text or "").strip() or (one.tail or "").strip():
            raise Unreadable(f"a spreadsheet with {_CALLED.get(name, 'words in its look')}")
        for key, value in one.attrib.items():
            if not re.fullmatch(r"[A-Za-z0-9.]{0,30}", value) or (
                local(key) in ("name", "val")
                and not re.fullmatch(r"-?[\d.]+|Arial|Calibri|Normal|minor|single|TableStyle\w+|", value)
            ):
                raise Unreadable("a spreadsheet with words in its look")


def _papers(trees: Mapping[str, ET.Element]) -> None:
    """Refuse what a document says of who made it, unless it is what the build says."""
    core, app = trees.get("docProps/core.xml"), trees.get("docProps/app.xml")
    made = [one.text for one in core.iter() if local(one.tag) == "creator"] if core is not None else []
    programs = [one.text or "" for one in app.iter() if local(one.tag) == "Application"] if app is not None else []
    plain = all(re.fullmatch(r"Microsoft Excel(?: Compatible / Openpyxl [\d.]+)?", one) for one in programs)
    if made != ["btc_eval"] or not plain:
        raise Unreadable("a spreadsheet that names who made it, or does not say that the build did")


def _targets(trees: Mapping[str, ET.Element], name: str, folder: str) -> dict[str, str]:
    found = {}
    for one in trees.get(name, ()):
        target = one.get("Target", "")
        found[one.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"{folder}{target}"
    return found


def _pages(trees: Mapping[str, ET.Element]) -> Iterator[Page]:
    """Every sheet in order; refuse sheets and tables that are there and not listed, and sheets that are not shown."""
    strings = ["".join(one.itertext()) for one in trees.get("xl/sharedStrings.xml", ())]
    targets = _targets(trees, "xl/_rels/workbook.xml.rels", "xl/")
    used: set[int] = set()
    listed: list[str] = []
    for one in trees["xl/workbook.xml"].iter(f"{{{_MAIN}}}sheet"):
        if one.get("state", "visible") != "visible":
            raise Unreadable("a spreadsheet with a hidden sheet")
        at = targets.get(one.get(f"{{{_OFFICE}/relationships}}id", ""), "")
        if at not in trees or at in listed:
            raise Unreadable("a spreadsheet whose list of sheets is not that of its sheets")
        tables = _targets(trees, at.replace("worksheets/", "worksheets/_rels/") + ".rels", "xl/worksheets/")
        held = [trees[name] for name in tables.values() if name in trees]
        listed += [at, *tables.values()]
        if len(held) != len(tables) or len(held) > 1:
            raise Unreadable("a spreadsheet whose list of tables is not that of its tables")
        headings = tuple(column.get("name", "") for table in held for column in table.iter(f"{{{_MAIN}}}tableColumn"))
        links = tuple(link.get("location", "") for link in trees[at].iter(f"{{{_MAIN}}}hyperlink"))
        cells = _cells(trees[at], strings, used)
        yield Page(one.get("name", ""), cells, held[0].get("ref", "") if held else "", headings, links)
    parts = [name for name in trees if _SHEET.fullmatch(name) or _TABLE.fullmatch(name)]
    if sorted(parts) != sorted(listed) or len(used) != len(strings):
        raise Unreadable("a spreadsheet with a sheet, a table or words that no reader is shown")


def _cells(sheet: ET.Element, strings: list[str], used: set[int]) -> dict[tuple[int, int], str | float]:
    found: dict[tuple[int, int], str | float] = {}
    for one in sheet.iter(f"{{{_MAIN}}}c"):
        kind, value = one.get("t", "n"), one.find(f"{{{_MAIN}}}v")
        if len(one) == 0:
            continue
        try:
            if kind == "inlineStr":
                cell: str | float = "".join(one.itertext())
            elif kind == "s":
                used.add(int(_text(value)))
                cell = strings[int(_text(value))]
            elif kind == "n":
                cell = float(_text(value))
            else:
                raise Unreadable("a spreadsheet with a cell of a kind that the build does not write")
            place = position(one.get("r", ""))
        except (ValueError, IndexError):
            raise Unreadable("a spreadsheet with a cell that cannot be read") from None
        if place in found or len(one) != 1:
            raise Unreadable("a spreadsheet with a cell that says two things")
        found[place] = cell
    return found


def _text(value: ET.Element | None) -> str:
    return (value.text or "") if value is not None else ""


def position(reference: str) -> tuple[int, int]:
    """Which row and column, both from 1, does "AB12" name?

    Examples
    --------
    >>> position("AB12")
    (12, 28)
    """
    found = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})", reference)
    if found is None:
        raise ValueError(reference)
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column
