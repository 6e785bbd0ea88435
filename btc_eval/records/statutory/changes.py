"""What do the returns come to, and what is different from before? Summaries in counts, compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from btc_eval.records.statutory.care import care_by_year
from btc_eval.records.statutory.contract import Return
from btc_eval.records.statutory.need import need_by_year
from btc_eval.records.statutory.records import StatutoryRecords

Summary = dict[str, Any]


def summarise(records: StatutoryRecords, kind: Return) -> Summary:
    """What do the tables of one return come to?

    Returns
    -------
    dict
        ``tables``: name → rows, children, years, and rows by month of the first telling date; ``totals``: measure →
        year → count. Counts alone: it is kept beside the snapshot and never leaves the machine.
    """
    tables: Summary = {}
    for name in records.tables:
        spec = records.spec(name)
        if spec.kind is not kind:
            continue
        dated = next((column for column in ("referred", "started", *spec.dated) if column in spec.by_name), "")
        wanted = [column for column in ("child_id", dated) if column in spec.by_name]
        frame = records.table(name, columns=wanted) if wanted else records.table(name)
        months = frame[dated].dt.strftime("%Y-%m").value_counts() if dated else pd.Series(dtype="int64")
        tables[name] = {
            "rows": len(frame),
            "children": int(frame["child_id"].nunique()) if "child_id" in frame else None,
            "years": list(records.years(name)),
            "months": {str(month): int(rows) for month, rows in sorted(months.items(), key=lambda item: str(item[0]))},
        }
    return {"tables": tables, "totals": _totals(records, kind)}


def _totals(records: StatutoryRecords, kind: Return) -> dict[str, dict[str, int]]:
    if kind is Return.CIN:
        frame = need_by_year(records)
    elif kind is Return.LOOKED_AFTER:
        frame = care_by_year(records)
    else:
        return {}
    return {
        str(column): {str(year): int(value) for year, value in zip(frame["year"], frame[column])}
        for column in frame.columns
        if column != "year"
    }


def compare(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Summary:
    """What moved between two summaries? Only what differs is named.

    Returns
    -------
    dict
        ``tables``: name → rows and children before and after, years added and removed, and the months whose rows
        differ; ``totals``: measure → year → before and after.
    """
    old = before or {"tables": {}, "totals": {}}
    tables = {}
    for name in sorted({*old["tables"], *after["tables"]}):
        was, now = old["tables"].get(name, _NOTHING), after["tables"].get(name, _NOTHING)
        if was != now:
            months = sorted({*was["months"], *now["months"]})
            tables[name] = {
                "rows": [was["rows"], now["rows"]],
                "children": [was["children"], now["children"]],
                "years_added": sorted(set(now["years"]) - set(was["years"])),
                "years_removed": sorted(set(was["years"]) - set(now["years"])),
                "months_changed": [m for m in months if was["months"].get(m, 0) != now["months"].get(m, 0)],
            }
    totals: dict[str, dict[str, list[int | None]]] = {}
    for measure in sorted({*old["totals"], *after["totals"]}):
        earlier, later = old["totals"].get(measure, {}), after["totals"].get(measure, {})
        moved = {
            year: [earlier.get(year), later.get(year)]
            for year in sorted({*earlier, *later})
            if earlier.get(year) != later.get(year)
        }
        if moved:
            totals[measure] = moved
    return {"tables": tables, "totals": totals}


_NOTHING: Summary = {"rows": 0, "children": 0, "years": [], "months": {}}
