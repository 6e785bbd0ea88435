"""The reproduction bundle: only what is public of a clone, each part known by its place, its checksum or its twin."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import PurePosixPath

from btc_eval.disclosure import gate_files, gate_packed
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_packed import Unreadable

NAME = "reproduction.zip"

_TWINS = ("edition.json", "findings.json", "tables.json", "tolerances.json")
_CLONE = (
    "_toc.yml", "_config.yml", "requirements.lock", "pyproject.toml", "LICENSE", "CITATION.cff", "README.md",
    "reproduce.py", "SHA256SUMS",
)  # fmt: skip
_BOOK = (".md", ".yml", ".html", ".txt", ".bib")
_PROGRAMS = (".py", ".toml", ".js", ".css", ".json", ".txt", ".typed", ".md", ".html", ".rst")
_DIST = ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "LICENSE", "licenses/LICENSE")
_FACTS = {"programme": (".toml",), "assumptions": (".toml",), "simulations": (".json", ".toml", ".csv")}
_TOP = re.compile(r"[A-Za-z0-9][\w.+-]*")
_ALLOWED = "the notebooks, tables and findings of the site; the book, the library, and the public files of data"


def read(reading: Reading, file: str, content: bytes) -> int:
    """Read the bundle of an edition; return how many files it holds."""
    left, held = [gate_packed.MOST], {}
    tops: set[str] = set()
    try:
        for name, body in gate_packed.members(content, left):
            top, _, rest = name.partition("/")
            tops.add(top)
            held[rest] = body
    except Unreadable as error:
        reading.refuse(file, "", str(error), _ALLOWED)
    if len(tops) > 1 or any(not _TOP.fullmatch(top) or top == ".." for top in tops):
        reading.refuse(file, "", "files outside its one folder", _ALLOWED)
    reading.words(file, "\n".join((*tops, *(part for name in held for part in name.split("/")))), "names of its files")
    official = _official(held.get("data/catalogue.toml", b""))
    for name, body in held.items():
        place = f"{file}/{name}"
        if any(part.startswith((".", "~")) or part in ("", "..") for part in name.split("/")):
            reading.refuse(place, "", "a hidden file", _ALLOWED)
        if not _known(reading, place, name, body, official):
            reading.refuse(place, "", "a file that a bundle does not hold", _ALLOWED)
            gate_files.anything(reading, place, body, left)
        if name.endswith(".whl"):
            _wheel(reading, place, body, left)
    return len(held)


def _official(catalogue: bytes) -> dict[str, str]:
    """Return the checksum of every published table that the catalogue lists."""
    try:
        tables = tomllib.loads(catalogue.decode("utf-8")).get("table", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    return {f"data/{one['file']}": str(one.get("sha256", "")) for one in tables if one.get("provenance") == "official"}


def _known(reading: Reading, place: str, name: str, body: bytes, official: dict[str, str]) -> bool:
    """Read a file that belongs here; say whether it does."""
    kind, parts = PurePosixPath(name).suffix.casefold(), name.split("/")
    if name in _TWINS or parts[0] in ("csv", "notebooks"):
        return reading.contents.get(name) == body
    if name in official:
        return hashlib.sha256(body).hexdigest() == official[name]
    if name.endswith(".whl") and len(parts) == 1:
        return True
    if name in _CLONE or name == "data/catalogue.toml":
        _text(reading, place, body, code=kind in (".py", ".lock", ".toml"))
        return True
    if parts[0] == "data":
        if len(parts) == 3 and kind in _FACTS.get(parts[1], ()):
            _text(reading, place, body)
            return True
        return False
    if parts[0] == "book" and kind in _BOOK:
        _text(reading, place, body, code=kind == ".html")
        return True
    if name.startswith("book/_static/"):
        if reading.contents.get(name.removeprefix("book/")) != body:
            return False
        gate_files.asset(reading, place, body)
        return True
    return False


def _text(reading: Reading, place: str, body: bytes, *, code: bool = False) -> None:
    text = gate_files.decoded(reading, place, body)
    if text is not None:
        reading.words(place, text, code=code)


def _wheel(reading: Reading, place: str, content: bytes, left: list[int]) -> None:
    """Read the library: programs and constants, and nothing that is data."""
    try:
        for name, body in gate_packed.members(content, left):
            top, _, rest = name.partition("/")
            at = f"{place}/{name}"
            library = top == "btc_eval" and PurePosixPath(name).suffix in _PROGRAMS
            if library or (top.endswith(".dist-info") and rest in _DIST):
                _text(reading, at, body, code=True)
            else:
                reading.refuse(at, "", "a file that the library does not hold", "programs and constants")
                gate_files.anything(reading, at, body, left)
    except Unreadable as error:
        reading.refuse(place, "", str(error), _ALLOWED)
