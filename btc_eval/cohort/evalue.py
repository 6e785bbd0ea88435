"""The door to E-values: what would an unmeasured cause have to be like to explain this away?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from btc_eval.cohort.frames import allowed
from btc_eval.errors import UsageError
from btc_eval.inference import evalue as formulas

Measure = Literal["RR", "OR", "HR", "RD", "MD"]
DOOR = "cohort.evalue"


@dataclass(frozen=True, slots=True)
class EValue:
    """E-values of an estimate and of its interval.

    Parameters
    ----------
    point, lower, upper
        E-values of the estimate and of the ends of its interval; only the end nearer to `true` has one, 1 where the
        interval holds `true`; NaN otherwise.
    risk_ratio, risk_ratio_low, risk_ratio_high
        The estimate on the scale of risk ratios, on which E-values are defined; NaN for a risk difference.
    measure, true
        What was given, and the value to which it is moved.
    """

    point: float
    lower: float
    upper: float
    risk_ratio: float
    risk_ratio_low: float
    risk_ratio_high: float
    measure: str
    true: float

    @property
    def limit(self) -> float:
        """The E-value of the end of the interval nearer to `true`; NaN where no interval was given."""
        return self.upper if math.isnan(self.lower) else self.lower

    def tidy(self) -> pd.DataFrame:
        """How strong would it have to be? Columns: term ("point", "lower", "upper"), risk_ratio, evalue."""
        return pd.DataFrame(
            {
                "term": ["point", "lower", "upper"],
                "risk_ratio": [self.risk_ratio, self.risk_ratio_low, self.risk_ratio_high],
                "evalue": [self.point, self.lower, self.upper],
            }
        )


def evalue(
    estimate: float | None = None,
    conf_low: float | None = None,
    conf_high: float | None = None,
    measure: Measure = "RR",
    rare: bool = True,
    *,
    true: float | None = None,
    se: float | None = None,
    sd: float = 1.0,
    delta: float = 1.0,
    n11: float | None = None,
    n10: float | None = None,
    n01: float | None = None,
    n00: float | None = None,
    conf_level: float = 0.95,
    grid: float = 1e-4,
) -> EValue:
    """How strong would an unmeasured confounder have to be, with both treatment and outcome, to explain this away?

    Parameters
    ----------
    estimate, conf_low, conf_high
        The estimate and its interval; either end may be left out.
    measure
        "RR" risk ratio; "OR" odds ratio; "HR" hazard ratio; "RD" risk difference, from the four counts; "MD" mean
        difference in units of the outcome.
    rare
        For "OR" and "HR": whether the outcome is rare (below 15 % by the end of follow-up). Otherwise they are first
        turned into about a risk ratio.
    true
        The value to which the estimate is moved; no effect unless given.
    se, sd, delta
        For "MD": standard error (or give the interval, taken as normal at `conf_level`) and standard deviation of the
        outcome in the same units as `estimate`, and the change of treatment that is asked about. With `sd` 1 the
        estimate is already in standard deviations.
    n11, n10, n01, n00
        For "RD": treated with and without the outcome, untreated with and without. Where the risk is lower among the
        treated the groups change places first.
    conf_level, grid
        Level of the interval, which for "RD" is worked out from the counts; and for "RD" the step in which its bias
        factor is searched.

    Notes
    -----
    VanderWeele and Ding (2017), Annals of Internal Medicine 167:268; for risk differences Ding and VanderWeele (2016).
    Equal to R's EValue 4.1.4, its rules for intervals included.

    Examples
    --------
    >>> found = evalue(3.9, 1.8, 8.7)
    >>> round(found.point, 2), round(found.lower, 2)
    (7.26, 3.0)
    """
    allowed(DOOR, "measure", measure, ("RR", "OR", "HR", "RD", "MD"))
    if measure == "RD":
        return _risk_difference((n11, n10, n01, n00), 0.0 if true is None else true, conf_level, grid)
    if estimate is None:
        raise UsageError(f"{DOOR}: estimate is missing.")
    if measure == "MD":
        return _mean_difference(estimate, _error(conf_low, conf_high, se, conf_level), sd, delta, true or 0.0)
    given = [value for value in (estimate, conf_low, conf_high, true) if value is not None]
    if not all(math.isfinite(value) and value > 0 for value in given):
        raise UsageError(f"{DOOR}: a ratio of 0 or below, or one that is not finite; allowed: above 0.")
    low, high = (math.nan if end is None else end for end in (conf_low, conf_high))
    if low > estimate or high < estimate:
        raise UsageError(f"{DOOR}: the estimate lies outside its interval.")
    turn = formulas.odds_to_risk if measure == "OR" else formulas.hazard_to_risk
    target = 1.0 if true is None else true
    values = (estimate, low, high, target)
    if measure in ("OR", "HR") and not rare:
        values = tuple(math.nan if math.isnan(value) else turn(value) for value in values)  # type: ignore[assignment]
    return _of_ratio(*values, measure, target)


def _error(low: float | None, high: float | None, se: float | None, conf_level: float) -> float | None:
    """Return the standard error of a mean difference: as given, or from a symmetric interval."""
    if low is None and high is None:
        return se
    if se is not None or low is None or high is None or low > high:
        raise UsageError(f"{DOOR}: a mean difference needs se, or both ends of its interval in order, and not both.")
    return (high - low) / (2 * float(stats.norm.ppf(0.5 + conf_level / 2)))


def _of_ratio(ratio: float, low: float, high: float, true: float, measure: str, given: float) -> EValue:
    point = formulas.evalue_of(ratio, true)
    lower, upper = math.nan, math.nan
    if ratio >= true and not math.isnan(low):
        lower = 1.0 if low < true or ratio == true else formulas.evalue_of(low, true)
    if ratio < true and not math.isnan(high):
        upper = 1.0 if high > true else formulas.evalue_of(high, true)
    return EValue(point, lower, upper, ratio, low, high, measure, given)


def _mean_difference(estimate: float, se: float | None, sd: float, delta: float, true: float) -> EValue:
    if not sd > 0 or (se is not None and not se >= 0):
        raise UsageError(f"{DOOR}: sd={sd}, se={se}; allowed: sd above 0 and se of 0 or more.")
    d = estimate * delta / sd
    low, high = (math.nan, math.nan) if se is None else formulas.difference_limits(d, se * abs(delta) / sd)
    ratio, target = formulas.difference_to_risk(d), formulas.difference_to_risk(true)
    return _of_ratio(ratio, low, high, target, "MD", true)


def _risk_difference(counts: tuple[float | None, ...], true: float, conf_level: float, grid: float) -> EValue:
    if any(count is None or not count >= 0 for count in counts):
        raise UsageError(f"{DOOR}: a risk difference needs n11, n10, n01 and n00, each of 0 or more.")
    n11, n10, n01, n00 = (float(count) for count in counts if count is not None)
    if n11 + n10 == 0 or n01 + n00 == 0 or n01 + n11 == 0:
        raise UsageError(f"{DOOR}: a group is empty or nobody has the outcome; there is nothing to explain.")
    exposed, unexposed, target = (n11, n10), (n01, n00), true
    lower = n11 / (n11 + n10) < n01 / (n01 + n00)
    if lower:
        exposed, unexposed, target = unexposed, exposed, -true
    difference = exposed[0] / sum(exposed) - unexposed[0] / sum(unexposed)
    if difference <= target:
        raise UsageError(f"{DOOR}: true={true:g} is as far from no difference as the estimate, or further.")
    if unexposed[0] == 0:
        raise UsageError(
            f"{DOOR}: nobody in the group with the lower risk has the outcome; no confounder of any strength suffices."
        )
    critical = float(stats.norm.ppf(0.5 + conf_level / 2))
    point, limit = formulas.risk_difference_evalues(exposed, unexposed, target, critical, grid)
    ends = (math.nan, limit) if lower else (limit, math.nan)
    return EValue(point, *ends, math.nan, math.nan, math.nan, "RD", true)
