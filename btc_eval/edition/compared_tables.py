"""Which tables are not the same in two editions, and how much of each? Compared by their cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from btc_eval.edition.tolerance import MACHINE, Tolerance, number

#: What stands in a cell without a value: nothing, or the shorthand of official statistics ("[c]", "[x]").
_BLANK = re.compile(r"^(\[[a-z]+\])?$")
#: A column that comes and one that goes are one that was renamed, where at least this share of its values stands.
_RENAMED = 0.9
#: Fewer values than this are alike by chance.
_ENOUGH = 2

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class TableChange:
    """One table that is not the same in both: its file, what happened, and how much of it.

    Parameters
    ----------
    name, change
        Which, and "added", "removed" or "changed".
    rows_before, rows_after
        How many rows it had and has.
    rows_come, rows_gone
        Rows of which the other has none of the same key.
    columns_added, columns_removed, columns_renamed
        Names of columns; of those renamed, what they were called and are called. A column counts as renamed where one
        goes and one comes with the same values, nine in ten of two or more.
    cells_changed
        Cells of the rows and columns of both that are not the same.
    cells_emptied, cells_filled
        Those of them that had a value and have none now; and the reverse.
    """

    name: str
    change: str
    rows_before: int = 0
    rows_after: int = 0
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    cells_changed: int = 0
    cells_emptied: int = 0
    cells_filled: int = 0
    columns_renamed: tuple[tuple[str, str], ...] = ()
    rows_come: int = 0
    rows_gone: int = 0

    @property
    def cells_revised(self) -> int:
        """Return how many cells had a value and have another."""
        return self.cells_changed - self.cells_emptied - self.cells_filled


def compare_tables(
    before: str, after: str, *, name: str, tolerance: Tolerance = MACHINE, uncounted: Collection[str] = ()
) -> TableChange | None:
    """How do two tables differ, given as comma-separated text with a header? `None` where they do not.

    The rows of the same key are compared, the key being the fewest leading columns that tell the rows of both apart.
    Where most keys of one are not in the other, rows are taken in their order, if both have as many: a table is
    released sorted by its keys. Cells of `uncounted` columns are not counted as changed.
    """
    (head_one, one), (head_other, other) = (_read(text) for text in (before, after))
    shared = [(column, column) for column in head_one if column in head_other]
    pairs = _paired(_picked(head_one, one, [a for a, _ in shared]), _picked(head_other, other, [b for _, b in shared]))
    gone = [column for column in head_one if column not in head_other]
    come = [column for column in head_other if column not in head_one]
    renamed: list[tuple[str, str]] = []
    for column in gone:
        old = [row[0] for row in _picked(head_one, one, [column])]
        for candidate in come:
            new = [row[0] for row in _picked(head_other, other, [candidate])]
            if candidate not in (b for _, b in renamed) and _stands(old, new, pairs, tolerance):
                renamed.append((column, candidate))
                break
    both = [pair for pair in (*shared, *renamed) if pair[1] not in uncounted]
    cells = [_picked(head_one, one, [a for a, _ in both]), _picked(head_other, other, [b for _, b in both])]
    changed = [
        (a, b) for at, there in pairs for a, b in zip(cells[0][at], cells[1][there]) if not _same_cell(a, b, tolerance)
    ]
    added = tuple(column for column in come if column not in (b for _, b in renamed))
    removed = tuple(column for column in gone if column not in (a for a, _ in renamed))
    gone_rows, come_rows = len(one) - len(pairs), len(other) - len(pairs)
    if not (changed or added or removed or renamed or gone_rows or come_rows):
        return None
    return TableChange(
        name,
        "changed",
        rows_before=len(one),
        rows_after=len(other),
        columns_added=added,
        columns_removed=removed,
        cells_changed=len(changed),
        cells_emptied=sum(not _blank(a) and _blank(b) for a, b in changed),
        cells_filled=sum(_blank(a) and not _blank(b) for a, b in changed),
        columns_renamed=tuple(renamed),
        rows_come=come_rows,
        rows_gone=gone_rows,
    )


def _read(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the heading, and the rows below it; a row of another length than the heading is filled or cut."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head = rows[0] if rows else []
    return head, [[*row, *[""] * len(head)][: len(head)] for row in rows[1:]]


def _picked(head: Sequence[str], rows: Rows, columns: Sequence[str]) -> list[list[str]]:
    places = [head.index(column) for column in columns]
    return [[row[place] for place in places] for row in rows]


def _paired(one: Rows, other: Rows) -> list[tuple[int, int]]:
    """Pair rows by the fewest leading columns that tell the rows of both apart, or by their order."""
    pairs: list[tuple[int, int]] = []
    width = len(one[0]) if one else 0
    for wide in range(1, width + 1):
        keyed = [{tuple(row[:wide]): place for place, row in enumerate(rows)} for rows in (one, other)]
        if len(keyed[0]) == len(one) and len(keyed[1]) == len(other):
            pairs = [(place, keyed[1][key]) for key, place in keyed[0].items() if key in keyed[1]]
            break
    if len(one) == len(other) and 2 * len(pairs) < len(one):
        return [(row, row) for row in range(len(one))]
    return pairs


def _stands(old: Sequence[str], new: Sequence[str], pairs: Sequence[tuple[int, int]], tolerance: Tolerance) -> bool:
    """Whether two columns hold the same values, but for a few."""
    held = [(old[at], new[there]) for at, there in pairs if not (_blank(old[at]) and _blank(new[there]))]
    same = sum(_same_cell(a, b, tolerance) for a, b in held)
    return len(held) >= _ENOUGH and same >= _RENAMED * len(held)


def _blank(cell: str) -> bool:
    return _BLANK.match(cell) is not None


def _same_cell(one: str, other: str, tolerance: Tolerance) -> bool:
    if one == other:
        return True
    left, right = number(one), number(other)
    return left is not None and right is not None and tolerance.same(left, right)


def words(change: TableChange) -> str:
    """Say the change in one line."""
    if change.change != "changed":
        return f"{change.name}: {change.change}"
    parts = [f"{change.cells_changed} cells"] if change.cells_changed else []
    if change.rows_before != change.rows_after:
        parts.append(f"rows {change.rows_before} -> {change.rows_after}")
    elif change.rows_come:
        parts.append(f"{change.rows_come} rows of other keys")
    parts += [f"column {name} added" for name in change.columns_added]
    parts += [f"column {name} removed" for name in change.columns_removed]
    parts += [f"column {old} renamed {new}" for old, new in change.columns_renamed]
    return f"{change.name}: {', '.join(parts)}"
