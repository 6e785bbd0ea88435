"""Files that are neither pages nor notebooks: each known by its name, read to its end, refused where it is unknown."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any

from btc_eval.disclosure import gate_documents, gate_packed, gate_pages
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_notebooks import strings
from btc_eval.disclosure.gate_packed import Unreadable
from btc_eval.disclosure.gate_register import ASSETS
from btc_eval.disclosure.held import TABLES

_CODE = (".js", ".css")
_FONTS = {".woff2": b"wOF2", ".woff": b"wOFF"}
_SUM = re.compile(r"[0-9a-f]{64} [ *].+")
_INDEX = re.compile(r"^Search\.setIndex\((\{.*\})\)\s*;?\s*$", re.DOTALL)
_RECORD = (
    "label", "built_at", "git_commit", "git_dirty", "library_version", "python", "packages", "inputs", "seed", "policy",
    "notebooks", "previous", "demonstration_seed", "changes", "demonstration", "definitions", "feedback",
)  # fmt: skip
_UNKNOWN = "pages, notebooks, released tables, and what the build puts beside them"


def decoded(reading: Reading, name: str, content: bytes) -> str | None:
    """Return a file's text, or refuse it where it is not what its name says."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        reading.refuse(name, "", "a file that is not what its name says", "text in UTF-8")
        return None
    return text


def read(reading: Reading, name: str, content: bytes) -> int:
    """Read one file by its name; return how many more it holds."""
    kind = PurePosixPath(name).suffix.casefold()
    if name == "objects.inv":
        try:
            reading.words(name, gate_packed.inventory(content))
        except Unreadable as error:
            reading.refuse(name, "", str(error), "the list that Sphinx writes")
        return 0
    if kind == ".csv" and name in reading.register.files:
        text = decoded(reading, name, content)
        if text is not None:
            published = reading.register.files[name].about["provenance"] == "official"
            # Each cell stands for itself.
            reading.words(name, text.replace(",", ";"), amounts=published)
        return 0
    if name in (ASSETS, TABLES, "edition.json", "findings.json", "tolerances.json"):
        _json(reading, name, content)
        return 0
    if name == "searchindex.js":
        _index(reading, name, content)
        return 0
    if name in ("CITATION.cff", "SHA256SUMS"):
        text = decoded(reading, name, content) or ""
        reading.words(name, text)
        if name == "SHA256SUMS" and any(not _SUM.fullmatch(line) for line in text.splitlines()):
            reading.refuse(name, "", "lines that are no checksums", "64 hexadecimal digits, two spaces, a name")
        return 0
    if name in (gate_documents.WORKBOOK, gate_documents.PAPER):
        gate_documents.read(reading, name, content)
        return 0
    what = "a table that is not in the register" if kind == ".csv" else "a file of a kind that a site does not hold"
    reading.refuse(name, "", what, _UNKNOWN)
    return anything(reading, name, content, [gate_packed.MOST])


def asset(reading: Reading, name: str, content: bytes) -> None:
    """Read what pages load: scripts, styles, drawings, images, fonts. Whether it belongs there is asked elsewhere."""
    kind = PurePosixPath(name).suffix.casefold()
    try:
        if kind in _CODE:
            text = decoded(reading, name, content)
            if text is not None:
                reading.words(name, text, code=True)
        elif kind == ".svg":
            text = decoded(reading, name, content)
            if text is not None:
                gate_pages.read(reading, name, text, chapter="")
        elif kind == ".png":
            for words in gate_packed.png(content):
                reading.words(name, words, "its metadata")
        elif kind in (".jpg", ".jpeg"):
            gate_packed.jpeg(content)
        elif kind == ".pdf":
            reading.words(name, gate_packed.document(content), "its words")
        elif kind not in _FONTS or not content.startswith(_FONTS[kind]):
            reading.refuse(name, "", "a file of a kind that pages do not load", "scripts, styles, images and fonts")
            anything(reading, name, content, [gate_packed.MOST])
    except Unreadable as error:
        reading.refuse(name, "", str(error), "images, documents and fonts without metadata")
        anything(reading, name, content, [gate_packed.MOST])


def anything(reading: Reading, name: str, content: bytes, left: list[int], depth: int = 1) -> int:
    """Look for identifiers in a file that is refused anyway, however it is packed; return how many files it holds."""
    if content.startswith(b"PK\x03\x04") and depth <= gate_packed.DEEPEST:
        held = 0
        try:
            for inner, body in gate_packed.members(content, left):
                held += 1 + anything(reading, f"{name}/{inner}", body, left, depth + 1)
        except Unreadable as error:
            reading.refuse(name, "", str(error), _UNKNOWN)
        return held
    text = gate_packed.text(content)
    reading.words(name, text)
    if "<" in text:
        reading.words(name, re.sub(r"<[^>]*>", "\n", text), "its words")
    if content.startswith(b"\x89PNG"):
        try:
            for words in gate_packed.png(content):
                reading.words(name, words, "its metadata")
        except Unreadable:
            pass  # refused already; its words up to there were read
    return 0


def _json(reading: Reading, name: str, content: bytes) -> None:
    text = decoded(reading, name, content)
    try:
        held: Any = json.loads(text or "")
    except ValueError:
        reading.refuse(name, "", "no JSON that can be read", "the file that the build writes")
        return
    reading.words(name, "\n".join(strings(held)), "its words")
    if name == "edition.json":
        odd = sorted(set(held) - set(_RECORD)) if isinstance(held, dict) else ["no record"]
        if odd:
            reading.refuse(name, "", f"{len(odd)} entries that the build does not write", ", ".join(_RECORD))
    if name == "findings.json":
        _findings(reading, name, held)


def _findings(reading: Reading, name: str, held: Any) -> None:
    """Hold every finding against the notebooks: its sentence must be one that they paste."""
    for number, one in enumerate(held if isinstance(held, list) else [None], start=1):
        place = f"finding {number}"
        if not isinstance(one, dict) or one.get("id") is None:
            reading.refuse(name, place, "no finding", "findings of publish.finding")
        elif reading.findings.get(str(one["id"])) != {**one, "chapter": ""}:
            reading.refuse(name, place, "a finding that differs from its notebook's", "findings of publish.finding")


def _index(reading: Reading, name: str, content: bytes) -> None:
    """Read the search index. Sphinx runs the words of neighbouring cells into one, so that ten digits may be years."""
    text = decoded(reading, name, content) or ""
    found = _INDEX.match(text)
    try:
        held = json.loads(found[1]) if found else None
    except ValueError:
        held = None
    if not isinstance(held, dict):
        reading.refuse(name, "", "no search index that can be read", "the index that Sphinx writes")
        reading.words(name, text)
        return
    reading.words(name, "\n".join(strings(held)), "its words", amounts=True)
