"""What was found of an effect: contrasts of two means with intervals, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from btc_eval.errors import UsageError
from btc_eval.estimates import TIDY_COLUMNS, Check, Estimate, Verdict
from btc_eval.inference import Floats

#: Below this many clusters, cluster-robust intervals are known to be too narrow.
FEW_CLUSTERS = 40
#: Fewer events than this in a group say little whatever the method.
FEW_EVENTS = 10
UNITS = {"risk": "risk", "mean": "mean", "rate": "events per unit of time at risk"}


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect on a risk, a mean or a rate.

    Parameters
    ----------
    table
        Rows in the vocabulary of `tidy`.
    covariance
        (2, 2) of the two means, control first.
    influence
        By the frame's index, columns control and treated: how much each row moved the two means. Sums to nought.
    kind
        "risk", "mean" or "rate".
    clustering, clusters
        What errors are clustered by, in words, and how many clusters there are at the coarsest; 0 without any.
    events, rows
        Totals of the outcome and numbers of rows compared, unweighted: control, treated.
    """

    table: pd.DataFrame
    covariance: Floats
    influence: pd.DataFrame = field(repr=False)
    kind: str
    method: str
    estimand: str
    clustering: str
    clusters: int
    conf_level: float
    events: tuple[float, float]
    rows: tuple[int, int]

    def tidy(self) -> pd.DataFrame:
        """What was the effect? term, estimate, std_error, statistic, p_value, conf_low, conf_high.

        For ratios std_error and statistic are of the logarithm. A ratio with no event in a group is missing.
        """
        return self.table.copy()

    def estimate(self, term: str) -> Estimate:
        """Return one row, such as "risk_difference", as a number with its interval."""
        rows = self.table.set_index("term")
        if term not in rows.index:
            raise UsageError(f"effect: no term {term!r}; there are {', '.join(rows.index)}.")
        row = rows.loc[term]
        low, high = (None if np.isnan(row[name]) else float(row[name]) for name in ("conf_low", "conf_high"))
        unit = "ratio" if term.endswith("ratio") else UNITS[self.kind]
        return Estimate(float(row["estimate"]), low, high, self.conf_level, unit, self.method)

    @property
    def difference(self) -> Estimate:
        """The difference, treated less control, with its interval."""
        return self.estimate(f"{self.kind}_difference")

    def checks(self) -> tuple[Check, ...]:
        """May the interval be believed?"""
        found = []
        if self.clustering == "none":
            found.append(Check("clusters", Verdict.NOT_CHECKED, "Rows are taken as independent: no cluster was named."))
        else:
            few = self.clusters < FEW_CLUSTERS
            words = f"{self.clusters} clusters ({self.clustering})."
            verdict = Verdict.CONCERN if few else Verdict.PASS
            found.append(Check("clusters", verdict, words + (" Intervals from so few are too narrow." if few else "")))
        if self.kind != "mean":
            least = min(min(self.events), *(r - e for r, e in zip(self.rows, self.events))) if self.kind == "risk" else min(self.events)
            enough = least >= FEW_EVENTS
            words = f"{'At least' if enough else 'Fewer than'} {FEW_EVENTS} events{' and non-events' if self.kind == 'risk' else ''} in each group." if enough else f"A group has fewer than {FEW_EVENTS} events{' or non-events' if self.kind == 'risk' else ''}: the interval is rough."
            found.append(Check("events", Verdict.PASS if enough else Verdict.CONCERN, words))
        return tuple(found)


def contrasts(values: Floats, covariance: Floats, degrees: float, kind: str, level: float) -> pd.DataFrame:
    """Return the means, their difference and their ratios in the vocabulary of result tables.

    Parameters
    ----------
    values, covariance
        (2,) and (2, 2) of control and treated.
    degrees
        Of Student's t; infinite for the normal distribution.
    kind
        "risk" adds the odds ratio; ratios of means are given where both are above nought.
    """
    control, treated = map(float, values)
    names = (f"{kind}_control", f"{kind}_treated", f"{kind}_difference", f"{kind}_ratio")
    rows: list[tuple[Any, ...]] = []
    for name, gradient, value in (
        (names[0], (1.0, 0.0), control),
        (names[1], (0.0, 1.0), treated),
        (names[2], (-1.0, 1.0), treated - control),
    ):
        spread = _spread(np.array(gradient), covariance)
        rows.append((name, *_row(value, spread, degrees, level, logged=False)))
    if kind != "mean" or (control > 0 and treated > 0):
        positive = control > 0 and treated > 0
        spread = _spread(np.array([-1 / control, 1 / treated]), covariance) if positive else np.nan
        rows.append((names[3], *_row(treated / control if control > 0 else np.nan, spread, degrees, level, logged=True)))
    if kind == "risk":
        inside = 0 < control < 1 and 0 < treated < 1
        ratio = treated / (1 - treated) / (control / (1 - control)) if inside else np.nan
        gradient = np.array([-1 / (control * (1 - control)), 1 / (treated * (1 - treated))]) if inside else np.zeros(2)
        spread = _spread(gradient, covariance) if inside else np.nan
        rows.append(("odds_ratio", *_row(ratio, spread, degrees, level, logged=True)))
    return pd.DataFrame(rows, columns=list(TIDY_COLUMNS))


def _spread(gradient: Floats, covariance: Floats) -> float:
    return float(np.sqrt(max(gradient @ covariance @ gradient, 0.0)))


def _row(value: float, spread: float, degrees: float, level: float, *, logged: bool) -> tuple[float, ...]:
    reference = stats.norm if np.isinf(degrees) else stats.t(degrees)
    if np.isnan(spread):
        return (value, *[np.nan] * 5)
    centre = float(np.log(value)) if logged else value
    half = float(reference.ppf(0.5 + level / 2)) * spread
    statistic = centre / spread if spread > 0 else np.nan
    p_value = 2 * float(reference.sf(abs(statistic))) if spread > 0 else np.nan
    low, high = centre - half, centre + half
    if logged:
        low, high = float(np.exp(low)), float(np.exp(high))
    return value, spread, statistic, p_value, low, high
