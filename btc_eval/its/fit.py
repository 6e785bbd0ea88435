"""The door of the method: `its.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.its.door import read_series
from btc_eval.its.refit import fit_series
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import (
    ControlAs,
    Estimator,
    Event,
    Impact,
    Intervals,
    Phase,
    Season,
    Specification,
    specify,
)


def fit(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: Any,
    estimator: Estimator = "auto",
    impact: Impact = "level and slope",
    trend: bool = True,
    population: str | None = None,
    per: float = 1.0,
    days_in_month: bool = False,
    season: Season = None,
    season_periods: int | None = None,
    phase_in: int | Sequence[int] | None = None,
    phase: Phase = "exclude",
    lag: int | Sequence[int] = 0,
    events: Sequence[Event] = (),
    outliers: Sequence[Any] = (),
    covariates: str | Sequence[str] = (),
    control: str | Sequence[str] | None = None,
    control_as: ControlAs = "auto",
    max_lag: int | None = None,
    order: tuple[int, int, int] = (1, 0, 0),
    seasonal_order: tuple[int, int, int, int] = (0, 0, 0, 0),
    small_sample: Literal["kenward-roger", "satterthwaite", "none"] = "kenward-roger",
    intervals: Intervals = "auto",
    conf_level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> SegmentedFit:
    """Did the series change level or slope at a date, beyond where its own trend was taking it?

    Parameters
    ----------
    frame
        One row a period, in order of time. Never changed.
    outcome, time
        Columns. Time is dates, text dates or whole numbers.
    start
        First affected period, included; a list for several interventions.
    estimator
        "auto" chooses by the type of series and says why in `fit.why`.
    impact
        Which changes are modelled.
    trend
        Whether there is a baseline trend.
    population
        Column of the population at risk: the offset of a count model; the denominator of the rate of a linear one.
    per
        The rate is per so many of the population.
    days_in_month
        Treat the length of a month as exposure.
    season
        None, "month", "quarter", "harmonics" (two pairs), or a number of harmonic pairs.
    season_periods
        Periods in a cycle, where the time column does not say.
    phase_in
        Periods after the start in which the intervention was not complete: left out, or a ramp (see `phase`).
    lag
        Periods between the start and the first that could be affected.
    events
        Made by `its.step`, `its.pulse` and `its.window`: other things to adjust for.
    outliers
        Single periods to set aside, each with a term of its own.
    covariates
        Columns entered as they are.
    control
        Column(s) of a control series.
    control_as
        "difference": treated less control (linear). "offset": treated over control (counts). "covariate": entered as it
        is. "stacked": modelled beside the treated series, with differences in level and slope. "auto" takes the
        difference for linear models and the offset for counts. A control is in the units modelled: a rate where there
        is a population.
    max_lag
        Newey–West bandwidth; `None` for the automatic lag.
    order, seasonal_order
        (p, 0, q) and (P, 0, Q, periods) of the errors, for "arima" (exact maximum likelihood, normal reference) and for
        "reml" (restricted, Kenward–Roger).
    small_sample
        Correction of "reml".
    intervals
        "model": Student's t on the model's standard errors. "calibrated": widened by simulation to hold in a short
        series. "hac": Newey–West sandwich, and "bootstrap": parametric, studentised (counts). "auto" takes the model's,
        calibrated for restricted likelihood under 24 points and wherever the estimator was chosen under 12.
    conf_level
        Nominal coverage.
    rng
        Source of the bootstrap's draws; `None` starts one from a fixed seed: the same call gives the same answer.

    Returns
    -------
    SegmentedFit

    Raises
    ------
    RefusedError
        Where the series cannot bear the model; every fault is listed.

    References
    ----------
    Lopez Bernal, Cummins, Gasparrini, Int J Epidemiol 46 (2017) 348–355. Turner and others, BMC Med Res Methodol 21
    (2021) 181.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"year": range(2010, 2022), "rate": [9, 8, 9, 8, 9, 8, 5, 4, 5, 4, 5, 4]})
    >>> result = fit(frame, outcome="rate", time="year", start=2016, estimator="ols")
    >>> round(float(result.coef[result.terms.index("level_change")]), 2)
    -3.49
    """
    spec = specify(
        start=start,
        phase_in=phase_in,
        lag=lag,
        control=control,
        events=events,
        outcome=outcome,
        time=time,
        estimator=estimator,
        impact=impact,
        trend=trend,
        population=population,
        per=per,
        days_in_month=days_in_month,
        season=season,
        season_periods=season_periods,
        phase=phase,
        outliers=outliers,
        covariates=covariates,
        control_as=control_as,
        max_lag=max_lag,
        order=order,
        seasonal_order=seasonal_order,
        small_sample=small_sample,
        intervals=intervals,
        conf_level=conf_level,
    )
    return fit_specified(frame, spec, rng)


def fit_specified(frame: pd.DataFrame, spec: Specification, rng: np.random.Generator | None = None) -> SegmentedFit:
    """Fit frozen choices to a frame."""
    return fit_series(read_series(frame, spec), spec, rng)
