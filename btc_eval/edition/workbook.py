"""All tables of the report as one workbook, after the Analysis Function's guidance on spreadsheets everyone can use.

A cover, contents, the shorthand, then one sheet for each figure and table with the numbers of its CSV: from the top
of the first column its title, what is said about it, and one marked table with one row of headings; no merged cell, no
empty row or column, nothing frozen, nothing hidden, and a sign with a reason in place of an empty cell.
"""

from __future__ import annotations

import html
import io
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from btc_eval.edition import fingerprint, workbook_sheets
from btc_eval.edition.collect import Exhibit
from btc_eval.edition.layout import REPORT_TABLES
from btc_eval.edition.workbook_sheets import Sheet

#: What the file is called, at the top of the site.
NAME = REPORT_TABLES
_EARLIEST = datetime(1980, 1, 1)  # the first moment that a zip can name
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def write(
    site: Path,
    work: Path,
    exhibits: Sequence[Exhibit],
    *,
    title: str,
    words: Mapping[str, str],
    chapters: Mapping[str, str],
    moment: str | None,
) -> Path | None:
    """Write all tables of the report into its site.

    Parameters
    ----------
    site
        The site.
    work
        A folder in which a workbook is kept: the same tables are not written again.
    exhibits
        In reading order.
    title
        What the report is called.
    words
        About the edition: `record.words_for_pages`.
    chapters
        The title of each page.
    moment
        When the edition was made, as in `edition.json`; `None` where that is not known.

    Returns
    -------
    Path or None
        The file; `None` for a report without a table.

    Raises
    ------
    RefusedError
        For a table that no spreadsheet program can hold; every one is listed.
    """
    if not exhibits:
        return None
    code = [fingerprint.sha256_file(path) for path in sorted(Path(__file__).parent.glob("workbook*.py"))]
    given = [[one.chapter, one.id, one.csv, dict(one.about)] for one in exhibits]
    about = [code, given, title, dict(words), dict(chapters), moment, fingerprint.packages().get("openpyxl")]
    kept = work / f"{fingerprint.sha256_of(about)}.xlsx"
    if not kept.is_file():
        done = workbook(exhibits, title=title, words=words, chapters=chapters, moment=moment)
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        half = kept.with_suffix(".half")
        half.write_bytes(done)
        half.replace(kept)
    return Path(shutil.copyfile(kept, site / NAME))


def workbook(
    exhibits: Sequence[Exhibit],
    *,
    title: str,
    words: Mapping[str, str],
    chapters: Mapping[str, str],
    moment: str | None,
) -> bytes:
    """Return the workbook's bytes: equal for equal arguments, on any day. See `write` for the arguments."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    sheets = workbook_sheets.of_exhibits(exhibits, chapters)
    workbook_sheets.refuse_too_large(sheets, exhibits)
    front = [
        workbook_sheets.cover(title, words),
        workbook_sheets.contents(sheets, exhibits, chapters),
        workbook_sheets.shorthand(),
    ]
    for number, sheet in enumerate([*front, *sheets]):
        _lay_out(book.create_sheet(sheet.name), sheet, number)
    _link(book[workbook_sheets.CONTENTS], front[1], sheets)
    when = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ") if moment else _EARLIEST
    about = book.properties
    about.title, about.creator, about.language = f"{title}: all tables", "btc_eval", "en-GB"
    about.subject = f"Edition {words.get('edition_label', 'draft')}"
    about.created = about.modified = when
    out = io.BytesIO()
    book.save(out)
    return _steady(out.getvalue(), when)


def _lay_out(page: Any, sheet: Sheet, number: int) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    wrapped, right = (
        Alignment(wrap_text=True, vertical="top"),
        Alignment(wrap_text=True, vertical="top", horizontal="right"),
    )
    for row, line in enumerate([sheet.title, *sheet.lines], start=1):
        cell = page.cell(row, 1, workbook_sheets.plain(line))
        cell.alignment = wrapped
        cell.font = Font(name="Arial", size=16 if row == 1 else 12, bold=row == 1)
    page.column_dimensions["A"].width = 70
    if sheet.demonstration:
        page.sheet_properties.tabColor = "801650"
    if not sheet.headings:
        return
    top = len(sheet.lines) + 2
    numeric = [any(isinstance(row[at], int | float) for row in sheet.rows) for at in range(len(sheet.headings))]
    for at, words in enumerate(sheet.headings, start=1):
        cell = page.cell(top, at, workbook_sheets.plain(words))
        cell.font = Font(name="Arial", size=12, bold=True)
        cell.alignment = right if numeric[at - 1] and at > 1 else wrapped
        longest = max((len(str(row[at - 1])) for row in sheet.rows), default=0)
        if at > 1:
            page.column_dimensions[get_column_letter(at)].width = min(max(14, longest + 3, len(words) / 2 + 4), 60)
    # A style is looked up once for a column and shared by its cells: a long table would take ten times as long.
    made: dict[tuple[bool, bool], Any] = {}
    for row, values in enumerate(sheet.rows, start=top + 1):
        for at, value in enumerate(values, start=1):
            cell = page.cell(row, at, value)
            kind = (isinstance(value, str), numeric[at - 1] and at > 1)
            if kind not in made:
                cell.font = Font(name="Arial", size=12)
                if kind[0]:
                    cell.alignment = right if kind[1] else wrapped
                made[kind] = cell._style
            cell._style = made[kind]
    last = max(top + len(sheet.rows), top + 1)
    table = Table(displayName=f"table_{number}", ref=f"A{top}:{get_column_letter(len(sheet.headings))}{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    page.add_table(table)


def _link(page: Any, contents: Sheet, sheets: Sequence[Sheet]) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    for row, sheet in enumerate(sheets, start=len(contents.lines) + 3):
        cell = page.cell(row, 1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet.name}'!A1", display=sheet.name)
        cell.font = Font(name="Arial", size=12, underline="single", color="0B5394")


def _steady(data: bytes, when: datetime) -> bytes:
    """Return the workbook without the moment it was saved at, of which its zip and its papers would speak."""
    out = io.BytesIO()
    stamp = max(when, _EARLIEST)
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            part = given.read(name)
            if name == "docProps/core.xml":
                said = html.escape(when.strftime("%Y-%m-%dT%H:%M:%SZ")).encode()
                part = _MODIFIED.sub(rb"\g<1>" + said + rb"\g<2>", part)
            entry = zipfile.ZipInfo(name, date_time=stamp.timetuple()[:6])
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(entry, part)
    return out.getvalue()
