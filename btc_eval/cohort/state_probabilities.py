"""In which state are children at time t, and how do they get there?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from btc_eval.cohort.door import Door, choice, share, times
from btc_eval.cohort.state_result import StateProbabilities
from btc_eval.cohort.transitions import WHAT, Gaps, read_transitions
from btc_eval.inference.intervals import TRANSFORMS, Transform


def state_probabilities(
    transitions: pd.DataFrame,
    *,
    id: Hashable,
    start: Hashable,
    stop: Hashable,
    from_state: Hashable,
    to_state: Hashable,
    states: Sequence[Any],
    at: float | Sequence[float] | None = None,
    weights: Hashable | None = None,
    cluster: Hashable | None = None,
    absorbing: Sequence[Any] | None = None,
    allowed: Sequence[tuple[Any, Any]] | None = None,
    gaps: Gaps = "allow",
    transform: Transform = "log",
    conf_level: float = 0.95,
) -> StateProbabilities:
    """In which state are children at time t, and how do they get there?

    Parameters
    ----------
    transitions
        A row for each interval (start, stop] that a child spends in one state.
    id
        Column of children.
    start, stop
        Columns of times since the child's own beginning, in one unit, start before stop.
    from_state
        Column: the state of the interval.
    to_state
        Column: the state moved to at `stop`; missing where the child was last, or is still, in the same state.
    states
        Every state, in the order of the tables. A state without intervals of its own, such as one that ends follow-up,
        is absorbing.
    at
        Times to report; every time of a move where left out.
    weights
        Column of weights above zero.
    cluster
        Column of families or wards; children are taken as independent without it.
    absorbing
        States that are final although intervals in them are recorded. Any other state with intervals must be left by
        somebody: one that never is, is refused.
    allowed
        Pairs (from, to) that can happen; any other move is refused. All can, where left out.
    gaps
        A child may be out of sight between two intervals and is then not at risk ("allow"; the number is on the
        result); "refuse" does not take such data. Intervals that meet must follow on: a child moved to a state must
        next be in it.

    Raises
    ------
    RefusedError
        With every fault: no such column, missing values, end before start, negative times, unknown states, moves from a
        state to itself or not allowed, no moves, a state never left, overlapping intervals, states that do not follow
        on, weights of zero or below, one cluster.

    Notes
    -----
    The Aalen–Johansen estimator with true ties. Initial shares are those of the intervals that begin first; where all
    begin in one state they are known and not estimated. Standard errors are the infinitesimal jackknife by child or
    cluster. Occupation needs no Markov assumption if censoring is independent; `transition_probabilities` does.

    References
    ----------
    Aalen and Johansen (1978); Datta and Satten (2001); Putter and Spitoni (2018). As R's `survival::survfit` and
    `mstate::probtrans`.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "child": [1, 1, 2, 3],
    ...     "start": [0, 4, 0, 0],
    ...     "stop": [4, 9, 6, 8],
    ...     "state": ["in need", "protection plan", "in need", "in need"],
    ...     "to": ["protection plan", "closed", "closed", None],
    ... })
    >>> found = state_probabilities(
    ...     rows, id="child", start="start", stop="stop", from_state="state", to_state="to",
    ...     states=["in need", "protection plan", "closed"], at=[6],
    ... )
    >>> found.tidy()[["state", "estimate"]].round(3).values.tolist()
    [['in need', 0.333], ['protection plan', 0.333], ['closed', 0.333]]
    """
    choice(WHAT, transform, TRANSFORMS, "transform")
    choice(WHAT, gaps, ("allow", "refuse"), "gaps")
    level, asked = share(WHAT, conf_level, "conf_level"), times(WHAT, at)
    door = Door(WHAT, transitions, [id, start, stop, from_state, to_state, weights, cluster])
    found = read_transitions(
        door,
        child=id,
        start=start,
        stop=stop,
        from_state=from_state,
        to_state=to_state,
        states=states,
        absorbing=absorbing,
        allowed=allowed,
        weights=weights,
        cluster=cluster,
        gaps=gaps,
    )
    weighted = weights is not None or cluster is not None
    return StateProbabilities.of(found, tuple(states), asked, transform, level, robust=weighted)
