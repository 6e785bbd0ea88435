"""What a browser leaves undone in the PDF it prints: names of tags, captions, items of lists, words of links, dates.

The browser writes the clock and itself into the file; here they are replaced, so that the same pages give the same
bytes. The tags are those of ISO 32000-1; what Chromium names by the later standard is given its meaning in the first.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

#: Tags of a later standard and what they are in this one.
ROLES = {"/Strong": "/Span", "/Em": "/Span", "/Title": "/P", "/Aside": "/Note"}

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>{dates}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def places(pdf: bytes) -> list[int]:
    """On which page (1 is the first) does each bookmark stand, in order?"""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    return [(reader.get_destination_page_number(one) or 0) + 1 for one, _ in bookmarks(reader)]


def bookmarks(reader: pypdf.PdfReader) -> list[tuple[Any, int]]:
    """Return the bookmarks in order, each with its depth; 1 is the outermost."""

    def flat(nodes: Any, depth: int) -> Iterator[tuple[Any, int]]:
        for node in nodes:
            if isinstance(node, list):
                yield from flat(node, depth + 1)
            else:
                yield node, depth

    return list(flat(reader.outline, 1))


def children(element: Any) -> list[Any]:
    """Return what stands below an element of the structure: elements, marks on a page and references."""
    below = element.get("/K")
    below = below.get_object() if isinstance(below, IndirectObject) else below
    return [] if below is None else list(below) if isinstance(below, list) else [below]


def elements(tree: Any) -> Iterator[Any]:
    """Go through the elements of the structure in reading order."""
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if "/S" in element:
            yield element
        waiting += [one.get_object() for one in reversed(children(element)) if _is_element(one)]


def _is_element(one: Any) -> bool:
    found = one.get_object() if isinstance(one, IndirectObject) else one
    return isinstance(found, dict) and "/S" in found


def finished(pdf: bytes, *, title: str, moment: str | None) -> bytes:
    """Complete a printed report.

    Parameters
    ----------
    pdf
        As the browser wrote it.
    title
        What the document is called.
    moment
        The date it bears, such as "2026-11-01T12:00:00Z"; `None` for none.

    Returns
    -------
    bytes
        The same pages; equal bytes for equal arguments, on any day.
    """
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.pdf_header = "%PDF-1.7"
    root: Any = writer.root_object
    tree = root["/StructTreeRoot"]
    tree[NameObject("/RoleMap")] = DictionaryObject({NameObject(k): NameObject(v) for k, v in ROLES.items()})
    parents = _parents(tree["/ParentTree"])
    for element in list(elements(tree)):
        if element["/S"] == "/Table":
            _caption(element)
        elif element["/S"] == "/LI":
            _body(writer, element, parents)
    _say_links(writer)
    for page in writer.pages:
        contents: Any = page["/Contents"].get_object()
        contents.set_data(marked(contents.get_data()))
    dated = {} if moment is None else {"/CreationDate": _date(moment), "/ModDate": _date(moment)}
    writer.metadata = {"/Title": title, "/Producer": "btc_eval", **dated}
    stamps = (
        "" if moment is None else f"<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>"
    )
    about = StreamObject()
    about.set_data(_XMP.format(title=html.escape(title), dates=stamps).encode())
    about |= {NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")}
    root[NameObject("/Metadata")] = writer._add_object(about)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def marked(contents: bytes) -> bytes:
    """Return the drawing of a page with everything that has no tag marked as decoration: rules, shades, page numbers.

    The browser writes a command a line, and opens and closes a tag outside of text alone.
    """
    lines, depth = [b"/Artifact BMC"], 0
    for line in contents.rstrip(b"\n").split(b"\n"):
        opens, closes = line.endswith((b"BDC", b"BMC")), line.strip() == b"EMC"
        if opens and depth == 0:
            lines.append(b"EMC")
        depth += opens - closes
        lines.append(line)
        if closes and depth == 0:
            lines.append(b"/Artifact BMC")
    return b"\n".join([*lines, b"EMC", b""])


def unmarked(contents: bytes) -> int:
    """How many pieces of text of a page are neither tagged nor marked as decoration?"""
    depth = found = 0
    for line in contents.split(b"\n"):
        depth += line.endswith((b"BDC", b"BMC")) - (line.strip() == b"EMC")
        found += line.strip() == b"BT" and depth == 0
    return found


def _date(moment: str) -> str:
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").strftime("D:%Y%m%d%H%M%SZ")


def _caption(table: Any) -> None:
    """Name the caption of a table so: what stands in a table beside its rows."""
    for one in children(table):
        if _is_element(one) and one.get_object()["/S"] in ("/NonStruct", "/P", "/Div"):
            one.get_object()[NameObject("/S")] = NameObject("/Caption")


def _body(writer: pypdf.PdfWriter, item: Any, parents: Mapping[int, Any]) -> None:
    """Put what stands in an item of a list, beside its mark, into a body."""
    below = children(item)
    kept = [one for one in below if _is_element(one) and one.get_object()["/S"] in ("/Lbl", "/LBody")]
    inside = [one for one in below if one not in kept]
    if not inside:
        return
    body = DictionaryObject({NameObject("/Type"): NameObject("/StructElem"), NameObject("/S"): NameObject("/LBody")})
    body[NameObject("/P")] = item.indirect_reference
    body[NameObject("/K")] = ArrayObject(inside)
    if "/Pg" in item:
        body[NameObject("/Pg")] = item.raw_get("/Pg")
    reference = writer._add_object(body)
    for one in inside:
        if _is_element(one):
            one.get_object()[NameObject("/P")] = reference
            continue
        # A piece of the page itself, by its number or in a record: the page knows whose it is.
        about = one.get_object()
        page, number = (
            (about.get("/Pg", item.get("/Pg")), about.get("/MCID")) if isinstance(about, dict) else (item["/Pg"], about)
        )
        if page is not None and number is not None:
            parents[int(page.get_object()["/StructParents"])][int(number)] = reference
    item[NameObject("/K")] = ArrayObject([*kept, reference])


def _parents(node: Any) -> dict[int, Any]:
    """Return, for each page, the elements that its pieces belong to."""
    node = node.get_object()
    numbers = node.get("/Nums", [])
    found = {int(numbers[at]): numbers[at + 1].get_object() for at in range(0, len(numbers), 2)}
    for one in node.get("/Kids", []):
        found |= _parents(one)
    return found


def _say_links(writer: pypdf.PdfWriter) -> None:
    """Say of each link where it leads: a page of the report, or an address."""
    named: Any = writer.root_object.get("/Dests", DictionaryObject())
    numbers = {page.indirect_reference.idnum: n for n, page in enumerate(writer.pages, 1) if page.indirect_reference}
    for page in writer.pages:
        for reference in page.get("/Annots", []):
            link = reference.get_object()
            if link.get("/Subtype") != "/Link" or link.get("/Contents"):
                continue
            if "/Dest" in link:
                place = named.get(link["/Dest"])
                place = place.get_object() if place is not None else None
                target = place["/D"] if isinstance(place, dict) else place
                number = numbers.get(target[0].idnum) if target else None
                words = f"Page {number} of this report" if number else "A place in this report"
            else:
                words = str(link.get("/A", {}).get("/URI", "A link"))
            link[NameObject("/Contents")] = TextStringObject(words)
