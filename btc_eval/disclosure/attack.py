"""What can an attacker prove from a table? Lower and upper bound of every hidden cell, from what is shown alone."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.cells import Cells, Sheet, gather
from btc_eval.disclosure.knowledge import impossible, known_bounds, out_of_time, possible, sheet_of
from btc_eval.disclosure.region import ImpossibleError, OutOfTimeError
from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.system import TOLERANCE, Floats
from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import refuse

Hierarchies = Mapping[str, Mapping[Hashable, Hashable]]


def audit(
    table: SafeTable | pd.DataFrame,
    *,
    keys: Sequence[str] | None = None,
    counts: str | Sequence[str] | None = None,
    totals: str | None = None,
    hierarchies: Hierarchies | None = None,
    known_totals: Sequence[str] = (),
    rounding_base: int = 1,
    tolerance: float = 0.0,
    whole: bool = True,
    least: float = 0.0,
    seconds: float = 120.0,
    name: str = "table",
) -> pd.DataFrame:
    """What can an attacker prove about each hidden cell?

    Parameters
    ----------
    table
        A released table, attacked from what it shows and no more (its rounding and its policy are known to the
        attacker); or a frame whose hidden cells are empty, taken as exact unless `rounding_base` says otherwise.
    keys, counts, totals, hierarchies, known_totals
        As in `control`; for a released table they are its own. For a frame, all numeric columns with empty cells
        that are no keys are counts unless named. The value of a known total is not in a frame with empty cells, so
        `known_totals` serves frames whose rows are complete.
    rounding_base
        A frame's counts are rounded to the nearest multiple of this.
    tolerance
        How far a shown total may stand from the sum of its parts, such as a publisher's rounding.
    whole
        Whether the attacker knows that cells are whole numbers.
    least
        The least that a hidden cell can be, for all an attacker knows.
    seconds
        Processor time; where it passes the call is refused, for half an audit is none.

    Returns
    -------
    DataFrame
        One row a hidden cell: the keys, `column`, `lower`, `upper` (both included; `upper` may be inf).

    Raises
    ------
    RefusedError
        Where keys or counts are missing, no table fits what is shown, or the time passes.

    Notes
    -----
    Bounds are exact for the linear program. With whole numbers they are rounded inwards, which is exact in tables of
    two keys and may be wider than the truth by integer effects in larger ones; `control` searches for whole-number
    witnesses itself.

    Examples
    --------
    A published example (Geurts 1992; ESSnet handbook, section 4.2): totals give the hidden cell away as 3 to 6.

    >>> import pandas as pd
    >>> cells = [(r, c) for r in ["1", "2", "Total"] for c in ["1", "2", "Total"]]
    >>> rows = pd.DataFrame(cells, columns=["row", "col"]).assign(n=[None, None, 7, None, None, 3, 6, 4, 10])
    >>> found = audit(rows, keys=["row", "col"], counts="n", totals="Total")
    >>> [float(found[bound].iloc[0]) for bound in ("lower", "upper")]
    [3.0, 6.0]
    """
    if isinstance(table, SafeTable):
        sheet, rules, counted = sheet_of(table), table.policy, set(table.counts)
    else:
        sheet, rules = _sheet(table, keys, counts, totals, hierarchies, known_totals, name), None
        counted = set(sheet.counts) if whole else set()
    cells = gather([sheet])
    low, high = known_bounds(cells, sheet, rules, rounding_base, least)
    try:
        lower, upper = possible(cells, low, high, ~np.isfinite(cells.value), tolerance, seconds)
    except ImpossibleError:
        raise impossible(sheet.name) from None
    except OutOfTimeError:
        raise out_of_time(sheet.name, seconds) from None
    return _report(sheet, cells, lower, upper, counted)


def _sheet(
    frame: pd.DataFrame,
    keys: Sequence[str] | None,
    counts: str | Sequence[str] | None,
    totals: str | None,
    hierarchies: Hierarchies | None,
    known_totals: Sequence[str],
    name: str,
) -> Sheet:
    columns = list(keys or [])
    if counts is None:
        numeric = frame.select_dtypes("number").columns
        chosen = [column for column in numeric if column not in columns and frame[column].isna().any()]
    else:
        chosen = [counts] if isinstance(counts, str) else list(counts)
    absent = [column for column in [*columns, *chosen] if column not in frame.columns]
    if not columns or absent or not chosen:
        raise refuse(
            name,
            "columns",
            found=f"no column {', '.join(absent)}" if absent else "no keys or no counts",
            allowed=f"keys and counts among {', '.join(map(str, frame.columns))}",
            do="Name keys=[…] and counts=…; hidden cells are empty.",
        )
    if frame.duplicated(columns).any():
        raise refuse(
            name,
            ", ".join(columns),
            found=f"{int(frame.duplicated(columns).sum())} rows whose key stands earlier in the table",
            allowed="one row a key",
            do="Add the column that tells the rows apart.",
        )
    shape = Shape(tuple(columns), totals, hierarchies or {})
    return Sheet(name, frame.reset_index(drop=True), shape, tuple(chosen), known=tuple(known_totals))


def _report(sheet: Sheet, cells: Cells, lower: Floats, upper: Floats, counted: set[str]) -> pd.DataFrame:
    found = []
    keys = list(sheet.shape.keys)
    for number, column in enumerate(sheet.counts):
        at = cells.where[0][:, number]
        rows = ~np.isfinite(cells.value[at])
        low, high = lower[at[rows]], upper[at[rows]]
        if column in counted:
            low, high = np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)
        found.append(sheet.frame.loc[rows, keys].assign(column=column, lower=low, upper=high))
    return pd.concat(found, ignore_index=True)
