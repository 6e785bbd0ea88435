"""Weights of a synthetic control made from predictors whose importance is itself estimated (Abadie's nested problem).

The inner problem gives donor weights ``w(V)`` that bring the donors' predictors nearest the treated unit's when
predictor ``m`` counts ``v_m``; the outer problem chooses ``V`` so that the outcomes before the start are followed as
closely as can be. The outer loss is full of local minima, at which widely used software stops. Here every inner
problem is solved exactly; the outer gradient is exact too, by differentiating the inner optimality conditions on the
donors in use; and quasi-Newton searches start from many places and are shaken loose from where they end. Two cases
need no search, and are recognised: a treated unit inside the hull of the donors, whose predictors are met whatever
their importance; and importances under which the best fit of all to the outcomes is also nearest in the predictors.

References
----------
Abadie, A. and Gardeazabal, J. (2003). The economic costs of conflict. American Economic Review 93, 113–132.
Abadie, A., Diamond, A. and Hainmueller, J. (2010). Journal of the American Statistical Association 105, 493–505.
Becker, M. and Klößner, S. (2018). Fast and reliable computation of generalized synthetic controls. Econometrics and
Statistics 5, 1–19.
Malo, P., Eskelinen, J., Zhou, X. and Kuosmanen, T. (2024). Computing synthetic controls using bilevel optimization.
Computational Economics 64, 1113–1136.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog, minimize

from btc_eval.inference import Floats
from btc_eval.inference.simplex import nearest_in_hull
from btc_eval.inference.synthetic import Weights

#: Least importance of a predictor beside the most important one (Becker and Klößner's bound); its logarithm.
_LEAST = 1e-8
_LOWEST = float(np.log(_LEAST))
#: Predictors are met exactly, or conditions fulfilled, to this share of their size.
_EXACT = 1e-9
#: Weight of the predictors over the outcomes where the predictors can be met exactly.
_FIRST = 1e5
#: Spread of random starts and of shakes, on the log scale; the share of predictors a shake moves.
_SPREAD, _SHAKE, _MOVED = 2.0, 3.0, 0.35
_QUASI_NEWTON_STEPS = 60


@dataclass(frozen=True, slots=True)
class _Nested:
    """The two problems as arrays: scaled predictor gaps (predictors, donors) and outcome gaps (periods, donors)."""

    predictor_gaps: Floats
    outcome_gaps: Floats

    def weights(self, importance: Floats) -> Floats:
        """Solve the inner problem exactly."""
        return nearest_in_hull(self.predictor_gaps * np.sqrt(importance)[:, None])

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Return the outer loss and its gradient in the logarithms of the importances."""
        importance = _shares(logs)
        weights = self.weights(importance)
        used = weights > 0
        inner, outer = self.predictor_gaps[:, used], self.outcome_gaps[:, used]
        gap = outer @ weights[used]
        value = float(gap @ gap) / len(gap)
        size = int(used.sum())
        conditions = np.zeros((size + 1, size + 1))
        conditions[:size, :size] = (inner * importance[:, None]).T @ inner
        conditions[:size, size] = conditions[size, :size] = 1.0
        slope = np.append(outer.T @ gap * (2.0 / len(gap)), 0.0)
        try:
            adjoint = np.linalg.solve(conditions, slope)[:size]
        except np.linalg.LinAlgError:
            adjoint = np.linalg.lstsq(conditions, slope, rcond=None)[0][:size]
        return value, -importance * (inner @ adjoint) * (inner @ weights[used])

    def within_hull(self) -> Floats | None:
        """Return the best-fitting weights that meet every predictor exactly, or `None` where none do."""
        size = float(np.linalg.norm(self.predictor_gaps))
        if float(np.linalg.norm(self.predictor_gaps @ nearest_in_hull(self.predictor_gaps))) > _EXACT * size:
            return None
        first = _FIRST * float(np.linalg.norm(self.outcome_gaps)) / size
        return nearest_in_hull(np.vstack([first * self.predictor_gaps, self.outcome_gaps]))

    def supporting(self) -> tuple[float, Floats]:
        """Which importances come nearest to making the best fit to the outcomes also nearest in the predictors?

        Returns the shortfall in the optimality conditions, nought where they hold, and the importances. The conditions
        are linear in the importances, so this is a linear programme.
        """
        best = nearest_in_hull(self.outcome_gaps)
        meeting = self.predictor_gaps @ best
        slopes = (self.predictor_gaps * meeting[:, None] - (meeting**2)[:, None]).T
        used = best > 0
        donors, count = slopes.shape
        slack = np.eye(donors)
        found = linprog(
            np.concatenate([np.zeros(count), np.ones(donors)]),
            A_ub=np.vstack([np.hstack([-slopes, -slack]), np.hstack([slopes[used], -slack[used]])]),
            b_ub=np.zeros(donors + int(used.sum())),
            A_eq=np.concatenate([np.ones(count), np.zeros(donors)])[None, :],
            b_eq=[1.0],
            bounds=[(_LEAST, None)] * count + [(0.0, None)] * donors,
        )
        if found.status != 0:
            return float("inf"), np.full(count, 1.0 / count)
        return float(found.fun), np.asarray(found.x[:count], dtype=float)

    def descend(self, logs: Floats) -> tuple[float, Floats]:
        """Follow the gradient from `logs` to a local minimum."""
        start = np.clip(logs - logs.max(), _LOWEST, 0.0)
        found = minimize(
            self.loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[(_LOWEST, 0.0)] * len(start),
            options={"maxiter": _QUASI_NEWTON_STEPS},
        )
        return float(found.fun), np.asarray(found.x, dtype=float)


