"""What an estimate's ratio to its standard error is compared with: Student's t, a bootstrap, or a calibration.

`judge` is the one place where standard errors, p-values and intervals of linear combinations are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.precision import Precision, critical, two_sided

#: Coverage may fall short of nominal by this at the worst of them.
CALIBRATION_SLACK = 0.015


@dataclass(frozen=True, slots=True)
class Judgement:
    """(m,) standard errors, statistics, p-values and interval ends of m combinations."""

    std_error: Floats
    statistic: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats


@dataclass(frozen=True, slots=True)
class Draws:
    """Refitted simulations in which the truth is known.

    Parameters
    ----------
    kind
        "bootstrap": one cell, simulated from the fit itself. "calibrated": one cell for each autocorrelation.
    errors
        (B, p) coefficient less truth.
    precision
        Of the refits.
    cell
        (B,) which cell a draw belongs to.
    """

    kind: Literal["bootstrap", "calibrated"]
    errors: Floats
    precision: Precision
    cell: Ints


def judge(
    values: Floats, contrasts: Floats, precision: Precision, level: float, draws: Draws | None = None
) -> Judgement:
    """How sure are `values`, whose gradients in the coefficients are `contrasts`?

    Parameters
    ----------
    values
        (m,) estimates.
    contrasts
        (m, p).
    precision
        Of the single fit.
    level
        Nominal coverage.
    draws
        `None`: Student's t (or normal). Bootstrap: the interval takes its multiples of the standard error from the
        studentised errors of the draws, lower and upper apart. Calibrated: the model's interval is widened by the least
        factor, never under 1, with which coverage is at least level − 0.015 at each autocorrelation.
    """
    error = precision.std_error(contrasts)[0]
    degrees = precision.degrees(contrasts)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = values / error
    p_value = two_sided(statistic, degrees)
    half = critical(level, degrees)
    low, high = half, half
    if draws is not None:
        if draws.kind == "bootstrap":
            ratios = (draws.errors @ contrasts.T) / draws.precision.std_error(contrasts)
            tail = (1 - level) / 2
            low, high = np.quantile(ratios, 1 - tail, axis=0), -np.quantile(ratios, tail, axis=0)
            p_value = (1 + (np.abs(ratios) >= np.abs(statistic)).sum(axis=0)) / (len(ratios) + 1)
        else:
            factor = widening(draws, contrasts, level)
            low = high = half * factor
            p_value = np.maximum(p_value, _share_beyond(draws, contrasts, level, np.abs(statistic) / half))
    return Judgement(error, statistic, np.asarray(p_value), values - low * error, values + high * error)


def widening(draws: Draws, contrasts: Floats, level: float) -> Floats:
    """Return (m,) the factor, never under 1, by which intervals of `level` must be widened to hold in every cell."""
    wanted = level - CALIBRATION_SLACK
    factors = [np.quantile(part, wanted, axis=0) for part in _cells(draws, contrasts, level)]
    return np.asarray(np.maximum(np.max(factors, axis=0), 1.0))


def _share_beyond(draws: Draws, contrasts: Floats, level: float, own: Floats) -> Floats:
    """Return (m,) the share of draws further out than the estimate, in the cell where it is greatest.

    It is on the scale of the interval: below 1 − level just where the interval leaves out nought.
    """
    scale = (1 - level) / (1 - level + CALIBRATION_SLACK)
    return np.asarray(np.max([scale * (part >= own).mean(axis=0) for part in _cells(draws, contrasts, level)], axis=0))


def _cells(draws: Draws, contrasts: Floats, level: float) -> list[Floats]:
    """Return the errors of each cell as multiples of the half-width of their own interval."""
    spread = draws.precision.std_error(contrasts) * critical(level, draws.precision.degrees(contrasts))
    against = np.abs(draws.errors @ contrasts.T) / spread
    return [against[draws.cell == cell] for cell in np.unique(draws.cell)]
