"""Weighting: everyone is kept, and each counts for as many as make the two groups alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.balance import DENOMINATOR, balance_table, sizes
from btc_eval.cohort.frames import (
    Covariates,
    Faults,
    allowed,
    frame_of,
    named_list,
    read_covariates,
    read_treatment,
    require_frame,
)
from btc_eval.cohort.scores import fitted_score
from btc_eval.errors import UsageError, refuse
from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Bools, Floats
from btc_eval.inference.entropy_balancing import entropy_balance
from btc_eval.inference.estimating import Nuisance, entropy_nuisance, logistic_nuisance
from btc_eval.inference.weighting import ESTIMANDS, propensity_weights, stabilised, trimmed

Estimand = Literal["ATE", "ATT", "ATC", "ATO", "ATM", "entropy"]
DOOR = "cohort.weight"


@dataclass(frozen=True, slots=True)
class Weighting:
    """How much each child counts for.

    Parameters
    ----------
    weights
        By the frame's index.
    propensity
        By the frame's index: the estimated chance of treatment; empty for entropy balancing, which estimates none.
    estimand
        Whose effect the weights are for: "ATE", "ATT", "ATC", "ATO" or "ATM"; entropy balancing is for "ATT".
    method
        In words.
    trimmed, limit
        How many weights were lowered, and to what; 0 and infinity where none.
    nuisance
        How the weights move with what was estimated, for standard errors that allow for it.
    """

    weights: pd.Series[Any] = field(repr=False)
    propensity: pd.Series[Any] = field(repr=False)
    estimand: str
    method: str
    treatment: str
    treated: Bools = field(repr=False)
    covariates: Covariates = field(repr=False)
    trimmed: int
    limit: float
    notes: tuple[str, ...]
    nuisance: Nuisance = field(repr=False)

    def effective_sample_size(self) -> pd.DataFrame:
        """How many rows would say as much without weights? Columns: group, rows, used, effective."""
        return sizes(self.treated, self.weights.to_numpy(dtype=float))

    def balance(self) -> pd.DataFrame:
        """Are the groups alike, before and after weighting?

        Differences are in standard deviations before weighting: of the treated for "ATT", of the controls for "ATC",
        pooled for "ATE"; for "ATO" and "ATM" of everyone as weighted, whose population it is (cobalt's conventions).
        """
        names, columns = self.covariates.balance_names, self.covariates.balance
        if len(self.propensity):
            names = ("distance", *names)
            columns = np.column_stack([self.propensity.to_numpy(dtype=float), columns])
        kind = DENOMINATOR[self.estimand]
        return balance_table(names, columns, self.treated, self.weights.to_numpy(dtype=float), kind)

    def overlap(self, bins: int = 20) -> pd.DataFrame:
        """Did both groups have a chance of treatment? One row a bin of the score: group, low, high, rows, share."""
        if not len(self.propensity):
            raise UsageError(f"{DOOR}: entropy balancing estimates no propensity score; weight with estimand='ATT'.")
        edges = np.linspace(0.0, 1.0, bins + 1)
        rows = []
        for word, group in (("treated", self.treated), ("control", ~self.treated)):
            counts = np.histogram(self.propensity.to_numpy(dtype=float)[group], edges)[0]
            part = pd.DataFrame({"group": word, "low": edges[:-1], "high": edges[1:], "rows": counts})
            rows.append(part.assign(share=counts / counts.sum()))
        return pd.concat(rows, ignore_index=True)

    def overlap_check(self) -> Check:
        """How many of each group have a score that nobody in the other group has?"""
        if not len(self.propensity):
            return Check("overlap", Verdict.NOT_CHECKED, "Entropy balancing estimates no propensity score.")
        p = self.propensity.to_numpy(dtype=float)
        one, two = p[self.treated], p[~self.treated]
        outside = int(((one < two.min()) | (one > two.max())).sum() + ((two < one.min()) | (two > one.max())).sum())
        share = outside / len(p)
        words = f"{share:.1%} of rows have a propensity score outside the range of the other group."
        return Check(
            "overlap", Verdict.PASS if share <= 0.05 else Verdict.CONCERN if share <= 0.2 else Verdict.FAIL, words
        )

    def tidy(self) -> pd.DataFrame:
        """What does each row count for? Columns: label (of the frame's index), weight, propensity where estimated."""
        table = pd.DataFrame({"label": self.weights.index, "weight": self.weights.to_numpy()})
        return table.assign(propensity=self.propensity.to_numpy()) if len(self.propensity) else table


def weight(
    frame: Any,
    *,
    treatment: str,
    covariates: Sequence[str],
    estimand: Estimand = "ATE",
    stabilise: bool = False,
    trim: float | None = None,
) -> Weighting:
    """How much must each child count for, for the two groups to be alike?

    Parameters
    ----------
    frame, treatment
        As in `cohort.match`.
    covariates
        Columns of the logistic propensity score, or whose means entropy balancing equates. Squares and products are
        columns that the caller makes. Text and categories become a 0/1 column a level, the first left out.
    estimand
        "ATE" for everyone, "ATT" for the treated, "ATC" for the untreated, "ATO" (overlap weights) or "ATM" (matching
        weights) for those who could have been either; "entropy" for the treated, means equated exactly.
    stabilise
        Multiply by the share of each row's group, so that weights centre on 1; no estimate here depends on it.
    trim
        Lower the largest weights: below 1, to that quantile of the weights (0.99: the top hundredth is lowered to the
        observed weight there); 1 or more, that many of the largest to the next largest. For "ATT", "ATC" and "entropy"
        among the group whose weights vary. The effect is then for a slightly different population, said in `notes`. As
        WeightIt's trim.

    Notes
    -----
    Entropy weights have a mean of 1 among the controls and are 1 for the treated.

    Raises
    ------
    RefusedError
        Missing values, one group empty, groups that covariates tell apart without error, means that no weights can
        equate.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [1, 1, 0, 0, 0, 1], "poor": [1, 1, 1, 0, 0, 0]})
    >>> weight(people, treatment="helped", covariates=["poor"], estimand="ATE").weights.round(6).tolist()
    [1.5, 1.5, 3.0, 1.5, 1.5, 3.0]
    """
    frame = frame_of(frame)
    names = named_list(covariates, "covariates", DOOR)
    allowed(DOOR, "estimand", estimand, (*ESTIMANDS, "entropy"))
    if not names:
        raise UsageError(f"{DOOR}: covariates is empty; name what was known about each child beforehand.")
    if trim is not None and (not trim > 0 or (trim >= 1 and trim != int(trim))):
        raise UsageError(
            f"{DOOR}: trim={trim!r}; allowed: between 0 and 1 for a quantile, or a whole number of weights."
        )
    require_frame(DOOR, frame, [treatment, *names])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    read = read_covariates(faults, frame, names)
    faults.settle()
    return weigh(read, treated, frame.index, treatment, estimand, stabilise=stabilise, trim=trim)


def weigh(
    read: Covariates,
    treated: Bools,
    index: pd.Index[Any],
    treatment: str,
    estimand: str,
    *,
    stabilise: bool = False,
    trim: float | None = None,
) -> Weighting:
    """Weight rows already read: see `weight`."""
    notes = [f"Left out of the model, being the sum of others: {', '.join(read.left_out)}."] if read.left_out else []
    propensity: Floats = np.empty(0)
    if estimand == "entropy":
        weights, nuisance = _entropy(read, treated)
        target, words = "ATT", "entropy balancing"
    else:
        fit = fitted_score(DOOR, read, treated)
        propensity = fit.probability
        weights, slopes = propensity_weights(propensity, treated, estimand)
        nuisance = logistic_nuisance(read.design(), treated.astype(float), fit, slopes)
        target, words = estimand, f"propensity score weights ({estimand})"
    if stabilise:
        factor = stabilised(np.ones(len(treated)), treated)
        weights, nuisance = weights * factor, Nuisance(nuisance.slopes * factor[:, None], nuisance.influence)
    lowered, limit = np.zeros(len(treated), dtype=bool), math.inf
    if trim is not None:
        varying = {"ATT": ~treated, "ATC": treated}.get(target, np.ones(len(treated), dtype=bool))
        if trim >= varying.sum():
            raise UsageError(f"{DOOR}: trim={trim:g}; allowed: fewer than the {int(varying.sum())} weights there are.")
        weights, lowered, limit = trimmed(weights, varying, trim)
        # A weight at the limit stays there when the score moves a little.
        nuisance = Nuisance(np.where(lowered[:, None], 0.0, nuisance.slopes), nuisance.influence)
        notes.append(f"{int(lowered.sum())} weights lowered to {limit:.4g}.")
    return Weighting(
        weights=pd.Series(weights, index=index, name="weight"),
        propensity=pd.Series(propensity, index=index if len(propensity) else index[:0], name="propensity", dtype=float),
        estimand=target,
        method=words,
        treatment=treatment,
        treated=treated,
        covariates=read,
        trimmed=int(lowered.sum()),
        limit=limit,
        notes=tuple(notes),
        nuisance=nuisance,
    )


def _entropy(read: Covariates, treated: Bools) -> tuple[Floats, Nuisance]:
    controls = read.model[~treated]
    found = entropy_balance(controls, read.model[treated].mean(axis=0))
    if not found.balanced:
        raise refuse(
            DOOR,
            "covariates",
            found=f"means of the treated that no weights on the {len(controls)} controls reach "
            f"(short by {found.gap:.2g} standard deviations at best)",
            allowed="controls on every side of the treated's means",
            do="Balance fewer covariates, or restrict the cohort to where both groups are found.",
        )
    weights = np.ones(len(treated))
    weights[~treated] = found.weights
    return weights, entropy_nuisance(read.model, treated, weights)
