"""Witnesses found by looking rather than by solving: boxes whose corners change in turn, so that every sum stays.

Along one key, a *link* changes no sum: a ward falls as another rises, and so do their localities where these differ;
or a ward rises together with all that it is a part of. A *box* is a link along each key at once, each of its corners
moved by the product of theirs; so no sum along any key changes.

For one cell all boxes are priced at once: prices are added up along one key after the other, a few array operations
each, so the cheapest of tens of thousands takes a fraction of a millisecond. Where no box can carry the whole change,
several carry a share each. What is found is only a proposal: it counts as a witness once it has been checked against
every sum and bound, like any other.
"""

from __future__ import annotations

import numpy as np

from btc_eval.disclosure.links import NEVER, Key, added
from btc_eval.disclosure.slack import slack
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, Grid, Ints, System
from btc_eval.disclosure.witness import Witnesses

#: The price of moving a cell that is hidden already, beside at least 1 for one that is not.
FREE = 0.02
#: A box that costs less moves no cell that is not hidden yet.
NOTHING = 1.0


class Boxes:
    """The prices of all moves in one grid.

    Parameters
    ----------
    hidden
        Shape (cells,): shared with the caller, who says (`price`) what has changed.
    guarding
        Whether a way may lead through cells that are not hidden yet.

    Attributes
    ----------
    by
        Shape (cells,): how far the way being looked for has moved each cell.
    """

    def __init__(
        self, system: System, grid: Grid, hidden: Bools, witnesses: Witnesses, *, guarding: bool = True
    ) -> None:
        self.system, self.above, self.hidden = system, grid.above, hidden
        self.cost = system.cost if guarding else np.full(len(hidden), NEVER)
        self.need = {1: witnesses.rise, -1: witnesses.fall}
        padded = np.pad(grid.at, [(0, 1)] * grid.at.ndim, constant_values=-1)
        self.shape, self.at = padded.shape, padded.ravel()
        self.by = np.zeros(len(system.value))
        self.moved: list[Ints] = []
        self.place = np.full(len(system.value), -1, dtype=np.intp)
        self.place[self.at[self.at >= 0]] = np.flatnonzero(self.at >= 0)
        self.slack = slack(system, witnesses, self.place >= 0)
        self.low, self.high = self.slack.room(system)
        self.stuck = system.fixed | self._tied(witnesses)
        needs = np.concatenate([witnesses.rise, witnesses.fall])[np.tile(system.protected, 2)]
        self.most = int(np.round(needs[np.isfinite(needs)].max(initial=0.0)))
        self.steps = np.arange(1, self.most + 1)[:, None]
        self.prices = np.zeros((2, self.most + 1, len(self.at)), dtype=np.float32)
        self.keys = [Key(above) for above in grid.above]
        self._fill(np.arange(len(self.at)))

    def _tied(self, witnesses: Witnesses) -> Bools:
        """Which cells stand in more sums than those along the keys of the grid and those with slack? No box keeps
        those."""
        along = np.zeros(self.shape, dtype=np.intp)
        for axis, above in enumerate(self.above):
            sums = (above >= 0).astype(np.intp) + np.isin(np.arange(len(above)), above)
            along += np.append(sums, 0).reshape([-1 if other == axis else 1 for other in range(len(self.shape))])
        sums, tied = np.diff(witnesses.columns.indptr), np.ones(len(self.by), dtype=bool)
        here = self.place >= 0
        tied[here] = sums[here] > (along.ravel()[self.place] + np.bincount(self.slack.of, minlength=len(sums)))[here]
        return tied

    def price(self, cells: Ints) -> None:
        """Reckon the prices of these cells anew."""
        self._fill(self.place[cells[self.place[cells] >= 0]])

    def _fill(self, places: Ints) -> None:
        system, cells = self.system, self.at[places]
        free = self.hidden[cells] | (self.by[cells] != 0)
        price = np.where(self.stuck[cells], NEVER, np.where(free, FREE, self.cost[cells]))
        value = system.value[cells] + self.by[cells]
        rise = np.where(value + self.steps > self.high[cells] + TOLERANCE, NEVER, price)
        fall = np.where(value - self.steps < self.low[cells] - TOLERANCE, NEVER, price)
        self.prices[0, 1:, places] = np.where(cells < 0, 0.0, rise).T
        self.prices[1, 1:, places] = np.where(cells < 0, 0.0, fall).T

    def forget(self) -> None:
        """Take back what the last way moved."""
        if self.moved:
            cells = np.unique(np.concatenate(self.moved))
            self.by[cells] = 0.0
            self.moved = []
            self.price(cells)

    def way(self, cell: int, sign: int) -> Ints | None:
        """Which cells take this one as far as it must go at the least price? How far each moves is in `by`.

        One box for all of it, or, where that is dear or there is none, one after the other.
        """
        if self.place[cell] < 0 or self.stuck[cell]:
            return None
        need = int(np.round(self.need[sign][cell]))
        whole = self._walk(cell, sign, need, shared=False)
        least = self._dear(whole) if whole is not None else np.inf
        if least == 0.0:
            return whole
        alone = self.by[whole] if whole is not None else np.zeros(0)
        self.forget()
        shares = self._walk(cell, sign, need, shared=True)
        if shares is not None and self._dear(shares) < least:
            return shares
        self.forget()
        if whole is not None:
            self.by[whole] = alone
            self.moved = [whole]
        return whole

    def _dear(self, cells: Ints) -> float:
        return float(self.system.cost[cells[~self.hidden[cells]]].sum())

    def _walk(self, cell: int, sign: int, need: int, *, shared: bool) -> Ints | None:
        """Move the cell by boxes until it has gone as far as it must; None where no box goes on."""
        while need > 0:
            best, least = None, np.inf
            for step in range(need, 0, -1) if shared else (need,):
                price, corners = self._cheapest(int(self.place[cell]), sign, step)
                if corners is not None and price / step < least:
                    best, least = (step, corners), price / step
                if price < NOTHING:
                    break
            if best is None:
                return None
            self._move(best[1], sign * best[0])
            need -= best[0]
        which = np.flatnonzero(self.by[self.slack.of])
        np.add.at(self.by, self.slack.cells[which], self.slack.turns[which] * self.by[self.slack.of[which]])
        self.moved.append(self.slack.cells[which])
        cells: Ints = np.unique(np.concatenate(self.moved))
        cells = cells[self.by[cells] != 0]
        return cells

    def _move(self, corners: tuple[Ints, Floats], by: int) -> None:
        places, turns = corners
        there = self.at[places] >= 0
        cells = self.at[places[there]]
        self.by[cells] += by * turns[there]
        self.moved.append(cells)
        self._fill(places[there])

    def _cheapest(self, place: int, sign: int, step: int) -> tuple[float, tuple[Ints, Floats] | None]:
        """Of all boxes with this corner, which costs least? Its price, and its corners with their turns (±1)."""
        along = [key.links(int(at)) for key, at in zip(self.keys, np.unravel_index(place, self.shape))]
        rise, fall = self.prices[::sign, step].reshape(2, *self.shape)
        for axis, found in enumerate(along):
            last = axis == len(along) - 1
            rise, fall = added(rise, fall, found, axis), rise if last else added(fall, rise, found, axis)
        best = int(np.argmin(rise))
        if rise.flat[best] >= NEVER:
            return np.inf, None
        places, turns = np.zeros(1, dtype=np.intp), np.ones(1)
        for axis, (found, link) in enumerate(zip(along, np.unravel_index(best, rise.shape))):
            moves = found.turns[link] != 0
            stride = int(np.prod(self.shape[axis + 1 :]))
            places = np.add.outer(places, found.members[link][moves] * stride).ravel()
            turns = np.multiply.outer(turns, found.turns[link][moves]).ravel()
        return float(rise.flat[best]), (places, turns)
