"""Small returns written by hand, for worked examples: a few made-up children whose every date can be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from btc_eval.errors import Refusal, RefusedError
from btc_eval.periods import year_ending
from btc_eval.records.statutory.contract import Return, Sort, Table
from btc_eval.records.statutory.ledger import Ledger, TableLine
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.vocabulary import TABLES

#: The file that an example's ledger names.
_FILE = "written by hand"


def made_up(tables: Mapping[str, Sequence[Mapping[str, Any]]], *, years: Sequence[int] = ()) -> StatutoryRecords:
    """What would the records be if the returns said this?

    Parameters
    ----------
    tables
        Table → its rows, each a mapping of English column to value: days as ISO text, codes in English words, yes and
        no as booleans. A column that a row does not name is blank.
    years
        Collection years that every table covers; where none is given, those of the table's own days.

    Returns
    -------
    StatutoryRecords
        With the provenance of a demonstration.

    Raises
    ------
    RefusedError
        For every table, column or word that the returns do not have.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> records = statutory.made_up({"cin_episodes": [{"child_id": "Ana", "referred": "2023-05-01"}]})
    >>> len(statutory.referrals(records))
    1
    """
    faults = [fault for name, rows in tables.items() for fault in _faults(name, rows)]
    if faults:
        raise RefusedError(faults)
    held, lines = {}, []
    for name, rows in tables.items():
        spec = TABLES[name]
        covered = tuple(years) or _covered(spec, rows)
        held[name] = _arrow(spec, rows, max(covered, default=0))
        ids = {row.get("child_id" if "child_id" in spec.by_name else spec.columns[0].name) for row in rows}
        lines.append(TableLine(name, spec.kind.value, _FILE, covered, len(rows), len(rows), {}, len(ids)))
    return StatutoryRecords(
        ledger=Ledger(tuple(lines)), _tables=held, _demonstration=dict.fromkeys((kind for kind in Return), True)
    )


def _faults(name: str, rows: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    if name not in TABLES:
        return [Refusal("the example", name, "no such table", ", ".join(TABLES), "Name one of these.")]
    spec = TABLES[name]
    known = {*spec.by_name, "council", "return_year", "end_rule"}
    odd = sorted({column for row in rows for column in row} - known)
    wrong = [
        (column.name, value)
        for column in spec.columns
        if column.codes is not None
        for value in {row.get(column.name) for row in rows} - {None}
        if value not in column.codes.words_in_order
    ]
    return [
        *(Refusal("the example", f"{name}.{c}", "no such column", ", ".join(sorted(known)), "Name one.") for c in odd),
        *(
            Refusal("the example", f"{name}.{c}", f"the word {value!r}", "the words of its code list", "Use one.")
            for c, value in wrong
        ),
    ]


def _arrow(spec: Table, rows: Sequence[Mapping[str, Any]], year: int) -> Any:
    columns: dict[str, Any] = {}
    for column in spec.columns:
        cells = [row.get(column.name) for row in rows]
        if column.sort is Sort.DATE:
            days = [None if cell is None else pd.Timestamp(cell).date() for cell in cells]
            columns[column.name] = pa.array(days, type=pa.date32())
        elif column.sort is Sort.FLAG:
            columns[column.name] = pa.array(cells, type=pa.bool_())
        elif column.sort is Sort.NUMBER:
            columns[column.name] = pa.array([None if c is None else float(c) for c in cells], type=pa.float64())
        else:
            columns[column.name] = pa.array(cells, type=pa.string())
    columns["council"] = pa.array([str(row.get("council", "")) for row in rows], type=pa.string())
    columns["return_year"] = pa.array([int(row.get("return_year", year)) for row in rows], type=pa.int64())
    if spec.name == "looked_after_episodes":
        columns["end_rule"] = pa.array([str(row.get("end_rule", "")) for row in rows], type=pa.string())
    return pa.table(columns)


def _covered(spec: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    names = [column.name for column in spec.columns if column.sort is Sort.DATE and "birth" not in column.name]
    days = [pd.Timestamp(row[name]) for row in rows for name in names if row.get(name) is not None]
    return tuple(sorted({year_ending(day) for day in days}))
