"""What is money of different years worth in the prices of one? By a named index, never by guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

import pandas as pd

from btc_eval import assumptions
from btc_eval.assumptions import Deflator, UnitCost
from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.estimates import Papers
from btc_eval.measures import AnnualPanel
from btc_eval.periods import year_words


def reprice(amount: float, *, price_year: int, base: int, deflator: str | Deflator = "gdp") -> float:
    """What is this sum, at the prices of one year, in the prices of another?

    Parameters
    ----------
    amount
        Pounds at the prices of `price_year`.
    price_year, base
        Years ending 31 March.
    deflator
        A name in `data/assumptions/deflators.toml`, or an index.

    Raises
    ------
    RefusedError
        For an amount that is not finite, or a year that the index does not have.

    Examples
    --------
    >>> reprice(100.0, price_year=2025, base=2025)
    100.0
    """
    if not isfinite(amount):
        raise refuse(
            "costs.reprice",
            "amount",
            found="a number that is not finite",
            allowed="pounds",
            do="Say why there is none.",
        )
    return amount * _index(deflator).factor(price_year, base)


def real_terms(
    frame: pd.DataFrame,
    *,
    value: str,
    year: str = "year",
    base: int,
    deflator: str | Deflator = "gdp",
    price_year: str | None = None,
) -> pd.DataFrame:
    """What was this spend in the prices of one year?

    Parameters
    ----------
    frame
        One row an amount. Not changed.
    value
        Column of pounds in the prices of their own year; a blank stays blank.
    year
        Column of the year ending 31 March whose prices the amounts are in.
    base
        The year whose prices are wanted.
    deflator
        A name in `data/assumptions/deflators.toml`, or an index.
    price_year
        A column that says in which prices an amount already is, where the frame has one. A frame in which it differs
        from `year` is refused: such amounts are real already, or mixed.

    Returns
    -------
    pd.DataFrame
        The frame with `real` (pounds at the prices of `base`), `factor` (what a pound was multiplied by) and `prices`
        (the base year, in words).

    Raises
    ------
    RefusedError
        For a missing column, an amount that is not finite, prices of mixed years, and a year that the index does not
        have; all at once, with row numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> spent = pd.DataFrame({"year": [2021, 2025], "spend": [851.002, 1000.0]})
    >>> real_terms(spent, value="spend", base=2025)["real"].round(6).tolist()
    [1000.0, 1000.0]
    """
    index = _index(deflator)
    absent = [name for name in (value, year, price_year) if name is not None and name not in frame.columns]
    if absent:
        raise refuse(
            "costs.real_terms", ", ".join(absent), found="no such column", allowed=", ".join(map(str, frame.columns)),
            do="Name the columns of the amount and of its year.",
        )  # fmt: skip
    faults = _faults(frame, value, year, price_year, index)
    if base not in index.values:
        faults.append(_no_year("base", str(base), index))
    if faults:
        raise RefusedError(faults)
    factor = frame[year].astype("int64").map(lambda y: index.factor(int(y), base)).astype("float64")
    amounts = frame[value].astype("float64")
    return frame.assign(real=amounts * factor, factor=factor, prices=f"prices of {year_words(base)}")


def real_panel(panel: AnnualPanel, *, base: int, deflator: str | Deflator = "gdp") -> AnnualPanel:
    """What was this yearly measure of money in the prices of one year, council by council?

    The measure must be in pounds of each year ("prices of the year" stands in its unit): shares and real measures are
    refused.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> spend = measures.annual(records.official(), "spend_total")
    >>> real_panel(spend, base=2025).unit
    '£ gross, prices of 2024-25'
    """
    marks = "prices of the year"
    if marks not in panel.unit:
        raise refuse(
            "costs.real_panel",
            panel.definition.name,
            found=f"a measure in {panel.unit}",
            allowed="pounds of each year, with 'prices of the year' in the unit",
            do="Deflate the money before it is divided into a share.",
        )
    frame = real_terms(panel.frame, value="value", base=base, deflator=deflator)
    frame = frame.assign(value=frame["real"])[list(panel.frame.columns)]
    unit = panel.unit.replace(marks, f"prices of {year_words(base)}")
    return replace(
        panel,
        frame=frame,
        definition=replace(panel.definition, unit=unit),
        papers=_with_assumptions(panel.papers),
    )


def real_panels(panel: AnnualPanel, *, base: int, deflators: Sequence[str] = ("gdp", "cpih")) -> list[AnnualPanel]:
    """What was this measure in the prices of one year, by each of several indices? All but the first say which."""
    found = [real_panel(panel, base=base, deflator=name) for name in deflators]
    named = [
        replace(one, definition=replace(one.definition, title=f"{one.definition.title}, by {name.upper()}"))
        for one, name in zip(found[1:], list(deflators)[1:])
    ]
    return [*found[:1], *named]


def real_unit_cost(cost: UnitCost, *, base: int, deflator: str | Deflator = "gdp") -> UnitCost:
    """What does one of these cost in the prices of another year? Value and range move together."""
    factor = _index(deflator).factor(cost.price_year, base)
    return replace(
        cost,
        value=cost.value * factor,
        low=None if cost.low is None else cost.low * factor,
        high=None if cost.high is None else cost.high * factor,
        price_year=base,
    )


def _index(deflator: str | Deflator) -> Deflator:
    return assumptions.deflator(deflator) if isinstance(deflator, str) else deflator


def _with_assumptions(papers: Papers) -> Papers:
    return replace(papers, sources=tuple(sorted({*papers.sources, assumptions.SOURCE})))


def _faults(frame: pd.DataFrame, value: str, year: str, price_year: str | None, index: Deflator) -> list[Refusal]:
    faults = []
    years = pd.to_numeric(frame[year], errors="coerce")
    unknown = ~years.isin(list(index.values))
    if unknown.any():
        named = ", ".join(sorted({str(y) for y in frame.loc[unknown, year]})[:6])
        faults.append(_no_year(_rows(unknown, year), named, index))
    amounts = pd.to_numeric(frame[value], errors="coerce")
    bad = (amounts.isna() & frame[value].notna()) | amounts.isin([float("inf"), float("-inf")])
    if bad.any():
        faults.append(
            Refusal(
                "costs.real_terms", _rows(bad, value), "amounts that are not finite numbers", "pounds, or a blank",
                "Leave an unknown amount blank, with its reason beside it.",
            )
        )  # fmt: skip
    if price_year is not None:
        mixed = frame[price_year] != frame[year]
        if mixed.any():
            faults.append(
                Refusal(
                    "costs.real_terms", _rows(mixed, price_year), "amounts in the prices of another year",
                    f"{price_year} equal to {year}: money of each year in its own prices",
                    "Bring each amount to the base with costs.reprice from the prices it is in.",
                )
            )  # fmt: skip
    return faults


def _rows(where: pd.Series, column: str) -> str:
    numbers = [str(i + 1) for i, yes in enumerate(where) if yes]
    more = f" and {len(numbers) - 6} more" if len(numbers) > 6 else ""
    return f"column {column}, row {', '.join(numbers[:6])}{more}"


def _no_year(place: str, found: str, index: Deflator) -> Refusal:
    return Refusal(
        "costs.real_terms", place, f"{found}, which the index {index.name} does not have",
        f"years ending 31 March {min(index.values)} to {max(index.values)}",
        "Leave the year out, or add its index number with the release it is from.",
    )  # fmt: skip
