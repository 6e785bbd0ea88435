"""Cells that are hidden and stand in one sum alone: they take up what another cell of it changes, and nobody sees it.

What a rate's numerator leaves of its denominator is such a cell, for it stands nowhere. So a count may change along the
keys of its table although it stands in the rate's sum as well, as far as what is left over can follow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.disclosure.system import Bools, Floats, Ints, System
from btc_eval.disclosure.witness import Witnesses


@dataclass(frozen=True, slots=True, eq=False)
class Slack:
    """Which cells follow which, one entry for each sum that has one to follow.

    Parameters
    ----------
    of
        Shape (entries,): the cell that changes.
    cells
        Shape (entries,): the cell that follows.
    turns
        Shape (entries,): +1 where it moves the same way, -1 the other way.
    """

    of: Ints
    cells: Ints
    turns: Floats

    def room(self, system: System) -> tuple[Floats, Floats]:
        """Between which values may each cell of the system move, so that those that follow it stay in their bounds?"""
        low, high = system.low.copy(), system.high.copy()
        value, same = system.value, self.turns > 0
        up, down = system.high[self.cells] - value[self.cells], value[self.cells] - system.low[self.cells]
        np.minimum.at(high, self.of, value[self.of] + np.where(same, up, down))
        np.maximum.at(low, self.of, value[self.of] - np.where(same, down, up))
        return low, high


def slack(system: System, witnesses: Witnesses, inside: Bools) -> Slack:
    """Which of these cells have one outside that follows them?

    Parameters
    ----------
    inside
        Shape (cells,): the cells of a grid.
    """
    alone = np.flatnonzero(system.hidden & ~inside & (np.diff(witnesses.columns.indptr) == 1))
    start = witnesses.columns.indptr[alone]
    sums, first = np.unique(witnesses.columns.indices[start], return_index=True)
    alone, sign = alone[first], witnesses.columns.data[start][first]
    rows = system.A[sums]
    entry = np.repeat(np.arange(len(sums)), np.diff(rows.indptr))
    mine = inside[rows.indices]
    return Slack(
        of=rows.indices[mine].astype(np.intp),
        cells=alone[entry[mine]],
        turns=-rows.data[mine] / sign[entry[mine]],
    )
