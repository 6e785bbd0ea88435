"""The type that may be seen: a table that has passed a named policy. Only `control` makes one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.protect import Protection
from btc_eval.disclosure.reasons import Reason
from btc_eval.errors import refuse
from btc_eval.estimates import Papers

_MAKER = object()


@dataclass(frozen=True, slots=True, eq=False)
class SafeTable:
    """A table that may be published.

    Parameters
    ----------
    frame
        One row a key; a copy, so that later changes to the caller's frame cannot reach the page.
    policy
        The rules it passed.
    keys
        Columns that identify a row.
    counts
        Columns of counts that the policy was applied to.
    suppressed
        One row for each hidden cell: the keys, `column` and `reason` (a `Reason`). Empty where nothing is hidden. It
        tells small cells from their guards, which a page must not; pages take `why`.
    blanks
        For a column with empty cells, why they are empty.
    papers
        Provenance, sources and window. `publish` refuses a table without them.
    name
        What the table is called in messages and in the register.
    totals, hierarchies, across, amounts
        What binds its rows and columns, so that it can be attacked again later, alone or beside other tables.
    protection
        How its hidden cells were protected and how that was proved.
    notes
        Sentences that belong under the table: that counts are rounded, what a blank stands for.
    no_people
        Why the table says nothing about any person, where it was released without counts for that reason.
    """

    frame: pd.DataFrame
    policy: Policy
    keys: tuple[str, ...]
    counts: tuple[str, ...]
    suppressed: pd.DataFrame
    blanks: Mapping[str, str] = field(default_factory=dict)
    papers: Papers | None = None
    name: str = "table"
    totals: str | None = None
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]] = field(default_factory=dict)
    across: Mapping[str, Sequence[str]] = field(default_factory=dict)
    amounts: tuple[str, ...] = ()
    protection: Protection | None = None
    notes: tuple[str, ...] = ()
    no_people: str = ""
    _maker: object = None

    def __post_init__(self) -> None:
        if self._maker is not _MAKER:
            raise refuse(
                "SafeTable",
                "constructor",
                found="a table made by hand",
                allowed="a table returned by disclosure.control",
                do="Pass the frame to disclosure.control with a policy and its keys.",
            )

    def only(self, columns: list[str]) -> pd.DataFrame:
        """Return a copy with just these columns: what a chart draws is what the page carries."""
        absent = [name for name in columns if name not in self.frame.columns]
        if absent:
            raise refuse(
                "released table",
                "columns",
                found=f"no column {', '.join(absent)}",
                allowed=", ".join(map(str, self.frame.columns)),
                do="Add the column before disclosure.control, or draw another.",
            )
        return self.frame.loc[:, columns].copy()

    def row(self, **at: Any) -> pd.Series:
        """Return the one row whose columns equal the given values; anything but exactly one is refused."""
        chosen = self.frame
        for column, value in at.items():
            chosen = chosen[self.only([column])[column].loc[chosen.index] == value]
        if len(chosen) != 1:
            raise refuse(
                "released table",
                ", ".join(at) or "all rows",
                found=f"{len(chosen)} rows",
                allowed="exactly one",
                do=f"Name the row by its keys: {', '.join(self.keys)}.",
            )
        return chosen.iloc[0]

    def why(self, column: str, index: Hashable) -> str | None:
        """In words that may be shown, why did the policy hide this cell? None where it did not."""
        hidden = self.suppressed
        if not len(hidden):
            return None
        row = self.frame.loc[[index]].iloc[0]
        here = hidden["column"] == column
        for key in self.keys:
            here &= hidden[key] == row[key]
        if not here.any():
            return None
        return Reason(str(hidden.loc[here, "reason"].iloc[0])).public(self.policy.reasons_told)


def _release(**parts: Any) -> SafeTable:
    """Make the table; called by the doors of this package alone."""
    return SafeTable(**parts, _maker=_MAKER)
