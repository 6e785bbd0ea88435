"""What an assumption is: a constant with its unit, date, source, and how far the source was seen."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from btc_eval.errors import refuse


class Status(StrEnum):
    """How far the source was seen. A number that was not is never used without saying so."""

    UNCONFIRMED = "unconfirmed"  # from memory, or a figure that names no source
    READ = "read"  # in a copy, or a second-hand account
    CHOSEN = "own choice"  # no source states it; the entry says why it was chosen
    CONFIRMED = "confirmed"  # at its publisher


class Account(StrEnum):
    """Whose money it is. Sums over accounts mean nothing to a treasurer, so they are kept apart."""

    FISCAL = "fiscal"
    ECONOMIC = "economic"
    SOCIAL = "social"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A named constant, or a table of them, with its papers."""

    name: str
    title: str
    unit: str
    dated: str
    status: Status
    source: str
    address: str = ""

    def value_words(self) -> str:
        """Return the value in a few words, for a list."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflator(Assumption):
    """An index of prices by year ending 31 March; only its ratios mean anything."""

    values: Mapping[int, float]

    def factor(self, year: int, base: int) -> float:
        """What is a pound of `year` worth in the prices of `base`?

        Raises
        ------
        RefusedError
            For a year that the index does not have: prices are not guessed.

        Examples
        --------
        >>> from btc_eval import assumptions
        >>> assumptions.deflator("gdp").factor(2025, 2025)
        1.0
        """
        absent = sorted({int(y) for y in (year, base) if y not in self.values})
        if absent:
            raise refuse(
                f"deflator {self.name}",
                "year",
                found=", ".join(map(str, absent)),
                allowed=f"years ending 31 March {min(self.values)} to {max(self.values)}",
                do="Take another year, or add the year to data/assumptions/deflators.toml with the release it is from.",
            )
        return self.values[base] / self.values[year]

    def value_words(self) -> str:
        """Return first and last year."""
        years = sorted(self.values)
        return f"{self.values[years[0]]:g} in {years[0]} to {self.values[years[-1]]:g} in {years[-1]}"


@dataclass(frozen=True, slots=True)
class Band:
    """A discount rate for years `first` to `last`, both included; the last band has no end (`None`)."""

    first: int
    last: int | None
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Assumption):
    """A discount rate that may fall with time. Year 0 is now and is not discounted."""

    bands: tuple[Band, ...]

    def factors(self, years: int) -> tuple[float, ...]:
        """What is a pound of each year from 0 to `years` worth now? Each year is discounted at its own rate.

        Examples
        --------
        >>> from btc_eval import assumptions
        >>> [round(f, 4) for f in assumptions.schedule().factors(2)]
        [1.0, 0.9662, 0.9335]
        """
        found = [1.0]
        for year in range(1, years + 1):
            found.append(found[-1] / (1.0 + self.rate(year)))
        return tuple(found)

    def rate(self, year: int) -> float:
        """At what rate is this year discounted against the year before?"""
        return next(band.rate for band in self.bands if year >= band.first and (band.last is None or year <= band.last))

    def value_words(self) -> str:
        """Return the steps."""
        steps = [f"{band.rate:.2%} to year {band.last}" for band in self.bands if band.last is not None]
        return ", ".join([*steps, f"then {self.bands[-1].rate:.2%}"])


@dataclass(frozen=True, slots=True)
class Grade:
    """What weak evidence costs: the share added to costs and the share taken off benefits."""

    grade: int
    costs: float
    benefits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimismTable(Assumption):
    """Corrections by grade of evidence, 1 being the strongest."""

    grades: tuple[Grade, ...]

    def value_words(self) -> str:
        """Return the ends of the table."""
        return f"grades {self.grades[0].grade} to {self.grades[-1].grade}: none to {self.grades[-1].costs:.0%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCost(Assumption):
    """What one of something costs.

    Parameters
    ----------
    value, low, high
        Pounds at the prices of `price_year` (year ending 31 March). `low` and `high` hold about nineteen in twenty of
        what is seen, and are `None` where no range is known.
    account, cashable
        Whose money it is, and whether a budget can be cut when one fewer is needed.
    """

    value: float
    price_year: int
    account: Account
    cashable: bool
    low: float | None = None
    high: float | None = None

    @property
    def book(self) -> str:
        """In which of the four columns of an appraisal does it stand?"""
        if self.account is Account.FISCAL:
            return "fiscal, cashable" if self.cashable else "fiscal, not cashable"
        return self.account.value

    def value_words(self) -> str:
        """Return the value, its range and its prices."""
        reach = f" ({self.low:,.0f} to {self.high:,.0f})" if self.low is not None and self.high is not None else ""
        return f"£{self.value:,.0f}{reach}, prices of {self.price_year - 1}-{self.price_year % 100:02d}; {self.book}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Assumption):
    """A share that an answer hangs on, with the range of what it may be."""

    value: float
    low: float
    high: float

    def value_words(self) -> str:
        """Return the share and its range."""
        return f"{self.value:g} ({self.low:g} to {self.high:g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Assumption):
    """When a yearly table comes out: in `month`, `after` years after the year that the figure is of (as it ends)."""

    month: int
    after: int

    def due(self, year: int) -> str:
        """When is the figure of this year expected? "October 2026".

        Examples
        --------
        >>> from btc_eval import assumptions
        >>> assumptions.release("looked-after").due(2026)
        'November 2026'
        """
        return f"{calendar.month_name[self.month]} {year + self.after}"

    def due_month(self, year: int) -> str:
        """The same as a date without a day: "2026-10"."""
        return f"{year + self.after}-{self.month:02d}"

    def value_words(self) -> str:
        """Return the month."""
        later = {0: "of the same year", 1: "of the next year"}.get(self.after, f"{self.after} years after")
        return f"{calendar.month_name[self.month]} {later}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLines(Assumption):
    """Which lines of the section 251 return count as early help, and which as late."""

    early: tuple[str, ...]
    late: tuple[str, ...]
    comparable_from: int = field(default=0)

    def value_words(self) -> str:
        """Return the lines by name."""
        early, late = (
            ", ".join(name.removeprefix("spend_").replace("_", " ") for name in s) for s in (self.early, self.late)
        )
        return f"early: {early}; late: {late}"
