"""A printed report put together without a browser: what the pages of a small site say, page by page."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

ABOUT = {"/Title": "Wards", "/Producer": "btc_eval"}
_ESCAPED = re.compile(r"([\\()])")


def lines_of(site: Path, name: str) -> list[str]:
    """Return the words that a page of the site shows, a line for each piece of text."""
    text = (site / name).read_text(encoding="utf-8")
    text = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    pieces = (" ".join(html.unescape(piece).split()) for piece in re.split(r"<[^>]+>", text))
    return [piece for piece in pieces if piece]


def drawing(lines: Sequence[str]) -> bytes:
    """Return the commands that write these lines down a page."""
    shown = [_ESCAPED.sub(r"\\\1", line).encode("cp1252", "replace") for line in lines]
    return b"BT /F1 9 Tf 40 800 Td 11 TL\n" + b"".join(b"(%s) Tj T*\n" % line for line in shown) + b"ET\n"


def paper(
    pages: Sequence[Sequence[str]],
    change: Callable[[PdfWriter], object] = id,
    about: Mapping[str, str] = ABOUT,
    running: str = "Wards",
) -> bytes:
    """Return a PDF of these pages, each a sequence of lines; `change` is done before it is written."""
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    held = writer._add_object(DictionaryObject({NameObject(key): NameObject(one) for key, one in font.items()}))
    for number, lines in enumerate(pages, start=1):
        page = writer.add_blank_page(595, 842)
        stream = DecodedStreamObject()
        stream.set_data(drawing([f"{number}{running}", *lines]))
        page[NameObject("/Contents")] = writer._add_object(stream)
        fonts = DictionaryObject({NameObject("/F1"): held})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.metadata = dict(about)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def again(content: bytes, change: Callable[[PdfWriter], object]) -> bytes:
    """Open a PDF, change it, and write it again."""
    writer, out = PdfWriter(clone_from=PdfReader(io.BytesIO(content))), io.BytesIO()
    writer.metadata = dict(ABOUT)
    change(writer)
    writer.write(out)
    return out.getvalue()
