"""Means of an outcome under treatment and under control, with the influence of every row on them.

Each estimator stacks its estimating equations (propensity score, outcome model, means) and returns, beside the two
means, influence functions that carry the uncertainty of every step (Stefanski and Boos 2002, The American
Statistician 56:29). A function's rows sum to nought; sums of their squares, by cluster, are the covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Bools, Floats
from btc_eval.inference.logistic import Logistic, expit, logistic


@dataclass(frozen=True, slots=True)
class Means:
    """`values` (2,) under control and under treatment; `influence` (n, 2) of each row on them."""

    values: Floats
    influence: Floats


@dataclass(frozen=True, slots=True)
class Nuisance:
    """Parameters estimated on the way to the weights.

    `slopes` (n, q): derivative of each row's weight by the parameters; `influence` (n, q) of each row on them.
    """

    slopes: Floats
    influence: Floats


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """A regression of the outcome on treatment and covariates, read at both values of the treatment.

    `predicted` (n, 2) under control and under treatment; `gradient` two (n, q) derivatives of those by the
    parameters; `influence` (n, q); `sound`, whether a maximum was found with no probability of 0 or 1.
    """

    predicted: Floats
    gradient: tuple[Floats, Floats]
    influence: Floats
    sound: bool


def logistic_nuisance(design: Floats, outcome: Floats, fit: Logistic, weight_slopes: Floats) -> Nuisance:
    """Return how the propensity score's coefficients move the weights, from slopes (n,) by its linear predictor."""
    influence = (design * (outcome - fit.probability)[:, None]) @ fit.covariance
    return Nuisance(design * weight_slopes[:, None], influence)


def entropy_nuisance(columns: Floats, treated: Bools, weights: Floats) -> Nuisance:
    """Return how the slopes of entropy balancing, and the means that it meets, move the controls' weights.

    `columns` (n, k); `weights` (n,) of mean 1 among controls.
    """
    w = np.where(treated, 0.0, weights)
    centre = columns[treated].mean(axis=0)
    away = columns - centre
    curve = (away.T * w) @ away
    target = np.where(treated[:, None], away / treated.sum(), 0.0)
    # Σ w(λ) (x − m) = 0: moving m by dm moves the equation by −W dm, so λ by curve⁻¹ (W dm − w (x − m)).
    influence = (w.sum() * target - away * w[:, None]) @ np.linalg.pinv(curve, rcond=1e-12, hermitian=True)
    return Nuisance(away * w[:, None], influence)


def weighted_means(
    outcome: Floats,
    treated: Bools,
    weights: Floats,
    exposure: Floats | None = None,
    nuisance: Nuisance | None = None,
) -> Means:
    """What is the weighted mean of the outcome in each group (a rate, where `exposure` is given)?

    Notes
    -----
    μ_a = Σ w y / Σ w e over group a, with e = 1 for a mean.
    """
    e = np.ones_like(outcome) if exposure is None else exposure
    values, columns = np.empty(2), []
    for k, group in enumerate((~treated, treated)):
        w = np.where(group, weights, 0.0)
        total = float(w @ e)
        values[k] = float(w @ outcome) / total
        left = (outcome - values[k] * e) / total
        column = w * left
        if nuisance is not None:
            column = column + nuisance.influence @ (nuisance.slopes.T @ np.where(group, left, 0.0))
        columns.append(column)
    return Means(values, np.column_stack(columns))


def outcome_model(
    outcome: Floats,
    treated: Bools,
    covariates: Floats,
    interactions: Floats,
    weights: Floats,
    *,
    binary: bool,
    nuisance: Nuisance | None = None,
) -> OutcomeModel:
    """Regress the outcome on treatment, covariates and their products, weighted.

    Parameters
    ----------
    covariates
        (n, k), without a column of ones.
    interactions
        (n, j) covariates whose effect may differ between the groups; all of them makes two separate regressions.
    binary
        Logistic regression; otherwise least squares.
    nuisance
        How the weights were estimated; `None` where they are given.
    """
    ones = np.ones((len(outcome), 1))

    def design(a: Floats) -> Floats:
        return np.hstack([ones, a[:, None], covariates, interactions * a[:, None]])

    x = design(treated.astype(float))
    both = (design(np.zeros(len(x))), design(np.ones(len(x))))
    if binary:
        fit = logistic(x, outcome, weights)
        inverse, fitted, sound = fit.covariance, fit.probability, fit.converged and not fit.separated
        chances = [expit(d @ fit.coef) for d in both]
        gradient = (
            both[0] * (chances[0] * (1 - chances[0]))[:, None],
            both[1] * (chances[1] * (1 - chances[1]))[:, None],
        )
        predicted = np.column_stack(chances)
    else:
        scale = np.abs(x).max(axis=0)
        scale = np.where(scale > 0, scale, 1.0)
        root = np.sqrt(weights)[:, None]
        coef, _, rank, _ = np.linalg.lstsq(x / scale * root, outcome * root[:, 0], rcond=None)
        coef = coef / scale
        inverse = np.linalg.pinv((x / scale).T @ (x / scale * weights[:, None]), hermitian=True) / np.outer(
            scale, scale
        )
        fitted, sound, gradient = x @ coef, rank == x.shape[1], both
        predicted = np.column_stack([d @ coef for d in both])
    left = outcome - fitted
    score = x * (weights * left)[:, None]
    if nuisance is not None:
        score = score + nuisance.influence @ (nuisance.slopes.T @ (x * left[:, None]))
    return OutcomeModel(predicted, gradient, score @ inverse, bool(sound))


def standardised_means(model: OutcomeModel, target: Floats) -> Means:
    """What would the mean be, had everyone in the target population been treated, or not (the g-formula)?

    `target` (n,) is each row's share in that population: 1 for all, or 1 for the treated alone.
    """
    total = float(target.sum())
    values = target @ model.predicted / total
    columns = [
        target * (model.predicted[:, k] - values[k]) / total + model.influence @ (target @ model.gradient[k] / total)
        for k in (0, 1)
    ]
    return Means(np.asarray(values), np.column_stack(columns))


def augmented_means(
    outcome: Floats, treated: Bools, weights: Floats, target: Floats, model: OutcomeModel, nuisance: Nuisance | None
) -> Means:
    """What would the means be, right if either the outcome model or the propensity score is?

    Notes
    -----
    μ_a = Σ [t m_a(x) + 1(A = a) w (y − m_a(x))] / Σ t, with t the target population and w the weights that make it
    (Robins, Rotnitzky and Zhao 1994; for the treated, Moodie, Saarela and Stephens 2018).
    """
    total = float(target.sum())
    values, columns = np.empty(2), []
    for k, group in enumerate((~treated, treated)):
        m = model.predicted[:, k]
        w = np.where(group, weights, 0.0)
        left = np.where(group, outcome - m, 0.0)
        values[k] = float(target @ m + w @ left) / total
        column = (target * (m - values[k]) + w * left) / total
        column = column + model.influence @ ((target - w) @ model.gradient[k] / total)
        if nuisance is not None:
            column = column + nuisance.influence @ (nuisance.slopes.T @ left / total)
        columns.append(column)
    return Means(values, np.column_stack(columns))
