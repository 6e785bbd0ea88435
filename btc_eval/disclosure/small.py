"""Which cells must be hidden in their own right, and what an attacker must be kept from proving about them?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from btc_eval.disclosure.cells import Cells
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.system import Bools, Floats, System


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """Cells hidden in their own right: `count` because they are small, `kind` because of what they say of a group."""

    count: Bools
    kind: Bools

    @property
    def any(self) -> Bools:
        """Either of them."""
        return self.count | self.kind


def small_cells(cells: Cells, rules: Policy) -> Small:
    """Which counts are below the line, and which say "all" or "none" of a small group?

    The second: of the parts of a total smaller than `class_minimum`, exactly one is not nought, so everyone in the
    group is known to fall into it. One of the noughts is then hidden like a small count.
    """
    value = cells.value
    open_to_all = cells.known | cells.structural
    count = (value < rules.minimum_cell) & ((value > 0) | (not rules.zero_may_show)) & ~open_to_all
    kind = np.zeros(len(value), dtype=bool)
    if rules.class_minimum:
        for row in range(cells.A.shape[0]):
            span = slice(cells.A.indptr[row], cells.A.indptr[row + 1])
            at, sign = cells.A.indices[span], cells.A.data[span]
            parts, total = at[sign > 0], value[at[sign < 0]][0]
            noughts = parts[(value[parts] == 0) & ~open_to_all[parts]]
            alone = (value[parts] != 0).sum() == 1 and len(parts) > 1
            if alone and 0 < total < rules.class_minimum and len(noughts) and not (kind | count)[noughts].any():
                kind[noughts[0]] = True
    return Small(count & np.isfinite(value), kind)


def as_system(cells: Cells, small: Small, rules: Policy, loss: str) -> System:
    """Return the cells with what an attacker knows of each and what must be kept from proof.

    A hidden cell may be nought for all an attacker knows only if the policy hides noughts. Where the policy tells
    which blanks are small, the attacker knows that those lie below the line and that the others do not.
    """
    value = np.nan_to_num(cells.value, nan=0.0)
    hidden = small.any
    nought_hidden = rules.zero_may_guard or not rules.zero_may_show
    least = 0.0 if nought_hidden else 1.0
    low, high = np.full(len(value), least), np.full(len(value), np.inf)
    need_low, need_high = max(least, float(rules.protected_low)), float(rules.protected_high)
    if rules.reasons_told:
        need_low = 0.0 if not rules.zero_may_show else 1.0
        need_high = float(rules.minimum_cell - 1)
        low = np.where(small.count, need_low, low)
        high = np.where(small.count, need_high, high)
    low = np.where(small.kind | ~cells.stands, 0.0, low)
    nowhere = ~cells.stands & ~cells.known
    guards_not = (value == 0) & (not rules.zero_may_guard)
    return System(
        A=cells.A,
        value=value,
        low=np.minimum(low, value),
        high=high,
        need_low=np.where(hidden, np.minimum(need_low, value), np.nan),
        need_high=np.where(hidden, need_high, np.nan),
        hidden=hidden | nowhere,
        fixed=(cells.known | cells.structural | guards_not) & ~hidden & ~nowhere,
        cost=_cost(value, rules, loss),
        grids=cells.grids,
    )


def _cost(value: Floats, rules: Policy, loss: str) -> Floats:
    """What is lost with a cell: a little more than one each, growing with its logarithm, so that few cells and small
    ones are hidden before many and large. A nought says as much as the smallest count that may show."""
    size = np.log1p(np.where(value == 0, rules.minimum_cell, value))
    return np.asarray(1.0 + size if loss == "information" else 1.0 + 1e-3 * size)


def money_system(
    A: sp.csr_matrix, value: Floats, hidden: Bools, open_to_all: Bools, nowhere: Bools, rules: Policy
) -> System:
    """Return sums of money with their protection: nobody may estimate a hidden sum to within the p-ratio."""
    margin = max(rules.p_ratio_percent, 1) / 100
    cells = len(value)
    return System(
        A=A,
        value=value,
        low=np.zeros(cells),
        high=np.full(cells, np.inf),
        need_low=np.where(hidden, value * (1 - margin), np.nan),
        need_high=np.where(hidden, value * (1 + margin), np.nan),
        hidden=hidden | nowhere,
        fixed=open_to_all & ~hidden & ~nowhere,
        cost=1.0 + np.log1p(value),
        whole=False,
    )
