"""Checks that refit: would one point, another date or another window have told a different story?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from btc_eval import seeds
from btc_eval.errors import RefusedError, refuse
from btc_eval.estimates import Verdict
from btc_eval.inference import Floats, Ints
from btc_eval.inference.breakpoints import unknown_break
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.precision import two_sided
from btc_eval.inference.reml import restricted_ar1
from btc_eval.its.batch import contrast_of
from btc_eval.its.design import Design
from btc_eval.its.engine import Data, estimate
from btc_eval.its.refit import cut, estimates_only

if TYPE_CHECKING:
    from btc_eval.inference.precision import Fits
    from btc_eval.its.result import SegmentedFit

_SEED = 20261
#: Dates nearer an end than this share of the series are not tried as unknown breaks (Andrews 1993).
_TRIM = 0.15


def _average(design: Design, fits: Fits) -> tuple[float, float]:
    """Return the average effect over the after-period and its standard error, on the model's scale."""
    contrast = contrast_of(design, "average_effect")[None]
    return float(fits.coef[0] @ contrast[0]), float(fits.precision.std_error(contrast)[0, 0])


def influence(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Leave out each point in turn: how far does the average effect move, in its own standard errors?"""
    if fit.data.stacked or fit.spec.estimator == "arima":
        return Verdict.NOT_CHECKED, "Not run for stacked series or ARMA errors."
    own, error = _average(fit.design, fit.fits)
    contrast = contrast_of(fit.design, "average_effect")
    moves = np.array([abs(float(_without(fit, row).coef[0] @ contrast) - own) / error for row in range(fit.points)])
    worst = int(moves.argmax())
    when = fit.series.clock.words(int(fit.series.periods[fit.design.used][worst]))
    text = f"Leaving out {when} moves the average effect by {moves[worst]:.2f} of its standard error, the most of any."
    return (Verdict.CONCERN if moves[worst] > 1 else Verdict.PASS), text


def _without(fit: SegmentedFit, row: int) -> Fits:
    """Refit without one row: dropped with true time kept, or given a term of its own where a gap is not allowed."""
    data, spec = fit.data, fit.spec.using(intervals="model")
    if fit.spec.estimator in ("prais-winsten", "cochrane-orcutt"):
        pulse = np.zeros(len(data.design))
        pulse[row] = 1.0
        found = estimate(Data(np.column_stack([data.design, pulse]), data.values, data.offset, data.steps), spec)
        return type(found)(
            found.coef[:, :-1], found.precision, found.scale, found.phi, found.at_boundary, found.converged
        )
    keep = np.arange(len(data.design)) != row
    periods = np.cumsum(data.steps)[keep]
    steps = np.r_[0, np.diff(periods)].astype(np.int64)
    kept = Data(data.design[keep], data.values[keep], data.offset[keep], steps)
    if spec.estimator == "quasi-poisson-ar1":
        return quasi_poisson_ar1(kept.design, kept.values, kept.offset, kept.steps, start=fit.fits.coef)
    return estimate(kept, spec)


def baseline(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Was the trend before straight, and (with a control) was there a difference in trend to begin with?"""
    if fit.spec.control and fit.spec.control_as in ("difference", "stacked") and "trend" in fit.terms:
        row = fit.tidy().set_index("term").loc["trend"]
        text = f"Difference in trend from the control before: {row['estimate']:.3g} a period, p = {row['p_value']:.3f}."
        return (Verdict.PASS if not row["p_value"] < 0.05 else Verdict.CONCERN), text
    first = fit.design.interventions[0].first
    rows = fit.design.used & (fit.series.periods < first)
    keep = [i for i, name in enumerate(fit.terms) if not name.startswith(("level_change", "slope_change"))]
    columns = fit.design.factual[rows][:, keep]
    keep_varied = [i for i in range(columns.shape[1]) if i == 0 or np.ptp(columns[:, i]) > 0]
    time = fit.series.periods[rows].astype(float)
    columns = np.column_stack([columns[:, keep_varied], (time - time.mean()) ** 2])
    if len(columns) < columns.shape[1] + 4 or np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise _cannot(f"{len(columns)} points before the intervention for {columns.shape[1]} terms")
    count = len(columns)
    place = np.flatnonzero(rows[fit.design.used])
    steps = np.r_[0, np.diff(fit.series.periods[rows])].astype(np.int64)
    found = estimate(
        Data(columns, fit.data.values[place], fit.data.offset[place], steps), fit.spec.using(intervals="model")
    )
    contrast = np.eye(columns.shape[1])[-1:]
    ratio = found.coef @ contrast[0] / found.precision.std_error(contrast)[:, 0]
    p_value = float(two_sided(ratio, found.precision.degrees(contrast)[:, 0])[0])
    text = f"A bend in the trend before ({count} points): p = {p_value:.3f}."
    return (Verdict.PASS if p_value >= 0.05 else Verdict.CONCERN), text


def other_break(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Does a break at some other date fit better than the one that was asked about?"""
    if fit.data.stacked:
        return Verdict.NOT_CHECKED, "Not run for stacked series."
    keep = [i for i, name in enumerate(fit.terms) if not name.startswith(("level_change", "slope_change"))]
    base, values = _working(fit)
    base = base[:, keep]
    periods = fit.series.periods[fit.design.used]
    margin = max(3, int(np.ceil(_TRIM * len(periods))))
    dates = [int(p) for p in periods[margin : len(periods) - margin + 1]]
    scale = _root_weights(fit)
    phi = float(np.clip(_phi(fit, base, values), -0.98, 0.98))
    additions = []
    for date in dates:
        break_columns = np.column_stack([periods >= date, np.maximum(periods - date, 0)]).astype(float)
        additions.append(_whiten(break_columns * scale[:, None], fit.data.steps, phi))
    found = unknown_break(
        _whiten(base, fit.data.steps, phi),
        _whiten(values[:, None], fit.data.steps, phi)[:, 0],
        additions,
        dates,
        rng=seeds.generator(_SEED),
    )
    clock = fit.series.clock
    stated = [each.full for each in fit.design.interventions]
    near = min(abs(found.best - s) for s in stated)
    close = max(1, len(periods) // 24)
    text = f"The best-fitting date is {clock.words(found.best)} (p = {found.p_value:.3f} for the best of {len(dates)})."
    if found.p_value >= 0.05:
        return Verdict.PASS, text + " No date stands out."
    return (Verdict.PASS if near <= close else Verdict.CONCERN), text


def _working(fit: SegmentedFit) -> tuple[Floats, Floats]:
    """Return design and outcome of the linear model that the fit is, weighted where it is log-linear."""
    if not fit.spec.counts:
        return fit.data.design, (fit.data.values - fit.data.offset)[:, 0]
    mean = fit.fitted
    response = np.log(mean) - fit.data.offset[:, 0] + (fit.data.values[:, 0] - mean) / mean
    root = np.sqrt(mean)
    return fit.data.design * root[:, None], response * root


def _root_weights(fit: SegmentedFit) -> Floats:
    return np.sqrt(fit.fitted) if fit.spec.counts else np.ones(fit.points)


def _phi(fit: SegmentedFit, base: Floats, values: Floats) -> float:
    """Return the autocorrelation under no break at all, which a break that is there can only raise."""
    return float(restricted_ar1(base, values[:, None], fit.data.steps, correction="none").phi[0, 0])


def _whiten(columns: Floats, steps: Ints, phi: float) -> Floats:
    """Take AR(1) correlation out of the rows of (n, k)."""
    power = np.where(steps > 0, phi ** steps.astype(float), 0.0)
    before = np.vstack([np.zeros((1, columns.shape[1])), columns[:-1]])
    return np.asarray((columns - power[:, None] * before) / np.sqrt(1 - power**2)[:, None])


def moved_start(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Would a start some periods earlier or later have given another answer?"""
    own, error = _average(fit.design, fit.fits)
    clock = fit.series.clock
    reach = 3 if clock.frequency in ("month", "week", "day") else 1
    seen, lost = [], 0
    for shift in range(-reach, reach + 1):
        starts = tuple(clock.words(clock.index(s, place="start") + shift) for s in fit.spec.starts)
        try:
            seen.append(_average(*estimates_only(fit.series, fit.spec.using(starts=starts)))[0])
        except RefusedError:
            lost += 1
    return _stable(own, error, np.array(seen), f"Starts up to {reach} periods either way", lost)


def moved_window(fit: SegmentedFit) -> tuple[Verdict, str]:
    """Would a window cut at either end have given another answer?"""
    own, error = _average(fit.design, fit.fits)
    periods = fit.series.periods
    first, last = fit.design.interventions[0].first, int(periods[-1])
    seen, lost = [], 0
    for share in (0.25, 0.5):
        for keep in (periods >= share * first, periods <= last - share * (last - first) / 2):
            try:
                seen.append(_average(*estimates_only(cut(fit.series, keep), fit.spec))[0])
            except RefusedError:
                lost += 1
    return _stable(own, error, np.array(seen), "Windows cut at either end", lost)


def _stable(own: float, error: float, seen: Floats, what: str, lost: int) -> tuple[Verdict, str]:
    if len(seen) == 0:
        raise _cannot("no other choice that the series can bear")
    text = f"{what}: the average effect runs from {seen.min():.3g} to {seen.max():.3g} around {own:.3g}"
    text += f"; {lost} could not be fitted." if lost else "."
    turned = bool((np.sign(seen) != np.sign(own)).any()) and abs(own) > error
    far = bool((np.abs(seen - own) > 1.96 * error).any())
    return (Verdict.CONCERN if turned or far else Verdict.PASS), text


def _cannot(found: str) -> RefusedError:
    return refuse("check", "series", found=found, allowed="enough points", do="Leave this check out.")
