"""What could the series still show? Simulation on a fit's own noise, carried on into the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval import seeds
from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.its.future import Shape, Trial, coefficient, extend, relative
from btc_eval.its.result import SegmentedFit


@dataclass(frozen=True, slots=True)
class Power:
    """How often an effect of each size would be found.

    Parameters
    ----------
    effects
        Sizes, in the units of the coefficient ("coefficient") or as a share of the counterfactual ("relative").
    power
        Share of draws in which the test at `alpha` rejects.
    horizon
        Periods after the new intervention, the first affected included.
    draws
        Simulated series; the Monte Carlo standard error is √(power (1 − power) / draws).
    """

    effects: Floats
    power: Floats
    horizon: int
    draws: int
    alpha: float
    scale: str
    method: str

    def tidy(self) -> pd.DataFrame:
        """How likely is each effect to be found? Columns: effect, power, mc_error, horizon."""
        error = np.sqrt(self.power * (1 - self.power) / self.draws)
        return pd.DataFrame({"effect": self.effects, "power": self.power, "mc_error": error, "horizon": self.horizon})


def power(
    fit: SegmentedFit,
    *,
    effects: Sequence[float],
    horizon: int,
    draws: int = 1000,
    rng: np.random.Generator | int,
    alpha: float = 0.05,
    shape: Shape = "level",
    scale: Literal["coefficient", "relative"] = "coefficient",
) -> Power:
    """If something began right after the last period, how likely is the same model to find it?

    Parameters
    ----------
    fit
        A fitted series: its model, noise and length are taken as they are.
    effects
        Sizes of the change. "coefficient": as in `fit.tidy()` (a log rate ratio for counts, outcome units for rates).
        "relative": −0.1 is a fall of a tenth; for rates, of the fitted value at the last period.
    horizon
        Periods observed after the change.
    draws
        Simulated series for each effect.
    rng
        Source of the draws: a generator, or a seed for one.
    alpha
        Level of the two-sided test.
    shape
        "level": a lasting step. "slope": a change of trend, the effect being that a period.

    Notes
    -----
    The series is drawn whole, past and future, from the fitted model: Gaussian AR(1) for linear models; Poisson or
    overdispersed counts, with the autocorrelation found, for counts. Estimators with no autocorrelation of their own
    are given that of an AR(1) fit of the same model, since their series have it whether they model it or not: their
    power at an effect of nought then shows their false alarms. Season, lasting steps and trends go on; covariates and
    controls stay at their means; the population stays at its last value. A fit at the boundary of its autocorrelation
    counts as nothing found.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import its
    >>> rng = np.random.default_rng(3)
    >>> frame = pd.DataFrame({"month": pd.date_range("2018-01", periods=60, freq="MS"), "n": rng.poisson(100, 60)})
    >>> fitted = its.fit(frame, outcome="n", time="month", start="2021-01", estimator="quasi-poisson")
    >>> its.power(fitted, effects=[-0.3], horizon=12, draws=200, rng=rng).power[0] > 0.9
    np.True_
    """
    sizes = np.asarray(effects, dtype=float)
    if sizes.size == 0 or not np.isfinite(sizes).all():
        raise refuse("power", "effects", found="no finite effect", allowed="numbers", do="List the sizes to try.")
    seed = int(
        seeds.generator(rng).integers(2**63)
    )  # the same draws for every effect, so that power rises smoothly with its size
    trial = Trial(extend(fit, horizon, shape), draws, alpha, seed)
    found = [trial.share_found(coefficient(trial.future, e, scale)) for e in sizes]
    return Power(sizes, np.array(found), horizon, draws, alpha, scale, fit.spec.estimator)


def minimum_detectable_effect(
    fit: SegmentedFit,
    *,
    horizons: Sequence[int] = (12, 24, 36),
    target: float = 0.8,
    direction: Literal["decrease", "increase"] = "decrease",
    draws: int = 1000,
    rng: np.random.Generator | int,
    alpha: float = 0.05,
    shape: Shape = "level",
) -> pd.DataFrame:
    """What is the smallest change that the next periods could be relied on to show?

    Parameters
    ----------
    fit, draws, rng, alpha, shape
        As in `power`.
    horizons
        Periods observed after the change.
    target
        Power asked for.
    direction
        Which way the change goes.

    Returns
    -------
    DataFrame
        horizon, effect (in the units of the coefficient), relative (as a share of the counterfactual), power (reached
        at that effect), false_alarms (how often something is found where there is nothing: where this is well over
        `alpha` the estimator is too ready, and its power means little). Effects are found by bisection to within a
        hundredth of themselves; they are missing where no change of up to three quarters (or a fourfold rise) would do.
    """
    sign = -1.0 if direction == "decrease" else 1.0
    seed = int(seeds.generator(rng).integers(2**63))
    rows = []
    for horizon in horizons:
        trial = Trial(extend(fit, horizon, shape), draws, alpha, seed)
        alarms = trial.share_found(0.0)
        high = abs(coefficient(trial.future, -0.75 if sign < 0 else 3.0, "relative"))
        reached = trial.share_found(sign * high)
        if reached < target:
            rows.append((horizon, np.nan, np.nan, reached, alarms))
            continue
        low = 0.0
        while high - low > 0.01 * high:
            middle = (low + high) / 2
            share = trial.share_found(sign * middle)
            low, high, reached = (low, middle, share) if share >= target else (middle, high, reached)
        rows.append((horizon, sign * high, relative(trial.future, sign * high), reached, alarms))
    return pd.DataFrame(rows, columns=["horizon", "effect", "relative", "power", "false_alarms"])
