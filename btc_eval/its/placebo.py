"""The same model where nothing happened: on every other unit at the same date, and on earlier dates.

A textbook interval asks how far chance alone could move one series that follows its model. Real series do not follow
their models, so the placebo asks the records: how far do such estimates move where there was no programme at all?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Estimate
from btc_eval.inference import Floats
from btc_eval.inference.permutation import Standing, ranks, standing
from btc_eval.inference.precision import critical, two_sided
from btc_eval.its.batch import Batch, admissible, run_dates
from btc_eval.its.calibrate import stretch
from btc_eval.its.door import read_series
from btc_eval.its.panel import Panel, read_panel
from btc_eval.its.spec import Estimator, Phase, Season, Specification, specify

Term = Literal["level_change", "slope_change", "average_effect"]
Statistic = Literal["estimate", "studentised"]


@dataclass(frozen=True, slots=True)
class PlaceboInSpace:
    """One estimate a unit, all at the same date.

    Parameters
    ----------
    units
        Sorted; `treated` is the position of the unit that had the intervention.
    start
        First affected period.
    term
        What is estimated; for count estimators it is on the log scale.
    estimates, errors, degrees
        (J + 1,) estimate, the model's standard error and its degrees of freedom.
    ranked_by
        What the rank and the permutation p-values order: the estimate, or the estimate over its standard error.
    method
        The estimator.
    """

    units: tuple[str, ...]
    treated: int
    start: pd.Timestamp | int
    term: Term
    estimates: Floats
    errors: Floats
    degrees: Floats
    ranked_by: Statistic
    method: str
    conf_level: float = 0.95

    @property
    def statistics(self) -> Floats:
        """(J + 1,) what is ranked."""
        return self.estimates if self.ranked_by == "estimate" else self.estimates / self.errors

    @property
    def standing(self) -> Standing:
        """Rank and permutation p-values of the treated unit; see `inference.permutation.standing`."""
        return standing(self.statistics, self.treated)

    @property
    def rank(self) -> int:
        """Rank of the treated unit from the lowest, 1."""
        return self.standing.rank

    @property
    def p_value(self) -> float:
        """Two-sided permutation p-value: the share of units, the treated included, at least as far from nought."""
        return self.standing.two_sided

    @property
    def p_value_lower(self) -> float:
        """The share of units, the treated included, at least as low."""
        return self.standing.lower

    @property
    def p_value_upper(self) -> float:
        """The share of units, the treated included, at least as high."""
        return self.standing.upper

    def tidy(self) -> pd.DataFrame:
        """What did the same model find in each unit?

        Returns
        -------
        DataFrame
            unit, estimate, std_error, statistic, p_value, conf_low, conf_high, rank, treated; sorted by rank. The
            p-value and the interval are the model's own.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.estimates / self.errors
        half = critical(self.conf_level, self.degrees) * self.errors
        table = pd.DataFrame(
            {
                "unit": list(self.units),
                "estimate": self.estimates,
                "std_error": self.errors,
                "statistic": ratio,
                "p_value": two_sided(ratio, self.degrees),
                "conf_low": self.estimates - half,
                "conf_high": self.estimates + half,
                "rank": ranks(self.statistics),
                "treated": np.arange(len(self.units)) == self.treated,
            }
        )
        return table.sort_values(["rank", "unit"], ignore_index=True)

    def false_alarms(self, alpha: float = 0.05) -> float:
        """In what share of the untreated units does the model claim an effect?"""
        p_values = two_sided(self.estimates / self.errors, self.degrees)
        return float(np.mean(np.delete(p_values, self.treated) < alpha))

    def calibrated_interval(
        self, level: float | None = None, *, kind: Literal["stretched", "shifted"] = "stretched"
    ) -> Estimate:
        """How wide must the model's interval be to be right as often as it says, going by the placebo units?

        Parameters
        ----------
        level
            Nominal coverage; the fit's own where `None`.
        kind
            "stretched": the model's interval, symmetric, widened and never narrowed. "shifted": ends taken from the
            lower and upper tail of the placebo ratios, so that a movement common to all units is taken off.

        Notes
        -----
        Let z_j = estimate_j / std_error_j in the J untreated units, where the true effect is nought. Stretched:
        estimate ± c · std_error, with c the larger of the model's own critical value and the k-th smallest |z_j|,
        k = ⌈level (J + 1)⌉. Shifted: from estimate − u · std_error to estimate − l · std_error, with l and u the k-th
        smallest and k-th largest z_j, k = ⌊(1 − level)/2 · (J + 1)⌋. Each holds every effect that the permutation test
        on studentised estimates would not reject, so each covers at least as often as stated **if** the ratio of error
        to standard error is exchangeable between the treated unit and the others, and the others had no effect.

        Raises
        ------
        RefusedError
            With too few untreated units for the level (19 at 95 %, 39 for "shifted").
        """
        wanted = self.conf_level if level is None else level
        own, error = float(self.estimates[self.treated]), float(self.errors[self.treated])
        others = np.delete(self.estimates / self.errors, self.treated)
        model = float(critical(wanted, self.degrees[[self.treated]])[0])
        low, high = stretch(others, wanted, model, kind)
        return Estimate(
            value=own,
            conf_low=own - high * error,
            conf_high=own - low * error,
            conf_level=wanted,
            unit=self.term,
            method=f"{self.method}, interval {kind} by {len(others)} placebo units",
        )


