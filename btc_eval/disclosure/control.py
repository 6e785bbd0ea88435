"""May this table be shown? Apply a named policy and return what may be seen.

The order is fixed: check at the door, suppress, round. Totals and rates of tables that hide cells need the
protection of complementary cells; until a table's safety can be proved, a table that would need it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.policy import policy as named
from btc_eval.disclosure.table import SafeTable, _release
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Papers

_PRIMARY = "fewer than the smallest count that may be shown"
_BESIDE = "rests on a count that is hidden"


def control(
    table: pd.DataFrame,
    policy: str = "council",
    *,
    keys: Sequence[str],
    counts: str | Sequence[str] | None = None,
    totals: str | None = None,
    n: int | str | None = None,
    papers: Papers | None = None,
    blanks: Mapping[str, str] | None = None,
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
        The label that marks a total in the key columns, where the table has such rows.
    n
        Evidence for estimates: on how many children all rows rest, or the column that says it for each row. That column
        is treated as a count. Estimates beside a hidden count are hidden with it.
    papers
        Provenance, sources and window, from the measure the table was made from.
    blanks
        For each column with empty cells, why they are empty. A blank without a reason is refused.
    name
        What the table is called in messages.

    Returns
    -------
    SafeTable
        Hidden counts are empty and listed in `.suppressed`, each with its reason.

    Raises
    ------
    RefusedError
        For every fault at once: unknown policy, missing or duplicated keys, a count that is negative or not
        whole, an empty cell without a reason, provenance the policy does not cover, and a table with totals
        whose hidden cells could be worked out by subtraction.

    Examples
    --------
    >>> import pandas as pd
    >>> from btc_eval import disclosure
    >>> wards = pd.DataFrame({"ward": ["A", "B"], "n": [12, 3]})
    >>> disclosure.control(wards, "council", keys=["ward"], counts="n").suppressed["reason"].tolist()
    ['fewer than the smallest count that may be shown']
    """
    rules = named(policy)
    key_columns = list(keys)
    count_columns = [counts] if isinstance(counts, str) else list(counts or [])
    count_columns += [n] if isinstance(n, str) and n not in count_columns else []
    reasons = dict(blanks or {})
    faults = _faults(table, rules, key_columns, count_columns, reasons, papers, name)
    if faults:
        raise RefusedError(faults)
    frame = table.reset_index(drop=True).copy()
    suppressed = _hide(frame, rules, key_columns, count_columns)
    if len(suppressed) and totals is not None and _has_totals(frame, key_columns, totals):
        raise RefusedError([_unprovable(name, len(suppressed))])
    if n is not None:
        suppressed = _hide_beside(frame, suppressed, key_columns, count_columns)
    for column in count_columns if rules.rounding_base > 1 else []:
        base = rules.rounding_base
        frame[column] = (np.floor(frame[column].astype(float) / base + 0.5) * base).astype("Int64")
    for column in dict.fromkeys([*count_columns, *suppressed["column"]]) if len(suppressed) else []:
        reasons.setdefault(column, _PRIMARY if column in count_columns else _BESIDE)
    return _release(
        frame=frame,
        policy=rules,
        keys=tuple(key_columns),
        counts=tuple(count_columns),
        suppressed=suppressed,
        blanks=reasons,
        papers=papers,
    )


def _hide_beside(frame: pd.DataFrame, hidden: pd.DataFrame, keys: list[str], counts: list[str]) -> pd.DataFrame:
    """Blank, in place, every other number of a row with a hidden count; return the list of all that is hidden."""
    beside = frame[counts].isna().any(axis=1)
    found = [hidden]
    for column in frame.columns.difference([*keys, *counts], sort=False):
        rows = beside & frame[column].notna()
        if pd.api.types.is_numeric_dtype(frame[column]) and rows.any():
            frame[column] = frame[column].astype("Float64").mask(rows)
            found.append(frame.loc[rows, keys].assign(column=column, reason=_BESIDE))
    return pd.concat([part for part in found if len(part)] or [hidden], ignore_index=True)


def _has_totals(frame: pd.DataFrame, keys: list[str], label: str) -> bool:
    return any((frame[key].astype(str) == label).any() for key in keys)


def _unprovable(name: str, hidden: int) -> Refusal:
    return Refusal(
        file=name,
        place="totals",
        found=f"{hidden} hidden cells beside totals from which they could be worked out",
        allowed="a table without totals, or one with nothing to hide",
        do="Leave the total rows out, or use wider categories.",
    )


