"""How many referrals came in each month, council by council? Twelve years of published counts as one series."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.places import newest_codes
from btc_eval.records import Official

#: Calendar month of each published column; April to December belong to the year before the one in which the year ends.
_MONTHS = {
    "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "january": 1, "february": 2, "march": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthlySeries:
    """Monthly counts of councils.

    Parameters
    ----------
    frame
        `la_code`, `la_name`, `month` (first day, included), `referrals` (float): published months only, sorted by
        council and month.
    missing
        The months that are not published: `la_code`, `la_name`, `month`, `reason` in words.
    changed
        Councils whose land changed within the series (it runs on under the successor's code).
    papers
        Provenance, source and window.
    """

    frame: pd.DataFrame
    missing: pd.DataFrame
    changed: tuple[str, ...]
    papers: Papers

    def __post_init__(self) -> None:
        if self.frame.duplicated(["la_code", "month"]).any():
            raise ValueError("a month appears twice in a council's series")

    @property
    def months(self) -> pd.DatetimeIndex:
        """Return every month of the window, first and last included."""
        return pd.date_range(f"{self.papers.window_start}-01", f"{self.papers.window_end}-01", freq="MS")

    def of(self, la_code: str) -> pd.DataFrame:
        """Which series has this council? Columns `month` and `referrals`, one row a month.

        Raises
        ------
        RefusedError
            Where no council has this code.
        """
        rows = self.frame.loc[self.frame["la_code"] == la_code, ["month", "referrals"]]
        if rows.empty:
            raise refuse(
                "monthly_referrals",
                la_code,
                found="no such council in the series",
                allowed="a nine-character code such as E08000015",
                do="Look it up in records.official().areas().",
            )
        return rows.reset_index(drop=True)

    def named(self, table: pd.DataFrame, code: str = "unit") -> pd.DataFrame:
        """What is each council of this table called? Adds `la_name` beside the column `code`."""
        names = self.frame.drop_duplicates("la_code").set_index("la_code")["la_name"]
        return table.assign(la_name=table[code].map(names))

    def complete(self, *, boundary_changes: bool = True) -> pd.DataFrame:
        """Which councils have every month, and so can serve as placebos?

        Parameters
        ----------
        boundary_changes
            Whether to keep councils whose land changed within the window (Dorset, which lost Christchurch in 2019).

        Returns
        -------
        pd.DataFrame
            As `frame`, only councils with all months, sorted by `la_code` and `month`.
        """
        count = self.frame.groupby("la_code")["month"].transform("size")
        kept = count == len(self.months)
        if not boundary_changes:
            kept &= ~self.frame["la_code"].isin(self.changed)
        return self.frame[kept].reset_index(drop=True)

    def incomplete(self) -> pd.DataFrame:
        """Which councils lack a month, how many have they, and why?

        Returns
        -------
        pd.DataFrame
            `la_code`, `la_name`, `months` (published), `reason` (the commonest in words; "merged, split or renamed"
            where the council did not exist for the whole window).
        """
        held = self.frame.groupby(["la_code", "la_name"]).size().rename("months").reset_index()
        short = held[held["months"] < len(self.months)]
        why = self.missing.groupby("la_code")["reason"].agg(lambda given: given.mode().iloc[0])
        reason = short["la_code"].map(why).fillna("merged, split or renamed within the window")
        return short.assign(reason=reason).sort_values("la_name", ignore_index=True)


def monthly_referrals(official: Official) -> MonthlySeries:
    """How many referrals came in each month?

    A council that took a new code is followed through under its newest one, as `areas()` lists them. A month that the
    publisher holds back is not filled: it is in `missing`, with the reason.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> series = measures.monthly_referrals(records.official())
    >>> int(series.of("E08000015")["referrals"].sum())
    45160
    """
    table = official.table("monthly_referrals")
    areas = official.areas()
    table = table[table["measure"].isin(list(_MONTHS)) & table["area_code"].isin(_councils(areas))]
    number = table["measure"].map(_MONTHS)
    calendar = table["year"] - (number >= 4)
    code = table["area_code"].replace(newest_codes(areas))
    long = pd.DataFrame(
        {
            "la_code": code,
            "la_name": code.map(areas.set_index("area_code")["area_name"]),
            "month": pd.to_datetime(calendar.astype("str") + "-" + number.astype("str") + "-01", format="%Y-%m-%d"),
            "referrals": table["value"],
            "reason": table["reason"],
        }
    ).sort_values(["la_code", "month"], ignore_index=True)
    held = long["reason"] == ""
    moved = areas[areas["boundary_changed"] & areas["area_code"].isin(set(long["la_code"]))]
    papers = official.papers("monthly_referrals")
    window = (long["month"].min().strftime("%Y-%m"), long["month"].max().strftime("%Y-%m"))
    return MonthlySeries(
        frame=long.loc[held, ["la_code", "la_name", "month", "referrals"]].reset_index(drop=True),
        missing=long.loc[~held, ["la_code", "la_name", "month", "reason"]].reset_index(drop=True),
        changed=tuple(sorted(moved["area_code"])),
        papers=papers.joined(official.papers("areas")).over(*window),
    )


def _councils(areas: pd.DataFrame) -> set[str]:
    return set(areas.loc[areas["level"] == "council", "area_code"])
