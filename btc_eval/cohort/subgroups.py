"""For whom? Effects by group, whether they differ, and p-values that allow for looking at several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from btc_eval.cohort.effect_result import Effect
from btc_eval.cohort.effects import effect
from btc_eval.cohort.frames import (
    Faults,
    allowed,
    frame_of,
    level_of,
    named_list,
    read_clusters,
    read_covariates,
    read_numbers,
    read_treatment,
    require_frame,
)
from btc_eval.cohort.weighting import weight
from btc_eval.errors import RefusedError, UsageError, refuse
from btc_eval.estimates import TIDY_COLUMNS
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.clusters import cluster_totals
from btc_eval.inference.multiplicity import holm, multiplier_draws, step_down_draws

DOOR = "cohort.subgroups"
#: Random draws behind Westfall–Young p-values.
DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Subgroups:
    """Effects by group.

    Parameters
    ----------
    table
        by, group, term, the vocabulary of `tidy`, and p_adjusted over all rows.
    tests
        by, statistic, degrees, p_value, p_adjusted (Holm over the columns looked at): do the groups of a column differ?
    left_out
        by, group, reason: what was not estimated, and the rule that forbade it, never a count.
    comparisons
        How many effects were looked at.
    adjustment
        "holm" or "westfall-young".
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    left_out: pd.DataFrame
    comparisons: int
    adjustment: str
    minimum: int

    def tidy(self) -> pd.DataFrame:
        """What was the effect in each group?"""
        return self.table.copy()

    @property
    def note(self) -> str:
        """What must stand under the table."""
        words = (
            f"{self.comparisons} groups were compared; adjusted p-values ({self.adjustment.title()}) allow for that. "
            "Groups of one column share no children; groups of different columns do."
        )
        if len(self.left_out):
            words += f" {len(self.left_out)} groups are not shown (see why in left_out)."
        return words


def subgroups(
    frame: Any,
    *,
    by: Sequence[str],
    outcome: str,
    treatment: str,
    covariates: Sequence[str] = (),
    design: Literal["weight", "crude"] = "weight",
    estimand: str = "ATE",
    cluster: str | None = None,
    exposure: str | None = None,
    scale: Literal["difference", "ratio"] = "difference",
    minimum: int = 10,
    adjustment: Literal["holm", "westfall-young"] = "holm",
    rng: np.random.Generator | None = None,
    conf_level: float = 0.95,
) -> Subgroups:
    """Does the effect differ between groups of children?

    Parameters
    ----------
    frame, outcome, treatment, covariates, estimand, cluster, exposure, conf_level
        As in `cohort.weight` and `cohort.effect`; weights are estimated anew within each group.
    by
        Columns whose values are the groups; rows without a value are one group, "not recorded".
    design
        "weight", or "crude" for no adjustment.
    scale
        Whether differences or ratios are tabulated and tested for being equal.
    minimum
        Fewest children, and, with `cluster`, fewest families, in each arm of a group; smaller groups are named in
        `left_out` with this rule and not estimated.
    adjustment
        "holm", or "westfall-young", which uses how the estimates move together and needs `rng`.

    Notes
    -----
    The test within a column is Wald's, of equal effects across its groups, with the covariance of their influence
    functions summed by family. A group whose models cannot be fitted is left out with the reason.

    Raises
    ------
    RefusedError
        No group large enough.
    """
    frame = frame_of(frame)
    columns, names = named_list(by, "by", DOOR), named_list(covariates, "covariates", DOOR)
    for name, value, options in (
        ("design", design, ("weight", "crude")),
        ("scale", scale, ("difference", "ratio")),
        ("adjustment", adjustment, ("holm", "westfall-young")),
    ):
        allowed(DOOR, name, value, options)
    level_of(DOOR, conf_level)
    if not columns or minimum < 2:
        raise UsageError(f"{DOOR}: by names a column or more, and minimum is 2 or more.")
    if design == "weight" and not names:
        raise UsageError(f"{DOOR}: design='weight' needs covariates; use design='crude' for none.")
    if adjustment == "westfall-young" and rng is None:
        raise UsageError(f"{DOOR}: adjustment='westfall-young' needs rng=np.random.default_rng(seed).")
    require_frame(DOOR, frame, [outcome, treatment, *columns, *names, *(c for c in (cluster, exposure) if c)])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    family = read_clusters(faults, frame, cluster) if cluster else np.arange(len(frame))
    for name in (outcome, *([exposure] if exposure else [])):
        read_numbers(faults, frame, name)
    read_covariates(faults, frame, names)
    faults.settle()
    found: list[tuple[str, str, Effect, Bools]] = []
    left: list[tuple[str, str, str]] = []
    for column in columns:
        for label, rows in _groups(frame[column]):
            if _small(treated, family, rows, minimum, cluster is not None):
                units = "children and families" if cluster else "children"
                left.append((column, label, f"fewer than {minimum} {units} in an arm"))
                continue
            kept = [name for name in names if name != column]
            try:
                part = _within(frame[rows], outcome, treatment, kept, design, estimand, cluster, exposure, conf_level)
            except RefusedError as error:
                left.append((column, label, f"not estimable: {error.refusals[0].allowed} is needed"))
                continue
            found.append((column, label, part, rows))
    if not found:
        raise refuse(
            DOOR,
            ", ".join(columns),
            found="no group that can be compared",
            allowed=f"groups with {minimum} in each arm, where both outcomes and both arms are found",
            do="Merge groups before the call, or report the whole cohort alone.",
        )
    return _collect(found, left, frame, family, scale, adjustment, rng, minimum)


