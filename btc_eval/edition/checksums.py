"""Is every file of an edition still the one that was released? `SHA256SUMS`, as `sha256sum --check` reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from btc_eval.edition import fingerprint
from btc_eval.errors import refuse

#: The list of checksums at the top of an edition; it lists every file but itself.
NAME = "SHA256SUMS"

_LINE = re.compile(r"^(?P<sha>[0-9a-f]{64}) [ *](?P<name>.+)$")


@dataclass(frozen=True, slots=True)
class Tampered:
    """Which files are not as they were released?

    Parameters
    ----------
    changed, missing, added
        Names relative to the edition, with `/`, sorted: other bytes; listed and not there; there and not listed.
    files
        How many files the list holds.
    """

    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    files: int

    @property
    def sound(self) -> bool:
        """Return whether every file is as it was released and none was added."""
        return not (self.changed or self.missing or self.added)


def write(folder: Path) -> Path:
    """Write the list of checksums of a folder, sorted by name, and return it. A list already there is replaced."""
    lines = [f"{sha}  {name}\n" for name, sha in sorted(_hashes(folder).items())]
    path = folder / NAME
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


def check(folder: Path) -> Tampered:
    """Is every file as it was released?

    Raises
    ------
    RefusedError
        Where there is no list, or a line of it cannot be read: then nothing can be said.
    """
    listed = _listed(folder / NAME)
    found = _hashes(folder)
    return Tampered(
        changed=tuple(sorted(name for name in listed.keys() & found.keys() if listed[name] != found[name])),
        missing=tuple(sorted(listed.keys() - found.keys())),
        added=tuple(sorted(found.keys() - listed.keys())),
        files=len(listed),
    )


def _hashes(folder: Path) -> dict[str, str]:
    """Return every file but the list itself, hidden ones too: a file that is not listed may not lie there."""
    return {
        name: fingerprint.sha256_file(path)
        for path in folder.rglob("*")
        if not path.is_dir() and (name := path.relative_to(folder).as_posix()) != NAME
    }


def _listed(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise refuse(
            str(path.parent),
            NAME,
            found="no list of checksums",
            allowed="a released edition, or its reproduction bundle",
            do="Name the folder that `btc-eval release` made, or the zip inside it.",
        )
    listed: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        match = _LINE.match(line)
        if match is None or match["name"] in listed:
            raise refuse(
                NAME,
                f"line {number}",
                found="a line that cannot be read" if match is None else "a file named twice",
                allowed="64 hexadecimal digits, two spaces and a name, each file once",
                do="The list was changed since the release; take the edition from its publisher again.",
            )
        listed[match["name"]] = match["sha"]
    return listed
