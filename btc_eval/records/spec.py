"""What is known of a published table: how it is recognised, its columns, and how its figures must add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from btc_eval.records.symbols import EXPLORE_EDUCATION, Reason


class Kind(StrEnum):
    """What sort of figure a column holds, and so what it may be."""

    COUNT = "count"  # a whole number, nought or more
    NUMBER = "number"  # any number, nought or more
    PERCENT = "percent"  # 0 to 100; suspensions and some rates pass 100 and are NUMBER
    CHANGE = "change"  # any number, negative included


@dataclass(frozen=True, slots=True)
class Indicator:
    """A column of figures: our name for it, and every name it has been published under, newest first."""

    measure: str
    names: tuple[str, ...]
    kind: Kind = Kind.COUNT
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A column of categories in a long table, with every name it has been published under."""

    name: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts.

    Parameters
    ----------
    total, parts
        Names of measures.
    exact
        Whether a council's parts must make the total; where not, they may fall short (some cases carry no part) but
        never exceed it.
    rounded_to
        Rounding of regions and England, whose total and parts are rounded one by one.
    slack
        Rounding left in a council's own sum.
    binding
        Whether a table that breaks the rule is refused. Spend is not: the publisher's own totals differ from their
        lines for Slough in 2017-18 and the East of England in 2022-23, and are reported as concerns.
    """

    total: str
    parts: tuple[str, ...]
    exact: bool = True
    rounded_to: int = 10
    slack: float = 0.0
    binding: bool = True


@dataclass(frozen=True, slots=True)
class Publication:
    """A statistical publication.

    Parameters
    ----------
    month, later
        Its release of the data year Y appears in this month of the year Y + `later`; month 0 where the publisher
        revises without saying when, and the vintage is then the last year of data.
    months
        Data years released in another month.
    """

    name: str
    publisher: str
    address: str
    month: int = 0
    later: int = 0
    months: Mapping[int, int] = field(default_factory=dict)

    def vintage(self, last_year: int) -> str:
        """To which release does a file belong whose last data year is this? ("2023-11")."""
        month = self.months.get(last_year, self.month)
        return f"{last_year + self.later}-{month:02d}" if month else str(last_year)


@dataclass(frozen=True, slots=True)
class Spec:
    """One published table.

    Parameters
    ----------
    source
        What the publication calls the table.
    table
        The compiled table it goes into.
    file_name
        A regular expression for the names it has been downloaded under (whole name, any case).
    layout
        The reader's name in `btc_eval.records.reading`.
    indicators
        Its columns of figures.
    filters
        Its columns of categories, where it is long; the reader turns category rows into columns.
    mark
        A column and a value that only this table has in it, where the publication marks its tables so.
    sister
        Columns that tell a sister table with the same mark; a table that has one of them is not this one.
    years
        Allowed values of `time_identifier`.
    breakdowns
        For a long table: published breakdown → ours; a breakdown that is not listed is set aside.
    categories
        Published category → ours, where the wording changed between releases.
    sums
        Totals and parts within a row.
    national
        Counts whose councils must sum to England's.
    rounded_to
        England's rounding.
    symbols
        What may stand in a cell in place of a number.
    """

    source: str
    publication: Publication
    table: str
    file_name: str
    layout: str
    indicators: tuple[Indicator, ...]
    filters: tuple[Filter, ...] = ()
    mark: tuple[str, str] = ("", "")
    sister: tuple[str, ...] = ()
    years: tuple[str, ...] = ("Reporting year",)
    breakdowns: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()
    national: tuple[str, ...] = ()
    rounded_to: int = 10
    symbols: Mapping[str, Reason] = field(default_factory=lambda: EXPLORE_EDUCATION)
    shift_year: int = 0


@dataclass(frozen=True, slots=True)
class Compiled:
    """One table of `data/official`.

    Parameters
    ----------
    name, title
        File name without ending; what a reader is told it is.
    broad
        Whether every council is kept under the scope "report"; the other tables then keep the report's areas.
    vintages
        Whether every release is kept, or only the newest figure of each area and year.
    year
        What the column `year` means.
    columns
        The order of its columns where it is made from several files; breakdowns follow in alphabetical order.
    """

    name: str
    title: str
    broad: bool = False
    vintages: bool = False
    year: str = "year ending 31 March"
    columns: tuple[str, ...] = ()
