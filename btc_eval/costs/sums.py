"""What would sums that papers name have to achieve, and which assumption decides it?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from btc_eval.assumptions import Share, UnitCost
from btc_eval.costs.care import AVERAGE
from btc_eval.costs.prices import reprice
from btc_eval.costs.sensitivity import Range, sensitivity
from btc_eval.costs.threshold import break_even, threshold
from btc_eval.errors import refuse
from btc_eval.periods import year_words

_MILLION = 1_000_000.0


def for_each_million(prices: Mapping[str, UnitCost], share: Share, *, years_later: int = 5) -> pd.DataFrame:
    """How many child-years of care pay for a million pounds of help?

    Parameters
    ----------
    prices
        What a year of care costs, by the words a table has for it; all at the prices of one year, as the million is.
    share
        The share of that cost which one child fewer saves.
    years_later
        How long after the help the care would have been: such a year is worth less, at the Green Book's rate.

    Returns
    -------
    pd.DataFrame
        One row a price: `care` (in words), `unit_cost`, `whole` (child-years, if all of the cost is saved), `part` (if
        `share` is), `later` (as `part`, for care that many years later), `share`, `prices`.

    Examples
    --------
    >>> from btc_eval import assumptions, costs, records
    >>> found = for_each_million(costs.care_prices(records.official(), year=2024, base=2025),
    ...                          assumptions.share("marginal-care"))
    >>> bool((found["part"] > found["whole"]).all()), bool((found["later"] > found["part"]).all())
    (True, True)
    """
    rows = []
    for words, price in prices.items():
        base = price.price_year
        whole = threshold(_MILLION, price, prices=base)
        part = threshold(_MILLION, price, prices=base, share=share.value)
        later = threshold(_MILLION, price, prices=base, share=share.value, years_later=years_later)
        rows.append(
            {
                "care": words,
                "unit_cost": price.value,
                "whole": whole.needed,
                "part": part.needed,
                "later": later.needed,
                "share": share.value,
                "prices": year_words(base),
            }
        )
    return pd.DataFrame(rows)


def sums_needed(sums: pd.DataFrame, price: UnitCost, share: Share, *, cost: str = "cost") -> pd.DataFrame:
    """How many child-years of care would each of these sums have to spare?

    Parameters
    ----------
    sums
        One row a sum, with `cost` (£) and `price_year` (year ending 31 March). Not changed.
    price
        What a year of care costs; its prices are those the sums are brought to.
    share
        The share of that cost which one child fewer saves.

    Returns
    -------
    pd.DataFrame
        The frame with `real` (£ at the prices of the unit cost), `whole` and `part` (child-years, if all or the share
        of the cost is saved).

    Raises
    ------
    RefusedError
        For a missing column, a negative sum, or a year without an index of prices.
    """
    absent = [name for name in (cost, "price_year") if name not in sums.columns]
    if absent:
        raise refuse(
            "costs.sums_needed", ", ".join(absent), found="no such column", allowed=", ".join(map(str, sums.columns)),
            do="Give each sum with the year in whose prices it is.",
        )  # fmt: skip
    pairs = zip(sums[cost], sums["price_year"])
    real = [reprice(float(x), price_year=int(year), base=price.price_year) for x, year in pairs]
    return sums.assign(
        real=real,
        whole=[break_even(x, price.value) for x in real],
        part=[break_even(x, price.value, share.value) for x in real],
    )


def what_decides(prices: Mapping[str, UnitCost], share: Share, *, draws: int = 20_000) -> pd.DataFrame:
    """Which matters more: which children stay out of care, or how much of the cost is saved?

    Asked of a million pounds of help.

    Returns
    -------
    pd.DataFrame
        A row an assumption, the weightier first, and a last row for both drawn together: `what`, `at_low`, `at_high`
        (child-years needed at its ends: foster care and a children's home, the least and all of the cost), `middle`.
    """
    average = prices[AVERAGE].value
    ends = [price.value for price in prices.values()]
    inputs = {
        "unit_cost": Range(average, min(ends), max(ends), "log"),
        "share": Range(share.value, share.low, share.high, "even"),
    }
    found = sensitivity(break_even, inputs, fixed={"cost": _MILLION}, draws=draws)
    words = {
        "unit_cost": "Which care is spared: foster care, or a children's home",
        "share": "How much of its cost is saved: the least, or all",
    }
    rows = found.tidy().assign(what=lambda t: t["input"].map(words), middle=found.base)
    both = pd.DataFrame(
        {
            "what": ["Both together: nineteen in twenty draws lie between"],
            "at_low": found.estimate.conf_high,
            "at_high": found.estimate.conf_low,
            "middle": found.estimate.value,
        }
    )
    return pd.concat([rows[["what", "at_low", "at_high", "middle"]], both], ignore_index=True)
