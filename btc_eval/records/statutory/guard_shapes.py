"""Does this text look like a return, and does it hold a child's identifier?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from btc_eval.records.statutory.contract import plain
from btc_eval.records.statutory.guard_layers import Layer
from btc_eval.records.statutory.recognition import recognise
from btc_eval.records.statutory.xml_returns import kind_of_xml

#: Rows of a table inside a page or code that make it a return: a hand-made example in a document has fewer.
FEWEST_ROWS = 5
#: Identifiers of children, in elements, that make it a return.
FEWEST_CHILDREN = 5
_HEAD = 1 << 16

_UPN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Za-hj-np-rt-z]\d{11}[A-Za-z\d](?![A-Za-z0-9])")
_NHS = re.compile(r"(?<!\d)\d{3} \d{3} \d{4}(?!\d)")
_NAMED_NUMBER = re.compile(r"\b(NHS|ULN)\b[^\d\n]{0,30}(?<!\d)(\d[ -]?){9}\d(?!\d)", re.IGNORECASE)
_SHAPES = {"a unique pupil number": _UPN, "an NHS number": _NHS, "an NHS or ULN number": _NAMED_NUMBER}
_CHILD_ELEMENT = re.compile(r"<(?:\w+:)?(?:LAchildID|CHILDID)>\s*[^<\s{]")
_API = re.compile(r'"la_child_id"\s*:\s*"[^"]')
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_DATE = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2}")
#: What we and the returns call a child's identifier, in plain form, as a heading of a table.
_CHILD = frozenset({"childid", "child", "lachildid", "childuniqueid", "upn", "uniquepupilnumber", "personid"})


def identifiers(text: str) -> Iterator[str]:
    """Which kinds of identifier does this text hold, and in which line first?"""
    for what, shape in _SHAPES.items():
        match = shape.search(text)
        if match:
            yield f"the shape of {what}, line {text.count(chr(10), 0, match.start()) + 1}"


def is_return(layer: Layer) -> bool:
    """Is this part of a file a return, or does it show one?"""
    if any(_is_heading(row) for rows in layer.tables for row in rows):
        return True
    text = layer.text
    if text.lstrip("\ufeff \t\r\n").startswith("<") and kind_of_xml(text[:_HEAD].encode()) is not None:
        return True
    if len(_CHILD_ELEMENT.findall(text)) >= FEWEST_CHILDREN or len(_API.findall(text)) >= 1:
        return True
    return _starts_with_table(text) or _shows_table(text) or _holds_table(text)


def _is_heading(cells: Sequence[str]) -> bool:
    return sum(bool(cell.strip()) for cell in cells) > 1 and recognise(cells, "") is not None


def _cells(line: str) -> list[str]:
    mark = max(",\t;|", key=line.count)
    return [cell.strip().strip('"') for cell in line.split(mark)]


def _starts_with_table(text: str) -> bool:
    """Do the first lines hold the headings of a return, and is there a row below them?"""
    lines = [line for line in text[:_HEAD].lstrip("\ufeff").splitlines() if line.strip()][:11]
    for place, line in enumerate(lines[:-1]):
        cells = _cells(line)
        if _is_heading(cells) and len(_cells(lines[place + 1])) > len(cells) // 2 > 0:
            return True
    return False


def _holds_table(text: str) -> bool:
    """Are there headings of a return anywhere, in code or a page, with rows of data below them?"""
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if 10 < len(line) < 5_000 and _names_a_child(line):
            cells = _cells(line)
            below = [other for other in lines[place + 1 : place + 60] if len(_cells(other)) >= len(cells) > 1]
            dated = sum(_DATE.search(other) is not None for other in below)
            if dated >= FEWEST_ROWS and _is_heading(cells):
                return True
    return False


def _names_a_child(line: str) -> bool:
    """Is a child's identifier one of the words of this line? A quick look before the slow one."""
    small = line.casefold()
    return "child" in small or "person_id" in small or "upn" in small


def _shows_table(text: str) -> bool:
    """Does a table of a page, or of a notebook's output, have a column of children and a row of them?"""
    if "<t" not in text and '"text/plain"' not in text:
        return False
    rows = _ROW.findall(text.replace("\\n", "\n").replace('\\"', '"'))
    for above, below in pairwise(rows):
        headings = {plain(html.unescape(_TAG.sub("", cell))) for cell in _CELL.findall(above)}
        if headings & _CHILD and any(_TAG.sub("", cell).strip() for cell in _CELL.findall(below)):
            return True
    printed = re.search(r'"text/plain"\s*:\s*\[?\s*"([^"\\]|\\.)*', text)
    return printed is not None and bool(_CHILD & {plain(word) for word in printed[0].split("\\n")[0].split()[1:]})
