"""Many units and many dates through one design a date: the engine room of the placebos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.counts import poisson, poisson_maximum
from btc_eval.inference.precision import Fits
from btc_eval.its.clock import PERIODS_A_YEAR
from btc_eval.its.design import Design, build_design
from btc_eval.its.door import LEAST_EACH_SIDE, LEAST_POINTS
from btc_eval.its.engine import Data, estimate
from btc_eval.its.panel import Panel
from btc_eval.its.spec import Specification


@dataclass(frozen=True, slots=True)
class Batch:
    """Estimates, standard errors and degrees of freedom, each (dates, units)."""

    estimates: Floats
    errors: Floats
    degrees: Floats


def admissible(panel: Panel, spec: Specification, margin: int | None) -> list[int]:
    """Return every period with enough points either side of it for the model."""
    year = PERIODS_A_YEAR.get(panel.clock.frequency, 1) if spec.season is not None else 1
    least = max(LEAST_EACH_SIDE, year) if margin is None else max(margin, LEAST_EACH_SIDE)
    late = spec.lag[0] + spec.phase_in[0]
    dates = list(range(least, len(panel.periods) - least - late + 1))
    if not dates or len(panel.periods) < LEAST_POINTS:
        raise refuse(
            "its",
            "starts",
            found=f"no date with {least} periods each side in {len(panel.periods)}",
            allowed="a series long enough for a placebo date",
            do="Ask for a smaller margin, or do not run this check.",
        )
    return dates


def run_dates(panel: Panel, spec: Specification, dates: Sequence[int], term: str) -> Batch:
    """Fit every unit at every date (periods from the first row), and keep one contrast of each fit."""
    series = panel.series()
    warm = _common_trend(panel, spec) if spec.estimator in ("poisson", "quasi-poisson") else None
    rows = []
    for index in dates:
        design = build_design(series, spec.using(starts=(panel.clock.words(index),)))
        used = design.used
        values, offset = panel.observed[used], np.zeros_like(panel.observed[used])
        if spec.counts:
            offset = np.log(panel.exposure[used])
        else:
            values = values / panel.exposure[used]
        steps = np.r_[0, np.diff(panel.periods[used])]
        if warm is None:
            fits = estimate(Data(design.factual[used], values, offset, steps), spec)
        else:
            quasi = spec.estimator == "quasi-poisson"
            fits = poisson(design.factual[used], values, offset, quasi=quasi, start=warm[used])
        _refuse_unconverged(panel, spec, fits, index)
        contrast = contrast_of(design, term)
        rows.append(
            (
                fits.coef @ contrast,
                fits.precision.std_error(contrast[None])[:, 0],
                fits.precision.degrees(contrast[None])[:, 0],
            )
        )
    estimates, errors, degrees = (np.array(part) for part in zip(*rows))
    return Batch(estimates, errors, degrees)


def contrast_of(design: Design, term: str) -> Floats:
    """Return the combination (p,) of coefficients that is a term, or the mean effect over the after-period."""
    if term == "average_effect":
        after = design.used & (design.factual != design.counterfactual).any(axis=1)
        return np.asarray((design.factual - design.counterfactual)[after].mean(axis=0))
    contrast = np.zeros(len(design.names))
    contrast[design.position(term)] = 1.0
    return contrast


def _common_trend(panel: Panel, spec: Specification) -> Floats:
    """Return linear predictors (n, R) of the model without an intervention: a good place to begin from at any date."""
    middle = panel.clock.words(len(panel.periods) // 2)
    design = build_design(panel.series(), spec.using(starts=(middle,), phase_in=(0,), lag=(0,)))
    keep = [i for i, name in enumerate(design.names) if not name.startswith(("level_", "slope_"))]
    found = poisson_maximum(design.factual[:, keep], panel.observed, np.log(panel.exposure), steps=25)
    return np.asarray(np.log(found.mean))


def _refuse_unconverged(panel: Panel, spec: Specification, fits: Fits, index: int) -> None:
    lost = ~fits.converged
    if lost.any():
        some = ", ".join(unit for unit, bad in zip(panel.units, lost) if bad)
        raise refuse(
            "its",
            spec.outcome,
            found=f"no finite best fit at {panel.clock.words(index)} in {some[:200]}",
            allowed="units with events on each side of the date",
            do="Leave those units out of the panel before the call, and say so.",
        )
