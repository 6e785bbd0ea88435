"""From a checked series and its choices to a fit: the middle of `its.fit`, and what every sensitivity run repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from btc_eval import seeds
from btc_eval.errors import refuse
from btc_eval.inference import Bools
from btc_eval.inference.precision import Fits
from btc_eval.inference.reference import Draws
from btc_eval.its.bootstrap import BOOTSTRAP_SEED, bootstrap, calibrate
from btc_eval.its.choice import choose
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
    spec, why = choose(series, points, spec)
    series = apply_control(series, spec)
    design = build_design(series, spec, lambda columns: control_columns(columns, series, spec))
    data = assemble(series, design, spec)
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


def _perfect(data: Data, fits: Fits, spec: Specification) -> bool:
    """Whether a linear model goes through every point, so that nothing can be said of its error."""
    if spec.counts:
        return False
    spread = float(np.mean((data.values - data.values.mean()) ** 2))
    residuals = data.values[:, 0] - data.offset[:, 0] - data.design @ fits.coef[0]
    return bool(np.mean(residuals**2) <= 1e-20 * max(spread, 1e-300))


def _draws(data: Data, fits: Fits, spec: Specification, rng: np.random.Generator | None) -> Draws | None:
    if spec.intervals == "calibrated":
        return calibrate(data.design, data.design @ fits.coef[0] + data.offset[:, 0], data.steps, spec)
    if spec.intervals == "bootstrap":
        return bootstrap(data, fits, spec, seeds.generator(BOOTSTRAP_SEED if rng is None else rng))
    return None
