"""Can everyone read this PDF? A structural check after the rules of PDF/UA that can be decided from the file alone."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pypdf

from btc_eval.edition.paper_html import Paper
from btc_eval.edition.paper_tags import bookmarks, children, elements, unmarked

_HEADING = re.compile(r"/H[1-6]")
#: What ISO 32000-1 knows; the tables of 14.8.4.
_KNOWN = frozenset(
    f"/{name}"
    for name in (
        "Document",
        "Part",
        "Art",
        "Sect",
        "Div",
        "BlockQuote",
        "Caption",
        "TOC",
        "TOCI",
        "Index",
        "NonStruct",
        "Private",
        "P",
        "H",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
        "THead",
        "TBody",
        "TFoot",
        "Span",
        "Quote",
        "Note",
        "Reference",
        "BibEntry",
        "Code",
        "Link",
        "Annot",
        "Ruby",
        "Warichu",
        "Figure",
        "Formula",
        "Form",
    )
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a PDF: how many pages, headings, figures and tables it has, and every fault in words."""

    pages: int
    headings: int
    figures: int
    tables: int
    faults: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.faults


def check(pdf: bytes, *, expected: Paper | None = None, pages: Mapping[str, int] | None = None) -> Checked:
    """Is this report tagged, bookmarked and in words?

    Parameters
    ----------
    pdf
        The file's bytes.
    expected
        The document it was printed from, whose headings, drawings and tables it must hold; `None` to judge it alone.
    pages
        The pages that the contents names, which must be where the chapters are.

    Returns
    -------
    Checked
    """
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    faults = list(_document(reader, root))
    found: dict[str, list[Any]] = {}
    roles = {}
    if "/StructTreeRoot" in root:
        roles = dict(root["/StructTreeRoot"].get("/RoleMap") or {})
        for element in elements(root["/StructTreeRoot"]):
            found.setdefault(str(element["/S"]), []).append(element)
    levels = [
        int(str(element["/S"])[2])
        for element in (elements(root["/StructTreeRoot"]) if "/StructTreeRoot" in root else ())
        if _HEADING.fullmatch(str(element["/S"]))
    ]
    faults += _headings(reader, levels)
    faults += [f"the tag {name}, which no standard knows" for name in sorted({*found} - _KNOWN - {*roles})]
    figures, tables = found.get("/Figure", []), found.get("/Table", [])
    silent = sum(not str(figure.get("/Alt") or "").strip() for figure in figures)
    faults += [f"{silent} drawings without words for those who do not see them"] * bool(silent)
    faults += _tables(tables)
    faults += _items(found.get("/LI", []))
    faults += _pages(reader)
    if expected is not None:
        faults += _as_expected(reader, levels, len(figures), len(tables), expected, pages or {})
    return Checked(len(reader.pages), len(levels), len(figures), len(tables), tuple(faults))


def _document(reader: pypdf.PdfReader, root: Any) -> Iterator[str]:
    if not (root.get("/MarkInfo") or {}).get("/Marked") or "/StructTreeRoot" not in root:
        yield "no tags"
    if str(root.get("/Lang") or "") != "en-GB":
        yield f"the language {str(root.get('/Lang') or 'not stated')!r} in place of en-GB"
    if reader.metadata is None or not str(reader.metadata.get("/Title") or "").strip():
        yield "no title"
    if not (root.get("/ViewerPreferences") or {}).get("/DisplayDocTitle"):
        yield "a window that shows the file's name in place of the title"
    if "/Metadata" not in root:
        yield "no description of the document (XMP)"


def _headings(reader: pypdf.PdfReader, levels: list[int]) -> Iterator[str]:
    marks = bookmarks(reader)
    if len(marks) != len(levels):
        yield f"{len(marks)} bookmarks for {len(levels)} headings"
    empty = sum(not str(mark.title or "").strip() for mark, _ in marks)
    if empty:
        yield f"{empty} headings without words"
    if levels and levels[0] != 1:
        yield "a first heading that is not of the first level"
    for before, after in itertools.pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} directly below one of level {before}"


