"""What was found of an effect: contrasts of two means with intervals, frozen."""

from __future__ import annotations

import math
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

    def value(self, term: str, column: str = "estimate") -> float:
        """Return one number of the table, such as ("risk_ratio", "conf_low"); NaN where there is none."""
        held = self.table["term"] == term
        if not held.any():
            raise UsageError(f"effect: no term {term!r}; there are {', '.join(self.table['term'])}.")
        return float(self.table.loc[held, column].to_numpy(dtype=float)[0])

    def estimate(self, term: str) -> Estimate:
        """Return one row, such as "risk_difference", as a number with its interval."""
        low, high = (self.value(term, name) for name in ("conf_low", "conf_high"))
        ends = [None if np.isnan(end) else end for end in (low, high)]
        unit = "ratio" if term.endswith("ratio") else UNITS[self.kind]
        return Estimate(self.value(term), ends[0], ends[1], self.conf_level, unit, self.method)

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
            found.append(self._events())
        return tuple(found)

    def _events(self) -> Check:
        others = [n - e for n, e in zip(self.rows, self.events)] if self.kind == "risk" else []
        words = "events or non-events" if others else "events"
        if min(*self.events, *others) < FEW_EVENTS:
            detail = f"A group has fewer than {FEW_EVENTS} {words}: the interval is rough."
            return Check("events", Verdict.CONCERN, detail)
        return Check("events", Verdict.PASS, f"No group has fewer than {FEW_EVENTS} {words}.")


def contrasts(
    values: Floats, covariance: Floats, degrees: float, kind: str, level: float, *, ratios: bool = True
) -> pd.DataFrame:
    """Return the means, their difference and their ratios in the vocabulary of result tables.

    Parameters
    ----------
    values, covariance
        (2,) and (2, 2) of control and treated.
    degrees
        Of Student's t; infinite for the normal distribution.
    kind
        "risk" adds the odds ratio.
    ratios
        Whether the outcome has a nought that means none, so that ratios make sense.
    """
    control, treated = map(float, values)
    rows: list[tuple[Any, ...]] = []

    def add(name: str, value: float, gradient: list[float], *, logged: bool = False) -> None:
        spread = _spread(np.array(gradient), covariance) if np.isfinite(gradient).all() else np.nan
        rows.append((name, *_row(value, spread, degrees, level, logged=logged)))

    add(f"{kind}_control", control, [1.0, 0.0])
    add(f"{kind}_treated", treated, [0.0, 1.0])
    add(f"{kind}_difference", treated - control, [-1.0, 1.0])
    if ratios:
        ratio = treated / control if control > 0 else np.nan
        positive = control > 0 and treated > 0
        add(f"{kind}_ratio", ratio, [-1 / control, 1 / treated] if positive else [np.nan] * 2, logged=True)
    if kind == "risk":
        inside = 0 < control < 1 and 0 < treated < 1
        odds = treated / (1 - treated) / (control / (1 - control)) if inside else np.nan
        gradient = [-1 / (control * (1 - control)), 1 / (treated * (1 - treated))] if inside else [np.nan] * 2
        add("odds_ratio", odds, gradient, logged=True)
    return pd.DataFrame(rows, columns=list(TIDY_COLUMNS))


def _spread(gradient: Floats, covariance: Floats) -> float:
    return math.sqrt(max(float(gradient @ covariance @ gradient), 0.0))


def _row(value: float, spread: float, degrees: float, level: float, *, logged: bool) -> tuple[float, ...]:
    reference = stats.norm if math.isinf(degrees) else stats.t(degrees)
    if not spread > 0:
        # No event in the group: nothing here says how sure a risk of nought is.
        return (value, *[np.nan] * 5)
    centre = math.log(value) if logged else value
    half = float(reference.ppf(0.5 + level / 2)) * spread
    statistic = centre / spread
    p_value = 2 * float(reference.sf(abs(statistic)))
    low, high = centre - half, centre + half
    if logged:
        low, high = math.exp(low), math.exp(high)
    return value, spread, statistic, p_value, low, high
