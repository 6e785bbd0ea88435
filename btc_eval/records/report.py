"""What did a refresh or a check come to? The same facts for a program (`as_json`) and for a person (`words`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from btc_eval.errors import Refusal
from btc_eval.records.tables import Reconciled


@dataclass(frozen=True, slots=True)
class TableLine:
    """One file in the ledger.

    Parameters
    ----------
    name
        What the file was recognised as.
    kind
        "official", "not recognised" or "not a table".
    years
        First to last year with a figure, each year named.
    rows_in, rows_used, rows_set_aside
        Rows below the header; the first is the sum of the other two.
    unknown
        Column → categories met for the first time, with their rows.
    """

    name: str
    kind: str
    file: str
    years: tuple[int, ...] = ()
    rows_in: int = 0
    rows_used: int = 0
    rows_set_aside: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.rows_in != self.rows_used + sum(self.rows_set_aside.values()) or self.rows_used < 0:
            raise ValueError(f"the ledger of {self.file} does not close")

    def as_dict(self) -> dict[str, Any]:
        """Return the line in the shape of the `--json` output; official statistics hold no child's record."""
        return {
            "name": self.name,
            "kind": self.kind,
            "file": self.file,
            "years": list(self.years),
            "rows_in": self.rows_in,
            "rows_used": self.rows_used,
            "rows_set_aside": [{"reason": reason, "rows": rows} for reason, rows in self.rows_set_aside.items()],
            "children": None,
            "unknown_codes": [
                {"column": column, "codes": sorted(codes), "rows": sum(codes.values())}
                for column, codes in self.unknown.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class TableChange:
    """What happened to one compiled table, in rows."""

    added: int
    changed: int
    removed: int

    def as_dict(self) -> dict[str, int]:
        """Return the line in the shape of the `--json` output."""
        return {"rows_added": self.added, "rows_changed": self.changed, "rows_removed": self.removed}


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """The outcome of a refresh; `changed` lists the compiled tables that differ, none where anything was refused."""

    accepted: bool
    refusals: tuple[Refusal, ...]
    tables: tuple[TableLine, ...]
    reconciliation: tuple[Reconciled, ...]
    changed: Mapping[str, TableChange]
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the `--json` object: accepted, refusals, tables, reconciliation, changed."""
        return {
            "accepted": self.accepted,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "tables": [line.as_dict() for line in self.tables],
            "reconciliation": [line.as_dict() for line in self.reconciliation],
            "changed": {
                "files": [f"official/{name}.csv" for name in sorted(self.changed)],
                "tables": {name: self.changed[name].as_dict() for name in sorted(self.changed)},
                "dry_run": self.dry_run,
            },
        }

    def words(self) -> str:
        """Return the report as a person reads it."""
        lines = [] if self.accepted else _refused(self.refusals)
        used = [line for line in self.tables if line.rows_used]
        unused = [line for line in self.tables if not line.rows_used]
        for line in used:
            years = f"{line.years[0]} to {line.years[-1]}" if line.years else "no year"
            lines.append(f"{line.file}: {line.name}, {years}, {line.rows_used:,} of {line.rows_in:,} rows used")
            lines += [f"    set aside: {rows:,} rows, {reason}" for reason, rows in line.rows_set_aside.items()]
            for column, codes in line.unknown.items():
                lines.append(f"    met for the first time in {column}: {', '.join(sorted(codes))}")
        for line in unused:
            reason = next(iter(line.rows_set_aside), line.kind)
            lines.append(f"{line.file}: not used ({reason})")
        lines += _reconciled(self.reconciliation)
        if self.accepted:
            lines.append(_changed(self.changed, self.dry_run))
        return "\n".join(lines)


def _refused(refusals: Sequence[Refusal]) -> list[str]:
    count = len(refusals)
    return [f"Refused, and nothing was changed: {count} fault{'' if count == 1 else 's'}."] + [
        f"  - {refusal}" for refusal in refusals
    ]


def _reconciled(lines: Sequence[Reconciled]) -> list[str]:
    if not lines:
        return []
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in ("pass", "concern", "fail")}
    text = [
        f"Totals set beside their parts: {counts['pass']} agree, {counts['concern']} cannot agree or do not quite, "
        f"{counts['fail']} disagree."
    ]
    text += [
        f"  - {line.measure}, {line.year}: {line.extract:,.6g} beside {line.published:,.6g}"
        for line in lines
        if line.verdict == "fail"
    ]
    return text


def _changed(changed: Mapping[str, TableChange], dry_run: bool) -> str:
    if not changed:
        return "Nothing changed: the data already hold these figures."
    parts = [
        f"{name} ({change.added} rows added, {change.changed} changed, {change.removed} removed)"
        for name, change in sorted(changed.items())
    ]
    return ("Would change: " if dry_run else "Changed: ") + "; ".join(parts) + "."


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The outcome of a check of the data folder; accepted where no fault was found and no total disagrees."""

    refusals: tuple[Refusal, ...]
    tables: tuple[TableLine, ...]
    reconciliation: tuple[Reconciled, ...]

    @property
    def accepted(self) -> bool:
        """Whether the data can be built upon."""
        return not self.refusals and all(line.verdict != "fail" for line in self.reconciliation)

    def as_json(self) -> dict[str, Any]:
        """Return the `--json` object, in the shape of a refresh."""
        return {
            "accepted": self.accepted,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "tables": [line.as_dict() for line in self.tables],
            "reconciliation": [line.as_dict() for line in self.reconciliation],
            "changed": {},
        }

    def words(self) -> str:
        """Return the report as a person reads it."""
        lines = [f"  - {refusal}" for refusal in self.refusals]
        if self.refusals:
            lines.insert(0, f"{len(self.refusals)} fault{'' if len(self.refusals) == 1 else 's'}.")
        lines.append(f"{len(self.tables)} tables, {sum(line.rows_in for line in self.tables):,} rows.")
        lines += _reconciled(self.reconciliation)
        lines.append("Good." if self.accepted else "Not good: see above.")
        return "\n".join(lines)
