"""How is each thing counted? Worked examples: a few made-up children, and what the library makes of them.

Every example is computed when it is asked for, from returns written by hand, by the very functions that count the
council's returns. The tests hold the same examples to their answers, and the page "How we count" shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.measures.cases import in_need
from btc_eval.measures.days import dates_of
from btc_eval.measures.events import events
from btc_eval.measures.happenings import happenings
from btc_eval.periods import year_words
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

#: There is no source but our own lines, and they are about nobody.
PAPERS = Papers(Provenance.DEMONSTRATION, ())


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A worked example: made-up children, their dates, and the answer.

    Parameters
    ----------
    name, title
        Its name in code and on a page.
    frame
        One row a child, an interval or a group; text, dates in words, numbers.
    keys
        Columns that identify a row.
    columns
        Column → its words, in order.
    note
        The rule at work, in a sentence.
    papers
        Demonstration: these children do not exist.
    """

    name: str
    title: str
    frame: pd.DataFrame
    keys: tuple[str, ...]
    columns: Mapping[str, str]
    note: str
    papers: Papers = PAPERS


def said_day(when: pd.Timestamp | None) -> str:
    """How is this day said? "1 May 2023"; "none" where there is none.

    Examples
    --------
    >>> said_day(pd.Timestamp("2023-05-01"))
    '1 May 2023'
    """
    return "none" if when is None or pd.isna(when) else f"{when.day} {when:%B %Y}"


def written(day: str | None) -> str:
    """How is a day written as ISO text said? "none" where there is none."""
    return said_day(None if day is None else pd.Timestamp(day))


def yes(flag: object) -> str:
    """Is it so? "yes" or "no"."""
    return "yes" if bool(flag) else "no"


def made(name: str, title: str, rows: list[dict[str, object]], columns: Mapping[str, str], note: str) -> Example:
    """Return the example whose rows are named by the first column."""
    return Example(name, title, pd.DataFrame(rows), (next(iter(columns)),), columns, note)


def re_referral() -> Example:
    """Within a year of the referral before it, the same date a year later included."""
    days = {
        "Ana": ("2022-05-01", "2023-05-01"),
        "Ben": ("2022-05-01", "2023-05-02"),
        "Cal": ("2020-02-29", "2021-02-28"),
        "Dee": ("2020-02-29", "2021-03-01"),
    }
    rows = [{"child_id": child, "referred": day} for child, pair in days.items() for day in pair]
    second = statutory.referrals(statutory.made_up({"cin_episodes": rows})).drop_duplicates("child_id", keep="last")
    told: list[dict[str, object]] = [
        {"child": row["child_id"], "before": said_day(row["previous"]), "again": said_day(row["referred"]),
         "counted": yes(row["re_referral"])}
        for row in second.to_dict("records")
    ]  # fmt: skip
    return made(
        "re-referral", "Is the second referral a re-referral?", told,
        {"child": "Child", "before": "First referral", "again": "Second referral", "counted": "Re-referral?"},
        "Within a year: on the same date a year later it still counts. The year after 29 February ends on 28 February.",
    )  # fmt: skip


