"""How are the council's returns kept? As they came, in snapshots that never change, with one pointer to the latest.

``data/raw/<kind>/<fingerprint>/`` holds every file of one return that is in use, as it came, and ``snapshot.json``,
which names them with their checksums and what they come to. ``data/raw/current.json`` names the current snapshot of
each kind: it is replaced in one step, so a refresh is there or it is not. A new snapshot carries over the files of the
one before, except those whose tables and years the new files bring again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.locations import data_folder, note_read
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.reading import read_held
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.sources import Held
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE
from btc_eval.records.store import replace_files

RAW = "raw"
POINTER = f"{RAW}/current.json"
MANIFEST = "snapshot.json"
#: Letters of the fingerprint that name a snapshot's folder.
_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a snapshot: its name inside, its checksum, where it lies now, and the tables and years it brings.

    For an Annex A list the year is the month of its last date (12 × year + month − 1): it is a window of six months,
    so one of another month stands beside it and does not replace it.
    """

    name: str
    sha256: str
    path: Path
    covers: frozenset[tuple[str, int]]


@dataclass(frozen=True)
class Snapshot:
    """The files of one return that are in use together.

    Parameters
    ----------
    kind
        The return.
    files
        As kept, sorted by name.
    demonstration
        Whether they are a demonstration extract.
    summary
        What they come to: see `changes.summarise`.
    """

    kind: Return
    files: tuple[Kept, ...]
    demonstration: bool
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """Return the fingerprint: the same files under the same names have the same one."""
        text = json.dumps([[file.name, file.sha256] for file in self.files] + [self.demonstration])
        return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_LENGTH]

    @property
    def place(self) -> str:
        """Return its folder, relative to the data folder."""
        return f"{RAW}/{self.kind.value}/{self.sha256}"

    def faults(self) -> list[Refusal]:
        """Is every kept file still what it was? A fault for each that is not."""
        faults = []
        for file in self.files:
            if not file.path.is_file():
                found = "no such file"
            elif fingerprint(file.path) != file.sha256:
                found = "contents that differ from the snapshot's list"
            else:
                continue
            do = "Offer the returns again with btc-eval refresh."
            faults.append(Refusal(str(file.path), "", found, "the file as it came", do))
        return faults

    def manifest(self) -> bytes:
        """Return what is written in `snapshot.json`."""
        content = {
            "kind": self.kind.value,
            "demonstration": self.demonstration,
            "files": [
                {"name": file.name, "sha256": file.sha256, "covers": sorted(map(list, file.covers))}
                for file in self.files
            ],
            "summary": self.summary,
        }
        return json.dumps(content, indent=1, ensure_ascii=False).encode("utf-8")

    def write(self, folder: Path) -> None:
        """Write the snapshot into an empty folder, readable by this user alone and by nobody for writing."""
        folder.mkdir(parents=True, mode=0o700)
        for file in self.files:
            target = folder / "files" / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.path, target)
            target.chmod(0o400)
        if self.demonstration:
            (folder / "files" / DEMONSTRATION_FILE).write_text("Demonstration data, not about any child.\n", "utf-8")
        (folder / MANIFEST).write_bytes(self.manifest())


def pointer(data: Path) -> dict[str, str]:
    """Which snapshots are current? Kind → folder, relative to the data folder; empty where there is none."""
    path = data / POINTER
    if not path.is_file():
        return {}
    try:
        named = json.loads(path.read_text(encoding="utf-8"))
        return {str(Return(kind)): str(place) for kind, place in named.items()}
    except (ValueError, AttributeError) as error:
        raise refuse(
            str(path),
            "",
            found="a pointer that cannot be read",
            allowed="the one that btc-eval refresh writes",
            do="Restore it from a backup, or remove it and offer every return again with btc-eval refresh.",
        ) from error


def held(data: Path, kind: Return) -> Snapshot | None:
    """Which snapshot of this return is current, if any?

    Raises
    ------
    RefusedError
        Where it is named and not there, or not sound.
    """
    place = pointer(data).get(kind.value)
    if place is None:
        return None
    return _from_manifest(data / place, kind)


