"""Which files were offered? Files, folders and zips become sources that are opened as streams, never held whole.

A zip is read in place and never unpacked on disk. A member that points outside it, that is locked, or that grows
beyond reason is refused before it is read.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE
from btc_eval.zips import UNPACKING, UNREADABLE

#: Largest file, unpacked: a national census of ten years in one file is about 20 GB.
MOST_BYTES = 40_000_000_000
#: Largest growth of a zip member: returns shrink 10 to 60 times, a bomb thousands.
MOST_GROWTH = 250
MOST_MEMBERS = 20_000
#: What a computer leaves in a folder without being asked.
_LITTER = {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep"}


@dataclass(frozen=True, slots=True)
class Held:
    """What a snapshot already knows of a file that it keeps.

    Parameters
    ----------
    kinds
        Returns for which the file is in use; what else lies in it has been replaced, or is kept elsewhere.
    years
        Table → the one collection year of its rows, where it is one: a file kept away from its set still knows it.
    """

    kinds: frozenset[str]
    years: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was offered.

    Parameters
    ----------
    name
        What to call it in a message: the path as given, with the member after `!` where it came out of a zip.
    path
        The file on disk: the zip itself for a member.
    member
        Its name inside the zip, or blank.
    size
        Its length in bytes, unpacked.
    direct
        Whether it was named itself, and not met inside a folder or a zip.
    demonstration
        Whether a marker file in its folder, or above it, says that it is a demonstration extract.
    """

    name: str
    path: Path
    member: str
    size: int
    direct: bool
    demonstration: bool

    @property
    def file(self) -> str:
        """Return its own name, without folders."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def folder(self) -> str:
        """Return the folder it lies in, as part of its name: what tells one annual set from another."""
        return self.name[: len(self.name) - len(self.file)]

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open it as a stream of bytes.

        Raises
        ------
        RefusedError
            Where it may not be read, or a zip member turns out to be damaged.
        """
        with ExitStack() as opened:
            try:
                if self.member:
                    archive = opened.enter_context(zipfile.ZipFile(self.path))
                    stream = opened.enter_context(archive.open(self.member))
                else:
                    stream = opened.enter_context(self.path.open("rb"))
            except OSError as error:
                raise refuse(
                    self.name,
                    "",
                    found="a file that this computer does not let us read",
                    allowed="a file that you may open",
                    do="Check who may read it, and that nobody is writing it.",
                ) from error
            except UNREADABLE as error:
                raise self._damaged() from error
            try:
                yield stream
            except UNPACKING as error:
                raise self._damaged() from error
            except OSError as error:
                if not self.member or error.errno is not None:
                    raise
                raise self._damaged() from error  # one way of packing has no error of its own

    def _damaged(self) -> RefusedError:
        return refuse(
            self.name,
            "",
            found="a part of the zip that is damaged or cut short",
            allowed="a complete zip",
            do="Export it again, or unpack it and offer the files themselves.",
        )

    def head(self, length: int = 65_536) -> bytes:
        """Return its first bytes."""
        with self.open() as stream:
            return stream.read(length)

    def sha256(self) -> str:
        """Return its fingerprint, read in pieces."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()


def gather(paths: Sequence[str | Path]) -> tuple[list[Source], list[Refusal]]:
    """Which files lie behind these paths, sorted by name, and what had to be refused before any was read?

    Parameters
    ----------
    paths
        Files, folders (searched to the bottom) or zips. A file offered twice is taken once.
    """
    found: dict[str, Source] = {}
    refusals: list[Refusal] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            members = [p for p in sorted(path.rglob("*")) if p.is_file() and not _litter(p.name)]
            if not members:
                refusals.append(_refusal(str(path), "an empty folder", "Check the path."))
            taken = [source for member in members for source in _take(member, False, refusals)]
        elif path.is_file():
            taken = _take(path, True, refusals)
        else:
            refusals.append(_refusal(str(path), "no such file or folder", "Check the path."))
            continue
        for source in taken:
            found.setdefault(f"{source.path.resolve()}!{source.member}", source)
    return sorted(found.values(), key=lambda source: source.name), refusals


def _refusal(name: str, found: str, do: str, allowed: str = "a file, a folder or a zip that holds returns") -> Refusal:
    return Refusal(name, "", found, allowed, do)


def _litter(name: str) -> bool:
    return name.lower() in _LITTER or name.startswith(("._", "~$"))


def _take(path: Path, direct: bool, refusals: list[Refusal]) -> list[Source]:
    marked = _marked(path)
    try:
        size = path.stat().st_size
        if path.suffix.lower() != ".zip":
            return [Source(str(path), path, "", size, direct, marked)]
        with zipfile.ZipFile(path) as archive:
            return _members(path, archive, marked)
    except RefusedError as error:
        refusals.extend(error.refusals)
    except UNREADABLE:
        do = "Export it again; compare its size with what was sent."
        refusals.append(_refusal(str(path), "a file that is not a zip, or is cut short", do, "a complete zip"))
    return []


def _marked(path: Path) -> bool:
    """Return whether a marker lies beside the file or above it, up to the fourth folder."""
    return any((folder / DEMONSTRATION_FILE).is_file() for folder in list(path.resolve().parents)[:4])


def _members(path: Path, archive: zipfile.ZipFile, marked: bool) -> list[Source]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    faults = [fault for info in members if (fault := _fault(str(path), info)) is not None]
    if len(members) > MOST_MEMBERS:
        found = f"{len(members):,} files in the zip"
        faults.append(_refusal(str(path), found, "Offer the returns themselves.", f"at most {MOST_MEMBERS:,}"))
    if not members:
        faults.append(_refusal(str(path), "a zip with nothing in it", "Export it again."))
    if faults:
        raise RefusedError(faults)
    marks = {PurePosixPath(info.filename).parent for info in members if _named(info) == DEMONSTRATION_FILE}
    return [
        Source(
            f"{path}!{info.filename}", path, info.filename, info.file_size, False,
            marked or not marks.isdisjoint(PurePosixPath(info.filename).parents),
        )
        for info in sorted(members, key=lambda member: member.filename)
        if not _litter(_named(info))
    ]  # fmt: skip


def _named(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename).name


def _fault(archive: str, info: zipfile.ZipInfo) -> Refusal | None:
    inside = PurePosixPath(info.filename.replace("\\", "/"))
    place = info.filename[:80].encode("unicode_escape").decode("ascii")
    if inside.is_absolute() or ".." in inside.parts or ":" in info.filename:
        found, allowed = "a path that leads outside the zip", "paths inside the zip"
    elif info.flag_bits & 0x1:
        found, allowed = "a file locked with a password", "a zip without a password"
    elif info.file_size > MOST_BYTES or info.file_size > MOST_GROWTH * max(info.compress_size, 4_000):
        found = f"{info.compress_size:,} bytes that unpack to {info.file_size:,}"
        allowed = f"at most {MOST_GROWTH} times the packed size"
    elif inside.suffix.lower() == ".zip":
        found, allowed = "a zip inside a zip", "returns, in one zip"
    else:
        return None
    return Refusal(archive, place, found, allowed, "Do not unpack it. Ask whoever sent it for the returns themselves.")
