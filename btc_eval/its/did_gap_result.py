"""What a comparison of gaps found: the change of every unit's gap to its comparators, and where one stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.estimates import TIDY_COLUMNS
from btc_eval.inference import Floats
from btc_eval.inference.permutation import ranks, standing


@dataclass(frozen=True, slots=True)
class GapChange:
    """The change in every unit's gap to its comparators.

    Parameters
    ----------
    units
        Units compared, sorted by name.
    changes, comparator_changes
        Shape (units,): the unit's own change, and the mean change of its comparators.
    comparators
        Shape (units,): number of comparators of each.
    treated
        Position of the treated unit.
    before, after
        First and last periods averaged, both included, as text.
    outside
        Units set aside, with the reason.
    """

    units: tuple[Any, ...]
    changes: Floats
    comparator_changes: Floats
    comparators: tuple[int, ...]
    treated: int
    before: tuple[str, str]
    after: tuple[str, str]
    outside: tuple[tuple[Any, str], ...] = ()

    @property
    def statistics(self) -> Floats:
        """Shape (units,): own change less the comparators' mean change, in units of the outcome."""
        return np.asarray(self.changes - self.comparator_changes)

    @property
    def estimate(self) -> float:
        """Change in the treated unit's gap, in units of the outcome."""
        return float(self.statistics[self.treated])

    @property
    def rank(self) -> int:
        """Place of the treated unit from the lowest, 1; ties take the later place."""
        return standing(self.statistics, self.treated).rank

    @property
    def p_value(self) -> float:
        """Share of units, the treated included, whose gap changed by as much in either direction."""
        return standing(self.statistics, self.treated).two_sided

    @property
    def p_value_lower(self) -> float:
        """Share of units whose gap fell by as much."""
        return standing(self.statistics, self.treated).lower

    @property
    def p_value_upper(self) -> float:
        """Share of units whose gap rose by as much."""
        return standing(self.statistics, self.treated).upper

    @property
    def set_aside(self) -> pd.DataFrame:
        """Which units could not be compared, and why? Columns unit, reason."""
        return pd.DataFrame(list(self.outside), columns=["unit", "reason"])

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Which effects would leave the treated unit unremarkable among the others?

        Ends included; infinite where there are too few units (20 are needed for 0.95).
        """
        if not 0 < level < 1:
            raise UsageError(f"interval: level {level!r} is not between 0 and 1, such as 0.95.")
        rejected = int(np.floor((1.0 - level) * len(self.units) + 1e-9))
        if rejected < 1:
            return -np.inf, np.inf
        others = np.sort(np.abs(np.delete(self.statistics, self.treated)))
        reach = float(others[-rejected])
        return self.estimate - reach, self.estimate + reach

    def table(self) -> pd.DataFrame:
        """How did every unit's gap change?

        Returns
        -------
        DataFrame
            unit, treated, change, comparator_change, comparators, estimate, rank (1 is the lowest); sorted by rank.
        """
        table = pd.DataFrame(
            {
                "unit": list(self.units),
                "treated": np.arange(len(self.units)) == self.treated,
                "change": self.changes,
                "comparator_change": self.comparator_changes,
                "comparators": list(self.comparators),
                "estimate": self.statistics,
                "rank": ranks(self.statistics),
            }
        )
        return table.sort_values("rank", kind="stable", ignore_index=True)

    def tidy(self, *, level: float = 0.95) -> pd.DataFrame:
        """How much did the treated unit's gap change, and is that rare?

        Returns
        -------
        DataFrame
            One row, term "gap_change": the estimate; `std_error`, the standard deviation of the other units'
            differences; `statistic`, their quotient; the two-sided permutation p-value; the placebo interval.
        """
        error = float(np.std(np.delete(self.statistics, self.treated)))
        low, high = self.interval(level)
        statistic = self.estimate / error if error > 0 else float("nan")
        row = ("gap_change", self.estimate, error, statistic, self.p_value, low, high)
        return pd.DataFrame([row], columns=list(TIDY_COLUMNS))
