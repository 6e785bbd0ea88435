"""How is a workbook written, byte for byte the same each time? The few parts of Office Open XML that are needed.

Written here and not by a spreadsheet library because those ask the clock, and take ten times as long. Text is kept in
the cell (`inlineStr`), dates are numbers with a date format, blank cells are present and empty.

References
----------
ECMA-376, "Office Open XML file formats", part 1: SpreadsheetML.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

Cell = str | int | float | datetime.date | None

#: A zip archive cannot hold an earlier date; the clock is never asked.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
#: Day 0 of the spreadsheet's calendar, as counted after its phantom 29 February 1900.
_DAY_NOUGHT = datetime.date(1899, 12, 30)

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PROPERTIES = "application/vnd.openxmlformats-package.core-properties+xml"
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" numFmtId="14" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook(sheets: Mapping[str, Iterable[Sequence[Cell]]], *, title: str, creator: str, stamp: str) -> bytes:
    """How is a workbook of these sheets written?

    Parameters
    ----------
    sheets
        Sheet name → rows, each a sequence of cells.
    title, creator
        Written into the workbook's properties.
    stamp
        When it is said to have been made, as in "2025-07-31T12:00:00Z"; a constant of the caller's.
    """
    names = list(sheets)
    files = {
        "[Content_Types].xml": _content_types(len(names)),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _core(title, creator, stamp),
        "xl/_rels/workbook.xml.rels": _relations(
            *((f"{_OFFICE}/worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)),
            (f"{_OFFICE}/styles", "styles.xml"),
        ),
        "xl/styles.xml": _STYLES,
        "xl/workbook.xml": _book(names),
        **{f"xl/worksheets/sheet{n}.xml": sheet(rows) for n, rows in enumerate(sheets.values(), start=1)},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.encode("utf-8"))
    return out.getvalue()


def column_letters(number: int) -> str:
    """With which letters is this column named? The first is 1.

    Examples
    --------
    >>> column_letters(1), column_letters(27)
    ('A', 'AA')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def sheet(rows: Iterable[Sequence[Cell]]) -> str:
    """How are the rows of one sheet written?"""
    lines: list[str] = []
    letters: list[str] = []
    for number, row in enumerate(rows, start=1):
        letters += [column_letters(n) for n in range(len(letters) + 1, len(row) + 1)]
        cells = "".join(_cell(f"{letter}{number}", value) for letter, value in zip(letters, row))
        lines.append(f'<row r="{number}">{cells}</row>')
    # With its extent a reader need not walk through the sheet to learn it.
    extent = f"A1:{letters[-1]}{len(lines)}" if letters else "A1"
    start = f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="{extent}"/><sheetData>'
    return f"{start}{''.join(lines)}</sheetData></worksheet>"


def _cell(place: str, value: Cell) -> str:
    if value is None or value == "":
        return f'<c r="{place}"/>'
    if isinstance(value, datetime.date):
        return f'<c r="{place}" s="1"><v>{(value - _DAY_NOUGHT).days}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _content_types(sheets: int) -> str:
    parts = [(f"/xl/worksheets/sheet{n}.xml", f"{_SHEETML}.worksheet+xml") for n in range(1, sheets + 1)]
    parts += [("/xl/workbook.xml", f"{_SHEETML}.sheet.main+xml"), ("/xl/styles.xml", f"{_SHEETML}.styles+xml")]
    parts += [("/docProps/core.xml", _PROPERTIES)]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _book(names: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>'


def _core(title: str, creator: str, stamp: str) -> str:
    when = f'xsi:type="dcterms:W3CDTF">{stamp}</dcterms'
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(creator)}</dc:creator>"
        f"<dcterms:created {when}:created><dcterms:modified {when}:modified></cp:coreProperties>"
    )
