"""What do the published tables say of Wirral, and how are their gaps filled? Rows of figures made whole.

A count held back by the publisher shares what its row leaves over; a missing year lies on the straight line between its
neighbours, or equals the nearest at an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from btc_eval.records.areas import WIRRAL
from btc_eval.synthetic.days import Floats
from btc_eval.synthetic.quotas import parts_named

MONTHS = (
    "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "january", "february", "march",
)  # fmt: skip

Shown = Mapping[int, Mapping[str, float | None]]
"""Year → category → count; `None` where it is held back."""


class Statistics(Protocol):
    """What is asked of the compiled official statistics: one figure a row, by table."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the tables held."""

    def table(self, name: str) -> pd.DataFrame:
        """Return one table."""


class Wirral:
    """Wirral's rows of each table, oldest release first, read once."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._kept: dict[str, pd.DataFrame] = {}

    def holds(self, table: str) -> bool:
        """Return whether there is such a table."""
        return table in self._statistics.names

    def rows(self, table: str) -> pd.DataFrame:
        """Return Wirral's rows of one table."""
        if table not in self._kept:
            frame = self._statistics.table(table)
            self._kept[table] = frame[frame["area_code"] == WIRRAL].sort_values("vintage", kind="stable")
        return self._kept[table]

    def series(self, table: str, measure: str) -> dict[int, int]:
        """Return year → the newest published count. A nought for a whole council is a gap in the publication."""
        rows = self.rows(table)
        rows = rows[(rows["measure"] == measure) & (rows["breakdown"] == "") & (rows["value"] > 0)]
        return {int(year): round(value) for year, value in zip(rows["year"], rows["value"])}

    def breakdown(self, table: str, breakdown: str) -> Shown:
        """Return the rows of a breakdown; a category that was not collected in a year counts nought."""
        rows = self.rows(table)
        rows = rows[rows["breakdown"] == breakdown]
        found = {year: _row(rows[rows["year"] == year]) for year in sorted(set(rows["year"].tolist()))}
        return {year: row for year, row in found.items() if any(row.values())}

    def months(self) -> dict[int, Floats]:
        """Return year → referrals from April to March, of the years in which every month is published."""
        rows = self.rows("monthly_referrals")
        found = {}
        for year in sorted(set(rows["year"].tolist())):
            of_year = rows[rows["year"] == year].drop_duplicates("measure", keep="last").set_index("measure")["value"]
            counts = of_year.reindex(MONTHS).to_numpy(dtype=np.float64)
            if not np.isnan(counts).any():
                found[year] = counts
        return found


def _row(group: pd.DataFrame) -> dict[str, float | None]:
    group = group.drop_duplicates("category", keep="last")
    held_back = group["reason"].str.contains("suppressed")
    return {
        category: None if hidden else (0.0 if np.isnan(value) else float(value))
        for category, value, hidden in zip(group["category"], group["value"], held_back)
    }


def made_good(shown: Shown, totals: Mapping[int, int]) -> dict[int, dict[str, float]]:
    """What stands behind the counts held back? The remainder of each row's total, in the shares of near years.

    Parameters
    ----------
    shown
        What is published.
    totals
        Year → the published total that the categories make up.
    """
    result = {}
    for year, row in shown.items():
        hidden = [category for category, value in row.items() if value is None]
        remainder = max(totals.get(year, 0) - round(sum(value or 0.0 for value in row.values())), 0)
        weights = {category: _near(shown, category, year) for category in hidden}
        filled = parts_named(remainder, weights) if hidden else {}
        result[year] = {category: float(filled.get(category, value or 0)) for category, value in row.items()}
    return result


def _near(shown: Shown, category: str, year: int) -> float:
    """Return the category's count in the nearest year that shows it, and at least 1."""
    years = [other for other, row in shown.items() if row.get(category)]
    return max(shown[nearest(years, year)].get(category) or 0.0, 1.0) if years else 1.0


def nearest(years: Sequence[int], year: int) -> int:
    """Which of these years is nearest, the earlier of two?"""
    return min(years, key=lambda other: (abs(other - year), other))


def whole(series: Mapping[int, int], years: Sequence[int], scale: float) -> dict[int, int]:
    """What is the count of every year: published, or on the straight line between its neighbours, or as the nearest?"""
    at = sorted(series)
    values = np.interp(years, at, [series[year] for year in at])
    return {year: round(float(value) * scale) for year, value in zip(years, values)}
