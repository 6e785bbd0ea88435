"""Small counts over yearly figures: the range of a series, and how many councils moved in two measures at once."""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.annual import AnnualPanel, annual, annual_of
from btc_eval.measures.definitions import Definition
from btc_eval.records import WIRRAL, Official

_STAFF = Definition("social_workers", "Social workers", "full-time equivalents", "workforce", ("social_workers_fte",))


def extent(panel: AnnualPanel, *, area_code: str = WIRRAL) -> pd.DataFrame:
    """Between which values has this measure moved, and where did it begin and end?

    Parameters
    ----------
    panel
        An annual measure.
    area_code
        The council.

    Returns
    -------
    pd.DataFrame
        One row: `measure`, `years` (with a figure), `first_year`, `last_year`, `first`, `last`, `lowest`, `highest`.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> starts = measures.annual(records.official(), "looked_after_started")
    >>> int(extent(starts)["last"].iloc[0])
    160
    """
    rows = panel.of(area_code).dropna(subset=["value"])
    if rows.empty:
        raise refuse(
            "tallies.extent",
            panel.definition.name,
            found=f"no figure for {area_code}",
            allowed="a measure with at least one published figure",
            do="Choose another measure or area.",
        )
    return pd.DataFrame(
        {
            "measure": [panel.definition.title],
            "years": len(rows),
            "first_year": rows["year"].iloc[0],
            "last_year": rows["year"].iloc[-1],
            "first": rows["value"].iloc[0],
            "last": rows["value"].iloc[-1],
            "lowest": rows["value"].min(),
            "highest": rows["value"].max(),
        }
    )


def staff_and_cases(official: Official, *, first: int, last: int) -> tuple[pd.DataFrame, Papers]:
    """How many councils came to have more social workers and fewer cases for each of them?

    Parameters
    ----------
    official
        The official statistics.
    first, last
        The years compared (as at 30 September before the year ends).

    Returns
    -------
    frame
        One row: `first`, `last`, `councils` (with all four figures), `more_staff`, and `both`, those of them that also
        had fewer cases for each worker.
    papers
        Of the table, with the two years as its window.
    """
    staff, cases = annual_of(official, _STAFF), annual(official, "caseload")
    change = {}
    for name, panel in (("staff", staff), ("cases", cases)):
        wide = panel.councils().pivot(index="area_code", columns="year", values="value")
        change[name] = (wide[last] - wide[first]).dropna()
    both = pd.DataFrame(change).dropna()
    more = both["staff"] > 0
    frame = pd.DataFrame(
        {
            "first": [first],
            "last": [last],
            "councils": len(both),
            "more_staff": int(more.sum()),
            "both": int((more & (both["cases"] < 0)).sum()),
        }
    )
    return frame, staff.papers.over(str(first), str(last))
