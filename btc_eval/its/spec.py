"""The choices behind a segmented regression, frozen before anything is estimated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from btc_eval.errors import UsageError

Estimator = Literal[
    "auto",
    "ols",
    "newey-west",
    "prais-winsten",
    "cochrane-orcutt",
    "reml",
    "arima",
    "poisson",
    "quasi-poisson",
    "quasi-poisson-ar1",
    "negative-binomial",
]
COUNT_ESTIMATORS = ("poisson", "quasi-poisson", "quasi-poisson-ar1", "negative-binomial")
#: These need every period present: they pair each row with the row before.
NO_GAPS = ("prais-winsten", "cochrane-orcutt")
#: These know how far apart two points are, so a missing period changes nothing but the precision. "auto" chooses later.
KEEPS_TIME = ("reml", "arima", "quasi-poisson-ar1", "auto")
Impact = Literal["level and slope", "level", "slope"]
Phase = Literal["exclude", "ramp"]
ControlAs = Literal["auto", "difference", "stacked", "covariate", "offset"]
Intervals = Literal["auto", "model", "hac", "bootstrap", "calibrated"]
Season = Literal["month", "quarter", "harmonics"] | int | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something else that moved the series, to be adjusted for: made by `its.step`, `its.pulse` or `its.window`.

    `first` and `last` are periods, both included; `last` is `None` for a lasting step.
    """

    name: str
    first: Any
    last: Any | None


def step(name: str, at: Any) -> Event:
    """From when did the level change for good, for a reason that is not the intervention? `at` is included."""
    return Event(name, at, None)


def pulse(name: str, at: Any) -> Event:
    """In which single period was the series disturbed (a known outlier)?"""
    return Event(name, at, at)


def window(name: str, first: Any, last: Any) -> Event:
    """Between which periods, both included, was the level different (a lockdown, a coding break undone)?"""
    return Event(name, first, last)


@dataclass(frozen=True, slots=True)
class Specification:
    """What was asked of a segmented regression. Field by field as in `its.fit`, with lists made of single values."""

    outcome: str
    time: str
    starts: tuple[Any, ...]
    estimator: Estimator = "auto"
    impact: Impact = "level and slope"
    trend: bool = True
    population: str | None = None
    per: float = 1.0
    days_in_month: bool = False
    season: Season = None
    season_periods: int | None = None
    phase_in: tuple[int, ...] = ()
    phase: Phase = "exclude"
    lag: tuple[int, ...] = ()
    events: tuple[Event, ...] = ()
    outliers: tuple[Any, ...] = ()
    covariates: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    control_as: ControlAs = "auto"
    max_lag: int | None = None
    order: tuple[int, int, int] = (1, 0, 0)
    seasonal_order: tuple[int, int, int, int] = (0, 0, 0, 0)
    small_sample: Literal["kenward-roger", "satterthwaite", "none"] = "kenward-roger"
    intervals: Intervals = "auto"
    conf_level: float = 0.95

    @property
    def counts(self) -> bool:
        """Whether the model is log-linear in the outcome."""
        return self.estimator in COUNT_ESTIMATORS

    def using(self, **changes: Any) -> Specification:
        """Return the same choices with some replaced."""
        return replace(self, **changes)


def one_or_many(value: Any) -> tuple[Any, ...]:
    """Return a tuple from a single value, a list, or nothing."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return (value,)


def specify(
    *, start: Any, phase_in: Any, lag: Any, control: Any, events: Sequence[Event], **rest: Any
) -> Specification:
    """Freeze the arguments of `its.fit`; an option value that does not exist is refused here.

    Raises
    ------
    UsageError
        An option value outside its set, or lists whose lengths disagree.
    """
    for name, options in (
        ("estimator", Estimator),
        ("impact", Impact),
        ("phase", Phase),
        ("control_as", ControlAs),
        ("intervals", Intervals),
    ):
        if rest[name] not in get_args(options):
            raise UsageError(f"its: {name}={rest[name]!r}; allowed: {', '.join(get_args(options))}.")
    season = rest["season"]
    if not (season in (None, "month", "quarter", "harmonics") or (isinstance(season, int) and season > 0)):
        raise UsageError(f"its: season={season!r}; allowed: None, 'month', 'quarter', 'harmonics' or a number.")
    if not 0 < rest["conf_level"] < 1:
        raise UsageError(f"its: conf_level={rest['conf_level']}; allowed: between 0 and 1, such as 0.95.")
    if rest["max_lag"] is not None and rest["max_lag"] < 0:
        raise UsageError(f"its: max_lag={rest['max_lag']}; allowed: 0 or more, or None for the automatic lag.")
    starts = one_or_many(start)
    if not starts:
        raise UsageError("its: start is empty; give the first affected period, or several in a list.")
    return Specification(
        starts=starts,
        phase_in=_each(phase_in, len(starts), "phase_in"),
        lag=_each(lag, len(starts), "lag"),
        control=one_or_many(control),
        events=tuple(events),
        **{**rest, "outliers": one_or_many(rest["outliers"]), "covariates": one_or_many(rest["covariates"])},
    )


def _each(value: Any, count: int, name: str) -> tuple[int, ...]:
    values = one_or_many(0 if value is None else value)
    values = values * count if len(values) == 1 else values
    if len(values) != count or any(not isinstance(v, int) or v < 0 for v in values):
        raise UsageError(f"its: {name}={value!r}; allowed: one whole number of periods, or one for each start.")
    return values