def _tables(tables: list[Any]) -> Iterator[str]:
    for number, table in enumerate(tables, start=1):
        headers = [one for one in elements(table) if one["/S"] == "/TH"]
        scopes = {str(_attribute(one, "/Scope")) for one in headers}
        if "/Column" not in scopes or not scopes <= {"/Column", "/Row", "/Both"}:
            yield f"table {number} without headers that say what they head"


def _attribute(element: Any, name: str) -> Any:
    given = element.get("/A")
    given = given.get_object() if given is not None else []
    for one in given if isinstance(given, list) else [given]:
        if name in one.get_object():
            return one.get_object()[name]
    return None


def _items(items: list[Any]) -> Iterator[str]:
    odd = sum(
        any(
            isinstance(one.get_object(), dict) and one.get_object().get("/S") not in ("/Lbl", "/LBody") for one in below
        )
        for below in (children(item) for item in items)
    )
    if odd:
        yield f"{odd} items of lists that hold something beside a mark and a body"


def _pages(reader: pypdf.PdfReader) -> Iterator[str]:
    silent = bare = 0
    loose: set[str] = set()
    for number, page in enumerate(reader.pages, start=1):
        if page.get("/Annots") and page.get("/Tabs") != "/S":
            yield f"page {number} whose links are not reached in reading order"
        silent += sum(not one.get_object().get("/Contents") for one in page.get("/Annots", []))
        contents = page.get_contents()
        bare += 0 if contents is None else unmarked(contents.get_data())
        loose |= set(_loose_fonts(page.get("/Resources")))
    if silent:
        yield f"{silent} links that do not say where they lead"
    if bare:
        yield f"{bare} pieces of text that are neither tagged nor marked as decoration"
    if loose:
        yield f"fonts that are not in the file ({', '.join(sorted(loose))})"


def _loose_fonts(given: Any, depth: int = 0) -> Iterator[str]:
    """Go through the fonts of a page and of what is drawn on it; names of those that the file does not hold."""
    resources: Any = given.get_object() if given is not None else {}
    for font in _named(resources, "/Font"):
        for one in font.get("/DescendantFonts", [font]):
            about = one.get_object().get("/FontDescriptor")
            parts = ("/FontFile", "/FontFile2", "/FontFile3")
            held = about is not None and any(part in about.get_object() for part in parts)
            if font.get("/Subtype") != "/Type3" and not held:
                yield str(font.get("/BaseFont", "one without a name"))
    for drawn in _named(resources, "/XObject"):
        if "/Resources" in drawn and depth < 8:
            yield from _loose_fonts(drawn["/Resources"], depth + 1)


def _named(resources: Any, kind: str) -> list[Any]:
    return [one.get_object() for one in resources[kind].get_object().values()] if kind in resources else []


def _as_expected(
    reader: pypdf.PdfReader, levels: list[int], figures: int, tables: int, expected: Paper, pages: Mapping[str, int]
) -> Iterator[str]:
    marks = bookmarks(reader)
    wanted = [(_squeezed(words), level) for words, level in expected.headings]
    have = [(_squeezed(str(mark.title)), level) for (mark, _), level in zip(marks, levels, strict=False)]
    for (words, level), other in zip(wanted, have, strict=False):
        if (words, level) != other:
            yield f"a bookmark {other[0]!r} where the heading {words!r} of level {level} stands"
            break
    if len(wanted) != len(have):
        yield f"{len(have)} bookmarks for {len(wanted)} headings of the pages"
    if figures != expected.figures:
        yield f"{figures} drawings in place of {expected.figures}"
    if tables != expected.tables:
        yield f"{tables} tables in place of {expected.tables}"
    if len(reader.pages) > 1 and not re.match(r"2(?!\d)", reader.pages[1].extract_text().strip()):
        yield "pages without their numbers"
    for anchor, number in pages.items():
        mark = marks[expected.chapters[anchor]][0]
        if (reader.get_destination_page_number(mark) or 0) + 1 != number:
            yield f"a chapter on another page than the contents says ({mark.title!r})"


def _squeezed(words: str) -> str:
    return "".join(words.split())
