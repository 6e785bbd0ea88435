"""Which steps of a curve may a page show? Whole months, several children to a step, and enough still followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.cumulative_incidence import CumulativeIncidence
from btc_eval.errors import UsageError

DOOR = "cohort.coarse"
#: Days in a month, on average.
DAYS_A_MONTH = 365.25 / 12
PLACES = 4


def coarse(
    found: CumulativeIncidence,
    *,
    event: int = 1,
    months: Sequence[int],
    step: int,
    at_risk: int,
    names: dict[Any, str] | None = None,
) -> pd.DataFrame:
    """Which steps of this curve may be shown?

    Parameters
    ----------
    found
        With durations in days, rows being children.
    event
        Which event.
    months
        Months from the index date at which the curve is read, in order; 0 is added.
    step
        Fewest children with the event in a step: a month is told when as many have had it since the month told before,
        or none.
    at_risk
        Fewest children still followed: the curve ends before fewer are.
    names
        Words for the groups.

    Returns
    -------
    DataFrame
        group, month, estimate, conf_low, conf_high, events (children, since the row before in the group), at_risk
        (children). At month 0 the estimate is 0, and its interval too.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import cohort
    >>> people = pd.DataFrame({"days": [20, 40, 70, 100] * 10, "event": [1, 1, 0, 1] * 10})
    >>> found = cohort.cumulative_incidence(people, duration="days", event="event")
    >>> coarse(found, months=[1, 2, 3, 4], step=10, at_risk=10)[["month", "events", "at_risk"]].values.tolist()
    [[0, 0, 40], [1, 10, 30], [2, 10, 20], [3, 0, 10]]
    """
    grid = sorted({0, *months})
    if len(grid) < 2 or grid[0] < 0 or step < 1 or at_risk < 1:
        raise UsageError(f"{DOOR}: months of 0 or more, step and at_risk of 1 or more.")
    days = [round(month * DAYS_A_MONTH) for month in grid]
    table = found.at(days)
    table = table[table["event"] == event]
    rows = []
    for group, part in table.groupby("group", sort=False, observed=True):
        told, known = 0, part["rows_events"].to_numpy(dtype=float)
        for month, line, total in zip(grid, part.to_dict("records"), known):
            followed = line["rows_at_risk"]
            if not np.isfinite(line["estimate"]) or followed < at_risk:
                break
            if 0 < total - told < step:
                continue
            numbers = {name: line[name] for name in ("estimate", "conf_low", "conf_high")}
            if line["estimate"] == 0:
                numbers = dict.fromkeys(numbers, 0.0)
            words = (names or {}).get(group, str(group))
            held = {"events": int(total - told), "at_risk": int(followed)}
            rows.append({"group": words, "month": month, **{k: round(v, PLACES) for k, v in numbers.items()}, **held})
            told = int(total)
    return pd.DataFrame(rows, columns=["group", "month", "estimate", "conf_low", "conf_high", "events", "at_risk"])
