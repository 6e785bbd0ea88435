"""Who is looked after, in need or away from school, by age, sex, origin and disability, and is it other than by chance?

A ratio needs a yardstick. Where a group of Wirral's children is set beside all its pupils, that is Wirral's own share;
where only those looked after or in need are counted, it is England's make-up of the same. Ethnic group is set beside
neither: Wirral's children are not England's, and we hold no count of them by ethnic group.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.inference.multiplicity import holm
from btc_eval.inference.proportions import binomial_interval, binomial_p
from btc_eval.records import ENGLAND, WIRRAL, Official

_LOOKED_AFTER, _NEED, _ABSENCE, _PUPILS = "looked_after_stock", "recorded_disability", "absence_by_group", "attendance"
WITHHELD = "withheld by the publisher, because the number is small"

#: Breakdown and category of children looked after → who they are. Of two that make a whole only one is compared.
COMPARED = {
    ("sex", "male"): "Boys",
    ("age", "under 1 year"): "Under 1",
    ("age", "1 to 4 years"): "Aged 1 to 4",
    ("age", "5 to 9 years"): "Aged 5 to 9",
    ("age", "10 to 15 years"): "Aged 10 to 15",
    ("age", "16 years and over"): "Aged 16 or 17",
    ("asylum", "unaccompanied asylum-seeking children"): "Seeking asylum alone",
}

#: Category of the table of absence → who they are.
PUPILS = {
    "in need": "Children in need",
    "on a protection plan": "On a protection plan",
    "looked after 12 months": "Looked after for a year",
}

#: Ethnic group as published → as a page has it.
ETHNIC = {
    "white": "White",
    "mixed or multiple ethnic groups": "Mixed",
    "asian or asian british": "Asian",
    "black, african, caribbean or black british": "Black",
    "other ethnic group": "Other",
    "refused or information not yet available": "Not known",
}


def ratios(official: Official, *, looked_after: int, need: int, school: int, area_code: str = WIRRAL) -> pd.DataFrame:
    """Which groups are more of those looked after, in need or persistently absent than the yardstick, beyond chance?

    Parameters
    ----------
    official
        The official statistics.
    looked_after, need, school
        Years of the three tables: ending 31 March, 31 March, and the year the academic year ends in.
    area_code
        The council.

    Returns
    -------
    pd.DataFrame
        A row a comparison: `among` (which children), `group`; `count` of the group among `total`; `share`, and
        `yardstick` (%), taken as exact; `ratio` of the two with `conf_low` and `conf_high` (exact binomial interval of
        the share, 95%, over the yardstick); `p_value` and `adjusted_p` (exact; Holm over every row that has a count);
        `reason` where the count is withheld, and the numbers are empty. The yardstick is England's share of the same,
        or for absence the share of all the council's own pupils.

    Notes
    -----
    Persistent absence is published as a percentage to one place and a number of pupils; the count is their product to
    the nearest pupil.

    Raises
    ------
    RefusedError
        A year that a table does not have.

    Examples
    --------
    >>> from btc_eval import records
    >>> found = ratios(records.official(), looked_after=2025, need=2024, school=2025).set_index("group")
    >>> found.loc["Children in need", ["ratio", "conf_low", "conf_high"]].astype(float).round(2).tolist()
    [2.38, 2.21, 2.55]
    """
    care = _year(official, _LOOKED_AFTER, looked_after, area_code)
    england = _year(official, _LOOKED_AFTER, looked_after, ENGLAND)
    rows = [
        ("Looked after", words, care[key], care["", ""], _percent(england[key], england["", ""]))
        for key, words in COMPARED.items()
    ]
    held, whole = (_wide(official, _NEED, need, code) for code in (area_code, ENGLAND))
    share = _percent(whole["disability_recorded"], whole["children_at_31_march"])
    rows.append(("In need", "Disabled", held["disability_recorded"], held["children_at_31_march"], share))
    absence = _wide(official, _ABSENCE, school, area_code)
    pupils = _wide(official, _PUPILS, school, area_code)["persistent_absence_percent"]
    for key, words in PUPILS.items():
        total, percent = absence[f"pupils / group / {key}"], absence[f"persistent_absence_percent / group / {key}"]
        rows.append(("Persistently absent", words, np.round(total * percent / 100.0), total, pupils))
    table = pd.DataFrame(rows, columns=["among", "group", "count", "total", "yardstick"])
    return _tested(table)


def ethnic_groups(official: Official, year: int, *, area_code: str = WIRRAL) -> pd.DataFrame:
    """Which share of the children looked after is of each ethnic group, here and in England?

    Returns
    -------
    pd.DataFrame
        `group`, `count` (empty where withheld), `total`, `share`, `conf_low`, `conf_high` and `england` (%). No ratio:
        see the module.
    """
    care, england = (_year(official, _LOOKED_AFTER, year, code) for code in (area_code, ENGLAND))
    rows = [
        (words, care["ethnicity", key], care["", ""], _percent(england["ethnicity", key], england["", ""]))
        for key, words in ETHNIC.items()
    ]
    table = pd.DataFrame(rows, columns=["group", "count", "total", "england"])
    return _with_shares(table)[["group", "count", "total", "share", "conf_low", "conf_high", "england"]]


def development_gap(official: Official, year: int, names: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """How far behind at five are children who have free school meals?

    Parameters
    ----------
    year
        Year of the assessment.
    names
        Words for each area, or for the plain mean of several, to their codes.

    Returns
    -------
    pd.DataFrame
        `series`, `free_meals` and `others` (% with a good level of development), and `gap`, percentage points.
    """
    wide = official.wide("early_years")
    wide = wide[wide["year"] == year].set_index("area_code")
    columns = ["good_development_free_meals_percent", "good_development_other_percent"]
    rows = []
    for words, codes in names.items():
        held = wide.loc[list(codes), columns].apply(pd.to_numeric, errors="coerce").dropna()
        low, high = held.mean()
        rows.append((words, low, high, high - low))
    return pd.DataFrame(rows, columns=["series", "free_meals", "others", "gap"])


def papers(official: Official, *tables: str) -> Papers:
    """Where do the figures of these tables come from, together?"""
    joined = official.papers(tables[0])
    for name in tables[1:]:
        joined = joined.joined(official.papers(name))
    return joined


def _tested(table: pd.DataFrame) -> pd.DataFrame:
    table = _with_shares(table)
    for column in ("conf_low", "conf_high"):
        table[column] = table[column] / table["yardstick"]
    table["ratio"] = table["share"] / table["yardstick"]
    known = table["count"].notna()
    count, total = (table.loc[known, column].to_numpy(dtype=float) for column in ("count", "total"))
    p_values = binomial_p(count, total, table.loc[known, "yardstick"].to_numpy() / 100.0)
    table.loc[known, "p_value"] = p_values
    table.loc[known, "adjusted_p"] = holm(p_values)
    table["reason"] = np.where(known, "", WITHHELD)
    columns = ["among", "group", "count", "total", "share", "yardstick", "ratio", "conf_low", "conf_high"]
    return table[[*columns, "p_value", "adjusted_p", "reason"]]


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with each share in percent and its exact interval; empty where the count is withheld."""
    table = table.copy()
    known = table["count"].notna()
    count, total = (table.loc[known, column].to_numpy(dtype=float) for column in ("count", "total"))
    low, high = binomial_interval(count, total)
    for column, values in (("share", count / total), ("conf_low", low), ("conf_high", high)):
        table.loc[known, column] = values * 100.0
    return table.astype({"count": "Int64", "total": "int64"})


def _percent(count: float, total: float) -> float:
    return float(count / total * 100.0)


def _year(official: Official, table: str, year: int, area_code: str) -> pd.Series:
    """Return an area's counts by (breakdown, category); NaN where withheld."""
    rows = official.table(table)
    rows = rows[(rows["area_code"] == area_code) & (rows["year"] == year)]
    _found(rows, table, year, area_code)
    return rows.set_index(["breakdown", "category"])["value"]


def _wide(official: Official, table: str, year: int, area_code: str) -> pd.Series:
    rows = official.wide(table)
    rows = rows[(rows["area_code"] == area_code) & (rows["year"] == year)]
    _found(rows, table, year, area_code)
    return pd.to_numeric(rows.iloc[0].drop(["area_code", "vintage"], errors="ignore"), errors="coerce")


def _found(rows: pd.DataFrame, table: str, year: int, area_code: str) -> None:
    if rows.empty:
        raise refuse(
            table,
            f"{area_code}, {year}",
            found="no such row",
            allowed="an area and a year of the table",
            do=f'Look at records.official().table("{table}").',
        )
