"""What does an exhibit, or a phrase, tell the gate about the released table behind it?

The gate (`disclosure.scan`) reads the built pages and refuses what no released table holds. It can do so only where
each thing shown says which table it was made from. Nothing here holds a hidden value.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from btc_eval.disclosure import Entry, SafeTable
from btc_eval.disclosure.held import binding
from btc_eval.disclosure.register import entry
from btc_eval.publish.downloads import cell_text


class Quote(NamedTuple):
    """One cell of a released table that words quote.

    Parameters
    ----------
    table
        The fingerprint of the table.
    policy
        The name of the policy that it passed.
    column
        The column of the cell.
    said
        The value as the words say it.
    """

    table: str
    policy: str
    column: str
    said: str


@functools.lru_cache(maxsize=64)
def entered(safe: SafeTable) -> Entry:
    """How does this table stand in the register? Worked out once, however many phrases quote it."""
    return entry(safe)


def quote(safe: SafeTable, column: str, said: str) -> Quote:
    """Return the record of one quoted cell."""
    return Quote(entered(safe).fingerprint, safe.policy.name, column, said)


def line(safe: SafeTable, csv: str, shown: Sequence[str]) -> dict[str, Any]:
    """What is known of the table behind an exhibit: its line in `tables.json`, but for the page it stands on.

    Parameters
    ----------
    safe
        The released table.
    csv
        The text of its file.
    shown
        The columns of the table under the exhibit, in order; none where it shows no rows.
    """
    found = entered(safe)
    return {
        "name": found.name,
        "policy": found.policy,
        "provenance": found.provenance,
        "no_people": found.no_people,
        "keys": list(found.keys),
        "counts": list(found.counts),
        "columns": list(found.columns),
        "shown": list(shown),
        "rows": found.rows,
        "hidden": found.hidden,
        "fingerprint": found.fingerprint,
        "column_prints": dict(found.column_prints),
        "csv_sha256": hashlib.sha256(csv.encode()).hexdigest(),
        **binding(safe, cell_text),
    }
