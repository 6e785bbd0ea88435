"""Cells that are more than text: findings quoted with their address, and links to the place of a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from btc_eval.disclosure import SafeTable
from btc_eval.errors import refuse
from btc_eval.periods import month_words
from btc_eval.publish import parts

#: On which page of the book each kind of record has a row of its own, by how its id begins.
HOMES = {
    "claim-": "answers/claims",
    "question-": "answers/questions",
    "theme-": "learning/what-was-learned",
    "event-": "learning/timeline",
    "commitment-": "plan/priorities",
    "hub-": "plan/teams-and-hubs",
    "team-": "plan/teams-and-hubs",
    "role-": "plan/teams-and-hubs",
    "indicator-": "plan/framework",
    "ready-": "plan/readiness",
    "risk-": "plan/readiness",
}

_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])")

#: What a list of ids without any id is shown as; `programme.Facts.frame` writes it.
_NONE = ("", "none")

#: Where a table of records has the papers that were read beside each, they are evidence too.
_BESIDE = "beside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """Which columns are shown as more than text?

    Parameters
    ----------
    rows
        A column whose values become the rows' addresses on the page, or "".
    findings
        Columns that hold ids of findings, joined with "; ". The builder writes each finding's sentence there, with a
        link to it; papers read beside the record follow, where the table has them.
    links
        Column shown to the column that holds the id of a record: the words lead to the record's row, on its own page.
    addresses
        Column shown to the column that holds an address within the book, "assurance/methods#money".
    expected
        Column shown to the column that holds the month, "2026-10", in which its words expect something. Whether that
        month is past is known to the builder alone, which knows the date of the edition.
    cards
        Whether a narrow screen shows each row as a card, every cell under its column's words; "always" for a table
        whose cells hold so many words that a wide screen shows cards as well.
    """

    rows: str = ""
    findings: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    cards: bool | Literal["always"] = False

    @property
    def columns(self) -> list[str]:
        """Return the columns needed besides those that are shown."""
        beside = (*self.links.values(), *self.addresses.values(), *self.expected.values())
        return [name for name in (self.rows, *beside) if name]

    def cell(self, safe: SafeTable, name: str, index: object, shown: str) -> str:
        """Return what stands in a cell, as HTML; `shown` is what would stand there otherwise."""
        if name in self.findings:
            ids = [one for one in str(safe.frame.loc[index, name]).split("; ") if one not in _NONE]  # type: ignore[index]
            told = "".join(f"{{{{finding:{one}}}}}" for one in ids)
            papers = str(safe.frame.loc[index, _BESIDE]) if _BESIDE in safe.frame else ""  # type: ignore[index]
            if papers not in _NONE:
                told += f'<span class="btc-cited">Read beside it: {parts.text(papers)}.</span>'
            return told or "None published."
        if name in self.links:
            return linked(str(safe.frame.loc[index, self.links[name]]), shown)  # type: ignore[index]
        if name in self.addresses:
            return led(str(safe.frame.loc[index, self.addresses[name]]), shown)  # type: ignore[index]
        if name in self.expected:
            month = safe.frame.loc[index, self.expected[name]]  # type: ignore[index]
            return shown if pd.isna(month) else awaited(str(month), shown)
        return shown


def awaited(month: str, shown: str) -> str:
    """Return words that expect something in a month, with a token for how that month is said; `shown` is HTML.

    Raises
    ------
    RefusedError
        For a month that is none, and for words that do not expect anything in it.
    """
    if _MONTH.fullmatch(month):
        words = f"expected {month_words(pd.Timestamp(month))}"
        if words in shown:
            return shown.replace(words, f"{{{{expected:{month}}}}}", 1)
    raise refuse(
        "publish",
        "expected",
        found=f"the month {month!r} beside other words",
        allowed="a month such as 2026-10, and words that say “expected October 2026”",
        do="Correct the month, or say in the words what is expected in it.",
    )


def led(address: str, shown: str) -> str:
    """Return words that lead to a page of the book and a place on it; `shown` is HTML.

    Raises
    ------
    RefusedError
        For an address without a page, or without a place on it.
    """
    page, _, place = address.partition("#")
    if not page or not place or ":" in page:
        raise refuse(
            "publish",
            "addresses",
            found=repr(address),
            allowed="a page of this book and a place on it, such as assurance/methods#money",
            do="Name the page without its ending, then # and the place.",
        )
    return f'<a href="{{{{root}}}}{parts.text(page)}.html#{parts.text(place)}">{shown}</a>'


def linked(record: str, shown: str) -> str:
    """Return words that lead to a record's own row; `shown` is HTML.

    Raises
    ------
    RefusedError
        For a record that has no row of its own in the book.
    """
    for beginning, page in HOMES.items():
        if record.startswith(beginning):
            return f'<a href="{{{{root}}}}{page}.html#{parts.text(record)}">{shown}</a>'
    raise refuse(
        "publish",
        "links",
        found=f"the record {record!r}, which has no page",
        allowed=f"ids that begin with {', '.join(HOMES)}",
        do="Link another column, or add the page of such records to publish.rich.",
    )
