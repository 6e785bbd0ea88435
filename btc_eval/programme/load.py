"""Every file of records read together, and what can only be seen across files: ids, references, documents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

from btc_eval.errors import Refusal, RefusedError
from btc_eval.locations import data_folder, note_read
from btc_eval.programme.appraisal import Claim
from btc_eval.programme.complete import incomplete
from btc_eval.programme.facts import Facts
from btc_eval.programme.planning import Grading
from btc_eval.programme.read import Read, read_table
from btc_eval.programme.schema import Document, Item, Record, Stage
from btc_eval.programme.tables import TABLES, Lines, Table

#: What a field may refer to, where that is not one file of records.
_ALLOWED = {"findings": "the id of a finding of this edition", "any": "the id of a record in any file"}


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything under `data/programme/`, sound: the records of each file and where each one stands."""

    records: Mapping[str, tuple[Record, ...]]
    places: Mapping[str, tuple[Table, Lines]]

    @property
    def documents(self) -> dict[str, Document]:
        """Every document, by id."""
        return {record.id: record for record in self.records["documents"] if isinstance(record, Document)}

    def facts(self, name: str) -> Facts[Record]:
        """Return the records of one file together."""
        kind = next(table.kind for table in TABLES if table.name == name)
        return Facts(name, kind, self.records[name], self.documents)


def folder() -> Path:
    """In which folder do the records lie?"""
    return data_folder() / "programme"


def load(where: Path | None = None, *, findings: Collection[str] | None = None) -> Programme:
    """What do the papers state, once everything about it has been checked?

    Parameters
    ----------
    where
        The folder of records; the project's own where it is not given.
    findings
        The ids of the findings that exist. Given, a claim that cites another is refused; not given, citations of
        findings are not checked.

    Raises
    ------
    RefusedError
        With every fault in every file: the file, the line, what was found, what is allowed and what to do.
    """
    place = where or folder()
    stamps = tuple((place / f"{table.name}.toml").stat().st_mtime_ns if _there(place, table) else 0 for table in TABLES)
    programme, faults = _read_all(place, stamps)
    loose = _unknown_findings(programme, findings) if findings is not None else []
    if faults or loose:
        raise RefusedError([*faults, *loose])
    return programme


def facts(name: str) -> Facts[Record]:
    """Return the records of one of the project's files, and note that a page was shaped by it."""
    programme = load()
    for file in ("documents", name):
        note_read(folder() / f"{file}.toml")
    return programme.facts(name)


def cited() -> dict[str, tuple[str, ...]]:
    """Which findings does each claim and each grading cite? By its id; records that cite none are left out."""
    records = load().records
    citing = [r for name in ("claims", "gradings") for r in records[name] if isinstance(r, Claim | Grading)]
    return {record.id: record.findings for record in citing if record.findings}


def _there(place: Path, table: Table) -> bool:
    return (place / f"{table.name}.toml").is_file()


@lru_cache(maxsize=8)
def _read_all(place: Path, _stamps: tuple[int, ...]) -> tuple[Programme, tuple[Refusal, ...]]:
    read = [read_table(place / f"{table.name}.toml", table) for table in TABLES]
    places = {record.id: (item.table, lines) for item in read for record, lines in item.records}
    programme = Programme({item.table.name: tuple(r for r, _ in item.records) for item in read}, places)
    faults = [fault for item in read for fault in item.faults]
    return programme, (
        *faults,
        *_stray_files(place),
        *_doubled(read),
        *_dangling(read),
        *_unplaced(read),
        *incomplete(read),
    )


def _stray_files(place: Path) -> list[Refusal]:
    known = {f"{table.name}.toml" for table in TABLES}
    return [
        Refusal(f"data/programme/{path.name}", "", "a file that nothing reads", ", ".join(sorted(known)), "Remove it.")
        for path in sorted(place.glob("*.toml"))
        if path.name not in known
    ]


def _doubled(read: list[Read]) -> list[Refusal]:
    first: dict[str, str] = {}
    faults: list[Refusal] = []
    for item in read:
        for record_id, line in item.ids:
            here = f"{item.table.file}, line {line}"
            if record_id in first:
                faults.append(
                    Refusal(
                        item.table.file,
                        f"line {line}, {record_id}, id",
                        f"an id that stands already in {first[record_id]}",
                        "an id of its own for every record, across all files",
                        "Give the newer record another id.",
                    )
                )
            first.setdefault(record_id, here)
    return faults


def _dangling(read: list[Read]) -> list[Refusal]:
    known = {item.table.name: {record_id for record_id, _ in item.ids} for item in read}
    known["any"] = {record_id for ids in known.values() for record_id in ids}
    # What a file that could not be read would have held is not missing: the file is told of once.
    unread = tuple(item.table.prefix for item in read if not item.ids)
    faults: list[Refusal] = []
    for item in read:
        for record, lines in item.records:
            for field in fields(record):
                target = field.metadata.get("refers")
                if target in known:
                    value = getattr(record, field.name)
                    cited = value if isinstance(value, tuple) else (value,)
                    faults.extend(
                        _unknown(item.table, record, lines, field.name, absent, target)
                        for absent in cited
                        if absent not in known[target] and not absent.startswith(unread)
                    )
    return faults


def _unplaced(read: list[Read]) -> list[Refusal]:
    """Return a fault for each stage that shows no known file, and each item that is neither held nor left out."""
    names = sorted(table.name for table in TABLES)
    faults = []
    for item in read:
        for record, lines in item.records:
            here = f"line {lines.header}, {record.id}"
            if isinstance(record, Stage) and record.shows not in names:
                found, allowed = f"shows {record.shows!r}", ", ".join(names)
                faults.append(Refusal(item.table.file, here, found, allowed, "Name a file of records."))
            if isinstance(record, Item) and bool(record.held) == bool(record.left_out):
                found = "both `held` and `left_out`" if record.held else "neither `held` nor `left_out`"
                allowed = "the records that hold it, or the reason why none does"
                faults.append(Refusal(item.table.file, here, found, allowed, "Give one of the two."))
    return faults


def _unknown(table: Table, record: Record, lines: Lines, key: str, absent: str, target: str) -> Refusal:
    return Refusal(
        table.file,
        f"line {lines.of(key)}, {record.id}, {key}",
        f"the unknown id {absent!r}",
        _ALLOWED.get(target, f"an id in data/programme/{target}.toml"),
        "Correct the id, or add the record it should name.",
    )


def _unknown_findings(programme: Programme, findings: Collection[str]) -> list[Refusal]:
    faults: list[Refusal] = []
    for record in (*programme.records["claims"], *programme.records["gradings"]):
        table, lines = programme.places[record.id]
        cited: tuple[str, ...] = getattr(record, "findings", ())
        faults.extend(
            _unknown(table, record, lines, "findings", absent, "findings") for absent in cited if absent not in findings
        )
    return faults
