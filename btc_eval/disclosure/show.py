"""What is shown once it is known what may be: rounded counts, totals and rates worked out again from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.cells import Cells
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.reasons import Reason, listed
from btc_eval.disclosure.system import Bools, Floats, Ints
from btc_eval.disclosure.table import SafeTable

#: Column of the rate → (numerator, denominator, per how many).
Rates = Mapping[str, tuple[str, str, float]]


def rounded(value: Floats, base: int) -> Floats:
    """Return the nearest multiples of `base`, halves upwards; NaN stays."""
    return np.asarray(np.floor(value / base + 0.5) * base)


def shown_values(cells: Cells, hidden: Bools, rules: Policy) -> tuple[Floats, Bools]:
    """What stands in each cell: rounded, and totals worked out again.

    Returns
    -------
    tuple
        Values with NaN where hidden; and which of them are totals that were added up from shown parts.

    Notes
    -----
    Under "summed", a total all of whose parts are shown is their sum, so it tells nothing new. A total with a hidden
    part is rounded by itself: adding up what is left would be wrong, and adding rounded hidden parts would tell them.
    """
    shown = np.where(hidden, np.nan, rounded(cells.value, rules.rounding_base))
    summed = np.zeros(len(shown), dtype=bool)
    for whole, parts in added_up(cells, hidden, rules):
        shown[whole], summed[whole] = shown[parts].sum(), True
    return shown, summed


def added_up(cells: Cells, hidden: Bools, rules: Policy) -> list[tuple[int, Ints]]:
    """Which shown totals are the sum of what is shown, and of which parts? In an order in which they can be added."""
    if rules.totals == "rounded" or rules.rounding_base == 1:
        return []
    waiting = totals_of(cells)
    ready = ~hidden
    ready[[whole for whole, _ in waiting]] = False
    found: list[tuple[int, Ints]] = []
    while True:
        able = [(whole, parts) for whole, parts in waiting if ready[parts].all()]
        if not able:
            return found
        first = {whole: parts for whole, parts in reversed(able) if not hidden[whole] and not ready[whole]}
        found.extend(first.items())
        ready[list(first)] = True
        settled = {whole for whole, _ in able}
        waiting = [(whole, parts) for whole, parts in waiting if whole not in settled]


def totals_of(cells: Cells) -> list[tuple[int, Ints]]:
    """Return, sum by sum, the total and its parts; only sums all of whose cells stand in a table."""
    found = []
    for row in range(cells.A.shape[0]):
        span = slice(cells.A.indptr[row], cells.A.indptr[row + 1])
        at, sign = cells.A.indices[span], cells.A.data[span]
        if cells.stands[at].all():
            found.append((int(at[sign < 0][0]), np.asarray(at[sign > 0], dtype=np.intp)))
    return found


def put_rates(frame: pd.DataFrame, rates: Rates, rules: Policy, keys: Sequence[str]) -> list[pd.DataFrame]:
    """Work out each rate from what is shown, in place; return the list of those that are hidden.

    A rate is hidden where its numerator or denominator is, and where the denominator is below the policy's minimum.
    A denominator of nought gives no rate under any policy.
    """
    hidden = []
    for column, (part, whole, per) in rates.items():
        above = frame[part].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        below = frame[whole].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        gone = np.isnan(above) | np.isnan(below)
        few = ~gone & (below < max(rules.minimum_denominator, 1e-12))
        with np.errstate(divide="ignore", invalid="ignore"):
            frame[column] = np.where(gone | few, np.nan, above / below * per)
        for rows, reason in ((gone, Reason.PART_HIDDEN), (few, Reason.DENOMINATOR)):
            hidden.append(listed(frame, rows, keys, column, reason))
    return hidden


_BLANK = "Blank cells hold a small number, or one that would give a small number away."


def notes(rules: Policy, summed: bool, hidden: bool) -> tuple[str, ...]:
    """Which sentences belong under the table?"""
    found = []
    if hidden:
        found.append(_BLANK)
    if rules.rounding_base > 1:
        found.append(f"Counts are rounded to the nearest {rules.rounding_base}.")
        if rules.totals == "summed" and summed:
            found.append("Totals are added up from the figures shown; a total with a blank part is rounded by itself.")
        elif summed:
            found.append("Totals are rounded by themselves and may differ from the sum of their parts.")
    return tuple(found)


def notes_of(safe: SafeTable, columns: Collection[str], *, explained: bool = False) -> tuple[str, ...]:
    """Which of a table's sentences are true of what a reader sees of it?

    Parameters
    ----------
    safe
        The released table.
    columns
        The columns that are shown: a table of shares says nothing of how its counts were rounded.
    explained
        Whether the reader is told elsewhere what its empty cells stand for.
    """
    counted = any(name in safe.counts for name in columns)
    hidden = any(name in set(safe.suppressed["column"]) for name in columns) and not explained
    return tuple(note for note in safe.notes if (hidden if note == _BLANK else counted))
