"""Which published tables do we know, and which of them is this file? Recognised by its columns first, then its name."""

from __future__ import annotations

import re

from btc_eval.records import children_in_need, interactive_tool, looked_after, neighbours, other_tables
from btc_eval.records.reading import by_small_name, find_column
from btc_eval.records.publications import NEIGHBOURS
from btc_eval.records.spec import Compiled, Indicator, Publication, Spec
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

    A table that carries its publication's mark, or a known name, is recognised even when a column is missing, so that
    the missing column can be named.
    """
    complete = [spec for spec in SPECS if _has_columns(raw, spec)]
    marked = [spec for spec in complete if _has_mark(raw, spec)]
    for found in (marked, [spec for spec in complete if not spec.mark[0]]):
        if found:
            return max(found, key=lambda spec: len(spec.indicators) + _named(raw, spec))
    named = [spec for spec in SPECS if _named(raw, spec)]
    likely = named or [spec for spec in SPECS if _has_mark(raw, spec) and _nearly(raw, spec)]
    return likely[0] if likely else None


def _nearly(raw: RawTable, spec: Spec) -> bool:
    """Return whether most of the table is there: its councils and over half of its figures."""
    columns = by_small_name(raw)
    held = sum(find_column(columns, indicator.names) is not None for indicator in spec.indicators)
    return "new_la_code" in columns and held * 2 >= len(spec.indicators)


def _has_columns(raw: RawTable, spec: Spec) -> bool:
    columns = by_small_name(raw)
    wanted = (*spec.indicators, *spec.filters)
    return all(
        find_column(columns, item.names) is not None
        for item in wanted
        if not (isinstance(item, Indicator) and item.optional)
    )


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
        return interactive_tool.PUBLICATION
    return next(spec.publication for spec in SPECS if spec.source == source)
