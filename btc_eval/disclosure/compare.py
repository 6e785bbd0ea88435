"""Does a table, beside one that is already out, give away what either hides? Differencing between releases.

Between editions, between two geographies, between a filter and its complement, between a rate and its denominator:
each is the same question. Everything that both tables show is put into one system, and every cell that either hides
is attacked in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from btc_eval.disclosure.cells import Cells, Sheet, gather
from btc_eval.disclosure.knowledge import known_bounds, possible, sheet_of
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.region import ImpossibleError, OutOfTimeError
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats
from btc_eval.disclosure.table import SafeTable


class Leak(StrEnum):
    """What a reader of both tables could do."""

    SHOWN = "a cell hidden in one table is shown in the other"
    NARROWED = "a hidden cell can be narrowed to a small number"
    REST = "what one table leaves of the other is a small number"
    STEP = "a figure changed by a small number"
    NOT_CHECKED = "the tables contradict each other, so safety could not be checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that two tables give away together; never a value.

    Parameters
    ----------
    leak
        What a reader could do.
    tables
        The names of the two tables, the earlier first.
    column
        The count concerned.
    keys
        The keys of the cells concerned, as a frame would list them: one tuple of (key, member) pairs a cell.
    """

    leak: Leak
    tables: tuple[str, str]
    column: str
    keys: tuple[tuple[tuple[str, Hashable], ...], ...]

    def __str__(self) -> str:
        cells = f"{len(self.keys)} cell{'s' if len(self.keys) != 1 else ''}"
        return f"{self.tables[0]} and {self.tables[1]}, column {self.column}: {self.leak.value} ({cells})"


def compare(
    previous: SafeTable | Iterable[SafeTable],
    current: SafeTable | Iterable[SafeTable],
    *,
    revised: bool = False,
    seconds: float = 120.0,
) -> list[Finding]:
    """What do tables of this release give away beside those of an earlier one (or of each other)?

    Parameters
    ----------
    previous, current
        Released tables. Each of the first is put beside each of the second that counts the same (a column of counts
        and a key in common). Tables with different keys are linked by their totals, as in `control_linked`.
    revised
        Whether the earlier figures may have been revised since, as between editions. A cell is then not assumed to
        be the same in both, but a figure that moved by less than the smallest count that may be shown is a finding
        where rounding does not blur it.
    seconds
        Processor time for each pair; a pair without an answer by then is reported as not checked, which is not safe.

    Returns
    -------
    list of Finding
        Empty where nothing is given away. Findings name tables and keys and never a value.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure
    >>> then = pd.DataFrame({"ward": ["A", "B"], "year": [2023, 2023], "n": [12, 9]})
    >>> now = then.assign(n=[12, 5])
    >>> out = disclosure.control(then, keys=["ward", "year"], counts="n", name="first")
    >>> new = disclosure.control(now, keys=["ward", "year"], counts="n", name="second")
    >>> print(*disclosure.compare(out, new, revised=True))
    first and second, column n: a cell hidden in one table is shown in the other (1 cell)
    """
    found: list[Finding] = []
    for before in _many(previous):
        for after in _many(current):
            if before is not after:
                found.extend(_pair(before, after, revised, seconds))
    return found


def _many(tables: SafeTable | Iterable[SafeTable]) -> list[SafeTable]:
    return [tables] if isinstance(tables, SafeTable) else list(tables)


