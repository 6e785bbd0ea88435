"""Rows of a CSV file, streamed: any common encoding, any common separator, and a clear refusal of what is not text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import IO

from btc_eval.errors import RefusedError, refuse
from btc_eval.records.statutory.grid import Row
from btc_eval.records.statutory.notes import Notes
from btc_eval.records.statutory.sources import Source

#: Longest cell; a quotation mark that is never closed makes one as long as the file.
MOST_CELL = 131_072
#: Longest line before its first separator is even looked at.
MOST_LINE = 4_000_000
_PIECE = 1 << 18
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def rows(source: Source, stream: IO[bytes], notes: Notes) -> Iterator[Row]:
    """Which rows of cells does this file hold?

    Raises
    ------
    RefusedError
        Where it is not text, or a quotation mark is never closed.
    """
    head = stream.read(_PIECE)
    encoding, skip = _encoding(source, head, notes)
    lines = _lines(source, _decoded(source, stream, head[skip:], encoding, notes))
    first = next(lines, "")
    reader = csv.reader(_again(first, lines), delimiter=_separator(first))
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise refuse(
            source.name,
            f"line {reader.line_num:,}",
            found="a quotation mark that is never closed, or a cell longer than any return has",
            allowed=f"cells of at most {MOST_CELL:,} characters",
            do="Export the table again as CSV.",
        ) from error


def _again(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _encoding(source: Source, head: bytes, notes: Notes) -> tuple[str, int]:
    """Return the encoding and the length of the mark that names it."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            notes.depart("", "text saved as UTF-16" if encoding != "utf-8" else "a byte-order mark")
            return encoding, len(mark)
    wide = _without_mark(head[:400])
    if wide:
        notes.depart("", "text saved as UTF-16")
        return wide, 0
    if b"\0" in head:
        raise _not_text(source)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        control = sum(byte < 9 or 13 < byte < 32 for byte in head[:4_000])
        if control > len(head[:4_000]) * 0.01:
            raise _not_text(source) from None
    return "utf-8", 0


def _without_mark(head: bytes) -> str:
    """Return which UTF-16 this is, where every other byte is nought and the rest are letters; else blank."""
    for encoding, empty, letters in (("utf-16-le", head[1::2], head[0::2]), ("utf-16-be", head[0::2], head[1::2])):
        if len(head) > 8 and empty.count(0) > len(empty) * 0.8 and min(letters) > 8:
            return encoding
    return ""


def _not_text(source: Source) -> RefusedError:
    return refuse(
        source.name,
        "",
        found="bytes that are not text",
        allowed="a CSV file, a workbook saved as .xlsx, or XML",
        do="Export the table again; a workbook renamed to .csv is still a workbook.",
    )


def _decoded(source: Source, stream: IO[bytes], head: bytes, encoding: str, notes: Notes) -> Iterator[str]:
    """Decode piece by piece. What is not UTF-8 is read as Windows-1252 from there on, and that is counted."""
    decoder = codecs.getincrementaldecoder(encoding)()
    piece = head
    while True:
        if encoding == "utf-8" and b"\0" in piece:
            raise _not_text(source)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            if encoding != "utf-8":
                raise _not_text(source) from None
            notes.depart("", "text that is not UTF-8, read as Windows-1252")
            pending = decoder.getstate()[0]
            decoder = codecs.getincrementaldecoder("cp1252")(errors="replace")
            text = decoder.decode(pending + piece if isinstance(pending, bytes) else piece)
        if text:
            yield text
        if not piece:
            return
        piece = stream.read(_PIECE)


def _lines(source: Source, pieces: Iterator[str]) -> Iterator[str]:
    """Split at line feeds alone: a cell may hold any other kind of break. Old files break lines with returns alone."""
    rest = ""
    returns_alone: bool | None = None
    for piece in pieces:
        if returns_alone is None:
            returns_alone = "\n" not in piece and "\r" in piece
        rest += piece.replace("\r", "\n") if returns_alone else piece
        if len(rest) > MOST_LINE and "\n" not in rest:
            raise refuse(
                source.name,
                "",
                found=f"a line longer than {MOST_LINE:,} characters",
                allowed="a table with one row a line",
                do="Export the table again as CSV.",
            )
        *whole, rest = rest.split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest


def _separator(first: str) -> str:
    return max(",\t;|", key=lambda mark: (first.count(mark), mark == ","))
