"""Are the groups alike before and after? One row a covariate, ready for a table or a Love plot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Bools, Floats
from btc_eval.inference.balance import GroupBalance, denominators, effective_size, group_balance

#: Standardised differences up to this are commonly called balanced (Austin 2009); twice this, clearly not.
BALANCED = 0.1
#: Which standard deviation a difference is divided by, for whom the estimate is meant.
DENOMINATOR = {"ATE": "pooled", "ATT": "treated", "ATC": "control", "ATO": "weighted", "ATM": "weighted"}


def balance_table(names: tuple[str, ...], columns: Floats, treated: Bools, weights: Floats, kind: str) -> pd.DataFrame:
    """How far apart are the groups, before and after?

    Parameters
    ----------
    names, columns
        (k,) and (n, k).
    treated, weights
        (n,); weight 0 leaves a row out of "after".
    kind
        Whose standard deviation differences are divided by, always of the sample before: see `inference.balance`.

    Returns
    -------
    DataFrame
        term, mean_treated_before, mean_control_before, smd_before, variance_ratio_before, ks_before, and the same
        after.
    """
    spread = denominators(columns, treated, kind, weights)
    table = pd.DataFrame({"term": list(names)})
    for when, w in (("before", np.ones(len(treated))), ("after", weights)):
        found = group_balance(columns, treated, w, spread)
        for name, values in _parts(found).items():
            table[f"{name}_{when}"] = values
    return table


def _parts(found: GroupBalance) -> dict[str, Floats]:
    return {
        "mean_treated": found.treated_mean,
        "mean_control": found.control_mean,
        "smd": found.smd,
        "variance_ratio": found.variance_ratio,
        "ks": found.ks,
    }


def love(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a Love plot: term, sample ("before" or "after"), smd (its size)."""
    parts = [
        pd.DataFrame({"term": table["term"], "sample": when, "smd": table[f"smd_{when}"].abs()})
        for when in ("before", "after")
    ]
    return pd.concat(parts, ignore_index=True)


def sizes(treated: Bools, weights: Floats) -> pd.DataFrame:
    """How many rows are left, and what are they worth? Columns: group, rows, used, effective."""
    rows = []
    for word, group in (("treated", treated), ("control", ~treated)):
        w = weights[group]
        rows.append((word, int(group.sum()), int((w > 0).sum()), effective_size(w)))
    return pd.DataFrame(rows, columns=["group", "rows", "used", "effective"])


def balance_check(table: pd.DataFrame) -> Check:
    """Is every covariate balanced after?"""
    size = table["smd_after"].abs()
    worst = float(size.max()) if len(size) else float("nan")
    if not np.isfinite(worst):
        return Check("balance", Verdict.NOT_CHECKED, "No covariate to compare, or one without variation.")
    words = (
        f"{int((size > BALANCED).sum())} of {len(size)} covariates differ by more than {BALANCED} standard deviations "
        f"after; the most is {worst:.2f}."
    )
    verdict = Verdict.PASS if worst <= BALANCED else Verdict.CONCERN if worst <= 2 * BALANCED else Verdict.FAIL
    return Check("balance", verdict, words)


def size_check(table: pd.DataFrame) -> Check:
    """Do a few rows carry most of the weight?"""
    share = float((table["effective"] / table["used"].clip(lower=1)).min())
    words = f"Weights leave {share:.0%} of the rows' worth in the group where they vary most."
    verdict = Verdict.PASS if share >= 0.5 else Verdict.CONCERN if share >= 0.2 else Verdict.FAIL
    return Check("effective sample size", verdict, words)
