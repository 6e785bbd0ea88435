"""What would each area's rate be if its children had standard ages?"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door, choice, share
from btc_eval.cohort.event_rates import read_counts
from btc_eval.errors import UsageError
from btc_eval.inference.standardised import BYAR_FROM, Standardised, direct, indirect

WHAT = "cohort.standardised_rates"
Method = Literal["direct", "indirect"]


@dataclass(frozen=True)
class StandardisedRates:
    """Standardised rates, or ratios, of areas: `levels` and what was `found`; `per` multiplies a direct rate."""

    levels: tuple[Any, ...]
    found: Standardised
    method: Method
    per: float

    def tidy(self) -> pd.DataFrame:
        """What is each area's standardised rate, or ratio? group, events, estimate, conf_low, conf_high.

        Of a directly standardised rate of fewer than ten events the estimate and its interval are missing: so few do
        not carry one (as the Office for Health Improvement and Disparities does).
        """
        table = pd.DataFrame(
            {
                "group": list(self.levels),
                "events": self.found.events,
                "estimate": self.per * self.found.estimate,
                "conf_low": self.per * self.found.low,
                "conf_high": self.per * self.found.high,
            }
        )
        if self.method == "direct":
            table.loc[table["events"] < BYAR_FROM, ["estimate", "conf_low", "conf_high"]] = np.nan
        return table


def standardised_rates(
    frame: pd.DataFrame,
    *,
    events: Hashable,
    population: Hashable,
    standard: Hashable,
    group: Hashable | None = None,
    method: Method = "direct",
    per: float = 1.0,
    conf_level: float = 0.95,
) -> StandardisedRates:
    """What would each area's rate be if its children had standard ages?

    Parameters
    ----------
    frame
        A row an area and age band.
    events, population
        Columns: events and people of the band in the area.
    standard
        Column: with "direct" the standard population of the band; with "indirect" the reference rate, events for each
        person.
    group
        Column of areas.
    method
        "direct": the area's rates weighted by the standard population, Dobson's interval. "indirect": observed over
        expected events, Byar's interval (exact below ten events).
    per
        What a direct rate is multiplied by.

    Raises
    ------
    RefusedError
        With every fault: no such column, missing values, counts below 0 or not whole, population of 0 or below, a
        standard below 0.

    References
    ----------
    Dobson et al. (1991); Breslow and Day (1987). As the Office for Health Improvement and Disparities publishes them.

    Examples
    --------
    >>> frame = pd.DataFrame({"starts": [12, 30], "children": [4000, 5000], "standard": [6000, 4000]})
    >>> found = standardised_rates(
    ...     frame, events="starts", population="children", standard="standard", per=10_000
    ... )
    >>> found.tidy()[["estimate", "conf_low", "conf_high"]].round(2).values.tolist()
    [[42.0, 29.69, 57.49]]
    """
    choice(WHAT, method, ("direct", "indirect"), "method")
    level = share(WHAT, conf_level, "conf_level")
    if not per > 0:
        raise UsageError(f"{WHAT}: per {per!r} is not above 0.")
    door = Door(WHAT, frame, [events, population, standard, group])
    counts, people = read_counts(door, events, population)
    weight = door.numbers(standard, allow_flags=False)
    door.wrong(standard, weight < 0, "a standard below 0", "0 or more", "Look at the rows.")
    groups = None if group is None else door.labels(group, "area")
    door.settle()
    codes = np.zeros(len(door), dtype=np.int64) if groups is None else groups.codes
    if (np.bincount(codes, weight) <= 0).any():
        door.add(standard, "nothing but 0 in an area", "a standard above 0 somewhere", "Look at the rows.")
        door.settle()
    run = direct if method == "direct" else indirect
    found = run(counts, people, weight, codes, level=level)
    levels = ("all",) if groups is None else groups.levels
    return StandardisedRates(levels, found, method, per if method == "direct" else 1.0)
