"""By what ratio does a covariate change the hazard? The maximum of the Cox partial likelihood, and its covariances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.cox_ties import Ties
from btc_eval.inference.partial_likelihood import Likelihood, State, likelihood

#: Information below this share of what it was at β = 0 means that the likelihood still rises at infinity.
FLAT = 1e-7


@dataclass(frozen=True, slots=True)
class CoxFit:
    """A maximum of the partial likelihood.

    Parameters
    ----------
    coef
        (p,) log hazard ratios.
    covariance
        (p, p) inverse of the observed information.
    log_likelihood
        At β = 0 and at the maximum.
    score_test
        Rao's statistic at β = 0.
    state
        The likelihood at the maximum; None of it is copied.
    converged
        Whether Newton's method settled.
    flat
        (p,) the direction, in standard deviations of the covariates, in which the likelihood keeps rising; `None`
        where there is none.
    """

    coef: Floats
    covariance: Floats
    log_likelihood: tuple[float, float]
    score_test: float
    state: State
    converged: bool
    flat: Floats | None

    def robust(self, unit: Ints | None = None) -> Floats:
        """Return the sandwich covariance, score residuals summed by `unit` (n,) codes, or row by row."""
        residuals = self.state.score_residuals()
        if unit is not None:
            residuals = np.stack([np.bincount(unit, row) for row in residuals])
        scale = self.state.of.scale
        bread = self.covariance * scale[:, None]
        return np.asarray(bread.T @ (residuals @ residuals.T) @ bread)


def maximise(problem: Likelihood, *, null: State | None = None, steps: int = 50) -> CoxFit:
    """Climb to the maximum by Newton's method, halving a step that does not rise.

    `null` is the likelihood at β = 0, where it was already looked at.
    """
    p = len(problem.z)
    state = null = problem.state(np.zeros(p)) if null is None else null
    information = start = null.information()
    score = null.score()
    first_score = float(score @ _solve(information, score))
    converged, flat = False, None
    for _ in range(steps):
        step = _solve(information, score)
        nearly = float(score @ step) < 1e-10
        # No row's log hazard may move by more than five at once: a covariate that orders the events perfectly
        # would otherwise leap to where nothing is finite.
        step = step * min(1.0, 5.0 / max(float(np.abs(step @ problem.z).max()), 1e-300))
        trial = problem.state(state.beta + step)
        for _ in range(30):
            if np.isfinite(trial.value) and trial.value >= state.value - 1e-10 * (1 + abs(state.value)):
                break
            step = step / 2
            trial = problem.state(state.beta + step)
        state = trial
        information, score = state.information(), state.score()
        converged = nearly and float(np.abs(step).max()) < 1e-4
        flat = _flat(information, start)
        if converged or flat is not None:
            break
    inverse = np.linalg.inv(information) if flat is None else np.full((p, p), np.nan)
    scale = problem.scale
    return CoxFit(
        state.beta / scale,
        inverse / np.outer(scale, scale),
        (null.value, state.value),
        first_score,
        state,
        converged and flat is None,
        flat,
    )


def cox(
    design: Floats,
    stop: Floats,
    event: Ints,
    *,
    start: Floats | None = None,
    weights: Floats | None = None,
    stratum: Ints | None = None,
    ties: Ties = "efron",
) -> CoxFit:
    """By what ratio do covariates change the hazard?

    Parameters
    ----------
    design
        (n, p) covariates without a constant, of full rank once centred.
    stop, start, event
        (n,) at risk in (start, stop], ended by the event where `event` is 1. Rows of one child may follow one another.
    weights
        (n,) above zero.
    stratum
        (n,) codes of strata, each with a baseline hazard of its own.
    ties
        "efron" or "breslow".

    References
    ----------
    Cox (1972); Efron (1977); Breslow (1974); robust covariance: Lin and Wei (1989), Binder (1992). As R's
    `survival::coxph`.
    """
    return maximise(likelihood(design, stop, event, start=start, weights=weights, stratum=stratum, ties=ties))


def _flat(information: Floats, start: Floats) -> Floats | None:
    """Return the direction that has lost nearly all the information it had at β = 0, if there is one."""
    if not np.isfinite(information).all():
        return np.ones(len(start))
    root = np.linalg.cholesky(start + 1e-12 * np.trace(start) * np.eye(len(start)))
    half = np.linalg.solve(root, np.linalg.solve(root, information).T)
    values, vectors = np.linalg.eigh((half + half.T) / 2)
    return np.linalg.solve(root.T, vectors[:, 0]) if values[0] < FLAT else None


def _solve(matrix: Floats, side: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(matrix, side, rcond=1e-14)[0])
