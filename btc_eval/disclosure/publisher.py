"""Does a table of official statistics give away what its publisher suppressed?

DfE replaces a count of 1 to 5 by `c` and hides enough beside it. A table that puts published figures together in a new
way (a region less its councils, a total less its parts) can undo that; such a table is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.cells import Cells, Sheet
from btc_eval.disclosure.knowledge import impossible, known_bounds, out_of_time, possible
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.reasons import Reason
from btc_eval.disclosure.region import ImpossibleError, OutOfTimeError
from btc_eval.disclosure.system import TOLERANCE
from btc_eval.errors import Refusal, RefusedError


def refuse_telling(cells: Cells, sheets: Sequence[Sheet], rules: Policy, seconds: float, tolerance: float) -> None:
    """Refuse the tables where a figure that its publisher suppressed follows from what they show.

    Parameters
    ----------
    cells, sheets
        The tables, with the publisher's blanks empty. Where a column `reason` or `<column>_reason` says why a cell is
        empty, only those suppressed by the publisher are guarded; otherwise all of them.
    rules
        `protected_low` to `protected_high`: what a suppressed figure stands for.
    seconds
        Processor time; where it passes the table is refused.
    tolerance
        How far published totals may stand from the sum of their parts, the publisher's own rounding.
    """
    asked = np.zeros(len(cells.value), dtype=bool)
    for sheet, at in zip(sheets, cells.where):
        for number, column in enumerate(sheet.counts):
            asked[at[suppressed(sheet.frame, column), number]] = True
    if not asked.any() or not cells.A.nnz:
        return
    name = ", ".join(sheet.name for sheet in sheets)
    low, high = known_bounds(cells, sheets[0], None)
    try:
        lower, upper = possible(cells, low, high, asked, tolerance, seconds)
    except ImpossibleError:
        raise impossible(name) from None
    except OutOfTimeError:
        raise out_of_time(name, seconds) from None
    lower, upper = np.ceil(lower - TOLERANCE), np.floor(upper + TOLERANCE)
    told = asked & ((lower > rules.protected_low) | (upper < rules.protected_high))
    if told.any():
        raise RefusedError(
            [
                Refusal(
                    name,
                    "totals",
                    found=f"{int(told.sum())} figures suppressed by the publisher that can be narrowed by subtraction",
                    allowed=f"every suppressed figure may be anything from {rules.protected_low} to "
                    f"{rules.protected_high} for all a reader can prove",
                    do="Leave out the sums and differences of published figures, or one more of their parts.",
                )
            ]
        )


def suppressed(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Which empty cells did the publisher suppress? All of them, unless a column of reasons says otherwise."""
    empty = frame[column].isna().to_numpy()
    for name in (f"{column}_reason", "reason"):
        if name in frame.columns:
            return np.asarray(empty & (frame[name].astype(str) == Reason.PUBLISHER.value).to_numpy())
    return np.asarray(empty)
