"""May these estimates be shown? Models, curves, quantiles and matched pairs, each by the rule made for it.

An estimate is an output like a count: a coefficient of a category with three children in it, the last step of a
survival curve, a maximum, a median of five each say something about a child.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.disclosure.control import control
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.policy import policy as named
from btc_eval.disclosure.reasons import Reason
from btc_eval.disclosure.table import SafeTable
from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.estimates import Papers

Kind = Literal["model", "curve", "statistics", "pairs"]


def control_estimates(
    table: pd.DataFrame,
    policy: str = "council",
    *,
    kind: Kind,
    keys: Sequence[str],
    n: int | str | None = None,
    df: int | None = None,
    time: str | None = None,
    events: str | None = None,
    at_risk: str | None = None,
    quantiles: Mapping[str, float] | None = None,
    papers: Papers | None = None,
    blanks: Mapping[str, str] | None = None,
    name: str = "table",
) -> SafeTable:
    """May these estimates be shown, and which of them?

    Parameters
    ----------
    table
        A tidy result, one row a key. Not changed.
    policy, keys, papers, blanks, name
        As in `control`.
    kind
        "model": coefficients and effects. "curve": survival or cumulative incidence over time. "statistics": medians,
        quantiles, lowest, highest. "pairs": matched pairs, which no policy of ours lets through.
    n
        Children behind the estimates: a number for all rows or a column for each. Needed for "model" and "statistics".
    df
        Residual degrees of freedom of a model. Needed for "model".
    time, events, at_risk
        For a "curve", columns: the time of each row; the events of that kind since the row before, in the same group
        (the other keys); children still followed just before. All needed. Rows are shown where at least the policy's
        `curve_step` events have come since the row shown last, or none, and at least `at_risk_minimum` are followed;
        the curve ends at the first row where they are not. Events and children are released as counts.
    quantiles
        For "statistics", which share of children lies below each column: 0.5 for a median, 0 and 1 for the lowest and
        the highest.

    Returns
    -------
    SafeTable
        For a curve, fewer rows; otherwise the same rows, with hidden estimates listed in `.suppressed`.

    Raises
    ------
    RefusedError
        As `control`; for pairs; for a model with too few degrees of freedom; for evidence that is missing; for
        statistics that the policy does not allow.

    Examples
    --------
    >>> import pandas as pd
    >>> fit = pd.DataFrame({"term": ["age", "first child"], "estimate": [0.98, 1.4], "children": [412, 7]})
    >>> safe = control_estimates(fit, kind="model", keys=["term"], n="children", df=400)
    >>> safe.frame["estimate"].tolist()
    [0.98, <NA>]
    """
    rules = named(policy)
    if kind == "pairs":
        raise _refused(name, "rows", "matched pairs", "the balance before and after matching", "Show the summary.")
    if not rules.hides:
        return control(table, policy, keys=keys, papers=papers, blanks=blanks, name=name)
    if kind == "model":
        _check_model(rules, n, df, name)
        return control(table, policy, keys=keys, n=n, papers=papers, blanks=blanks, name=name)
    if kind == "statistics":
        return _statistics(table, rules, keys, n, dict(quantiles or {}), papers, blanks, name)
    return _curve(table, rules, keys, (time, events, at_risk), papers, blanks, name)


def _refused(name: str, place: str, found: str, allowed: str, do: str) -> RefusedError:
    return refuse(name, place, found=found, allowed=allowed, do=do)


def _check_model(rules: Policy, n: int | str | None, df: int | None, name: str) -> None:
    faults = []
    if n is None:
        do = "Give n=412, or n='children' for a column of them."
        faults.append(Refusal(name, "n", "no number of children", "the children behind each estimate", do))
    if df is None or df < rules.minimum_df:
        seen = "no residual degrees of freedom" if df is None else "fewer residual degrees of freedom than allowed"
        do = "Give df=…; fit a smaller model where there are too few."
        faults.append(Refusal(name, "df", seen, f"{rules.minimum_df} or more", do))
    if faults:
        raise RefusedError(faults)


def _statistics(
    table: pd.DataFrame,
    rules: Policy,
    keys: Sequence[str],
    n: int | str | None,
    quantiles: dict[str, float],
    papers: Papers | None,
    blanks: Mapping[str, str] | None,
    name: str,
) -> SafeTable:
    if n is None:
        raise _refused(name, "n", "no number of children", "n=412, or n='children'", "Say how many are behind each.")
    missing = [column for column in quantiles if column not in table.columns]
    if missing or not quantiles or not all(0 <= share <= 1 for share in quantiles.values()):
        raise _refused(
            name,
            "quantiles",
            found=f"no column {', '.join(missing)}" if missing else "no shares, or shares outside 0 to 1",
            allowed="the share of children below each column of statistics",
            do="Give quantiles={'median': 0.5}.",
        )
    ends = [column for column, share in quantiles.items() if share in (0, 1)]
    if (ends and not rules.extremes_may_show) or not rules.medians_may_show:
        raise _refused(
            name,
            f"columns {', '.join(ends or quantiles)}",
            found="the lowest or the highest" if ends else "quantiles",
            allowed=f"what the policy {rules.name!r} allows",
            do="Leave them out; one child stands behind each." if ends else "Leave them out.",
        )
    many = table[n].to_numpy(dtype=float) if isinstance(n, str) else np.full(len(table), float(n))
    frame = table.copy()
    words = dict(blanks or {})
    for column, share in quantiles.items():
        few = many * min(share, 1 - share) < (rules.quantile_each_side if share not in (0, 1) else 0)
        if few.any():
            frame[column] = frame[column].astype("Float64").mask(few)
            words[column] = Reason.QUANTILE.value
    return control(frame, rules.name, keys=keys, n=n, papers=papers, blanks=words, name=name)


def _curve(
    table: pd.DataFrame,
    rules: Policy,
    keys: Sequence[str],
    columns: tuple[str | None, str | None, str | None],
    papers: Papers | None,
    blanks: Mapping[str, str] | None,
    name: str,
) -> SafeTable:
    time, events, at_risk = columns
    missing = [column for column in columns if column is None or column not in table.columns]
    if time is None or events is None or at_risk is None or missing:
        raise _refused(
            name,
            "columns",
            found="a curve without its evidence",
            allowed="time=…, events=… (since the row before) and at_risk=…, columns of the table",
            do="Take them from the estimate: how many events and how many followed at each time.",
        )
    counts = table[[events, at_risk]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    wrong = int((~np.isfinite(counts) | (counts < 0) | (counts != np.floor(counts))).any(axis=1).sum())
    if wrong:
        do = "Give whole numbers of nought or more."
        raise _refused(name, f"columns {events}, {at_risk}", f"{wrong} rows that are no counts", "counts", do)
    groups = [key for key in keys if key != time]
    ordered = table.sort_values([*groups, time], kind="stable").reset_index(drop=True)
    parts = [part for _, part in ordered.groupby(groups, sort=False, observed=True)] if groups else [ordered]
    kept = pd.concat([_steps(part, rules, events, at_risk) for part in parts], ignore_index=True)
    return control(
        kept,
        rules.name,
        keys=list(dict.fromkeys([*keys, time])),
        counts=[events],
        n=at_risk,
        papers=papers,
        blanks=blanks,
        name=name,
    )


def _steps(part: pd.DataFrame, rules: Policy, events: str, at_risk: str) -> pd.DataFrame:
    """Return the rows of one curve that may be shown, each with the events since the row shown before it."""
    rows, since, gathered = [], 0.0, []
    for place, (new, followed) in enumerate(zip(part[events].astype(float), part[at_risk].astype(float))):
        if followed < rules.at_risk_minimum:
            break
        since += new
        if since == 0 or since >= rules.curve_step:
            rows.append(place)
            gathered.append(int(since))
            since = 0.0
    return part.iloc[rows].assign(**{events: gathered})
