"""What becomes of a looked-after episode that an old return left open? London's stacking rules, each counted.

An annual return shows an episode that is still open on 31 March without an end; the next return shows the same episode
again. Where it does not, one of these rules applies, in this order:

``3``
    The child's next or previous episode has the same reason, legal status, placement, provider, placement postcode
    and URN, and another start: a start date was corrected. The open row is set aside.
``3A``
    The child's previous episode came in a later return: the open row was replaced. It is set aside.
``1``
    There is a next episode: the open one ends when it starts, the same day.
``1A``
    The next episode starts a new period of care: the open one ends on the day before, or on its return's 31 March if
    that is earlier; why is not recorded.
``2``
    There is no next episode: it ends on its return's 31 March; why is not recorded.

Then, between neighbours of which the next came in a later return:

``4``
    The episode ends after the next one starts: it ends when the next one starts.
``5``
    The episode ends with "new episode began the same day" and the next starts later: it ends when the next one starts.

The last return of a council is left as it is: its open episodes are open. An end that a rule set is marked in
`end_rule`.

References
----------
London Innovation and Improvement Alliance, tools for stacking SSDA903 episodes: rules 1 to 5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from btc_eval.records.statutory.vocabulary import CLOSED_BY_RULE, SAME_DAY, TABLES

RULES = {
    "3": "an open episode that stands again under another start: set aside",
    "3A": "an open episode replaced by one of a later return: set aside",
    "1": "an open episode ended when the next starts",
    "1A": "an open episode ended before the next period of care",
    "2": "an open episode ended on 31 March of its return",
    "4": "an episode cut where the next, of a later return, starts",
    "5": "an episode stretched to the start of the next, of a later return",
}
_REASONS = {"3": "rule 3: the same episode with another start date", "3A": "rule 3A: replaced in a later return"}
_ALIKE = ("start_reason", "legal_status", "placement", "provider", "placement_postcode", "placement_urn")
_STARTED = "started to be looked after"
_NONE = np.iinfo(np.int64).min

Days = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]


def apply(
    rows: Any, latest: Mapping[str, int] | None, counts: Counter[str]
) -> tuple[Places, Mapping[str, Places], Any]:
    """Apply the rules to stacked episodes, one row a child and start.

    Parameters
    ----------
    rows
        Arrow table of episodes, codes as places, with `council` and `return_year`.
    latest
        Council → year of its last return; `None` applies no rule and leaves every end as it is.
    counts
        Rule → rows, added to.

    Returns
    -------
    places, mapping, arrow table
        The rows used; those set aside, by reason; and the table of the rows used, with `end_rule`: blank, or the rule
        that set the end.
    """
    if latest is None:
        plain = rows.append_column("end_rule", pa.array([""] * rows.num_rows, type=pa.string()))
        return np.arange(rows.num_rows), {}, plain
    frame = _numbers(rows)
    last = rows["council"].to_pandas().map(latest).fillna(0).to_numpy(dtype=np.int64)
    last = np.maximum(last, frame.groupby("council")["year"].transform("max").to_numpy())
    order = np.lexsort((frame["started"], frame["child"], frame["council"]))
    lost = _set_aside(frame.iloc[order], last[order])
    for rule, where in lost.items():
        counts[rule] += int(where.sum())
    keep = order[~(lost["3"] | lost["3A"])]
    ended, rules, reasons = _ends(frame.iloc[keep], last[keep])
    for name, times in Counter(rules[rules != ""].tolist()).items():
        counts[name] += times
    back = np.argsort(keep)
    aside = {_REASONS[rule]: order[where] for rule, where in lost.items() if where.any()}
    return keep[back], aside, _written(rows.take(pa.array(keep[back])), ended[back], rules[back], reasons[back])


def _numbers(rows: Any) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "council": pd.factorize(rows["council"].to_pandas(), use_na_sentinel=False)[0],
        "child": pd.factorize(rows["child_id"].to_pandas(), use_na_sentinel=False)[0],
        "year": rows["return_year"].to_numpy(),
        "started": _day_numbers(rows["started"]),
        "ended": _day_numbers(rows["ended"]),
        "end_reason": rows["end_reason"].fill_null(-1).to_numpy(),
        "starts_period": rows["start_reason"].fill_null(-1).to_numpy() == _place("start_reason", _STARTED),
    }
    for name in _ALIKE:
        columns[f"={name}"] = pd.factorize(rows[name].to_pandas(), use_na_sentinel=False)[0]
    return pd.DataFrame(columns)


def _place(column: str, words: str) -> int:
    """Return the place of these words in the list of a column."""
    codes = TABLES["looked_after_episodes"].by_name[column].codes
    assert codes is not None
    return codes.words_in_order.index(words)


def _day_numbers(cells: Any) -> Days:
    numbers: Days = cells.cast(pa.int32()).cast(pa.int64()).fill_null(_NONE).to_numpy()
    return numbers


def _beside(frame: pd.DataFrame, step: int) -> npt.NDArray[np.bool_]:
    """Return whether the row `step` below (or above) is of the same child."""
    same = (frame["child"] == frame["child"].shift(-step)) & (frame["council"] == frame["council"].shift(-step))
    return same.to_numpy(dtype=bool)


def _set_aside(frame: pd.DataFrame, last: Days) -> dict[str, npt.NDArray[np.bool_]]:
    left_open = (frame["ended"] == _NONE).to_numpy() & (frame["year"].to_numpy() < last)
    alike = np.zeros(len(frame), dtype=bool)
    for step in (1, -1):
        same = _beside(frame, step)
        for name in _ALIKE:
            same = same & (frame[f"={name}"] == frame[f"={name}"].shift(-step)).to_numpy(dtype=bool)
        alike = alike | same
    replaced = _beside(frame, -1) & (frame["year"].shift(1) > frame["year"]).to_numpy(dtype=bool)
    return {"3": left_open & alike, "3A": left_open & ~alike & replaced}


def _ends(frame: pd.DataFrame, last: Days) -> tuple[Days, npt.NDArray[Any], npt.NDArray[Any]]:
    ended, reason = frame["ended"].to_numpy(), frame["end_reason"].to_numpy()
    same_day, by_rule = _place("end_reason", SAME_DAY), _place("end_reason", CLOSED_BY_RULE)
    rule = np.full(len(frame), "", dtype=object)
    year = frame["year"].to_numpy()
    follows = _beside(frame, 1)
    following = frame["started"].shift(-1, fill_value=_NONE).to_numpy()
    new_period = frame["starts_period"].shift(-1, fill_value=False).to_numpy(dtype=bool)
    later = frame["year"].shift(-1, fill_value=0).to_numpy() > year
    year_end = ((year - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)) + 89
    year_end += ((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))).astype(np.int64)
    left_open = (ended == _NONE) & (year < last)
    for name, where, end, why in (
        ("1", left_open & follows & ~new_period, following, same_day),
        ("1A", left_open & follows & new_period, np.minimum(year_end, following - 1), by_rule),
        ("2", left_open & ~follows, year_end, by_rule),
    ):
        ended, reason, rule = np.where(where, end, ended), np.where(where, why, reason), np.where(where, name, rule)
    between = follows & later & (ended != _NONE) & ~left_open
    for name, where in (
        ("4", between & (ended > following)),
        ("5", between & (ended < following) & (reason == same_day)),
    ):
        ended, rule = np.where(where, following, ended), np.where(where, name, rule)
    return ended, rule, reason


def _written(rows: Any, ended: Days, rules: npt.NDArray[Any], reasons: npt.NDArray[Any]) -> Any:
    days = pa.array(np.where(ended == _NONE, 0, ended).astype(np.int32), mask=ended == _NONE, type=pa.int32())
    places = pa.array(reasons.astype(np.int16), mask=reasons < 0, type=pa.int16())
    for name, column in (("ended", days.cast(pa.date32())), ("end_reason", places)):
        rows = rows.set_column(rows.schema.get_field_index(name), name, column)
    return rows.append_column("end_rule", pa.array(rules.tolist(), type=pa.string()))
