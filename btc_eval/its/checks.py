"""What was looked at in a fit, each with a verdict and a plain sentence. Tests describe; they do not choose the model.

A verdict starts at "not checked" and is given only by a check that ran.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from btc_eval.errors import RefusedError
from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Floats
from btc_eval.inference.arma import Orders
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.diagnostics import autocorrelation, cumby_huizinga, durbin_watson, ljung_box
from btc_eval.inference.reml import restricted_ar1
from btc_eval.its.choice import ALIKE
from btc_eval.its.clock import PERIODS_A_YEAR
from btc_eval.its.sensitivity_checks import baseline, influence, moved_start, moved_window, other_break

if TYPE_CHECKING:
    from btc_eval.its.result import SegmentedFit

#: The level at which a test's p-value is a concern.
LEVEL = 0.05


def checks(fit: SegmentedFit) -> tuple[Check, ...]:
    """Run every check on a fit; one that cannot run says why and is "not checked"."""
    return tuple(_guarded(name, check, fit) for name, check in CHECKS)


def _guarded(name: str, check: Callable[[SegmentedFit], tuple[Verdict, str]], fit: SegmentedFit) -> Check:
    try:
        verdict, detail = check(fit)
    except RefusedError as refused:
        return Check(name, Verdict.NOT_CHECKED, f"Could not run: {refused.refusals[0].found}.")
    return Check(name, verdict, detail)


def innovations(fit: SegmentedFit) -> Floats:
    """Return residuals with the fitted autocorrelation taken out (the residuals themselves where there is none)."""
    residuals = fit.residuals
    if not fit.fits.phi.shape[1]:
        return residuals
    orders = Orders(1)
    if fit.fits.phi.shape[1] > 1 or fit.spec.order != (1, 0, 0):
        p, _, q = fit.spec.order
        seasonal_p, _, seasonal_q, cycle = fit.spec.seasonal_order
        orders = Orders(p, q, seasonal_p, seasonal_q, cycle)
    free = np.arctanh(np.clip(fit.fits.phi[0], -0.999, 0.999))
    periods = np.cumsum(fit.data.steps[: fit.points])
    distance = np.abs(periods[:, None] - periods[None, :])
    correlation = np.asarray(orders.autocorrelation(free, int(distance.max())), dtype=np.float64)
    factor = np.linalg.cholesky(correlation[distance])
    return np.asarray(linalg.solve_triangular(factor, residuals, lower=True))


def _lags(fit: SegmentedFit) -> int:
    season = PERIODS_A_YEAR.get(fit.series.clock.frequency, 4)
    return max(1, min(season, fit.points // 4))


def _acf(fit: SegmentedFit) -> tuple[Verdict, str]:
    r = autocorrelation(innovations(fit), _lags(fit))
    limit = 1.96 / np.sqrt(fit.points)
    outside = [k + 1 for k in range(len(r)) if abs(r[k]) > limit]
    text = f"Lag 1: {r[0]:.2f}; beyond ±{limit:.2f} at lags {', '.join(map(str, outside)) or 'none'} of {len(r)}."
    return (Verdict.CONCERN if 1 in outside or len(outside) > 1 else Verdict.PASS), text


def _durbin_watson(fit: SegmentedFit) -> tuple[Verdict, str]:
    value = durbin_watson(innovations(fit))
    return (Verdict.PASS if 1.5 <= value <= 2.5 else Verdict.CONCERN), f"{value:.2f}, where 2 is none."


def _ljung_box(fit: SegmentedFit) -> tuple[Verdict, str]:
    found = ljung_box(innovations(fit), _lags(fit), fit.fits.phi.shape[1])
    text = f"Chi-squared {found.statistic:.1f} on {found.degrees} degrees of freedom, p = {found.p_value:.3f}."
    return (Verdict.PASS if found.p_value >= LEVEL else Verdict.CONCERN), text


def _cumby_huizinga(fit: SegmentedFit) -> tuple[Verdict, str]:
    lags = max(1, min(4, fit.points // 8))
    found = cumby_huizinga(innovations(fit), fit.data.design[: fit.points], lags)
    text = f"Chi-squared {found.statistic:.1f} at lags 1 to {lags}, p = {found.p_value:.3f}."
    return (Verdict.PASS if found.p_value >= LEVEL else Verdict.CONCERN), text


def _boundary(fit: SegmentedFit) -> tuple[Verdict, str]:
    if fit.phi is None:
        return Verdict.NOT_CHECKED, f"{fit.spec.estimator} estimates no autocorrelation."
    if fit.at_boundary:
        return Verdict.FAIL, (
            f"Autocorrelation {fit.phi:.3f}: the errors cannot be told from a random walk, and no p-value is given. "
            "Look at the difference from a control series, and at the placebo units."
        )
    return Verdict.PASS, f"Autocorrelation {fit.phi:.2f}, inside the boundary."


def _believe(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Which estimator to believe: those that take periods as independent are too sure where they are alike."""
    if fit.data.stacked:
        return Verdict.NOT_CHECKED, "Not run for stacked series."
    data = fit.data
    if fit.spec.counts:
        phi = float(quasi_poisson_ar1(data.design, data.values, data.offset, data.steps).phi[0, 0])
        knows, other = fit.spec.estimator == "quasi-poisson-ar1", "quasi-poisson-ar1"
    else:
        phi = float(restricted_ar1(data.design, data.values - data.offset, data.steps).phi[0, 0])
        knows, other = fit.spec.estimator in ("reml", "arima"), "reml"
    if phi <= ALIKE or knows:
        return Verdict.PASS, f"Autocorrelation by restricted likelihood {phi:.2f}; believe {fit.spec.estimator}."
    return (
        Verdict.CONCERN,
        f"Autocorrelation by restricted likelihood {phi:.2f}, above {ALIKE}: believe {other} instead.",
    )


