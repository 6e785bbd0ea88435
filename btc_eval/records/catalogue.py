"""Where does every figure come from? Reads, checks and writes `data/catalogue.toml`.

One `[[table]]` for each file under `data/official`, with its checksum and row count, and under it one
`[[table.source]]` for each published file that still has figures in it.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.locations import note_part
from btc_eval.records.tables import Faults
from btc_eval.texts import ALLOWED, unfit, within

NAME = "catalogue.toml"

_HEAD = """\
# Every input of the report: who published it, under which licence, for which years, and the checksum of what we hold.
# Written by `btc-eval refresh`; read and verified whenever a table is read. Do not edit by hand.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One published file.

    Parameters
    ----------
    publisher, publication, table
        Who published it, in which publication, and what the publication calls the table.
    released
        Year and month of the release, or the last year of data where the publisher states no month.
    vintage
        The release, as the compiled rows name it.
    licence, address
        Licence, and the publication's page.
    file, sha256
        Name and fingerprint of the file as downloaded.
    rows
        Rows of the file, below its header.
    """

    publisher: str
    publication: str
    table: str
    released: str
    vintage: str
    licence: str
    address: str
    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One compiled table, with its papers."""

    name: str
    title: str
    file: str
    provenance: str
    scope: str
    year: str
    window_start: str
    window_end: str
    rows: int
    sha256: str
    sources: tuple[Source, ...]

    @property
    def papers(self) -> Papers:
        """Return what the table carries to the page."""
        return Papers(Provenance(self.provenance), (self.name,), self.window_start, self.window_end)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every compiled table, sorted by name."""

    entries: tuple[Entry, ...]

    def entry(self, name: str) -> Entry | None:
        """Return the table's entry, or `None`."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def replaced(self, entries: dict[str, Entry]) -> Catalogue:
        """Return the catalogue with these entries in place of the ones of the same name."""
        kept = {entry.name: entry for entry in self.entries} | entries
        return Catalogue(tuple(kept[name] for name in sorted(kept)))


def fingerprint(content: bytes) -> str:
    """Return the checksum the catalogue holds."""
    return hashlib.sha256(content).hexdigest()


def read_catalogue(data: Path, *, whole: bool = True) -> Catalogue:
    """What does the catalogue list? An absent catalogue is an empty one.

    Parameters
    ----------
    data
        The data folder.
    whole
        Whether all of it shapes what is shown; where not, whoever uses an entry notes which (`locations.note_part`).

    Raises
    ------
    RefusedError
        Where an entry lacks a field, has one too many, or holds the wrong kind of value; all are named.
    """
    path = data / NAME
    if whole:
        note_part(path, None)
    if not path.is_file():
        return Catalogue(())
    faults = Faults(f"data/{NAME}")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.add("", found=f"text that is not TOML ({error})", allowed="TOML", do=_RESTORE)
        raise RefusedError(faults.found) from None
    tables = document.get("table", [])
    entries = [_entry(item, number, faults) for number, item in enumerate(tables, start=1)]
    names = [entry.name for entry in entries if entry is not None]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(name, found="two entries of this name", allowed="one", do=_RESTORE)
    if faults:
        raise RefusedError(faults.found)
    return Catalogue(tuple(sorted((e for e in entries if e is not None), key=lambda entry: entry.name)))


_RESTORE = "Restore the file from version control, or run btc-eval refresh with the publishers' files."


def _entry(item: dict[str, Any], number: int, faults: Faults) -> Entry | None:
    place = f"table {number} ({str(item.get('name', 'without a name'))[:60]})"
    odd = [(name, found) for name, text in within(item) if (found := unfit(text))]
    for name, found in odd:
        faults.add(f"{place}, {name[:60]}", found=found, allowed=ALLOWED, do=_RESTORE)
    if odd:
        return None
    sources = item.get("source", [])
    flat = {key: value for key, value in item.items() if key != "source"}
    good = _check_fields(flat, Entry, {"sources"}, place, faults)
    for index, source in enumerate(sources, start=1):
        good &= _check_fields(source, Source, set(), f"{place}, source {index}", faults)
    if not good:
        return None
    if flat["provenance"] not in {kind.value for kind in Provenance}:
        faults.add(
            f"{place}, provenance",
            found=repr(flat["provenance"]),
            allowed=", ".join(kind.value for kind in Provenance),
            do=_RESTORE,
        )
        return None
    return Entry(**flat, sources=tuple(Source(**source) for source in sources))


def _check_fields(item: dict[str, Any], kind: type, without: set[str], place: str, faults: Faults) -> bool:
    wanted = {f.name: int if f.name == "rows" else str for f in fields(kind) if f.name not in without}
    good = True
    for name in sorted(wanted.keys() - item.keys()):
        faults.add(place, found=f"no {name!r}", allowed=f"{name!r}", do=_RESTORE)
        good = False
    for name in sorted(item.keys() - wanted.keys()):
        faults.add(place, found=f"{name!r}", allowed=", ".join(wanted), do=_RESTORE)
        good = False
    for name, value in item.items():
        if name in wanted and type(value) is not wanted[name]:
            faults.add(f"{place}, {name}", found=type(value).__name__, allowed=wanted[name].__name__, do=_RESTORE)
            good = False
    return good


def write_catalogue(catalogue: Catalogue) -> bytes:
    """How is the catalogue written? The same bytes for the same entries."""
    blocks = [_HEAD]
    for entry in catalogue.entries:
        values = asdict(entry)
        sources = values.pop("sources")
        blocks.append(_block("[[table]]", values))
        blocks.extend(_block("[[table.source]]", source) for source in sources)
    return "\n".join(blocks).encode("utf-8")


def _block(title: str, values: dict[str, Any]) -> str:
    # A JSON string is a TOML basic string: the same quotes and escapes.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([title, *lines]) + "\n"
