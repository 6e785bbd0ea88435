"""Which of a child's rows comes nearest before, or after, a day? One look-up for every place that asks."""

from __future__ import annotations

from typing import Literal

import pandas as pd


def nearest(
    asked: pd.DataFrame,
    known: pd.DataFrame,
    *,
    on: str,
    day: str,
    direction: Literal["backward", "forward"] = "backward",
    same_day: bool = True,
) -> pd.DataFrame:
    """Which row of the same child comes nearest?

    Parameters
    ----------
    asked
        With `child_id` and the day named by `on`.
    known
        With `child_id`, the day named by `day`, and what is wanted; no other name in common with `asked`.
    direction
        "backward": the last on or before the day; "forward": the first on or after it.
    same_day
        Whether a row of the day itself is taken.

    Returns
    -------
    pd.DataFrame
        `asked`, in its order and numbered from nought, with the columns of `known`; blank where there is none.
    """
    both = pd.concat([asked["child_id"], known["child_id"]]).astype("object")
    child, _ = pd.factorize(both)
    left = asked.assign(_child=child[: len(asked)], _row=range(len(asked))).sort_values(on, kind="stable")
    right = known.drop(columns="child_id").assign(_child=child[len(asked) :]).sort_values(day, kind="stable")
    found = pd.merge_asof(
        left, right, left_on=on, right_on=day, by="_child", direction=direction, allow_exact_matches=same_day
    )
    return found.sort_values("_row", ignore_index=True).drop(columns=["_child", "_row"])
