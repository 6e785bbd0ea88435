"""Does the printed report say only what the site's pages say? Its objects, its words, its numbers, page by page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from btc_eval.disclosure import gate_objects
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_packed import Unreadable
from btc_eval.disclosure.gate_said import Said, letters

_ELSEWHERE = re.compile(
    r"The\s+([\d,]+)\s+rows\s+of\s+this\s+table\s+are\s+on\s+the\s+site,\s+in\s+report\.xlsx\s+\(see\s+its\s+contents\)"
    r"\s+and\s+in\s+(csv/[\w/\s-]+?\.csv)\."
)
#: What stands at the foot of each page: the title, and the edition.
_RUNNING = re.compile(r"(.+) · (Edition .+)")
#: The number of an item of a list, which a browser draws.
_ITEM = re.compile(r"^\s*\d{1,2}\. ")
#: Letters in a row that no page says and that are still no words.
_SHORT = 3
#: What the list of chapters is headed with.
_CONTENTS = "Contents"
_ALLOWED = "what the pages of the site say"


def read(reading: Reading, file: str, content: bytes, said: Said) -> None:
    """Read a document to its end, and hold its words against the pages.

    Raises
    ------
    Unreadable
        Where it is locked, damaged, or holds more than pages; the message says what.
    """
    try:
        import pypdf
    except ImportError:
        raise Unreadable("a document, and no reader of documents to look into it") from None
    gate_objects.around(content)
    try:
        reader = pypdf.PdfReader(io.BytesIO(content), strict=True)
        if reader.is_encrypted:
            raise Unreadable("a document that is locked")
        reading.words(file, "\n".join(gate_objects.words(reader)), "its words for pictures, links and bookmarks")
        pages = []
        for page in reader.pages:
            gate_objects.drawn(page)
            pages.append(page.extract_text())
        marks = _bookmarks(reader)
    except Unreadable:
        raise
    except Exception as error:  # the reader has no one class of error
        raise Unreadable("a document that cannot be read") from error
    for number, text in enumerate(pages, start=1):
        reading.words(file, text, f"page {number}")
    _hold(reading, file, pages, marks, said)


def _bookmarks(reader: Any) -> list[tuple[str, int]]:
    """Every bookmark's words and the number of its page."""

    def flat(nodes: Any) -> Iterator[Any]:
        for node in nodes:
            if isinstance(node, list):
                yield from flat(node)
            else:
                yield node

    return [(str(one.title), (reader.get_destination_page_number(one) or 0) + 1) for one in flat(reader.outline)]


def _hold(reading: Reading, file: str, pages: list[str], marks: list[tuple[str, int]], said: Said) -> None:
    """Refuse numbers and words of the paper that no page of the site says where it says the rest."""
    contents = {letters(_CONTENTS), *(letters(f"{words} {page}") for words, page in marks)}
    if any(words != _CONTENTS and not said.says(words) for words, _ in marks):
        reading.refuse(file, "its bookmarks", "words that no page of the site says", _ALLOWED)
    for number, text in enumerate(pages, start=1):
        odd = list(said.unsaid(_own(reading, text, number, contents, said)))
        if any(any(map(str.isdigit, one)) for one in odd):
            reading.refuse(file, f"page {number}", "a number that no page of the site says", _ALLOWED)
        if any(len(one) >= _SHORT for one in odd):
            reading.refuse(file, f"page {number}", "words that no page of the site says", _ALLOWED)


def _own(reading: Reading, text: str, number: int, contents: set[str], said: Said) -> str:
    """Return the text of a page without what paper alone has.

    That is its number, the running title where its two halves are words of the pages, the numbers of a list's items,
    the lines of the contents, and where the rows of a long table are.
    """
    lines = text.splitlines()
    if lines and lines[0].startswith(str(number)):
        lines[0] = lines[0].removeprefix(str(number))
    if lines and (running := _RUNNING.fullmatch(lines[0])) and said.says(running[1]) and said.says(running[2]):
        del lines[0]
    text = "\n".join(_ITEM.sub("", line) for line in lines if letters(line) not in contents)

    def elsewhere(found: re.Match[str]) -> str:
        table = reading.register.files.get("".join(found[2].split()))
        return "" if table is not None and f"{len(table.rows):,}" == found[1] else found[0]

    return _ELSEWHERE.sub(elsewhere, text)
