"""When is what of the plan to happen, and how exactly is each date known? Steps and hubs with dates, none invented."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.programme.appraisal import Commitment
from btc_eval.programme.facts import Facts
from btc_eval.programme.load import facts
from btc_eval.programme.options import Certainty, Opening, StepStanding
from btc_eval.programme.planning import Step
from btc_eval.programme.schema import Document, Event, Hub, Record
from btc_eval.programme.when import date_words, first_day, last_day, precision_of

_UNDATED = "no date given"
#: What dates the hubs: the promise that twelve be at work, and the opening that the press tells of.
_TWELVE, _OPENED, _PRESS = "commitment-hubs-twelve", "event-hubs-open", "paper-hubs-press"


def schedule() -> pd.DataFrame:
    """When is each step of the plan to happen, or when was it told as done?

    Returns
    -------
    pandas.DataFrame
        One row a step, in the order of a chart: `id`, `lane`, `label`; `standing` ("promised", "reported" or "beside
        the plan"); `when` in words; `start` and `end`, the first and last day it can mean, both included, missing where
        no date is given; `precision` ("day", "month", "year" or "none") and
        `certainty` ("stated" or "inferred"); `said`, a few words for beside the mark; `source`. Papers: those of
        `programme.steps()`.

    Examples
    --------
    >>> from btc_eval import programme
    >>> found = programme.schedule().set_index("id")
    >>> found.loc["step-teams-six", ["said", "precision"]].tolist()
    ['promised: April 2024', 'month']
    """
    steps = cast(Facts[Step], facts("steps"))
    source = steps.frame().set_index("id")["source"]
    rows = [
        {
            "id": step.id,
            "lane": step.lane.value,
            "label": step.label,
            "standing": step.standing.value,
            **_dated(step.standing, _record(step.dated_by)),
            "source": source[step.id],
        }
        for step in sorted(steps, key=lambda step: step.position)
    ]
    return pd.DataFrame(rows)


def hub_dates() -> pd.DataFrame:
    """When was each Family Hub promised to be at work, and when was it reported open?

    Returns
    -------
    pandas.DataFrame
        One row a hub and standing in the order of the report: the columns of `schedule` without `lane`, and
        `locality`. A hub that no public page reports has its promise alone. Papers: those of `programme.hubs()`.
    """
    hubs = cast(Facts[Hub], facts("hubs"))
    source = hubs.frame().set_index("id")["source"]
    rows = []
    for hub in hubs:
        told: list[tuple[StepStanding, str, str]] = [(StepStanding.PROMISED, _TWELVE, "")]
        if hub.opening is not Opening.NOT_KNOWN:
            probably = "" if hub.opening is Opening.REPORTED else "probably "
            dated_by = _OPENED if _PRESS in hub.also else hub.also[0]
            told.append((StepStanding.REPORTED, dated_by, probably))
        for standing, dated_by, how in told:
            row = _dated(standing, _record(dated_by))
            row["said"] = f"{how}{'open' if standing is StepStanding.REPORTED else standing.value}: {row['when']}"
            about = {"id": hub.id, "label": hub.name, "locality": hub.locality.value, "standing": standing.value}
            rows.append({**about, **row, "source": source[hub.id]})
    return pd.DataFrame(rows)


def _record(record_id: str) -> Record:
    """Return the promise, event or paper of this id."""
    for name in ("commitments", "events", "documents"):
        for record in facts(name):
            if record.id == record_id:
                return record
    raise refuse(
        "programme.schedule",
        "dated_by",
        found=repr(record_id),
        allowed="a promise, an event or a paper",
        do="Name the record from which the step takes its date.",
    )


def _dated(standing: StepStanding, record: Record) -> dict[str, Any]:
    """Return the date of a record as a chart and a table need it."""
    if isinstance(record, Commitment):
        date, until, certainty = record.due, "", record.due_certainty
    elif isinstance(record, Event):
        date, until, certainty = record.date, record.until, record.certainty
    else:
        document = cast(Document, record)
        date, until, certainty = document.date, "", document.certainty
    if not date:
        blank = {
            "start": pd.NaT,
            "end": pd.NaT,
        }
        said = f"{standing.value}: {_UNDATED}"
        return {"when": _UNDATED, **blank, "precision": "none", "certainty": certainty.value, "said": said}
    precision = precision_of(date)
    assert precision is not None  # the door has refused impossible dates
    about = "about " if certainty is Certainty.INFERRED else ""
    when = about + date_words(date) + (f" to {date_words(until)}" if until else "")
    return {
        "when": when,
        "start": first_day(date),
        "end": last_day(until or date),
        "precision": precision.value,
        "certainty": certainty.value,
        "said": f"{standing.value}: {when}",
    }


def schedule_precision() -> pd.DataFrame:
    """How exactly are the promised steps dated?

    Returns
    -------
    pandas.DataFrame
        One row a precision ("day", "month", "year", "none"), then "all": `precision`, `n` (promised steps).
    """
    promised = schedule().query("standing == 'promised'")["precision"]
    order = ("day", "month", "year", "none")
    rows = [(name, int((promised == name).sum())) for name in order]
    return pd.DataFrame([*rows, ("all", len(promised))], columns=["precision", "n"])
