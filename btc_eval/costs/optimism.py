"""How far must a hope be marked down where the evidence behind it is weak?"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal

from btc_eval import assumptions
from btc_eval.assumptions import OptimismTable, Status
from btc_eval.errors import refuse

Side = Literal["costs", "benefits"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """An amount after correction for optimism, with the word of the table it was corrected by.

    Parameters
    ----------
    amount, corrected
        Pounds before and after.
    share
        What was added to a cost or taken off a benefit, as a share.
    status
        How far the source of the table was seen; a page that shows the amount says so.
    """

    amount: float
    corrected: float
    share: float
    grade: int
    side: Side
    status: Status


def correct_for_optimism(
    amount: float,
    *,
    grade: int,
    side: Side,
    table: str | OptimismTable = "local-partnerships",
    accept_unconfirmed: bool = False,
) -> Corrected:
    """What is this cost or benefit once the weakness of its evidence is allowed for?

    Parameters
    ----------
    amount
        Pounds, nought or more: a cost or a benefit by its size.
    grade
        Grade of the evidence, 1 being the strongest.
    side
        "costs" are made larger, "benefits" smaller.
    table
        A name in `data/assumptions/optimism_bias.toml`, or a table.
    accept_unconfirmed
        Use a table whose numbers were not checked against their source. The result keeps the mark.

    Raises
    ------
    RefusedError
        For an unconfirmed table that was not asked for as such, an unknown grade or side, or a negative amount.

    Examples
    --------
    >>> correct_for_optimism(100.0, grade=6, side="benefits", accept_unconfirmed=True).corrected
    60.0
    """
    known = assumptions.optimism_table(table) if isinstance(table, str) else table
    if known.status is Status.UNCONFIRMED and not accept_unconfirmed:
        raise refuse(
            f"optimism table {known.name}",
            "status",
            found="numbers that nobody has checked against their source",
            allowed="a table that was read or confirmed",
            do="Check it against the guidance and change its status, or pass accept_unconfirmed=True and say so.",
        )
    if side not in ("costs", "benefits"):
        raise refuse("optimism", "side", found=repr(side), allowed="costs, benefits", do="Say which it is.")
    if not isfinite(amount) or amount < 0:
        raise refuse(
            "optimism", "amount", found="an amount that is negative or not finite", allowed="nought or more",
            do="Give a cost or a benefit by its size.",
        )  # fmt: skip
    found = next((row for row in known.grades if row.grade == grade), None)
    if found is None:
        grades = ", ".join(str(row.grade) for row in known.grades)
        raise refuse("optimism", "grade", found=repr(grade), allowed=grades, do="Grade the evidence.")
    share = found.costs if side == "costs" else found.benefits
    corrected = amount * (1.0 + share) if side == "costs" else amount * (1.0 - share)
    return Corrected(amount, corrected, share, grade, side, known.status)
