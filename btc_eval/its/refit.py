"""From a checked series and its choices to a fit: the middle of `its.fit`, and what every sensitivity run repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Bools
from btc_eval.inference.calibration import calibration
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.precision import Fits
from btc_eval.inference.reference import Draws
from btc_eval.its.bootstrap import BOOTSTRAP_SEED, bootstrap
from btc_eval.its.choice import ALIKE, choose
from btc_eval.its.control import apply_control, assemble, control_columns
from btc_eval.its.design import Design, build_design, place_interventions, rows_used
from btc_eval.its.door import Series
from btc_eval.its.engine import Data, estimate
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import Specification


def fit_series(series: Series, spec: Specification, rng: np.random.Generator | None = None) -> SegmentedFit:
    """Choose the estimator where asked to, lay out the design, estimate, and keep what intervals need.

    Raises
    ------
    RefusedError
        Where the series cannot bear the model, or the model has no finite best fit.
    """
    placed = place_interventions(series.clock, series.periods, spec)
    points = int(rows_used(series.periods, placed, spec).sum())
    asked = spec.estimator
    spec, why = choose(series, points, spec)
    series = apply_control(series, spec)
    design = build_design(series, spec, lambda columns: control_columns(columns, series, spec))
    data = assemble(series, design, spec)
    if asked == "auto" and spec.counts:
        spec, why = _by_autocorrelation(data, spec, why)
    fits = estimate(data, spec)
    if not fits.converged.all() or not np.isfinite(fits.coef).all() or _perfect(data, fits, spec):
        raise refuse(
            "its",
            spec.outcome,
            found="a model with no finite best fit",
            allowed="a series with variation, and events, on each side of every date in the model",
            do="Look for a side with no events at all, or a line through every point, and ask less of the series.",
        )
    return SegmentedFit(spec, why, series, design, data, fits, _draws(data, fits, spec, rng))


def estimates_only(series: Series, spec: Specification) -> tuple[Design, Fits]:
    """Refit with a changed series or choices, estimator already resolved, leaving out simulated intervals."""
    design = build_design(series, spec, lambda columns: control_columns(columns, series, spec))
    return design, estimate(assemble(series, design, spec), spec.using(intervals="model"))


def cut(series: Series, keep: Bools) -> Series:
    """Return some rows of a series, on the same clock."""
    return replace(
        series,
        periods=series.periods[keep],
        observed=series.observed[keep],
        exposure=series.exposure[keep],
        base=series.base[keep],
        columns={name: column[keep] for name, column in series.columns.items()},
    )


def _by_autocorrelation(data: Data, spec: Specification, why: str) -> tuple[Specification, str]:
    """Counts whose neighbouring residuals are alike get the model that knows it."""
    found = quasi_poisson_ar1(data.design, data.values, data.offset, data.steps)
    phi = float(found.phi[0, 0])
    if phi <= ALIKE or not found.converged[0] or data.stacked:
        return spec, f"{why} The autocorrelation of the residuals is {phi:.2f}."
    return spec.using(estimator="quasi-poisson-ar1"), (
        f"The outcome is counts whose neighbouring residuals are alike (autocorrelation {phi:.2f}, above {ALIKE}): "
        "quasi-Poisson with AR(1) errors and Kenward–Roger intervals; plain quasi-Poisson would be too sure."
    )


def _perfect(data: Data, fits: Fits, spec: Specification) -> bool:
    """Whether a linear model goes through every point, so that nothing can be said of its error."""
    if spec.counts:
        return False
    spread = float(np.mean((data.values - data.values.mean()) ** 2))
    residuals = data.values[:, 0] - data.offset[:, 0] - data.design @ fits.coef[0]
    return bool(np.mean(residuals**2) <= 1e-20 * max(spread, 1e-300))


def _draws(data: Data, fits: Fits, spec: Specification, rng: np.random.Generator | None) -> Draws | None:
    if spec.intervals == "calibrated":
        return calibration(data.design, data.steps, "ols" if spec.estimator == "ols" else "reml")
    if spec.intervals == "bootstrap":
        return bootstrap(data, fits, spec, np.random.default_rng(BOOTSTRAP_SEED) if rng is None else rng)
    return None
