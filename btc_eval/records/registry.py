"""Which published tables do we know, and which of them is this file? Recognised by its columns first, then its name."""

from __future__ import annotations

import re

from btc_eval.records import children_in_need, interactive_tool, looked_after, neighbours, other_tables
from btc_eval.records.publications import INTERACTIVE_TOOL, NEIGHBOURS
from btc_eval.records.reading import by_small_name, find_column
from btc_eval.records.spec import Compiled, Publication, Spec
from btc_eval.records.tables import RawTable

SPECS: tuple[Spec, ...] = (
    *children_in_need.SPECS,
    *looked_after.SPECS,
    *looked_after.FIRST_RELEASES,
    *other_tables.SPECS,
)

#: Every table of `data/official`, by name.
TABLES: dict[str, Compiled] = {
    table.name: table
    for table in (
        *children_in_need.TABLES,
        *looked_after.TABLES,
        *other_tables.TABLES,
        *interactive_tool.TABLES,
        neighbours.TABLE,
    )
}


def recognise(raw: RawTable) -> Spec | None:
    """Which published table is this? `None` where it is none we know.

    A table that carries its publication's mark, or a known name, is recognised even when some columns are missing, so
    that they can be named. A table without councils is none of ours, even where its other columns are the same.
    """
    possible = [spec for spec in SPECS if not by_small_name(raw).keys() & {name.casefold() for name in spec.sister}]
    complete = [spec for spec in possible if _has_councils(raw) and _has_columns(raw, spec)]
    marked = [spec for spec in complete if _has_mark(raw, spec)]
    for found in (marked, [spec for spec in complete if not spec.mark[0]]):
        if found:
            return max(found, key=lambda spec: len(spec.indicators) + _named(raw, spec))
    near = [spec for spec in possible if _half(raw, spec)]
    named = [spec for spec in near if _named(raw, spec)]
    likely = named or [spec for spec in near if _has_mark(raw, spec) and _has_councils(raw)]
    return likely[0] if likely else None


def _half(raw: RawTable, spec: Spec) -> bool:
    """Return whether at least half of the table's own columns are there."""
    columns = by_small_name(raw)
    wanted = [i.names for i in spec.indicators if not i.optional] + [f.names for f in spec.filters]
    return sum(find_column(columns, names) is not None for names in wanted) * 2 >= len(wanted)


def _has_councils(raw: RawTable) -> bool:
    return bool({"new_la_code", "geog_c"} & by_small_name(raw).keys())


def _has_columns(raw: RawTable, spec: Spec) -> bool:
    columns = by_small_name(raw)
    needed = [i.names for i in spec.indicators if not i.optional] + [f.names for f in spec.filters]
    return all(find_column(columns, names) is not None for names in needed)


def _has_mark(raw: RawTable, spec: Spec) -> bool:
    column, value = spec.mark
    published = by_small_name(raw).get(column.casefold()) if column else None
    if published is None:
        return False
    same = raw.frame[published].str.casefold() == value.casefold()
    # In a column of categories the mark is one of them; in a label it is the only one.
    among = any(column.casefold() in map(str.casefold, item.names) for item in spec.filters)
    return bool(same.any() if among else same.all())


def _named(raw: RawTable, spec: Spec) -> bool:
    return re.fullmatch(spec.file_name, raw.offered.file, re.IGNORECASE) is not None


def publication_of(source: str) -> Publication:
    """In which publication is this table?"""
    if source == neighbours.SOURCE:
        return NEIGHBOURS
    if source == interactive_tool.SOURCE:
        return INTERACTIVE_TOOL
    return next(spec.publication for spec in SPECS if spec.source == source)
