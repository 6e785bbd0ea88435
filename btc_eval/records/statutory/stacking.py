"""How do several returns become one table? The same row in a later return stands; every row left out is counted.

Rules, named in the ledger
--------------------------
``a``
    A row whose key also stands in a later return is set aside: the later return knows more. Rows that stand only in
    an earlier return are kept: a return leaves out what ended before its year.
``b``
    Of rows with the same key in one return, the last is used.

Looked-after episodes have further rules of their own: see `care_rules`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from btc_eval.records.statutory import care_rules
from btc_eval.records.statutory.cells import in_words
from btc_eval.records.statutory.contract import Table
from btc_eval.records.statutory.parts import COUNCIL, PART, YEAR, Part
from btc_eval.records.statutory.vocabulary import TABLES

#: London's rules for looked-after episodes, or none: rows of one key alone are stacked, and open episodes stay open.
CareRules = Literal["london", "none"]

LATER = "the same row in a later return"
REPEATED = "repeated in the same return"
RULES = {
    "a": "the same row in a later return: set aside",
    "b": "the same row twice in one return: the last was used",
    **care_rules.RULES,
}


@dataclass
class Stacked:
    """What stacking came to, over all buckets.

    Attributes
    ----------
    rules
        Rule → rows.
    used, years
        Number of the part → rows used; → collection years of its rows.
    children
        Number of the part → different identifiers in it.
    conflicts
        Children whose date of birth differs between returns.
    held
        Children that could have differed: in more than one return, with a date of birth in both.
    """

    rules: Counter[str] = field(default_factory=Counter)
    used: Counter[int] = field(default_factory=Counter)
    years: dict[int, set[int]] = field(default_factory=dict)
    children: Counter[int] = field(default_factory=Counter)
    conflicts: int = 0
    held: int = 0


def stack(
    tables: Mapping[str, Any], parts: Sequence[Part], state: Stacked, rules: CareRules = "london"
) -> dict[str, Any]:
    """Stack the tables of one bucket of children.

    Parameters
    ----------
    tables
        English name → arrow table of typed rows, with the columns that `parts.put` adds.
    parts
        Every part of the read, by number; rows set aside are counted into them.
    state
        Counters, added to.
    rules
        Whether London's rules are applied to looked-after episodes, or none but `a` and `b`.

    Returns
    -------
    dict
        English name → arrow table with `council` and `return_year`, one row a key.
    """
    ranks = _ranks(parts)
    latest = _latest_year(parts) if rules == "london" else None
    return {name: _stack(TABLES[name], table, parts, ranks, latest, state) for name, table in tables.items()}


def _ranks(parts: Sequence[Part]) -> Any:
    """Order parts by age within a year: the later extract of the same year wins, then the later name."""
    order = sorted(range(len(parts)), key=lambda n: (parts[n].latest_month, parts[n].source.name, n))
    ranks = np.zeros(len(parts), dtype=np.int64)
    ranks[order] = np.arange(len(parts))
    return ranks


def _latest_year(parts: Sequence[Part]) -> dict[str, int]:
    """Return council → the year of its last looked-after return; an empty one closes nobody's episodes."""
    latest: dict[str, int] = {}
    for part in parts:
        if part.table.name == "looked_after_episodes" and part.rows_in:
            for council, year in (part.own_years or {part.council: part.year}).items():
                latest[council] = max(latest.get(council, 0), year)
    return latest


def _stack(
    table: Table, rows: Any, parts: Sequence[Part], ranks: Any, latest: Mapping[str, int] | None, state: Stacked
) -> Any:
    number = rows[PART].to_numpy()
    own = rows[YEAR].to_numpy()
    years = np.where(np.isnan(own.astype(float)), np.array([part.year for part in parts])[number], own)
    years = np.nan_to_num(years).astype(np.int64)
    stated = pa.array([part.council for part in parts])
    council = pc.coalesce(rows[COUNCIL], pc.take(stated, pa.array(number)))
    keys = _keys(table, rows, council, years)
    order = np.lexsort((np.arange(len(number)), ranks[number], years))
    _count(table, rows, number, years, state, keys)
    kept = _unique(keys, years, number, order, parts, state)
    rows = rows.drop_columns([PART, YEAR, COUNCIL]).append_column("council", council)
    rows = rows.append_column("return_year", pa.array(years)).take(pa.array(kept))
    number = number[kept]
    if table.name == "looked_after_episodes":
        used, aside, rows = care_rules.apply(rows, latest, state.rules)
        for reason, lost in aside.items():
            for part_number, count in Counter(number[lost].tolist()).items():
                parts[part_number].aside[reason] += count
        number = number[used]
    for part_number, count in Counter(number.tolist()).items():
        state.used[part_number] += count
    return _finished(table, rows)


def _finished(table: Table, rows: Any) -> Any:
    """Put codes into words."""
    for place, name in enumerate(rows.column_names):
        column = table.by_name.get(name)
        if column is not None and column.codes is not None:
            rows = rows.set_column(place, name, in_words(column, rows[name]))
    return rows.combine_chunks()


def _keys(table: Table, rows: Any, council: Any, years: Any) -> pd.DataFrame:
    """Return the columns of the key as numbers: equal where the key is equal, also where both are missing."""
    columns: dict[str, Any] = {"council": pd.factorize(council.to_pandas(), use_na_sentinel=False)[0]}
    for name in table.key:
        if name == "return_year":
            columns[name] = years
            continue
        cells = rows[name]
        if pa.types.is_string(cells.type):
            columns[name] = pd.factorize(cells.to_pandas(), use_na_sentinel=False)[0]
        else:
            columns[name] = pc.fill_null(cells.cast(pa.int32()), -(2**31)).to_numpy()
    return pd.DataFrame(columns)


def _unique(keys: pd.DataFrame, years: Any, number: Any, order: Any, parts: Sequence[Part], state: Stacked) -> Any:
    """Return the places of the rows to use, in their first order; count the others into their parts."""
    ordered = keys.iloc[order]
    same = ordered.assign(_y=years[order]).duplicated(keep="last").to_numpy()
    later = ordered.duplicated(keep="last").to_numpy() & ~same
    for reason, rule, lost in ((REPEATED, "b", order[same]), (LATER, "a", order[later])):
        state.rules[rule] += len(lost)
        for part_number, count in Counter(number[lost].tolist()).items():
            parts[part_number].aside[reason] += count
    return np.sort(order[~(same | later)])


def _count(table: Table, rows: Any, number: Any, years: Any, state: Stacked, keys: pd.DataFrame) -> None:
    """Count the children of each part, note its years, and compare dates of birth between returns."""
    for part_number, year in set(zip(number.tolist(), years.tolist())):
        if year:
            state.years.setdefault(part_number, set()).add(year)
    if "child_id" not in table.by_name:
        return
    child = keys["child_id"].to_numpy() if "child_id" in keys else pd.factorize(rows["child_id"].to_pandas())[0]
    pairs = pd.DataFrame({"part": number, "child": child}).drop_duplicates()
    for part_number, count in Counter(pairs["part"].tolist()).items():
        state.children[part_number] += count
    if table.name in ("cin_children", "looked_after_children"):
        born = rows["date_of_birth"].cast(pa.int32()).to_pandas()
        frame = pd.DataFrame({"council": keys["council"], "child": child, "part": number, "born": born}).dropna()
        frame = frame.drop_duplicates(["council", "child", "part"], keep="last")
        sizes = frame.groupby(["council", "child"])["born"].agg(["size", "nunique"])
        state.held += int((sizes["size"] > 1).sum())
        state.conflicts += int((sizes["nunique"] > 1).sum())
