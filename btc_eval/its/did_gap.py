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
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.its.clock import Clock
from btc_eval.its.did_gap_result import GapChange
from btc_eval.its.synthetic_panel import Faults, named, read_numbers, read_times, require_frame

_DOOR = "its.gap_change"
Comparators = Callable[[Any], Sequence[Any]] | Mapping[Any, Sequence[Any]] | Sequence[Any] | None
Missing = Literal["refuse", "set aside"]


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
        "refuse" a unit without a value in the windows or without comparators, and a comparator without rows; or "set
        aside": it is neither compared nor a comparator, and is listed in `.set_aside`.

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
    order = np.lexsort((periods, column))  # so that sums do not depend on the order of the caller's rows
    values, periods, column = values[order], periods[order], column[order]
    first = _means(values, periods, column, len(units), earlier)
    last = _means(values, periods, column, len(units), later)
    if treated not in units:
        faults.add("treated", f"{treated!r}, which has no rows", f"a value of {unit}: {named(units)}", "Name a unit.")
        faults.settle()
    where = units.index(treated)
    present = np.isfinite(first) & np.isfinite(last)
    _check_present(faults, units, present, where, missing)
    faults.settle()
    table, strangers = _comparator_table(faults, comparators, units, where, present, missing)
    faults.settle()
    chosen = present & (table.sum(axis=1) > 0)
    outside = [(name, "no value in one of the windows") for name, has in zip(units, present) if not has]
    outside += [(name, "no comparator with values") for name, has, kept in zip(units, present, chosen) if has > kept]
    outside += [(name, "named as a comparator, not in the panel") for name in strangers]
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


def _means(values: Floats, periods: Ints, column: Any, units: int, window: tuple[int, int]) -> Floats:
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
    faults: Faults, comparators: Comparators, units: list[Any], treated: int, present: Bools, missing: Missing
) -> tuple[Floats, list[Any]]:
    """Return who is compared with whom, shape (units, units), ones and noughts, and comparators without rows."""
    table = np.ones((len(units), len(units)))
    strangers: list[Any] = []
    if comparators is not None:
        table, without, strangers = _named_comparators(comparators, units, present)
        if missing == "refuse" or units[treated] in without:
            _check_named(faults, without, strangers)
    np.fill_diagonal(table, 0.0)
    table[:, treated] = 0.0
    table[:, ~present] = 0.0
    if not table[treated].any():
        faults.add("comparators", f"none with values for {units[treated]}", "one or more", "Name comparators.")
    if (table.sum(axis=1) > 0)[present].sum() < 2:
        faults.add("panel", "one unit that can be compared", "two or more", "Add units: others are the yardstick.")
    return table, strangers


def _named_comparators(
    comparators: Comparators, units: list[Any], present: Bools
) -> tuple[Floats, list[Any], list[Any]]:
    """Return the table, the units without an entry, and the comparators without rows."""
    if isinstance(comparators, (str, bytes)):
        raise UsageError(f"{_DOOR}: comparators is a list; write comparators=[{comparators!r}].")
    place = {name: i for i, name in enumerate(units)}
    table, without, unknown = np.zeros((len(units), len(units))), [], set()
    for name, row in place.items():
        if not present[row]:
            continue
        if isinstance(comparators, Mapping):
            if name not in comparators:
                without.append(name)
                continue
            chosen = comparators[name]
        else:
            chosen = comparators(name) if callable(comparators) else comparators or ()
        unknown |= {other for other in chosen if other not in place}
        table[row, [place[other] for other in chosen if other in place]] = 1.0
    return table, without, sorted(unknown, key=str)


def _check_named(faults: Faults, without: list[Any], unknown: list[Any]) -> None:
    if without:
        faults.add(
            "comparators",
            f"no entry for {len(without)} units: {named(without)}",
            "an entry for every unit of the panel",
            "Add them, pass one list to compare every unit with the same ones, or pass missing='set aside'.",
        )
    if unknown:
        faults.add(
            "comparators",
            f"{named(unknown)}, not in the panel",
            "units of the panel",
            "Add their rows, take them out of the comparators, or pass missing='set aside'.",
        )