def where_and_when() -> Example:
    """Month, ward and age are those of the day of the event."""
    born = {"Ana": "2018-02-28", "Ben": "2012-02-29", "Cal": "2023-05-09", "Dee": None}
    referred = {"Ana": "2023-02-27", "Ben": "2022-02-28", "Cal": "2023-03-31", "Dee": "2023-04-01"}
    homes = [
        {"child_id": "Ana", "started": "2020-01-01", "ended": "2023-02-27", "postcode": "ZZ1 1AA"},
        {"child_id": "Ana", "started": "2023-02-27", "postcode": "ZZ2 2BB"},
        {"child_id": "Ben", "started": "2020-01-01", "postcode": "ZZ1 1AA"},
        {"child_id": "Cal", "started": "2023-03-01", "ended": "2023-03-31", "postcode": "ZZ2 2BB"},
    ]
    wards = [("ZZ1 1AA", "made-up-1", "Hillside"), ("ZZ2 2BB", "made-up-2", "Riverside")]
    records = statutory.made_up(
        {
            "cin_children": [
                {"child_id": child, "expected_date_of_birth" if child == "Cal" else "date_of_birth": day}
                for child, day in born.items()
            ],
            "cin_episodes": [{"child_id": child, "referred": day} for child, day in referred.items()],
            "addresses": homes,
            "ward_lookup": [dict(zip(("postcode", "ward_code", "ward_name"), ward)) for ward in wards],
        }
    )
    frame = events(records, kinds=["referral"]).frame.sort_values("child_id")
    told: list[dict[str, object]] = [
        {"child": row["child_id"], "born": written(born[row["child_id"]]),
         "referred": said_day(row["day"]), "month": f"{row['month']:%B %Y}", "year": year_words(row["year"]),
         "ward": row["ward_name"], "age": row["age_band"]}
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return made(
        "where-and-when", "Where, when and at what age was each child referred?", told,
        {"child": "Child", "born": "Born, or due", "referred": "Referred", "month": "Month", "year": "Year",
         "ward": "Ward", "age": "Age"},
        "Ana moved on the day of the referral: the new home counts. Ben, born on 29 February, has his birthday "
        "on 1 March. "
        "Cal was not born yet, and the family had left its home that day. Nobody is left out for want of an address.",
    )  # fmt: skip


def _needs() -> StatutoryRecords:
    episodes: list[dict[str, object]] = [
        {"child_id": "Ana", "referred": "2023-05-01", "closed": "2023-06-12"},
        {"child_id": "Ben", "referred": "2023-05-01", "closed": "2023-06-19"},
        {"child_id": "Cal", "referred": "2023-05-01"},
        {"child_id": "Dee", "referred": "2023-05-01", "no_further_action": True},
    ]
    seen = [
        {"child_id": child, "referred": "2023-05-01", "started": "2023-05-02", "authorised": "2023-06-12"}
        for child in ("Ana", "Ben", "Cal")
    ]
    plan = {"child_id": "Cal", "referred": "2023-05-01", "started": "2023-05-30"}
    return statutory.made_up({"cin_episodes": episodes, "cin_assessments": seen, "cin_plans": [plan]}, years=[2024])


def child_in_need() -> Example:
    """From the first assessment, or the plan, if the case outlasts that day."""
    records = _needs()
    found = in_need(records).set_index("child_id")["in_need"]
    closed = records.table("cin_episodes").set_index("child_id")["closed"]
    assessed = records.table("cin_assessments").set_index("child_id")["authorised"]
    planned = records.table("cin_plans").set_index("child_id")["started"]
    told: list[dict[str, object]] = [
        {"child": child, "assessed": said_day(assessed.get(child)), "plan": said_day(planned.get(child)),
         "closed": said_day(closed[child]) if child != "Dee" else "no further action",
         "from": said_day(found.get(child)).replace("none", "never")}
        for child in closed.index
    ]  # fmt: skip
    return made(
        "child-in-need", "From which day is each child in need?", told,
        {"child": "Child", "assessed": "Assessment completed", "plan": "Plan started", "closed": "Case closed",
         "from": "In need from"},
        "All were referred on 1 May 2023. An assessment that closes the case finds no need; one after which the "
        "case stays "
        "open, if only for a week, does.",
    )  # fmt: skip


def stayed_closed() -> Example:
    """A year without another referral, the last day of it included."""
    again = {"Ana": None, "Ben": "2023-06-12", "Cal": "2023-06-13"}
    rows = [{"child_id": child, "referred": "2022-05-01", "closed": "2022-06-12"} for child in again]
    rows += [{"child_id": child, "referred": day} for child, day in again.items() if day]
    found = happenings(statutory.made_up({"cin_episodes": rows}), ["stayed closed"])
    since = pd.Series(dates_of(found["day"].to_numpy()).to_numpy(), index=found["child_id"])
    told: list[dict[str, object]] = [
        {"child": child, "closed": "12 June 2022", "again": written(day),
         "stayed": said_day(since.get(child)).replace("none", "never")}
        for child, day in again.items()
    ]  # fmt: skip
    return made(
        "stayed-closed", "Has the case stayed closed for a year?", told,
        {"child": "Child", "closed": "Closed", "again": "Referred again", "stayed": "Stayed closed, as known on"},
        "It is known on the last day of the year, not on the day of closing: nobody could have known then.",
    )  # fmt: skip


def worked(name: str) -> Example:
    """How is this counted? The worked example of this name, computed afresh.

    Raises
    ------
    RefusedError
        Where there is none; the known names are listed.

    Examples
    --------
    >>> worked("re-referral").frame["counted"].tolist()
    ['yes', 'no', 'yes', 'no']
    """
    from btc_eval.measures import worked_care, worked_cohorts

    known: dict[str, Callable[[], Example]] = {
        "re-referral": re_referral,
        "where-and-when": where_and_when,
        "child-in-need": child_in_need,
        "stayed-closed": stayed_closed,
        **worked_care.EXAMPLES,
        **worked_cohorts.EXAMPLES,
    }
    if name not in known:
        raise refuse("measures.worked", "name", found=repr(name), allowed=", ".join(known), do="Name one of these.")
    return known[name]()
