"""Can every child be compared? Covariates made fit for a comparison: rare levels joined, blanks given a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.frames import Faults, frame_of, is_category, named_list, read_treatment, require_frame
from btc_eval.errors import UsageError
from btc_eval.inference import Bools

DOOR = "cohort.comparable"
#: Fewest children of a level in each arm.
MINIMUM = 10
NOT_KNOWN = "not known"
OTHER = "other, joined"


@dataclass(frozen=True, slots=True)
class Comparable:
    """A cohort whose covariates can be compared.

    Parameters
    ----------
    frame
        The cohort, with the covariates changed as `changes` tells.
    covariates
        Those that are left to compare on.
    changes
        covariate, level, what: every level that was joined to others, blank that was filled, and covariate left out.
    """

    frame: pd.DataFrame = field(repr=False)
    covariates: tuple[str, ...]
    changes: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """What was changed? covariate, level, what."""
        return self.changes.copy()


def comparable(frame: Any, *, treatment: str, covariates: Sequence[str], minimum: int = MINIMUM) -> Comparable:
    """Which covariates can these children be compared on?

    Parameters
    ----------
    frame
        One row a child. Not changed.
    treatment
        Column of 0 and 1.
    covariates
        Columns of numbers, of yes and no, and of categories.
    minimum
        Fewest children of a category in each arm; a rarer one decides treatment, or nearly. Such levels are joined to
        one, and that one to the smallest that is left while it is itself too rare.

    Returns
    -------
    Comparable
        Blanks of a category, or of yes and no, are a category of their own; blanks of a number have its mean, with a
        column that says so. A covariate that does not vary in both arms is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [0, 1] * 20, "sex": ["f"] * 20 + ["m"] * 19 + [None], "plan": [0] * 40})
    >>> found = comparable(people, treatment="helped", covariates=["sex", "plan"], minimum=5)
    >>> found.covariates, found.changes["what"].tolist()
    (('sex',), ['joined: m, not known', 'left out: it does not vary in both arms'])
    """
    frame = frame_of(frame)
    names = named_list(covariates, "covariates", DOOR)
    if minimum < 1:
        raise UsageError(f"{DOOR}: minimum={minimum}; allowed: 1 or more.")
    require_frame(DOOR, frame, [treatment, *names])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    faults.settle()
    made, kept, told = frame.copy(), [], []
    for name in names:
        columns, words = _fitted(frame[name], name, treated, minimum)
        told += [(name, level, what) for level, what in words]
        for column, values in columns.items():
            made[column] = values.to_numpy() if not isinstance(values.dtype, pd.CategoricalDtype) else values.array
            if _varies(made[column], treated):
                kept.append(column)
            else:
                told.append((name, "", "left out: it does not vary in both arms"))
    changes = pd.DataFrame(told, columns=["covariate", "level", "what"])
    return Comparable(made, tuple(kept), changes)


def _fitted(
    column: pd.Series[Any], name: str, treated: Bools, minimum: int
) -> tuple[dict[str, pd.Series[Any]], list[tuple[str, str]]]:
    """Return the column, or two, that stand for this one, and what was done to it."""
    empty = np.asarray(column.isna(), dtype=bool)
    truth = pd.api.types.is_bool_dtype(column.dtype)
    if not is_category(column) and not (truth and empty.any()):
        numbers = column.astype("float64") if empty.any() else column
        if not empty.any():
            return {name: column}, []
        filled = numbers.fillna(float(numbers.mean()))
        return {name: filled, f"{name}_not_known": pd.Series(empty.astype(float))}, [("", "blanks have the mean")]
    if truth:
        column = column.astype("object").map({True: "yes", False: "no"})
    text = column.astype("object").where(~empty, NOT_KNOWN).astype("str")
    order = [*map(str, column.cat.categories)] if isinstance(column.dtype, pd.CategoricalDtype) else sorted({*text})
    ranked = [*(level for level in order if level != NOT_KNOWN), NOT_KNOWN]
    levels = [level for level in dict.fromkeys(ranked) if (text == level).any()]
    few = {level: int(min((text[arm] == level).sum() for arm in (treated, ~treated))) for level in levels}
    joined = [level for level in levels if few[level] < minimum]
    while joined and len(joined) < len(levels) and _least(text.isin(joined), treated) < minimum:
        joined.append(min((level for level in levels if level not in joined), key=lambda level: few[level]))
    if len(joined) < 2:  # nothing to join, or one rare level and nothing rarer: it goes to the smallest other
        joined = joined and [*joined, *sorted((x for x in levels if x not in joined), key=lambda x: few[x])[:1]]
    label = " or ".join(level for level in levels if level in joined) if len(joined) == 2 else OTHER
    text = text.where(~text.isin(joined), label)
    left = [*(level for level in levels if level not in joined), *([label] if joined else [])]
    words = [(label, f"joined: {', '.join(level for level in levels if level in joined)}")] if joined else []
    return {name: text.astype(pd.CategoricalDtype(left))}, words


def _least(rows: pd.Series[Any], treated: Bools) -> int:
    return int(min(rows[arm].sum() for arm in (treated, ~treated)))


def _varies(column: pd.Series[Any], treated: Bools) -> bool:
    return all(column[arm].nunique() > 1 for arm in (treated, ~treated))
