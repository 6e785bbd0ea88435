"""From requests to released tables: hide, guard, prove, round, and work out totals and rates again. In that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from btc_eval.disclosure.cells import Cells, gather
from btc_eval.disclosure.heuristic import UnprotectableError
from btc_eval.disclosure.knowledge import out_of_time
from btc_eval.disclosure.money import dominated
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.protect import Protection, protect
from btc_eval.disclosure.publisher import refuse_telling
from btc_eval.disclosure.reasons import Reason
from btc_eval.disclosure.region import OutOfTimeError
from btc_eval.disclosure.request import Request
from btc_eval.disclosure.show import shown_values
from btc_eval.disclosure.small import as_system, money_system, small_cells
from btc_eval.disclosure.system import TOLERANCE, Bools, Floats, System
from btc_eval.errors import Refusal, RefusedError


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be spent: seconds of processor time, cells to be solved exactly, how near the optimum, and what a
    hidden cell loses."""

    seconds: float
    exact_cells: int
    gap: float
    loss: str


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What became of the cells: gathered, hidden and why, shown values, and how it was proved."""

    cells: Cells
    hidden: Bools
    reason: np.ndarray
    shown: Floats
    summed: Bools
    protection: Protection


def protected_counts(requests: Sequence[Request], rules: Policy, effort: Effort) -> Outcome:
    """Hide and guard the counts of these tables together.

    Raises
    ------
    RefusedError
        Where totals do not add up, a cell stands in two tables with different values, a small cell cannot be
        protected, or safety is not proved in time.
    """
    sheets = [request.sheet(rules) for request in requests]
    name = ", ".join(request.name for request in requests)
    cells = gather(sheets)
    wrong = _sums(cells, name, max(request.tolerance for request in requests))
    if wrong:
        raise RefusedError(wrong)
    if not rules.hides:
        refuse_telling(cells, sheets, rules, effort.seconds, max(r.tolerance for r in requests))
        none = np.zeros(len(cells.value), dtype=bool)
        done = Protection(len(cells.value), 0, 0, "nothing to hide", 0.0, 0)
        return Outcome(cells, none, np.full(len(none), None, dtype=object), cells.value, none, done)
    if np.isnan(cells.value[np.unique(cells.A.indices)]).any() if cells.A.nnz else False:
        raise RefusedError([_unknown(name)])
    small = small_cells(cells, rules)
    hidden, protection = _guarded(name, effort, as_system(cells, small, rules, effort.loss))
    reason = np.full(len(hidden), None, dtype=object)
    reason[hidden], reason[small.count], reason[small.kind] = Reason.SECONDARY, Reason.PRIMARY, Reason.CLASS
    hidden = hidden & cells.stands
    shown, summed = shown_values(cells, hidden, rules)
    return Outcome(cells, hidden, reason, shown, summed, protection)


def protected_money(request: Request, rules: Policy, effort: Effort) -> list[tuple[str, Bools, np.ndarray]]:
    """Hide and guard each column of money; return the column, which rows are hidden, and why."""
    found = []
    for column, by in request.amounts.items() if rules.hides else []:
        sheet = replace(request.sheet(rules), counts=(column,), across={}, shares=())
        cells = gather([sheet])
        wrong = _sums(cells, request.name, max(request.tolerance, 1e-6 * float(np.abs(cells.value).max(initial=0.0))))
        if wrong:
            raise RefusedError(wrong)
        at = cells.where[0][:, 0]
        small = np.zeros(len(cells.value), dtype=bool)
        small[at] = dominated(sheet.frame, column, by, rules)
        nowhere = ~cells.stands & ~cells.known
        system = money_system(cells.A, cells.value, small, cells.known | cells.structural, nowhere, rules)
        hidden, _ = _guarded(request.name, effort, system)
        reason = np.where(small[at], Reason.DOMINANCE, Reason.SECONDARY)
        found.append((column, hidden[at], reason))
    return found


def _guarded(name: str, effort: Effort, system: System) -> tuple[Bools, Protection]:
    try:
        return protect(system, effort.seconds, effort.exact_cells, effort.gap)
    except OutOfTimeError:
        raise out_of_time(name, effort.seconds) from None
    except UnprotectableError:
        raise RefusedError(
            [
                Refusal(
                    name,
                    "totals",
                    found="a small cell that no pattern of blanks can protect",
                    allowed="a table in which each small cell has others to hide among",
                    do="Leave out totals that readers know from elsewhere, or use wider categories.",
                )
            ]
        ) from None


def _sums(cells: Cells, name: str, tolerance: float) -> list[Refusal]:
    found = []
    if cells.conflict:
        do = "Make the tables from the same count."
        found.append(Refusal(name, "shared cells", f"{cells.conflict} cells that differ", "one value a cell", do))
    off = np.abs(cells.A @ cells.value)
    wrong = int((off > tolerance + TOLERANCE).sum())
    if wrong:
        found.append(
            Refusal(
                name,
                "totals",
                found=f"{wrong} totals that are not the sum of their parts",
                allowed="totals that add up exactly, or within tolerance=… where a publisher has rounded",
                do="Add the missing rows with their counts (nought is a count), or leave out the totals.",
            )
        )
    return found


def _unknown(name: str) -> Refusal:
    return Refusal(
        name,
        "counts",
        found="empty cells among sums that are to be proved safe",
        allowed="a count in every cell that a total adds up",
        do="Give the counts, or leave the totals out.",
    )
