"""Cells that are more than text: findings quoted with their address, and links to another page's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from btc_eval.disclosure import SafeTable
from btc_eval.publish import parts

#: What a list of ids without any id is shown as; `programme.Facts.frame` writes it.
_NONE = ("", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rich:
    """Which columns are shown as more than text?

    Parameters
    ----------
    rows
        A column whose values become the rows' addresses on the page, or "".
    findings
        Columns that hold ids of findings, joined with "; ". The builder writes each finding's sentence there, with a
        link to it.
    links
        Column shown to (page, column): its words lead to that page, to the row that the other column names.
    cards
        Whether a narrow screen shows each row as a card, every cell under its column's words.
    """

    rows: str = ""
    findings: tuple[str, ...] = ()
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    cards: bool = False

    @property
    def columns(self) -> list[str]:
        """Return the columns needed besides those that are shown."""
        return [name for name in (self.rows, *(target for _, target in self.links.values())) if name]

    def cell(self, safe: SafeTable, name: str, index: object, shown: str) -> str:
        """Return what stands in a cell, as HTML; `shown` is what would stand there otherwise."""
        if name in self.findings:
            ids = [one for one in str(safe.frame.loc[index, name]).split("; ") if one not in _NONE]  # type: ignore[index]
            return "".join(f"{{{{finding:{one}}}}}" for one in ids) or parts.text("none")
        if name in self.links:
            page, target = self.links[name]
            place = safe.frame.loc[index, target]  # type: ignore[index]
            return f'<a href="{{{{root}}}}{parts.text(page)}.html#{parts.text(str(place))}">{shown}</a>'
        return shown
