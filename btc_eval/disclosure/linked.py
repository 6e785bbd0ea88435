"""Several tables of the same count, protected together: what one shows must not give away what another hides."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal

import pandas as pd

from btc_eval.disclosure.control import SECONDS, released
from btc_eval.disclosure.policy import policy as named
from btc_eval.disclosure.protect import EXACT_CELLS, GAP
from btc_eval.disclosure.release import Effort
from btc_eval.disclosure.request import Request
from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import refuse
from btc_eval.estimates import Papers


def control_linked(
    tables: Mapping[str, pd.DataFrame],
    policy: str = "council",
    *,
    keys: Mapping[str, Sequence[str]],
    counts: str | Sequence[str],
    totals: str = "Total",
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]] | None = None,
    known_totals: Sequence[str] = (),
    papers: Papers | None = None,
    tolerance: float = 0.0,
    loss: Literal["information", "cells"] = "information",
    exact_cells: int = EXACT_CELLS,
    gap: float = GAP,
    seconds: float = SECONDS,
) -> dict[str, SafeTable]:
    """May these tables of the same count be shown beside each other, and in what form?

    Parameters
    ----------
    tables
        For each name a tidy frame: the same children by ward and status, by ward and age, by locality, …
    policy, papers, tolerance, loss, exact_cells, gap, seconds
        As in `control`, for all of them.
    keys
        For each name, the columns that identify a row of that table. A key of one name means the same in all.
    counts
        Columns that count, in every table; the same column is the same count.
    totals
        The label that marks a total in any key.
    hierarchies, known_totals
        As in `control`; each is used in the tables that have the key.

    Returns
    -------
    dict
        The released tables by name. A cell that stands in several of them is shown in all or hidden in all.

    Raises
    ------
    RefusedError
        As `control`, for all tables at once; where a shared cell differs between tables; where `keys` does not name
        each table.

    Notes
    -----
    A cell is known by those of its keys that are not totals, so the total of a ward over statuses is the total of
    that ward over ages. Totals that stand in none of the tables but follow from two of them are reckoned with.

    Examples
    --------
    >>> import pandas as pd
    >>> by_age = pd.DataFrame({"ward": ["A", "A", "B", "B"], "age": ["0-9", "10-17"] * 2, "n": [40, 9, 31, 12]})
    >>> by_plan = pd.DataFrame({"ward": ["A", "A", "B", "B"], "plan": ["yes", "no"] * 2, "n": [3, 46, 15, 28]})
    >>> keys = {"age": ["ward", "age"], "plan": ["ward", "plan"]}
    >>> safe = control_linked({"age": by_age, "plan": by_plan}, keys=keys, counts="n")
    >>> [len(table.suppressed) for table in safe.values()]
    [1, 1]
    """
    if set(keys) != set(tables):
        raise refuse(
            "disclosure.control_linked",
            "keys",
            found=f"keys for {', '.join(sorted(keys))}",
            allowed=f"keys for each of {', '.join(sorted(tables))}",
            do="Name the key columns of every table.",
        )
    columns = (counts,) if isinstance(counts, str) else tuple(counts)
    requests = [
        Request(
            name=name,
            table=table,
            keys=tuple(keys[name]),
            counts=columns,
            totals=totals,
            rates={},
            hierarchies={key: tree for key, tree in (hierarchies or {}).items() if key in keys[name]},
            known_totals=tuple(key for key in known_totals if key in keys[name]),
            across={},
            structural=None,
            amounts={},
            public=(),
            n=None,
            unit="",
            no_people="",
            papers=papers,
            blanks={},
            tolerance=tolerance,
        )
        for name, table in tables.items()
    ]
    safe = released(requests, named(policy), Effort(seconds, exact_cells, gap, loss))
    return dict(zip(tables, safe))
