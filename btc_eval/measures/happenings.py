"""What happened to which child on which day? Everything in the returns that has a date, in one list.

Definitions
-----------
Each kind is counted on one day: a referral and a contact when they are made, an assessment when it is completed, an
enquiry, a plan, a period of care and help when they start, a conference when it is held. What lasts has an `until`: the
first day on which it no longer holds. A referral lasts while its case is open, one without further action for no time.

When a child is **in need**: `measures.cases`. A plan is **stepped down** when it ends and the child is not looked after
at the end of that day. A case has **stayed closed** on the same date a year after its closing, if the child was not
referred again until then, that day included.

References
----------
Department for Education, "Children in need census: guide" and "Guide to the SSDA903 collection".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.cases import cases, in_need
from btc_eval.measures.days import NEVER, UNKNOWN, anniversary, days_of
from btc_eval.measures.groups import TROUBLES
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

COLUMNS = ["event", "child_id", "day", "until", "source", "need", "detail"]

#: What stands in `closure_reason` and `end_reason` for a child who is no longer the council's.
_MOVED_CASE, _DIED = "moved to another council", "died"
_MOVED_CARE = ("another council took over", "moved abroad")
_FAMILY = "family"


def _rows(
    name: str,
    frame: pd.DataFrame,
    day: str,
    until: pd.Series | None = None,
    detail: pd.Series | None = None,
) -> pd.DataFrame:
    """Return rows of `COLUMNS`; what has no day is left out, and comes back as a count in `undated`."""
    days = days_of(frame[day], missing=UNKNOWN)
    blank = pd.Series(None, index=frame.index, dtype="object")
    made = pd.DataFrame(
        {
            "event": name,
            "child_id": frame["child_id"].astype("str"),
            "day": days,
            "until": days + 1 if until is None else days_of(until),
            "source": frame["source"].astype("object") if "source" in frame else blank,
            "need": frame["need"].astype("object") if "need" in frame else blank,
            "detail": blank if detail is None else detail.astype("object"),
        }
    )
    return made[made["day"] > UNKNOWN]


def _of_case(records: StatutoryRecords, table: str) -> pd.DataFrame:
    """Return a table of the census with the source and need of the referral that each row belongs to."""
    cases = records.table("cin_episodes", columns=["child_id", "referred", "source", "need"])
    return records.table(table).merge(cases.drop_duplicates(["child_id", "referred"]), how="left")


def _referrals(records: StatutoryRecords) -> pd.DataFrame:
    frame = cases(records)
    return _rows("referral", frame, "referred", frame["until"])


def _re_referrals(records: StatutoryRecords) -> pd.DataFrame:
    frame = statutory.referrals(records)
    return _rows("re-referral", frame[frame["re_referral"]], "referred")


def _in_need(records: StatutoryRecords) -> pd.DataFrame:
    frame = in_need(records)
    return _rows("child in need", frame, "in_need", frame["until"])


def _conferences(records: StatutoryRecords) -> pd.DataFrame:
    columns = ["child_id", "conference", "source", "need"]
    pieces = [_of_case(records, "section_47")[columns], records.table("cin_episodes")[columns]]
    plain = [piece.astype({"source": "object", "need": "object"}) for piece in pieces]
    held = pd.concat(plain, ignore_index=True).dropna(subset=["conference"])
    return _rows("conference", held.drop_duplicates(["child_id", "conference"], ignore_index=True), "conference")


def _plans(records: StatutoryRecords) -> pd.DataFrame:
    frame = _of_case(records, "protection_plans")
    return _rows("protection plan", frame, "started", frame["ended"], frame["previous_plans"])


def _repeat_plans(records: StatutoryRecords) -> pd.DataFrame:
    frame = _of_case(records, "protection_plans")
    return _rows("repeat plan", frame[frame["previous_plans"] > 0], "started")


def _care(records: StatutoryRecords) -> pd.DataFrame:
    frame = statutory.periods_of_care(records)
    return _rows("start of care", frame, "started", frame["ended"], frame["home_postcode"])


def _care_ended(records: StatutoryRecords) -> pd.DataFrame:
    frame = statutory.periods_of_care(records)
    return _rows("end of care", frame, "ended", detail=frame["home_postcode"])


def _closed(records: StatutoryRecords) -> pd.DataFrame:
    frame = cases(records)
    return _rows("case closed", frame, "until", detail=frame["closure_reason"])


def _plans_ended(records: StatutoryRecords) -> pd.DataFrame:
    return _rows("plan ended", _of_case(records, "protection_plans"), "ended")


def _assessments(records: StatutoryRecords) -> pd.DataFrame:
    """Return completed assessments; `detail` names the troubles of a parent that each found, of `groups.TROUBLES`."""
    frame = _of_case(records, "cin_assessments")
    keys = ["child_id", "referred", "started"]
    factors = records.table("cin_factors")[[*keys, "factor"]]
    trouble = {factor: name for name, factors in TROUBLES.items() for factor in factors}
    found = factors.assign(trouble=factors["factor"].astype("object").map(trouble)).dropna(subset=["trouble"])
    named = found.drop_duplicates([*keys, "trouble"]).groupby(keys)["trouble"].agg(" ".join)
    told = frame[keys].merge(named.reset_index(), how="left")["trouble"].fillna("")
    return _rows("assessment", frame, "authorised", detail=told)


def _stepped_down(records: StatutoryRecords) -> pd.DataFrame:
    """Return plans that ended while the child was not looked after at the end of that day."""
    ends = _plans_ended(records).reset_index(drop=True)
    care = _care(records)[["child_id", "day", "until"]].rename(columns={"day": "_from", "until": "_to"})
    both = ends.reset_index().merge(care, on="child_id")
    inside = both.loc[((both["_from"] <= both["day"]) & (both["_to"] > both["day"])).to_numpy(), "index"]
    return ends[~ends.index.isin(inside)].assign(event="stepped down")


def _stayed_closed(records: StatutoryRecords) -> pd.DataFrame:
    """Return cases that stayed closed for a year, on the day on which the year is full; see the module's notes."""
    held = _referrals(records)[["child_id", "day", "until"]].sort_values(["child_id", "day"], kind="stable")
    last = held.groupby("child_id")["until"].cummax()
    following = held.groupby("child_id")["day"].shift(-1).fillna(NEVER).astype(np.int64)
    full = anniversary(last.to_numpy())
    stayed = (last < NEVER).to_numpy() & (following.to_numpy() > full)
    rows = held[stayed].assign(day=full[stayed], until=full[stayed] + 1, event="stayed closed")
    return rows.reindex(columns=COLUMNS)


