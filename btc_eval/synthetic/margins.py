"""To which totals is an extract drawn? Wirral's published figures, year by year, made whole.

The publications leave gaps: a breakdown that starts late, a small count held back, a year not yet out. Each gap is
filled by a stated rule and remembered as filled, so that nobody reconciles against a number that was never published:
a missing year takes the straight line between its neighbours, or the nearest year at an end; a missing breakdown takes
the shares of the nearest year that has one; counts held back share what their row leaves over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.synthetic.days import Ints
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.quotas import parts, parts_named

WIRRAL = "E08000015"
MONTHS = (
    "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "january", "february", "march",
)  # fmt: skip

#: Our name → table and measure in the compiled official statistics.
COUNTS: Mapping[str, tuple[str, str]] = {
    "referrals": ("referrals", "referrals"),
    "children_referred": ("referrals", "children_referred"),
    "re_referrals": ("referrals", "re_referrals"),
    "no_further_action": ("referrals", "no_further_action"),
    "not_in_need": ("referrals", "assessed_not_in_need"),
    "in_need": ("children_in_need", "children_at_31_march"),
    "in_need_ended": ("children_in_need", "episodes_ended"),
    "section_47": ("child_protection_enquiries", "section_47_enquiries"),
    "conferences": ("child_protection_enquiries", "conferences"),
    "plans": ("plan_duration", "plans_at_31_march"),
    "plans_started": ("repeat_plans", "plans_started"),
    "repeat_plans": ("repeat_plans", "repeat_plans"),
    "plans_due_a_review": ("plan_reviews", "plans_due_a_review"),
    "plans_reviewed_in_time": ("plan_reviews", "plans_reviewed_in_time"),
    "assessments": ("assessments", "assessments"),
    "episodes_with_a_factor": ("assessment_factors", "episodes_with_a_factor"),
    "need_plans_started": ("need_plans", "plans_started"),
    "need_plans": ("need_plans", "plans_at_31_march"),
    "looked_after": ("looked_after", "children_at_31_march"),
    "care_started": ("looked_after", "children_started"),
    "care_ceased": ("looked_after", "children_ceased"),
}

#: Our name → table, measure and breakdown, and the count it divides.
SPLITS: Mapping[str, tuple[str, str, str, str]] = {
    "source": ("referral_sources", "referrals", "source", "referrals"),
    "need": ("primary_need", "children at 31 March", "primary need", "in_need"),
    "assessment_days": ("assessments", "assessments", "working days", "assessments"),
    "conference_days": ("child_protection_enquiries", "conferences", "working days", "conferences"),
    "stock_age": ("looked_after_stock", "children", "age", "looked_after"),
    "stock_legal": ("looked_after_stock", "children", "legal status", "looked_after"),
    "stock_placement": ("looked_after_stock", "children", "placement", "looked_after"),
    "started_age": ("looked_after_starts", "children", "age", "care_started"),
    "started_legal": ("looked_after_starts", "children", "legal status", "care_started"),
    "started_need": ("looked_after_starts", "children", "need", "care_started"),
    "started_asylum": ("looked_after_starts", "children", "asylum", "care_started"),
    "ceased_age": ("looked_after_ceases", "children", "age", "care_ceased"),
    "ceased_reason": ("looked_after_ceases", "children", "reason", "care_ceased"),
}

#: Counts whose rise is the coming of a collection, not of cases: absent before their first year, not filled backwards.
COLLECTED_FROM = {"need_plans_started": 2022, "need_plans": 2022}

AGES = ("under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 years and over")
AGES_LEAVING = (*AGES[:4], "16 years", "17 years", "18 years and over")


class Statistics(Protocol):
    """What is asked of the compiled official statistics: one figure a row, by table."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the tables held."""

    def table(self, name: str) -> pd.DataFrame:
        """Return one table."""


