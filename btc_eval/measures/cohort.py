"""Who entered, what was known of them then, and what came of them? A rule put to the returns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.measures import follow_up
from btc_eval.measures.cohort_covariates import covariates
from btc_eval.measures.cohort_result import FLOW, Cohort
from btc_eval.measures.cohort_rule import UNDER, CohortRule, TimeVarying, Washout, Where
from btc_eval.measures.days import (
    NEVER,
    DayOfBirth,
    Days,
    age_on,
    dates_of,
    day_of,
)
from btc_eval.measures.happenings import happenings
from btc_eval.measures.history import History
from btc_eval.measures.people import People, people
from btc_eval.records.statutory import StatutoryRecords

#: What covariates are made from, whatever the rule looks at.
_ALWAYS = ("referral", "assessment", "protection plan", "start of care", "early help", "moved away", "died")
_KNOWN = ("sex", "ethnicity_group", "disabled", "family")
#: Kinds that the two yearly returns hold; how far back the case system's exports reach, they do not say.
_YEARLY = {"contact", "early help", "programme register"}


@dataclass(slots=True)
class _Selection:
    """Candidates, and the flow by which they became fewer."""

    rows: pd.DataFrame
    flow: list[dict[str, object]] = field(default_factory=list)

    def note(self, reason: str, removed: int) -> None:
        self.flow.append(dict(zip(FLOW, (len(self.flow) + 1, reason, removed, len(self.rows)))))

    def keep(self, kept: npt.NDArray[np.bool_], reason: str) -> None:
        self.rows = self.rows[kept].reset_index(drop=True)
        self.note(reason, int((~kept).sum()))


def cohort(records: StatutoryRecords, rule: CohortRule, *, day_of_birth: DayOfBirth = "as held") -> Cohort:
    """Who entered by this rule, what was known of them then, and what came of them?

    Parameters
    ----------
    records
        The returns: the census of children in need and the looked-after return; the register, early help, addresses
        and families where the rule or a covariate asks for them.
    rule
        Who enters, when, followed to what.
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month.

    Returns
    -------
    Cohort

    Raises
    ------
    RefusedError
        Where the returns do not reach the cut-off or the beginning of a washout, where a condition does not answer true
        or false for every candidate, and where nobody is left.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> ana = {"child_id": "Ana", "date_of_birth": "2015-01-10"}
    >>> seen = [{"child_id": "Ana", "referred": day} for day in ("2022-05-01", "2023-02-01")]
    >>> returns = statutory.made_up({"cin_children": [ana], "cin_episodes": seen}, years=[2023])
    >>> rule = measures.CohortRule(name="referred", entry="referral", first="2022-04-01", last="2022-06-30",
    ...                            cut_off="2023-03-31", outcomes=(measures.RE_REFERRED,))
    >>> measures.cohort(returns, rule).frame[["re_referral_days", "re_referral_event"]].iloc[0].tolist()
    [276, 1]
    """
    _covered(records, rule)
    everyone = people(records, day_of_birth=day_of_birth)
    log = happenings(records, [*_ALWAYS, *rule.kinds])
    chosen = _entries(rule, log, everyone)
    past = _select(rule, chosen, log)
    index = past.index + rule.landmark_days
    later = History.cut(past.rows.assign(index=index), log) if rule.landmark_days else past
    frame = covariates(records, rule, past).assign(index=dates_of(index))
    exposed_from = _expose(rule, frame, later, log)
    days = follow_up.endings(rule, later.rows, log)
    for outcome in rule.outcomes:
        risk = follow_up.at_risk(outcome, later, past.index)
        told = follow_up.follow(outcome, days, index, risk)
        frame = frame.assign(**{f"{outcome.name}_{name}": told[name] for name in told})
    end = follow_up.end_of_follow_up(days)
    for what in rule.counts:
        n, at_risk = follow_up.count(what, later.rows, log, end)
        frame = frame.assign(**{f"{what.name}_n": n, f"{what.name}_days": at_risk})
    papers = records.papers(*(name for name in _TABLES if name in records.tables))
    window = papers.over(rule.first, rule.cut_off)
    return Cohort(rule, frame, pd.DataFrame(chosen.flow, columns=[*FLOW]), window, exposed_from)


_TABLES = (
    "cin_episodes", "looked_after_episodes", "addresses", "ward_lookup", "families", "programme_register",
    "early_help_episodes",
)  # fmt: skip


def _covered(records: StatutoryRecords, rule: CohortRule) -> None:
    """Do the returns reach from the beginning of the longest washout to the cut-off?"""
    faults = []
    years = {year for name in ("cin_episodes", "looked_after_episodes") for year in records.years(name)}
    last = pd.Timestamp(max(years, default=1900), 3, 31)
    if pd.Timestamp(rule.cut_off) > last:
        faults.append(
            Refusal(
                f"cohort {rule.name!r}",
                "cut_off",
                "a day after the last return",
                f"{last.date()} or earlier",
                "End follow-up where the returns end.",
            )
        )
    start = day_of(f"{min(years, default=1900) - 1}-04-01")
    for washout in rule.washout:
        if washout.event not in _YEARLY and day_of(rule.first) - washout.days < start:
            faults.append(
                Refusal(
                    f"cohort {rule.name!r}",
                    "washout",
                    f"{washout.days} days before the first entry, before any return",
                    f"entry from {dates_of(np.array([start + washout.days]))[0].date()}",
                    "Begin later, or look back less far.",
                )
            )
    if faults:
        raise RefusedError(faults)


def _entries(rule: CohortRule, log: pd.DataFrame, everyone: People) -> _Selection:
    first, last = day_of(rule.first), day_of(rule.last)
    entered = log[(log["event"] == rule.entry).to_numpy() & log["day"].between(first, last).to_numpy()]
    entered = entered.drop_duplicates(["child_id", "day"]).sort_values(["child_id", "day"], kind="stable")
    rows = pd.DataFrame({"child_id": entered["child_id"].to_numpy(), "index": entered["day"].to_numpy()})
    rows["born"] = everyone.born(rows["child_id"])
    rows["number"] = rows.groupby("child_id").cumcount() + 1
    for name in _KNOWN:
        rows[name] = everyone.of(rows["child_id"], name)
    chosen = _Selection(rows)
    chosen.note(f"{rule.entry}, in the window", 0)
    return chosen


def _select(rule: CohortRule, chosen: _Selection, log: pd.DataFrame) -> History:
    if rule.which == "first":
        chosen.keep((chosen.rows["number"] == 1).to_numpy(), "the child had entered before in the window")
    age = age_on(chosen.rows["born"].to_numpy(dtype=np.int64), chosen.rows["index"].to_numpy(dtype=np.int64))
    chosen.keep(age > -2, "date of birth not known")
    chosen.keep(age[age > -2] < UNDER, f"{UNDER} or older")
    past = History.cut(chosen.rows, log)
    for reason, out in _conditions(rule):
        kept = ~_flags(out(past), past, reason).to_numpy(dtype=bool)
        chosen.keep(kept, reason)
        past = _narrowed(past, kept)
    landmark = past.rows.assign(index=past.index + rule.landmark_days)
    last = follow_up.end_of_follow_up(follow_up.endings(rule, past.rows, log))
    reaches = last > landmark["index"].to_numpy()
    chosen.keep(reaches, "no day of follow-up" + (" after the landmark" if rule.landmark_days else ""))
    if not len(chosen.rows):
        raise refuse(
            f"cohort {rule.name!r}", "selection", found="nobody left", allowed="one child or more",
            do="Widen the window, or ask for less; the flow is: "
            + "; ".join(f"{step['reason']} {step['removed']}" for step in chosen.flow),
        )  # fmt: skip
    return _narrowed(past, reaches)


def _conditions(rule: CohortRule) -> Iterator[tuple[str, Callable[[History], pd.Series]]]:
    """Yield each reason to be left out, with the question about the past that finds it."""
    yield "moved away or died", lambda past: past.by("died") | _left(past)
    for washout in rule.washout:
        yield f"{washout.event} in the {washout.days} days before", partial(_washed_out, washout)
    for where in rule.where:
        yield f"fails: {where.name}", partial(_fails, where)


def _washed_out(washout: Washout, past: History) -> pd.Series:
    return past.had(washout.event, within=washout.days)


def _fails(where: Where, past: History) -> pd.Series:
    return ~_flags(where.holds(past), past, where.name)


def _left(past: History) -> pd.Series:
    """Who had moved away and has not been referred, or taken into care, since?"""
    gone = past.latest("moved away")
    back = pd.concat([past.latest("referral"), past.latest("start of care")], axis=1).max(axis=1)
    return gone.notna() & ~(back >= gone)


def _flags(answer: object, past: History, name: str) -> pd.Series:
    flags = answer if isinstance(answer, pd.Series) else pd.Series(np.asarray(answer))
    if len(flags) != len(past) or flags.isna().any() or not pd.api.types.is_bool_dtype(flags):
        raise refuse(
            "cohort", f"where {name!r}", found="an answer that is not true or false for every candidate",
            allowed=f"{len(past)} true or false", do="Return a Series of bool, one for each row of the history.",
        )  # fmt: skip
    return flags.astype(bool).reset_index(drop=True)


def _narrowed(past: History, kept: npt.NDArray[np.bool_]) -> History:
    """Return the history of those kept, numbered anew."""
    number = np.cumsum(kept) - 1
    log = past.log[kept[past.log["row"].to_numpy()]]
    return History(past.rows[kept].reset_index(drop=True), log.assign(row=number[log["row"].to_numpy()]))


def _expose(rule: CohortRule, frame: pd.DataFrame, later: History, log: pd.DataFrame) -> pd.Series | None:
    """Write the exposure into the frame; return the day on which a time-varying one begins."""
    exposure = rule.exposure
    if exposure is None:
        return None
    wanted = (log["event"] == exposure.event).to_numpy()
    if exposure.project is not None:
        wanted = wanted & (log["detail"] == exposure.project).to_numpy()
    own = log[wanted]
    known = History.cut(later.rows, own)
    by_then = known.by(exposure.event)
    project = known.latest(exposure.event, "detail").astype("object")
    if not isinstance(exposure, TimeVarying):
        frame["exposed"], frame["project"] = by_then.to_numpy(), project.to_numpy()
        return None
    frame["exposed_at_index"] = by_then.to_numpy()
    begun = first_ever(later.rows, own)
    return dates_of(begun)


def first_ever(rows: pd.DataFrame, own: pd.DataFrame) -> Days:
    """On which day did each row's child first meet the event, whenever that was? `NEVER` where it did not."""
    found = own.groupby("child_id")["day"].min().reindex(rows["child_id"].to_numpy())
    return found.fillna(NEVER).to_numpy(dtype=np.int64)