@dataclass(frozen=True, slots=True)
class PlaceboInTime:
    """One estimate a date, all in one series. `actual` is the position of the true start, where it is among them."""

    starts: tuple[Any, ...]
    term: Term
    estimates: Floats
    errors: Floats
    degrees: Floats
    method: str
    actual: int | None = None

    def tidy(self) -> pd.DataFrame:
        """What did the same model find at each date?

        Returns
        -------
        DataFrame
            start, estimate, std_error, statistic, p_value.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.estimates / self.errors
        return pd.DataFrame(
            {
                "start": pd.Index(list(self.starts)),
                "estimate": self.estimates,
                "std_error": self.errors,
                "statistic": ratio,
                "p_value": two_sided(ratio, self.degrees),
            }
        )

    def false_alarms(self, alpha: float = 0.05) -> float:
        """At what share of the dates (the true one left out) does the model claim an effect?"""
        p_values = self.tidy()["p_value"].to_numpy()
        return float(np.mean((p_values if self.actual is None else np.delete(p_values, self.actual)) < alpha))


def placebo_in_space(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    start: Any,
    estimator: Estimator = "quasi-poisson",
    season: Season = None,
    season_periods: int | None = None,
    population: str | None = None,
    per: float = 1.0,
    days_in_month: bool = False,
    phase_in: int | None = None,
    phase: Phase = "exclude",
    lag: int = 0,
    max_lag: int | None = None,
    term: Term = "level_change",
    statistic: Statistic = "estimate",
    conf_level: float = 0.95,
) -> PlaceboInSpace:
    """Where does the treated unit stand when the same model is run on every unit at the same date?

    Parameters
    ----------
    panel
        One row a unit and period; every unit complete over the same window.
    unit, time, outcome
        Columns.
    treated
        The unit that had the intervention.
    start
        First affected period, included.
    estimator, season, season_periods, population, per, days_in_month, phase_in, phase, lag, max_lag, conf_level
        As in `its.fit`.
    term
        "level_change", "slope_change", or "average_effect": the mean effect over the after-period on the model's scale.
    statistic
        Whether units are ranked by the estimate or by the estimate over its standard error.

    Returns
    -------
    PlaceboInSpace

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"la": np.repeat(list("ABCDE"), 24), "month": list(pd.date_range("2020-01", periods=24,
    ...     freq="MS")) * 5, "n": rng.poisson(50, 120)})
    >>> found = placebo_in_space(frame, unit="la", time="month", outcome="n", treated="A", start="2021-01-01")
    >>> len(found.tidy()), found.p_value >= 0.2
    (5, True)
    """
    spec = _specify(outcome, time, start, estimator, season, season_periods, population, per, days_in_month, phase_in,
                    phase, lag, max_lag, conf_level)  # fmt: skip
    data = read_panel(panel, unit, spec)
    if str(treated) not in data.units:
        raise refuse("its", "treated", found=str(treated), allowed=f"one of the {len(data.units)} units of {unit}",
                     do="Name the unit as the panel does.")  # fmt: skip
    if len(data.units) < 2:
        raise refuse("its", unit, found="no unit besides the treated one", allowed="at least one placebo unit",
                     do="Add the other units to the panel.")  # fmt: skip
    index = data.clock.index(start, place="start")
    batch = run_dates(data, spec, [index], term)
    return PlaceboInSpace(
        units=data.units,
        treated=data.units.index(str(treated)),
        start=data.clock.label(index),
        term=term,
        estimates=batch.estimates[0],
        errors=batch.errors[0],
        degrees=batch.degrees[0],
        ranked_by=statistic,
        method=estimator,
        conf_level=conf_level,
    )


def placebo_in_time(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    starts: Sequence[Any] | None = None,
    start: Any = None,
    only_before: bool = True,
    estimator: Estimator = "quasi-poisson",
    season: Season = None,
    season_periods: int | None = None,
    population: str | None = None,
    per: float = 1.0,
    days_in_month: bool = False,
    phase_in: int | None = None,
    phase: Phase = "exclude",
    lag: int = 0,
    max_lag: int | None = None,
    margin: int | None = None,
    term: Term = "level_change",
) -> PlaceboInTime:
    """What does the same model find in the same series at dates when nothing happened?

    Parameters
    ----------
    frame
        One series, every period present.
    starts
        Dates to try; `None` tries every admissible one.
    start
        The true first affected period, where there is one.
    only_before
        With `start` given, use only the periods before it, so that no placebo date sees the intervention. Otherwise the
        whole series is used and the true date is tried among the rest.
    margin
        Least periods each side of a date; a year where the series has a season, and never fewer than 3.
    estimator, season, season_periods, population, per, days_in_month, phase_in, phase, lag, max_lag, term
        As in `placebo_in_space`.

    Returns
    -------
    PlaceboInTime
    """
    spec = _specify(outcome, time, starts[0] if starts else start if start is not None else "", estimator, season,
                    season_periods, population, per, days_in_month, phase_in, phase, lag, max_lag, 0.95)  # fmt: skip
    series = read_series(frame, spec)
    if series.absent:
        raise refuse("its", time, found=f"{len(series.absent)} missing periods", allowed="every period present",
                     do="Supply the periods, or start the series after the gap.")  # fmt: skip
    data = Panel(series.clock, series.periods, (outcome,), series.observed[:, None], series.exposure[:, None])
    true = None if start is None else data.clock.index(start, place="start")
    if true is not None and only_before:
        data = data.before(true)
    if starts is None:
        chosen = admissible(data, spec, margin)
    else:
        chosen = [data.clock.index(each, place="starts") for each in starts]
    batch: Batch = run_dates(data, spec, chosen, term)
    return PlaceboInTime(
        starts=tuple(data.clock.label(i) for i in chosen),
        term=term,
        estimates=batch.estimates[:, 0],
        errors=batch.errors[:, 0],
        degrees=batch.degrees[:, 0],
        method=estimator,
        actual=chosen.index(true) if true in chosen else None,
    )


def _specify(
    outcome: str, time: str, start: Any, estimator: Estimator, season: Season, season_periods: int | None,
    population: str | None, per: float, days_in_month: bool, phase_in: int | None, phase: Phase, lag: int,
    max_lag: int | None, conf_level: float,
) -> Specification:  # fmt: skip
    return specify(
        start=start, phase_in=phase_in, lag=lag, control=None, events=(), outcome=outcome, time=time,
        estimator=estimator, impact="level and slope", trend=True, population=population, per=per,
        days_in_month=days_in_month, season=season, season_periods=season_periods, phase=phase, outliers=(),
        covariates=(), control_as="auto", max_lag=max_lag, order=(1, 0, 0), small_sample="kenward-roger",
        intervals="model", conf_level=conf_level,
    )  # fmt: skip
