"""What should be looked at, from where, when, and how large must a change be? One row an indicator of the plan.

The baseline is the last year before the plan began, fixed here and not moved when newer figures come: a baseline that
moves along cannot show a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from btc_eval import assumptions, programme
from btc_eval.estimates import Papers
from btc_eval.measures.annual import annual
from btc_eval.measures.changes import differences
from btc_eval.measures.definitions import DEFINITIONS
from btc_eval.measures.indicators import FOLLOWED_BY
from btc_eval.periods import year_words
from btc_eval.records import WIRRAL, Official

#: The plan began on 6 March 2024. The last year before it ends in that month, or, for schools, in that summer.
BASELINE = 2024
#: Indicator → the table it is published in, by its name in data/assumptions/releases.toml. The rest are not published.
PUBLISHED_IN: Mapping[str, str] = {
    "indicator-referrals": "children-in-need",
    "indicator-repeat-referrals": "children-in-need",
    "indicator-two-year-review": "child-development",
    "indicator-two-year-entitlement": "under-fives",
    "indicator-development-at-five": "foundation-stage",
    "indicator-attendance": "school-absence",
    "indicator-repeat-plans": "children-in-need",
    "indicator-plan-duration": "children-in-need",
    "indicator-reviews-in-time": "children-in-need",
    "indicator-care-rate": "looked-after",
    "indicator-care-starts": "looked-after",
    "indicator-family-network": "looked-after",
    "indicator-placement-moves": "looked-after",
    "indicator-same-worker": "stability",
}
_NOT_PUBLISHED = "held by the council, not published"
_ONE_YEAR, _FEW = "only one year is published", "too few councils to say"
#: Blank figures and why: what a chapter hands to `disclosure.control`. `fall` and `rise` have a reason in each row too.
BLANKS: Mapping[str, str] = {
    **dict.fromkeys(("baseline_year", "baseline", "latest_year", "latest", "unit"), _NOT_PUBLISHED),
    **dict.fromkeys(("fall", "rise"), _FEW),
    **dict.fromkeys(("next_due", "judged_due"), "no month is expected"),
}
_COUNCIL = "the council's own records"
_LEAST = 200  # spans of councils; with fewer, the tails are a handful of them


def monitoring_plan(
    official: Official, *, baseline: int = BASELINE, span: int = 2, share: float = 0.05
) -> tuple[pd.DataFrame, Papers]:
    """For each indicator: where it stood, where to look next and when, and which change would be out of the ordinary?

    Parameters
    ----------
    official
        The official statistics.
    baseline
        The year before the plan (the year it ends in). Where there is no figure for it, the last one before is taken.
    span
        Years from the baseline to the year that is judged.
    share
        Share of council spans beyond each end: with 0.05, one in twenty fall so far and one in twenty rise so far.

    Returns
    -------
    frame
        One row an indicator in the order of the records: `id`, `name`, `better`, `baseline_year`, `baseline`,
        `latest_year`, `latest`, `unit`; `source`; `next`, the next figure and when it is expected, in words; `judged`,
        the figure that is to be judged and when; `next_due` and `judged_due`, the same months as "2026-10", missing
        where none is expected (whether a month is past depends on the edition's date, which is not known here); `fall`
        and `rise` over `span` years (in `unit`) beyond which a change is out of the ordinary, each with its `_reason`
        where it is missing. Other gaps are as `BLANKS` says.
    papers
        Of all tables and records used.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> plan, _ = measures.monitoring_plan(records.official())
    >>> plan.set_index("id").loc["indicator-care-rate", "judged"]
    '2025-26, expected November 2026'
    """
    indicators = programme.indicators()
    papers = indicators.papers.joined(assumptions.PAPERS)
    rows = []
    for indicator in indicators:
        row: dict[str, Any] = {"id": indicator.id, "name": indicator.name, "better": indicator.better.value}
        figures, used = _figures(official, indicator.id, baseline, span, share)
        papers = papers if used is None else papers.joined(used)
        row |= figures | _dates(indicator.id, figures["latest_year"], baseline, span, indicator.publication)
        rows.append(row)
    frame = pd.DataFrame(rows)
    whole = {"baseline_year": "Int64", "latest_year": "Int64"}
    return frame.astype({**whole, **dict.fromkeys(("baseline", "latest", "fall", "rise"), "float64")}), papers


def _figures(
    official: Official, indicator: str, baseline: int, span: int, share: float
) -> tuple[dict[str, Any], Papers | None]:
    """Return baseline, latest figure and the change out of the ordinary, and the papers of the measure."""
    blank = dict.fromkeys(("baseline_year", "baseline", "latest_year", "latest", "unit", "fall", "rise"))
    name = FOLLOWED_BY.get(indicator)
    if name is None:
        return {**blank, "fall_reason": _NOT_PUBLISHED, "rise_reason": _NOT_PUBLISHED}, None
    panel = annual(official, name)
    own = panel.of(WIRRAL).dropna(subset=["value"])
    first, last = own[own["year"] <= baseline].iloc[-1], own.iloc[-1]
    moved = differences(panel, years=span)["difference"]
    enough = len(moved) >= _LEAST
    reason = "" if enough else _ONE_YEAR if len(own) == 1 else _FEW
    return {
        "baseline_year": int(first["year"]),
        "baseline": float(first["value"]),
        "latest_year": int(last["year"]),
        "latest": float(last["value"]),
        "unit": DEFINITIONS[name].unit,
        "fall": float(moved.quantile(share)) if enough else None,
        "rise": float(moved.quantile(1 - share)) if enough else None,
        "fall_reason": reason,
        "rise_reason": reason,
    }, panel.papers


def _dates(indicator: str, latest: int | None, baseline: int, span: int, publication: str) -> dict[str, str | None]:
    """Return the source, the next figure and the one to be judged, with the month each is expected."""
    if indicator not in PUBLISHED_IN:
        never = "whenever the council counts it"
        source = publication if publication != "None" else _COUNCIL
        return {"source": source, "next": never, "judged": never, "next_due": None, "judged_due": None}
    release = assumptions.release(PUBLISHED_IN[indicator])
    coming, judged = (latest or baseline + 1) + 1, baseline + span
    held = latest is not None and latest >= judged
    return {
        "source": release.title,
        "next": f"{year_words(coming)}, expected {release.due(coming)}",
        "next_due": release.due_month(coming),
        "judged": f"{year_words(judged)}, " + ("held in this edition" if held else f"expected {release.due(judged)}"),
        "judged_due": None if held else release.due_month(judged),
    }
