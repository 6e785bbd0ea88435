"""What does a reader know of each cell from looking at a table, and what follows from it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from btc_eval.disclosure.bounds import bounds
from btc_eval.disclosure.cells import Cells, Sheet
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.region import Clock, ImpossibleError, OutOfTimeError
from btc_eval.disclosure.show import added_up
from btc_eval.disclosure.sums import Shape
from btc_eval.disclosure.system import Bools, Floats, components, row_labels
from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import RefusedError, refuse


def possible(
    cells: Cells, low: Floats, high: Floats, asked: Bools, tolerance: float, seconds: float
) -> tuple[Floats, Floats]:
    """Between which values must each asked cell lie, where every sum may miss by `tolerance`? Shape (cells,) each."""
    A, count, rows = cells.A, len(low), cells.A.shape[0]
    if tolerance:
        A = sp.hstack([A, sp.identity(rows, format="csr")], format="csr")
        low = np.concatenate([low, np.full(rows, -tolerance)])
        high = np.concatenate([high, np.full(rows, tolerance)])
        asked = np.concatenate([asked, np.zeros(rows, dtype=bool)])
    lower, upper = bounds(A, low, high, asked, Clock.of(seconds))
    return lower[:count], upper[:count]


def possible_by_part(
    cells: Cells, low: Floats, high: Floats, asked: Bools, tolerance: float, seconds: float
) -> tuple[Floats, Floats, Bools, Bools]:
    """As `possible`, where some of the sums may contradict each other: what hangs together is asked about by itself.

    Returns
    -------
    tuple
        Lower and upper bound; which cells hang on sums that no table can have together; and on sums about which there
        was no answer in time. Shape (cells,) each; the bounds of the last two are the known ones.
    """
    lower, upper = low.astype(float).copy(), high.astype(float).copy()
    torn, late = np.zeros(len(low), dtype=bool), np.zeros(len(low), dtype=bool)
    if not cells.A.shape[0]:
        return lower, upper, torn, late
    _, label = components(cells.A)
    rows, clock = row_labels(cells.A, label), Clock.of(seconds)
    for part in np.unique(label[asked]):
        inside, sums = np.flatnonzero(label == part), np.flatnonzero(rows == part)
        if not len(sums):
            continue
        alone = replace(cells, A=cells.A[sums][:, inside].tocsr())
        try:
            found = possible(alone, low[inside], high[inside], asked[inside], tolerance, clock.left())
        except ImpossibleError:
            torn[inside] = True
        except OutOfTimeError:
            late[inside] = True
        else:
            lower[inside], upper[inside] = found
    return lower, upper, torn, late


def known_bounds(
    cells: Cells, sheet: Sheet, rules: Policy | None, rounding_base: int = 1, least: float = 0.0
) -> tuple[Floats, Floats]:
    """What does a reader know of each cell of the first table?

    A shown count lies within its rounding and, under a policy, not below the smallest that may be shown; a total that
    was added up from shown parts tells nothing of its own; a hidden cell may be anything from `least`.
    """
    base = rules.rounding_base if rules else rounding_base
    value, hidden = cells.value, ~np.isfinite(cells.value)
    low, high = value - base // 2, value + (base + 1) // 2 - 1
    if rules is not None:
        low = np.where(value > 0, np.maximum(low, rules.minimum_cell), 0.0)
        high = np.where((value == 0) & (rules.minimum_cell > high), 0.0, np.maximum(high, low))
        for total, _ in added_up(cells, hidden, rules):
            low[total], high[total] = 0.0, np.inf
        amounts = [number for number, column in enumerate(sheet.counts) if column not in sheet.whole]
        exact = cells.where[0][:, amounts].ravel()
        low[exact] = high[exact] = value[exact]
    low = np.where(hidden, least, np.maximum(low, 0.0))
    return low, np.where(hidden, np.inf, high)


def sheet_of(safe: SafeTable) -> Sheet:
    """Return a released table as a sheet: its frame, with hidden cells empty."""
    return Sheet(
        name=safe.name,
        frame=safe.frame.reset_index(drop=True),
        shape=Shape(safe.keys, safe.totals, safe.hierarchies),
        counts=(*safe.counts, *safe.amounts),
        across=safe.across,
        whole=safe.counts,
    )


def impossible(name: str) -> RefusedError:
    """Build the refusal of a table whose sums contradict each other."""
    return refuse(
        name,
        "totals",
        found="figures that no table of counts can have together",
        allowed="totals that add up, within rounding and tolerance",
        do="Check the totals, or say how they are rounded.",
    )


def out_of_time(name: str, seconds: float) -> RefusedError:
    """Build the refusal of a table whose safety was not proved in time."""
    return refuse(
        name,
        "proof of safety",
        found=f"no proof within {seconds:g} seconds",
        allowed="a table whose every small cell is proved to be protected",
        do="Use wider categories or fewer keys, or give it longer: seconds=…",
    )
