"""Synthetic difference in differences: donors weighted to move alike, periods weighted to resemble what came after.

References
----------
Arkhangelsky, D., Athey, S., Hirshberg, D. A., Imbens, G. W. and Wager, S. (2021). Synthetic difference-in-differences.
American Economic Review 111(12), 4088–4118. Section 4.1 and algorithm 1; the notation is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.simplex import frank_wolfe, simplex_weights
from btc_eval.inference.synthetic import Weights

Solver = Literal["exact", "frank-wolfe"]

#: Ridge of the period weights in units of the noise: only enough to make them unique.
ETA_LAMBDA = 1e-6
#: Where the published software stops: a step that lowers the loss by less than (this × noise)², or this many steps.
MIN_DECREASE, STEPS, STEPS_BEFORE_SPARSE = 1e-5, 10_000, 100
#: Weights at or below this share of the largest are set to nought before the second round of steps.
SPARSE_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class _Problems:
    """Many regressions of `b` on the columns of `A` over the simplex, side by side."""

    A: list[Floats]
    b: list[Floats]
    ridge: Floats
    noise: Floats
    rows: Floats


def synthetic_did(
    outcomes: Floats, before: int, treated: Ints, pool: Bools, *, solver: Solver = "frank-wolfe"
) -> list[Weights]:
    """What weights of donors and of periods does synthetic difference in differences give each unit in turn?

    Parameters
    ----------
    outcomes
        Shape (periods, units).
    before
        Number of periods before the start; the rest are after it.
    treated
        Shape (runs,): position of the unit taken as treated in each run.
    pool
        Shape (runs, units): which units are donors in each run; never the treated unit of that run.
    solver
        "frank-wolfe" takes the steps and stops where the authors' R package does, so that its numbers are met;
        "exact" goes on to the minimum of the same problem.

    Returns
    -------
    list of Weights
        One a run; `.donors` has an entry for every unit, nought outside the pool, and `.intercept` makes the
        synthetic unit meet the treated unit over the weighted periods before the start.
    """
    noise = np.array([_noise(outcomes[:before, donors]) for donors in pool])
    after = outcomes.shape[0] - before
    unit_ridge = np.sqrt(after) * noise**2  # ζ² = (N₁ T₁)^½ σ̂² with one treated unit
    period_ridge = (ETA_LAMBDA * noise) ** 2
    late = outcomes[before:].mean(axis=0)
    units = _Problems(
        [_centred(outcomes[:before]) for _ in treated],
        [_centred(outcomes[:before, i]) for i in treated],
        unit_ridge * before,
        noise,
        np.full(len(treated), float(before)),
    )
    omega = _solve(units, pool, solver)
    rows = pool.sum(axis=1).astype(float)
    periods_before = _Problems(
        [_centred(outcomes[:before, donors].T) for donors in pool],
        [_centred(late[donors]) for donors in pool],
        period_ridge * rows,
        noise,
        rows,
    )
    lambdas = _solve(periods_before, np.ones((len(treated), before), dtype=bool), solver)
    results = []
    for unit, weights, periods in zip(treated, omega, lambdas):
        gap = outcomes[:before, unit] - outcomes[:before] @ weights
        loss = float(np.mean((gap - gap.mean()) ** 2))
        results.append(Weights(weights, intercept=float(periods @ gap), periods=periods, loss=loss))
    return results


def _noise(outcomes: Floats) -> float:
    """Standard deviation of the donors' period-to-period changes before the start (σ̂)."""
    return float(np.diff(outcomes, axis=0).std(ddof=1))


def _centred(values: Floats) -> Floats:
    return np.asarray(values - values.mean(axis=0))


def _solve(problems: _Problems, allowed: Bools, solver: Solver) -> Floats:
    if solver == "exact":
        answer = np.zeros(allowed.shape)
        for run, (A, b) in enumerate(zip(problems.A, problems.b)):
            answer[run, allowed[run]] = simplex_weights(A[:, allowed[run]], b, ridge=float(problems.ridge[run]))
        return answer
    gram = np.stack([A.T @ A for A in problems.A])
    linear = np.stack([A.T @ b for A, b in zip(problems.A, problems.b)])
    constant = np.array([b @ b for b in problems.b])
    decrease = (MIN_DECREASE * problems.noise) ** 2
    start: Floats = allowed / allowed.sum(axis=1, keepdims=True)
    for steps in (STEPS_BEFORE_SPARSE, STEPS):
        start = frank_wolfe(
            gram,
            linear,
            constant,
            problems.ridge,
            start,
            allowed=allowed,
            rows=problems.rows,
            decrease=decrease,
            steps=steps,
        )
        if steps == STEPS_BEFORE_SPARSE:
            start = np.where(start <= SPARSE_SHARE * start.max(axis=1, keepdims=True), 0.0, start)
            start = start / start.sum(axis=1, keepdims=True)
    return start


def classic_by_steps(outcomes: Floats, before: int, treated: Ints, pool: Bools) -> list[Weights]:
    """What classic weights do the authors' own steps reach (`sc_estimate` of their R package)? For comparison only.

    Parameters as in `synthetic_did`. On Proposition 99 the steps stop at an effect of −19.62; the minimum of the same
    loss is at −19.51.
    """
    noise = np.array([_noise(outcomes[:before, donors]) for donors in pool])
    problems = _Problems(
        [outcomes[:before]] * len(treated),
        [outcomes[:before, i] for i in treated],
        (ETA_LAMBDA * noise) ** 2 * before,
        noise,
        np.full(len(treated), float(before)),
    )
    results = []
    for unit, weights in zip(treated, _solve(problems, pool, "frank-wolfe")):
        gap = outcomes[:before, unit] - outcomes[:before] @ weights
        results.append(Weights(weights, loss=float(np.mean(gap**2))))
    return results