def _hide(frame: pd.DataFrame, rules: Policy, keys: list[str], counts: list[str]) -> pd.DataFrame:
    """Blank the counts below the line in place; return the list of what was hidden."""
    hidden: list[pd.DataFrame] = []
    for column in counts if rules.minimum_cell else []:
        value = frame[column].astype("Int64")
        small = (value < rules.minimum_cell) & ((value > 0) | (not rules.zero_may_show))
        rows = small.fillna(False).to_numpy(dtype=bool)
        hidden.append(frame.loc[rows, keys].assign(column=column, reason=_PRIMARY))
        frame[column] = value.mask(rows)
    columns = [*keys, "column", "reason"]
    return pd.concat(hidden, ignore_index=True) if hidden else pd.DataFrame(columns=columns)


def _faults(
    table: pd.DataFrame,
    rules: Policy,
    keys: list[str],
    counts: list[str],
    blanks: dict[str, str],
    papers: Papers | None,
    name: str,
) -> list[Refusal]:
    absent = [column for column in [*keys, *counts] if column not in table.columns]
    if absent or not keys:
        return [
            Refusal(
                name,
                "columns",
                found=f"no column {', '.join(absent)}" if absent else "no keys named",
                allowed=f"keys and counts among {', '.join(map(str, table.columns))}",
                do="Name the columns that identify a row and those that count.",
            )
        ]
    return [
        *_key_faults(table, keys, name),
        *_count_faults(table, counts, blanks, name),
        *_blank_faults(table, [*keys, *counts], blanks, name),
        *_provenance_faults(rules, papers, name),
    ]


def _key_faults(table: pd.DataFrame, keys: list[str], name: str) -> list[Refusal]:
    faults = []
    missing = int(table[keys].isna().any(axis=1).sum())
    if missing:
        faults.append(
            Refusal(
                name,
                ", ".join(keys),
                found=f"{missing} rows with an empty key",
                allowed="a value in every key column",
                do="Give rows without a category the category 'not recorded'.",
            )
        )
    doubled = int(table.duplicated(keys).sum())
    if doubled:
        faults.append(
            Refusal(
                name,
                ", ".join(keys),
                found=f"{doubled} rows whose key stands earlier in the table",
                allowed="one row a key",
                do="Add the column that tells the rows apart, or sum them first.",
            )
        )
    return faults


def _count_faults(table: pd.DataFrame, counts: list[str], blanks: dict[str, str], name: str) -> list[Refusal]:
    faults = []
    for column in counts:
        value = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        empty = table[column].isna().to_numpy()
        wrong = {
            "not numbers": int((np.isnan(value) & ~empty).sum()),
            "infinite": int(np.isinf(value).sum()),
            "negative": int((value < 0).sum()),
            "not whole": int((np.isfinite(value) & (value != np.floor(value))).sum()),
            "empty": int(empty.sum()) if column not in blanks else 0,
        }
        seen = ", ".join(f"{rows} {what}" for what, rows in wrong.items() if rows)
        if seen:
            faults.append(
                Refusal(
                    name,
                    f"column {column}",
                    found=f"counts that are {seen}",
                    allowed="whole numbers of nought or more, or a reason for empty cells in `blanks`",
                    do="Count first; pass rates and estimates without naming them as counts.",
                )
            )
    return faults


def _blank_faults(table: pd.DataFrame, seen: list[str], blanks: dict[str, str], name: str) -> list[Refusal]:
    return [
        Refusal(
            name,
            f"column {column}",
            found=f"{int(table[column].isna().sum())} empty cells without a reason",
            allowed="no empty cells, or a reason in `blanks`",
            do=f"Say why the cells are empty: blanks={{{column!r}: '…'}}.",
        )
        for column in table.columns
        if column not in seen and column not in blanks and table[column].isna().any()
    ]


def _provenance_faults(rules: Policy, papers: Papers | None, name: str) -> list[Refusal]:
    if papers is None or papers.provenance in rules.requires_provenance:
        return []
    return [
        Refusal(
            name,
            "papers",
            found=f"{papers.provenance.value} data under the policy {rules.name!r}",
            allowed=", ".join(kind.value for kind in rules.requires_provenance),
            do="Choose the policy made for this kind of data.",
        )
    ]
