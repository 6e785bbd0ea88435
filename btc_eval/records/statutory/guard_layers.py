"""What does a file hold, layer by layer? Archives, workbooks and packed files opened; everything else as text."""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import openpyxl

from btc_eval.zips import UNREADABLE

#: Largest file, and largest part of one, that is looked into.
LARGEST = 20 * 1024 * 1024
#: How many archives may lie inside one another, and how much all parts of one file may come to.
_DEEPEST, _MOST = 4, 10 * LARGEST
_ROWS = 12
_DATA_FILES = {
    b"PAR1": "a Parquet file",
    b"ARROW1": "an Arrow file",
    b"SQLite format 3": "a database",
    b"\x89HDF": "an HDF5 file",
    b"\xd0\xcf\x11\xe0": "an old workbook or document",
    b"7z\xbc\xaf": "an archive",
    b"Rar!": "an archive",
    b"\xfd7zXZ": "an archive",
    b"BZh": "an archive",
    b"\x28\xb5\x2f\xfd": "an archive",
    b"\x80\x04\x95": "pickled objects",
    b"\x80\x05\x95": "pickled objects",
}


class Unreadable(Exception):
    """A file that cannot be looked into, so that nobody can say that it holds nothing; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of a file.

    Parameters
    ----------
    text
        As text, whatever its encoding.
    tables
        The first rows of each sheet, where it is a workbook.
    """

    text: str
    tables: tuple[tuple[tuple[str, ...], ...], ...] = ()


def layers(content: bytes) -> Iterator[Layer]:
    """Which parts does this file hold?

    Raises
    ------
    Unreadable
        Where a part is locked, damaged, too deep, too large, or of a kind that holds data and no text.
    """
    yield from _layers(content, 0, [_MOST])


def _layers(content: bytes, depth: int, left: list[int]) -> Iterator[Layer]:
    left[0] -= len(content)
    if depth > _DEEPEST or left[0] < 0 or len(content) > LARGEST:
        raise Unreadable("an archive too deep or too large to be looked into")
    for start, what in _DATA_FILES.items():
        if content.startswith(start):
            raise Unreadable(f"{what}, which holds data and cannot be looked into")
    if content.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(content)) as stream:
                inside = stream.read(LARGEST + 1)
        except UNREADABLE:
            raise Unreadable("a packed file that is damaged") from None
        yield from _layers(inside, depth + 1, left)
    elif content.startswith(b"PK\x03\x04"):
        yield from _archive(content, depth, left)
    else:
        yield Layer(_text(content))


def _archive(content: bytes, depth: int, left: list[int]) -> Iterator[Layer]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            for info in archive.infolist():
                with archive.open(info) as stream:
                    inside = stream.read(LARGEST + 1)
                yield from _layers(inside, depth + 1, left)
    except zipfile.BadZipFile:  # nobody can open it
        yield Layer(_text(content))
        return
    except UNREADABLE:
        raise Unreadable("an archive that is locked or damaged") from None
    if "xl/workbook.xml" in names:
        yield Layer("", tuple(_sheets(content)))


def _sheets(content: bytes) -> Iterator[tuple[tuple[str, ...], ...]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
            for sheet in book.worksheets:
                rows = sheet.iter_rows(max_row=_ROWS, max_col=200, values_only=True)
                yield tuple(tuple("" if cell is None else str(cell) for cell in row) for row in rows)
            book.close()
    except Exception:
        raise Unreadable("a workbook that cannot be looked into") from None


def _text(content: bytes) -> str:
    head = content[:2_000]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    if len(head) > 8 and head[1::2].count(0) > 0.4 * len(head):
        return content.decode("utf-16-le", "replace")
    if len(head) > 8 and head[0::2].count(0) > 0.4 * len(head):
        return content.decode("utf-16-be", "replace")
    return content.decode("utf-8", "replace")
