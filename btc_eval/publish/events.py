"""Which events belong on a chart? Rows of a released table → marks on a time axis."""

from __future__ import annotations

from typing import Any

import pandas as pd

from btc_eval.publish.charts.layout import Event
from btc_eval.publish.door import admitted


def marks(
    safe: Any, *, when: str = "start", label: str = "label", until: str | None = None, strong: str = ""
) -> tuple[Event, ...]:
    """What should be marked on the time axis? One mark a row of a released table.

    Parameters
    ----------
    safe
        The released table, with papers.
    when, label
        Columns of the day it happened or began, and of a few words.
    until
        Column of the day it ended, included; a span longer than 180 days is shaded.
    strong
        The label of the event that is evaluated, drawn heavier.
    """
    released, _ = admitted(safe)
    frame = released.only([column for column in (when, label, until) if column])
    events = []
    for row in frame.to_dict("records"):
        first = pd.Timestamp(row[when])
        last = pd.Timestamp(row[until]) if until and pd.notna(row[until]) else first
        lasting = (last - first).days > 180
        events.append(
            Event(
                when=first.strftime("%Y-%m-%d"),
                label=str(row[label]),
                until=last.strftime("%Y-%m-%d") if lasting else "",
                strong=row[label] == strong,
            )
        )
    return tuple(events)


def beyond(safe: Any, last: str, *, when: str = "start", label: str = "label", words: str = "when") -> str:
    """Which events lie just past the end of the axis? A note for the figure; "" for none.

    Parameters
    ----------
    safe
        The released table of events, with papers.
    last
        The last day shown, included.
    when, label, words
        Columns of the day it began, of a few words, and of the date as a reader would say it.
    """
    released, _ = admitted(safe)
    frame = released.only([when, label, words])
    later = frame[frame[when] > pd.Timestamp(last)]
    told = [f"{row[label]} ({row[words]})" for row in later.to_dict("records")]
    return f"Just beyond the end of the chart: {'; '.join(told)}." if told else ""