class _Wirral:
    """Wirral's rows of each table, oldest release first, read once."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._kept: dict[str, pd.DataFrame] = {}

    def holds(self, table: str) -> bool:
        return table in self._statistics.names

    def rows(self, table: str) -> pd.DataFrame:
        if table not in self._kept:
            frame = self._statistics.table(table)
            self._kept[table] = frame[frame["area_code"] == WIRRAL].sort_values("vintage", kind="stable")
        return self._kept[table]


@dataclass(frozen=True)
class Margins:
    """The totals an extract is drawn to.

    Parameters
    ----------
    first_year, last_year
        The collection years of the returns, both included.
    scale
        Size against Wirral: 1 for the published totals themselves.
    counts
        Name → year → count, from the year before `first_year` (which is simulated, not returned) and its eve.
    splits
        Name → year → category → count; categories sum to the count they divide.
    factors
        Year → published factor → episodes.
    months
        Year → referrals in April, May … March.
    published
        The names and years that are published figures and not filled.
    """

    first_year: int
    last_year: int
    scale: float
    counts: Mapping[str, Mapping[int, int]]
    splits: Mapping[str, Mapping[int, Mapping[str, int]]]
    factors: Mapping[int, Mapping[str, int]]
    months: Mapping[int, Ints]
    published: frozenset[tuple[str, int]]

    @property
    def years(self) -> tuple[int, ...]:
        """Return the years simulated: one before the first return, so that the first has a past."""
        return tuple(range(self.first_year - 1, self.last_year + 1))

    def count(self, name: str, year: int) -> int:
        """Return one total; a year before the window takes the first known."""
        series = self.counts[name]
        return series[max(year, min(series))]

    def split(self, name: str, year: int) -> Mapping[str, int]:
        """Return one total by category."""
        series = self.splits[name]
        return series[max(year, min(series))]

    def carried(self, year: int) -> int:
        """Return how many referred before this year were found in it not to be in need.

        Cases open on the eve that are closed after assessment with no further action leave the census without being
        counted as ended; published stocks and flows differ by exactly these.
        """
        started = self.started(year)
        gone = (
            self.count("in_need", year - 1) + started - self.count("in_need", year) - self.count("in_need_ended", year)
        )
        return max(gone, 0)

    def started(self, year: int) -> int:
        """Return the episodes of need started: referrals, less those without action and those not in need."""
        return self.count("referrals", year) - self.count("no_further_action", year) - self.count("not_in_need", year)

    def ended(self, year: int) -> int:
        """Return the episodes of need ended, as the stocks and starts require."""
        return self.count("in_need", year - 1) + self.started(year) - self.carried(year) - self.count("in_need", year)


def margins(
    statistics: Statistics, parameters: Parameters, *, first_year: int, last_year: int, scale: float = 1.0
) -> Margins:
    """To which totals is an extract of these years drawn?

    Parameters
    ----------
    statistics
        The compiled official statistics.
    first_year, last_year
        Collection years, both included.
    scale
        Size against Wirral.

    Raises
    ------
    RefusedError
        Where Wirral's referrals of a year in the window are not published.
    """
    years = list(range(first_year - 2, last_year + 1))
    wirral = _Wirral(statistics)
    known = {name: _series(wirral, table, measure) for name, (table, measure) in COUNTS.items()}
    _more_looked_after(wirral, known)
    missing = [year for year in range(first_year, last_year + 1) if year not in known["referrals"]]
    if missing or first_year > last_year:
        raise refuse(
            "btc-eval synth",
            "--first-year and --last-year",
            found=f"the years {first_year} to {last_year}",
            allowed=f"first to last between {min(known['referrals']) + 1} and {max(known['referrals'])}",
            do="Choose collection years (ending 31 March) for which Wirral's referrals are published.",
        )
    counts = {name: _whole(series, years, scale) for name, series in known.items()}
    for name, first in COLLECTED_FROM.items():
        counts[name] = {year: count if year >= first else 0 for year, count in counts[name].items()}
    splits = {
        name: _splits(wirral, parameters, name, known[whole], counts[whole])
        for name, (_, _, _, whole) in SPLITS.items()
    }
    return Margins(
        first_year=first_year,
        last_year=last_year,
        scale=scale,
        counts=counts,
        splits=splits,
        factors=_factors(wirral, counts["episodes_with_a_factor"], years, scale),
        months=_months(wirral, counts["referrals"], years),
        published=frozenset((name, year) for name, series in known.items() for year in series),
    )


def _series(wirral: _Wirral, table: str, measure: str) -> dict[int, int]:
    """Return year → the newest published count. A literal nought for a whole council is a gap in the publication."""
    rows = wirral.rows(table)
    rows = rows[(rows["measure"] == measure) & (rows["breakdown"] == "") & (rows["value"] > 0)]
    return {int(year): round(value) for year, value in zip(rows["year"], rows["value"])}


def _more_looked_after(wirral: _Wirral, known: dict[str, dict[int, int]]) -> None:
    """Add the years that the looked-after table lacks (2018 is in no release held) from the ten-year series."""
    if wirral.holds("looked_after_tool"):
        for name, measure in (("looked_after", "children_at_31_march"), ("care_started", "children_started")):
            known[name] = {**_series(wirral, "looked_after_tool", measure), **known[name]}


def _whole(series: Mapping[int, int], years: Sequence[int], scale: float) -> dict[int, int]:
    """Return every year: published, or on the straight line between its neighbours, or as the nearest."""
    at = sorted(series)
    values = np.interp(years, at, [series[year] for year in at])
    return {year: round(float(value) * scale) for year, value in zip(years, values)}


def _splits(
    wirral: _Wirral, parameters: Parameters, name: str, published: Mapping[int, int], totals: Mapping[int, int]
) -> dict[int, dict[str, int]]:
    table, measure, breakdown, _ = SPLITS[name]
    rows = wirral.rows(table)
    rows = rows[(rows["measure"] == measure) & (rows["breakdown"] == breakdown)]
    shown = {year: _row(rows[rows["year"] == year]) for year in sorted(set(rows["year"].tolist()))}
    shown = {year: row for year, row in shown.items() if any(value for value in row.values())}
    known = {**_assumed(parameters, name), **_made_good(shown, published)}
    result = {}
    for year, total in totals.items():
        nearest = min(known, key=lambda other: (abs(other - year), other))
        result[year] = parts_named(total, known[nearest])
    return result


def _row(group: pd.DataFrame) -> dict[str, float | None]:
    """Return category → count of one year; `None` where it is held back, nought where it was not collected."""
    group = group.drop_duplicates("category", keep="last")
    held_back = group["reason"].str.contains("suppressed")
    return {
        category: None if hidden else (0.0 if np.isnan(value) else float(value))
        for category, value, hidden in zip(group["category"], group["value"], held_back)
    }


def _made_good(
    shown: Mapping[int, Mapping[str, float | None]], published: Mapping[int, int]
) -> dict[int, dict[str, float]]:
    """Return the rows with what is held back filled in: the remainder of the row's total, in the shares of near years."""
    result = {}
    for year, row in shown.items():
        hidden = [category for category, value in row.items() if value is None]
        remainder = max(published.get(year, 0) - round(sum(value or 0.0 for value in row.values())), 0)
        weights = {category: _near(shown, category, year) for category in hidden}
        filled = parts_named(remainder, weights) if hidden else {}
        result[year] = {category: float(filled.get(category, value or 0)) for category, value in row.items()}
    return result