def _groups(column: pd.Series[Any]) -> list[tuple[str, Bools]]:
    values = column.astype(object).where(column.notna(), None)
    present = [value for value in pd.unique(values) if value is not None]
    order = list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else sorted(present, key=_key)
    groups = [(str(value), np.asarray(column == value, dtype=bool)) for value in order if value in present]
    empty = np.asarray(column.isna(), dtype=bool)
    return [*groups, ("not recorded", empty)] if empty.any() else groups


def _key(value: Any) -> tuple[int, Any]:
    return (0, value) if isinstance(value, (int, float, np.number)) else (1, str(value))


def _small(treated: Bools, family: Ints, rows: Bools, minimum: int, clustered: bool) -> bool:
    for arm in (rows & treated, rows & ~treated):
        if int(arm.sum()) < minimum or (clustered and len(np.unique(family[arm])) < minimum):
            return True
    return False


def _within(
    frame: pd.DataFrame,
    outcome: str,
    treatment: str,
    covariates: list[str],
    design: str,
    estimand: str,
    cluster: str | None,
    exposure: str | None,
    conf_level: float,
) -> Effect:
    made = None
    if design == "weight" and covariates:
        made = weight(frame, treatment=treatment, covariates=covariates, estimand=estimand)  # type: ignore[arg-type]
    return effect(
        frame,
        outcome=outcome,
        treatment=treatment,
        weights=made,
        cluster=cluster,
        exposure=exposure,
        conf_level=conf_level,
    )


def _collect(
    found: list[tuple[str, str, Effect, Bools]],
    left: list[tuple[str, str, str]],
    frame: pd.DataFrame,
    family: Ints,
    scale: str,
    adjustment: str,
    rng: np.random.Generator | None,
    minimum: int,
) -> Subgroups:
    rows, influence = [], np.zeros((len(frame), len(found)))
    for k, (column, label, part, members) in enumerate(found):
        term = f"{part.kind}_{scale}"
        line = part.table[part.table["term"] == term].iloc[0]
        rows.append((column, label, *(line[name] for name in TIDY_COLUMNS)))
        means = part.table["estimate"].to_numpy(dtype=float)[:2]
        gradient = (
            np.array([-1.0, 1.0])
            if scale == "difference"
            else np.array([-1.0, 1.0]) / np.where(means > 0, means, np.nan)
        )
        influence[members, k] = part.influence.to_numpy() @ gradient
    table = pd.DataFrame(rows, columns=["by", "group", *TIDY_COLUMNS])
    totals = cluster_totals(np.nan_to_num(influence), family)
    table["p_adjusted"] = np.nan
    known = table["p_value"].notna().to_numpy()
    if adjustment == "holm":
        table.loc[known, "p_adjusted"] = holm(table.loc[known, "p_value"].to_numpy(dtype=float))
    elif rng is not None and known.any():
        spread = np.sqrt((totals[:, known] ** 2).sum(axis=0))
        drawn = multiplier_draws(totals[:, known] / spread, DRAWS, rng)
        table.loc[known, "p_adjusted"] = step_down_draws(table.loc[known, "statistic"].to_numpy(dtype=float), drawn)
    return Subgroups(
        table=table,
        tests=_tests(table, totals, scale),
        left_out=pd.DataFrame(left, columns=["by", "group", "reason"]),
        comparisons=len(table),
        adjustment=adjustment,
        minimum=minimum,
    )


def _tests(table: pd.DataFrame, totals: Floats, scale: str) -> pd.DataFrame:
    rows = []
    for column in dict.fromkeys(table["by"]):
        members = np.flatnonzero((table["by"] == column).to_numpy() & table["std_error"].notna().to_numpy())
        if len(members) < 2:
            rows.append((column, np.nan, 0, np.nan))
            continue
        values = table["estimate"].to_numpy(dtype=float)[members]
        values = np.log(values) if scale == "ratio" else values
        covariance = totals[:, members].T @ totals[:, members] * len(totals) / (len(totals) - 1)
        apart = np.column_stack([np.eye(len(members) - 1), -np.ones(len(members) - 1)])
        gap = apart @ values
        statistic = float(gap @ np.linalg.solve(apart @ covariance @ apart.T, gap))
        rows.append((column, statistic, len(gap), float(stats.chi2.sf(statistic, len(gap)))))
    tests = pd.DataFrame(rows, columns=["by", "statistic", "degrees", "p_value"])
    tests["p_adjusted"] = np.nan
    known = tests["p_value"].notna()
    tests.loc[known, "p_adjusted"] = holm(tests.loc[known, "p_value"].to_numpy(dtype=float))
    return tests
