"""Tables of a multi-state analysis: cumulative hazards of the moves, counts of stays, pairs of states."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.transitions import Transitions
from btc_eval.inference import Floats
from btc_eval.inference.intervals import Transform, probability_interval
from btc_eval.inference.mean_cumulative import mean_cumulative
from btc_eval.inference.multistate import STAYS, Hazards


def hazard_table(data: Transitions, found: Hazards, states: tuple[Any, ...]) -> pd.DataFrame:
    """Tabulate the cumulative hazard of every move that was seen, at the times of the move."""
    rows, blocks = data.moves, []
    for h, j in np.argwhere(found.moves.sum(axis=0) > 0):
        here = np.flatnonzero(rows.source == h)
        moved = (rows.target[here] == j).astype(np.int64)
        one = mean_cumulative(rows.stop[here], moved, rows.start[here], rows.weights[here], rows.unit[here])
        blocks.append(
            pd.DataFrame(
                {
                    "from_state": states[h],
                    "to_state": states[j],
                    "time": one.risk.times,
                    "estimate": one.mean[1:],
                    "std_error": np.sqrt(one.variance[1:]),
                    "at_risk": one.risk.at_risk,
                    "events": one.risk.events[:, 0],
                    "rows_at_risk": one.risk.rows_at_risk,
                    "rows_events": one.risk.rows_events[:, 0],
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)


def stay_counts(data: Transitions, states: tuple[Any, ...]) -> pd.DataFrame:
    """Count how many stays in each state ended in which move; intervals that follow on are one stay."""
    rows = data.moves
    order = np.lexsort((rows.start, data.child))
    first, second = order[:-1], order[1:]
    goes_on = np.zeros(len(rows.stop), dtype=bool)
    goes_on[first] = (
        (data.child[first] == data.child[second])
        & (rows.target[first] == STAYS)
        & (rows.stop[first] == rows.start[second])
    )
    ended = np.flatnonzero(~goes_on)
    k = len(states)
    cell = rows.source[ended] * (k + 1) + np.where(rows.target[ended] == STAYS, k, rows.target[ended])
    table = np.bincount(cell, minlength=k * (k + 1)).reshape(k, k + 1)
    places = [tuple(pair) for pair in np.argwhere(table > 0)]
    return pd.DataFrame(
        {
            "from_state": [states[h] for h, _ in places],
            "to_state": [states[j] if j < k else None for _, j in places],
            "stays": [int(table[h, j]) for h, j in places],
            "share": [table[h, j] / table[h].sum() for h, j in places],
        }
    )


def pair_table(
    states: tuple[Any, ...], when: Floats, estimate: Floats, error: Floats, transform: Transform, level: float
) -> pd.DataFrame:
    """Tabulate (m, K, K) probabilities of going from state to state, by the m times."""
    low, high = probability_interval(estimate, error, transform=transform, level=level)
    k, names = len(states), np.array(states, dtype=object)
    columns = {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high}
    table: dict[str, Any] = {
        "from_state": np.repeat(names, k * len(when)),
        "to_state": np.tile(np.repeat(names, len(when)), k),
        "time": np.tile(when, k * k),
    }
    for name, values in columns.items():
        table[name] = np.moveaxis(values, 0, -1).ravel()
    return pd.DataFrame(table)
