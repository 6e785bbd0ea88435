"""Where does a page send its reader, and what does it load? Nothing from elsewhere, no file that was not released."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from urllib.parse import unquote

from btc_eval.disclosure.gate_faults import Reading

#: Attributes that name another file.
ADDRESSES = (
    "href", "src", "srcset", "data", "action", "formaction", "poster", "xlink:href", "cite", "background", "ping",
    "manifest", "longdesc", "archive", "codebase",
)  # fmt: skip
#: What lies beside an edition, and what a release adds to a site after its pages are written.
_BESIDE = ("../editions.js", "../editions.json", "../index.html")
_ADDED = ("reproduction.zip", "CITATION.cff", "SHA256SUMS", "tolerances.json")
_SCHEME = re.compile(r"^\s*([A-Za-z][A-Za-z0-9+.-]*):")
#: A letter by its number in a style.
_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{1,6})\s?")
_STYLE_ADDRESS = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)


def read(reading: Reading, file: str, tag: str, attributes: Mapping[str, str]) -> None:
    """Hold every address of one element against what the site holds."""
    place = f"<{tag}>"
    for name in ADDRESSES:
        address = attributes.get(name)
        if address is None:
            continue
        for one in [part.split()[0] for part in address.split(",") if part.split()] if name == "srcset" else [address]:
            _one(reading, file, tag, f"<{tag} {name}>", one, download="download" in attributes)
    if tag == "meta" and attributes.get("http-equiv", "").casefold() == "refresh":
        goal = attributes.get("content", "").partition("=")[2].strip("'\" ")
        if goal:
            _one(reading, file, tag, place, goal, download=False)
    if tag in ("iframe", "object", "embed", "applet", "frame", "base"):
        reading.refuse(file, place, "another page or program set into this one", "text, tables, drawings and images")
    if tag == "style" or "style" in attributes:
        style(reading, file, place, attributes.get("style", ""))
    if any(name.startswith("on") for name in attributes):
        reading.refuse(file, place, "a program inside an attribute", "the scripts under _static")


def style(reading: Reading, file: str, place: str, text: str) -> None:
    """Refuse a style in a page that loads something; what it would write is read as words are."""
    if "\\" in text:
        text = _ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), text)
        reading.words(file, text, place)
    if _STYLE_ADDRESS.search(text):
        reading.refuse(file, place, "a style that loads a file", "styles under _static")


def _one(reading: Reading, file: str, tag: str, place: str, address: str, *, download: bool) -> None:
    scheme = _SCHEME.match(address)
    if scheme is not None:
        linked = tag == "a" and not download and scheme[1].casefold() in ("http", "https")
        own = tag == "a" and bool(reading.watch.public) and address == f"mailto:{reading.watch.public}"
        if not linked and not own:
            kind = "a file of a machine" if scheme[1].casefold() == "file" or len(scheme[1]) == 1 else scheme[1].lower()
            reading.refuse(file, place, f"an address outside the site ({kind})", "files of the site; web pages in <a>")
        return
    path = unquote(address.split("#")[0].split("?")[0]).replace("\\", "/").strip()
    if not path:
        return
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
    outside = path.startswith("/") or whole == ".." or whole.startswith("../")
    if outside and whole not in _BESIDE and not whole.startswith("../latest/"):
        reading.refuse(file, place, "a link to a file outside the site", "files of the site")
    elif not outside and not _held(reading, whole) and (download or not whole.endswith((".html", ".js", ".css"))):
        reading.refuse(file, place, "a link to a file that the site does not hold", "files of the site")


def _held(reading: Reading, whole: str) -> bool:
    return (
        whole in reading.names
        or whole in _ADDED
        or f"{whole}/index.html" in reading.names
        or (whole == "." and "index.html" in reading.names)
        or whole.startswith("f/")
    )
