"""A fitted series carried on into periods not yet seen, with a change at their start, drawn and refitted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.counts_ar1 import one_step, quasi_poisson_ar1
from btc_eval.inference.precision import critical
from btc_eval.inference.reference import Draws, widening
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.simulate import ar1_noise, draw_counts
from btc_eval.its.bootstrap import calibrate, latent_phi
from btc_eval.its.choice import CALIBRATED_BELOW
from btc_eval.its.control import control_columns
from btc_eval.its.design import lay_out
from btc_eval.its.engine import Data, estimate
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import Specification

Shape = Literal["level", "slope"]
#: Simulated autocorrelation is held inside this: beyond it a series of ours would wander off.
_MOST_PHI = 0.98


@dataclass(frozen=True, slots=True)
class Future:
    """A series extended by `horizon` periods, with one more column: the change to be found.

    Parameters
    ----------
    data
        (m, p + 1) design, the change last; `values` is empty.
    predictor
        (m,) fitted linear predictor without the change, offset included.
    spread, phi
        Residual standard deviation (linear) or dispersion (counts), and autocorrelation.
    draws
        Calibration of short series, or `None`.
    """

    data: Data
    predictor: Floats
    spread: float
    phi: float
    spec: Specification
    draws: Draws | None


def extend(fit: SegmentedFit, horizon: int, shape: Shape) -> Future:
    """Carry the columns of a fit on for `horizon` periods and add the change."""
    if horizon < 1:
        raise refuse("power", "horizon", found=str(horizon), allowed="1 or more", do="Say how many periods are ahead.")
    if fit.data.stacked:
        raise refuse(
            "power",
            "fit",
            found="a fit with a stacked control",
            allowed="one series",
            do="Fit with control_as='difference' and ask again.",
        )
    series, spec = fit.series, fit.spec
    last = int(series.periods[-1])
    ahead = np.arange(last + 1, last + 1 + horizon, dtype=np.int64)
    longer = replace(
        series,
        periods=np.r_[series.periods, ahead],
        observed=np.r_[series.observed, np.full(horizon, np.nan)],
        exposure=np.r_[series.exposure, np.full(horizon, series.exposure[-1])],
        base=np.r_[series.base, np.full(horizon, series.base.mean())],
        columns={name: np.r_[column, np.full(horizon, column.mean())] for name, column in series.columns.items()},
    )
    design = lay_out(longer, spec, lambda columns: control_columns(columns, longer, spec))
    used = design.used
    periods = longer.periods[used]
    change = (periods > last).astype(float) if shape == "level" else np.maximum(periods - last, 0).astype(float)
    offset = longer.base + (np.log(longer.exposure) if spec.counts else 0.0)
    steps = np.r_[0, np.diff(periods)].astype(np.int64)
    columns = np.column_stack([design.factual[used], change])
    predictor = columns[:, :-1] @ fit.coef + offset[used]
    spread, phi = _noise(fit)
    short = fit.draws is not None and fit.draws.kind == "calibrated" and len(columns) < CALIBRATED_BELOW
    return Future(
        data=Data(columns, np.empty((len(columns), 0)), offset[used][:, None], steps),
        predictor=predictor,
        spread=spread,
        phi=phi,
        spec=spec.using(intervals="model" if spec.intervals in ("calibrated", "bootstrap") else spec.intervals),
        draws=calibrate(columns, predictor, steps, spec) if short else None,
    )


def _noise(fit: SegmentedFit) -> tuple[float, float]:
    """Return spread and autocorrelation; estimators without an autocorrelation get that of an AR(1) fit."""
    data = fit.data
    own = fit.spec.estimator in ("reml", "prais-winsten", "cochrane-orcutt", "quasi-poisson-ar1")
    if own and fit.fits.phi.shape[1] == 1:
        found = fit.fits
    elif fit.spec.counts:
        found = quasi_poisson_ar1(data.design, data.values, data.offset, data.steps)
    else:
        found = restricted_ar1(data.design, data.values - data.offset, data.steps)
    phi = float(np.clip(found.phi[0, 0], -_MOST_PHI, _MOST_PHI))
    if fit.spec.counts:
        return float(found.scale[0]), phi
    # Near a random walk the variance of the process runs away with φ; that of its innovations does not.
    innovation = found.scale[0] * (1 - found.phi[0, 0] ** 2)
    return float(np.sqrt(innovation / (1 - phi**2))), phi


class Trial:
    """Draws of one future, refitted. A linear model is refitted once: an effect moves its estimate and nothing else."""

    def __init__(self, future: Future, draws: int, alpha: float, seed: int) -> None:
        self.future = future
        self.draws = draws
        self.alpha = alpha
        self.seed = seed
        self._known: tuple[Floats, Floats] | None = None

    def share_found(self, effect: float) -> float:
        """Return the share of drawn series in which a change of `effect` is found."""
        if self.future.spec.counts:
            estimates, half = self._refit(effect)
        else:
            self._known = self._known or self._refit(0.0)
            estimates, half = self._known[0] + effect, self._known[1]
        return float(np.mean(np.abs(estimates) > half))

    def _refit(self, effect: float) -> tuple[Floats, Floats]:
        """Return (draws,) estimates of the change and what they must exceed: infinite where the fit is unusable."""
        generator = np.random.default_rng(self.seed)
        future, data, spec = self.future, self.future.data, self.future.spec
        predictor = future.predictor + effect * data.design[:, -1]
        if spec.counts:
            latent = latent_phi(future.phi, future.spread)
            mean = np.exp(predictor)
            values = draw_counts(mean, future.spread, latent, data.steps, self.draws, generator)
        else:
            noise = ar1_noise(data.steps, np.full(self.draws, future.phi), generator)
            values = predictor[:, None] + future.spread * noise
        if spec.estimator == "quasi-poisson-ar1":
            found = one_step(data.design, values, predictor, data.steps)
        else:
            found = estimate(Data(data.design, values, data.offset, data.steps), spec)
        contrast = np.zeros((1, data.design.shape[1]))
        contrast[0, -1] = 1.0
        error = found.precision.std_error(contrast)[:, 0]
        half = critical(1 - self.alpha, found.precision.degrees(contrast)[:, 0]) * error
        if future.draws is not None:
            half = half * widening(future.draws, contrast, 1 - self.alpha)[0]
        lost = ~found.converged | (found.at_boundary & bool(found.phi.shape[1]))
        shift = effect if spec.estimator == "quasi-poisson-ar1" else 0.0
        return found.coef[:, -1] + shift, np.asarray(np.where(lost, np.inf, half))


def coefficient(future: Future, effect: float, scale: Literal["coefficient", "relative"]) -> float:
    """Return an effect in the units of the coefficient."""
    if scale == "coefficient":
        return float(effect)
    if future.spec.counts:
        if effect <= -1:
            raise refuse("power", "effects", found=str(effect), allowed="above -1", do="A fall cannot be over a whole.")
        return float(np.log1p(effect))
    return float(effect * abs(_level(future)))


def relative(future: Future, effect: float) -> float:
    """Return an effect in the units of the coefficient as a share of the counterfactual."""
    return float(np.expm1(effect)) if future.spec.counts else float(effect / abs(_level(future)))


def _level(future: Future) -> float:
    """The fitted value of the last period before the change."""
    return float(future.predictor[np.flatnonzero(future.data.design[:, -1] == 0)[-1]])
