"""E-values: how strong would an unmeasured confounder have to be to explain an association away?"""

from __future__ import annotations

import math

import numpy as np


def evalue_of(ratio: float, true: float = 1.0) -> float:
    """Return the least risk ratio that moves `ratio` to `true`, held by a confounder with both treatment and outcome.

    Notes
    -----
    With R the ratio over `true`, or its inverse where that is below 1, E = R + √(R (R − 1)) (VanderWeele and Ding
    2017).

    Examples
    --------
    >>> round(evalue_of(3.9), 2)
    7.26
    """
    if math.isnan(ratio):
        return math.nan
    if ratio <= 1:
        ratio, true = 1 / ratio, 1 / true
    far = ratio / true if true <= ratio else true / ratio
    return far + math.sqrt(far * (far - 1))


def odds_to_risk(ratio: float) -> float:
    """Return about the risk ratio of an odds ratio where the outcome is common: its square root."""
    return math.sqrt(ratio)


def hazard_to_risk(ratio: float) -> float:
    """Return about the risk ratio of a hazard ratio where the outcome is common (VanderWeele 2017)."""
    return float((1 - 0.5 ** math.sqrt(ratio)) / (1 - 0.5 ** math.sqrt(1 / ratio)))


def difference_to_risk(standardised: float) -> float:
    """Return about the risk ratio of a mean difference in standard deviations: exp(0.91 d) (Chinn 2000)."""
    return math.exp(0.91 * standardised)


def difference_limits(standardised: float, std_error: float) -> tuple[float, float]:
    """Return about the 95 % interval on the risk-ratio scale: exp(0.91 d ∓ 1.78 s)."""
    return (
        math.exp(0.91 * standardised - 1.78 * std_error),
        math.exp(0.91 * standardised + 1.78 * std_error),
    )


def risk_difference_evalues(
    exposed: tuple[float, float],
    unexposed: tuple[float, float],
    true: float,
    critical: float,
    grid: float,
) -> tuple[float, float]:
    """Return the E-values of a positive risk difference and of the lower end of its interval.

    Parameters
    ----------
    exposed, unexposed
        Numbers with and without the outcome.
    true
        The difference to which the estimate is moved.
    critical
        Normal quantile of the interval, such as 1.96.
    grid
        Step in which the bias factor of the lower end is searched, upwards from 1; the first that reaches `true` is
        taken.

    Notes
    -----
    Ding and VanderWeele (2016), Epidemiology 27:368, section on the risk difference (page 376).
    """
    n1, n0 = sum(exposed), sum(unexposed)
    f, p1, p0 = n1 / (n1 + n0), exposed[0] / n1, unexposed[0] / n0
    v1, v0, vf = p1 * (1 - p1) / n1, p0 * (1 - p0) / n0, f * (1 - f) / (n1 + n0)
    lean = true + p0 * (1 - f) - p1 * f
    bias = (math.sqrt(lean**2 + 4 * p1 * p0 * f * (1 - f)) - lean) / (2 * p0 * f)
    if p1 - p0 - critical * math.sqrt(v1 + v0) <= true:
        return evalue_of(bias), 1.0
    tried = 1 + grid * np.arange(math.floor((bias - 1) / grid + 1e-10) + 1)
    difference, share = p1 - p0 * tried, f + (1 - f) / tried
    variance = (v1 + v0 * tried**2) * share**2 + difference**2 * (1 - 1 / tried) ** 2 * vf
    reached = np.flatnonzero(difference * share - critical * np.sqrt(variance) <= true)
    return evalue_of(bias), evalue_of(float(tried[reached[0]])) if len(reached) else math.nan
