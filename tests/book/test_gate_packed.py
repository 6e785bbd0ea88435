"""The reproduction bundle and the images of a site, attacked by what their formats carry beside what they show."""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from btc_eval import disclosure
from tests.book.released import CHAPTER, put, put_json

NAME, HIDDEN = "reproduction.zip", "Zebedee Quillfeather"
#: Its parts: text of the book, a twin of the site's own file, programs of the library.
HONEST = {
    "edition/README.md": b"Run it again.",
    "edition/book/wards.md": b"# Wards",
    "edition/reproduce.py": b"print()",
}


def zipped(files: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def refused(site: Path, file: str, what: str) -> None:
    """Expect a refusal of this file for this reason; nothing planted is repeated, save in the name of a file."""
    found = disclosure.scan(site, canaries=[HIDDEN])
    said = found.words()
    assert any(one.file.startswith(file) and re.search(what, one.found) for one in found.refusals), said
    assert "Zebedee" not in "\n".join(f"{one.place} {one.found} {one.allowed}" for one in found.refusals)


def library() -> bytes:
    parts = {"btc_eval/__init__.py": b"", "btc_eval-1.dist-info/METADATA": b"Name: btc_eval"}
    return zipped({**parts})


def test_a_bundle_of_known_parts_passes(site: Path) -> None:
    twin = {f"edition/csv/{CHAPTER}/ward-table.csv": (site / f"csv/{CHAPTER}/ward-table.csv").read_bytes()}
    put(site, NAME, zipped({**HONEST, **twin, "edition/btc_eval-1-py3-none-any.whl": library()}))
    found = disclosure.scan(site, canaries=[HIDDEN])
    assert found.refusals == (), found.words()


LINK = zipfile.ZipInfo("edition/book/return.md")
LINK.external_attr = 0o120777 << 16
NOTED = zipfile.ZipInfo("edition/book/noted.md")
NOTED.comment = HIDDEN.encode()
STUFFED = zipfile.ZipInfo("edition/book/stuffed.md")
STUFFED.extra = struct.pack("<HH", 0x7075, 60) + HIDDEN.encode().ljust(60)

BUNDLES: dict[str, tuple[Mapping[str | zipfile.ZipInfo, bytes], str]] = {
    "an archive in it": ({"edition/more.zip": zipped({"a.txt": HIDDEN.encode()})}, "does not hold|from the register"),
    "an archive among the book": ({"edition/book/more.zip": zipped({"a": b"x"})}, "does not hold"),
    "an archive under a text's name": ({"edition/book/more.md": zipped({"a": b"\0x"})}, "not what its name says"),
    "a file outside its folder": ({"edition/../../return.csv": b"x"}, "hidden file|does not hold"),
    "a file above its folder": ({"../return.md": b"x"}, "outside its one folder"),
    "a file at the root": ({"/book/return.md": b"x"}, "outside its one folder"),
    "a file of a machine": ({"C:\\book\\return.md": b"x"}, "outside its one folder"),
    "a second folder": ({"other/book/wards.md": b"# Wards"}, "outside its one folder"),
    "a file of an unknown kind": ({"edition/book/return.parquet": b"PAR1"}, "does not hold"),
    "a file without a kind": ({"edition/book/return": b"x"}, "does not hold"),
    "a return": ({"edition/data/raw/CIN_2024.xml": b"<Message/>"}, "does not hold"),
    "a table that nobody lists": ({"edition/data/official/other.csv": b"x"}, "does not hold"),
    "a hidden file": ({"edition/book/.return.md": b"x"}, "hidden file"),
    "a folder as a file": ({f"edition/{HIDDEN}/": b""}, "hidden file|does not hold|from the register"),
    "a name in a name": ({f"edition/book/{HIDDEN}.md": b"x"}, "from the register"),
    "a link": ({LINK: b"../../return.csv"}, "a link to another place"),
    "words behind a name": ({NOTED: b"x"}, "words behind a file's name"),
    "words in the extra part": ({STUFFED: b"x"}, "words behind a file's name"),
    "data in the library": (
        {"edition/lib.whl": zipped({"btc_eval/return.parquet": b"PAR1"})},
        "the library does not hold",
    ),
    "an archive in the library": (
        {"edition/lib.whl": zipped({"btc_eval/a.py": b"", "more.zip": zipped({"a": HIDDEN.encode()})})},
        "the library does not hold|from the register",
    ),
}


@pytest.mark.parametrize("attack", BUNDLES)
def test_a_bundle_that_holds_more_is_refused(site: Path, attack: str) -> None:
    more, what = BUNDLES[attack]
    put(site, NAME, zipped({**HONEST, **more}))
    refused(site, NAME, what)


def test_two_files_of_one_name_are_refused(site: Path) -> None:
    """A program that unpacks shows the last; the first would be read by nobody."""
    out = io.BytesIO(zipped(HONEST))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("edition/book/wards.md", HIDDEN)
    put(site, NAME, out.getvalue())
    refused(site, NAME, "two files of one name")


def test_an_archive_with_something_around_its_files_is_refused(site: Path) -> None:
    whole = zipped(HONEST)
    for content in (b"x" + whole, HIDDEN.encode() + whole, whole[:-2] + struct.pack("<H", 3) + b"one"):
        put(site, NAME, content)
        refused(site, NAME, "between its files|behind its end|locked or damaged")
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        second = archive.infolist()[1].header_offset
        start = archive.start_dir
    gap = HIDDEN.encode()
    moved = bytearray(whole[:second] + gap + whole[second:])
    # Put every later place right, so that a reader of archives finds its way.
    at = start + len(gap)
    for _ in range(len(HONEST)):
        offset = struct.unpack("<I", moved[at + 42 : at + 46])[0]
        moved[at + 42 : at + 46] = struct.pack("<I", offset + len(gap) * (offset >= second))
        at += 46 + sum(struct.unpack("<HHH", moved[at + 28 : at + 34]))
    moved[at + 16 : at + 20] = struct.pack("<I", start + len(gap))
    put(site, NAME, bytes(moved))
    assert zipfile.ZipFile(io.BytesIO(bytes(moved))).testzip() is None
    refused(site, NAME, "between its files")


# --- images --------------------------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*more: bytes, after: bytes = b"") -> bytes:
    """Return a PNG of one pixel with further chunks."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + after


def jpeg(marker: int, body: bytes) -> bytes:
    part = bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
    return b"\xff\xd8" + part + b"\xff\xda\x00\x02\xff\xd9"


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/>{inside}</svg>'.encode()


def listed(site: Path, name: str, content: bytes) -> None:
    """Put a file beside what the pages load, and list it: so that its own words are all that the gate can mind."""
    put(site, f"_static/{name}", content)
    assets = json.loads((site / "assets.json").read_text())
    put_json(site, "assets.json", {**assets, name: hashlib.sha256(content).hexdigest()})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", png()),
        ("a.png", png(chunk(b"tEXt", b"Software\0a program"), chunk(b"pHYs", bytes(9)))),
        ("a.svg", svg("<title>A map of wards</title>")),
        ("a.jpg", jpeg(0xE0, b"JFIF\0")),
        ("a.woff2", b"wOF2"),
    ],
)
def test_an_image_that_only_draws_passes(site: Path, name: str, content: bytes) -> None:
    listed(site, name, content)
    found = disclosure.scan(site, canaries=[HIDDEN])
    assert found.refusals == (), found.words()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.png", png(chunk(b"tEXt", b"Author\0analyst")), "words in its metadata"),
        ("a.png", png(chunk(b"zTXt", b"Note\0\0" + zlib.compress(HIDDEN.encode()))), "from the register"),
        ("a.png", png(chunk(b"iTXt", b"Note\0\0\0\0\0" + HIDDEN.encode())), "from the register|words in its"),
        ("a.png", png(chunk(b"tEXt", b"Software\0" + HIDDEN.encode())), "from the register"),
        ("a.png", png(chunk(b"eXIf", b"MM\0*analyst")), "no part of the drawing"),
        ("a.png", png(chunk(b"prVt", b"analyst")), "no part of the drawing"),
        ("a.png", png(after=HIDDEN.encode()), "something behind its end"),
        ("a.png", png()[:40], "without an end|behind its end"),
        ("a.png", b"GIF89a", "not what its name says"),
        ("a.svg", svg(f"<title>{HIDDEN}</title>"), "from the register"),
        ("a.svg", svg(f"<metadata>{HIDDEN}</metadata>"), "from the register"),
        ("a.svg", svg(f"<desc>{HIDDEN}</desc>"), "from the register"),
        ("a.svg", svg(f"<!-- {HIDDEN} -->"), "from the register"),
        ("a.svg", svg(f'<g id="x" data-name="{HIDDEN}"/>'), "from the register"),
        ("a.svg", svg("<script>go()</script>"), "a program"),
        ("a.svg", svg('<image href="https://example.org/x.png"/>'), "outside the site"),
        ("a.jpg", jpeg(0xE1, b"Exif\0\0analyst"), "metadata"),
        ("a.jpg", jpeg(0xFE, b"analyst"), "metadata"),
        ("a.jpg", jpeg(0xED, b"Photoshop 3.0\0"), "metadata"),
        ("a.gif", b"GIF89a", "a kind that pages do not load"),
        ("a.woff2", b"OTTO", "a kind that pages do not load"),
    ],
)
def test_an_image_that_carries_more_is_refused(site: Path, name: str, content: bytes, what: str) -> None:
    listed(site, name, content)
    refused(site, f"_static/{name}", what)
