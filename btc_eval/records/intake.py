"""Which files were offered? Opens files, folders and zips, and refuses what is unsafe or empty.

A zip is opened in memory and never unpacked on disk; a member that points outside it, or that grows beyond reason,
is refused before it is read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from btc_eval.errors import Refusal
from btc_eval.records.tables import Faults, Offered
from btc_eval.zips import UNREADABLE

#: Largest file read into memory, unpacked: ten times the largest published table.
MOST_BYTES = 200_000_000
#: Largest growth of a zip member: text tables shrink 20 to 60 times, a bomb thousands.
MOST_GROWTH = 250
MOST_MEMBERS = 5_000
#: Largest zip, unpacked: a publication's whole download is a tenth of this.
MOST_UNPACKED = 1_000_000_000

#: What a computer leaves in a folder without being asked.
_LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}

GatherResult = tuple[list[Offered], list[Refusal]]


def gather(paths: Sequence[str | Path]) -> GatherResult:
    """Which files lie behind these paths, sorted by name, and what had to be refused before any was read?

    Parameters
    ----------
    paths
        Files, folders (searched to the bottom) or zips.
    """
    offered: list[Offered] = []
    refusals: list[Refusal] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            members = [p for p in sorted(path.rglob("*")) if p.is_file() and not _litter(p.name)]
            if not members:
                refusals.append(_nothing(str(path), "an empty folder"))
            for member in members:
                _take(member, str(member), direct=False, offered=offered, refusals=refusals)
        elif path.is_file():
            _take(path, str(path), direct=True, offered=offered, refusals=refusals)
        else:
            refusals.append(
                Refusal(str(path), "", "no such file or folder", "a file, a folder or a zip", "Check the path.")
            )
    return offered, refusals


def _litter(name: str) -> bool:
    return name in _LITTER or name.startswith(("._", "~$"))


def _nothing(name: str, found: str) -> Refusal:
    return Refusal(name, "", found, "at least one table", "Download it again from the publication's page.")


def _take(path: Path, name: str, *, direct: bool, offered: list[Offered], refusals: list[Refusal]) -> None:
    if path.stat().st_size > MOST_BYTES:
        refusals.append(_too_large(name, path.stat().st_size))
        return
    content = path.read_bytes()
    if path.suffix.lower() == ".zip":
        more, wrong = open_zip(name, content)
        offered.extend(more)
        refusals.extend(wrong)
    else:
        offered.append(Offered(name=name, file=path.name, content=content, direct=direct))


def _too_large(name: str, size: int) -> Refusal:
    return Refusal(
        name,
        "",
        f"{size:,} bytes unpacked",
        f"at most {MOST_BYTES:,} bytes",
        "Offer the published tables one by one; none of them is this large.",
    )


def open_zip(name: str, content: bytes) -> GatherResult:
    """Which files lie in this zip? A damaged, empty or unsafe one is refused."""
    faults = Faults(name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [info for info in archive.infolist() if not info.is_dir() and not _litter(Path(info.filename).name)]
    except UNREADABLE:
        faults.add(
            "",
            found="a file that is not a zip, or is cut short",
            allowed="a complete zip",
            do="Download it again; compare its size with the publisher's page.",
        )
        return [], faults.found
    if not members:
        return [], [_nothing(name, "a zip with nothing in it")]
    if len(members) > MOST_MEMBERS:
        faults.add(
            "",
            found=f"{len(members):,} files in the zip",
            allowed=f"at most {MOST_MEMBERS:,}",
            do="Offer the tables themselves.",
        )
    unpacked = sum(info.file_size for info in members)
    if unpacked > MOST_UNPACKED:
        faults.add(
            "",
            found=f"files that unpack to {unpacked:,} bytes",
            allowed=f"at most {MOST_UNPACKED:,}",
            do="Offer the tables themselves.",
        )
    for info in members:
        _check_member(info, faults)
    if faults:
        return [], faults.found
    offered = []
    for info in sorted(members, key=lambda member: member.filename):
        try:
            data = archive.read(info)
        except UNREADABLE:
            faults.add(
                info.filename,
                found="a member that cannot be unpacked (damaged or locked with a password)",
                allowed="a complete zip without a password",
                do="Download it again, or unpack it first.",
            )
            continue
        offered.append(Offered(f"{name}!{info.filename}", PurePosixPath(info.filename).name, data, direct=False))
    return ([], faults.found) if faults else (offered, [])


def _check_member(info: zipfile.ZipInfo, faults: Faults) -> None:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in info.filename:
        faults.add(
            info.filename,
            found="a path that leads outside the zip",
            allowed="paths inside the zip",
            do="Do not unpack it. Ask whoever sent it for the tables themselves.",
        )
    elif info.file_size > MOST_BYTES or info.file_size > MOST_GROWTH * max(info.compress_size, 1_000):
        faults.add(
            info.filename,
            found=f"{info.compress_size:,} bytes that unpack to {info.file_size:,}",
            allowed=f"at most {MOST_BYTES:,} bytes and {MOST_GROWTH} times its packed size",
            do="Do not unpack it. Download the tables from the publisher.",
        )
