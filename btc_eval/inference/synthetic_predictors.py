"""Weights of a synthetic control made from predictors whose importance is itself estimated (Abadie's nested problem).

The inner problem gives donor weights ``w(V)`` that bring the donors' predictors nearest the treated unit's when
predictor ``m`` counts ``v_m``; the outer problem chooses ``V`` so that the outcomes before the start are followed as
closely as can be. The outer loss is full of local minima, at which widely used software stops. Here every inner
problem is solved exactly; the outer gradient is exact too, by differentiating the inner optimality conditions on the
donors in use; and quasi-Newton searches start from many places and are shaken loose from where they end. Two cases
need no search, and are recognised: a treated unit inside the hull of the donors, whose predictors are met whatever
their importance; and importances under which the best fit of all to the outcomes is also nearest in the predictors.
Searches start from importances that come nearest to supporting the best fits with some donors left out.

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
from scipy.optimize import linprog

from btc_eval import seeds
from btc_eval.inference import Floats, Ints
from btc_eval.inference.simplex import nearest_in_hull
from btc_eval.inference.synthetic import Weights
from btc_eval.inference.synthetic_search import descend

#: Least importance of a predictor beside the most important one (Becker and Klößner's bound); its logarithm.
_LEAST = 1e-8
_LOWEST = float(np.log(_LEAST))
#: Predictors are met exactly, or conditions fulfilled, to this share of their size.
_EXACT = 1e-9
#: Weight of the predictors over the outcomes where the predictors can be met exactly.
_FIRST = 1e5
#: Size of a shake on the log scale, and the share of predictors it moves.
_SHAKE, _MOVED = 4.0, 0.35
#: How many close fits lend their supporting importances as starts.
_SUPPORTS = 12
_STEPS = 60


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
        used = np.flatnonzero(weights)
        inner, outer = self.predictor_gaps[:, used], self.outcome_gaps[:, used]
        mixture = weights[used]
        gap = outer @ mixture
        size = len(used)
        conditions = np.ones((size + 1, size + 1))
        conditions[:size, :size] = inner.T @ (importance[:, None] * inner)
        conditions[size, size] = 0.0
        slope = np.zeros(size + 1)
        slope[:size] = gap @ outer * (2.0 / len(gap))
        try:
            adjoint = np.linalg.solve(conditions, slope)[:size]
        except np.linalg.LinAlgError:
            adjoint = np.linalg.lstsq(conditions, slope, rcond=None)[0][:size]
        return float(gap @ gap) / len(gap), -importance * (inner @ adjoint) * (inner @ mixture)

    def within_hull(self) -> Floats | None:
        """Return the best-fitting weights that meet every predictor exactly, or `None` where none do."""
        size = float(np.linalg.norm(self.predictor_gaps))
        if float(np.linalg.norm(self.predictor_gaps @ nearest_in_hull(self.predictor_gaps))) > _EXACT * size:
            return None
        first = _FIRST * float(np.linalg.norm(self.outcome_gaps)) / size
        return nearest_in_hull(np.vstack([first * self.predictor_gaps, self.outcome_gaps]))

    def best_fit(self, without: Ints) -> Floats:
        """Return the weights that follow the outcomes most closely, some donors left out."""
        kept = np.ones(self.outcome_gaps.shape[1], dtype=bool)
        kept[without] = False
        weights = np.zeros(len(kept))
        weights[kept] = nearest_in_hull(self.outcome_gaps[:, kept])
        return weights

    def supporting(self, weights: Floats) -> tuple[float, Floats]:
        """Which importances come nearest to making these weights nearest in the predictors?

        Returns the shortfall in the optimality conditions, nought where they hold, and the logarithms of the
        importances. The conditions are linear in the importances, so this is a linear programme.
        """
        meeting = self.predictor_gaps @ weights
        slopes = (self.predictor_gaps * meeting[:, None] - (meeting**2)[:, None]).T
        used = weights > 0
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
            return float("inf"), np.zeros(count)
        return float(found.fun), np.log(np.maximum(found.x[:count], _LEAST))

    def descend(self, logs: Floats) -> tuple[float, Floats]:
        """Follow the gradient from `logs` to a local minimum."""
        return descend(self.loss, logs - logs.max(), _LOWEST, 0.0, steps=_STEPS)


def nested(
    X0: Floats,
    x1: Floats,
    Z0: Floats,
    z1: Floats,
    *,
    importance: Floats | None = None,
    searches: int = 80,
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
        Number of quasi-Newton searches: two fifths from starts of different kinds, the rest shaken from the best.
    seed
        Seed of the random starts and shakes: the same seed gives the same weights.

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
        shortfall, logs = problem.supporting(problem.best_fit(np.array([], dtype=np.int64)))
        if shortfall > _EXACT:
            plain = _regression(together / scale[:, None], np.column_stack([z1, Z0]))
            logs = _search(problem, [logs, np.zeros(len(x1)), plain], searches, seeds.generator(seed))
        shares = _shares(logs)
        donors = problem.weights(shares)
    return Weights(donors, predictors=shares, loss=float(np.mean((z1 - Z0 @ donors) ** 2)))


def _regression(predictors: Floats, outcomes: Floats) -> Floats:
    """Return importances (logarithms) as a regression of the outcomes on the predictors, over all units, gives them."""
    design = np.column_stack([np.ones(predictors.shape[1]), predictors.T])
    squares = np.sum(np.linalg.lstsq(design, outcomes.T, rcond=None)[0][1:] ** 2, axis=1)
    return np.asarray(np.log(np.maximum(squares, _LEAST * float(squares.sum()) or 1.0)))


def _search(problem: _Nested, starts: list[Floats], searches: int, rng: np.random.Generator) -> Floats:
    """Descend from importances that support close fits, from the given starts and random ones; then shake the best."""
    count = len(starts[0])
    first = max(2 * searches // 5, len(starts))
    supports = [problem.supporting(problem.best_fit(without))[1] for without in _left_out(problem)]
    starts = (starts + supports)[:first]
    starts += [rng.uniform(_LOWEST, 0.0, count) for _ in range(first - len(starts))]
    best, logs = min((problem.descend(start) for start in starts), key=_value)
    for turn in range(searches - first):
        moved = rng.random(count) < _MOVED
        moved[rng.integers(count)] = True
        if turn % 2:
            shaken = np.where(moved, rng.uniform(_LOWEST, 0.0, count), logs - logs.max())
        else:
            shaken = np.clip(logs - logs.max(), _LOWEST / 2, 0.0) + moved * rng.normal(0.0, _SHAKE, count)
        value, where = problem.descend(shaken)
        if value < best:
            best, logs = value, where
    return logs


def _left_out(problem: _Nested) -> list[Ints]:
    """Which donors of the best fit to leave out, singly and in pairs, the heaviest first."""
    weights = problem.best_fit(np.array([], dtype=np.int64))
    order = [int(i) for i in np.argsort(-weights, kind="stable") if weights[i] > 0]
    single = [np.array([i]) for i in order]
    pairs = [np.array([i, j]) for place, i in enumerate(order) for j in order[:place]]
    enough = [without for without in single + pairs if len(weights) - len(without) >= 1]
    return enough[:_SUPPORTS]


def _value(found: tuple[float, Floats]) -> float:
    return found[0]


def _shares(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max())
    return np.asarray(raised / raised.sum())
