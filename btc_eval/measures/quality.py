"""How good are the figures? What was read, what was set aside and why, and which totals agree."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from btc_eval.estimates import Papers
from btc_eval.locations import data_folder
from btc_eval.records import Official, statutory
from btc_eval.records.check import check
from btc_eval.records.statutory import StatutoryRecords
from btc_eval.records.tables import Reconciled

_OWN = "Wirral: "


def ledger(returns: StatutoryRecords) -> tuple[pd.DataFrame, Papers]:
    """Where did every row of the returns go?

    Returns
    -------
    frame
        One row a table: `table` (its name in words), `files`, `rows_in`, `rows_used`, `rows_set_aside`, `reasons` (why,
        in words; "none set aside" where there are none), `unknown_codes` (rows with one). Rows in equal rows used and
        rows set aside.
    papers
        Of the returns.
    """
    rows: dict[str, dict[str, object]] = {}
    why: dict[str, set[str]] = {}
    for line in returns.ledger.lines:
        row = rows.setdefault(
            line.name, {"files": 0, "rows_in": 0, "rows_used": 0, "rows_set_aside": 0, "unknown_codes": 0}
        )
        aside = sum(line.rows_set_aside.values())
        unknown = sum(codes.rows for codes in line.unknown_codes)
        for name, number in (
            ("files", 1), ("rows_in", line.rows_in), ("rows_used", line.rows_used),
            ("rows_set_aside", aside), ("unknown_codes", unknown),
        ):  # fmt: skip
            row[name] = int(str(row[name])) + number
        why.setdefault(line.name, set()).update(line.rows_set_aside)
    frame = pd.DataFrame(
        [
            {"table": name.replace("_", " "), **row, "reasons": "; ".join(sorted(why[name])) or "none set aside"}
            for name, row in sorted(rows.items())
        ]
    )
    return frame, returns.papers()


def reconciled(returns: StatutoryRecords, official: Official) -> tuple[pd.DataFrame, Papers]:
    """Do the returns come to the totals that were published?

    Returns
    -------
    frame
        One row a measure: `measure`, `years` (set beside each other), `agree`, `differ`, `not_checked`.
    papers
        Of the returns and of the published totals.
    """
    return _tally(statutory.reconcile(returns, official)), returns.papers().joined(official.papers("looked_after"))


def published_totals() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Do the compiled official statistics agree with each other: months with years, parts with totals?

    Returns
    -------
    frame
        As `reconciled`, for the totals of Wirral alone, `measure` in words.
    counts
        One row over all areas: `agree`, `differ` (also where the publisher rounds, revises or holds a part back),
        `not_checked`.
    """
    frame = _tally(check(data_folder()).reconciliation)
    counts = pd.DataFrame([{name: int(frame[name].sum()) for name in ("agree", "differ", "not_checked")}])
    own = frame[frame["measure"].str.startswith(_OWN)]
    words = own["measure"].str.removeprefix(_OWN).str.replace("_", " ", regex=False)
    return own.assign(measure=words.str[:1].str.upper() + words.str[1:]).reset_index(drop=True), counts


def _tally(lines: Iterable[Reconciled]) -> pd.DataFrame:
    told = pd.DataFrame(
        [(line.measure, line.year, str(line.verdict)) for line in lines], columns=["measure", "year", "verdict"]
    )
    grouped = told.groupby("measure", sort=True)["verdict"]
    return pd.DataFrame(
        {
            "years": grouped.size(),
            "agree": grouped.agg(lambda given: int((given == "pass").sum())),
            "differ": grouped.agg(lambda given: int(given.isin(["concern", "fail"]).sum())),
            "not_checked": grouped.agg(lambda given: int((given == "not checked").sum())),
        }
    ).reset_index()
