"""By what ratio does a covariate change the subdistribution hazard? Fine and Gray's model.

A child who had a competing event stays in the risk set, with a weight G(t−) / G(T−) that falls with the chance G of
still being watched. Expanding the data into rows with changing weights is never needed: the weight is a product of what
belongs to the child and what belongs to the time.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.cox import CoxFit, maximise
from btc_eval.inference.cox_ties import Ties
from btc_eval.inference.event_times import places
from btc_eval.inference.partial_likelihood import likelihood
from btc_eval.inference.risk_sets import risk_sets


def still_watched(stop: Floats, event: Ints, weights: Floats, at: Floats) -> Floats:
    """What is the chance G(t−) of being watched still, just before each of `at`? Kaplan–Meier of the censoring.

    A censoring on a day comes after the events of that day, so those with events then are not at risk of it.
    """
    times, place = places(stop)
    leaving = np.bincount(place, weights, minlength=len(times))
    censored = np.bincount(place, weights * (event == 0), minlength=len(times))
    at_risk = np.cumsum(leaving[::-1])[::-1] - (leaving - censored)
    kept = np.where(censored > 0, 1 - censored / np.where(at_risk > 0, at_risk, 1.0), 1.0)
    curve = np.r_[1.0, np.cumprod(np.maximum(kept, 0.0))]
    return np.asarray(curve[np.searchsorted(times, at, side="left")])


def fine_gray(
    design: Floats,
    stop: Floats,
    event: Ints,
    cause: int,
    *,
    weights: Floats | None = None,
    ties: Ties = "efron",
) -> CoxFit:
    """By what ratio do covariates change the subdistribution hazard of one cause?

    Parameters
    ----------
    design
        (n, p) covariates without a constant.
    stop, event
        (n,) end of follow-up, and 0 where censored, else the event's code.
    cause
        The code of interest.
    weights
        (n,) above zero.

    Returns
    -------
    CoxFit
        Use its `robust` covariance: the weights make the model's own one wrong. They count as known, as in R's
        `finegray` followed by `coxph`; `cmprsk::crr` adds a term for their estimation, which is small.

    References
    ----------
    Fine and Gray (1999), Journal of the American Statistical Association 94, 496–509; Geskus (2011), Biometrics 67,
    39–49.
    """
    w = np.ones(len(stop)) if weights is None else weights
    own = (event == cause).astype(np.int64)
    sets, of = risk_sets(stop, own)
    still = still_watched(stop, event, w, sets.times)
    other = (event > 0) & (event != cause)
    tail = np.where(other, 1 / still_watched(stop, event, w, stop), 0.0) if other.any() else np.zeros(len(stop))
    sets = replace(sets, tail=tail, still=still)
    return maximise(likelihood(design, stop, own, weights=w, ties=ties, sets=(sets, of)))
