"""Does the answer hang on a choice that could have been made otherwise?"""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.estimates import Check, Verdict


def same_answer(found: pd.DataFrame, *, name: str, alpha: float = 0.05) -> Check:
    """Do other definitions, indices or neighbours give the answer that the first row gives?

    Parameters
    ----------
    found
        One row a choice, the one made beforehand first: `estimate` and `permutation_p`.
    name
        What was chosen otherwise, in words.
    alpha
        Level at which a difference is beyond chance.

    Returns
    -------
    Check
        Pass where every row agrees with the first on whether it is beyond chance and, if so, on its direction; concern
        where some do not; fail where none does; not checked with one row alone.
    """
    if found.empty or not {"estimate", "permutation_p"} <= set(found.columns):
        raise UsageError("costs.same_answer: give a table with estimate and permutation_p, a row for each choice.")
    beyond = (found["permutation_p"] < alpha).to_numpy()
    up = (found["estimate"] > 0).to_numpy()
    answer = [(bool(b), bool(u) if b else None) for b, u in zip(beyond, up)]
    same = sum(one == answer[0] for one in answer[1:])
    others = len(answer) - 1
    verdict = Verdict.PASS if same == others else Verdict.CONCERN if same else Verdict.FAIL
    low, high = found["permutation_p"].min(), found["permutation_p"].max()
    words = f"{same} of {others} other choices give the same answer; the permutation p-value runs from {low:.3f} to "
    words += f"{high:.3f}."
    return Check(name, verdict if others else Verdict.NOT_CHECKED, words)
