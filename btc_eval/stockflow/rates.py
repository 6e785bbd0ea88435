"""How often do children come in and leave at each age? Events over person-time, with their doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.stockflow.door import Columns, Faults, counts, table
from btc_eval.stockflow.rated import PER, Rates
from btc_eval.stockflow.spec import Balance, Bands, Drift, assumed, usual_drift


def rates(
    stock: pd.DataFrame,
    starts: pd.DataFrame,
    ceases: pd.DataFrame,
    *,
    population: pd.DataFrame | None = None,
    time: str = "year",
    age: str = "age_band",
    children: str = "children",
    bands: Mapping[str, tuple[int, int]] | None = None,
    balance: Balance = "ceases",
    tolerance: float | None = None,
    discount: float | None = None,
    drift: Drift | None = None,
    newborn_share: float | None = None,
) -> Rates:
    """How often do children come in, and how often do they leave, at each age?

    Parameters
    ----------
    stock
        Children looked after on 31 March: a row a year and age.
    starts
        Children who came in during the year ending then, by age on coming in.
    ceases
        Children who left, by age on leaving, with those who left because they turned 18 in a band of their own
        ("18 years and over" with the usual bands).
    population
        Children of the area, a row a year; entries are then rates and not numbers, and the last year's is carried on.
    time, age, children
        Columns. `age` holds names of bands, or completed ages in years from 0 to 25.
    bands
        Name → (first birthday, included; birthday after the last); the five published bands where None.
    balance
        "ceases": leavers before 18 are scaled, all ages alike, so that opening + starts − ceases = closing in every
        year; published counts have each child once a year and never quite balance. "none": taken as they are.
    tolerance
        The largest gap, as a share of the opening stock, between closing and opening + starts − ceases; beyond it the
        counts are refused. None shows the gap in `closure()` and refuses nothing, as published counts require.
    discount
        How much a year counts against the one after it; of `data/assumptions/stockflow.toml` where None.
    drift
        How far rates wander between years; as learnt from all councils, in the same file, where None. `Drift()` for
        none.
    newborn_share
        Of entries in the first year of life, the share within the first month; of the same file where None.

    Returns
    -------
    Rates

    Raises
    ------
    RefusedError
        Every fault at once: ages unlike the bands, below 0 or above 25, missing or doubled; counts below nought;
        no year with the stock before it; counts that do not balance within `tolerance`, or that no leaver could
        balance.

    Notes
    -----
    Exposure to leaving is the mean of the stock at both ends of the year, band by band. With weights w the posterior of
    a rate is Gamma(½ + Σ w events, Σ w exposure), under Jeffreys' prior; discounting old years is the conjugate dynamic
    model of West and Harrison. Leaving at 18 is no rate: whoever is still looked after on the 18th birthday leaves.

    References
    ----------
    West, M. and Harrison, J. (1997). Bayesian Forecasting and Dynamic Models, 2nd ed., section 10.8 (discounted
    Poisson–gamma models). Springer.

    Examples
    --------
    >>> from btc_eval import records, stockflow
    >>> from btc_eval.measures import care_published
    >>> wirral = care_published.flows(records.official()).of(records.WIRRAL)
    >>> found = stockflow.rates(**wirral)
    >>> found.closure().set_index("year").loc[2025, ["expected", "closing", "unexplained"]].tolist()
    [676.0, 681.0, 5.0]
    """
    faults = Faults()
    known = Bands.of(bands)
    columns = Columns(time, age, children)
    held = table(stock, "stock", columns, known, faults)
    came = table(starts, "starts", columns, known, faults)
    left = table(ceases, "ceases", columns, known, faults, leaving=True)
    people = None if population is None else _population(population, columns, faults)
    faults.settle()
    assert held is not None
    assert came is not None
    assert left is not None
    flows = came.index.intersection(left.index)
    years = [int(y) for y in flows if y in held.index and y - 1 in held.index and (people is None or y in people.index)]
    if not years:
        faults.add(
            time,
            "no year with starts, ceases, and the stock at both its ends",
            "one year or more, and the population where one is given",
            "Give the stock of the 31 March before the first year.",
        )
        faults.settle()
    parts = _balanced(held, came, left, years, known, balance, tolerance, faults)
    faults.settle()
    assumed_entries = assumed("entries")
    weight = float(assumed("pooling")["discount"]) if discount is None else float(discount)
    share = float(assumed_entries["newborn_share"]) if newborn_share is None else float(newborn_share)
    if not 0.0 < weight <= 1.0 or not 0.0 <= share <= 1.0:
        faults.add("discount, newborn_share", f"{weight}, {share}", "shares of 1, the first above 0", "Correct them.")
        faults.settle()
    exposure = np.ones(len(years)) if people is None else people.loc[years].to_numpy(dtype=float) / PER
    return Rates(
        bands=known,
        columns=columns,
        years=np.array(years, dtype=np.int64),
        weights=np.asarray(weight ** (years[-1] - np.array(years, dtype=float))),
        **parts,
        exposure=np.asarray(exposure),
        population=1.0 if people is None else float(people.loc[people.index.max()]) / PER,
        set_aside=tuple(int(y) for y in flows if int(y) not in years),
        balance=balance,
        drift=usual_drift() if drift is None else drift,
        newborn_share=share,
    )


def _population(frame: pd.DataFrame, columns: Columns, faults: Faults) -> pd.Series[float] | None:
    if not isinstance(frame, pd.DataFrame) or not {columns.time, columns.children} <= set(frame.columns):
        faults.add("population", "no such columns", f"{columns.time} and {columns.children}", "Name the columns.")
        return None
    value = counts(frame[columns.children], "population", faults)
    if (value <= 0).any() or frame.duplicated(columns.time).any():
        faults.add("population", "a year twice, or without children", "one row a year, above nought", "Correct it.")
        return None
    return pd.Series(value, index=frame[columns.time].to_numpy())


def _balanced(
    held: pd.DataFrame,
    came: pd.DataFrame,
    left: pd.DataFrame,
    years: list[int],
    bands: Bands,
    balance: Balance,
    tolerance: float | None,
    faults: Faults,
) -> dict[str, Any]:
    """Return the arrays of the years used, leavers made to balance where that is asked for."""
    opening, closing = (held.loc[[y - back for y in years]].to_numpy(dtype=float) for back in (1, 0))
    starts = came.loc[years].to_numpy(dtype=float)
    ceases, aged_out = left.loc[years, list(bands.names)].to_numpy(dtype=float), left.loc[years, bands.leaving]
    out = aged_out.to_numpy(dtype=float)
    gap = closing.sum(axis=1) - opening.sum(axis=1) - starts.sum(axis=1) + ceases.sum(axis=1) + out
    if tolerance is not None:
        over = np.abs(gap) > tolerance * opening.sum(axis=1) + 1e-9
        for year, by in ((y, g) for y, g, wrong in zip(years, gap, over) if wrong):
            faults.add(
                str(year),
                f"closing stock {by:+,.0f} from opening + starts − ceases",
                f"within {tolerance:.1%} of the opening stock",
                "Find the children counted in one and not the other; tolerance=None shows the gap and refuses nothing.",
            )
    leavers = ceases.copy()
    if balance == "ceases":
        target = ceases.sum(axis=1) - gap
        if (target < 0).any():
            which = ", ".join(str(y) for y, value in zip(years, target) if value < 0)
            faults.add(
                which,
                "fewer than no leavers once the counts are made to balance",
                "counts whose gap is smaller than the ceases below the last birthday",
                "Look at the counts of those years, or pass balance='none'.",
            )
        else:
            total = ceases.sum(axis=1)
            leavers = ceases * np.where(total > 0, target / np.where(total > 0, total, 1.0), 0.0)[:, None]
    elif balance != "none":
        faults.add("balance", repr(balance), "'ceases' or 'none'", "Name one of them.")
    return {
        "opening": opening,
        "closing": closing,
        "starts": starts,
        "ceases": ceases,
        "leavers": leavers,
        "aged_out": out,
    }
