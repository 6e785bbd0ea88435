"""By what ratio do rates differ? One log-linear model of counts, with errors that hold within families."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.counts import poisson
from btc_eval.inference.negative_binomial import negative_binomial
from btc_eval.inference.paths import grouped

RateModelName = Literal["poisson", "quasi-poisson", "negative-binomial"]


@dataclass(frozen=True, slots=True)
class RateFit:
    """`coef` (p,), `model` and `robust` covariances (p, p), the dispersion α of the negative binomial, convergence."""

    coef: Floats
    model: Floats
    robust: Floats | None
    alpha: float
    dispersion: float
    converged: bool


def rate_fit(
    design: Floats, events: Floats, exposure: Floats, model: RateModelName, unit: Ints | None, *, robust: bool
) -> RateFit:
    """By what ratio do covariates change a rate?

    Parameters
    ----------
    design
        (n, p) with a column of ones, full rank.
    events, exposure
        (n,) counts and what they came from.
    unit
        (n,) codes of clusters; `None` takes each row as its own.
    robust
        Whether to find the sandwich covariance: Σ over units of their scores, times C / (C − 1).
    """
    offset = np.log(exposure)
    if model == "negative-binomial":
        found = negative_binomial(design, events[:, None], offset)
    else:
        found = poisson(design, events[:, None], offset, quasi=model == "quasi-poisson")
    coef = found.coef[0]
    alpha = 0.0 if found.shape is None else float(found.shape[0])
    mean = np.exp(design @ coef + offset)
    sandwich = None
    if robust:
        scores = grouped(design * ((events - mean) / (1 + alpha * mean))[:, None], unit)
        bread = np.linalg.inv((design.T * (mean / (1 + alpha * mean))) @ design)
        count = len(scores)
        sandwich = bread @ (scores.T @ scores) @ bread * (count / (count - 1))
    return RateFit(
        coef, found.precision.covariance[0], sandwich, alpha, float(found.scale[0]), bool(found.converged[0])
    )