def _from_manifest(folder: Path, kind: Return) -> Snapshot:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = tuple(
            Kept(
                file["name"],
                file["sha256"],
                folder / "files" / file["name"],
                frozenset((str(table), int(year)) for table, year in file["covers"]),
            )
            for file in content["files"]
        )
        return Snapshot(kind, files, bool(content["demonstration"]), content["summary"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refuse(
            str(folder),
            "",
            found="a snapshot that is missing or damaged",
            allowed="the one that btc-eval refresh wrote",
            do="Offer the returns again with btc-eval refresh.",
        ) from error


def verify(data: Path) -> list[Refusal]:
    """Is every kept file still what it was? A fault for each that is not."""
    faults: list[Refusal] = []
    for kind in map(Return, pointer(data)):
        try:
            snapshot = held(data, kind)
        except RefusedError as error:
            faults += error.refusals
        else:
            faults += snapshot.faults() if snapshot is not None else []
    return faults


def together(snapshots: Iterable[Snapshot]) -> StatutoryRecords:
    """What do these snapshots say together? A file that several of them keep, such as a zip, is read once."""
    kinds: dict[str, set[str]] = {}
    files: dict[str, Kept] = {}
    for snapshot in snapshots:
        for file in snapshot.files:
            kinds.setdefault(file.sha256, set()).add(snapshot.kind.value)
            known = files.setdefault(file.sha256, file)
            files[file.sha256] = replace(known, covers=known.covers | file.covers)
    return read_held({file.path: Held(frozenset(kinds[sha]), _years(file.covers)) for sha, file in files.items()})


def _years(covers: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return table → its year, where it has one."""
    years: dict[str, list[int]] = {}
    for table, year in covers:
        years.setdefault(table, []).append(year)
    return {table: found[0] for table, found in years.items() if len(found) == 1 and 0 < found[0] < _MONTHS_FROM}


#: A number of `covers` from here on is a month, not a year.
_MONTHS_FROM = 10_000


def fingerprint(path: Path) -> str:
    """Return the checksum of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def current(data: Path | None = None, *, kinds: Sequence[str] | None = None) -> StatutoryRecords | None:
    """What do the council's returns say now? The current snapshots, read; `None` where there is none.

    Parameters
    ----------
    data
        The data folder; the one in use by default.
    kinds
        Only these returns ("cin_census", "ssda903", …); all by default.

    Raises
    ------
    RefusedError
        Where a snapshot is damaged.
    """
    folder = data_folder() if data is None else data
    named = {kind: place for kind, place in pointer(folder).items() if kinds is None or kind in kinds}
    if not named:
        return None
    note_read(folder / POINTER)
    for place in named.values():
        note_read(folder / place / MANIFEST)
    snapshots = [held(folder, Return(kind)) for kind in named]
    return together(snapshot for snapshot in snapshots if snapshot is not None)


def move_in(data: Path, staging: Path, snapshots: Sequence[Snapshot]) -> None:
    """Put staged snapshots in their place and point at them: in use only when the pointer is written."""
    for snapshot in snapshots:
        target = data / snapshot.place
        if target.is_dir() and not _whole(target, snapshot):
            target.rename(staging / f"damaged-{snapshot.sha256}")
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            (staging / snapshot.place).rename(target)
    named = {**pointer(data), **{snapshot.kind.value: snapshot.place for snapshot in snapshots}}
    replace_files(data, {POINTER: json.dumps(named, indent=1, sort_keys=True).encode("utf-8")})


def _whole(folder: Path, snapshot: Snapshot) -> bool:
    """Return whether a folder of that name holds what it should; one that was damaged is written anew."""
    try:
        written = _from_manifest(folder, snapshot.kind)
    except RefusedError:
        return False
    return written.sha256 == snapshot.sha256 and not written.faults()


def staging_folder(data: Path) -> Path:
    """Make a folder for what is not yet decided; a refresh that is killed leaves it, and the next one clears it."""
    data.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=".staging-", dir=data))


def clear(staging: Path | None) -> None:
    """Remove a staging folder, read-only files and all."""
    if staging is not None:
        with contextlib.suppress(OSError):
            shutil.rmtree(staging)
