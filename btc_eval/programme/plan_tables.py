"""Tables that join records: outcomes against priorities, what inspectors asked against promises, checklists."""

from __future__ import annotations

from typing import cast

import pandas as pd

from btc_eval.programme.appraisal import Commitment, Indicator, InspectionFinding, Outcome, Priority
from btc_eval.programme.facts import Facts
from btc_eval.programme.load import facts
from btc_eval.programme.options import Reporting
from btc_eval.programme.planning import CheckItem, Guideline, Readiness

#: The last row and the last column of the matrix: indicators that belong to no outcome, or to no priority.
NO_OUTCOME, NO_PRIORITY = "outcome-none", "priority-none"
_TIED, _NOT_TIED, _NOTHING = "Tied by the report.", "Not tied by the report.", "Nothing could be counted yet."


def framework_matrix() -> pd.DataFrame:
    """Which priority serves which national outcome, and which indicator would show it, cell by cell?

    Returns
    -------
    pandas.DataFrame
        One row an outcome in the framework's order, then one for indicators that belong to none: `id`, `outcome`; a
        column for each priority, by its id, and `priority-none`. A cell says whether the report ties the two, and names
        every indicator of both. No cell is empty. Papers: outcomes, priorities and indicators joined.

    Examples
    --------
    >>> from btc_eval import programme
    >>> found = programme.framework_matrix().set_index("id")
    >>> found.loc["outcome-safe", "priority-child-protection"][:19]
    'Tied by the report.'
    """
    priorities = cast(Facts[Priority], facts("priorities"))
    outcomes = [(o.id, o.outcome) for o in cast(Facts[Outcome], facts("outcomes"))]
    rows = []
    for outcome, words in [*outcomes, (NO_OUTCOME, "No national outcome")]:
        cells = {
            p.id: _cell("" if outcome == NO_OUTCOME else _TIED if outcome in p.outcomes else _NOT_TIED, outcome, p.id)
            for p in priorities
        }
        rows.append({"id": outcome, "outcome": words, **cells, NO_PRIORITY: _cell("", outcome, NO_PRIORITY)})
    return pd.DataFrame(rows)


def _cell(tie: str, outcome: str, priority: str) -> str:
    """Return whether the two are tied, and what could be counted for both."""
    names = [
        indicator.name
        for indicator in cast(Facts[Indicator], facts("indicators"))
        if (outcome in indicator.outcomes or (outcome == NO_OUTCOME and not indicator.outcomes))
        and (priority in indicator.priorities or (priority == NO_PRIORITY and not indicator.priorities))
    ]
    shown = f"To count: {'; '.join(names)}." if names else _NOTHING if tie == _TIED else ""
    return " ".join(part for part in (tie, shown) if part) or "None."


def readiness_by_weakness() -> pd.DataFrame:
    """What does the plan do about each thing that inspectors asked to be better, and what is shown of it?

    Returns
    -------
    pandas.DataFrame
        One row a weakness in the order of the inspections: `id` (of the answer), `inspection`, `area`, `asked`,
        `answering`, `does`, `promises` (in words, joined with "; "), `evidence`, `later`, `source` (of the weakness).
        Papers: those of readiness and inspections joined.
    """
    answers = {answer.weakness: answer for answer in cast(Facts[Readiness], facts("readiness"))}
    shown = facts("readiness").frame().set_index("id")
    promises = cast(Facts[Commitment], facts("commitments"))
    found = cast(Facts[InspectionFinding], facts("inspections")).where(side="weakness")
    source = found.frame().set_index("id")["source"]
    rows = []
    for weakness in found:
        answer = answers[weakness.id]
        rows.append(
            {
                "id": answer.id,
                "inspection": weakness.inspection,
                "area": weakness.area,
                "asked": weakness.what,
                "answering": answer.answering.value,
                "does": answer.what,
                "promises": "; ".join(promises[name].what.rstrip(".") for name in answer.commitments) or "none",
                "evidence": answer.evidence,
                "later": shown.loc[answer.id, "later"],
                "source": source[weakness.id],
            }
        )
    return pd.DataFrame(rows)


def checklist(guideline: str) -> pd.DataFrame:
    """How does this report answer a guideline, item by item?

    Parameters
    ----------
    guideline
        Its id in `programme.guidelines()`.

    Returns
    -------
    pandas.DataFrame
        One row an item in the guideline's order: `id`, `item` (its number), `asks`, `reporting`, `place` (page and
        address), `evidence`. Papers: those of `programme.guidelines()`.
    """
    chosen = cast(Facts[Guideline], facts("guidelines"))[guideline]
    items = {
        item.paragraph.removeprefix("item "): item
        for item in cast(Facts[CheckItem], facts("checklists"))
        if item.guideline == guideline
    }
    rows = [
        {
            "id": items[number].id,
            "item": number,
            "asks": items[number].asks,
            "reporting": items[number].reporting.value,
            "place": items[number].place,
            "evidence": items[number].evidence,
        }
        for number in chosen.numbers
    ]
    return pd.DataFrame(rows)


def reporting_tally() -> pd.DataFrame:
    """How many items of each guideline does this report answer, and how?

    Returns
    -------
    pandas.DataFrame
        One row a guideline, then "All": `guideline`, `covers`, `items`, and a count for each standing, named
        `reported`, `partly`, `made_up`, `not_done` and `not_applicable`. Papers: those of `programme.guidelines()`.
    """
    guidelines, items = cast(Facts[Guideline], facts("guidelines")), list(cast(Facts[CheckItem], facts("checklists")))
    groups = [(g.name, g.covers, [item for item in items if item.guideline == g.id]) for g in guidelines]
    rows = [
        {
            "guideline": name,
            "covers": covers,
            "items": len(some),
            **{kind.name.lower(): sum(item.reporting is kind for item in some) for kind in Reporting},
        }
        for name, covers, some in [*groups, ("All", "everything", items)]
    ]
    return pd.DataFrame(rows)
