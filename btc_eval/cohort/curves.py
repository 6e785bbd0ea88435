"""Curves by group: one reading of the frame, one table of estimates, one way to compare two groups."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door
from btc_eval.errors import UsageError
from btc_eval.inference import Floats, Ints
from btc_eval.inference.cumulative_incidence import Incidence, area, cumulative_incidence, influence
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.intervals import normal_interval
from btc_eval.inference.paths import grouped

Scale = Literal["difference", "ratio"]


@dataclass(frozen=True, slots=True)
class Curves:
    """Cumulative incidence in each group.

    Parameters
    ----------
    levels
        Names of the groups; ("all",) where none were asked for.
    kinds
        Event codes, in order.
    found
        One `Incidence` a group.
    units
        Number of clusters; `None` where each row stands alone.
    """

    levels: tuple[Any, ...]
    kinds: tuple[int, ...]
    found: tuple[Incidence, ...]
    units: int | None

    def place(self, level: Any) -> int:
        """Which group is this?"""
        for place, known in enumerate(self.levels):
            if known == level:
                return place
        raise UsageError(f"cohort: no group {level!r}; there are {', '.join(map(repr, self.levels))}.")

    def kind(self, code: int) -> int:
        """Which event is this?"""
        if code not in self.kinds:
            raise UsageError(f"cohort: no event {code!r}; there are {', '.join(map(str, self.kinds))}.")
        return self.kinds.index(code)

    def moments(self, group: int, kind: int, at: Floats, *, integrated: bool) -> tuple[Floats, Floats]:
        """Return (m,) estimates and (units, m) influences, missing beyond the group's last follow-up."""
        one = self.found[group]
        known = at <= one.last
        inside = np.where(known, at, 0.0)
        if integrated:
            estimate = area(one.risk.times, one.incidence[:, kind], inside)
        else:
            estimate = one.incidence[np.searchsorted(one.risk.times, inside, side="right"), kind]
        moves = grouped(influence(one, kind, inside, integrated=integrated), one.unit, self.units)
        return np.where(known, estimate, np.nan), moves


def read_curves(
    door: Door,
    *,
    duration: Hashable,
    event: Hashable,
    entry: Hashable | None,
    weights: Hashable | None,
    group: Hashable | None,
    cluster: Hashable | None,
    merge_events: bool = False,
) -> Curves:
    """Check the columns and find every group's curves; `merge_events` asks for any event at all."""
    stop, start = door.durations(duration, entry)
    codes = door.events(event)
    weight = door.weights(weights)
    groups = None if group is None else door.labels(group)
    unit = door.clusters(cluster)
    door.settle()
    if start is None:
        (stop,) = merge_close(stop)
    else:
        stop, start = merge_close(stop, start)
        door.wrong(duration, ~(start < stop), "a follow-up too short to tell from none", "longer follow-up", "Look.")
        door.settle()
    kinds, codes = _kinds(codes, merge_events)
    found = []
    for level in range(1 if groups is None else len(groups.levels)):
        rows: Ints | slice = slice(None) if groups is None else groups.rows(level)
        some = [None if column is None else column[rows] for column in (start, weight, unit)]
        found.append(cumulative_incidence(stop[rows], codes[rows], len(kinds), some[0], some[1], some[2]))  # type: ignore[arg-type]
    levels = ("all",) if groups is None else groups.levels
    return Curves(levels, kinds, tuple(found), None if unit is None else int(unit.max()) + 1)


def _kinds(codes: Ints, merge_events: bool) -> tuple[tuple[int, ...], Ints]:
    if merge_events:
        return (1,), (codes > 0).astype(np.int64)
    present = np.flatnonzero(np.bincount(codes)[1:]) + 1
    if len(present) == int(present[-1]):
        return tuple(present.tolist()), codes
    lookup = np.zeros(int(present[-1]) + 1, dtype=np.int64)
    lookup[present] = np.arange(1, len(present) + 1)
    return tuple(present.tolist()), lookup[codes]


def counts_at(found: Incidence, kind: int, at: Floats | None) -> dict[str, Floats]:
    """Return the numbers at risk just before each time and the events at it; up to it, where times are given."""
    r = found.risk
    if at is None:
        return {
            "at_risk": r.at_risk,
            "events": r.events[:, kind],
            "rows_at_risk": r.rows_at_risk,
            "rows_events": r.rows_events[:, kind],
        }
    upto = np.searchsorted(r.times, at, side="right")
    total = np.r_[0.0, np.cumsum(r.events[:, kind])]
    plain = np.r_[0.0, np.cumsum(r.rows_events[:, kind])]
    return {
        "at_risk": r.present(at, found.weights),
        "events": total[upto],
        "rows_at_risk": r.present(at, None),
        "rows_events": plain[upto],
    }


def compare(
    curves: Curves,
    scale: Scale,
    at: Floats,
    *,
    reference: Any,
    turn: Callable[[Floats], Floats] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """How do the groups differ from one of them, at given times?

    `turn` maps an estimate to what is reported, such as 1 − F for survival; it must be a reflection, so that standard
    errors stay as they are.
    """
    if len(curves.levels) < 2:
        raise UsageError("cohort: there is one group; give `group=` a column with two or more to compare them.")
    base = 0 if reference is None else curves.place(reference)
    blocks = []
    for kind, code in enumerate(curves.kinds):
        first, moves = curves.moments(base, kind, at, integrated=False)
        for place, name in enumerate(curves.levels):
            if place == base:
                continue
            second, other = curves.moments(place, kind, at, integrated=False)
            mixed = (moves * other).sum(axis=0) if curves.units is not None else np.zeros(len(at))
            pair = (second, first, (other**2).sum(axis=0), (moves**2).sum(axis=0), mixed)
            if turn is not None:
                pair = (turn(second), turn(first), *pair[2:])
            table = contrast(scale, pair, at, level)
            table.insert(0, "reference", curves.levels[base])
            table.insert(0, "group", name)
            table.insert(0, "event", code)
            blocks.append(table)
    return pd.concat(blocks, ignore_index=True)


def contrast(
    scale: Scale, pair: tuple[Floats, Floats, Floats, Floats, Floats], at: Floats, level: float
) -> pd.DataFrame:
    """Tabulate a − b or a / b at each time, from `pair`: a, b, their variances and their covariance."""
    a, b, va, vb, mixed = pair
    if scale == "difference":
        estimate, error = a - b, np.sqrt(np.maximum(va + vb - 2 * mixed, 0.0))
        ratio, p, low, high = normal_interval(estimate, error, level)
    else:
        some = (a > 0) & (b > 0)
        a, b = np.where(some, a, np.nan), np.where(some, b, np.nan)
        error = np.sqrt(np.maximum(va / a**2 + vb / b**2 - 2 * mixed / (a * b), 0.0))
        ratio, p, low, high = normal_interval(np.log(a / b), error, level)
        estimate, low, high = a / b, np.exp(low), np.exp(high)
    table = {"time": at, "estimate": estimate}
    found = {"std_error": error, "statistic": ratio, "p_value": p, "conf_low": low, "conf_high": high}
    return pd.DataFrame({**table, **found})
