"""Does a document hold only what a printed page needs? Every object is looked at, packed ones included.

Actions, files inside it, notes, forms, words that no reader is shown and objects that nothing leads to are refused.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from btc_eval.disclosure import gate_packed
from btc_eval.disclosure.gate_packed import Unreadable
from btc_eval.disclosure.gate_said import letters

#: Keys of a dictionary that run something, hold a file, a form or another program's entries.
_ACTS = frozenset((
    "/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/AF", "/XFA",
    "/AcroForm", "/Collection", "/PieceInfo", "/RichMediaContent", "/Rendition", "/Threads", "/SpiderInfo",
    "/OCProperties", "/Popup", "/FS", "/Encrypt", "/Perms", "/Thumb",
))  # fmt: skip
_ACTIONS = frozenset(("/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/JavaScript", "/Rendition"))
_ROOT = frozenset((
    "/Type", "/Version", "/Pages", "/Dests", "/Names", "/MarkInfo", "/StructTreeRoot", "/Outlines", "/PageMode",
    "/PageLayout", "/ViewerPreferences", "/Lang", "/Metadata", "/PageLabels",
))  # fmt: skip
#: Keys under which a stream stands, and keys of the dictionaries in which one may have any name.
_STREAMS = frozenset((
    "/Contents", "/Metadata", "/FontFile", "/FontFile2", "/FontFile3", "/ToUnicode", "/SMask", "/Mask", "/G",
    "/CIDSet", "/CIDToGIDMap", "/ColorSpace", "/Function", "/Functions", "/Shading",
))  # fmt: skip
_NAMED = frozenset(("/CharProcs", "/XObject", "/Pattern", "/ColorSpace", "/Shading"))
_PAPERS = frozenset(("/Title", "/Producer", "/CreationDate", "/ModDate"))
_XMP = frozenset(("xmpmeta", "RDF", "Description", "title", "Alt", "li", "language", "Bag", "CreateDate", "ModifyDate"))
_MADE_BY = "btc_eval"
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_STRING = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_COMMENT = re.compile(rb"%[^\r\n]*")
_HIDDEN = re.compile(rb"/(?:ActualText|Alt|E|Contents)\s*[(<]|^%", re.MULTILINE)
#: What a browser says of a space or a sign that it draws as another: no letter and no digit.
_SIGN = re.compile(rb"/ActualText\s*<(?:FEFF)((?:[0-9A-F]{4}){1,2})>")
_LOCKED = "a document that is locked, runs something or has files inside it"


def around(content: bytes) -> None:
    """Refuse what stands between the objects of a document: earlier states of it, and comments."""
    whole = content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    if not whole or content.count(b"startxref") != 1 or content.count(b"%%EOF") != 1:
        raise Unreadable("a document that is damaged, or holds an earlier state of itself")
    outside = _STRING.sub(b"()", _STREAM.sub(b"", content))
    for found in _COMMENT.findall(outside):
        known = re.fullmatch(rb"%PDF-\d\.\d|%%EOF", found)
        if not known and any(32 < letter < 127 for letter in found[1:]):
            raise Unreadable("a document with words between its parts")


def words(reader: Any) -> list[str]:
    """Which words does a document hold beside those of its pages: of links, bookmarks, pictures, its papers?

    Raises
    ------
    Unreadable
        Where it holds anything that a printed page does not need.
    """
    import pypdf.generic as held

    said: list[str] = []
    seen: set[int] = set()
    shown = papers = 0
    waiting: list[tuple[Any, str, str]] = [(reader.trailer, "", "")]
    while waiting:
        node, key, parent = waiting.pop()
        if isinstance(node, held.IndirectObject):
            if node.idnum in seen:
                continue
            seen.add(node.idnum)
            node = node.get_object()
        if isinstance(node, held.DictionaryObject):
            _dictionary(node, key, parent)
            shown += node.get("/Type") == "/Page"
            papers += "/Metadata" in node
            waiting += [(node.raw_get(name), str(name), key) for name in node]
        elif isinstance(node, held.ArrayObject):
            waiting += [(one, key, parent) for one in node]
        elif isinstance(node, held.TextStringObject):
            said.append(unquote(str(node)) if key == "/URI" else str(node))
        elif isinstance(node, held.ByteStringObject) and key != "/ID":
            said.append(bytes(node).decode("latin-1"))
    if shown != len(reader.pages) or not shown:
        raise Unreadable("a document with pages that cannot be read")
    _unled(reader, seen)
    _papers(reader, papers)
    return said


def _unled(reader: Any, seen: set[int]) -> None:
    """Refuse objects that nothing leads to, save the branches of a tree of pages that has been made flat."""
    numbers = {number for held in reader.xref.values() for number in held} | set(reader.xref_objStm)
    for number in numbers - seen - {0}:
        node = reader.get_object(number)
        packing = isinstance(node, dict) and node.get("/Type") in ("/ObjStm", "/XRef")
        if not packing and not (isinstance(node, dict) and set(node) <= {"/Type", "/Count", "/Kids", "/Parent"}):
            raise Unreadable("a document with something in it that no page shows")


def _dictionary(node: Any, key: str, parent: str) -> None:
    """Refuse what a printed page does not hold."""
    import pypdf.generic as held

    keys = set(node)
    if keys & _ACTS or str(node.get("/S")) in _ACTIONS:
        raise Unreadable(_LOCKED)
    if (key == "/Root" and not parent and keys - _ROOT) or (key == "/Names" and keys - {"/Dests"}):
        raise Unreadable("a document with entries that the build does not write")
    if "/Rect" in keys and "/Subtype" in keys and str(node["/Subtype"]) != "/Link":
        raise Unreadable("a document with notes or fields on its pages")
    if not isinstance(node, held.StreamObject):
        return
    if key not in _STREAMS and parent not in _NAMED:
        raise Unreadable("a document with something in it that no page shows")
    if str(node.get("/Subtype")) == "/Image":
        kinds = node.get("/Filter")
        if "/DCTDecode" in (kinds if isinstance(kinds, list) else [kinds]):
            gate_packed.jpeg(node._data)
    elif (
        not key.startswith("/FontFile") and key != "/Metadata" and _HIDDEN.search(_SIGN.sub(_nothing, node.get_data()))
    ):
        raise Unreadable("a document with words behind its words")


def _nothing(found: re.Match[bytes]) -> bytes:
    sign = bytes.fromhex(found[1].decode()).decode("utf-16-be", "replace")
    return found[0] if letters(sign) else b""


def drawn(page: Any) -> None:
    """Refuse a drawing that a page holds and does not show."""
    resources = page.get("/Resources", {}).get("/XObject", {})
    names = [str(name) for name in resources.get_object()] if resources else []
    if names:
        data = page.get_contents().get_data()
        if any(not re.search(re.escape(name.encode()) + rb"\s+Do\b", data) for name in names):
            raise Unreadable("a document with something in it that no page shows")


def _papers(reader: Any, number: int) -> None:
    """Refuse what a document says of itself beyond its title, its dates and the program that made it."""
    about, root = reader.metadata or {}, reader.trailer["/Root"]
    if set(about) - _PAPERS or about.get("/Producer") != _MADE_BY:
        raise Unreadable("a document that names who made it, or does not say that the build did")
    if number > 1 or (number and "/Metadata" not in root):
        raise Unreadable("a document with papers behind its pictures or pages")
    if not number:
        return
    text = root["/Metadata"].get_data().decode("utf-8", "replace")
    if "<!" in text or len(re.findall(r"<\?", text)) != 2:
        raise Unreadable("a document with words in its papers")
    try:
        tree = ET.fromstring(re.sub(r"<\?.*?\?>", "", text).strip())
    except ET.ParseError:
        raise Unreadable("a document with papers that cannot be read") from None
    if any(not _known(one, letters(str(about["/Title"]))) for one in _entries(tree)):
        raise Unreadable("a document with words in its papers")


def _entries(tree: ET.Element) -> Iterator[tuple[str, str, list[str]]]:
    for one in tree.iter():
        yield one.tag.rpartition("}")[2], letters((one.text or "") + (one.tail or "")), list(one.attrib.values())


def _known(entry: tuple[str, str, list[str]], title: str) -> bool:
    """Is this an entry of the papers that the build writes?"""
    name, text, given = entry
    plain = text in ("", "engb", title) or re.fullmatch(r"\d{8}t\d{6}z", text)
    return name in _XMP and bool(plain) and all(one in ("", "x-default") for one in given)
