"""What is different between two editions: findings, tables, inputs, and what made them?

A finding is compared field by field; how far its estimate moved is said against half the width of its earlier
interval. A table is compared by its cells. Numbers are the same within `tolerance.MACHINE`, so that an edition made
again on another machine is not a different one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from btc_eval.edition.tolerance import MACHINE, Tolerance, number
from btc_eval.errors import refuse

#: Fields of a finding that are numbers.
_NUMBERS = ("estimate", "conf_low", "conf_high", "conf_level", "n")
#: Facts of an edition that are compared as they stand.
_MADE_BY = ("git_commit", "library_version", "python", "seed", "policy")


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One finding that is not the same in both.

    Parameters
    ----------
    id, change
        Which, and "added", "removed" or "changed".
    fields
        Names of the fields that differ; empty where it was added or removed.
    before, after
        The estimates; `None` where there is none.
    moved
        After less before.
    against_interval
        `moved` in halves of the earlier interval's width: 1 is from its middle to its end.
    verdicts
        For each check whose verdict differs: name, before, after ("" where it was not made).
    sentence_before, sentence_after
        The sentences, where they differ.
    """

    id: str
    change: str
    fields: tuple[str, ...] = ()
    before: float | None = None
    after: float | None = None
    moved: float | None = None
    against_interval: float | None = None
    verdicts: tuple[tuple[str, str, str], ...] = ()
    sentence_before: str = ""
    sentence_after: str = ""


