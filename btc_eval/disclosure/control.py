"""May this table be shown? Apply a named policy and return what may be seen.

The order is fixed: check at the door, hide small cells, guard them, prove it by attack, round, work out totals and
rates again from what is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.disclosure.evidence import hide_estimates
from btc_eval.disclosure.faults import faults
from btc_eval.disclosure.money import Contributions
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.policy import policy as named
from btc_eval.disclosure.protect import EXACT_CELLS, GAP
from btc_eval.disclosure.reasons import Reason, listed
from btc_eval.disclosure.register import enter
from btc_eval.disclosure.release import Effort, Outcome, protected_counts, protected_money
from btc_eval.disclosure.request import Request
from btc_eval.disclosure.show import Rates, notes, put_rates
from btc_eval.disclosure.table import SafeTable, _release
from btc_eval.errors import RefusedError
from btc_eval.estimates import Papers

#: Processor time for the proof of one table, in seconds. A table that takes longer is refused.
SECONDS = 120.0


def control(
    table: pd.DataFrame,
    policy: str = "council",
    *,
    keys: Sequence[str],
    counts: str | Sequence[str] | None = None,
    totals: str | None = None,
    rates: Rates | None = None,
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]] | None = None,
    known_totals: Sequence[str] = (),
    across: Mapping[str, Sequence[str]] | None = None,
    structural: str | None = None,
    amounts: Mapping[str, Contributions] | None = None,
    public: Sequence[str] = (),
    n: int | str | None = None,
    unit: str = "",
    no_people: str = "",
    papers: Papers | None = None,
    blanks: Mapping[str, str] | None = None,
    tolerance: float = 0.0,
    loss: Literal["information", "cells"] = "information",
    exact_cells: int = EXACT_CELLS,
    gap: float = GAP,
    seconds: float = SECONDS,
    name: str = "table",
) -> SafeTable:
    """May this table be shown, and in what form?

    Parameters
    ----------
    table
        A tidy frame, one row a key. Not changed.
    policy
        A name in `data/assumptions/disclosure.toml`: "official", "council" or "open".
    keys
        Columns that together identify a row.
    counts
        Columns that count children, families or events; whole numbers of nought or more.
    totals
        The label that marks a total in any of the key columns. Which rows add up to which is read off the rows.
    rates
        For each new column, its numerator, its denominator and per how many: `{"rate": ("n", "children", 10_000)}`.
        Worked out from what is shown. Where both are counts and one is part of the other, what is left over is
        protected too.
    hierarchies
        For a key, the parent of each member: `{"ward": {"Seacombe": "Wallasey", "Wallasey": "Wirral"}}`; months in
        quarters in years likewise.
    known_totals
        Keys over which readers know the totals from elsewhere although the table does not show them.
    across
        A count that is the sum of other counts of its row: `{"children": ["girls", "boys"]}`.
    structural
        A column of true and false that marks noughts by definition, which everybody knows; not released.
    amounts
        For each column of money, the columns that hold who contributed (`Contributions`).
    public
        Columns of numbers that anyone may know, such as populations.
    n
        Evidence for estimates: on how many children all rows rest, or the column that says it for each row. That
        column is treated as a count, and estimates that rest on fewer than the policy's `minimum_level` are hidden.
    unit
        "child", "pair", … where each row is one; such tables are refused.
    no_people
        Why the numbers say nothing about any person (results of a simulation, a tally of files). Kept with the table
        and in the register, to be read by whoever checks the release. It lets a list of invented children through, but
        never a list from the council's returns.
    papers
        Provenance, sources and window, from the measure the table was made from.
    blanks
        For each column with empty cells, why they are empty. A blank without a reason is refused.
    tolerance
        How far a total may stand from the sum of its parts where a publisher has rounded.
    loss
        What is to be lost least: "information" (few cells and small ones) or "cells" (their number alone).
    exact_cells
        Tables up to this many cells are solved to the optimum, larger ones by the audited heuristic.
    gap
        How near the optimum is near enough, as a share of the loss; 0 for the optimum itself.
    seconds
        Processor time; a table whose safety is not proved by then is refused.
    name
        What the table is called in messages and in the register.

    Returns
    -------
    SafeTable
        Hidden counts are empty and listed in `.suppressed`, each with its reason; `.notes` belong under the table;
        `.protection` says how it was protected.

    Raises
    ------
    RefusedError
        For every fault at once: unknown policy, missing or duplicated keys, a count that is negative or not
        whole, an empty cell without a reason, provenance the policy does not cover, totals that do not add up,
        estimates from children's records without the number behind them, a list of people; and where safety cannot
        be had, or not be proved in time. Messages hold names of columns and numbers of rows, never a value.

    Notes
    -----
    For every small cell there are, among the tables that agree with all that is shown, one in which it is
    `protected_low` and one in which it is `protected_high` (both named by the policy). That is proved with the
    shown figures taken as exact; rounding can only widen what is possible. Under "official" nothing is hidden; the
    table is refused if a figure suppressed by its publisher could be narrowed from it. Method: Fischetti and
    Salazar-González (2001), *Journal of the American Statistical Association* 96.

    Under a policy that hides, numbers from statutory or demonstration records that are no counts (coefficients,
    means, shares) say what a child can be told by only together with how many children stand behind them. So such a
    table needs `n`, or `no_people` with the reason; without either it is refused.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure
    >>> wards = pd.DataFrame({"ward": ["A", "B", "C", "Total"], "n": [12, 3, 31, 46]})
    >>> safe = disclosure.control(wards, "council", keys=["ward"], counts="n", totals="Total")
    >>> safe.suppressed[["ward", "reason"]].values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['A', <Reason.SECONDARY: 'hidden so that a smaller count cannot be worked out'>],
     ['B', <Reason.PRIMARY: 'fewer than the smallest count that may be shown'>]]
    >>> safe.frame["n"].tolist()
    [<NA>, <NA>, 30, 45]
    """
    rules = named(policy)
    count_columns = (counts,) if isinstance(counts, str) else tuple(counts or ())
    if isinstance(n, str) and n not in count_columns:
        count_columns = (*count_columns, n)
    request = Request(
        name=name,
        table=table,
        keys=tuple(keys),
        counts=count_columns,
        totals=totals,
        rates=dict(rates or {}),
        hierarchies=dict(hierarchies or {}),
        known_totals=tuple(known_totals),
        across=dict(across or {}),
        structural=structural,
        amounts=dict(amounts or {}),
        public=tuple(public),
        n=n,
        unit=unit,
        no_people=no_people,
        papers=papers,
        blanks=dict(blanks or {}),
        tolerance=tolerance,
    )
    return released([request], rules, Effort(seconds, exact_cells, gap, loss))[0]


def released(requests: Sequence[Request], rules: Policy, effort: Effort) -> list[SafeTable]:
    """Check, protect together and release these tables; all of them or none."""
    wrong = [fault for request in requests for fault in faults(request, rules)]
    if wrong:
        raise RefusedError(wrong)
    requests = [_counted_money(request) for request in requests]
    outcome = protected_counts(requests, rules, effort)
    money = [protected_money(request, rules, effort) for request in requests]
    safe = [_one(request, rules, outcome, at, found) for at, (request, found) in enumerate(zip(requests, money))]
    for table in safe:
        enter(table)
    return safe


def _counted_money(request: Request) -> Request:
    """The number of contributors is a count like any other."""
    more = [by.number for by in request.amounts.values() if by.number not in request.counts]
    return replace(request, counts=(*request.counts, *dict.fromkeys(more)))


def _one(
    request: Request, rules: Policy, outcome: Outcome, at: int, money: list[tuple[str, np.ndarray, np.ndarray]]
) -> SafeTable:
    frame = request.table.reset_index(drop=True).copy()
    keys, reasons, lists = list(request.keys), dict(request.blanks), []
    for number, column in enumerate(request.counts):
        where = outcome.cells.where[at][:, number]
        rows = outcome.hidden[where]
        if rules.hides:
            frame[column] = pd.array(outcome.shown[where], dtype="Float64").astype("Int64")
            frame.loc[np.isnan(outcome.shown[where]), column] = pd.NA
        lists.append(listed(frame, rows, keys, column, outcome.reason[where]))
    for column, rows, why in money:
        frame[column] = frame[column].astype("Float64").mask(rows)
        lists.append(listed(frame, rows, keys, column, why))
    lists += hide_estimates(frame, request, rules)
    lists += put_rates(frame, request.rates, rules, keys)
    suppressed = pd.concat([found for found in lists if len(found)] or [_none(frame, keys)], ignore_index=True)
    for hidden_column, found in suppressed.groupby("column", sort=False):
        reasons.setdefault(str(hidden_column), Reason(str(found["reason"].iloc[0])).public(rules.reasons_told))
    has_totals = bool(outcome.cells.A.nnz)
    return _release(
        frame=frame.drop(columns=request.unreleased),
        policy=rules,
        keys=request.keys,
        counts=request.counts,
        suppressed=suppressed[[*keys, "column", "reason"]],
        blanks=reasons,
        papers=request.papers,
        name=request.name,
        totals=request.totals,
        hierarchies=request.hierarchies,
        across=request.across,
        amounts=tuple(request.amounts),
        protection=outcome.protection,
        notes=notes(rules, has_totals, len(suppressed) > 0) if request.counts else (),
        no_people=request.no_people,
    )


def _none(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return listed(frame, np.zeros(len(frame), dtype=bool), keys, "", Reason.PRIMARY)
