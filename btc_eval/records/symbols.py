"""Why is this figure missing? Publishers' symbols become reasons in words; a missing figure is never 0.

The compiled tables hold the shorthand of the Government Analysis Function in square brackets. Statisticians' codes
stop here: above this module a missing figure is a reason in words.

References
----------
Government Analysis Function, "Symbols in tables: definitions and help".
Department for Education, "Explore Education Statistics: open data standards".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Reason(StrEnum):
    """Why a figure is not there, in the words a reader sees."""

    SUPPRESSED = "suppressed by the publisher"
    NOT_AVAILABLE = "not available"
    NOT_APPLICABLE = "not applicable"
    LOW_RELIABILITY = "low reliability"
    ROUNDS_TO_NOUGHT = "rounds to nought"
    BLANK = "left blank by the publisher"


#: What a compiled table holds in place of a figure.
SHORTHAND: Mapping[str, Reason] = {
    "[c]": Reason.SUPPRESSED,
    "[x]": Reason.NOT_AVAILABLE,
    "[z]": Reason.NOT_APPLICABLE,
    "[u]": Reason.LOW_RELIABILITY,
    "[low]": Reason.ROUNDS_TO_NOUGHT,
    "[blank]": Reason.BLANK,
}

_TO_SHORTHAND = {reason: shorthand for shorthand, reason in SHORTHAND.items()}

#: Explore Education Statistics: the standard's five, and the older forms it replaced.
EXPLORE_EDUCATION: Mapping[str, Reason] = {
    "c": Reason.SUPPRESSED,
    "x": Reason.NOT_AVAILABLE,
    ":": Reason.NOT_AVAILABLE,
    "z": Reason.NOT_APPLICABLE,
    "u": Reason.LOW_RELIABILITY,
    "low": Reason.ROUNDS_TO_NOUGHT,
    "k": Reason.ROUNDS_TO_NOUGHT,
    "~": Reason.ROUNDS_TO_NOUGHT,
    "": Reason.BLANK,
}

#: Statistical first releases 2010 to 2017: there `x` meant a small number held back, and `-` below half a unit.
STATISTICAL_FIRST_RELEASE: Mapping[str, Reason] = {
    "x": Reason.SUPPRESSED,
    "..": Reason.NOT_AVAILABLE,
    ":": Reason.NOT_AVAILABLE,
    ".": Reason.NOT_APPLICABLE,
    "-": Reason.ROUNDS_TO_NOUGHT,
    "": Reason.BLANK,
}

#: Local Authority Interactive Tool: one sign for everything that is not shown.
INTERACTIVE_TOOL: Mapping[str, Reason] = {
    "-": Reason.NOT_AVAILABLE,
    "c": Reason.SUPPRESSED,
    "x": Reason.NOT_AVAILABLE,
    "z": Reason.NOT_APPLICABLE,
    "": Reason.BLANK,
}

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")

#: Decimals kept of a published figure: more than any publication prints, fewer than a spreadsheet's noise.
DECIMALS = 6


def number_text(cell: str) -> str | None:
    """How is this published number written in a compiled table? `None` where it is not a number.

    Examples
    --------
    >>> number_text("4.5599999999999996"), number_text("12.0"), number_text("c")
    ('4.56', '12', None)
    """
    if not _NUMBER.fullmatch(cell):
        return None
    if cell.isdigit():
        return str(int(cell))
    value = round(float(cell), DECIMALS)
    return str(int(value)) if value == int(value) else repr(value)


def shorthand(reason: Reason) -> str:
    """Which shorthand stands for this reason in a compiled table?"""
    return _TO_SHORTHAND[reason]


def words(allowed: Mapping[str, Reason]) -> str:
    """Which symbols may stand in a cell? Said for a person."""
    return "a number, or one of " + " ".join(symbol or "(blank)" for symbol in allowed)
