"""Hide what must be hidden, prove it, and say how: exact where the table is small, an audited heuristic elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from btc_eval.disclosure.exact import solve
from btc_eval.disclosure.heuristic import guard, prune
from btc_eval.disclosure.prove import prove
from btc_eval.disclosure.region import Clock, OutOfTimeError
from btc_eval.disclosure.system import Bools, System
from btc_eval.disclosure.witness import Witnesses

#: Parts of a table up to this many cells are solved to the optimum, unless the caller says otherwise.
EXACT_CELLS = 600
#: How near the optimum is near enough.
GAP = 0.01


@dataclass(frozen=True, slots=True)
class Protection:
    """How a table was protected; nothing in it depends on a hidden value.

    Parameters
    ----------
    cells, small, guards
        Cells in the table, those hidden because they are small, and those hidden to guard them.
    method
        "nothing to hide", "nothing to guard", "exact", "heuristic" or "exact and heuristic".
    gap
        How much less a better pattern could at most lose, as a share of the loss (0 where optimal); None where no
        bound was sought.
    programs
        Linear programs solved in the last proof, beyond the witnesses found on the way.
    """

    cells: int
    small: int
    guards: int
    method: str
    gap: float | None
    programs: int


def protect(
    system: System, seconds: float, exact_cells: int = EXACT_CELLS, gap: float = GAP
) -> tuple[Bools, Protection]:
    """Which cells must be hidden so that no small one can be worked out?

    Parameters
    ----------
    system
        The table.
    seconds
        Processor time for everything. Where it passes before there is a safe pattern, there is no answer; where it
        passes while a better one is sought, the safe one stands.
    exact_cells
        Parts of at most so many cells are solved to the optimum.
    gap
        A pattern within this share of the optimum is good enough; 0 for the optimum itself.

    Returns
    -------
    tuple
        The pattern, shape (cells,), and how it was found.

    Raises
    ------
    OutOfTimeError
        Where safety could not be proved in time.
    UnprotectableError
        Where no pattern is safe; holds the position of a cell that cannot be protected.
    """
    clock = Clock.of(seconds)
    clock.left()
    hidden = system.hidden.copy()
    methods: set[str] = set()
    loss = bound = 0.0
    safe, programs = True, 0
    for part, cells in system.parts():
        pattern, least, witnesses = _one(part, exact_cells, gap, clock)
        proof = prove(part, pattern, clock, None, witnesses)
        safe, programs = safe and proof.safe, programs + proof.programs
        methods.add("heuristic" if least is None else "exact")
        hidden[cells] = pattern
        loss += _loss(part, pattern)
        bound += least if least is not None else 0.0
    if not safe or not (hidden | ~system.protected).all():
        raise OutOfTimeError
    guards = int((hidden & ~system.hidden).sum())
    known = "heuristic" not in methods
    return hidden, Protection(
        cells=len(system.value),
        small=int(system.protected.sum()),
        guards=guards,
        method=" and ".join(sorted(methods)) or ("nothing to guard" if system.protected.any() else "nothing to hide"),
        gap=(max(0.0, 1 - bound / loss) if loss > 0 else 0.0) if known else None,
        programs=programs,
    )


def _one(part: System, exact_cells: int, gap: float, clock: Clock) -> tuple[Bools, float | None, Witnesses]:
    """Protect one part; the second is the least any pattern can lose, or None where it was not sought."""
    witnesses = Witnesses(part)
    pattern, cuts = guard(part, clock, witnesses)
    if len(part.value) > exact_cells:
        return prune(part, pattern, clock, witnesses), None, witnesses
    try:
        found = solve(part, cuts, pattern, gap, clock, witnesses)
    except OutOfTimeError:
        return pattern, None, witnesses
    pattern = found.hidden
    if found.bound < _loss(part, pattern) * (1 - gap):
        pattern = prune(part, pattern, clock, witnesses)
    return pattern, min(found.bound, _loss(part, pattern)), witnesses


def _loss(part: System, pattern: Bools) -> float:
    return float(part.cost[pattern & ~part.hidden].sum())
