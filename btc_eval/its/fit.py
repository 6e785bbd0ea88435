"""The door of the method: `its.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.its.choice import choose
from btc_eval.its.design import Design, build_design
from btc_eval.its.door import Series, read_series
from btc_eval.its.engine import Data, estimate, modelled
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import ControlAs, Estimator, Event, Impact, Intervals, Phase, Season, Specification, specify


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
    small_sample: Literal["kenward-roger", "satterthwaite", "none"] = "kenward-roger",
    intervals: Intervals = "auto",
    conf_level: float = 0.95,
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
        How the control enters; "auto" takes the difference for linear models and an offset for counts.
    max_lag
        Newey–West bandwidth; `None` for the automatic lag.
    order
        (p, d, q) of the errors, for "arima"; p for "reml".
    small_sample
        Correction of "reml".
    intervals
        Where intervals come from; "auto" takes the model's own, calibrated by simulation in short series.
    conf_level
        Nominal coverage.

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
    -3.51
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
        small_sample=small_sample,
        intervals=intervals,
        conf_level=conf_level,
    )
    return fit_specified(frame, spec)


def fit_specified(frame: pd.DataFrame, spec: Specification) -> SegmentedFit:
    """Fit the choices of `spec` to `frame`: what `fit` and every sensitivity run call."""
    series = read_series(frame, spec)
    design = build_design(series, spec)
    spec, why = choose(series, design, spec)
    data = assemble(series, design, spec)
    fits = estimate(data, spec)
    if not fits.converged.all() or not np.isfinite(fits.coef).all():
        raise refuse(
            "its",
            spec.outcome,
            found="a model with no finite best fit",
            allowed="a series with variation, and events, on each side of every date in the model",
            do="Look for a side with no events at all, or a line through every point, and ask less of the series.",
        )
    return SegmentedFit(spec, why, series, design, data, fits)


def assemble(series: Series, design: Design, spec: Specification) -> Data:
    """Cut a series and its design down to the rows used."""
    used = design.used
    values, offset = modelled(series.observed[used], series.exposure[used], spec.estimator)
    steps = np.r_[0, np.diff(series.periods[used])]
    return Data(design.factual[used], _column(values), offset, steps)


def _column(values: Floats) -> Floats:
    return np.asarray(values[:, None])
