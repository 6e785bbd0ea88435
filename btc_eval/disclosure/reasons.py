"""Why is this cell empty? The reasons a blank can carry, and the words a reader sees."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd


class Reason(StrEnum):
    """Why a cell is hidden. The value is the full reason; `public` is what a page may say."""

    PRIMARY = "fewer than the smallest count that may be shown"
    SECONDARY = "hidden so that a smaller count cannot be worked out"
    CLASS = "all or none of a small group would be shown"
    DOMINANCE = "one or two cases make up most of the sum"
    PART_HIDDEN = "a figure that it is worked out from is hidden"
    DENOMINATOR = "too few children to work out a rate"
    SMALL_LEVEL = "too few children behind the estimate"
    QUANTILE = "too few children on each side of it"
    PUBLISHER = "suppressed by the publisher"

    def public(self, told: bool) -> str:
        """Return the words a page may show.

        Which blank is small and which one guards another is itself information: an attacker who knows it can
        narrow the small ones. So unless the policy says that it is told (and reckons with it), all of these
        share one sentence.
        """
        if told or self not in _ALIKE:
            return self.value
        return "a small number, or one that would give a small number away"


_ALIKE = frozenset({Reason.PRIMARY, Reason.SECONDARY, Reason.CLASS, Reason.DOMINANCE})


def listed(
    frame: pd.DataFrame, rows: np.ndarray, keys: Sequence[str], column: str, reason: Reason | np.ndarray
) -> pd.DataFrame:
    """Return the hidden cells of one column: their keys, the column and the reason of each.

    Parameters
    ----------
    frame
        The table.
    rows
        Shape (rows,): which of its cells are hidden.
    reason
        One for all, or shape (rows,).
    """
    found = frame.loc[rows, list(keys)].assign(column=column)
    each = [reason] * len(found) if isinstance(reason, Reason) else list(np.asarray(reason, dtype=object)[rows])
    return found.assign(reason=pd.Series(each, index=found.index, dtype=object))
