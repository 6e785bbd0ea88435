"""What was known of each child on the index date? A view that cannot hold anything later.

Whoever enters a cohort, and with which characteristics, may be decided from this view alone. It is cut at each row's
own index date when it is made, and refuses to be made otherwise: so nothing that happened afterwards can decide who
is compared with whom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.measures.days import NEVER, Days
from btc_eval.measures.happenings import LASTING

#: What a log says of each thing that happened.
_SAID = ("event", "day", "until", "source", "need", "detail")


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What had happened to each row's child up to and including its index date.

    Parameters
    ----------
    rows
        One row a candidate, numbered from nought: `child_id`, `index` (day), `born` (day), and what is known of the
        child (`sex`, `ethnicity_group`, `disabled`, `family`).
    log
        What had happened: `row` (of `rows`), `event`, `day`, `until`, `source`, `need`, `detail`; sorted by row and
        day. An end that had not come by the index date is `NEVER`.

    Raises
    ------
    RefusedError
        Where the log holds a day after its row's index date, or an end that was not known on it.
    """

    rows: pd.DataFrame
    log: pd.DataFrame

    def __post_init__(self) -> None:
        index = self.rows["index"].to_numpy()[self.log["row"].to_numpy()]
        day, until = self.log["day"].to_numpy(), self.log["until"].to_numpy()
        later = int(((day > index) | ((until > index) & (until < NEVER))).sum())
        if later:
            raise refuse(
                "history",
                "log",
                found=f"{later} rows with something that happened after the index date",
                allowed="what was known on the index date, that day included",
                do="Cut the log with History.cut; what comes later is an outcome or a later exposure.",
            )

    @classmethod
    def cut(cls, rows: pd.DataFrame, log: pd.DataFrame) -> History:
        """Return the view of these candidates: of the log, what had happened by each one's index date.

        Parameters
        ----------
        rows
            As in the class.
        log
            Everything that ever happened, as `measures.happenings` gives it.
        """
        numbered = rows.reset_index(drop=True)
        asked = numbered[["child_id", "index"]].assign(row=np.arange(len(numbered)))
        both = asked.merge(log[["child_id", *_SAID]].astype({"event": "object"}), on="child_id")
        both = both[both["day"] <= both["index"]].sort_values(["row", "day"], kind="stable", ignore_index=True)
        known = both["until"].where(both["until"] <= both["index"], NEVER)
        return cls(numbered, both.assign(until=known)[["row", *_SAID]])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def index(self) -> Days:
        """Return the index date of every row, as a day."""
        return self.rows["index"].to_numpy(dtype=np.int64)

    def count(self, event: str, *, within: int | None = None) -> pd.Series:
        """How often had it happened before the index date, the day itself left out?

        Parameters
        ----------
        event
            A kind of happening.
        within
            Only in so many days before the index date; over all that is held by default.
        """
        chosen = self.log[self.log["event"] == event]
        back = self.index[chosen["row"].to_numpy()] - chosen["day"].to_numpy()
        seen = (back > 0) & (back <= (NEVER if within is None else within))
        return pd.Series(np.bincount(chosen["row"].to_numpy()[seen], minlength=len(self)).astype(np.int64))

    def had(self, event: str, *, within: int | None = None) -> pd.Series:
        """Had it happened before the index date, the day itself left out?"""
        return self.count(event, within=within) > 0

    def on(self, event: str) -> pd.Series:
        """Did it hold at the end of the index date? For what lasts: a case, a plan, care, help, the register.

        Raises
        ------
        RefusedError
            For a kind that is over when its day is.
        """
        if event not in LASTING:
            raise refuse(
                "history.on", "event", found=repr(event), allowed=", ".join(LASTING), do="Ask with count or had."
            )
        chosen = self.log[(self.log["event"] == event) & (self.log["until"] == NEVER)]
        return pd.Series(np.isin(np.arange(len(self)), chosen["row"].to_numpy()))

    def by(self, event: str) -> pd.Series:
        """Had it happened by the index date, the day itself included?"""
        chosen = self.log[self.log["event"] == event]
        return pd.Series(np.isin(np.arange(len(self)), chosen["row"].to_numpy()))

    def latest(self, event: str, column: str = "day") -> pd.Series:
        """What does the last such row on or before the index date say in this column? Blank where there is none."""
        chosen = self.log[self.log["event"] == event].drop_duplicates("row", keep="last")
        return chosen.set_index("row")[column].reindex(range(len(self)))

    def of(self, column: str) -> pd.Series:
        """What is known of each child, whenever it was written down: `sex`, `ethnicity_group`, `disabled`, `family`?"""
        return self.rows[column]
