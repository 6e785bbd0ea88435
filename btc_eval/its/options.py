"""The options that placebo runs share with `its.fit`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from btc_eval.its.spec import Estimator, Event, Phase, Season, Specification, specify

Term = Literal["level_change", "slope_change", "average_effect"]


class ModelOptions(TypedDict, total=False):
    """Keyword arguments as in `its.fit`; `estimator` is "quasi-poisson" unless given, and never "auto"."""

    estimator: Estimator
    trend: bool
    season: Season
    season_periods: int | None
    population: str | None
    per: float
    days_in_month: bool
    phase_in: int | None
    phase: Phase
    lag: int
    max_lag: int | None
    events: Sequence[Event]
    outliers: Sequence[Any]


def batch_specification(outcome: str, time: str, start: Any, options: ModelOptions) -> Specification:
    """Freeze the options of a placebo run."""
    chosen: dict[str, Any] = {"estimator": "quasi-poisson", "phase_in": None, "lag": 0, "events": (), **options}
    if chosen["estimator"] == "auto":
        chosen["estimator"] = "quasi-poisson"
    defaults: dict[str, Any] = {
        "control": None,
        "impact": "level and slope",
        "trend": True,
        "population": None,
        "per": 1.0,
        "days_in_month": False,
        "season": None,
        "season_periods": None,
        "phase": "exclude",
        "outliers": (),
        "covariates": (),
        "control_as": "auto",
        "max_lag": None,
        "intervals": "model",
        "conf_level": 0.95,
    }
    return specify(outcome=outcome, time=time, start=start, **{**defaults, **chosen})
