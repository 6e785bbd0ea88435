"""Which way did stays end, by a given time? Each group beside the others, with the children behind every number."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from btc_eval.cohort.cumulative_incidence import cumulative_incidence
from btc_eval.errors import UsageError

#: Why a cell of the table is empty.
BLANKS = {
    "estimate": "nobody was followed for so long",
    "std_error": "nobody was followed for so long",
    "conf_low": "none seen, so no interval",
    "conf_high": "none seen, so no interval",
}


def next_steps(
    stays: pd.DataFrame,
    *,
    ends: Mapping[int, str],
    at: float | Sequence[float],
    group: Hashable | None = None,
    child: str = "child_id",
    duration: Hashable = "days",
    event: Hashable = "event",
    cluster: Hashable | None = None,
    order: Sequence[str] = (),
    conf_level: float = 0.95,
) -> pd.DataFrame:
    """Of all stays, which share had ended in which way, so many days after they began?

    Parameters
    ----------
    stays
        One row a stay. Not changed.
    ends
        Code of `event` → the way of ending, in words. A way that no stay took has no row.
    at
        Days since the beginning of the stay; the day itself is included.
    group
        A column to tell stays apart by; rows without a value are refused, groups without a row left out.
    child, duration, event, cluster
        Columns: the child, days from the beginning to the end or the end of follow-up, 0 for not ended, and the family
        or ward whose rows are not independent (the child, where left out: one child has several stays).
    order
        Groups to come first, in this order; the rest follow by name.

    Returns
    -------
    DataFrame
        One row a group, way of ending and time: `group` ("all" where none was asked for), `to_state`, `time`,
        `estimate` (cumulative incidence: the other ways compete), `std_error`, `conf_low`, `conf_high`, `events` (seen
        by then), `stays`, `children` (distinct ones behind the row).

    Raises
    ------
    RefusedError
        As `cumulative_incidence`: missing values, negative follow-up, unknown codes, no events.

    Notes
    -----
    Aalen–Johansen from the beginning of each stay. Nothing is assumed about what came before it (no Markov
    assumption); censoring must be independent of what would have come next, as it is where a cut-off date censors.

    Examples
    --------
    Of three plans one ended in care and one in stepping down; the third was watched for too short a time to say.

    >>> plans = pd.DataFrame({"child_id": [1, 2, 3], "days": [100, 200, 50], "event": [1, 2, 0]})
    >>> found = next_steps(plans, ends={1: "looked after", 2: "child in need"}, at=365)
    >>> found[["to_state", "estimate", "children"]].values.tolist()
    [['looked after', 0.5, 3], ['child in need', 0.5, 3]]
    """
    if not ends or 0 in ends:
        raise UsageError("cohort.next_steps: ends names codes from 1 on; 0 means that a stay had not ended.")
    frame = stays.copy()
    if group is not None:
        frame[group] = stays[group].astype("str").where(stays[group].notna())
    codes = {code: place for place, code in enumerate(sorted(set(frame[event]) - {0}), start=1)}
    unknown = [code for code in codes if code not in ends]
    if unknown:
        raise UsageError(f"cohort.next_steps: {len(unknown)} codes of {event!r} are not in ends.")
    frame = frame.assign(**{str(event): frame[event].map({0: 0, **codes})})
    found = cumulative_incidence(
        frame, duration=duration, event=event, group=group, cluster=child if cluster is None else cluster, at=at,
        conf_level=conf_level,
    ).tidy()  # fmt: skip
    named = {place: ends[code] for code, place in codes.items()}
    sizes = _sizes(frame, group, child)
    told = found.assign(to_state=found["event"].map(named), group=found["group"] if group is not None else "all")
    told = told.merge(sizes, on="group", how="left")
    columns = ["group", "to_state", "time", "estimate", "std_error", "conf_low", "conf_high"]
    counts = told[["rows_events", "stays", "children"]].rename(columns={"rows_events": "events"}).astype("int64")
    table = pd.concat([told[columns], counts], axis=1)
    place = {name: k for k, name in enumerate(order)}
    return table.sort_values("group", key=lambda g: g.map(place).fillna(len(place)), kind="stable", ignore_index=True)


def _sizes(frame: pd.DataFrame, group: Hashable | None, child: str) -> pd.DataFrame:
    by: Any = frame[group] if group is not None else pd.Series("all", index=frame.index)
    each = frame.groupby(by.rename("group"), sort=False)[child]
    return pd.DataFrame({"stays": each.size(), "children": each.nunique()}).reset_index()
