"""The whole report in one file, as a spreadsheet and on paper: which words does it hold, and where?"""

from __future__ import annotations

import html
import io
import re
from typing import Any

from btc_eval.disclosure.gate_packed import MOST, Unreadable, members

#: Parts of a spreadsheet that hold no words of its own.
_PLUMBING = ("[Content_Types].xml", "xl/styles.xml", "xl/theme/theme1.xml")
#: Keys of a document under which words stand that no page shows.
_WORDS = ("/Alt", "/ActualText", "/Contents", "/Title")
_TAG = re.compile(r"<[^>]*>")


def workbook(content: bytes) -> list[tuple[str, str]]:
    """Return the words of a spreadsheet, part by part: cells, headings, links, titles.

    Raises
    ------
    Unreadable
        Where it is damaged, or holds anything but sheets: macros, pictures, other files.
    """
    found = []
    for name, body in members(content, [MOST]):
        if not name.endswith((".xml", ".rels")) or "vba" in name.casefold() or "embeddings" in name:
            raise Unreadable("a spreadsheet that holds more than sheets")
        if name in _PLUMBING or name.endswith(".rels"):
            continue
        text = body.decode("utf-8", errors="replace")
        if name.startswith("xl/worksheets/"):
            # Numbers are those of the tables; what can be said in words is in links and in cells that hold text.
            text = " ".join(re.findall(r"<(?:is|t|hyperlink|f)\b[^>]*>[^<]*", text))
        found.append((name, html.unescape(_TAG.sub("\n", text))))
    if not found:
        raise Unreadable("an empty spreadsheet")
    return found


def pages(content: bytes) -> list[tuple[str, str]]:
    """Return the words of a document page by page, with its titles, bookmarks and words for pictures.

    Raises
    ------
    Unreadable
        Where it is locked, damaged, runs anything or has files inside it, or no reader of documents is installed.
    """
    if any(mark in content for mark in (b"/Encrypt", b"/EmbeddedFile", b"/JavaScript", b"/Launch")):
        raise Unreadable("a document that is locked, runs something or has files inside it")
    try:
        import pypdf
    except ImportError:
        raise Unreadable("a document, and no reader of documents to look into it") from None
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        found = [(f"page {number}", page.extract_text()) for number, page in enumerate(reader.pages, start=1)]
        found.append(("its title", " ".join(str(value) for value in (reader.metadata or {}).values())))
        found.append(("its words for pictures", "\n".join(_spoken(reader))))
    except Exception as error:  # the reader has no one class of error
        raise Unreadable("a document that cannot be read") from error
    return found


def _spoken(reader: Any) -> list[str]:
    """Return every text that stands for a picture or a link, and every bookmark."""
    said = []
    for number in range(1, len(reader.xref_objStm) + sum(len(one) for one in reader.xref.values()) + 1):
        try:
            held = reader.get_object(number)
        except Exception:  # a number that stands for nothing
            continue
        if isinstance(held, dict):
            said += [str(held[key]) for key in _WORDS if isinstance(held.get(key), str)]
    return said
