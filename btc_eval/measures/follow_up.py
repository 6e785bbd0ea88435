"""What came of each child in the cohort, and when did follow-up end? Days from the index date, with competing events.

Rules
-----
Follow-up begins on the day after the index date: what happened on the index date is history. It ends with the first
of the outcome, its competing events, the eighteenth birthday, death, a move away, the outcome's own limit and the
cut-off. Of several on one day, the birthday is taken first (childhood ends as the day begins), then the outcome, then
its competing events in their order, then death and a move, then the limit and the cut-off: an event on the last day
of follow-up counts.

A child who is already where the outcome leads (a plan, care, in need) is not at risk of it, and neither is one
without what it would end (a plan, care, an open case).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.measures.cohort_rule import ADULTHOOD, CUT_OFF, ENDINGS, CohortRule, Count, Outcome
from btc_eval.measures.days import ADULT, NEVER, Days, anniversary, birthday, day_of
from btc_eval.measures.happenings import LASTING
from btc_eval.measures.history import History

#: What must hold on the index date for these to happen afterwards.
_NEEDS = {
    "plan ended": "protection plan",
    "stepped down": "protection plan",
    "end of care": "start of care",
    "case closed": "referral",
}
#: Lasting kinds of which a child may begin another while one lasts.
_REPEATABLE = ("referral", "early help", "programme register")
_LIMIT = "end of the outcome's own window"

Flags = npt.NDArray[np.bool_]


def first_after(rows: pd.DataFrame, log: pd.DataFrame, event: str) -> Days:
    """On which day after its index date does each row's child first meet the event? `NEVER` where it does not."""
    chosen = log.loc[(log["event"] == event).to_numpy(), ["child_id", "day"]]
    asked = rows[["child_id", "index"]].assign(row=np.arange(len(rows)))
    both = asked.merge(chosen, on="child_id")
    both = both[both["day"] > both["index"]]
    found = both.groupby("row")["day"].min().reindex(range(len(rows)))
    return found.fillna(NEVER).to_numpy(dtype=np.int64)


def endings(rule: CohortRule, rows: pd.DataFrame, log: pd.DataFrame) -> dict[str, Days]:
    """When does each thing that a wait can end with happen to each row? Kind → days."""
    named: Iterable[str] = dict.fromkeys(
        kind for outcome in rule.outcomes for kind in (outcome.event, *outcome.competing)
    )
    told = {kind: first_after(rows, log, kind) for kind in [*named, *ENDINGS] if kind != ADULTHOOD}
    told[ADULTHOOD] = birthday(rows["born"].to_numpy(dtype=np.int64), ADULT)
    told[CUT_OFF] = np.full(len(rows), day_of(rule.cut_off))
    return told


def _stack(outcome: Outcome, days: dict[str, Days], index: Days) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return what may end the wait, in the order in which it is taken on one day, and the days of each."""
    others = [kind for kind in ENDINGS[1:] if kind not in outcome.competing]
    competing = [kind for kind in outcome.competing if kind != ADULTHOOD]
    order = [ADULTHOOD, outcome.event, *competing, *others, CUT_OFF]
    columns = [days[kind] for kind in order]
    if outcome.within_years is not None:
        order.insert(-1, _LIMIT)
        columns.insert(-1, anniversary(index, outcome.within_years))
    return order, np.stack(columns)


def follow(outcome: Outcome, days: dict[str, Days], index: Days, at_risk: Flags) -> pd.DataFrame:
    """How long did each row wait for the outcome, and what ended the wait?

    Returns
    -------
    pd.DataFrame
        `days` (from the index date; blank where not at risk), `event` (code; blank likewise), `end` (in words).
    """
    order, columns = _stack(outcome, days, index)
    which = np.argmin(columns, axis=0)
    when = columns[which, np.arange(len(index))]
    code_of = {kind: code for code, kind in outcome.codes().items() if code}
    codes = np.array([code_of.get(kind, 0) for kind in order])
    return pd.DataFrame(
        {
            "days": pd.array(np.where(at_risk, when - index, 0), dtype="Int64"),
            "event": pd.array(codes[which], dtype="Int64"),
            "end": pd.Categorical(
                np.where(at_risk, np.array(order, dtype=object)[which], "not at risk"), [*order, "not at risk"]
            ),
        }
    ).assign(days=lambda told: told["days"].mask(~at_risk), event=lambda told: told["event"].mask(~at_risk))


def at_risk(outcome: Outcome, history: History, entered: Days) -> Flags:
    """Who can have the outcome after the index date? See the module's rules.

    Between entry and a landmark neither the outcome nor what competes with it may have happened.
    """
    risk = np.ones(len(history), dtype=bool)
    if outcome.event in LASTING and outcome.event not in _REPEATABLE:
        risk &= ~history.on(outcome.event).to_numpy()
    for kind in (outcome.event, *outcome.competing):
        if kind in _NEEDS:
            risk &= history.on(_NEEDS[kind]).to_numpy()
        since = history.log[(history.log["event"] == kind).to_numpy()]
        late = since["day"].to_numpy() > entered[since["row"].to_numpy()]
        risk[since["row"].to_numpy()[late]] = False
    return risk


def count(what: Count, rows: pd.DataFrame, log: pd.DataFrame, end: Days) -> tuple[Days, Days]:
    """How often did it happen after the index date, up to `end` included, and over how many days at risk?"""
    asked = rows[["child_id", "index"]].assign(row=np.arange(len(rows)), end=end)
    both = asked.merge(log.loc[(log["event"] == what.event).to_numpy(), ["child_id", "day"]], on="child_id")
    seen = both[(both["day"] > both["index"]) & (both["day"] <= both["end"])]
    n = np.bincount(seen["row"].to_numpy(dtype=np.int64), minlength=len(rows)).astype(np.int64)
    if what.during is None:
        return n, end - rows["index"].to_numpy(dtype=np.int64)
    held = asked.merge(log.loc[(log["event"] == what.during).to_numpy(), ["child_id", "day", "until"]], on="child_id")
    last = np.minimum(held["until"].to_numpy() - 1, held["end"].to_numpy())
    days = np.maximum(last - np.maximum(held["day"].to_numpy() - 1, held["index"].to_numpy()), 0)
    return n, np.bincount(held["row"].to_numpy(dtype=np.int64), weights=days, minlength=len(rows)).astype(np.int64)


def end_of_follow_up(days: dict[str, Days]) -> Days:
    """What is the last day of follow-up where no outcome ends it? Before the eighteenth birthday, the day before."""
    others = [days[kind] for kind in ENDINGS[1:]]
    return np.asarray(np.minimum.reduce([days[ADULTHOOD] - 1, *others, days[CUT_OFF]]))
