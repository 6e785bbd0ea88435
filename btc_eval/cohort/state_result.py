"""What a multi-state analysis found: shares in each state, transitions, lengths of stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.door import choice, times
from btc_eval.cohort.state_tables import hazard_table, pair_table, stay_counts
from btc_eval.cohort.transitions import WHAT, Transitions
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Floats
from btc_eval.inference.intervals import Transform, normal_interval, probability_interval
from btc_eval.inference.multistate import (
    STAYS,
    Hazards,
    backward,
    forward,
    greenwood,
    hazards,
    stays,
    stays_backward,
)
from btc_eval.inference.multistate_influence import Beginning, beginning, influence, variances

Variance = Literal["auto", "greenwood", "aalen", "robust"]


@dataclass(frozen=True)
class StateProbabilities:
    """Shares of children in each state over time.

    Parameters
    ----------
    data
        The checked intervals.
    states
        Their states, in order.
    times
        Times asked for; `None` stands for every time of a move.
    transform, conf_level
        Scale and coverage of the intervals.
    robust
        Whether weights or clusters were given, so that Greenwood's formula does not hold.
    found, begin
        Hazards, and initial shares.
    """

    data: Transitions
    states: tuple[Any, ...]
    times: Floats | None
    transform: Transform
    conf_level: float
    robust: bool
    found: Hazards
    begin: Beginning

    def __post_init__(self) -> None:
        total = self.path.sum(axis=1)
        if not np.allclose(total, 1.0, rtol=0, atol=1e-9):
            raise AssertionError("state probabilities do not sum to one")

    @classmethod
    def of(
        cls,
        data: Transitions,
        states: tuple[Any, ...],
        at: Floats | None,
        transform: Transform,
        level: float,
        *,
        robust: bool,
    ) -> StateProbabilities:
        """Estimate the hazards and the beginning."""
        start = beginning(data.moves, data.units)
        return cls(data, states, at, transform, level, robust, hazards(data.moves), start)

    @cached_property
    def path(self) -> Floats:
        """(T + 1, K) occupation before the first and after each time of a move."""
        chain = forward(self.found, 0, len(self.found.times))
        return np.asarray(np.einsum("k,tkj->tj", self.begin.p0, chain))

    @property
    def gaps(self) -> int:
        """How often a child was out of sight and came back."""
        return self.data.gaps

    @property
    def window(self) -> tuple[float, float]:
        """The first and last time about which anything is known; the last is infinite once all are in final states."""
        rows = self.data.moves
        left = self.found.moves.sum(axis=(0, 2)) > 0
        settled = float(self.path[-1][left].sum()) < 1e-12
        return float(rows.start.min()), float("inf") if settled else float(rows.stop.max())

    def tidy(self) -> pd.DataFrame:
        """Which share of children is in each state, by when?

        Returns
        -------
        DataFrame
            One row a state and time: state, time, estimate, std_error, conf_low, conf_high, at_risk (weight in the
            state just before the time), rows_at_risk. Shares at one time sum to one. Missing outside the window that
            was observed; an interval is missing where the estimate is 0 or 1.
        """
        return self._table(self.times)

    def at(self, at: float | Sequence[float]) -> pd.DataFrame:
        """Tabulate at given times, as `tidy` does."""
        return self._table(times(WHAT, at))

    def _table(self, at: Floats | None) -> pd.DataFrame:
        when = self.found.times if at is None else at
        place = np.searchsorted(self.found.times, when, side="right")
        if at is None or len(np.unique(place)) > 50:
            variance = variances(self.data.moves, self.found, self.begin, self.path)[place]
        else:
            variance = np.stack([self._variance_at(int(m)) for m in place])
        first, last = self.window
        known = ((when >= first) & (when <= last))[:, None]
        estimate = np.where(known, self.path[place], np.nan)
        error = np.where(known, np.sqrt(np.maximum(variance, 0.0)), np.nan)
        low, high = probability_interval(estimate, error, transform=self.transform, level=self.conf_level)
        weight, rows = self._present(when)
        count = len(when)
        return pd.DataFrame(
            {
                "state": np.repeat(np.array(self.states, dtype=object), count),
                "time": np.tile(when, len(self.states)),
                "estimate": estimate.T.ravel(),
                "std_error": error.T.ravel(),
                "conf_low": low.T.ravel(),
                "conf_high": high.T.ravel(),
                "at_risk": weight.T.ravel(),
                "rows_at_risk": rows.T.ravel(),
            }
        )

    def _variance_at(self, m: int) -> Floats:
        moves = influence(self.data.moves, self.found, self.begin, self.path[: m + 1], backward(self.found, 0, m))
        return np.asarray((moves**2).sum(axis=0))

    def _present(self, when: Floats) -> tuple[Floats, Floats]:
        rows, k = self.data.moves, len(self.states)
        grid, back = np.unique(when, return_inverse=True)
        out = []
        for weights in (rows.weights, np.ones(len(rows.stop))):
            size = np.zeros((len(grid) + 1, k))
            came = np.searchsorted(grid, rows.start, side="right") * k + rows.source
            went = np.searchsorted(grid, rows.stop, side="right") * k + rows.source
            for cell, sign in ((came, 1.0), (went, -1.0)):
                size += sign * np.bincount(cell, weights, minlength=size.size).reshape(size.shape)
            out.append(np.cumsum(size, axis=0)[back])
        return np.where(out[1] > 0.5, out[0], 0.0), out[1]

    def transition_probabilities(
        self, since: float = 0.0, until: float | Sequence[float] | None = None, *, variance: Variance = "auto"
    ) -> pd.DataFrame:
        """Given the state at one time, in which state is a child at a later one?

        Parameters
        ----------
        since
            s: the state is given just after this time.
        until
            t, one or several, not before s; every time of a move after s where left out.
        variance
            "greenwood" or "aalen" as R's `mstate::probtrans`; "robust" by child or cluster; "auto": robust where
            weights or clusters were given, else Greenwood's.

        Returns
        -------
        DataFrame
            from_state, to_state, time, estimate, std_error, conf_low, conf_high; the estimates from one state sum to
            one. Assumes that what comes next depends on the present state and the time alone (Markov); `landmark` does
            not.
        """
        choice(WHAT, variance, ("auto", "greenwood", "aalen", "robust"), "variance")
        first = int(np.searchsorted(self.found.times, since, side="right"))
        asked = times(WHAT, until, "until") if until is not None else self.found.times[first:]
        assert asked is not None
        if (asked < since).any() or len(asked) == 0:
            raise UsageError(f"{WHAT}: until is not later than since, or no move comes after it.")
        self._inside(since, float(asked.max()))
        place = np.searchsorted(self.found.times, asked, side="right") - first
        chain = forward(self.found, first, len(self.found.times))[place]
        if variance == "robust" or (variance == "auto" and self.robust):
            spread = self._robust_chain(first, place)
        else:
            method = "aalen" if variance == "aalen" else "greenwood"
            spread = greenwood(self.found, first, len(self.found.times), method=method)[place]
        return pair_table(self.states, asked, chain, np.sqrt(spread), self.transform, self.conf_level)

    def _robust_chain(self, first: int, place: Any) -> Floats:
        later = self.found.since(first)
        k = len(self.states)
        spread = np.empty((len(place), k, k))
        chain = forward(later, 0, int(max(place)))
        for row, m in enumerate(place):
            ahead = backward(later, 0, int(m))
            for h in range(k):
                begin = Beginning.fixed(h, k, self.data.units)
                moves = influence(self.data.moves, later, begin, chain[: m + 1, h], ahead)
                spread[row, h] = (moves**2).sum(axis=0)
        return spread

    def length_of_stay(self, until: float, *, from_state: Any = None, since: float | None = None) -> pd.DataFrame:
        """How long do children spend in each state, on average, up to a time?

        Parameters
        ----------
        until
            End of the time counted, within what was observed.
        from_state
            The state at the beginning; the children's own initial states where left out.
        since
            The beginning; that of the data where left out. Only together with `from_state`.

        Returns
        -------
        DataFrame
            state, estimate, std_error, conf_low, conf_high (plain, by child or cluster); the estimates sum to
            until − since.
        """
        origin = self.window[0]
        if since is not None and from_state is None:
            raise UsageError(f"{WHAT}: say from which state the stay is counted since {since}.")
        begin_at = origin if since is None else since
        if not until > begin_at:
            raise UsageError(f"{WHAT}: until is not later than the beginning.")
        self._inside(begin_at, until)
        first = 0 if since is None else int(np.searchsorted(self.found.times, since, side="right"))
        later = self.found.since(first)
        k = len(self.states)
        begin = self.begin if from_state is None else Beginning.fixed(self._code(from_state), k, self.data.units)
        m = int(np.searchsorted(later.times, until, side="right"))
        path = np.einsum("k,tkj->tj", begin.p0, forward(later, 0, m))
        estimate = stays(later, path, 0, begin_at, until)
        ahead = stays_backward(later, 0, m, until)
        # Time before the first move is the same for all who begin alike.
        ahead[0] += np.eye(k) * ((later.times[0] if m else until) - begin_at)
        moves = influence(self.data.moves, later, begin, path, ahead)
        error = np.sqrt((moves**2).sum(axis=0))
        _, _, low, high = normal_interval(estimate, error, self.conf_level)
        return pd.DataFrame(
            {"state": list(self.states), "estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high}
        )

    def hazards(self) -> pd.DataFrame:
        """How fast do children move from state to state: the cumulative hazard of every move that was seen?

        Returns
        -------
        DataFrame
            from_state, to_state, time, estimate, std_error (robust, by child or cluster), at_risk, events,
            rows_at_risk, rows_events, at the times of the move.
        """
        return hazard_table(self.data, self.found, self.states)

    def counts(self) -> pd.DataFrame:
        """How many stays in each state ended in which move?

        Returns
        -------
        DataFrame
            from_state, to_state (missing: no move seen), stays, share. A stay is one or more intervals that follow on;
            the shares of one state sum to one, and say nothing about when.
        """
        return stay_counts(self.data, self.states)

    def landmark(self, state: Any, time: float) -> StateProbabilities:
        """What becomes of the children who are in a state at a time, judged by those children alone?

        Needs no Markov assumption. A child is in the state at `time` if start ≤ time < stop of an interval in it.

        Raises
        ------
        RefusedError
            Where no such child is observed, or none of them moves.
        """
        rows = self.data.moves
        code = self._code(state)
        here = (rows.start <= time) & (rows.stop > time) & (rows.source == code)
        kept = np.isin(self.data.child, self.data.child[here]) & (rows.stop > time)
        if not (kept & (rows.target != STAYS)).any():
            raise refuse(
                WHAT,
                "landmark",
                found=f"{int(here.sum())} children in {state} at that time, and no moves of theirs",
                allowed="children who are there, some of whom move later",
                do="Choose another time or state.",
            )
        moves = replace(
            rows,
            start=np.maximum(rows.start[kept], time),
            stop=rows.stop[kept],
            source=rows.source[kept],
            target=rows.target[kept],
            weights=rows.weights[kept],
            unit=rows.unit[kept],
        )
        data = Transitions(moves, self.data.child[kept], self.data.units, 0)
        return StateProbabilities(
            data, self.states, self.times, self.transform, self.conf_level, self.robust, hazards(moves),
            beginning(moves, self.data.units),
        )  # fmt: skip

    def _code(self, state: Any) -> int:
        if state not in self.states:
            raise UsageError(f"{WHAT}: no state {state!r}; there are {', '.join(map(repr, self.states))}.")
        return self.states.index(state)

    def _inside(self, since: float, until: float) -> None:
        first, last = self.window
        if since < first or until > last:
            raise refuse(
                WHAT,
                "times",
                found=f"{since:g} to {until:g}",
                allowed=f"times from {first:g} to {last:g}, within which children were observed",
                do="Ask for a shorter time.",
            )
