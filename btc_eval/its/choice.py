"""Which estimator, and why: the default is chosen by the type of series, never by a test on its residuals."""

from __future__ import annotations

import numpy as np

from btc_eval.its.design import Design
from btc_eval.its.door import LOW_INFORMATION, Series
from btc_eval.its.spec import Specification

#: Counts whose mean is below this are modelled as counts whatever their length.
SPARSE = 5.0


def choose(series: Series, design: Design, spec: Specification) -> tuple[Specification, str]:
    """Return the choices with the estimator resolved, and the reason in a sentence."""
    if spec.estimator != "auto":
        return spec, f"{spec.estimator} was asked for."
    points = int(design.used.sum())
    outcome = series.observed
    whole = bool((outcome == np.round(outcome)).all() and (outcome >= 0).all())
    if whole:
        return spec.using(estimator="quasi-poisson"), (
            "The outcome is counts: quasi-Poisson, whose interval widens with the dispersion (never below Poisson)."
        )
    if points < LOW_INFORMATION:
        return spec.using(estimator="ols"), (
            f"{points} points cannot show autocorrelation: least squares with Student's t, labelled low-information."
        )
    return spec.using(estimator="reml"), (
        f"A rate or measure with {points} points: REML with AR(1) errors and Kenward–Roger intervals, which keep "
        "their coverage from 12 points on."
    )
