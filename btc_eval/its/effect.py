"""Effects and the counterfactual, each with its interval from the joint covariance of the coefficients.

Linear models: an effect is a linear combination of coefficients, exactly. Log-linear models: absolute and cumulative
effects by the delta method on Σ(μ₁ − μ₀); relative effects on the log of the ratio of totals, then exponentiated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Floats, Ints
from btc_eval.inference.precision import critical, two_sided
from btc_eval.its.spec import one_or_many

if TYPE_CHECKING:
    from btc_eval.its.result import SegmentedFit


def counterfactual(fit: SegmentedFit) -> pd.DataFrame:
    """Tabulate observed, fitted and counterfactual means; see `SegmentedFit.counterfactual`."""
    rows = fit.design.counterfactual
    predictor = rows @ fit.coef
    error = fit.fits.precision.std_error(rows)[0]
    half = critical(fit.spec.conf_level, fit.fits.precision.degrees(rows)[0]) * error
    fitted = fit.design.factual @ fit.coef
    observed = fit.series.observed
    ends = {"conf_low": predictor - half, "conf_high": predictor + half}
    columns = {"fitted": fitted, "counterfactual": predictor, **ends}
    if fit.spec.counts:
        columns = {name: np.exp(value) * fit.series.exposure for name, value in columns.items()}
    else:
        observed = observed / fit.series.exposure
    columns["fitted"] = np.where(fit.design.used, columns["fitted"], np.nan)
    return pd.DataFrame({"time": fit.series.clock.labels(fit.series.periods), "observed": observed, **columns})


def effect(fit: SegmentedFit, at: Any, intervention: int | None) -> pd.DataFrame:
    """Tabulate effects; see `SegmentedFit.effect`."""
    after = _after(fit, intervention)
    periods = fit.series.periods
    if at is None:
        return _summary(fit, after, after, intervention)
    if isinstance(at, str) and at == "each":
        chosen = periods[after]
    else:
        chosen = np.array([_period(fit, when, after) for when in one_or_many(at)])
    tables = [_summary(fit, after & (periods == p), after & (periods <= p), intervention) for p in chosen]
    return pd.concat(tables, ignore_index=True)


def _after(fit: SegmentedFit, intervention: int | None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    placed = fit.design.interventions
    if intervention is not None and not 1 <= intervention <= len(placed):
        raise refuse(
            "effect",
            "intervention",
            found=str(intervention),
            allowed=f"1 to {len(placed)}",
            do="Name one of the interventions of the fit, in order of time.",
        )
    first = placed[0 if intervention is None else intervention - 1].first
    return np.asarray((fit.series.periods >= first) & fit.design.used)


def _period(fit: SegmentedFit, when: Any, after: np.ndarray[Any, np.dtype[np.bool_]]) -> int:
    index = fit.series.clock.index(when, place="at")
    if index not in fit.series.periods[after]:
        last = int(fit.series.periods[after][-1])
        first = int(fit.series.periods[after][0])
        raise refuse(
            "effect",
            "at",
            found=f"{when}, which is not a period used after the intervention",
            allowed=f"{fit.series.clock.words(first)} to {fit.series.clock.words(last)}",
            do="Name a period of the after-period that the series has.",
        )
    return index


def _without(fit: SegmentedFit, intervention: int | None) -> Floats:
    if intervention is None:
        return fit.design.counterfactual
    mark = "" if intervention == 1 else f"_{intervention}"
    rows = fit.design.factual.copy()
    for term in (f"level_change{mark}", f"slope_change{mark}"):
        if term in fit.terms:
            rows[:, fit.design.position(term)] = 0.0
    return rows


def _summary(
    fit: SegmentedFit,
    window: np.ndarray[Any, np.dtype[np.bool_]],
    upto: np.ndarray[Any, np.dtype[np.bool_]],
    intervention: int | None,
) -> pd.DataFrame:
    without = _without(fit, intervention)
    count = int(window.sum())
    gain, lost = _total(fit, without, window, weighted=fit.spec.counts)
    ratio, log_gradient = gain[0] / lost[0], gain[1] / gain[0] - lost[1] / lost[0]
    sums = _total(fit, without, upto, weighted=True)
    rows = [
        _row(fit, "absolute", (gain[0] - lost[0]) / count, (gain[1] - lost[1]) / count, window),
        _relative(fit, ratio, log_gradient, window),
        _row(fit, "cumulative", sums[0][0] - sums[1][0], sums[0][1] - sums[1][1], upto),
    ]
    return pd.DataFrame(rows)


def _total(
    fit: SegmentedFit, without: Floats, rows: np.ndarray[Any, np.dtype[np.bool_]], *, weighted: bool
) -> tuple[tuple[float, Floats], tuple[float, Floats]]:
    """Return (total, gradient) with and without the intervention; weighted by exposure, totals are counts."""
    out = []
    for columns in (fit.design.factual[rows], without[rows]):
        predictor = columns @ fit.coef
        weight = fit.series.exposure[rows] if weighted else np.ones(len(predictor))
        if fit.spec.counts:
            mean = np.exp(predictor) * weight
            out.append((float(mean.sum()), np.asarray(mean @ columns)))
        else:
            out.append((float(weight @ predictor), np.asarray(weight @ columns)))
    return out[0], out[1]


def _row(
    fit: SegmentedFit, term: str, value: float, gradient: Floats, rows: np.ndarray[Any, np.dtype[np.bool_]]
) -> dict[str, Any]:
    line = fit.contrast(gradient[None], [term])
    half = float(line["conf_high"].iloc[0] - line["estimate"].iloc[0])
    error = float(line["std_error"].iloc[0])
    degrees = fit.fits.precision.degrees(gradient[None])[0]
    statistic = value / error if error else np.nan
    p_value = float(two_sided(np.array([statistic]), degrees)[0])
    return {
        "term": term,
        **_window(fit, fit.series.periods[rows]),
        "estimate": value,
        "std_error": error,
        "statistic": statistic,
        "p_value": p_value,
        "conf_low": value - half,
        "conf_high": value + half,
    }


def _relative(
    fit: SegmentedFit, ratio: float, log_gradient: Floats, rows: np.ndarray[Any, np.dtype[np.bool_]]
) -> dict[str, Any]:
    if ratio <= 0:  # totals of opposite sign: a linear model has crossed zero, and a ratio says nothing
        line = _row(fit, "relative", np.nan, log_gradient, rows)
        return line | dict.fromkeys(("std_error", "statistic", "p_value", "conf_low", "conf_high"), np.nan)
    line = _row(fit, "relative", float(np.log(ratio)), log_gradient, rows)
    return line | {
        "estimate": ratio - 1,
        "std_error": ratio * line["std_error"],
        "conf_low": float(np.exp(line["conf_low"])) - 1,
        "conf_high": float(np.exp(line["conf_high"])) - 1,
    }


def _window(fit: SegmentedFit, periods: Ints) -> dict[str, Any]:
    clock = fit.series.clock
    return {"first": clock.label(int(periods[0])), "last": clock.label(int(periods[-1])), "periods": len(periods)}