@dataclass(frozen=True, slots=True)
class TableChange:
    """One released table that is not the same in both: its file, what happened, and how much of it.

    `cells_emptied` of `cells_changed` had a value and have none now.
    """

    name: str
    change: str
    rows_before: int = 0
    rows_after: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    cells_changed: int = 0
    cells_emptied: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions side by side.

    Parameters
    ----------
    before, after
        Their labels.
    findings, tables
        What differs in them, by id and by file.
    inputs
        Name of a data table to "added", "removed" or "changed".
    made_by
        Name of a fact of the record (library, Python, commit, seed, policy) to its two values.
    packages
        Package to its two versions, "" where it was not there.
    same_findings, same_tables
        How many are the same.
    """

    before: str
    after: str
    findings: tuple[FindingChange, ...]
    tables: tuple[TableChange, ...]
    inputs: Mapping[str, str]
    made_by: Mapping[str, tuple[Any, Any]]
    packages: Mapping[str, tuple[str, str]]
    same_findings: int
    same_tables: int

    @property
    def same(self) -> bool:
        """Return whether nothing that a reader sees differs: findings and tables."""
        return not (self.findings or self.tables)

    def as_json(self) -> dict[str, Any]:
        """Return it in the shape of `btc-eval diff --json`."""
        return {
            "before": self.before,
            "after": self.after,
            "same": self.same,
            "findings": [asdict(change) for change in self.findings],
            "tables": [asdict(change) for change in self.tables],
            "inputs": dict(self.inputs),
            "made_by": {name: list(values) for name, values in self.made_by.items()},
            "packages": {name: list(values) for name, values in self.packages.items()},
            "same_findings": self.same_findings,
            "same_tables": self.same_tables,
        }

    def words(self) -> str:
        """Return it as a person reads it, one line a difference."""
        lines = [f"{self.before} beside {self.after}:"]
        lines += [f"  finding {_finding_words(change)}" for change in self.findings]
        lines += [f"  table {_table_words(change)}" for change in self.tables]
        lines += [f"  input {name}: {change}" for name, change in self.inputs.items()]
        lines += [f"  {name}: {old} -> {new}" for name, (old, new) in self.made_by.items()]
        if self.packages:
            lines.append(f"  packages: {len(self.packages)} in another version ({', '.join(self.packages)})")
        lines.append(
            f"  the same: {self.same_findings} findings, {self.same_tables} tables."
            + (" Nothing that a reader sees differs." if self.same else "")
        )
        return "\n".join(lines)


def compare(before: Path, after: Path, *, tolerance: Tolerance = MACHINE) -> Comparison:
    """What is different between two editions?

    Parameters
    ----------
    before, after
        Folders of editions, or of built sites.
    tolerance
        Within which two numbers are the same.

    Raises
    ------
    RefusedError
        Where a record or the findings of one cannot be read.
    """
    one, other = _read(before, "edition.json", dict), _read(after, "edition.json", dict)
    findings = compare_findings(_findings(before), _findings(after), tolerance=tolerance)
    names = sorted({*_tables(before), *_tables(after)})
    changes = [change for name in names if (change := _compare_files(name, before, after, tolerance)) is not None]
    inputs = ({item["name"]: item["sha256"] for item in record.get("inputs", [])} for record in (one, other))
    return Comparison(
        before=str(one.get("label", "")),
        after=str(other.get("label", "")),
        findings=findings,
        tables=tuple(changes),
        inputs=_changes(*inputs),
        made_by={name: (one.get(name), other.get(name)) for name in _MADE_BY if one.get(name) != other.get(name)},
        packages={
            name: (one.get("packages", {}).get(name, ""), other.get("packages", {}).get(name, ""))
            for name in sorted({*one.get("packages", {}), *other.get("packages", {})})
            if one.get("packages", {}).get(name) != other.get("packages", {}).get(name)
        },
        same_findings=len({*_findings(before)} & {*_findings(after)}) - sum(f.change == "changed" for f in findings),
        same_tables=len(names) - len(changes),
    )


def compare_findings(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], *, tolerance: Tolerance = MACHINE
) -> tuple[FindingChange, ...]:
    """Which findings were added, removed or changed? Both by id, in the shape of `findings.json`; sorted by id."""
    changes = []
    for identity in sorted({*before, *after}):
        if identity not in before or identity not in after:
            there = after.get(identity) or before[identity]
            kind = "added" if identity in after else "removed"
            said = str(there.get("sentence", ""))
            changes.append(
                FindingChange(
                    identity,
                    kind,
                    before=None if kind == "added" else there.get("estimate"),
                    after=there.get("estimate") if kind == "added" else None,
                    sentence_before="" if kind == "added" else said,
                    sentence_after=said if kind == "added" else "",
                )
            )
        elif (change := _compare_finding(identity, before[identity], after[identity], tolerance)) is not None:
            changes.append(change)
    return tuple(changes)


def _compare_finding(
    identity: str, old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance
) -> FindingChange | None:
    fields = [
        field
        for field in {**old, **new}
        if not (
            _same_number(old.get(field), new.get(field), tolerance) if field in _NUMBERS else _alike(old, new, field)
        )
    ]
    if not fields:
        return None
    was, now = old.get("estimate"), new.get("estimate")
    moved = now - was if was is not None and now is not None else None
    low, high = old.get("conf_low"), old.get("conf_high")
    half = (high - low) / 2 if low is not None and high is not None else 0.0
    return FindingChange(
        identity,
        "changed",
        fields=tuple(fields),
        before=was,
        after=now,
        moved=moved,
        against_interval=moved / half if moved is not None and half > 0 else None,
        verdicts=_verdicts(old.get("checks", []), new.get("checks", [])),
        sentence_before=str(old.get("sentence", "")) if "sentence" in fields else "",
        sentence_after=str(new.get("sentence", "")) if "sentence" in fields else "",
    )


def _alike(old: Mapping[str, Any], new: Mapping[str, Any], field: str) -> bool:
    return bool(old.get(field) == new.get(field))


def _same_number(one: Any, other: Any, tolerance: Tolerance) -> bool:
    if one is None or other is None:
        return one is None and other is None
    return tolerance.same(float(one), float(other))


def _verdicts(old: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]]) -> tuple[tuple[str, str, str], ...]:
    was = {check["name"]: check["verdict"] for check in old}
    now = {check["name"]: check["verdict"] for check in new}
    return tuple(
        (name, was.get(name, ""), now.get(name, "")) for name in sorted({*was, *now}) if was.get(name) != now.get(name)
    )


def compare_tables(before: str, after: str, *, name: str, tolerance: Tolerance = MACHINE) -> TableChange | None:
    """How do two tables differ, given as comma-separated text with a header? `None` where they do not.

    Rows are taken in their order where both have as many: a table is released sorted by its keys. Otherwise the rows of
    the same key are compared, the key being the fewest leading columns that tell the rows of both apart.
    """
    one, other = (list(csv.reader(io.StringIO(text, newline=""))) for text in (before, after))
    head_one, head_other = (rows[0] if rows else [] for rows in (one, other))
    shared = [column for column in head_one if column in head_other]
    added = tuple(column for column in head_other if column not in head_one)
    removed = tuple(column for column in head_one if column not in head_other)
    picked = [
        [[row[head.index(column)] for column in shared] for row in rows[1:] if len(row) == len(head)]
        for rows, head in ((one, head_one), (other, head_other))
    ]
    pairs = list(zip(*picked)) if len(picked[0]) == len(picked[1]) else _aligned(*picked)
    changed = [(a, b) for old, new in pairs for a, b in zip(old, new) if not _same_cell(a, b, tolerance)]
    cells, emptied = len(changed), sum(bool(a) and not b for a, b in changed)
    rows = (max(len(one) - 1, 0), max(len(other) - 1, 0))
    if not (cells or added or removed or rows[0] != rows[1]):
        return None
    return TableChange(name, "changed", *rows, added, removed, cells, emptied)


def _aligned(one: list[list[str]], other: list[list[str]]) -> list[tuple[list[str], list[str]]]:
    """Pair rows with the same key: the fewest leading columns that tell the rows of both apart; none without a key."""
    width = len(one[0]) if one else 0
    for wide in range(1, width + 1):
        keyed = [{tuple(row[:wide]): row for row in rows} for rows in (one, other)]
        if len(keyed[0]) == len(one) and len(keyed[1]) == len(other):
            return [(row, keyed[1][key]) for key, row in keyed[0].items() if key in keyed[1]]
    return []


def _same_cell(one: str, other: str, tolerance: Tolerance) -> bool:
    if one == other:
        return True
    left, right = number(one), number(other)
    return left is not None and right is not None and tolerance.same(left, right)


def _compare_files(name: str, before: Path, after: Path, tolerance: Tolerance) -> TableChange | None:
    one, other = before / name, after / name
    if not one.is_file() or not other.is_file():
        text = (one if one.is_file() else other).read_text(encoding="utf-8")
        rows = max(sum(1 for _ in csv.reader(io.StringIO(text, newline=""))) - 1, 0)
        there = one.is_file()
        return TableChange(name, "removed" if there else "added", rows if there else 0, 0 if there else rows)
    if one.read_bytes() == other.read_bytes():
        return None
    return compare_tables(
        one.read_text(encoding="utf-8"), other.read_text(encoding="utf-8"), name=name, tolerance=tolerance
    )


def _tables(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in (folder / "csv").rglob("*.csv")]


def _findings(folder: Path) -> dict[str, dict[str, Any]]:
    found = _read(folder, "findings.json", list)
    return {str(finding["id"]): finding for finding in found}


def _read(folder: Path, name: str, kind: type) -> Any:
    try:
        held = json.loads((folder / name).read_text(encoding="utf-8"))
        if not isinstance(held, kind):
            raise ValueError
    except (OSError, ValueError) as error:
        raise refuse(
            str(folder),
            name,
            found="no such file, or one that cannot be read",
            allowed="an edition or a built site",
            do="Name the folder that holds edition.json and findings.json.",
        ) from error
    return held


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {
        name: "added" if name not in before else "removed" if name not in after else "changed"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }


def _finding_words(change: FindingChange) -> str:
    if change.change != "changed":
        return f"{change.id}: {change.change}"
    moved = ""
    if change.moved:
        scale = "" if change.against_interval is None else f", {abs(change.against_interval):.2f} of half its interval"
        moved = f" estimate {change.before:.6g} -> {change.after:.6g}{scale};"
    verdicts = "".join(
        f" check {name!r}: {old or 'not made'} -> {new or 'not made'};" for name, old, new in change.verdicts
    )
    return f"{change.id}: changed;{moved}{verdicts} fields {', '.join(change.fields)}"


def _table_words(change: TableChange) -> str:
    if change.change != "changed":
        return f"{change.name}: {change.change}"
    parts = [f"{change.cells_changed} cells"] if change.cells_changed else []
    if change.rows_before != change.rows_after:
        parts.append(f"rows {change.rows_before} -> {change.rows_after}")
    parts += [f"column {name} added" for name in change.columns_added]
    parts += [f"column {name} removed" for name in change.columns_removed]
    return f"{change.name}: {', '.join(parts)}"
