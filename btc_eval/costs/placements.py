"""What would the care ahead cost, by where children live? Months of care times the prices of the council's return."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from btc_eval.assumptions import UnitCost
from btc_eval.costs.care import AVERAGE
from btc_eval.errors import Refusal, RefusedError
from btc_eval.periods import year_words

#: Which price of the return each published placement has. The rest have none of their own.
PRICED = {"foster placements": "foster care", "children's homes and secure homes": "a children's home"}
ELSEWHERE, ALL = "all the rest of the bill", "all care"

_ENDS = ("estimate", "conf_low", "conf_high")
_COLUMNS = ("year", "placement", *_ENDS)
_MONTHS = 12.0


def placement_bill(months: pd.DataFrame, prices: Mapping[str, UnitCost]) -> pd.DataFrame:
    """What would the care ahead cost a year, by where children live?

    Parameters
    ----------
    months
        `year`, `placement`, and months of care as `estimate`, `conf_low` and `conf_high`: one mix of placements in
        every draw, so that all placements are high together and ends add up to ends. Not changed.
    prices
        From `care_prices`: foster care, a children's home and the average, all at the prices of one year.

    Returns
    -------
    pd.DataFrame
        Four rows a year: `year`, `care` ("foster care", "a children's home", `ELSEWHERE`, `ALL`), `children` (years of
        care, the middle path), `each` (£ a child a year), `cost`, `cost_low`, `cost_high` (£ a year), `share` of the
        year's bill, `share_of_children`, `prices`. `ALL` is every year of care at the average cost; `ELSEWHERE` is what
        then is left: other placements, and what the return spreads over all of them.

    Raises
    ------
    RefusedError
        For a column, a placement or a price that is missing, for prices of several years, and for parts that cost more
        than the whole; all at once.

    Examples
    --------
    >>> from btc_eval import costs, records
    >>> months = pd.DataFrame({"year": 2026, "placement": list(PRICED), "estimate": [4800.0, 480.0],
    ...                        "conf_low": [4000.0, 400.0], "conf_high": [5600.0, 560.0]})
    >>> found = placement_bill(months, costs.care_prices(records.official(), year=2025, base=2025))
    >>> found["children"].tolist()
    [400.0, 40.0, 0.0, 440.0]
    """
    _checked(months, prices)
    kinds = months["placement"].map(PRICED).fillna(ELSEWHERE)
    years = months.assign(care=kinds).groupby(["year", "care"], sort=True)[[*_ENDS]].sum() / _MONTHS
    each = {name: float(prices[name].value) for name in PRICED.values()} | {ALL: float(prices[AVERAGE].value)}
    rows = []
    for year, own in years.groupby(level="year"):
        held = own.droplevel("year").reindex([*PRICED.values(), ELSEWHERE]).fillna(0.0)
        children = {str(name): np.asarray(held.loc[name], dtype=float) for name in held.index}
        children[ALL] = np.asarray(held.sum(), dtype=float)
        bill = children[ALL] * each[ALL]
        costs = {name: children[name] * each[name] for name in PRICED.values()}
        costs |= {ELSEWHERE: bill - sum(costs.values()), ALL: bill}
        for name, cost in costs.items():
            middle, low, high = (float(end) for end in cost)
            rows.append(
                {
                    "year": year, "care": name, "children": float(children[name][0]), "each": each.get(name),
                    "cost": middle, "cost_low": low, "cost_high": high, "share": middle / float(bill[0]),
                    "share_of_children": float(children[name][0] / children[ALL][0]),
                }
            )  # fmt: skip
    table = pd.DataFrame(rows).astype({"year": "int64", "each": "float64"})
    if (table["cost_low"] < 0).any():
        found = "placements with a price of their own that cost more together than all care"
        do = "Look at the average and at the prices: they must come from one return."
        raise RefusedError([Refusal("costs.placement_bill", "prices", found, "parts within the whole", do)])
    return table.assign(prices=f"prices of {year_words(prices[AVERAGE].price_year)}")


def _checked(months: pd.DataFrame, prices: Mapping[str, UnitCost]) -> None:
    place, faults = "costs.placement_bill", []
    absent = [name for name in _COLUMNS if name not in months.columns]
    if absent:
        held = ", ".join(map(str, months.columns))
        do = "Take child_months as it comes."
        raise RefusedError([Refusal(place, ", ".join(absent), "no such column", held, do)])
    if months.empty or months[[*_COLUMNS]].isna().any(axis=None) or (months[[*_ENDS]] < 0).any(axis=None):
        found = "no months, empty cells, or months below nought"
        faults.append(Refusal(place, "months", found, "months of nought or more", "Take child_months as it comes."))
    lost = sorted({*PRICED} - {*months["placement"]})
    if lost:
        do = "Take the mix from measures.care_published.placement_mix."
        faults.append(Refusal(place, "placement", f"no rows for {', '.join(lost)}", "every priced placement", do))
    dear = sorted({*PRICED.values(), AVERAGE} - {*prices})
    if dear:
        faults.append(Refusal(place, "prices", f"no price for {', '.join(dear)}", "all three", "Use care_prices."))
    elif len({prices[name].price_year for name in (*PRICED.values(), AVERAGE)}) > 1:
        faults.append(Refusal(place, "prices", "prices of several years", "one year", "Use care_prices."))
    if faults:
        raise RefusedError(faults)
