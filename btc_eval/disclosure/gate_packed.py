"""What do files that are no text carry beside what they show? Images' metadata, documents, archives in archives."""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

from btc_eval.zips import UNREADABLE

#: The most that one file, and all parts of one archive, may hold.
LARGEST, MOST, DEEPEST = 50 << 20, 400 << 20, 4
_PNG = b"\x89PNG\r\n\x1a\n"
#: Parts of a PNG that only draw; and keys of words that programs write of themselves.
_DRAWS = frozenset(
    ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "pHYs", "bKGD", "sBIT", "hIST", "iCCP", "sPLT"]
)
_SELF = frozenset({"Software"})
#: Bytes that an archive may hold behind a file for its size, and beside its name for sizes and times.
_DESCRIPTOR, _EXTRA = 24, 36
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_STRING = re.compile(rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]+>")


class Unreadable(Exception):
    """A file that cannot be looked into, so that nobody can say that it holds nothing; the message says what it is."""


def png(content: bytes) -> Iterator[str]:
    """Which words does this image carry beside its pixels? Refuses parts that are no part of a drawing.

    Raises
    ------
    Unreadable
        Where it is no whole PNG, has parts of another kind, or goes on after its end.
    """
    if not content.startswith(_PNG):
        raise Unreadable("an image that is not what its name says")
    at, ended = len(_PNG), False
    while at < len(content):
        if ended or at + 12 > len(content):
            raise Unreadable("an image with something behind its end")
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body, name = content[at + 8 : at + 8 + length], kind.decode("latin-1")
        ended = name == "IEND"
        if name in ("tEXt", "zTXt", "iTXt"):
            key = body.split(b"\0", 1)[0].decode("latin-1")
            yield f"{key} {_png_words(name, body)}"
            if key not in _SELF:
                raise Unreadable("an image with words in its metadata")
        elif name not in _DRAWS and name != "tIME":
            raise Unreadable("an image with metadata that is no part of the drawing")
        at += 12 + length
    if not ended:
        raise Unreadable("an image without an end")


def _png_words(name: str, body: bytes) -> str:
    rest = body.split(b"\0", 1)[1] if b"\0" in body else b""
    packed = rest[1:] if name == "zTXt" else rest.split(b"\0", 3)[-1] if name == "iTXt" else None
    if packed is None:
        return rest.decode("latin-1")
    try:
        return zlib.decompress(packed).decode("utf-8", "replace")
    except zlib.error:
        return packed.decode("utf-8", "replace")


def jpeg(content: bytes) -> None:
    """Refuse a photograph that carries anything beside its pixels: where and when it was taken, by whom, comments."""
    if not content.startswith(b"\xff\xd8") or not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        raise Unreadable("an image that is not what its name says")
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != 0xDA:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        if marker == 0xFE or (0xE1 <= marker <= 0xEF and marker != 0xEE):
            raise Unreadable("an image with metadata that is no part of the drawing")
        at += 2 + length


def inventory(content: bytes) -> str:
    """Return the words of `objects.inv`, by which other books link to this one."""
    head, _, packed = content.partition(b"using zlib.\n")
    try:
        return f"{head.decode()}\n{zlib.decompress(packed).decode()}"
    except (zlib.error, UnicodeDecodeError):
        raise Unreadable("a list of addresses that cannot be read") from None


def document(content: bytes) -> str:
    """Return what can be read of a PDF's words.

    Raises
    ------
    Unreadable
        Where it is locked, or holds a part that is packed in a way that is not known here.
    """
    if not content.startswith(b"%PDF-") or b"/Encrypt" in content or b"/EmbeddedFile" in content:
        raise Unreadable("a document that is locked, damaged or has files inside it")
    parts = [content]
    for found in _STREAM.finditer(content):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            if b"/FlateDecode" in content[max(0, found.start() - 400) : found.start()]:
                raise Unreadable("a document with a part that cannot be unpacked") from None
    return "\n".join(_shown(part) for part in parts)


def _shown(part: bytes) -> str:
    said = []
    for found in _STRING.findall(part):
        if found.startswith(b"<"):
            digits = re.sub(rb"\s", b"", found[1:-1])
            raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
            said.append(raw.decode("utf-16-be" if raw[:1] == b"\0" else "latin-1", "replace"))
        else:
            said.append(re.sub(rb"\\(.)", rb"\1", found[1:-1]).decode("latin-1"))
    return f"{' '.join(said)}\n{''.join(said)}"


def members(content: bytes, left: list[int]) -> Iterator[tuple[str, bytes]]:
    """Every file of an archive, with its name.

    Raises
    ------
    Unreadable
        Where it is locked, damaged or larger than anything that belongs here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.comment:
                raise Unreadable("an archive with words behind its end")
            _gaps(content, archive)
            for info in archive.infolist():
                left[0] -= info.file_size
                if info.file_size > LARGEST or left[0] < 0:
                    raise Unreadable("an archive too large to be looked into")
                yield info.filename, archive.read(info)
    except UNREADABLE:
        raise Unreadable("an archive that is locked or damaged") from None


def _gaps(content: bytes, archive: zipfile.ZipFile) -> None:
    """Refuse an archive with something between its files that a reader of archives passes over, or one name twice."""
    names = [info.filename for info in archive.infolist()]
    if len(set(names)) != len(names):
        raise Unreadable("an archive that holds two files of one name")
    at = spare = 0
    for info in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if info.comment:
            raise Unreadable("an archive with words behind a file's name")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise Unreadable("an archive with a link to another place")
        head = content[info.header_offset : info.header_offset + 30]
        if not at <= info.header_offset <= at + spare or len(head) < 30 or head[:4] != b"PK\x03\x04":
            raise Unreadable("an archive with something between its files")
        named, extra = struct.unpack("<HH", head[26:])
        if max(extra, len(info.extra)) > _EXTRA:
            raise Unreadable("an archive with words behind a file's name")
        at = info.header_offset + 30 + named + extra + info.compress_size
        # A size that was not known when a file was begun stands behind it.
        spare = _DESCRIPTOR if info.flag_bits & 8 else 0
    if not at <= archive.start_dir <= at + spare:
        raise Unreadable("an archive with something between its files")


def text(content: bytes) -> str:
    """Return a file as text, whatever its encoding; for a file that is refused already."""
    for start, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(start):
            return content.decode(encoding, "replace")
    return content.replace(b"\0", b"").decode("utf-8", "replace")
