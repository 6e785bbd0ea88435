"""What does this file say, cell by cell? Reads CSV, parquet and spreadsheet tables as text and nothing more.

No value is interpreted here: `NA` stays the letters N and A, a blank stays blank. Encoding, structure and emptiness
are checked, and every fault is reported with its row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pandas as pd

from btc_eval.records.tables import Faults, Offered, RawTable, rows_words
from btc_eval.texts import ALLOWED, unfit
from btc_eval.zips import UNREADABLE

#: File name endings that can hold a table.
TABLES = (".csv", ".parquet", ".xlsx")


def decode(offered: Offered, faults: Faults) -> RawTable | None:
    """Which table of text does this file hold? `None` where it holds none that can be read; `faults` says why."""
    suffix = offered.file.lower().rpartition(".")[2]
    if not offered.content:
        faults.add("", found="an empty file", allowed="a header and rows", do="Download it again from the publisher.")
        return None
    if suffix == "parquet":
        frame = _parquet(offered.content, faults)
    elif suffix == "xlsx":
        frame = _workbook(offered.content, faults)
    else:
        frame = _csv(offered.content, faults)
    if frame is None:
        return None
    if frame.empty:
        faults.add(
            "below the header",
            found="no rows at all",
            allowed="at least one row of figures",
            do="Download it again: the download may have stopped, or a filter may have hidden every row.",
        )
        return None
    _refuse_unfit(frame, faults)
    return RawTable(offered, frame)


def _refuse_unfit(frame: pd.DataFrame, faults: Faults) -> None:
    """Refuse texts that no page can show, in the header and in cells; each different text is looked at once."""
    for number, name in enumerate(frame.columns, start=1):
        if found := unfit(str(name)):
            faults.add(f"the header, column {number}", found=found, allowed=ALLOWED, do="Use the file as downloaded.")
        if pd.api.types.is_numeric_dtype(frame[name].dtype):
            continue
        for text in frame[name].unique():
            if isinstance(text, str) and (found := unfit(text)):
                rows = frame.index[frame[name] == text]
                place = f"{rows_words(rows)}, column {number}"
                faults.add(place, found=found, allowed=ALLOWED, do="Use the file as downloaded.")


def _text(content: bytes, faults: Faults) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(
            "the first bytes",
            found='text saved as UTF-16 (a spreadsheet\'s "Unicode text")',
            allowed="UTF-8, with or without a byte-order mark",
            do='Use the file as downloaded, or save it as "CSV UTF-8".',
        )
        return None
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        faults.add(
            f"line {line}",
            found="bytes that are not text (a spreadsheet or an archive under a .csv name?)",
            allowed="a CSV file in UTF-8",
            do="Use the file as downloaded.",
        )
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.add(
            f"line {line}",
            found=f"a byte that is not UTF-8 (0x{content[error.start]:02x}); the file was saved in another encoding",
            allowed="UTF-8, with or without a byte-order mark",
            do='Use the file as downloaded, or save it as "CSV UTF-8".',
        )
        return None


def _csv(content: bytes, faults: Faults) -> pd.DataFrame | None:
    text = _text(content, faults)
    if text is None:
        return None
    reader = csv.reader(io.StringIO(text, newline=""))
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        faults.add(
            f"line {reader.line_num}",
            found=f"a broken CSV file ({error})",
            allowed="a CSV file",
            do="Use the file as downloaded.",
        )
        return None
    while lines and not any(cell.strip() for cell in lines[0]):
        lines.pop(0)
    if not lines:
        faults.add("", found="no header", allowed="a header and rows", do="Download it again from the publisher.")
        return None
    return _frame(lines[0], lines[1:], faults)


def _frame(header: Sequence[str], lines: Sequence[Sequence[str]], faults: Faults) -> pd.DataFrame | None:
    """Build the frame: trailing columns without a name or a value are dropped, wholly blank rows are skipped."""
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    width = len(names)
    rows, numbers, ragged = [], [], []
    for number, line in enumerate(lines, start=1):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) < width or any(cell.strip() for cell in line[width:]):
            ragged.append(number)
            continue
        rows.append([cell.strip() for cell in line[:width]])
        numbers.append(number)
    if ragged:
        faults.add(
            rows_words(ragged),
            found="rows with fewer or more cells than the header",
            allowed=f"{width} cells in every row",
            do="Use the file as downloaded: an editor may have broken a line.",
        )
    return pd.DataFrame(rows, columns=_distinct(names), index=pd.Index(numbers, dtype="int64"), dtype="str")


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names with repeated ones numbered: SNP, SNP.1, SNP.2."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        result.append(f"{name}.{count}" if count else name)
    return result


def _parquet(content: bytes, faults: Faults) -> pd.DataFrame | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        frame: pd.DataFrame = pq.read_table(io.BytesIO(content)).to_pandas()
    except (pa.ArrowException, OSError):
        faults.add(
            "",
            found="a parquet file that is cut short or damaged",
            allowed="a complete parquet file",
            do="Download it again; compare its size with the publisher's.",
        )
        return None
    frame.columns = [str(column).strip() for column in frame.columns]
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def _workbook(content: bytes, faults: Faults) -> pd.DataFrame | None:
    import openpyxl

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = [[_cell(value) for value in row] for row in workbook.worksheets[0].iter_rows(values_only=True)]
    except (*UNREADABLE, KeyError):
        faults.add(
            "",
            found="a workbook that is cut short or damaged",
            allowed="a complete .xlsx workbook",
            do="Download it again from the publisher.",
        )
        return None
    # The header is the first row whose first cell is a word and whose every later row is data.
    start = next((i for i, row in enumerate(rows) if len([c for c in row if len(c) > 2 and not c.isdigit()]) > 3), None)
    if start is None:
        faults.add("", found="no header", allowed="a header and rows", do="Use the workbook as downloaded.")
        return None
    return _frame(rows[start], rows[start + 1 :], faults)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