def _contacts(records: StatutoryRecords) -> pd.DataFrame:
    frame = records.table("contacts")
    return _rows("contact", frame, "contacted", detail=frame["outcome"])


def _early_help(records: StatutoryRecords) -> pd.DataFrame:
    frame = records.table("early_help_episodes")
    return _rows("early help", frame, "started", frame["ended"])


def _registered(records: StatutoryRecords) -> pd.DataFrame:
    """Return a row for each child and project: the register names children, or families whose every child it means."""
    frame = records.table("programme_register")
    of_family = (frame["id_kind"].astype("object") == _FAMILY).to_numpy()
    members = records.table("families")[["family_id", "child_id"]]
    by_family = frame[of_family].merge(members, left_on="id", right_on="family_id")
    both = pd.concat([frame[~of_family].assign(child_id=frame["id"]), by_family], ignore_index=True)
    last = both["ended"] + pd.Timedelta(days=1)  # the register's last day is included
    return _rows("programme register", both, "started", last, both["project"])


def _missing(records: StatutoryRecords) -> pd.DataFrame:
    frame = records.table("missing_episodes")
    return _rows("missing episode", frame, "started", frame["ended"])


def _moved(records: StatutoryRecords) -> pd.DataFrame:
    case, care = cases(records), statutory.periods_of_care(records)
    return pd.concat(
        [
            _rows("moved away", case[case["closure_reason"] == _MOVED_CASE], "until"),
            _rows("moved away", care[care["end_reason"].isin(_MOVED_CARE)], "ended"),
        ]
    )


def _died(records: StatutoryRecords) -> pd.DataFrame:
    case, care, born = cases(records), statutory.periods_of_care(records), records.table("cin_children")
    return pd.concat(
        [
            _rows("died", born, "date_of_death"),
            _rows("died", case[case["closure_reason"] == _DIED], "until"),
            _rows("died", care[care["end_reason"] == _DIED], "ended"),
        ]
    )


#: Kinds that last: they hold until a day. Every other kind is over when the day is.
LASTING = (
    "referral", "child in need", "protection plan", "start of care", "early help", "programme register",
)  # fmt: skip

#: Kind → the function that finds it, in the order in which a child may pass through them.
KINDS: Mapping[str, Callable[[StatutoryRecords], pd.DataFrame]] = {
    "contact": _contacts,
    "early help": _early_help,
    "referral": _referrals,
    "re-referral": _re_referrals,
    "assessment": _assessments,
    "child in need": _in_need,
    "section 47 enquiry": lambda records: _rows("section 47 enquiry", _of_case(records, "section_47"), "started"),
    "conference": _conferences,
    "protection plan": _plans,
    "repeat plan": _repeat_plans,
    "plan ended": _plans_ended,
    "stepped down": _stepped_down,
    "start of care": _care,
    "end of care": _care_ended,
    "case closed": _closed,
    "stayed closed": _stayed_closed,
    "programme register": _registered,
    "missing episode": _missing,
    "moved away": _moved,
    "died": _died,
}


def known_kinds(kinds: Iterable[str], place: str) -> None:
    """Are these kinds of the list?

    Raises
    ------
    RefusedError
        Naming every kind that is not.
    """
    odd = sorted({*kinds} - {*KINDS})
    if odd:
        raise refuse(place, "event", found=", ".join(odd), allowed=", ".join(KINDS), do="Name kinds of this list.")


def happenings(records: StatutoryRecords, kinds: Iterable[str]) -> pd.DataFrame:
    """What happened to which child on which day?

    Parameters
    ----------
    records
        The returns.
    kinds
        Kinds of `KINDS`.

    Returns
    -------
    pd.DataFrame
        `event`, `child_id`, `day` (see `measures.days`), `until` (first day on which it no longer holds; the next day
        for what has no length, `NEVER` while it lasts), `source` and `need` of the referral it belongs to, `detail` (a
        plan's earlier plans, a project, a contact's outcome, a home postcode, a reason for closing); in the order of
        the kinds.

    Raises
    ------
    RefusedError
        For a kind that is not on the list.
    """
    wanted = list(dict.fromkeys(kinds))
    known_kinds(wanted, "happenings")
    pieces = [KINDS[kind](records) for kind in wanted]
    frame = pd.concat(pieces, ignore_index=True)[COLUMNS] if pieces else pd.DataFrame(columns=COLUMNS)
    return frame.astype({"child_id": "str", "day": np.int64, "until": np.int64}).assign(
        event=pd.Categorical(frame["event"], categories=wanted)
    )
