"""How were children chosen? The flow of selection as counts that add up and hide nothing small."""

from __future__ import annotations

import pandas as pd

from btc_eval.errors import refuse

#: Kinds of line: where it starts, who is left out, who is compared.
OUT, IN = "left out", "compared"


def selection(flow: pd.DataFrame, reached: pd.Series, *, least: int, names: tuple[str, str]) -> pd.DataFrame:
    """How were children chosen, step by step, and into which groups do they fall?

    Parameters
    ----------
    flow
        Of a `measures.Cohort`: step, reason, removed, n.
    reached
        (n,) true for the children reached, in the cohort that the flow ends with.
    least
        Fewest children of a line. Steps that leave out fewer are told as one with the smallest other; steps that leave
        out nobody are told as such.
    names
        Words for the two groups: reached, not reached.

    Returns
    -------
    DataFrame
        step (1, 2, …), kind ("left out" or "compared"), reason, n (children or events). All lines together are what the
        flow starts from. Each is nought, or `least` or more; but if one line alone leaves out fewer, it stays so.

    Raises
    ------
    RefusedError
        Where a group is smaller than `least`, or the groups are not the cohort that the flow ends with.

    Examples
    --------
    >>> import pandas as pd
    >>> flow = pd.DataFrame({"step": [1, 2, 3], "reason": ["referrals", "twice", "no date"], "removed": [0, 9, 2],
    ...                      "n": [40, 31, 29]})
    >>> told = selection(flow, pd.Series([True] * 9 + [False] * 20), least=6, names=("reached", "others"))
    >>> told[["reason", "n"]].values.tolist()
    [['twice; no date', 11], ['reached', 9], ['others', 20]]
    """
    inside, outside = int(reached.sum()), int((~reached).sum())
    if inside + outside != int(flow["n"].iloc[-1]) or min(inside, outside) < least:
        raise refuse(
            "cohort.selection", "groups", found="groups that are not the end of the flow, or one that is too small",
            allowed=f"groups of {least} or more that make up the cohort", do="Widen the cohort, or pass its own frame.",
        )  # fmt: skip
    lines = [(str(reason), int(removed)) for reason, removed in zip(flow["reason"], flow["removed"])][1:]
    while any(0 < n < least for _, n in lines):
        at = next(k for k, (_, n) in enumerate(lines) if 0 < n < least)
        others = [k for k, (_, n) in enumerate(lines) if k != at and n > 0]
        if not others:  # nothing to tell it with: it stays small, and the policy hides it
            break
        other = min(others, key=lambda k: lines[k][1])
        first, second = sorted((at, other))
        lines[first] = (f"{lines[first][0]}; {lines[second][0]}", lines[first][1] + lines[second][1])
        del lines[second]
    told = [(OUT, reason, n) for reason, n in lines] + [(IN, names[0], inside), (IN, names[1], outside)]
    table = pd.DataFrame(told, columns=["kind", "reason", "n"])
    table.insert(0, "step", range(1, len(table) + 1))
    return table
