"""Which share of the work is of one kind, here and in each neighbour, and how far could chance move that share?

Shares of a count that is published with its total: assessments that name a factor, plans by their first category.
"""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference.proportions import binomial_interval
from btc_eval.measures.annual import annual_of
from btc_eval.measures.comparison import neighbour_map
from btc_eval.measures.definitions import Definition
from btc_eval.records import ENGLAND, WIRRAL, Official

_PER = 100.0


def factor(category: str, title: str) -> Definition:
    """Which share of the assessments that name any factor names this one?

    Parameters
    ----------
    category
        The factor, as in `records.official().table("assessment_factors")`: "domestic abuse, parent".
    title
        What a page calls it.
    """
    return Definition(
        f"{category.replace(', ', '_').replace(' ', '_')}_percent",
        title,
        "% of assessments with any factor",
        "assessment_factors",
        ("episodes",),
        over=("episodes_with_a_factor",),
        per=_PER,
        breakdown="factor",
        category=category,
    )


def first_category(category: str, title: str) -> Definition:
    """Which share of the protection plans that started in a year was for this kind of harm, as first recorded?"""
    return Definition(
        f"plans_{category.replace(' ', '_')}_percent",
        title,
        "% of plans started",
        "plan_categories",
        ("plans started",),
        over=("plans_started",),
        per=_PER,
        breakdown="initial category",
        category=category,
    )


def named(official: Official, *, areas: tuple[str, ...] = (WIRRAL, ENGLAND)) -> pd.DataFrame:
    """Of all assessments completed, how many name any factor, year by year?

    Two tables of the same census: one counts assessments, the other episodes of need whose assessment named a factor.
    An episode with two assessments in a year is one in the second and two in the first.

    Returns
    -------
    pd.DataFrame
        `series` (the area's name), `year`, `episodes` (with a factor), `assessments` and `share` (%), for years in
        which both are published.

    Examples
    --------
    >>> from btc_eval import records
    >>> found = named(records.official()).set_index(["series", "year"])["share"].round(1)
    >>> float(found["Wirral", 2019]), float(found["Wirral", 2024])
    (63.5, 49.7)
    """
    factors, completed = official.wide("assessment_factors"), official.wide("assessments")
    both = factors.merge(completed, on=["area_code", "year"], suffixes=("", "_completed"))
    both = both[both["area_code"].isin(list(areas))]
    names = official.areas().set_index("area_code")["area_name"]
    table = pd.DataFrame(
        {
            "series": both["area_code"].map(names),
            "year": both["year"],
            "episodes": pd.to_numeric(both["episodes_with_a_factor"], errors="coerce"),
            "assessments": pd.to_numeric(both["assessments"], errors="coerce"),
        }
    ).dropna()
    table["share"] = table["episodes"] / table["assessments"] * _PER
    return table.sort_values(["series", "year"], ignore_index=True)


def among(
    official: Official, definition: Definition, year: int, *, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """Which share has the council, which has each of its neighbours, and how far could chance move each?

    Parameters
    ----------
    official
        The official statistics.
    definition
        A share with one count over one total of the same table, such as `factor(...)`.
    year
        Year ending 31 March.
    area_code, model
        The council, and the year of its neighbour model.

    Returns
    -------
    pd.DataFrame
        Highest share first: `area_code`, `area_name`, `count`, `total`, `share` (%), `conf_low` and `conf_high` (%,
        exact binomial interval, 95%), `place` (1 is the highest). Neighbours whose figure is withheld have no row.

    Raises
    ------
    RefusedError
        Where the council has no figure in the year, or no neighbour has.

    Examples
    --------
    >>> from btc_eval import records
    >>> found = among(records.official(), factor("neglect", "Neglect"), 2024).set_index("area_name")
    >>> found.loc["Wirral", ["share", "conf_low", "conf_high"]].astype(float).round(1).tolist()
    [18.7, 17.0, 20.4]
    """
    near = neighbour_map(official, model)[area_code]
    part = _counts(official, definition, definition.parts, year)
    whole = _counts(official, Definition("", "", "", definition.table, definition.over), definition.over, year)
    both = part.rename("count").to_frame().join(whole.rename("total"), how="inner").dropna()
    both = both[both.index.isin([area_code, *near]) & (both["total"] > 0)].copy()
    if area_code not in both.index or len(both) < 2:
        raise refuse(
            "shares.among",
            f"{definition.name}, {year}",
            found="no figure for the council, or for any neighbour",
            allowed="a year in which they were published",
            do="Choose another year.",
        )
    low, high = binomial_interval(both["count"].to_numpy(), both["total"].to_numpy())
    names = official.areas().set_index("area_code")["area_name"]
    table = both.assign(
        area_name=names.reindex(both.index),
        share=both["count"] / both["total"] * _PER,
        conf_low=low * _PER,
        conf_high=high * _PER,
    )
    table["place"] = table["share"].rank(ascending=False, method="min")
    table = table.astype({"count": "int64", "total": "int64", "place": "int64"})
    table = table.rename_axis("area_code").reset_index().sort_values(["place", "area_name"], ignore_index=True)
    return table[["area_code", "area_name", "count", "total", "share", "conf_low", "conf_high", "place"]]


def against(
    official: Official, definition: Definition, year: int, *, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """Is the council's share other than its neighbours' or England's by more than chance?

    Returns
    -------
    pd.DataFrame
        One row: `year`; `share`, `conf_low` and `conf_high`, the council's own; the yardsticks, taken as exact: `mean`
        of the neighbours' shares and `england`; `lowest` and `highest` neighbour; `place` from the highest, and
        `councils`.
    """
    table = among(official, definition, year, area_code=area_code, model=model)
    own = table[table["area_code"] == area_code].iloc[0]
    others = table.loc[table["area_code"] != area_code, "share"]
    england = annual_of(official, definition).of(ENGLAND).set_index("year")["value"]
    row = {
        "year": year,
        "share": own["share"],
        "conf_low": own["conf_low"],
        "conf_high": own["conf_high"],
        "mean": others.mean(),
        "england": float(england[year]),
        "lowest": others.min(),
        "highest": others.max(),
        "place": own["place"],
        "councils": len(table),
    }
    return pd.DataFrame([row])


def _counts(official: Official, definition: Definition, parts: tuple[str, ...], year: int) -> pd.Series:
    plain = Definition(
        definition.name, definition.title, "", definition.table, parts,
        breakdown=definition.breakdown, category=definition.category,
    )  # fmt: skip
    frame = annual_of(official, plain).frame
    return frame[frame["year"] == year].set_index("area_code")["value"].dropna()
