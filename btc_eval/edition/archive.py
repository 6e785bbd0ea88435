"""An edition as a folder, whether it was given as one or as a zip."""

from __future__ import annotations

import contextlib
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from btc_eval import disks
from btc_eval.errors import UsageError, refuse
from btc_eval.zips import UNREADABLE

#: The file by which an edition is known.
RECORD = "edition.json"

#: What a reproduction bundle may hold. A hostile one would inflate without end.
MOST_FILES = 20_000
MOST_BYTES = 1_500_000_000


@contextlib.contextmanager
def opened(edition: Path) -> Iterator[Path]:
    """Which folder holds this edition? A zip is unpacked beside the system's temporary files, and removed after.

    Parameters
    ----------
    edition
        A folder with `edition.json`, or a zip that holds one at its top or in its only folder.

    Raises
    ------
    UsageError
        Where there is nothing of that name, or it is not an edition.
    RefusedError
        Where the zip is damaged, would write outside its folder, or inflates beyond what an edition can be.
    """
    if edition.is_dir():
        yield _top(edition, str(edition))
        return
    if not edition.is_file():
        raise UsageError(f"found nothing at {edition}; allowed: an edition, as a folder or a zip. Check the path.")
    if not zipfile.is_zipfile(edition):
        raise UsageError(
            f"found a file that is not a zip at {edition}; allowed: an edition, as a folder or a zip. Check the path."
        )
    with tempfile.TemporaryDirectory(prefix="btc-edition-") as folder:
        _unpack(edition, Path(folder))
        yield _top(Path(folder), str(edition))


def _top(folder: Path, named: str) -> Path:
    if (folder / RECORD).is_file():
        return folder
    inside = [path for path in folder.iterdir() if path.is_dir() and (path / RECORD).is_file()]
    if len(inside) == 1:
        return inside[0]
    raise UsageError(
        f"found no {RECORD} in {named}; allowed: one edition. Name the folder of the edition itself, such as 2026.11."
    )


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack, trusting nothing that the archive says of itself."""
    try:
        with zipfile.ZipFile(archive) as held:
            entries = held.infolist()
            fault = _fault(entries)
            if fault:
                raise refuse(
                    archive.name,
                    "the archive",
                    found=fault,
                    allowed=f"files below one folder, at most {MOST_FILES:,} and {MOST_BYTES // 10**6:,} MB",
                    do="Take the bundle from its publisher again; this one was not made by btc-eval.",
                )
            left = MOST_BYTES
            for entry in entries:
                target = folder.joinpath(*PurePosixPath(entry.filename).parts)
                if entry.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _copy(held, entry, target, left)
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno in disks.DISK:
            error.filename = error.filename or str(folder)
            raise  # the fault is this disk's, not the archive's
        raise refuse(
            archive.name,
            "the archive",
            found=f"an archive that cannot be unpacked ({type(error).__name__})",
            allowed="the zip that `btc-eval release` wrote",
            do="Copy it again; it was cut short or damaged on the way.",
        ) from error


def _fault(entries: list[zipfile.ZipInfo]) -> str:
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        return "more than an edition can be"
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            return "a name that leads out of its folder"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return "a link"
    names = [entry.filename for entry in entries]
    return "a name twice" if len(set(names)) != len(names) else ""


def _copy(held: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one file and return its size; stops where it is larger than it may be, whatever its header says."""
    written = 0
    with held.open(entry) as source, target.open("wb") as file:
        while chunk := source.read(1 << 20):
            written += len(chunk)
            if written > min(left, entry.file_size):
                raise zipfile.BadZipFile("larger than it says")
            file.write(chunk)
    return written
