"""The type that may be seen: a table that has passed a named policy. Only `control` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from btc_eval.disclosure.policy import Policy
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
        One row for each hidden cell: the keys, `column` and `reason`. Empty where nothing is hidden.
    blanks
        For a column with empty cells, why they are empty.
    papers
        Provenance, sources and window. `publish` refuses a table without them.
    """

    frame: pd.DataFrame
    policy: Policy
    keys: tuple[str, ...]
    counts: tuple[str, ...]
    suppressed: pd.DataFrame
    blanks: Mapping[str, str] = field(default_factory=dict)
    papers: Papers | None = None
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


def _release(**parts: Any) -> SafeTable:
    """Make the table; called by `control` alone."""
    return SafeTable(**parts, _maker=_MAKER)
