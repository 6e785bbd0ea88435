"""Estimates that rest on too few children are hidden, and so is everything beside a hidden count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.reasons import Reason, listed
from btc_eval.disclosure.request import Request
from btc_eval.errors import refuse


def hide_estimates(frame: pd.DataFrame, request: Request, rules: Policy) -> list[pd.DataFrame]:
    """Blank, in place, the loose numbers of rows with too few children behind them; return what was hidden.

    Raises
    ------
    RefusedError
        Where all rows rest on the same children and these are too few.
    """
    loose = request.loose
    if not rules.hides or not loose:
        return []
    few = np.zeros(len(frame), dtype=bool)
    if isinstance(request.n, str):
        given = pd.to_numeric(request.table[request.n]).to_numpy(dtype=float, na_value=np.nan)
        few = given < rules.minimum_level
    elif request.n is not None and request.n < rules.minimum_level:
        raise refuse(
            request.name,
            "n",
            found="estimates that rest on fewer children than the policy allows",
            allowed=f"{rules.minimum_level} or more",
            do="Join groups or periods before estimating.",
        )
    whole = isinstance(request.n, int) or not request.counts
    beside = few if whole else frame[list(request.counts)].isna().any(axis=1).to_numpy()
    hidden = []
    for column in loose:
        for rows, reason in ((few, Reason.SMALL_LEVEL), (beside & ~few, Reason.PART_HIDDEN)):
            rows = rows & frame[column].notna().to_numpy()
            if rows.any():
                frame[column] = frame[column].astype("Float64").mask(rows)
                hidden.append(listed(frame, rows, request.keys, column, reason))
    return hidden
