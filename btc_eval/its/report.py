"""The reporting table: what a reader of an interrupted time series must be told, made from the fit.

The items are those that reviews of published studies found missing (Jandoc and others 2015; Hudson, Fielding and Ramsay
2019; Hategeka and others 2020) and that Turner and others (2021) ask of its graph.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from btc_eval.estimates import Check, Verdict
from btc_eval.its.spec import Event

if TYPE_CHECKING:
    from btc_eval.its.result import SegmentedFit

_METHODS = {
    "ols": "Least squares, periods taken as independent",
    "newey-west": "Least squares with Newey–West standard errors",
    "prais-winsten": "Prais–Winsten generalised least squares",
    "cochrane-orcutt": "Cochrane–Orcutt generalised least squares",
    "reml": "Restricted maximum likelihood with autocorrelated errors",
    "arima": "Exact maximum likelihood with ARMA errors",
    "poisson": "Poisson regression, log link",
    "quasi-poisson": "Quasi-Poisson regression, log link, dispersion not below 1",
    "quasi-poisson-ar1": "Quasi-Poisson regression, log link, AR(1) errors by restricted likelihood",
    "negative-binomial": "Negative binomial regression, log link",
}
_INTERVALS = {
    "model": "the model's own",
    "calibrated": "widened by simulation to hold at any autocorrelation from 0 to 0.8",
    "hac": "Newey–West sandwich",
    "bootstrap": "parametric bootstrap, studentised",
}


def report(fit: SegmentedFit, checks: tuple[Check, ...] | None = None) -> pd.DataFrame:
    """Tabulate a fit for publication: section, item, value; see `SegmentedFit.report`."""
    rows = [*_series(fit), *_model(fit), *_results(fit)]
    if checks is not None:
        rows += [("Checks", check.name, f"{check.verdict}: {check.detail}") for check in checks]
    return pd.DataFrame(rows, columns=["section", "item", "value"])


def _series(fit: SegmentedFit) -> list[tuple[str, str, str]]:
    clock, periods, spec = fit.series.clock, fit.series.periods, fit.spec
    used = periods[fit.design.used]
    dates = [clock.words(each.first) for each in fit.design.interventions]
    edges = [0, *(each.full for each in fit.design.interventions), int(periods[-1]) + 1]
    counts = [int(((used >= a) & (used < b)).sum()) for a, b in pairwise(edges)]
    absent = ", ".join(clock.words(p) for p in fit.series.absent)
    phased = [
        f"{clock.words(e.first)} to {clock.words(e.full - 1)}" for e in fit.design.interventions if e.full > e.first
    ]
    exposure = [spec.population or "", "days in the month" if spec.days_in_month else ""]
    return [
        ("Series", "Outcome", spec.outcome),
        ("Series", "Denominator or exposure", " and ".join(filter(None, exposure)) or "none"),
        ("Series", "Frequency", clock.frequency),
        ("Series", "Window, both ends included", f"{clock.words(int(periods[0]))} to {clock.words(int(periods[-1]))}"),
        ("Series", "Intervention: first affected period", ", ".join(dates)),
        ("Series", "Points before, and in each segment after", ", ".join(map(str, counts))),
        ("Series", "Phase-in", f"{', '.join(phased)} ({spec.phase}d)".replace("rampd", "ramped") if phased else "none"),
        ("Series", "Missing periods", absent or "none"),
        ("Series", "Control series", f"{', '.join(spec.control)} ({spec.control_as})" if spec.control else "none"),
        ("Series", "Other events adjusted for", "; ".join(map(_event_words, spec.events)) or "none"),
        ("Series", "Periods set aside as outliers", ", ".join(map(str, spec.outliers)) or "none"),
        ("Series", "Covariates", ", ".join(spec.covariates) or "none"),
    ]


def _event_words(event: Event) -> str:
    return f"{event.name} ({event.first}" + (" on)" if event.last is None else f" to {event.last})")


def _model(fit: SegmentedFit) -> list[tuple[str, str, str]]:
    spec = fit.spec
    known = {"None": "none", "month": "month dummies", "quarter": "quarter dummies", "harmonics": "2 harmonic pairs"}
    rows = [
        ("Model", "Impact model, chosen beforehand", f"{spec.impact} change{'' if spec.trend else ', no trend'}"),
        ("Model", "Estimator", _METHODS[spec.estimator]),
        ("Model", "Why this estimator", fit.why),
        ("Model", "Seasonality", known.get(str(spec.season), f"{spec.season} harmonic pairs")),
        ("Model", "Intervals", f"{spec.conf_level:.0%}, {_INTERVALS[spec.intervals]}"),
    ]
    if fit.phi is not None:
        edge = " (at the boundary)" if fit.at_boundary else ""
        rows.append(("Model", "Autocorrelation of the errors", f"{fit.phi:.3f}{edge}"))
    if fit.dispersion is not None:
        rows.append(("Model", "Pearson dispersion", f"{fit.dispersion:.2f}"))
    return rows


def _results(fit: SegmentedFit) -> list[tuple[str, str, str]]:
    table = fit.tidy(exponentiate=fit.spec.counts)
    scale = " (ratio)" if fit.spec.counts else ""
    rows = []
    for line in table.itertuples():
        if str(line.term).startswith(("trend", "level_change", "slope_change")):
            name = str(line.term).replace("_", " ").capitalize() + scale
            rows.append(("Result", name, _interval(line.estimate, line.conf_low, line.conf_high, line.p_value)))
    for line in fit.effect().itertuples():
        name = f"{str(line.term).capitalize()} effect, {line.periods} periods"
        rows.append(("Result", name, _interval(line.estimate, line.conf_low, line.conf_high, line.p_value)))
    return rows


def _interval(estimate: object, low: object, high: object, p_value: object) -> str:
    numbers = [float(str(x)) for x in (estimate, low, high, p_value)]
    if np.isnan(numbers[0]):
        return "not defined"
    text = f"{numbers[0]:.4g} ({numbers[1]:.4g} to {numbers[2]:.4g})"
    return text + (", no p-value at the boundary" if np.isnan(numbers[3]) else f", p = {numbers[3]:.3f}")


def verdict(checks: tuple[Check, ...]) -> Verdict:
    """Return the worst verdict of the checks that ran; "not checked" where none did."""
    order = [Verdict.FAIL, Verdict.CONCERN, Verdict.PASS]
    ran = [check.verdict for check in checks if check.verdict is not Verdict.NOT_CHECKED]
    return min(ran, key=order.index, default=Verdict.NOT_CHECKED)
