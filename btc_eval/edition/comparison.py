"""What is different between two editions: findings, tables, inputs, and what made them?

Findings and tables are compared by `compared_findings` and `compared_tables`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from btc_eval.edition import compared_findings, compared_tables, definitions
from btc_eval.edition.compared_findings import FindingChange, compare_findings
from btc_eval.edition.compared_tables import TableChange, compare_tables
from btc_eval.edition.tolerance import MACHINE, Tolerance
from btc_eval.errors import refuse

#: Facts of an edition that are compared as they stand.
_MADE_BY = ("git_commit", "library_version", "python", "seed", "policy")


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
    definitions
        Definitions that are not the same: kind, name, what it said, what it says; see `definitions`.
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
    definitions: tuple[tuple[str, str, str, str], ...] = ()

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
            "definitions": [
                {"kind": kind, "name": name, "before": was, "after": now} for kind, name, was, now in self.definitions
            ],
            "same_findings": self.same_findings,
            "same_tables": self.same_tables,
        }

    def words(self) -> str:
        """Return it as a person reads it, one line a difference."""
        lines = [f"{self.before} beside {self.after}:"]
        lines += [f"  finding {compared_findings.words(change)}" for change in self.findings]
        lines += [f"  table {compared_tables.words(change)}" for change in self.tables]
        lines += [f"  input {name}: {change}" for name, change in self.inputs.items()]
        lines += [
            f"  {kind.lower()} {name}: {was or 'not there'} -> {now or 'no longer there'}"
            for kind, name, was, now in self.definitions
        ]
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
        definitions=tuple(definitions.changed(one.get("definitions") or {}, other.get("definitions") or {})),
    )


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
