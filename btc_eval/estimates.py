"""The one vocabulary in which results speak: an estimate with its interval, a check with its verdict, papers.

Floor 2: small frozen records that every method and every page share.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from btc_eval.errors import refuse

#: The columns of every result table, in order.
TIDY_COLUMNS = ("term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high")


class Verdict(StrEnum):
    """What a check concluded. A check that did not run is `not checked`, which is not `pass`."""

    NOT_CHECKED = "not checked"
    FAIL = "fail"
    CONCERN = "concern"
    PASS = "pass"


class Provenance(StrEnum):
    """Where the numbers come from; carried by the data from the door to the page."""

    OFFICIAL = "official"
    STATUTORY = "statutory"
    DEMONSTRATION = "demonstration"

    @property
    def words(self) -> str:
        """Return the mark a reader sees."""
        return {
            Provenance.OFFICIAL: "Official statistics",
            Provenance.STATUTORY: "Wirral Council returns",
            Provenance.DEMONSTRATION: "Demonstration data, not about Wirral",
        }[self]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a result: its name, its verdict and a plain sentence saying what was seen."""

    name: str
    verdict: Verdict = Verdict.NOT_CHECKED
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value
        The point estimate, in `unit`.
    conf_low, conf_high
        Ends of the interval, both included; `None` where none is claimed.
    conf_level
        Nominal coverage of the interval, such as 0.95.
    unit
        The field's words for the unit: "referrals a month", "per 10,000 children", "ratio".
    method
        The estimator in words, such as "quasi-Poisson, month dummies".
    """

    value: float
    conf_low: float | None = None
    conf_high: float | None = None
    conf_level: float = 0.95
    unit: str = ""
    method: str = ""

    def __post_init__(self) -> None:
        ends = [x for x in (self.conf_low, self.conf_high) if x is not None]
        if not math.isfinite(self.value) or not all(math.isfinite(x) for x in ends):
            raise refuse(
                "estimate",
                self.unit or "value",
                found="a number that is not finite",
                allowed="finite numbers, with None where no interval is claimed",
                do="Look at the fit that made it: a series of zeros or a perfect fit gives this.",
            )
        if len(ends) == 2 and ends[0] > ends[1]:
            raise refuse(
                "estimate",
                self.unit or "interval",
                found="a lower end above the upper end",
                allowed="conf_low <= conf_high",
                do="Swap the ends where the interval is made.",
            )


@dataclass(frozen=True, slots=True)
class Papers:
    """What a table must carry to be shown: what kind of data it is, from which sources, for which window.

    Parameters
    ----------
    provenance
        Official, statutory or demonstration; the worst of its inputs where several were joined.
    sources
        Names of entries in `data/catalogue.toml`, sorted.
    window_start, window_end
        First and last period, both included, as ISO text ("2012-04", "2024-03" or "2013", "2025"); empty where
        the table has no time.
    vintages
        For a source of which some releases were used and others not, each of those: (source, release), such as
        ("looked_after", "2023-11"), sorted. Of a source that is not named here, every release that is held.
    """

    provenance: Provenance
    sources: tuple[str, ...]
    window_start: str = ""
    window_end: str = ""
    vintages: tuple[tuple[str, str], ...] = ()

    def over(self, start: str, end: str) -> Papers:
        """Return the same papers for this window."""
        return replace(self, window_start=start, window_end=end)

    def joined(self, other: Papers) -> Papers:
        """Return the papers of a table made from both: the weaker provenance, all sources, the wider window."""
        strength = [Provenance.DEMONSTRATION, Provenance.STATUTORY, Provenance.OFFICIAL]
        starts = [w for w in (self.window_start, other.window_start) if w]
        ends = [w for w in (self.window_end, other.window_end) if w]
        return Papers(
            provenance=min(self.provenance, other.provenance, key=strength.index),
            sources=tuple(sorted({*self.sources, *other.sources})),
            window_start=min(starts, default=""),
            window_end=max(ends, default=""),
            vintages=self._vintages_with(other),
        )

    def _vintages_with(self, other: Papers) -> tuple[tuple[str, str], ...]:
        """Return the releases of both; of a source that one of them used whole, none is named, which means all."""
        whole = {
            source
            for one in (self, other)
            for source in one.sources
            if source not in {name for name, _ in one.vintages}
        }
        return tuple(sorted({pair for pair in (*self.vintages, *other.vintages) if pair[0] not in whole}))


def release_words(releases: Iterable[str]) -> str:
    """Which releases are these, in words? "" for none.

    A release bears the year and month in which it came out; one whose publisher names no month, the last year in it.

    Examples
    --------
    >>> release_words(["2025-11"])
    'released November 2025'
    >>> release_words(["2023-11", "2010-09", "2025-11"])
    'released September 2010 to November 2025'
    >>> release_words(["2025"])
    'figures to 2025'
    """
    known = sorted(set(releases))
    dated = [text for text in known if len(text) >= 7 and text[5:7].isdigit() and 1 <= int(text[5:7]) <= 12]
    years = [text for text in known if text not in dated]
    months = [f"{calendar.month_name[int(text[5:7])]} {text[:4]}" for text in dated]
    parts = [f"released {_span(months)}"] if months else []
    parts += [f"figures to {_span(years)}"] if years else []
    return ", ".join(parts)


def latest_words(releases: Iterable[str]) -> str:
    """Until when were figures released that these releases hold, in words? "" for none.

    Examples
    --------
    >>> latest_words(["2023-11", "2025-10", "2025"]), latest_words(["2021", "2025"])
    ('as released by October 2025', 'figures to 2025')
    """
    known = list(releases)
    dated = [text for text in known if len(text) >= 7]
    return (
        release_words([max(dated)]).replace("released", "as released by")
        if dated
        else release_words([max(known)] if known else [])
    )


def _span(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"{texts[0]} {'and' if len(texts) == 2 else 'to'} {texts[-1]}"
