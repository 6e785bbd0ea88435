"""Logistic regression by Newton's method: one fit with its warnings, or thousands of weighted refits at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats

#: Newton steps stop when no linear predictor moves by more than this.
TOLERANCE = 1e-11
#: Fitted probabilities this close to 0 or 1 mean that a combination of covariates tells the groups apart without error.
SEPARATED = 1e-8
STEPS = 60


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression of a 0/1 outcome.

    `coef` (p,); `linear` (n,) linear predictors; `probability` (n,) fitted; `covariance` (p, p), the inverse of the
    information; `converged`; `separated`, whether some fitted probability is 0 or 1 to within `SEPARATED`.
    """

    coef: Floats
    linear: Floats
    probability: Floats
    covariance: Floats
    converged: bool
    separated: bool


def expit(linear: Floats) -> Floats:
    """Return 1 / (1 + exp(−x)), without overflow."""
    e = np.exp(-np.abs(linear))
    return np.asarray(np.where(linear >= 0, 1.0, e) / (1.0 + e))


def predictor(design: Floats, coef: Floats) -> Floats:
    """Return (n,) linear predictors, column by column, so that equal rows have equal values to the last bit.

    A matrix product may sum rows at the edge of a block in another order; matching breaks ties on equality.
    """
    total = np.zeros(len(design))
    for column, slope in zip(design.T, coef):
        total += column * slope
    return total


def logistic(design: Floats, outcome: Floats, weights: Floats | None = None) -> Logistic:
    """How does the chance of the outcome depend on these columns?

    Parameters
    ----------
    design
        (n, p), full column rank; include the column of ones.
    outcome
        (n,) 0 or 1.
    weights
        (n,) of 0 or more; `None` for ones.

    Notes
    -----
    Columns are scaled by their largest value while iterating, and a step that lowers the likelihood is halved.

    Examples
    --------
    >>> fit = logistic(np.ones((4, 1)), np.array([1.0, 0.0, 1.0, 1.0]))
    >>> fit.probability.round(6).tolist()
    [0.75, 0.75, 0.75, 0.75]
    """
    scale = np.abs(design).max(axis=0)
    x = design / np.where(scale > 0, scale, 1.0)
    w = np.ones(len(x)) if weights is None else weights
    coef = np.zeros(x.shape[1])
    linear = np.zeros(len(x))
    best = _likelihood(linear, outcome, w)
    converged = False
    for _ in range(STEPS):
        p = expit(linear)
        information = (x.T * (w * p * (1 - p))) @ x
        try:
            step = np.linalg.solve(information, x.T @ (w * (outcome - p)))
        except np.linalg.LinAlgError:
            break
        for _ in range(30):
            proposed = predictor(x, coef + step)
            value = _likelihood(proposed, outcome, w)
            if value >= best - 1e-12 * abs(best):
                break
            step = step / 2
        coef, move, linear, best = coef + step, float(np.abs(proposed - linear).max()), proposed, value
        if move < TOLERANCE * max(1.0, float(np.abs(linear).max())):
            converged = True
            break
        if np.abs(linear).max() > 700:
            break
    probability = expit(linear)
    inside = probability[w > 0]
    separated = bool((np.minimum(inside, 1 - inside) < SEPARATED).any())
    information = (x.T * (w * probability * (1 - probability))) @ x
    covariance = np.linalg.pinv(information, hermitian=True) / np.outer(scale, scale)
    return Logistic(coef / scale, linear, probability, covariance, converged, separated)


def _likelihood(linear: Floats, outcome: Floats, weights: Floats) -> float:
    return float(np.sum(weights * (outcome * linear - np.logaddexp(0.0, linear))))


def logistic_refits(design: Floats, outcome: Floats, counts: Floats, start: Floats, steps: int = 25) -> Floats:
    """Refit the same logistic regression under many sets of weights at once.

    Parameters
    ----------
    design, outcome
        (n, p) and (n,), as in `logistic`.
    counts
        (R, n) weights, such as how often a bootstrap sample holds each row.
    start
        (p,) coefficients to begin from.

    Returns
    -------
    array
        (R, p) coefficients; a row of NaN where a refit has no maximum (its sample tells the groups apart).
    """
    scale = np.abs(design).max(axis=0)
    x = design / np.where(scale > 0, scale, 1.0)
    p = x.shape[1]
    upper = np.triu_indices(p)
    outer = x[:, upper[0]] * x[:, upper[1]]
    place = np.empty((p, p), dtype=int)
    place[upper] = place[upper[::-1]] = np.arange(len(upper[0]))
    coef = np.broadcast_to(start * scale, (len(counts), p)).copy()
    going = np.arange(len(counts))
    for _ in range(steps):
        mean = expit(coef[going] @ x.T)
        held = counts[going]
        information = ((held * mean * (1 - mean)) @ outer)[:, place]
        gradient = (held * (outcome - mean)) @ x
        step = np.linalg.solve(information + 1e-300 * np.eye(p), gradient[..., None])[..., 0]
        coef[going] += step
        # Newton's method is quadratic: a step of 1e-7 leaves an error far below rounding of the estimate.
        moving = np.abs(step).max(axis=1) > 1e-9 * np.maximum(1.0, np.abs(coef[going]).max(axis=1))
        going = going[moving]
        if len(going) == 0:
            break
    coef[going] = np.nan
    return np.asarray(coef / scale)
