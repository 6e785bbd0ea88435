"""Is everything that a chart carries in the released table behind it?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from math import isclose
from typing import Any

from btc_eval.disclosure.gate_faults import Reading
from btc_eval.disclosure.gate_register import Table, compared

#: Fields that place a mark or word a label. Their numbers are places on the drawing, worked out from the rows.
LAYOUT = frozenset(
    ("when", "until", "y", "y2", "x", "x2", "top", "bottom", "left", "right", "middle", "at", "to", "from", "reach")
) | frozenset(("length", "shade", "none", "letter", "own", "said", "name", "unit", "words", "key", "number", "panel"))
# Of the charts of dates, of points and of flows.
LAYOUT |= frozenset(
    ("day", "look", "which", "series", "x1", "y1", "corner", "clear", "w", "halo", "colour", "back", "level")
)
LAYOUT |= frozenset(("tip", "head", "end", "last", "in"))
#: What a drawing calls the value of a mark whose column has another name.
_VALUE = "value"
#: The most rows of labels a drawing has beyond those of its table.
_LABELS = 60


def read(reading: Reading, file: str, identity: str, text: str, table: Table | None) -> None:
    """Hold a chart's specification against its table.

    Parameters
    ----------
    reading
        The site.
    file, identity
        The page, and the exhibit the chart stands in.
    text
        The specification, as JSON.
    table
        The released table of that exhibit; `None` where there is none.
    """
    place = f"chart of {identity or 'no exhibit'}"
    try:
        spec = json.loads(text)
    except ValueError:
        reading.refuse(file, place, "a specification that cannot be read", "JSON")
        return
    reading.words(file, "\n".join(_strings(spec)), place)
    if table is None:
        reading.refuse(file, place, "a chart without a released table", "charts drawn by publish.figure")
        return
    for address in _addresses(spec):
        reading.refuse(file, place, f"data that the chart fetches ({address})", "rows that the page carries itself")
    inside: set[str] = set()
    for name, rows in _datasets(spec):
        inside |= {str(key) for row in rows if isinstance(row, dict) for key in row}
        _rows(reading, file, f"{place}, data {name[:12]}", rows, table, own=name == "table")
    known = {*table.columns, *LAYOUT, _VALUE, *inside}
    known |= set(_made(spec))
    odd = sorted({field for field in _fields(spec) if field.split(".")[0] not in known})
    if odd:
        reading.refuse(file, place, f"{len(odd)} fields that the released table does not have", "released columns")


def _rows(reading: Reading, file: str, place: str, rows: list[Any], table: Table, *, own: bool) -> None:
    most = len(table.rows) if own else max(len(table.rows), 0) + _LABELS
    if len(rows) > most:
        reading.refuse(file, place, f"{len(rows)} rows", f"at most the {len(table.rows)} of the released table")
    if not all(isinstance(row, dict) for row in rows):
        if any(isinstance(row, list) or (table.restricted and row is not None) for row in rows):
            reading.refuse(file, place, "values without a column", "rows of named columns")
        return
    if own:
        groups: dict[tuple[str, ...], list[tuple[object, ...]]] = {}
        for row in rows:
            # What a drawing leaves blank gives nothing away.
            drawn = sorted(key for key, cell in row.items() if cell is not None)
            groups.setdefault(tuple(drawn), []).append(tuple(compared(row[key]) for key in drawn))
        for fields, found in groups.items():
            extra = [field for field in fields if field not in table.columns]
            if extra:
                reading.refuse(file, place, f"{len(extra)} columns more than the released table", "released columns")
                continue
            wrong = _unmatched(found, table.projected(fields))
            if wrong:
                reading.refuse(file, place, f"{wrong} rows that the released table does not hold", "released rows")
        return
    _labels(reading, file, place, rows, table)


def _unmatched(found: list[tuple[object, ...]], left: Counter[tuple[object, ...]]) -> int:
    """How many of these rows does the table not hold, each of its own counted once?"""
    odd = []
    for one in found:
        if left[one] > 0:
            left[one] -= 1
        else:
            odd.append(one)
    # The file has twelve figures and the drawing six: a number on the edge may have been rounded twice.
    wrong = 0
    for one in odd:
        near = next((other for other, times in left.items() if times > 0 and _near(one, other)), None)
        if near is None:
            wrong += 1
        else:
            left[near] -= 1
    return wrong


def _near(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(
        isclose(a, b, rel_tol=1.1e-5) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other)
    )


def _labels(reading: Reading, file: str, place: str, rows: list[Any], table: Table) -> None:
    """Hold the rows that place labels against the table: its columns hold its values, everything else is layout."""
    odd = {key for row in rows for key in row if key not in table.columns and key not in (*LAYOUT, _VALUE)}
    if odd:
        reading.refuse(file, place, f"{len(odd)} fields that the released table does not have", "released columns")
    wrong = sum(
        1
        for row in rows
        for key, cell in row.items()
        if key in (*table.columns, _VALUE)
        and key not in LAYOUT
        and isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and not table.values.hold(float(cell))
    )
    if wrong:
        reading.refuse(file, place, f"{wrong} values that the released table does not hold", "released values")


def _datasets(node: Any) -> Iterator[tuple[str, list[Any]]]:
    """Every set of rows in a specification, whether named or written where it is drawn."""
    if isinstance(node, Mapping):
        for key, inner in node.items():
            if key == "datasets" and isinstance(inner, Mapping):
                for name, rows in inner.items():
                    yield str(name), rows if isinstance(rows, list) else [rows]
            elif key == "data" and isinstance(inner, Mapping) and "values" in inner:
                rows = inner["values"]
                yield "written in place", rows if isinstance(rows, list) else [rows]
            else:
                yield from _datasets(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _datasets(inner)


def _walk(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a specification, but not its rows."""
    if isinstance(node, Mapping):
        yield node
        for key, inner in node.items():
            if key not in ("datasets", "values"):
                yield from _walk(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _walk(inner)


def _fields(spec: Any) -> Iterator[str]:
    for node in _walk(spec):
        if isinstance(node.get("field"), str):
            yield node["field"]


def _made(spec: Any) -> Iterator[str]:
    """Names that the drawing makes itself."""
    for node in _walk(spec):
        made = node.get("as")
        yield from [made] if isinstance(made, str) else [str(one) for one in made] if isinstance(made, list) else []
        if isinstance(node.get("fold"), list):
            yield from ("key", "value")


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, inner in node.items():
            yield f"{key}: {inner}" if isinstance(inner, str | int) else str(key)
            yield from _strings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _strings(inner)
    elif isinstance(node, str):
        yield node


def _addresses(spec: Any) -> Iterator[str]:
    for node in _walk(spec):
        for key in ("url", "href"):
            if isinstance(node.get(key), str):
                yield key
