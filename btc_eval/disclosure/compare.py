"""Does a table, beside one that is already out, give away what either hides? Differencing between releases.

Between editions, between two geographies, between a filter and its complement, between a rate and its denominator:
each is the same question. Everything that both tables show is put into one system, and every cell that either hides
is attacked in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from btc_eval.disclosure import held
from btc_eval.disclosure.cells import Cells, Sheet, gather
from btc_eval.disclosure.held import Held
from btc_eval.disclosure.knowledge import known_bounds, possible_by_part
from btc_eval.disclosure.leaks import Finding, Leak
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats
from btc_eval.disclosure.table import SafeTable

#: A released table, of this process or as an edition holds it.
Table = SafeTable | Held


def compare(
    previous: Table | Iterable[Table],
    current: Table | Iterable[Table],
    *,
    revised: bool = False,
    seconds: float = 120.0,
) -> list[Finding]:
    """What do tables of this release give away beside those of an earlier one (or of each other)?

    Parameters
    ----------
    previous, current
        Released tables, or tables of an edition (`held.read`). Each of the first is put beside each of the second
        that counts the same (a column of counts and a key in common). Tables with different keys are linked by their
        totals, as in `control_linked`. Made-up children are never put beside real ones.
    revised
        Whether the earlier figures may have been revised since, as between editions. A cell is then not assumed to
        be the same in both, but a figure that moved by less than the smallest count that may be shown is a finding
        where rounding does not blur it. Rows that bear no year, of tables of different windows, are other children.
        A figure that its publisher printed in one release and withheld in another is the publisher's own doing; one
        that only follows from both is a finding.
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
                found.extend(_pair(_held(before), _held(after), revised, seconds))
    return found


def _held(table: Table) -> Held:
    return held.of(table) if isinstance(table, SafeTable) else table


def _many(tables: Table | Iterable[Table]) -> list[Table]:
    return [tables] if isinstance(tables, SafeTable | Held) else list(tables)


def _pair(before: Held, after: Held, revised: bool, seconds: float) -> list[Finding]:
    columns = [column for column in before.counts if column in after.counts]
    names, pair = (before.name, after.name), (before, after)
    if before.made_up != after.made_up:
        return []
    if revised and set(before.keys) == set(after.keys):
        found = _steps(before, after, columns, names)
        if before.window != after.window and not (before.dated and after.dated):
            return found  # the same words for other children
        found += _beside(before, after, names)
    else:
        found = []
    if not columns or not set(before.keys) & set(after.keys):
        return found
    sheets = [_only(table.sheet, columns) for table in pair]
    blur = max(table.rules.rounding_base for table in pair) // 2
    least = max(table.rules.minimum_cell for table in pair)
    if not least and not any(table.withheld.get(column) for table in pair for column in columns):
        return found
    cells = gather(sheets, blur, revised=revised)
    known = _Known.of(cells, sheets, pair)
    # What a publisher prints in one release and not in another is out by its own hand.
    found += _named(Leak.SHOWN, names, sheets, cells, known.shown & (known.ours if revised else known.hidden))
    hidden = known.hidden & ~known.shown
    asked = hidden | (~cells.stands if least else False)
    lower, upper, torn, late = possible_by_part(cells, known.low, known.high, asked, blur if revised else 0.0, seconds)
    if revised:
        # Counts that cannot stand together are of different things, or were revised: nothing follows by subtraction.
        # Where both are one table under a policy of ours, no proof is no safety.
        torn &= known.ours & (before.shape == after.shape)
    found += _named(Leak.NOT_CHECKED, names, sheets, cells, (torn | late) & cells.stands)
    lower, upper = np.ceil(lower - TOLERANCE), np.floor(upper + TOLERANCE)
    open_ = hidden & ~torn & ~late
    reach = max((t.rules.protected_high for t in pair if t.rules.minimum_cell == least), default=0)
    told = np.where(
        known.ours, upper < max(reach, least - 1), (upper < reach) | (lower > max(t.rules.protected_low for t in pair))
    )
    found += _named(Leak.NARROWED, names, sheets, cells, open_ & told)
    rest = ~cells.stands & ~known.hidden & ~torn & ~late & (upper < least) & (lower > 0)
    if rest.any():
        found.append(Finding(Leak.REST, names, ", ".join(columns), ((("differences", int(rest.sum())),),)))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What a reader of both tables knows of each cell; in which of them it is shown, withheld, withheld by us."""

    low: Floats
    high: Floats
    hidden: Bools
    ours: Bools
    shown: Bools

    @classmethod
    def of(cls, cells: Cells, sheets: Sequence[Sheet], tables: Sequence[Held]) -> _Known:
        """Put the tables together; where they differ (a revision), a cell may be what either says."""
        count = len(cells.value)
        low, high = np.zeros(count), np.full(count, np.inf)
        hidden, ours, shown = (np.zeros(count, dtype=bool) for _ in range(3))
        for sheet, at, table in zip(sheets, cells.where, tables):
            alone = gather([sheet])
            mine, there = alone.where[0].ravel(), at.ravel()
            least, most = (bound[mine] for bound in known_bounds(alone, sheet, table.rules))
            apart = (least > high[there]) | (most < low[there])
            low[there] = np.where(apart, np.minimum(low[there], least), np.maximum(low[there], least))
            high[there] = np.where(apart, np.maximum(high[there], most), np.minimum(high[there], most))
            shown[there] |= np.isfinite(alone.value[mine])
            for number, column in enumerate(sheet.counts):
                withheld = at[sorted(table.withheld.get(column, ())), number]
                hidden[withheld] = True
                ours[withheld] |= table.rules.hides
        return cls(low, high, hidden, ours, shown)


def _only(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    across = {whole: parts for whole, parts in sheet.across.items() if {whole, *parts} <= {*columns}}
    return replace(sheet, counts=tuple(columns), across=across)


def _steps(before: Held, after: Held, columns: Sequence[str], names: tuple[str, str]) -> list[Finding]:
    """Figures shown in both that differ by less than a count that may be shown, more finely than they are rounded."""
    least = max(before.rules.minimum_cell, after.rules.minimum_cell)
    if not least or max(before.rules.rounding_base, after.rules.rounding_base) > 1:
        return []
    keys, found = list(before.keys), []
    one, other = (table.sheet.frame[[*keys, *columns]] for table in (before, after))
    joined = one.merge(other, on=keys, suffixes=("", " after"))
    for column in columns:
        moved = (joined[f"{column} after"].astype("Float64") - joined[column].astype("Float64")).abs()
        small = ((moved > 0) & (moved < least)).fillna(False).to_numpy(dtype=bool)
        if small.any():
            rows = joined.loc[small, keys]
            found.append(Finding(Leak.STEP, names, column, tuple(tuple(zip(keys, row)) for row in rows.to_numpy())))
    return found


def _beside(before: Held, after: Held, names: tuple[str, str]) -> list[Finding]:
    """Estimates, rates and sums of money that our policy withholds in one of two tables of the same rows, and that the
    other shows. Counts are asked about as cells."""
    keys, found = list(before.keys), []
    for one, other in ((before, after), (after, before)):
        for column, rows in one.withheld.items() if one.rules.hides else []:
            if column in one.counts or column not in other.sheet.frame.columns:
                continue
            blank = one.sheet.frame.iloc[sorted(rows)][keys]
            both = blank.merge(other.sheet.frame[[*keys, column]], on=keys)
            shown = both.loc[both[column].notna(), keys]
            if len(shown):
                cells = tuple(tuple(zip(keys, row)) for row in shown.to_numpy())
                found.append(Finding(Leak.SHOWN, names, column, cells))
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
