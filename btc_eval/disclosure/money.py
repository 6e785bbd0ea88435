"""When does a sum of money give away what one family or one placement cost? Dominance and the p-ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.system import Bools
from btc_eval.errors import Refusal


@dataclass(frozen=True, slots=True)
class Contributions:
    """Of whom is a column of money made up? Names of columns of the same table; they are not released.

    Parameters
    ----------
    number
        How many children or families contribute.
    largest, second
        The largest and the second largest contribution, in the column's own unit.
    """

    number: str
    largest: str
    second: str

    @property
    def columns(self) -> tuple[str, str, str]:
        """The three columns."""
        return self.number, self.largest, self.second


def dominated(frame: pd.DataFrame, column: str, by: Contributions, rules: Policy) -> Bools:
    """Which sums must be hidden: too few contributors, or one or two of them make up most?

    Hidden where fewer than `minimum_level` contribute; where the `dominance_n` largest give more than
    `dominance_percent` of the sum; or where what the largest two leave is less than `p_ratio_percent` of the largest,
    so that the second could estimate the largest to within that (ESSnet Handbook on Statistical Disclosure Control).
    A sum of nought from nobody may show.
    """
    total, number, first, second = (
        pd.to_numeric(frame[name]).to_numpy(dtype=float) for name in (column, by.number, by.largest, by.second)
    )
    top = first + (second if rules.dominance_n > 1 else 0.0)
    few = (number > 0) & (number < rules.minimum_level)
    share = (top > rules.dominance_percent / 100 * total) if rules.dominance_n else np.zeros(len(total), dtype=bool)
    ratio = total - first - second < rules.p_ratio_percent / 100 * first
    return np.asarray((few | share | ratio) & (total > 0))


def money_faults(frame: pd.DataFrame, column: str, by: Contributions, name: str) -> list[Refusal]:
    """Which faults has a column of money: not a number, negative, contributions above the sum?"""
    missing = [other for other in (column, *by.columns) if other not in frame.columns]
    if missing:
        do = "Name the columns of contributions."
        return [Refusal(name, f"column {column}", f"no column {', '.join(missing)}", "four columns", do)]
    values = frame[[column, *by.columns]].apply(pd.to_numeric, errors="coerce")
    bad = int((~np.isfinite(values.to_numpy(dtype=float)) | (values.to_numpy(dtype=float) < 0)).any(axis=1).sum())
    above = int((values[by.largest] + values[by.second] > values[column] * (1 + 1e-9) + 1e-9).sum())
    above += int((values[by.second] > values[by.largest]).sum())
    found = []
    if bad:
        found.append(f"{bad} rows with a negative, empty or infinite amount")
    if above and not bad:
        found.append(f"{above} rows whose two largest contributions exceed the sum or stand in the wrong order")
    return [
        Refusal(
            name,
            f"column {column}",
            found=words,
            allowed="amounts of nought or more, with second <= largest and both within the sum",
            do="Sum first, refunds included; then give the contributions of the same rows.",
        )
        for words in found
    ]