def _dispersion(fit: SegmentedFit) -> tuple[Verdict, str]:
    if fit.dispersion is None:
        return Verdict.NOT_CHECKED, "Not a model of counts."
    text = f"Pearson dispersion {fit.dispersion:.2f}, where Poisson counts have 1."
    if fit.spec.estimator == "poisson" and fit.dispersion > 1.5:
        return Verdict.FAIL, text + " A Poisson interval is too narrow here."
    return (Verdict.CONCERN if fit.dispersion > 10 else Verdict.PASS), text


def _length(fit: SegmentedFit) -> tuple[Verdict, str]:
    after = int((fit.series.periods[fit.design.used] >= fit.design.interventions[0].full).sum())
    text = f"{fit.points - after} points before and {after} from the first intervention on."
    if fit.low_information:
        return Verdict.CONCERN, text + " Under 12 points: an indication, whatever the interval."
    return (Verdict.CONCERN if min(after, fit.points - after) < 8 else Verdict.PASS), text


def _missing(fit: SegmentedFit) -> tuple[Verdict, str]:
    absent = fit.series.absent
    if not absent:
        return Verdict.PASS, "Every period is present."
    some = ", ".join(fit.series.clock.words(p) for p in absent[:6])
    text = f"{len(absent)} periods missing ({some}); none filled, true time kept."
    return (Verdict.CONCERN if len(absent) > 0.1 * fit.points else Verdict.PASS), text


#: Name and function of each check, in the order of the report.
CHECKS: tuple[tuple[str, Callable[[SegmentedFit], tuple[Verdict, str]]], ...] = (
    ("length of the series", _length),
    ("missing periods", _missing),
    ("residual autocorrelation", _acf),
    ("Durbin–Watson", _durbin_watson),
    ("Ljung–Box", _ljung_box),
    ("Cumby–Huizinga", _cumby_huizinga),
    ("autocorrelation inside the boundary", _boundary),
    ("which estimator to believe", _believe),
    ("dispersion", _dispersion),
    ("influence of single points", influence),
    ("trend before", baseline),
    ("unknown breakpoint", other_break),
    ("start date moved", moved_start),
    ("window moved", moved_window),
)
