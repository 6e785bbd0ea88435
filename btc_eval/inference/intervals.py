"""Between which shares does the truth lie? Pointwise intervals on a scale where it is nearly normal."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy import stats

from btc_eval.inference import Floats

Transform = Literal["log", "log-log", "plain", "logit", "arcsine"]
TRANSFORMS: tuple[str, ...] = get_args(Transform)


def probability_interval(
    estimate: Floats, std_error: Floats, *, transform: Transform = "log", level: float = 0.95
) -> tuple[Floats, Floats]:
    """Between which shares does the truth lie?

    Parameters
    ----------
    estimate, std_error
        Shares and their standard errors, of one shape.
    transform
        "log" exp(log p ± z s/p); "log-log" on log(−log p); "plain" p ± z s; "logit"; "arcsine" of the square root.
        Ends are kept within 0 and 1.
    level
        Coverage.

    Returns
    -------
    array, array
        Lower and upper ends. Where the estimate is 0 or 1, or its error is nought, the data say nothing about chance
        and the ends are missing; so they are where either is missing.

    References
    ----------
    Borgan and Liestøl (1990), Scandinavian Journal of Statistics 17, 35–41. Defaults as R's `survival::survfit`.
    """
    z = stats.norm.ppf((1 + level) / 2)
    known = np.isfinite(estimate) & np.isfinite(std_error) & (std_error > 0) & (estimate > 0) & (estimate < 1)
    p, s = np.where(known, estimate, 0.5), np.where(known, std_error, 0.0)
    if transform == "plain":
        low, high = p - z * s, p + z * s
    elif transform == "log":
        low, high = p * np.exp(-z * s / p), p * np.exp(z * s / p)
    elif transform == "log-log":
        spread = z * s / (p * np.abs(np.log(p)))
        low, high = p ** np.exp(spread), p ** np.exp(-spread)
    elif transform == "logit":
        middle, spread = np.log(p / (1 - p)), z * s / (p * (1 - p))
        low, high = 1 / (1 + np.exp(spread - middle)), 1 / (1 + np.exp(-spread - middle))
    else:
        middle, spread = np.arcsin(np.sqrt(p)), z * s / (2 * np.sqrt(p * (1 - p)))
        low, high = np.sin(np.maximum(middle - spread, 0)) ** 2, np.sin(np.minimum(middle + spread, np.pi / 2)) ** 2
    return np.where(known, np.maximum(low, 0.0), np.nan), np.where(known, np.minimum(high, 1.0), np.nan)


def normal_interval(estimate: Floats, std_error: Floats, level: float = 0.95) -> tuple[Floats, Floats, Floats, Floats]:
    """What are the ratio to the standard error, the two-sided p-value, and the ends of a normal interval?

    All missing where the standard error is nought or missing.
    """
    z = stats.norm.ppf((1 + level) / 2)
    error = np.where(std_error > 0, std_error, np.nan)
    ratio = estimate / error
    return ratio, 2 * stats.norm.sf(np.abs(ratio)), estimate - z * error, estimate + z * error
