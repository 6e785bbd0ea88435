"""Effects and the counterfactual, each with its interval from the joint covariance of the coefficients.

Linear models: an effect is a linear combination of coefficients, exactly. Log-linear models: absolute and cumulative
effects by the delta method on Σ(μ₁ − μ₀); relative effects on the log of the ratio of totals, then exponentiated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.its.spec import one_or_many

if TYPE_CHECKING:
    from btc_eval.its.result import SegmentedFit

#: A total and its gradient in the coefficients.
Total = tuple[float, Floats]


def counterfactual(fit: SegmentedFit) -> pd.DataFrame:
    """Tabulate observed, fitted and counterfactual means; see `SegmentedFit.counterfactual`."""
    rows = fit.design.counterfactual
    predictor = rows @ fit.coef
    found = fit.judge(predictor, rows)
    ends = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    columns = {"fitted": fit.design.factual @ fit.coef, "counterfactual": predictor, **ends}
    columns = {name: value + fit.series.base for name, value in columns.items()}
    observed = fit.series.observed
    if fit.spec.counts:
        columns = {name: np.exp(value) * fit.series.exposure for name, value in columns.items()}
    else:
        observed = observed / fit.series.exposure
    columns["fitted"] = np.where(fit.design.used, columns["fitted"], np.nan)
    return pd.DataFrame({"time": fit.series.clock.labels(fit.series.periods), "observed": observed, **columns})


def effect(fit: SegmentedFit, at: Any, intervention: int | None) -> pd.DataFrame:
    """Tabulate effects; see `SegmentedFit.effect`."""
    after = _after(fit, intervention)
    without = _without(fit, intervention)
    periods = fit.series.periods
    if at is None:
        return pd.DataFrame(_lines(fit, without, after, after))
    if isinstance(at, str) and at == "each":
        chosen = periods[after]
    else:
        chosen = np.array([_period(fit, when, after) for when in one_or_many(at)])
    lines = [line for p in chosen for line in _lines(fit, without, after & (periods == p), after & (periods <= p))]
    return pd.DataFrame(lines)


def _after(fit: SegmentedFit, intervention: int | None) -> Bools:
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


def _period(fit: SegmentedFit, when: Any, after: Bools) -> int:
    index = fit.series.clock.index(when, place="at")
    present = fit.series.periods[after]
    if index not in present:
        raise refuse(
            "effect",
            "at",
            found=f"{when}, which is not a period used after the intervention",
            allowed=f"{fit.series.clock.words(int(present[0]))} to {fit.series.clock.words(int(present[-1]))}",
            do="Name a period of the after-period that the series has.",
        )
    return index


def _without(fit: SegmentedFit, intervention: int | None) -> Floats:
    """Return the columns had one intervention, or all of them, not happened."""
    if intervention is None:
        return fit.design.counterfactual
    mark = "" if intervention == 1 else f"_{intervention}"
    rows = fit.design.factual.copy()
    for term in (f"level_change{mark}", f"slope_change{mark}"):
        if term in fit.terms:
            rows[:, fit.design.position(term)] = 0.0
    return rows


def _lines(fit: SegmentedFit, without: Floats, window: Bools, upto: Bools) -> list[dict[str, Any]]:
    gain, lost = _totals(fit, without, window, weighted=fit.spec.counts)
    mean = (gain[0] - lost[0]) / window.sum(), (gain[1] - lost[1]) / window.sum()
    more, less = _totals(fit, without, upto, weighted=True)
    return [
        _line(fit, "absolute", *mean, window),
        _relative(fit, gain, lost, window),
        _line(fit, "cumulative", more[0] - less[0], more[1] - less[1], upto),
    ]


def _totals(fit: SegmentedFit, without: Floats, rows: Bools, *, weighted: bool) -> tuple[Total, Total]:
    """Return totals with and without the intervention; weighted by exposure, totals are counts."""
    weight = fit.series.exposure[rows] if weighted else np.ones(int(rows.sum()))
    base = fit.series.base[rows]
    out = []
    for columns in (fit.design.factual[rows], without[rows]):
        predictor = columns @ fit.coef + base
        if fit.spec.counts:
            mean = np.exp(predictor) * weight
            out.append((float(mean.sum()), np.asarray(mean @ columns)))
        else:
            out.append((float(weight @ predictor), np.asarray(weight @ columns)))
    return out[0], out[1]


def _line(fit: SegmentedFit, term: str, value: float, gradient: Floats, rows: Bools) -> dict[str, Any]:
    found = fit.judge(np.array([value]), gradient[None])
    return {
        "term": term,
        **_window(fit, fit.series.periods[rows]),
        "estimate": value,
        "std_error": float(found.std_error[0]),
        "statistic": float(found.statistic[0]),
        "p_value": float(found.p_value[0]),
        "conf_low": float(found.conf_low[0]),
        "conf_high": float(found.conf_high[0]),
    }


def _relative(fit: SegmentedFit, gain: Total, lost: Total, rows: Bools) -> dict[str, Any]:
    """The ratio of totals less one; missing where a linear model's totals are not both above nought."""
    if gain[0] <= 0 or lost[0] <= 0:
        line = _line(fit, "relative", float("nan"), np.zeros_like(gain[1]), rows)
        return line | dict.fromkeys(("std_error", "statistic", "p_value", "conf_low", "conf_high"), float("nan"))
    ratio = gain[0] / lost[0]
    line = _line(fit, "relative", float(np.log(ratio)), gain[1] / gain[0] - lost[1] / lost[0], rows)
    return line | {
        "estimate": ratio - 1,
        "std_error": ratio * line["std_error"],
        "conf_low": float(np.exp(line["conf_low"])) - 1,
        "conf_high": float(np.exp(line["conf_high"])) - 1,
    }


def _window(fit: SegmentedFit, periods: Ints) -> dict[str, Any]:
    clock = fit.series.clock
    return {"first": clock.label(int(periods[0])), "last": clock.label(int(periods[-1])), "periods": len(periods)}
