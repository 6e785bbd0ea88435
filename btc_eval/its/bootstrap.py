"""Simulated intervals: parametric bootstrap of a model of counts, and the calibration of short series."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.calibration import calibration
from btc_eval.inference.precision import Fits
from btc_eval.inference.reference import Draws
from btc_eval.inference.simulate import draw_counts
from btc_eval.its.engine import Data, estimate
from btc_eval.its.spec import Specification

#: The seed where the caller gives no generator.
BOOTSTRAP_SEED = 20211001
BOOTSTRAP_DRAWS = 999


def bootstrap(data: Data, fits: Fits, spec: Specification, rng: np.random.Generator) -> Draws:
    """Refit `BOOTSTRAP_DRAWS` series drawn from the fit, and return their studentised errors.

    Draws whose refit has no finite optimum (a side without events, in sparse series) are left out; there must be
    few, since sparse series are refused at the fit itself.
    """
    series = simulate_counts(data, fits, spec, BOOTSTRAP_DRAWS, rng)
    again = estimate(Data(data.design, series, data.offset, data.steps), spec.using(intervals="model"))
    keep = again.converged
    errors = again.coef[keep] - fits.coef
    precision = again.precision
    kept = type(precision)(
        precision.covariance[keep],
        precision.degrees_of_freedom[keep],
        None if precision.satterthwaite is None else precision.satterthwaite.keep(keep),
    )
    return Draws("bootstrap", errors, kept, np.zeros(int(keep.sum()), dtype=np.int64))


def calibrate(design: Floats, predictor: Floats, steps: Ints, spec: Specification) -> Draws:
    """Draw what calibrated intervals need; a log-linear model is taken as the weighted linear one it is locally."""
    independent = spec.estimator in ("ols", "quasi-poisson")
    weighted = design * np.exp(predictor / 2)[:, None] if spec.counts else design
    return calibration(weighted, steps, "ols" if independent else "reml")


def simulate_counts(data: Data, fits: Fits, spec: Specification, draws: int, rng: np.random.Generator) -> Floats:
    """Draw (n, draws) series from a fitted model of counts, with its own dispersion and autocorrelation."""
    mean = np.exp(data.design @ fits.coef[0] + data.offset[:, 0])
    if fits.shape is not None:
        if fits.shape[0] == 0:
            return rng.poisson(mean[:, None], (len(mean), draws)).astype(float)
        size = 1 / fits.shape[0]
        return rng.negative_binomial(size, (size / (size + mean))[:, None], (len(mean), draws)).astype(float)
    dispersion = 1.0 if spec.estimator == "poisson" else float(fits.scale[0])
    phi = float(fits.phi[0, 0]) if fits.phi.shape[1] else 0.0
    return draw_counts(mean, dispersion, latent_phi(phi, dispersion), data.steps, draws, rng)


def latent_phi(phi: float, dispersion: float) -> float:
    """Return the autocorrelation of the extra variation that gives the counts autocorrelation `phi`, at most ±0.98."""
    if dispersion <= 1:
        return 0.0
    return float(np.clip(phi * dispersion / (dispersion - 1), -0.98, 0.98))
