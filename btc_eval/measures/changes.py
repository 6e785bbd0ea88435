"""How often does a yearly count move so far by itself? Every change over a span of years, in every council."""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.annual import AnnualPanel
from btc_eval.periods import year_words


def changes(panel: AnnualPanel, *, years: int, between: tuple[float, float] | None = None) -> pd.DataFrame:
    """How did each council's count change over every span of so many years?

    Parameters
    ----------
    panel
        A yearly count.
    years
        Length of the span: 2 compares a year with the year two years before.
    between
        Keep only spans whose first count lies between these, both included: councils of a size to compare with.

    Returns
    -------
    DataFrame
        `area_code`, `area_name`, `span` (the council and the years, in words), `first` and `last` (years ending 31
        March), `before`, `after`, `ratio` (after over before). A span with a missing or zero first count is not there.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> found = measures.changes(measures.annual(records.official(), "referrals"), years=2, between=(1000, 2500))
    >>> bool(found["before"].between(1000, 2500).all()), bool((found["last"] - found["first"] == 2).all())
    (True, True)
    """
    if years < 1:
        raise refuse("changes", "years", found=str(years), allowed="1 or more", do="Compare with an earlier year.")
    frame = panel.councils()[["area_code", "area_name", "year", "value"]].dropna(subset=["value"])
    earlier = frame.rename(columns={"year": "first", "value": "before"}).drop(columns="area_name")
    later = frame.rename(columns={"year": "last", "value": "after"})
    pairs = later.assign(first=later["last"] - years).merge(earlier, on=["area_code", "first"])
    pairs = pairs[pairs["before"] > 0]
    if between is not None:
        pairs = pairs[pairs["before"].between(*between)]
    ends = [pairs[name].map(year_words) for name in ("first", "last")]
    pairs = pairs.assign(
        ratio=pairs["after"] / pairs["before"], span=pairs["area_name"] + ", " + ends[0] + " to " + ends[1]
    )
    columns = ["area_code", "area_name", "span", "first", "last", "before", "after", "ratio"]
    return pairs[columns].sort_values(["area_code", "last"], ignore_index=True)


def as_far(found: pd.DataFrame, ratio: float) -> pd.DataFrame:
    """In how many spans did the count fall at least as far as this ratio?

    Returns
    -------
    DataFrame
        One row: `spans`, `councils`, `as_far` (spans), `councils_as_far` (with at least one), `share` (of spans),
        `one_in` (spans for each that fell as far).
    """
    fell = found[found["ratio"] <= ratio]
    return pd.DataFrame(
        {
            "spans": [len(found)],
            "councils": found["area_code"].nunique(),
            "as_far": len(fell),
            "councils_as_far": fell["area_code"].nunique(),
            "share": len(fell) / len(found) if len(found) else float("nan"),
            "one_in": len(found) / len(fell) if len(fell) else float("nan"),
        }
    )


def differences(panel: AnnualPanel, *, years: int) -> pd.DataFrame:
    """By how much did each council's figure move over every span of so many years?

    Returns
    -------
    DataFrame
        `area_code`, `last` (year ending 31 March), `difference` (in the panel's unit).
    """
    frame = panel.councils()[["area_code", "year", "value"]].dropna(subset=["value"])
    earlier = frame.assign(year=frame["year"] + years).rename(columns={"value": "before"})
    pairs = frame.merge(earlier, on=["area_code", "year"])
    moved = pairs.assign(difference=pairs["value"] - pairs["before"]).rename(columns={"year": "last"})
    return moved[["area_code", "last", "difference"]].sort_values(["area_code", "last"], ignore_index=True)
