"""Which cells guard the small ones in a large table? Looked for along boxes; what no box settles is left to others."""

from __future__ import annotations

import numpy as np

from btc_eval.disclosure.boxes import Boxes
from btc_eval.disclosure.region import Clock, OutOfTimeError
from btc_eval.disclosure.system import Bools, Ints, System
from btc_eval.disclosure.witness import Witnesses, nearby


def box_route(system: System, hidden: Bools, clock: Clock, witnesses: Witnesses) -> None:
    """Give each small cell its two witnesses along boxes, hiding what they move; in place. Some may find none.

    Raises
    ------
    OutOfTimeError
    """
    lays = [Boxes(system, grid, hidden, witnesses) for grid in system.grids] if system.whole else []
    if not lays:
        return
    up, down = witnesses.borne(hidden)
    cells = np.flatnonzero(system.protected)
    for cell in cells[np.argsort(-system.value[cells], kind="stable")]:
        for sign, done in ((1, up), (-1, down)):
            clock.left()
            spoken = None if done[cell] else _way(lays, hidden, witnesses, int(cell), sign)
            if spoken is not None:
                up[spoken[0]], down[spoken[1]] = True, True


def box_prune(system: System, hidden: Bools, guards: Ints, clock: Clock, witnesses: Witnesses) -> Bools:
    """Which of these guards of a safe pattern are needed, as far as a look among the other hidden cells can tell?

    Returns
    -------
    ndarray
        The pattern without the others, shape (cells,); where the time passes, the guards not yet tried stay.
    """
    hidden = hidden.copy()
    lays = [Boxes(system, grid, hidden, witnesses, guarding=False) for grid in system.grids]
    for guard in guards:
        hidden[guard] = False
        for lay in lays:
            lay.price(np.array([guard]))
        try:
            spare = _without(system, lays, hidden, clock, witnesses)
        except OutOfTimeError:
            hidden[guard] = True
            break
        if not spare:
            hidden[guard] = True
            for lay in lays:
                lay.price(np.array([guard]))
    return hidden


def _without(system: System, lays: list[Boxes], hidden: Bools, clock: Clock, witnesses: Witnesses) -> bool:
    """Is there a witness for every small cell among these hidden ones, along boxes or by a small program each?"""
    up, down = witnesses.borne(hidden)
    for sign, done in ((1, up), (-1, down)):
        for cell in np.flatnonzero(~done):
            clock.left()
            spoken = None if done[cell] else _way(lays, hidden, witnesses, int(cell), sign)
            if spoken is None and not done[cell]:
                spoken = nearby(system, hidden, witnesses, int(cell), sign, clock)
                if spoken is None:
                    return False
            if spoken is not None:
                up[spoken[0]], down[spoken[1]] = True, True
    return True


def _way(lays: list[Boxes], hidden: Bools, witnesses: Witnesses, cell: int, sign: int) -> tuple[Ints, Ints] | None:
    """Hide the cheapest way along boxes for this cell; return which cells it is a witness for, up and down."""
    for lay in lays:
        moved = lay.way(cell, sign)
        spoken = witnesses.admit(moved, lay.by[moved]) if moved is not None else None
        lay.forget()
        if spoken is not None and moved is not None:
            shown = moved[~hidden[moved]]
            hidden[shown] = True
            for each in lays:
                each.price(shown)
            return spoken
    return None
