"""What happened, when, where, and to whom? Every event that is counted, with its papers.

Definitions
-----------
See `measures.happenings` for the day of each kind. A re-referral is a referral within a year of the same child's
referral before it, and a repeat plan a plan of a child who had one before: both stand in the table a second time under
their own name, as `PART_OF` says. The ward is where the child lived on the day: by the address of the case system, and
for care by the home postcode of the return, since on the day of a start the address may already be the placement's.
Source and need are those of the referral that the event belongs to; care, which no referral leads to in the returns,
takes the source of the case open on the day, and its own need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from btc_eval.estimates import Papers
from btc_eval.measures.cases import latest_case
from btc_eval.measures.days import DayOfBirth, age_on, bands, dates_of
from btc_eval.measures.groups import SOURCES, grouped, said
from btc_eval.measures.happenings import happenings
from btc_eval.measures.people import people, ward_codes, with_place
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.statutory.vocabulary import NEED, REFERRAL_SOURCE

#: What is counted, in the order of a child's way.
EVENTS = (
    "referral", "re-referral", "assessment", "section 47 enquiry", "conference", "protection plan", "repeat plan",
    "start of care", "end of care",
)  # fmt: skip
#: Kinds whose rows stand in the table under another kind as well.
PART_OF = {"re-referral": "referral", "repeat plan": "protection plan"}
_CARE = ("start of care", "end of care")
_TABLES = ("cin_episodes", "looked_after_episodes", "addresses", "ward_lookup")


@dataclass(frozen=True, slots=True)
class Events:
    """Every counted event. It holds children: it is never shown, only counted.

    Parameters
    ----------
    frame
        One row an event, by kind, day and child: `event`, `child_id`, `family`, `day` (date), `month` (its first
        day), `year` (ending 31 March), `ward_code`, `ward_name`, `locality`, `source`, `source_group`, `need`, `age`
        (completed years, −1 unborn, missing where not known), `age_band`, `sex`, `ethnicity_group`, `disabled`,
        `first_in_year`, `last_in_year` (the child's first and last event of the kind in the year). Every category has
        a word for what is not known.
    unplaced
        Events whose ward on the day is not known: they stay in the table.
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    unplaced: int
    papers: Papers

    def of(self, *kinds: str) -> Events:
        """Return the events of these kinds alone."""
        chosen = self.frame[self.frame["event"].isin(kinds)].reset_index(drop=True)
        held = [kind for kind in self.frame["event"].cat.categories if kind in kinds]
        return Events(
            chosen.assign(event=pd.Categorical(chosen["event"], categories=held)), _unplaced(chosen), self.papers
        )


def _unplaced(frame: pd.DataFrame) -> int:
    return int((frame["ward_code"].astype("str") == "ward not known").sum())


def events(records: StatutoryRecords, *, kinds: Sequence[str] = EVENTS, day_of_birth: DayOfBirth = "as held") -> Events:
    """What happened, to whom, on which day and where?

    Parameters
    ----------
    records
        The census of children in need and the looked-after return; addresses and a ward look-up place them.
    kinds
        Of `EVENTS`; also any other kind of `measures.happenings.KINDS`, such as "contact" or "early help".
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month.

    Returns
    -------
    Events

    Raises
    ------
    RefusedError
        For a kind that is not known, and for returns of more than one council.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> twice = [{"child_id": "Ana", "referred": day, "source": "school"} for day in ("2022-05-01", "2023-05-01")]
    >>> found = measures.events(statutory.made_up({"cin_episodes": twice}))
    >>> found.frame["event"].value_counts()[["referral", "re-referral"]].tolist()
    [2, 1]
    """
    everyone = people(records, day_of_birth=day_of_birth)
    log = happenings(records, kinds)
    log = log.sort_values(["event", "day", "child_id"], kind="stable", ignore_index=True)
    care = log["event"].isin(_CARE).to_numpy()
    case = latest_case(records, log)
    log["source"] = log["source"].where(~care, case["source"])
    dates = dates_of(log["day"].to_numpy())
    wards = ward_codes(
        records, log.assign(_date=dates), day="_date", postcode=log["detail"].where(care).astype("object")
    )
    log["need"] = log["need"].where(~care | log["need"].notna(), case["need"])
    born = everyone.born(log["child_id"])
    age = age_on(born, log["day"].to_numpy())
    frame = with_place(
        pd.DataFrame({"event": log["event"], "child_id": log["child_id"], "day": dates}), wards, records
    ).assign(
        family=everyone.of(log["child_id"], "family"),
        month=dates.dt.to_period("M").dt.to_timestamp(),
        year=dates.dt.year + (dates.dt.month >= 4),
        source=said(log["source"], REFERRAL_SOURCE.words_in_order),
        source_group=grouped(log["source"], SOURCES),
        need=said(log["need"], NEED.words_in_order),
        age=pd.array(age, dtype="Int64"),
        age_band=bands(born, log["day"].to_numpy()),
        sex=everyone.of(log["child_id"], "sex"),
        ethnicity_group=everyone.of(log["child_id"], "ethnicity_group"),
        disabled=everyone.of(log["child_id"], "disabled"),
    )
    frame["age"] = frame["age"].mask(frame["age"] < -1)
    once = ["event", "child_id", "year"]
    frame["first_in_year"] = ~frame.duplicated(once)
    frame["last_in_year"] = ~frame.duplicated(once, keep="last")
    held = [name for name in _TABLES if name in records.tables]
    return Events(frame[[*_ORDER]], _unplaced(frame), records.papers(*held))


_ORDER = (
    "event", "child_id", "family", "day", "month", "year", "ward_code", "ward_name", "locality", "source",
    "source_group", "need", "age", "age_band", "sex", "ethnicity_group", "disabled", "first_in_year", "last_in_year",
)  # fmt: skip
