"""Empty cells that say why: a short sign where a reason would be repeated, and the reason once under the table.

The signs are those of official spreadsheets, which the workbook of all tables has too: `[c]` hidden to protect people,
`[x]` not available, `[z]` a number has no meaning here. Who listens to the page hears the reason in every such cell.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from btc_eval.disclosure import SafeTable
from btc_eval.publish import parts
from btc_eval.publish.door import blank_cells

#: A reason of this many letters or fewer is no longer than it takes to look a sign up.
_SHORT = 16


def signs(safe: SafeTable, columns: Collection[str]) -> dict[str, str]:
    """Which reasons would stand in several cells, and which sign stands there instead?

    Parameters
    ----------
    safe
        The released table.
    columns
        The columns that are shown.

    Returns
    -------
    dict
        Reason to sign, in the order of the columns. Two reasons of one kind have signs of their own: `[z]`, `[z*]`.
    """
    cells: dict[str, int] = {}
    found = blank_cells(safe)
    for name in (name for name in columns if name in found):
        for said, rows in found[name].items():
            cells[said] = cells.get(said, 0) + len(rows)
    given: dict[str, str] = {}
    for said, number in cells.items():
        code, reason = said[1], said[4:]
        if number > 1 and len(reason) > _SHORT and reason not in given:
            again = sum(sign[1] == code for sign in given.values())
            given[reason] = f"[{code}{'*' * again}]"
    return given


def shown(reason: str, given: Mapping[str, str]) -> str:
    """Return what stands in an empty cell, as HTML: the reason, or its sign for the eye and the reason for the ear."""
    words = parts.text(reason)
    if reason not in given:
        return words
    return f'<span class="btc-sign" aria-hidden="true">{given[reason]}</span><span class="btc-heard">{words}</span>'


def key(given: Mapping[str, str]) -> str:
    """Return the line under a table that says what its signs stand for; "" where it has none."""
    if not given:
        return ""
    told = "; ".join(f"{sign} {parts.text(reason)}" for reason, sign in given.items())
    return f'<p class="btc-note btc-signs">In place of a figure: {told}.</p>'
