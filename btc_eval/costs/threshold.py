"""What would have to be true for a sum to pay for itself, and do the figures allow it?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from btc_eval.assumptions import UnitCost
from btc_eval.costs.appraisal import PresentValue, present_value
from btc_eval.errors import refuse
from btc_eval.estimates import Estimate
from btc_eval.periods import year_words

_PLACE = "costs.threshold"


class Reach(StrEnum):
    """Where the number needed lies beside the effect that was found."""

    NOT_COMPARED = "not compared"
    SHOWN = "shown: the whole interval reaches it"
    OPEN = "open: the figures allow it and do not show it"
    RULED_OUT = "ruled out: the whole interval falls short"


@dataclass(frozen=True, slots=True)
class Threshold:
    """How many units fewer would pay for a sum.

    Parameters
    ----------
    cost
        Pounds to be paid for, at the prices of the unit cost's year.
    unit_cost, share
        What one unit costs on average, and the share of it that one fewer saves.
    effect
        The change in units that was found, over the same time, below nought for fewer; `None` where there is none.
    baseline
        Units in that time without any change; `None` where not given.
    wait
        What a pound spared later is worth when the sum is paid, 1 where both fall in the same year.
    """

    cost: float
    unit_cost: UnitCost
    share: float = 1.0
    effect: Estimate | None = None
    baseline: float | None = None
    wait: float = 1.0

    @property
    def needed(self) -> float:
        """Return the units that would have to be avoided."""
        return break_even(self.cost, self.unit_cost.value * self.wait, self.share)

    @property
    def needed_range(self) -> tuple[float, float] | None:
        """Return the least and most that would, over the range of the unit cost; `None` where no range is known."""
        low, high = self.unit_cost.low, self.unit_cost.high
        if low is None or high is None:
            return None
        worth = [break_even(self.cost, end * self.wait, self.share) for end in (high, low)]
        return worth[0], worth[1]

    @property
    def reach(self) -> Reach:
        """Does what was found reach what is needed? It starts at not compared."""
        if self.effect is None or self.effect.conf_low is None or self.effect.conf_high is None:
            return Reach.NOT_COMPARED
        if self.effect.conf_high <= -self.needed:
            return Reach.SHOWN
        return Reach.OPEN if self.effect.conf_low <= -self.needed else Reach.RULED_OUT

    def tidy(self) -> pd.DataFrame:
        """Return one row: `cost`, `unit_cost`, `share`, `needed` with its range, `of_baseline`, `reach`."""
        ends = self.needed_range or (float("nan"), float("nan"))
        return pd.DataFrame(
            {
                "cost": [self.cost],
                "unit_cost": self.unit_cost.value,
                "share": self.share,
                "needed": self.needed,
                "needed_low": ends[0],
                "needed_high": ends[1],
                "of_baseline": self.needed / self.baseline if self.baseline else float("nan"),
                "reach": self.reach.value,
            }
        )


def break_even(cost: float, unit_cost: float, share: float = 1.0) -> float:
    """How many units fewer pay for this cost?

    Examples
    --------
    >>> break_even(1_000_000.0, 50_000.0, share=0.5)
    40.0
    """
    if not all(np.isfinite(x) for x in (cost, unit_cost, share)) or cost < 0 or unit_cost <= 0 or not 0 < share <= 1:
        raise refuse(
            _PLACE,
            "cost, unit_cost, share",
            found="a negative cost, a unit that costs nothing, a share outside 0 to 1, or a number that is not finite",
            allowed="cost of nought or more, unit cost above nought, share above 0 to 1",
            do="Look at what was passed.",
        )
    return cost / (unit_cost * share)


def threshold(
    cost: float | PresentValue,
    unit_cost: UnitCost,
    *,
    prices: int,
    share: float = 1.0,
    effect: Estimate | None = None,
    baseline: float | None = None,
    years_later: int = 0,
    schedule: str = "green-book",
) -> Threshold:
    """What would have to be true for this sum to pay for itself?

    Parameters
    ----------
    cost
        Pounds, or the present value of a stream of them.
    unit_cost
        What one unit costs (a child-year of care).
    prices
        The year ending 31 March in whose prices the cost is; the unit cost must be in the same.
    share
        Share of the average cost that one fewer saves, above 0 to 1.
    effect, baseline
        The change in units that was found over the same time, and the units there were.
    years_later, schedule
        How many years after the money is paid the units are spared, and the rates at which that is discounted.

    Raises
    ------
    RefusedError
        For mixed prices, a negative cost or one that is not finite, or a share outside (0, 1].

    Examples
    --------
    >>> from btc_eval import assumptions
    >>> home = assumptions.unit_cost("childrens-home-year")
    >>> round(threshold(1_000_000.0, home, prices=2024).needed, 1)
    3.1
    """
    if unit_cost.price_year != prices:
        raise refuse(
            _PLACE,
            "prices",
            found=f"a cost at the prices of {prices} beside a unit cost at those of {unit_cost.price_year}",
            allowed="the same year",
            do="Bring one of them over with costs.reprice or costs.real_unit_cost.",
        )
    amount = cost.value if isinstance(cost, PresentValue) else float(cost)
    wait = present_value({years_later: 1.0}, schedule=schedule).value
    break_even(amount, unit_cost.value, share)
    return Threshold(amount, unit_cost, share, effect, baseline, wait)


def thresholds(
    sums: pd.DataFrame, unit_costs: dict[str, UnitCost], *, cost: str = "cost", prices: int, share: float = 1.0,
    effect: Estimate | None = None, years_later: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """What would each of several sums have to achieve, by what a unit costs?

    Parameters
    ----------
    sums
        One row a sum. Not changed.
    unit_costs
        Prices of a unit, by the words a table has for them.
    cost
        Column of pounds at the prices of `prices`.
    prices, share, effect, years_later
        As in `threshold`.

    Returns
    -------
    pd.DataFrame
        The frame once for each unit cost, with `unit` (its words), `unit_cost`, `needed`, `reach` and `in_prices`.
    """
    rows = []
    for words, price in unit_costs.items():
        made = [
            threshold(float(x), price, prices=prices, share=share, effect=effect, years_later=years_later)
            for x in sums[cost]
        ]
        rows.append(
            sums.assign(
                unit=words,
                unit_cost=price.value,
                needed=[one.needed for one in made],
                reach=[one.reach.value for one in made],
                in_prices=f"prices of {year_words(prices)}",
            )
        )
    return pd.concat(rows, ignore_index=True)
