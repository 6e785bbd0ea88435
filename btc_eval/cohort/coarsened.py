"""Coarsened exact matching: children who agree on every covariate, once each is cut into bins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.balance import balance_table, sizes
from btc_eval.cohort.frames import (
    Covariates,
    Faults,
    allowed,
    frame_of,
    is_category,
    named_list,
    read_covariates,
    read_treatment,
    require_frame,
)
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Bools, Floats, Ints

DOOR = "cohort.coarsened_exact"


@dataclass(frozen=True, slots=True)
class Coarsened:
    """Strata of coarsened covariates that hold both groups.

    Parameters
    ----------
    weights
        By the frame's index: 0 outside the strata kept. For "ATT": 1 for the treated, and for a control the stratum's
        treated over its controls, scaled to a mean of 1 among the controls kept (CEM weights, as MatchIt scales them).
        For "ATE": the stratum's rows over those of its group, scaled likewise within each group.
    strata
        By the frame's index: number of the stratum, −1 for none.
    bins
        Column to the inner edges of its bins, each the lowest value of the bin above it.
    dropped
        Labels of treated rows in strata without controls.
    """

    weights: pd.Series[Any] = field(repr=False)
    strata: pd.Series[Any] = field(repr=False)
    bins: dict[str, tuple[float, ...]]
    dropped: pd.Index[Any] = field(repr=False)
    treatment: str
    estimand: str
    treated: Bools = field(repr=False)
    covariates: Covariates = field(repr=False)
    method: str = "coarsened exact matching"
    notes: tuple[str, ...] = ()

    @property
    def sets(self) -> pd.Series[Any]:
        """The strata, under the name that matched sets have."""
        return self.strata

    def balance(self) -> pd.DataFrame:
        """Are the groups alike, before and after?"""
        kind = "treated" if self.estimand == "ATT" else "pooled"
        weights = self.weights.to_numpy(dtype=float)
        names, columns = self.covariates.balance_names, self.covariates.balance
        return balance_table(names, columns, self.treated, weights, kind)

    def effective_sample_size(self) -> pd.DataFrame:
        """How many rows are kept, and what are they worth? Columns: group, rows, used, effective."""
        return sizes(self.treated, self.weights.to_numpy(dtype=float))

    def tidy(self) -> pd.DataFrame:
        """How large are the strata? Columns: stratum, treated, control; the strata kept alone."""
        kept = self.strata >= 0
        table = pd.DataFrame({"stratum": self.strata[kept], "treated": self.treated[kept]})
        counts = table.groupby("stratum")["treated"].agg(["sum", "size"])
        return pd.DataFrame(
            {
                "stratum": counts.index,
                "treated": counts["sum"].to_numpy(),
                "control": (counts["size"] - counts["sum"]).to_numpy(),
            }
        )


def coarsened_exact(
    frame: Any,
    *,
    treatment: str,
    covariates: Sequence[str],
    cuts: Mapping[str, int | Sequence[float]] | None = None,
    estimand: str = "ATT",
) -> Coarsened:
    """Which children agree on everything, once covariates are cut into bins?

    Parameters
    ----------
    frame, treatment
        As in `cohort.match`.
    covariates
        Columns to agree on. Text and categories agree exactly.
    cuts
        For a column of numbers: the inner edges of its bins (a value at an edge belongs to the bin above), a number of
        bins of equal width, or 0 to agree exactly. A column without an entry is cut into the number of bins of Sturges'
        rule, ⌈log₂ n + 1⌉, of equal width.
    estimand
        "ATT" or "ATE".

    Notes
    -----
    Iacus, King and Porro (2012), Political Analysis 20:1; bins and weights as in R's MatchIt.

    Raises
    ------
    RefusedError
        No stratum that holds both groups.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [1, 0, 0, 1, 0, 1], "age": [3, 4, 2, 11, 12, 16]})
    >>> found = coarsened_exact(people, treatment="helped", covariates=["age"], cuts={"age": [5, 13]})
    >>> found.weights.tolist()
    [1.0, 0.75, 0.75, 1.0, 1.5, 0.0]
    """
    frame = frame_of(frame)
    names = named_list(covariates, "covariates", DOOR)
    allowed(DOOR, "estimand", estimand, ("ATT", "ATE"))
    if not names:
        raise UsageError(f"{DOOR}: covariates is empty; name the columns on which children must agree.")
    chosen = dict(cuts or {})
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise UsageError(f"{DOOR}: cuts names {', '.join(map(str, unknown))}, which covariates does not.")
    require_frame(DOOR, frame, [treatment, *names])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    read = read_covariates(faults, frame, names)
    faults.settle()
    columns, bins = [], {}
    for name in names:
        codes, edges = _binned(frame, name, chosen.get(name))
        columns.append(codes)
        if edges is not None:
            bins[name] = edges
    stratum = np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].reshape(-1)
    ones = np.bincount(stratum, treated).astype(float)
    noughts = np.bincount(stratum) - ones
    both = (ones > 0) & (noughts > 0)
    if not both.any():
        raise refuse(
            DOOR,
            "strata",
            found=f"{len(both)} strata, none with both groups",
            allowed="at least one stratum with treated and untreated",
            do="Cut the covariates more coarsely, or agree on fewer of them.",
        )
    weights = _weights(stratum, treated, ones, noughts, both, estimand)
    number = np.where(both, np.cumsum(both) - 1, -1)[stratum]
    return Coarsened(
        weights=pd.Series(weights, index=frame.index, name="weight"),
        strata=pd.Series(number, index=frame.index, name="stratum"),
        bins=bins,
        dropped=frame.index[treated & (number < 0)],
        treatment=treatment,
        estimand=estimand,
        treated=treated,
        covariates=read,
    )


def _binned(frame: pd.DataFrame, name: str, cut: int | Sequence[float] | None) -> tuple[Ints, tuple[float, ...] | None]:
    column = frame[name]
    if is_category(column):
        if cut is not None:
            raise UsageError(f"{DOOR}: cuts for {name}, which holds categories; merge its levels before the call.")
        return np.asarray(pd.factorize(column)[0], dtype=np.int64), None
    values = column.to_numpy(dtype=float)
    if isinstance(cut, int):
        if cut < 0:
            raise UsageError(f"{DOOR}: cuts for {name} are {cut}; allowed: 0, a number of bins, or a list of edges.")
        if cut == 0:
            return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64), None
        edges = _even(values, int(cut))
    elif cut is None:
        edges = _even(values, int(np.ceil(np.log2(len(values)) + 1)))
    else:
        edges = np.unique(np.array([float(edge) for edge in cut]))
        if np.isnan(edges).any():
            raise UsageError(f"{DOOR}: cuts for {name} hold a missing value.")
    return np.asarray(np.searchsorted(edges, values, "right"), dtype=np.int64), tuple(edges.tolist())


def _even(values: Floats, bins: int) -> Floats:
    return np.linspace(values.min(), values.max(), bins + 1)[1:-1]


def _weights(stratum: Ints, treated: Bools, ones: Floats, noughts: Floats, both: Bools, estimand: str) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        for_one = np.where(both, 1.0 if estimand == "ATT" else (ones + noughts) / ones, 0.0)
        for_nought = np.where(both, ones / noughts if estimand == "ATT" else (ones + noughts) / noughts, 0.0)
    weights = np.where(treated, for_one[stratum], for_nought[stratum])
    for group in (treated, ~treated):
        used = group & (weights > 0)
        weights[used] *= used.sum() / weights[used].sum()
    return weights
