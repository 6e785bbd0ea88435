"""To which totals is an extract drawn? Wirral's published figures, year by year, made whole.

The publications leave gaps: a breakdown that starts late, a small count held back, a year not yet out. Each gap is
filled by a stated rule and remembered as filled, so that nobody reconciles against a number that was never published;
a missing breakdown takes the shares of the nearest year that has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from btc_eval.errors import refuse
from btc_eval.synthetic.days import Ints
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.published import Statistics, Wirral, made_good, nearest, whole
from btc_eval.synthetic.quotas import parts, parts_named

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

#: Our name → table and breakdown, and the count it divides.
SPLITS: Mapping[str, tuple[str, str, str]] = {
    "source": ("referral_sources", "source", "referrals"),
    "need": ("primary_need", "primary need", "in_need"),
    "assessment_days": ("assessments", "working days", "assessments"),
    "conference_days": ("child_protection_enquiries", "working days", "conferences"),
    "stock_age": ("looked_after_stock", "age", "looked_after"),
    "stock_legal": ("looked_after_stock", "legal status", "looked_after"),
    "stock_placement": ("looked_after_stock", "placement", "looked_after"),
    "started_age": ("looked_after_starts", "age", "care_started"),
    "started_legal": ("looked_after_starts", "legal status", "care_started"),
    "started_need": ("looked_after_starts", "need", "care_started"),
    "started_asylum": ("looked_after_starts", "asylum", "care_started"),
    "ceased_age": ("looked_after_ceases", "age", "care_ceased"),
    "ceased_reason": ("looked_after_ceases", "reason", "care_ceased"),
}

#: Counts whose rise is the coming of a collection, not of cases: absent before their first year, not filled backwards.
COLLECTED_FROM = {"need_plans_started": 2022, "need_plans": 2022}

AGES = ("under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 years and over")
AGES_LEAVING = (*AGES[:4], "16 years", "17 years", "18 years and over")


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
    wirral = Wirral(statistics)
    known = {name: wirral.series(table, measure) for name, (table, measure) in COUNTS.items()}
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
    counts = {name: whole(series, years, scale) for name, series in known.items()}
    for year in set(years[1:]) - set(known["care_ceased"]):
        started = counts["care_started"][year]
        counts["care_ceased"][year] = counts["looked_after"][year - 1] + started - counts["looked_after"][year]
    for name, first in COLLECTED_FROM.items():
        counts[name] = {year: count if year >= first else 0 for year, count in counts[name].items()}
    splits = {
        name: _split(wirral, parameters, name, known[total], counts[total]) for name, (_, _, total) in SPLITS.items()
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


def _more_looked_after(wirral: Wirral, known: dict[str, dict[int, int]]) -> None:
    """Add the years that the looked-after table lacks (2018 is in no release held) from the ten-year series."""
    if wirral.holds("looked_after_tool"):
        for name, measure in (("looked_after", "children_at_31_march"), ("care_started", "children_started")):
            known[name] = {**wirral.series("looked_after_tool", measure), **known[name]}


def _split(
    wirral: Wirral, parameters: Parameters, name: str, published: Mapping[int, int], totals: Mapping[int, int]
) -> dict[int, dict[str, int]]:
    """Divide every year's total as published, or as in the nearest year that is."""
    table, breakdown, _ = SPLITS[name]
    known = {**_assumed(parameters, name), **made_good(wirral.breakdown(table, breakdown), published)}
    return {year: parts_named(total, known[nearest(list(known), year)]) for year, total in totals.items()}


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
    wirral: Wirral, totals: Mapping[int, int], years: Sequence[int], scale: float
) -> dict[int, dict[str, int]]:
    shown = wirral.breakdown("assessment_factors", "factor")
    episodes = wirral.series("assessment_factors", "episodes_with_a_factor")
    result = {}
    for year in years:
        near = nearest(list(shown), year)
        ratio = scale if near == year else totals[year] / episodes[near]
        # Factors overlap, so nothing is left over to share: a count held back is taken as 3, the middle of 1 to 5.
        counts = {name: 3.0 if count is None else count for name, count in shown[near].items()}
        result[year] = {name: min(round(count * ratio), totals[year]) for name, count in counts.items()}
    return result


def _months(wirral: Wirral, totals: Mapping[int, int], years: Sequence[int]) -> dict[int, Ints]:
    """Return referrals by month; a year whose months are not published takes the seasons of the last three that are."""
    known = wirral.months()
    seasons = np.sum([known[year] for year in sorted(known)[-3:]], axis=0)
    return {year: parts(totals[year], known.get(year, seasons)) for year in years}
