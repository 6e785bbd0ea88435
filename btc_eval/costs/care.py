"""What does the council's own return say that care costs, and what made the bill grow?"""

from __future__ import annotations

import pandas as pd

from btc_eval import assumptions
from btc_eval.assumptions import Account, Status, UnitCost
from btc_eval.costs.prices import real_terms, reprice
from btc_eval.costs.spending import drivers, weekly_cost
from btc_eval.errors import refuse
from btc_eval.estimates import Estimate, Papers
from btc_eval.measures import annual
from btc_eval.periods import year_words
from btc_eval.records import WIRRAL, Official

_WEEKS = 365.0 / 7.0
_PER = 10_000.0
_WEEKLY = {
    "weekly_cost_fostering": "foster care",
    "weekly_cost_residential": "a children's home",
}
AVERAGE = "all care, on average"


def care_bill(
    official: Official, *, base: int, deflator: str = "gdp", area_code: str = WIRRAL
) -> tuple[pd.DataFrame, Papers]:
    """What did care cost, year by year, in the prices of one year?

    Returns
    -------
    frame
        A row a year: `year`, `spend` (£, prices of the year), `real` (£, prices of `base`), `children` (31 March),
        `before` (a year earlier), `child_years` (the mean of the two), `weekly` and `yearly` (£ a child at the prices
        of `base`, over child-years), `published` (£ a week as the tool prints it, prices of the year).
    papers
        Of the figures and the index.

    Examples
    --------
    >>> from btc_eval import records
    >>> bill, _ = care_bill(records.official(), base=2025)
    >>> round(float(bill.set_index("year").loc[2025, "child_years"]), 1)  # from 766 to 681 children
    723.5
    """
    spend, count = annual(official, "spend_looked_after"), annual(official, "looked_after")
    printed = annual(official, "weekly_cost_looked_after")
    own = spend.of(area_code)[["year", "value"]].rename(columns={"value": "spend"})
    children = count.of(area_code)[["year", "value"]].rename(columns={"value": "children"})
    earlier = children.assign(year=children["year"] + 1).rename(columns={"children": "before"})
    told = printed.of(area_code)[["year", "value"]].rename(columns={"value": "published"})
    frame = own.merge(children, on="year").merge(earlier, on="year").merge(told, on="year").dropna()
    frame = real_terms(frame, value="spend", base=base, deflator=deflator)
    frame = weekly_cost(frame, spend="real", children="children", before="before")
    frame = frame.assign(yearly=frame["weekly"] * _WEEKS)
    columns = ["year", "spend", "real", "children", "before", "child_years", "weekly", "yearly", "published"]
    window = (str(frame["year"].min()), str(frame["year"].max()))
    papers = spend.papers.joined(count.papers).joined(assumptions.PAPERS)
    papers = papers.over(*window)
    return frame[columns].astype({"year": "int64"}).reset_index(drop=True), papers


def bill_drivers(bill: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Between two years of a bill, how much of its change came from the number of children and how much from the price?

    Returns
    -------
    pd.DataFrame
        As `drivers`, at the prices of the bill's base, with `first` and `last`, `real_before` and `real_after`.
    """
    held = bill.set_index("year")
    absent = [year for year in (first, last) if year not in held.index]
    if absent:
        raise refuse(
            "costs.bill_drivers", "year", found=", ".join(map(str, absent)),
            allowed=", ".join(str(year) for year in held.index), do="Name years of the bill.",
        )  # fmt: skip
    ends = held.loc[[first, last]]
    row = drivers(children=_pair(ends["child_years"]), spend=_pair(ends["real"]))
    real = _pair(ends["real"])
    return row.assign(first=first, last=last, real_before=real[0], real_after=real[1])


def care_prices(
    official: Official, *, year: int, base: int, deflator: str = "gdp", area_code: str = WIRRAL
) -> dict[str, UnitCost]:
    """What does a year of care cost by the council's own return, at the prices of one year?

    Returns
    -------
    dict of str to UnitCost
        In words: foster care, all care on average, and a children's home. The average has no range: it is what was
        spent over the children there were. Which child stays out of care, and so which price is spared, is another
        matter.
    """
    bill, _ = care_bill(official, base=base, deflator=deflator, area_code=area_code)
    held = bill.set_index("year")
    if year not in held.index:
        raise refuse(
            "costs.care_prices", "year", found=str(year), allowed=", ".join(map(str, held.index)),
            do="Name a year of the bill.",
        )  # fmt: skip
    table = official.table("spend")
    rows = table[(table["area_code"] == area_code) & (table["year"] == year) & table["measure"].isin(list(_WEEKLY))]
    weekly = rows.set_index("measure")["value"].astype("float64")
    ends = {
        words: reprice(float(weekly[name]) * _WEEKS, price_year=year, base=base, deflator=deflator)
        for name, words in _WEEKLY.items()
    }
    foster, home = ends.values()
    average = float(held["yearly"].loc[year])
    return {
        "foster care": _price("care-foster", foster, year, base),
        AVERAGE: _price("care-average", average, year, base),
        "a children's home": _price("care-home", home, year, base),
    }


def in_children(found: pd.DataFrame, *, population: float) -> Estimate:
    """How many children is a change in the gap of a rate per 10,000, with its placebo interval?

    Parameters
    ----------
    found
        One row with `estimate`, `conf_low` and `conf_high`, per 10,000 children.
    population
        Children aged 0 to 17.
    """
    if len(found) != 1 or not population > 0:
        raise refuse(
            "costs.in_children", "found", found=f"{len(found)} rows and {population:g} children",
            allowed="one row, and children above nought", do="Choose the row by its measure and window.",
        )  # fmt: skip
    value, low, high = (
        float(found[name].iloc[0]) * population / _PER for name in ("estimate", "conf_low", "conf_high")
    )
    return Estimate(value, low, high, 0.95, "children in care", "change of the gap, placebo interval")


def population(official: Official, year: int, *, area_code: str = WIRRAL) -> float:
    """How many children aged 0 to 17 does a rate of the year ending 31 March `year` count?

    Examples
    --------
    >>> from btc_eval import records
    >>> population(records.official(), 2024)
    66152.0
    """
    held = annual(official, "population").of(area_code).set_index("year")["value"].dropna()
    if year - 1 not in held.index:
        raise refuse(
            "costs.population", "year", found=str(year), allowed=", ".join(str(y + 1) for y in held.index),
            do="Name a year whose population is published.",
        )  # fmt: skip
    return float(held[year - 1])


def _price(name: str, value: float, year: int, base: int) -> UnitCost:
    return UnitCost(
        name=name,
        title=f"A year in care, section 251 return of {year_words(year)}",
        unit="£ a child a year",
        dated=str(year),
        status=Status.CONFIRMED,
        source="Department for Education, Local Authority Interactive Tool, section 251 outturn",
        value=value,
        price_year=base,
        account=Account.FISCAL,
        cashable=True,
    )


def _pair(values: pd.Series) -> tuple[float, float]:
    return float(values.iloc[0]), float(values.iloc[1])
