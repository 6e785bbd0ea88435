"""Which measures are made here, from others or from a share that is published without its parts?"""

from __future__ import annotations

from btc_eval.measures.annual import AnnualPanel, annual
from btc_eval.measures.definitions import Definition
from btc_eval.records import Official

#: Published as a share by the Interactive Tool; its numerator and denominator are in the table of enquiries, with gaps.
CONFERENCES_IN_TIME = Definition(
    "conferences_in_time_percent",
    "Conferences held in 15 working days",
    "% of conferences",
    "child_protection_tool",
    ("conferences_in_15_days_percent",),
)


def leaving(official: Official) -> AnnualPanel:
    """What share of the children looked after at the start of a year ceased to be so within it?

    Some who leave came in after the start of the year, so the share is a rate of leaving and not a fate; a council that
    takes in more children for short stays has a higher one.

    Examples
    --------
    >>> from btc_eval import records
    >>> wirral = leaving(records.official()).of("E08000015").set_index("year")["value"]
    >>> round(float(wirral[2021]), 1)  # 169 of 811
    20.8
    """
    left, held = annual(official, "looked_after_ceased"), annual(official, "looked_after")
    before = held.frame.assign(year=held.frame["year"] + 1)[["area_code", "year", "value", "reason"]]
    both = left.frame.merge(before, on=["area_code", "year"], suffixes=("", "_before"))
    value = both["value"] / both["value_before"].where(both["value_before"] > 0) * 100.0
    reason = both["reason"].where(both["reason"] != "", both["reason_before"]).where(value.isna(), "")
    reason = reason.mask(value.isna() & (reason == ""), "not available")
    definition = Definition(
        "leaving_percent",
        "Children leaving care in the year",
        "% of those in care at its start",
        "looked_after",
        ("children_ceased",),
        ("children_at_31_march",),
        100.0,
    )
    frame = both.assign(value=value, reason=reason)[list(left.frame.columns)]
    window = (str(frame["year"].min()), str(frame["year"].max()))
    papers = left.papers.joined(held.papers)
    return AnnualPanel(frame, definition, left.areas, papers.over(*window))
