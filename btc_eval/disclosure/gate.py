"""May these pages be seen? Reads everything that would be published, and refuses what no released table holds.

Every file starts from "refused" and is accepted by the reader for its kind: a file of a kind that has no reader is a
refusal. Refusals say where and what kind of thing stands there, never the thing itself.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from btc_eval.disclosure import gate_bundle, gate_files, gate_notebooks, gate_pages
from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_packed import LARGEST
from btc_eval.disclosure.gate_register import read as read_register
from btc_eval.disclosure.gate_text import Watch
from btc_eval.errors import Refusal, UsageError


@dataclass(frozen=True, slots=True)
class Scan:
    """What the gate says of a site.

    Parameters
    ----------
    files
        How many files were read, those inside archives included.
    tables
        How many released tables the site's register holds.
    refusals
        Every fault, sorted by file.
    seconds
        How long it took.
    """

    files: int
    tables: int
    refusals: tuple[Refusal, ...]
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        """Return whether nothing was refused."""
        return not self.refusals

    def as_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the `--json` output."""
        refusals = [refusal.as_dict() for refusal in self.refusals]
        return {"accepted": self.accepted, "files": self.files, "tables": self.tables, "refusals": refusals}

    def words(self) -> str:
        """Return the answer in words: a line for each fault."""
        read = f"{self.files} files and {self.tables} released tables read in {self.seconds:.1f} s"
        if self.accepted:
            return f"Nothing was found that was not released: {read}."
        return "\n".join([f"Refused: {len(self.refusals)} faults; {read}.", *map(str, self.refusals)])


def scan(site: Path, *, canaries: Iterable[str] = ()) -> Scan:
    """May these pages be seen?

    Parameters
    ----------
    site
        The folder of a built site or of a released edition.
    canaries
        Names and identifiers that may stand nowhere, such as those of the council's register.

    Returns
    -------
    Scan
        Accepted only if every file was read to its end and nothing in it was refused.

    Raises
    ------
    UsageError
        Where there is no such folder.

    Notes
    -----
    Refused are: a file that is hidden, a link, of an unknown kind or not put there by the build; a table, a chart's
    rows or a cell that differs from the released table it belongs to; under a policy that hides, a whole number
    from one to below the smallest count, in an exhibit, a chart's drawing or a phrase, that no released table
    holds, and any in the words around them, spoken ones where they count children, families or people; numbers in a
    table that is no exhibit; an output of a notebook that did not come through `publish`; the shape of a pupil
    number, an NHS number (modulo 11), a learner's number, a child's identifier, a date of birth, a postcode, an
    e-mail address or a path of a machine; a word of `canaries`; a link to a file that the site does not hold, and
    all that a page would load from elsewhere.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from btc_eval import disclosure
    >>> with tempfile.TemporaryDirectory() as empty:
    ...     found = disclosure.scan(Path(empty))
    >>> found.accepted, found.refusals[0].file
    (False, 'assets.json')
    """
    begun = time.monotonic()
    if not site.is_dir():
        raise UsageError(f"scan: found no folder at {site}; allowed: a built site. Run btc-eval build first.")
    paths = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if not _folder(path)}
    register = read_register(site)
    watch = Watch(frozenset(word for word in canaries if word), _public(site))
    reading = Reading(register, watch, frozenset(paths))
    for fault in register.faults:
        reading.seen[fault] = None
    contents = {name: content for name, path in paths.items() if (content := _content(reading, name, path)) is not None}
    files = _read(reading, contents)
    refusals = tuple(sorted(reading.seen, key=lambda fault: (fault.file, fault.place, fault.found)))
    return Scan(files, len(register.tables), refusals, time.monotonic() - begun)


def _public(site: Path) -> str:
    """Return the address that this edition says its readers write to; "" where it says none, or cannot be read."""
    try:
        said = json.loads((site / "edition.json").read_text(encoding="utf-8")).get("feedback")
    except (OSError, ValueError, AttributeError):
        return ""
    return said if isinstance(said, str) else ""


def _folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _content(reading: Reading, name: str, path: Path) -> bytes | None:
    """Return a file's bytes, or refuse it as it lies there."""
    if path.is_symlink() or not path.is_file():
        reading.refuse(name, "", "a link to another place, or no file", "files", "Put the file itself there.")
        return None
    if any(part.startswith((".", "~")) for part in name.split("/")):
        reading.refuse(name, "", "a hidden file", "files that a reader can see", "Take it out.")
    if path.stat().st_size > LARGEST:
        reading.refuse(name, "", "a file too large to be looked into", f"at most {LARGEST >> 20} MB", "Take it out.")
        return None
    return path.read_bytes()


def _read(reading: Reading, contents: dict[str, bytes]) -> int:
    """Read every file; notebooks first, because pages paste what these say. Return how many were read."""
    reading.contents = contents
    notebooks = {}
    for name, content in contents.items():
        if name.startswith("notebooks/") and name.endswith(".ipynb"):
            text = gate_files.decoded(reading, name, content)
            held = gate_notebooks.parse(reading, name, text) if text is not None else None
            if held is not None:
                notebooks[name] = held
    files = len(contents)
    for name, content in contents.items():
        reading.words(name, name.replace("/", "\n"), "its name")
        if name in notebooks:
            gate_notebooks.read(reading, name, notebooks[name])
        elif name.startswith("notebooks/") and name.endswith(".ipynb"):
            continue
        elif name.endswith(".html") and not name.startswith("_static/"):
            text = gate_files.decoded(reading, name, content)
            if text is not None:
                gate_pages.read(reading, name, text)
        elif name == gate_bundle.NAME:
            files += gate_bundle.read(reading, name, content)
        elif name.startswith("_static/"):
            sha = hashlib.sha256(content).hexdigest()
            if reading.register.assets.get(name.removeprefix("_static/")) != sha:
                reading.refuse(name, "", "a file that the build did not put there", "the files of assets.json")
            gate_files.asset(reading, name, content)
        else:
            files += gate_files.read(reading, name, content)
    return files
