"""What if something was not measured? Corrected estimates over a grid of what an unmeasured yes/no cause could be
like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.inference import Floats

DOOR = "cohort.bias_analysis"


@dataclass(frozen=True, slots=True)
class BiasAnalysis:
    """Corrected risk ratios.

    Parameters
    ----------
    table
        prevalence_treated, prevalence_control, strength (risk ratio of the confounder with the outcome), bias (the
        ratio that it alone would make), risk_ratio, conf_low, conf_high (corrected), explained (whether the corrected
        interval holds 1), reversed (whether the corrected estimate is on the other side of 1).
    tipping
        prevalence_treated, prevalence_control and the strength at which the corrected estimate is 1; infinite where no
        strength does.
    estimate, conf_low, conf_high
        As given.
    """

    table: pd.DataFrame
    tipping: pd.DataFrame
    estimate: float
    conf_low: float
    conf_high: float

    def tidy(self) -> pd.DataFrame:
        """What would the estimate be, had the confounder been measured?"""
        return self.table.copy()

    def tipping_point(self) -> pd.DataFrame:
        """How strong must the confounder be to explain the estimate away, at each pair of prevalences?"""
        return self.tipping.copy()


def bias_analysis(
    estimate: float,
    conf_low: float | None = None,
    conf_high: float | None = None,
    *,
    prevalence_treated: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    prevalence_control: Sequence[float] = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    strength: Sequence[float] = (1.5, 2.0, 3.0, 5.0),
) -> BiasAnalysis:
    """What would a risk ratio be, had an unmeasured yes/no cause been adjusted for?

    Parameters
    ----------
    estimate, conf_low, conf_high
        A risk ratio (adjusted for what was measured) and its interval.
    prevalence_treated, prevalence_control
        Shares of each group who have the cause, between 0 and 1; every pair is tried.
    strength
        Risk ratios of the cause with the outcome, above 0; below 1 for one that protects.

    Notes
    -----
    The confounder alone makes a ratio of (1 + p₁ (γ − 1)) / (1 + p₀ (γ − 1)), by which the estimate and both ends are
    divided (Bross 1966; Schlesselman 1978; Lin, Psaty and Kronmal 1998). γ is taken to be the same in both groups.
    With R the estimate, it is 1 at γ = 1 + (R − 1) / (p₁ − R p₀), where that is above 0.

    Examples
    --------
    >>> found = bias_analysis(0.8, 0.7, 0.9, prevalence_treated=[0.2], prevalence_control=[0.5], strength=[2.0])
    >>> found.tidy()[["bias", "risk_ratio", "conf_low", "conf_high"]].round(3).values.tolist()
    [[0.8, 1.0, 0.875, 1.125]]
    >>> found.tipping_point()["strength"].round(6).tolist()
    [2.0]
    """
    low, high = (math.nan if end is None else end for end in (conf_low, conf_high))
    if not estimate > 0 or not math.isfinite(estimate) or low <= 0 or low > estimate or high < estimate:
        raise UsageError(f"{DOOR}: allowed: a risk ratio above 0 inside its interval.")
    one, two, gamma = (
        np.asarray(list(part), dtype=float) for part in (prevalence_treated, prevalence_control, strength)
    )
    if not all(len(part) for part in (one, two, gamma)):
        raise UsageError(f"{DOOR}: prevalences and strengths need a value each.")
    if ((one < 0) | (one > 1)).any() or ((two < 0) | (two > 1)).any() or not (gamma > 0).all():
        raise UsageError(f"{DOOR}: allowed: prevalences from 0 to 1 and strengths above 0.")
    p1, p0, g = (part.ravel() for part in np.meshgrid(one, two, gamma, indexing="ij"))
    bias = (1 + p1 * (g - 1)) / (1 + p0 * (g - 1))
    corrected = estimate / bias
    table = pd.DataFrame({"prevalence_treated": p1, "prevalence_control": p0, "strength": g, "bias": bias})
    table["risk_ratio"], table["conf_low"], table["conf_high"] = corrected, low / bias, high / bias
    known = ~(np.isnan(table["conf_low"]) | np.isnan(table["conf_high"]))
    table["explained"] = known & (table["conf_low"] <= 1) & (table["conf_high"] >= 1)
    table["reversed"] = (corrected - 1) * (estimate - 1) < 0
    return BiasAnalysis(table, _tipping(estimate, one, two), estimate, low, high)


def _tipping(estimate: float, one: Floats, two: Floats) -> pd.DataFrame:
    p1, p0 = (part.ravel() for part in np.meshgrid(one, two, indexing="ij"))
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = 1 + (estimate - 1) / (p1 - estimate * p0)
    needed = np.where(np.isfinite(needed) & (needed > 1e-12), needed, np.inf)
    if estimate == 1:
        needed = np.ones(len(p1))
    return pd.DataFrame({"prevalence_treated": p1, "prevalence_control": p0, "strength": needed})
