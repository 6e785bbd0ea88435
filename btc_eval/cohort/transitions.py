"""The door of multi-state data: a row for each interval that a child spends in one state."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from btc_eval.cohort.door import Door
from btc_eval.errors import UsageError
from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.multistate import STAYS, Moves

Gaps = Literal["allow", "refuse"]
WHAT = "cohort.state_probabilities"


@dataclass(frozen=True, slots=True)
class Transitions:
    """Checked intervals.

    Parameters
    ----------
    moves
        The rows; `moves.unit` is the cluster where one was given, else the child.
    child
        (n,) codes of children.
    units
        Number of units.
    gaps
        Number of times a child was out of sight and came back.
    """

    moves: Moves
    child: Ints
    units: int
    gaps: int


def read_transitions(
    door: Door,
    *,
    child: Hashable,
    start: Hashable,
    stop: Hashable,
    from_state: Hashable,
    to_state: Hashable,
    states: Sequence[Any],
    absorbing: Sequence[Any] | None,
    allowed: Sequence[tuple[Any, Any]] | None,
    weights: Hashable | None,
    cluster: Hashable | None,
    gaps: Gaps,
) -> Transitions:
    """Check the intervals, each alone and each child's together."""
    names = _names(states, absorbing, allowed)
    ends, begins = door.durations(stop, start)
    weight = door.weights(weights)
    children = door.labels(child, "child")
    unit = door.clusters(cluster)
    source = _codes(door, from_state, names, missing=False)
    target = _codes(door, to_state, names, missing=True)
    assert begins is not None
    door.settle()
    begins, ends = merge_close(begins, ends)
    short = f"intervals of no length in {start}, {stop}"
    door.wrong(start, ~(begins < ends), short, f"{start} before {stop}", "Join the interval to the next.")
    door.wrong(
        to_state,
        source == target,
        "a move from a state to itself",
        "another state, or nothing where the interval ends without a move",
        "Leave to_state missing where a child is seen, still in the same state.",
    )
    if not (target != STAYS).any():
        door.add(to_state, "no moves", "at least one move", "Nothing can be estimated; report that none was seen.")
    _check_rule(door, source, target, names, absorbing, allowed, to_state)
    count = _check_children(door, children.codes, begins, ends, source, target, (start, from_state), gaps)
    door.settle()
    units = children.codes if unit is None else unit
    w = np.ones(len(door)) if weight is None else weight
    moves = Moves(begins, ends, source, target, w, units, len(names))
    return Transitions(moves, children.codes, int(units.max()) + 1, count)


def _names(states: Sequence[Any], absorbing: Sequence[Any] | None, allowed: Any) -> list[Any]:
    if isinstance(states, str) or len(states) < 2 or len(set(states)) < len(states):
        raise UsageError(f"{WHAT}: states is a list of two or more different states.")
    unknown = [s for s in absorbing or () if s not in states]
    unknown += [s for pair in allowed or () for s in pair if s not in states]
    if unknown:
        raise UsageError(f"{WHAT}: {', '.join(map(repr, unknown))} not among the states.")
    return list(states)


def _codes(door: Door, name: Hashable, states: list[Any], *, missing: bool) -> Ints:
    column = door.frame[name]
    absent = column.isna().to_numpy(dtype=bool)
    lookup = {state: code for code, state in enumerate(states)}
    values = column.astype(object).to_list()
    codes = np.array([lookup.get(v, -2) if not a else STAYS for v, a in zip(values, absent)], dtype=np.int64)
    listed = ", ".join(map(str, states))
    door.wrong(name, codes == -2, "a state that is not among `states`", listed, "Name every state, or recode the rows.")
    if not missing:
        door.wrong(name, absent, "no state", listed, "Say in which state each interval was spent.")
    return np.where(codes < 0, STAYS, codes)


def _check_rule(
    door: Door,
    source: Ints,
    target: Ints,
    names: list[Any],
    absorbing: Sequence[Any] | None,
    allowed: Sequence[tuple[Any, Any]] | None,
    place: Hashable,
) -> None:
    moved = target != STAYS
    left = np.bincount(source[moved & (source >= 0)], minlength=len(names))
    held = np.bincount(source[source >= 0], minlength=len(names))
    ends = list(absorbing or ())
    for code, name in enumerate(names):
        if name in ends and left[code]:
            found = f"{left[code]} moves out of {name}, which is said to be absorbing"
            door.add(place, found, "no move out of it", "Take it from `absorbing`, or look at the rows.")
        if name not in ends and held[code] and not left[code]:
            found = f"the state {name} is never left: {held[code]} intervals in it, none ending in a move"
            do = f"Declare it with absorbing=[{name!r}] if it is final, or join it to another state."
            door.add(place, found, "a state that somebody leaves, or a final one", do)
    if allowed is not None:
        pairs = {(names.index(a), names.index(b)) for a, b in allowed}
        known = np.array([t == STAYS or (s, t) in pairs for s, t in zip(source.tolist(), target.tolist())])
        listed = "; ".join(f"{a} to {b}" for a, b in allowed)
        door.wrong(place, ~known, "a move that is not among `allowed`", listed, "Allow it, or look at the rows.")


def _check_children(
    door: Door,
    child: Ints,
    start: Floats,
    stop: Floats,
    source: Ints,
    target: Ints,
    columns: tuple[Hashable, Hashable],
    gaps: Gaps,
) -> int:
    order = np.lexsort((start, child))
    first, second = order[:-1], order[1:]
    same = child[first] == child[second]
    bad = np.zeros(len(child), dtype=bool)
    bad[second] = same & (start[second] < stop[first])
    do = "Give each child one interval at a time; a child cannot be in two states at once."
    overlapping = door.wrong(columns[0], bad, "an interval that begins before the child's last one ended", "none", do)
    reached = np.where(target[first] == STAYS, source[first], target[first])
    jump = np.zeros(len(child), dtype=bool)
    jump[second] = same & (start[second] == stop[first]) & (source[second] != reached)
    if not overlapping:
        do = "Write the move in to_state of the interval before, so that it is counted."
        what = "a child in another state than the last interval led to"
        door.wrong(columns[1], jump, what, "intervals that follow on", do)
    away = np.zeros(len(child), dtype=bool)
    away[second] = same & (start[second] > stop[first])
    if gaps == "refuse":
        do = "Fill them, or let gaps='allow' take the child as out of sight in between."
        door.wrong(columns[0], away, "a gap before the interval", "intervals that follow on", do)
    return int(away.sum())
