"""What stands beside a count that is hidden: estimates that rest on it go too, rates come from what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.policy import Policy
from btc_eval.errors import refuse

#: Column of the rate → (numerator, denominator, per how many).
Rates = Mapping[str, tuple[str, str, float]]

_FEW = "too few children behind the estimate"
_PART = "a figure that it is worked out from is hidden"


def beside_hidden(
    frame: pd.DataFrame,
    rules: Policy,
    keys: Sequence[str],
    counts: Sequence[str],
    loose: Sequence[str],
    n: int | str | None,
    name: str,
) -> list[pd.DataFrame]:
    """Blank, in place, the loose numbers of rows with a hidden count; return what was hidden.

    Raises
    ------
    RefusedError
        Where all rows rest on the same children and these are fewer than the policy lets be shown.
    """
    if isinstance(n, int) and n < rules.minimum_cell:
        raise refuse(
            name, "n", found="estimates that rest on fewer children than the policy allows",
            allowed=f"{rules.minimum_cell} or more", do="Join groups or periods before estimating.",
        )  # fmt: skip
    if n is None or not rules.minimum_cell or not counts:
        return []
    gone = frame[list(counts)].isna()
    few = gone[n].to_numpy() if isinstance(n, str) else np.zeros(len(frame), dtype=bool)
    rows = gone.any(axis=1).to_numpy()
    return _hidden(frame, keys, loose, {_FEW: few, _PART: rows & ~few})


def put_rates(frame: pd.DataFrame, rates: Rates, keys: Sequence[str]) -> list[pd.DataFrame]:
    """Work out each rate from what is shown, in place; return those hidden because a part of them is."""
    hidden = []
    for column, (part, whole, per) in rates.items():
        above, below = (frame[c].astype("Float64").to_numpy(dtype=float, na_value=np.nan) for c in (part, whole))
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = above / below * per
        gone = ~np.isfinite(rate)
        frame[column] = np.where(gone, 0.0, rate)
        hidden += _hidden(frame, keys, [column], {_PART: gone})
    return hidden


def _hidden(
    frame: pd.DataFrame, keys: Sequence[str], columns: Sequence[str], why: Mapping[str, np.ndarray]
) -> list[pd.DataFrame]:
    found = []
    for column in columns:
        for reason, rows in why.items():
            here = rows & frame[column].notna().to_numpy()
            if here.any():
                frame[column] = frame[column].astype("Float64").mask(here)
                found.append(frame.loc[here, list(keys)].assign(column=column, reason=reason))
    return found
