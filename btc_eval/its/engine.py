"""One call for every estimator: a design and many series in, `Fits` out. Fits, placebos and power all go through it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.counts import poisson
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.precision import Fits
from btc_eval.inference.reml import restricted_ar1
from btc_eval.its.spec import COUNT_ESTIMATORS, Specification


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
        (n,) or (n, R) log exposure, for counts; zeros where there is none.
    steps
        (n,) periods since the row before, 0 where a row begins a series.
    """

    design: Floats
    values: Floats
    offset: Floats
    steps: Ints


def modelled(observed: Floats, exposure: Floats, estimator: str) -> tuple[Floats, Floats]:
    """Return (values, offset): counts and log exposure for log-linear models, rates and zeros for linear ones."""
    if estimator in COUNT_ESTIMATORS:
        return observed, np.log(exposure)
    return observed / exposure, np.zeros_like(exposure)


def estimate(data: Data, spec: Specification) -> Fits:
    """Fit every series of `data` with the estimator of `spec`, which must not be "auto"."""
    name = spec.estimator
    if name == "ols":
        return ordinary_least_squares(data.design, data.values)
    if name == "newey-west":
        return newey_west(data.design, data.values, spec.max_lag)
    if name == "reml":
        return restricted_ar1(data.design, data.values, data.steps, correction=spec.small_sample)
    if name in ("poisson", "quasi-poisson"):
        return poisson(data.design, data.values, data.offset, quasi=name == "quasi-poisson")
    raise ValueError(name)