def nested(
    X0: Floats,
    x1: Floats,
    Z0: Floats,
    z1: Floats,
    *,
    importance: Floats | None = None,
    searches: int = 60,
    seed: int = 0,
) -> Weights:
    """Which donors resemble the treated unit in what foretells the outcome?

    Parameters
    ----------
    X0, x1
        Shapes (predictors, donors) and (predictors,): predictor values, each in its own units.
    Z0, z1
        Shapes (periods, donors) and (periods,): outcomes over the window that is to be followed.
    importance
        Shape (predictors,): importances to use as they are, of any positive scale; `None` estimates them.
    searches
        Number of quasi-Newton searches: a third from spread-out starts, the rest shaken from the best so far.
    seed
        Seed of the spread-out starts and shakes: the same seed gives the same weights.

    Returns
    -------
    Weights
        `.predictors` are the importances (sum 1), `.loss` the mean squared gap over the window.

    Notes
    -----
    Predictors are divided by their standard deviation over all units, the treated included (n − 1 in the
    denominator), as in the R package Synth. Where the treated unit lies inside the hull of the donors, importances
    cannot be told apart and are returned equal.
    """
    together = np.column_stack([x1, X0])
    scale = together.std(axis=1, ddof=1)
    problem = _Nested((X0 - x1[:, None]) / scale[:, None], Z0 - z1[:, None])
    donors = problem.within_hull()
    if importance is not None:
        shares = importance / importance.sum()
        donors = problem.weights(shares)
    elif donors is not None:
        shares = np.full(len(x1), 1.0 / len(x1))
    else:
        shortfall, shares = problem.supporting()
        if shortfall > _EXACT:
            starts = _starts(together / scale[:, None], np.column_stack([z1, Z0]), searches, seed)
            shares = _shares(_search(problem, [np.log(shares), *starts], seed))
        donors = problem.weights(shares)
    return Weights(donors, predictors=shares, loss=float(np.mean((z1 - Z0 @ donors) ** 2)))


def _starts(predictors: Floats, outcomes: Floats, searches: int, seed: int) -> list[Floats]:
    """Equal importances, those of a regression of the outcomes on the predictors, and random ones."""
    count = len(predictors)
    design = np.column_stack([np.ones(predictors.shape[1]), predictors.T])
    slopes = np.linalg.lstsq(design, outcomes.T, rcond=None)[0][1:]
    strength = np.maximum(np.sum(slopes**2, axis=1), 1e-6 * float(np.sum(slopes**2)) or 1.0)
    rng = np.random.default_rng(seed)
    spread = [rng.normal(0.0, _SPREAD, count) for _ in range(max(searches // 3 - 3, 0))]
    return [np.zeros(count), np.log(strength), *spread]


def _search(problem: _Nested, starts: list[Floats], seed: int) -> Floats:
    best, logs = min((problem.descend(start) for start in starts), key=_value)
    rng = np.random.default_rng(seed + 1)
    for _ in range(2 * len(starts)):
        moved = rng.random(len(logs)) < _MOVED
        moved[rng.integers(len(logs))] = True
        shaken = np.clip(logs - logs.max(), _LOWEST / 2, 0.0)
        value, where = problem.descend(shaken + moved * rng.normal(0.0, _SHAKE, len(logs)))
        if value < best:
            best, logs = value, where
    return logs


def _value(found: tuple[float, Floats]) -> float:
    return found[0]


def _shares(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max())
    return np.asarray(raised / raised.sum())