def _pair(before: SafeTable, after: SafeTable, revised: bool, seconds: float) -> list[Finding]:
    columns = [column for column in before.counts if column in after.counts]
    if not columns or not set(before.keys) & set(after.keys):
        return []
    sheets = [_only(sheet_of(safe), columns) for safe in (before, after)]
    names = (before.name, after.name)
    found = _steps(before, after, columns, names) if revised else []
    blur = max(before.policy.rounding_base, after.policy.rounding_base) // 2
    cells = gather(sheets, blur)
    known = _Known.of(cells, sheets, (before.policy, after.policy))
    found += _named(Leak.SHOWN, names, sheets, cells, known.hidden & known.shown)
    asked = (known.hidden & ~known.shown) | ~cells.stands
    try:
        lower, upper = possible(cells, known.low, known.high, asked, blur if revised else 0.0, seconds)
    except (ImpossibleError, OutOfTimeError):
        return found + _named(Leak.NOT_CHECKED, names, sheets, cells, cells.stands)
    lower, upper = np.ceil(lower - TOLERANCE), np.floor(upper + TOLERANCE)
    least = max(before.policy.minimum_cell, after.policy.minimum_cell)
    reach = max((p.protected_high for p in (before.policy, after.policy) if p.minimum_cell == least), default=0)
    found += _named(Leak.NARROWED, names, sheets, cells, known.hidden & ~known.shown & (upper < max(reach, least - 1)))
    rest = ~cells.stands & ~known.hidden & (upper < least) & (lower > 0)
    if rest.any():
        found.append(Finding(Leak.REST, names, ", ".join(columns), ((("differences", int(rest.sum())),),)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What a reader of both tables knows of each cell, and in which of them it is shown or hidden."""

    low: Floats
    high: Floats
    hidden: Bools
    shown: Bools

    @classmethod
    def of(cls, cells: Cells, sheets: Sequence[Sheet], policies: Sequence[Policy]) -> _Known:
        """Put the tables together; where they differ (a revision), a cell may be what either says."""
        count = len(cells.value)
        low, high = np.zeros(count), np.full(count, np.inf)
        hidden, shown = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        for sheet, at, rules in zip(sheets, cells.where, policies):
            alone = gather([sheet])
            mine, there = alone.where[0].ravel(), at.ravel()
            least, most = (bound[mine] for bound in known_bounds(alone, sheet, rules))
            apart = (least > high[there]) | (most < low[there])
            low[there] = np.where(apart, np.minimum(low[there], least), np.maximum(low[there], least))
            high[there] = np.where(apart, np.maximum(high[there], most), np.minimum(high[there], most))
            blank = ~np.isfinite(alone.value[mine])
            hidden[there] |= blank
            shown[there] |= ~blank
        return cls(low, high, hidden, shown)


def _only(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    return replace(sheet, counts=tuple(columns), across={})


def _steps(before: SafeTable, after: SafeTable, columns: Sequence[str], names: tuple[str, str]) -> list[Finding]:
    """Figures shown in both that differ by less than a count that may be shown, more finely than they are rounded."""
    keys = [key for key in before.keys if key in after.keys]
    if set(before.keys) != set(after.keys):
        return []
    joined = before.frame[[*keys, *columns]].merge(after.frame[[*keys, *columns]], on=keys, suffixes=("", " after"))
    found = []
    least = max(before.policy.minimum_cell, after.policy.minimum_cell)
    base = max(before.policy.rounding_base, after.policy.rounding_base)
    for column in columns:
        moved = (joined[f"{column} after"].astype("Float64") - joined[column].astype("Float64")).abs()
        small = ((moved > 0) & (moved < least) & (base == 1)).fillna(False).to_numpy(dtype=bool)
        if small.any():
            rows = joined.loc[small, keys]
            found.append(Finding(Leak.STEP, names, column, tuple(tuple(zip(keys, row)) for row in rows.to_numpy())))
    return found


def _named(leak: Leak, names: tuple[str, str], sheets: Sequence[Sheet], cells: Cells, which: Bools) -> list[Finding]:
    """Name the cells by the keys of the first table in which they stand."""
    found: list[Finding] = []
    for number, column in enumerate(sheets[0].counts):
        listed: dict[int, tuple[tuple[str, Hashable], ...]] = {}
        for sheet, at in zip(sheets, cells.where):
            for row in np.flatnonzero(which[at[:, number]]):
                members = tuple((key, sheet.frame[key].iloc[row]) for key in sheet.shape.keys)
                listed.setdefault(int(at[row, number]), members)
        if listed:
            found.append(Finding(leak, names, column, tuple(listed.values())))
    return found


def frame(findings: Iterable[Finding]) -> pd.DataFrame:
    """Return findings as a table, one row a cell: `leak, previous, current, column, keys`."""
    rows = [
        {
            "leak": f.leak.value,
            "previous": f.tables[0],
            "current": f.tables[1],
            "column": f.column,
            "keys": _words(cell),
        }
        for f in findings
        for cell in f.keys
    ]
    return pd.DataFrame(rows, columns=["leak", "previous", "current", "column", "keys"])


def _words(cell: Iterable[tuple[str, Hashable]]) -> str:
    return ", ".join(f"{key} {member}" for key, member in cell)