def _near(shown: Mapping[int, Mapping[str, float | None]], category: str, year: int) -> float:
    """Return the category's count in the nearest year that shows it, and at least 1."""
    years = [other for other, row in shown.items() if row.get(category)]
    nearest = min(years, key=lambda other: (abs(other - year), other), default=year)
    return max(shown[nearest].get(category) or 0.0, 1.0)


def _assumed(parameters: Parameters, name: str) -> dict[int, dict[str, float]]:
    """Return the early years of the looked-after breakdowns, which are not among the compiled tables."""
    block = parameters.block("care")
    lists = {
        "stock_age": ("stock_by_age", AGES),
        "started_age": ("starts_by_age", AGES),
        "ceased_age": ("ceases_by_age", AGES_LEAVING),
    }
    tables = {
        "stock_legal": "stock_by_legal_status",
        "started_legal": "starts_by_legal_status",
        "stock_placement": "stock_by_placement",
        "ceased_reason": "ceases_by_reason",
    }
    if name in lists:
        key, ages = lists[name]
        return {int(year): dict(zip(ages, map(float, values))) for year, values in block[key].items()}
    if name in tables:
        return {int(year): {k: float(v) for k, v in row.items()} for year, row in block[tables[name]].items()}
    return {}


def _factors(
    wirral: _Wirral, totals: Mapping[int, int], years: Sequence[int], scale: float
) -> dict[int, dict[str, int]]:
    rows = wirral.rows("assessment_factors")
    rows = rows[rows["breakdown"] == "factor"]
    # Categories overlap, so nothing is left over to share: a count held back is taken as the middle of 1 to 5.
    known = {
        year: {k: 3.0 if v is None else v for k, v in _row(rows[rows["year"] == year]).items()}
        for year in sorted(set(rows["year"].tolist()))
    }
    episodes = _series(wirral, "assessment_factors", "episodes_with_a_factor")
    result = {}
    for year in years:
        nearest = min(known, key=lambda other: (abs(other - year), other))
        ratio = scale if nearest == year else totals[year] / episodes[nearest]
        result[year] = {name: min(round(count * ratio), totals[year]) for name, count in known[nearest].items()}
    return result


def _months(wirral: _Wirral, totals: Mapping[int, int], years: Sequence[int]) -> dict[int, Ints]:
    """Return referrals by month; a year whose months are not published takes the seasons of the last three that are."""
    rows = wirral.rows("monthly_referrals")
    wide = rows[rows["measure"].isin(MONTHS)].pivot_table(
        index="year", columns="measure", values="value", aggfunc="last"
    )
    wide = wide[list(MONTHS)].dropna()
    seasons = wide.tail(3).sum().to_numpy(dtype=np.float64)
    known = {int(year): row.to_numpy(dtype=np.float64) for year, row in wide.iterrows()}  # type: ignore[call-overload]
    return {year: parts(totals[year], known.get(year, seasons)) for year in years}
