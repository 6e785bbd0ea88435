"""Who was matched with whom, frozen; and how positions become pairs, weights and sets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.balance import balance_table, sizes
from btc_eval.cohort.frames import Covariates
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.mahalanobis import whitened
from btc_eval.inference.matching import Scores


@dataclass(frozen=True, slots=True)
class Match:
    """Who was matched with whom.

    Parameters
    ----------
    pairs
        treated, control (labels of the frame's index) and distance; treated in the order of the frame, nearest first.
    weights
        By the frame's index: 1 for a matched treated row; for a control, the sum over its sets of one over the size of
        the set, scaled to a mean of 1 among those matched; 0 for everyone not matched. As MatchIt does.
    sets
        By the frame's index: the number of the matched set, −1 for none. Empty when matched with replacement, where a
        control can be in several.
    dropped
        Labels of treated rows without any match.
    short
        Labels of treated rows with fewer matches than asked for, those without any not among them.
    distance
        By the frame's index: the score on which calipers and greedy matching rest; empty where there is none.
    treatment, estimand, method
        What was asked.
    """

    # Labels and values of children stay out of what a notebook or a traceback prints of itself.
    pairs: pd.DataFrame = field(repr=False)
    weights: pd.Series[Any] = field(repr=False)
    sets: pd.Series[Any] = field(repr=False)
    dropped: pd.Index[Any] = field(repr=False)
    short: pd.Index[Any] = field(repr=False)
    distance: pd.Series[Any] = field(repr=False)
    treatment: str
    method: str
    treated: Bools = field(repr=False)
    covariates: Covariates = field(repr=False)
    notes: tuple[str, ...] = ()
    estimand: str = "ATT"

    def balance(self) -> pd.DataFrame:
        """Are the groups alike, before and after matching?

        Differences are in standard deviations of the treated before matching. The score comes first, as "distance".
        """
        names, columns = self.covariates.balance_names, self.covariates.balance
        if len(self.distance):
            names = ("distance", *names)
            columns = np.column_stack([self.distance.to_numpy(dtype=float), columns])
        return balance_table(names, columns, self.treated, self.weights.to_numpy(dtype=float), "treated")

    def effective_sample_size(self) -> pd.DataFrame:
        """How many rows are matched, and what are they worth? Columns: group, rows, used, effective."""
        return sizes(self.treated, self.weights.to_numpy(dtype=float))

    def tidy(self) -> pd.DataFrame:
        """Who was matched with whom? The pairs."""
        return self.pairs.copy()


def distance_columns(points: Covariates) -> Floats:
    # Every level of a category over √2, so that two categories apart is as far as a yes/no column apart (MatchIt).
    return np.where(points.category, points.balance / math.sqrt(2), points.balance)


def match_of(
    frame: pd.DataFrame,
    treatment: str,
    read: Covariates,
    settings: Scores,
    chosen: Ints,
    points: Covariates | None,
    score: Floats | None,
    replace: bool,
    method: str,
) -> Match:
    treated = settings.treated
    units = np.flatnonzero(treated)
    row, column = np.nonzero(chosen >= 0)
    who, whom = units[row], chosen[row, column]
    if points is None:
        gap = np.abs(settings.score[who] - settings.score[whom])
    else:
        place = whitened(distance_columns(points), treated)
        gap = np.sqrt(((place[who] - place[whom]) ** 2).sum(axis=1))
    pairs = pd.DataFrame({"treated": frame.index[who], "control": frame.index[whom], "distance": gap})
    count = (chosen >= 0).sum(axis=1)
    weights = np.zeros(len(frame))
    np.add.at(weights, whom, 1.0 / count[row])
    used = weights > 0
    weights[used] *= used.sum() / weights[used].sum()
    weights[units[count > 0]] = 1.0
    sets = np.full(len(frame), -1, dtype=np.int64)
    if not replace:
        number = np.cumsum(count > 0) - 1
        sets[units[count > 0]] = number[count > 0]
        sets[whom] = number[row]
    notes = (f"Left out of the model, being the sum of others: {', '.join(read.left_out)}.",) if read.left_out else ()
    return Match(
        pairs=pairs,
        weights=pd.Series(weights, index=frame.index, name="weight"),
        sets=pd.Series(
            sets if not replace else sets[:0], index=frame.index if not replace else frame.index[:0], name="set"
        ),
        dropped=frame.index[units[count == 0]],
        short=frame.index[units[(count > 0) & (count < chosen.shape[1])]],
        distance=pd.Series(
            score if score is not None else [],
            index=frame.index if score is not None else frame.index[:0],
            dtype=float,
            name="distance",
        ),
        treatment=treatment,
        method=method + (" with replacement" if replace else ""),
        treated=treated,
        covariates=read,
        notes=notes,
    )
