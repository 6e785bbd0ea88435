"""Did the gap between one unit and its comparators change, and is that change rare among all units?

The plainest comparative design, and the one for a single treated unit: the change in the unit less the mean change in
its comparators, set beside the same difference for every other unit and its own comparators. No model, no standard
error from one cluster; the other units are the yardstick.

References
----------
Conley, T. and Taber, C. (2011). Inference with "difference in differences" with a small number of policy changes.
Review of Economics and Statistics 93, 113–125.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.estimates import TIDY_COLUMNS
from btc_eval.inference import Bools, Floats
from btc_eval.inference.permutation import ranks, standing
from btc_eval.its.clock import Clock
from btc_eval.its.synthetic_panel import Faults, named, read_numbers, read_times, require_frame

_DOOR = "its.gap_change"
Comparators = Callable[[Any], Sequence[Any]] | Mapping[Any, Sequence[Any]] | Sequence[Any] | None
Missing = Literal["refuse", "set aside"]


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


def gap_change(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: Any,
    before: Any,
    after: Any,
    comparators: Comparators = None,
    missing: Missing = "refuse",
) -> GapChange:
    """Did the gap between one unit and its comparators change, and is that change rare among all units?

    Parameters
    ----------
    panel
        A tidy frame, one row a unit and period, in any order. Not changed.
    unit, time, outcome
        Columns: the unit's name, the period, and a number.
    treated
        The treated unit.
    before, after
        A period, or first and last periods of a window, both included; outcomes are averaged over it.
    comparators
        Who is compared with whom. A mapping from every unit to its comparators, or a function of a unit, gives each
        unit its own; a list compares every unit with the same ones (itself never among them); `None` is all others.
        The treated unit is left out of other units' comparators.
    missing
        "refuse" a unit without a value in the windows, or "set aside": it is neither compared nor a comparator, and
        is listed in `.set_aside`.

    Returns
    -------
    GapChange
        `.estimate`, `.rank`, `.p_value`, `.interval()`, `.table()` of all units, `.tidy()`.

    Raises
    ------
    RefusedError
        Every fault at once: duplicates, infinite or missing values, unknown units, no comparators, windows out of
        order.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"council": list("ABCABC"), "year": [2018] * 3 + [2024] * 3,
    ...                       "rate": [100.0, 90.0, 80.0, 95.0, 100.0, 90.0]})
    >>> gap_change(rates, unit="council", time="year", outcome="rate", treated="A", before=2018, after=2024).estimate
    -15.0
    """
    if missing not in ("refuse", "set aside"):
        raise UsageError(f"{_DOOR}: missing {missing!r} is not 'refuse' or 'set aside'.")
    faults = Faults(_DOOR)
    require_frame(faults, panel, [unit, time, outcome])
    if panel[unit].isna().any():
        rows = np.flatnonzero(panel[unit].isna()) + 1
        faults.add(unit, f"no unit in rows {named(rows)}", "a unit in every row", "Give each row its unit.")
    values = read_numbers(faults, panel[outcome], outcome)
    clock, periods = read_times(faults, panel[time], time)
    if panel.duplicated([unit, time]).any():
        again = panel.loc[panel.duplicated([unit, time]), [unit, time]].astype(str).agg(" ".join, axis=1)
        faults.add(f"{unit}, {time}", f"more than one row for {named(again)}", "one row a unit and period", "Keep one.")
    earlier = _window(faults, clock, before, "before")
    later = _window(faults, clock, after, "after")
    if earlier[1] >= later[0]:
        faults.add("before, after", f"{before} and {after}", "windows one after the other", "Put `before` first.")
    faults.settle()
    units = sorted(panel[unit].unique(), key=str)
    column = pd.Index(units).get_indexer(pd.Index(panel[unit]))
    first = _means(values, periods, column, len(units), earlier)
    last = _means(values, periods, column, len(units), later)
    if treated not in units:
        faults.add("treated", f"{treated!r}, which has no rows", f"a value of {unit}: {named(units)}", "Name a unit.")
        faults.settle()
    where = units.index(treated)
    present = np.isfinite(first) & np.isfinite(last)
    _check_present(faults, units, present, where, missing)
    faults.settle()
    table = _comparator_table(faults, comparators, units, where, present)
    faults.settle()
    chosen = present & (table.sum(axis=1) > 0)
    outside = [(name, "no value in one of the windows") for name, has in zip(units, present) if not has]
    outside += [(name, "no comparator with values") for name, has, kept in zip(units, present, chosen) if has > kept]
    change = np.where(present, last - first, 0.0)
    mean_change = (table @ change)[chosen] / table[chosen].sum(axis=1)
    return GapChange(
        tuple(name for name, kept in zip(units, chosen) if kept),
        change[chosen],
        np.asarray(mean_change),
        tuple(int(n) for n in table[chosen].sum(axis=1)),
        int(chosen[:where].sum()),
        (clock.words(earlier[0]), clock.words(earlier[1])),
        (clock.words(later[0]), clock.words(later[1])),
        tuple(outside),
    )


def _window(faults: Faults, clock: Clock, window: Any, place: str) -> tuple[int, int]:
    ends = tuple(window) if isinstance(window, (tuple, list)) else (window, window)
    if len(ends) != 2:
        faults.add(place, f"{len(ends)} periods", "a period, or (first, last)", "Give the first and the last period.")
        faults.settle()
    first, last = (clock.index(when, place=place) for when in ends)
    if last < first:
        faults.add(place, f"{ends[0]} to {ends[1]}", "the first period before the last", "Swap them.")
    return first, last


def _means(values: Floats, periods: Any, column: Any, units: int, window: tuple[int, int]) -> Floats:
    """Mean of each unit over the window, NaN where any of its periods has no value."""
    inside = (periods >= window[0]) & (periods <= window[1])
    wanted = len(np.unique(periods[inside]))
    present = inside & np.isfinite(values)
    count = np.bincount(column[present], minlength=units)
    total = np.bincount(column[present], weights=values[present], minlength=units)
    whole = (count == wanted) & (wanted > 0)
    return np.asarray(np.divide(total, count, out=np.full(units, np.nan), where=whole))


def _check_present(faults: Faults, units: list[Any], present: Bools, treated: int, missing: Missing) -> None:
    if not present[treated]:
        faults.add(
            "treated",
            f"no value for {units[treated]} in one of the windows",
            "a value in every period of both windows",
            "Choose windows in which it was published.",
        )
    gaps = [name for i, name in enumerate(units) if not present[i] and i != treated]
    if gaps and missing == "refuse":
        faults.add(
            "panel",
            f"{len(gaps)} units without a value in one of the windows: {named(gaps)}",
            "a value for every unit in both windows",
            "Leave them out, or pass missing='set aside' to have them listed and left out.",
        )


def _comparator_table(
    faults: Faults, comparators: Comparators, units: list[Any], treated: int, present: Bools
) -> Floats:
    """Return who is compared with whom, shape (units, units), ones and noughts."""
    place = {name: i for i, name in enumerate(units)}
    table = np.zeros((len(units), len(units)))
    if comparators is None:
        table[:] = 1.0
    elif isinstance(comparators, (str, bytes)):
        raise UsageError(f"{_DOOR}: comparators is a list; write comparators=[{comparators!r}].")
    else:
        without, unknown = [], set()
        for name, row in place.items():
            if not present[row]:
                continue
            if isinstance(comparators, Mapping):
                if name not in comparators:
                    without.append(name)
                    continue
                chosen = comparators[name]
            else:
                chosen = comparators(name) if callable(comparators) else comparators
            unknown |= {other for other in chosen if other not in place}
            table[row, [place[other] for other in chosen if other in place]] = 1.0
        if without:
            faults.add(
                "comparators",
                f"no entry for {len(without)} units: {named(without)}",
                "an entry for every unit of the panel",
                "Add them, or pass one list to compare every unit with the same ones.",
            )
        if unknown:
            faults.add(
                "comparators",
                f"{named(sorted(map(str, unknown)))}, not in the panel",
                "units of the panel",
                "Add their rows, or take them out of the comparators.",
            )
    np.fill_diagonal(table, 0.0)
    table[:, treated] = 0.0
    table[:, ~present] = 0.0
    if present[treated] and not table[treated].any():
        faults.add("comparators", f"none with values for {units[treated]}", "one or more", "Name comparators.")
    if (table.sum(axis=1) > 0)[present].sum() < 2:
        faults.add("panel", "one unit that can be compared", "two or more", "Add units: others are the yardstick.")
    return table
