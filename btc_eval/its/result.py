"""What a segmented regression found: a frozen record that tabulates, and neither prints, plots nor refits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.estimates import Check
from btc_eval.inference import Floats
from btc_eval.inference.precision import Fits
from btc_eval.inference.reference import Draws, Judgement, judge
from btc_eval.its import effect as effects
from btc_eval.its import report as reports
from btc_eval.its.design import Design
from btc_eval.its.door import LOW_INFORMATION, Series
from btc_eval.its.engine import Data
from btc_eval.its.spec import Specification


@dataclass(frozen=True, slots=True)
class SegmentedFit:
    """A fitted segmented regression.

    Parameters
    ----------
    spec
        The choices, with `estimator` resolved (never "auto").
    why
        Why this estimator, in a sentence.
    series, design, data
        The checked series, its columns, and the rows given to the estimator.
    fits
        Coefficients with their covariance; one series.
    draws
        Simulations behind bootstrap or calibrated intervals, or `None`.

    Notes
    -----
    Coefficients of count estimators are on the log scale: exp(level_change) is a rate ratio. Time is counted in periods
    from the first row; `slope_change` is zero at the first affected period.
    """

    spec: Specification
    why: str
    series: Series
    design: Design
    data: Data
    fits: Fits
    draws: Draws | None = None

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients, in order."""
        return self.design.names

    @property
    def coef(self) -> Floats:
        """(p,) coefficients."""
        return np.asarray(self.fits.coef[0])

    @property
    def covariance(self) -> Floats:
        """(p, p) covariance of the coefficients, small-sample correction included."""
        return np.asarray(self.fits.precision.covariance[0])

    @property
    def points(self) -> int:
        """Number of points used."""
        return int(self.design.used.sum())

    @property
    def phi(self) -> float | None:
        """Estimated autocorrelation from one period to the next, or None where the model has none."""
        return float(self.fits.phi[0, 0]) if self.fits.phi.shape[1] else None

    @property
    def at_boundary(self) -> bool:
        """Whether the autocorrelation could not be told from a random walk: p-values are then not to be quoted."""
        return bool(self.fits.phi.shape[1] and self.fits.at_boundary[0])

    @property
    def dispersion(self) -> float | None:
        """Pearson dispersion of a count model (1 is Poisson), or None."""
        return float(self.fits.scale[0]) if self.spec.counts else None

    @property
    def low_information(self) -> bool:
        """Whether the series is so short that its interval must be read as an indication."""
        return self.points < LOW_INFORMATION

    @property
    def fitted(self) -> Floats:
        """(n,) fitted values of the treated series in the rows used, on the scale modelled."""
        predictor = (self.data.design @ self.coef + self.data.offset[:, 0])[: self.points]
        return np.asarray(np.exp(predictor) if self.spec.counts else predictor)

    @property
    def residuals(self) -> Floats:
        """(n,) residuals of the same rows: Pearson's for counts, plain otherwise."""
        plain = self.data.values[: self.points, 0] - self.fitted
        return plain / np.sqrt(self.fitted) if self.spec.counts else plain

    def tidy(self, *, exponentiate: bool = False) -> pd.DataFrame:
        """What are the level and slope changes, and how sure are they?

        Parameters
        ----------
        exponentiate
            Return ratios instead of log ratios, for count estimators; `std_error` then stays on the log scale.

        Returns
        -------
        DataFrame
            term, estimate, std_error, statistic, p_value, conf_low, conf_high.
        """
        table = self.contrast(np.eye(len(self.terms)), self.terms)
        if exponentiate and self.spec.counts:
            columns = ["estimate", "conf_low", "conf_high"]
            table[columns] = np.exp(table[columns])
        return table

    def contrast(self, combinations: Floats, names: Sequence[str]) -> pd.DataFrame:
        """Tabulate linear combinations (m, p) of the coefficients, from their joint covariance."""
        estimate = combinations @ self.coef
        found = self.judge(estimate, combinations)
        return pd.DataFrame({"term": list(names), "estimate": estimate, **columns_of(found)})

    def judge(self, values: Floats, gradients: Floats) -> Judgement:
        """How sure are `values` (m,), whose gradients in the coefficients are (m, p)?

        At the boundary of the autocorrelation no p-value is given.
        """
        found = judge(values, gradients, self.fits.precision, self.spec.conf_level, self.draws)
        return replace(found, p_value=np.full_like(found.p_value, np.nan)) if self.at_boundary else found

    def counterfactual(self) -> pd.DataFrame:
        """What would have happened had the trend before gone on?

        Returns
        -------
        DataFrame
            One row a period of the series: time, observed, fitted, counterfactual, conf_low, conf_high. The interval is
            for the counterfactual mean. In the units of the outcome (a rate where a linear model was given a
            population). `fitted` is missing in an excluded phase-in.
        """
        return effects.counterfactual(self)

    def effect(self, at: Any = None, *, intervention: int | None = None) -> pd.DataFrame:
        """How large was the change, absolute, relative and cumulative?

        Parameters
        ----------
        at
            `None`: over the whole after-period. A date or several: at that period, and cumulated up to and including
            it. "each": at every period after.
        intervention
            Which of several (1 is the first); `None` takes them all together.

        Returns
        -------
        DataFrame
            term ("absolute", "relative", "cumulative"), first, last, periods, estimate, std_error, statistic, p_value,
            conf_low, conf_high. `first` and `last` are included. Absolute is a mean a period; relative is the ratio of
            the totals less one; cumulative is a total.
        """
        return effects.effect(self, at, intervention)

    def checks(self) -> tuple[Check, ...]:
        """What was looked at, and what was seen? Each check has a verdict; one that could not run says so."""
        # checks refit, and so stand above results: the import waits until both are loaded
        from btc_eval.its.checks import checks

        return checks(self)

    def report(self, checks: tuple[Check, ...] | None = None) -> pd.DataFrame:
        """What must a reader be told about this fit?

        Parameters
        ----------
        checks
            As returned by `checks()`, to be listed too.

        Returns
        -------
        DataFrame
            section, item, value: series, model, results and checks, following the reporting recommendations for
            interrupted time series.
        """
        return reports.report(self, checks)


def columns_of(found: Judgement) -> dict[str, Floats]:
    """Return the columns of the one vocabulary that follow `estimate`."""
    return {
        "std_error": found.std_error,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }
