"""What survival does a Cox model predict? The baseline hazard that goes with its ties, and its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats
from btc_eval.inference.cox import CoxFit


@dataclass(frozen=True, slots=True)
class Predicted:
    """At the event times of one stratum (T,): cumulative hazards (T, m) of m covariate rows and their variances."""

    times: Floats
    hazard: Floats
    variance: Floats


def predicted_hazard(fit: CoxFit, covariates: Floats, stratum: int, covariance: Floats) -> Predicted:
    """What cumulative hazard does the model predict for given covariates?

    Parameters
    ----------
    fit
        The maximum.
    covariates
        (m, p) rows, as the design was given.
    stratum
        Whose baseline.
    covariance
        (p, p) of the coefficients: the model's or the robust one.

    Notes
    -----
    H(t | x) = exp(β'x) Σ_g c_g with the increments of the ties used; its variance is
    exp(2 β'x) (Σ_g q0_g + q' V q), q = Σ_g (S1-part − x c)_g (Tsiatis 1981; Link 1984), as R's `survfit.coxph`.
    """
    state = fit.state
    problem, terms = state.of, state.terms
    first, last = problem.sets.bounds[stratum], problem.sets.bounds[stratum + 1]
    x = (covariates - problem.centre) / problem.scale
    relative = np.exp(x @ state.beta - state.shift)
    c, q0 = terms.c[first:last], terms.q0[first:last]
    part = state.at_risk[1:, first:last] * terms.q0[first:last] - state.tied[1:, first:last] * terms.q1[first:last]
    mean = np.cumsum(part, axis=1)
    cumulative = np.cumsum(c)
    standard = covariance * np.outer(problem.scale, problem.scale)
    drift = mean.T[:, None, :] - cumulative[:, None, None] * x[None, :, :]
    spread = np.einsum("tma,ab,tmb->tm", drift, standard, drift)
    variance = relative**2 * (np.cumsum(q0)[:, None] + spread)
    return Predicted(problem.sets.times[first:last], np.outer(cumulative, relative), variance)
