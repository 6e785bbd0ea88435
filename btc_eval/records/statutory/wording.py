"""What a refresh of returns came to, as a person reads it: counts and names of tables, nothing of a child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from btc_eval.errors import Refusal
from btc_eval.estimates import Verdict
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.ledger import Ledger, TableLine
from btc_eval.records.tables import Reconciled


def refusals_in_words(refusals: Sequence[Refusal]) -> list[str]:
    """Every fault, on a line of its own."""
    count = len(refusals)
    return [f"Refused, and nothing was changed: {count} fault{'' if count == 1 else 's'}."] + [
        f"  - {refusal}" for refusal in refusals
    ]


def ledger_in_words(ledger: Ledger) -> list[str]:
    """Every table of every file with its rows, and what was met on the way."""
    lines = []
    for line in ledger.lines:
        lines.append(f"{line.file}: {line.name}, {_years(line)}, {line.rows_used:,} of {line.rows_in:,} rows used")
        lines += [f"    set aside: {rows:,} rows, {reason}" for reason, rows in line.rows_set_aside.items()]
        lines += [
            f"    {unknown.column}: {unknown.rows:,} rows with a code not recognised: {', '.join(unknown.codes)}"
            for unknown in line.unknown_codes
        ]
        lines += [f"    {d.column or 'the file'}: {d.what} ({d.rows:,})" for d in line.departures]
    used = [f"{name} ({rows:,})" for name, rows in ledger.rules.items() if rows]
    lines += [f"Stacking rules used: {', '.join(used)}."] if used else []
    lines += [
        f"{both.shared:,} identifiers in both the {Return(both.first).words} and the {Return(both.second).words}."
        for both in ledger.overlaps
    ]
    lines += [f"Note: {remark}." for remark in ledger.remarks]
    return lines + [f"{file}: not used ({why})" for file, why in ledger.unused.items()]


def _opening(words: str) -> str:
    return words[0].upper() + words[1:]


def _years(line: TableLine) -> str:
    if not line.years:
        return "no year"
    return str(line.years[0]) if len(line.years) == 1 else f"{line.years[0]} to {line.years[-1]}"


def totals_in_words(lines: Sequence[Reconciled]) -> list[str]:
    """How many totals agree with the published ones, and each that does not."""
    if not lines:
        return ["No published total to set these returns beside."]
    counts = {verdict: sum(line.verdict == verdict.value for line in lines) for verdict in Verdict}
    head = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in (*reversed(Verdict),) if counts[verdict])
    text = [f"Beside the published totals: {head}."]
    return text + [
        f"  - {line.measure}, {line.year}: {line.extract:,.0f} here, {line.published:,.0f} published ({line.verdict})"
        for line in lines
        if line.verdict != Verdict.PASS.value
    ]


def judgement_in_words(failing: int, *, judged: bool) -> list[str]:
    """What do totals beyond their tolerance mean for the whole?"""
    if not failing:
        return []
    totals = f"{failing} total{' is' if failing == 1 else 's are'} further from the published ones than allowed"
    where = "the limits are in data/assumptions/reconciliation.toml"
    if not judged:
        return [f"Note: {totals} ({where}); nothing was refused for it."]
    return [
        f"Not good: {totals} ({where}). Look for a return that is cut short or counted twice; where the published "
        "figure itself was revised, take the new release in."
    ]


def changes_in_words(changed: Mapping[str, Any]) -> list[str]:
    """What moved against the snapshots before, a return at a time."""
    text = []
    for kind, moved in changed.items():
        files = moved["files"]
        text.append(
            f"{_opening(Return(kind).words)}: {files['added']} files added, {files['kept']} kept, "
            f"{files['left_behind']} left behind."
        )
        for name, table in moved["tables"].items():
            (rows, now), months = table["rows"], table["months_changed"]
            span = f", months {months[0]} to {months[-1]}" if months else ""
            text.append(f"    {name}: {rows:,} rows before, {now:,} now{span}")
        if not moved["tables"]:
            text.append("    nothing changed")
    return text
