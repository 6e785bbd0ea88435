"""One call for every estimator: a design and many series in, `Fits` out. Fits, placebos and power all go through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Floats, Ints
from btc_eval.inference.arma import Orders
from btc_eval.inference.counts import poisson
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.feasible import feasible_ar1
from btc_eval.inference.gaussian import gaussian_arma
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.negative_binomial import negative_binomial
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.precision import Fits, Precision, Satterthwaite
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.robust import sandwich
from btc_eval.its.spec import COUNT_ESTIMATORS, NO_GAPS, Specification


@dataclass(frozen=True, slots=True)
class Data:
    """What an estimator is given, already checked.

    Parameters
    ----------
    design
        (n, p).
    values
        (n, R) outcomes: rates for linear models, counts for log-linear ones.
    offset
        (n, 1) or (n, R), added to the linear predictor: log exposure for counts, a control series for rates.
    steps
        (n,) periods since the row before, 0 where a row begins a series.
    """

    design: Floats
    values: Floats
    offset: Floats
    steps: Ints

    @property
    def stacked(self) -> bool:
        """Whether the rows are of several series, one after another."""
        return int((self.steps == 0).sum()) > 1


def estimate(data: Data, spec: Specification) -> Fits:
    """Fit every series of `data` with the estimator of `spec`, which must not be "auto"."""
    found = _counts(data, spec) if spec.estimator in COUNT_ESTIMATORS else _linear(data, spec)
    if spec.intervals == "hac" and spec.estimator != "newey-west":
        found = sandwich(found, data.design, data.values, data.offset, spec.max_lag, steps=data.steps)
    return found


def _counts(data: Data, spec: Specification) -> Fits:
    if spec.estimator == "quasi-poisson-ar1":
        return quasi_poisson_ar1(data.design, data.values, data.offset, data.steps)
    if spec.estimator == "negative-binomial":
        return negative_binomial(data.design, data.values, data.offset)
    return poisson(data.design, data.values, data.offset, quasi=spec.estimator == "quasi-poisson")


def _linear(data: Data, spec: Specification) -> Fits:
    values = data.values - data.offset
    if spec.estimator in NO_GAPS:
        _require_no_gaps(data, spec.estimator)
    if spec.estimator == "ols":
        return ordinary_least_squares(data.design, values)
    if spec.estimator == "newey-west":
        return newey_west(data.design, values, spec.max_lag, steps=data.steps)
    if spec.estimator in ("prais-winsten", "cochrane-orcutt"):
        if data.stacked:
            raise refuse(
                "its",
                "estimator",
                found=f"{spec.estimator} for stacked series",
                allowed="'ols', 'newey-west' or 'reml'",
                do="Choose one of these, or control_as='difference'.",
            )
        return feasible_ar1(data.design, values, keep_first=spec.estimator == "prais-winsten")
    if spec.estimator == "reml" and spec.order == (1, 0, 0) and not any(spec.seasonal_order):
        return restricted_ar1(data.design, values, data.steps, correction=spec.small_sample)
    return _arma(data, values, spec)


def _arma(data: Data, values: Floats, spec: Specification) -> Fits:
    p, d, q = spec.order
    seasonal_p, seasonal_d, seasonal_q, cycle = spec.seasonal_order
    if d or seasonal_d:
        raise refuse(
            "its",
            "order",
            found="differencing",
            allowed="d = 0: differencing takes away the level that the model is about",
            do="Use trend, season and AR terms instead.",
        )
    if data.stacked:
        raise refuse(
            "its",
            "order",
            found="ARMA errors for stacked series",
            allowed="'reml' with order (1, 0, 0)",
            do="Use AR(1), or control_as='difference'.",
        )
    orders = Orders(p, q, seasonal_p, seasonal_q, cycle)
    if orders.count == 0:
        return ordinary_least_squares(data.design, values)
    periods = np.asarray(np.cumsum(data.steps), dtype=np.int64)
    method: Literal["reml", "ml"] = "reml" if spec.estimator == "reml" else "ml"
    return _stack([gaussian_arma(data.design, column, periods, orders, method=method) for column in values.T])


def _require_no_gaps(data: Data, name: str) -> None:
    if (data.steps > 1).any():
        raise refuse(
            "its",
            "time",
            found=f"a gap in the rows used (a phase-in left out, or a missing period) with {name!r}",
            allowed="rows one period apart",
            do="Use 'reml' or 'arima', which keep true time, or a ramp for the phase-in.",
        )


def _stack(parts: list[Fits]) -> Fits:
    """Join fits of single series into one record."""

    def join(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    covariance = np.concatenate([part.precision.covariance for part in parts])
    degrees = np.concatenate([part.precision.degrees_of_freedom for part in parts])
    students = [part.precision.satterthwaite for part in parts if part.precision.satterthwaite is not None]
    student = None
    if students:
        student = Satterthwaite(
            np.concatenate([s.covariance for s in students]),
            np.concatenate([s.slopes for s in students]),
            np.concatenate([s.parameters for s in students]),
            students[0].floor,
        )
    return Fits(
        coef=join("coef"),
        precision=Precision(covariance, degrees, student),
        scale=join("scale"),
        phi=join("phi"),
        at_boundary=np.concatenate([part.at_boundary for part in parts]),
        converged=np.concatenate([part.converged for part in parts]),
        log_likelihood=join("log_likelihood"),
    )
