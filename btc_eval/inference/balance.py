"""How alike are two groups? Weighted means, standardised differences, variance ratios, distances of distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Bools, Floats

#: What a difference of means is divided by.
DENOMINATORS = ("treated", "control", "pooled", "all", "weighted")


@dataclass(frozen=True, slots=True)
class GroupBalance:
    """Balance of k covariates, each (k,).

    `treated_mean`, `control_mean`; `smd` the difference over the standard deviation of the sample before weighting;
    `variance_ratio` treated over control, NaN for covariates of 0 and 1; `ks` the greatest distance between the two
    distribution functions.
    """

    treated_mean: Floats
    control_mean: Floats
    smd: Floats
    variance_ratio: Floats
    ks: Floats


def weighted_mean(columns: Floats, weights: Floats) -> Floats:
    """Return (k,) means of `columns` (n, k)."""
    return np.asarray(weights @ columns / weights.sum())


def weighted_variance(columns: Floats, weights: Floats, binary: Bools) -> Floats:
    """Return (k,) variances: Σ w (x − x̄)² / (Σ w − Σ w² / Σ w), and p (1 − p) for covariates of 0 and 1."""
    mean = weighted_mean(columns, weights)
    total = weights.sum()
    spare = total - (weights**2).sum() / total
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = weights @ (columns - mean) ** 2 / spare
    return np.where(binary, mean * (1 - mean), spread)


def is_binary(columns: Floats) -> Bools:
    """Return (k,) whether a column holds nothing but 0 and 1."""
    return np.asarray(((columns == 0) | (columns == 1)).all(axis=0))


def denominators(columns: Floats, treated: Bools, kind: str, weights: Floats | None = None) -> Floats:
    """Return (k,) standard deviations by which differences are divided, from the sample before weighting.

    "pooled" is √((s₁² + s₀²) / 2); "all" everyone's; "weighted" everyone's under `weights`, for the populations that
    overlap weights make.
    """
    binary = is_binary(columns)

    def spread(rows: Bools, w: Floats | None = None) -> Floats:
        return weighted_variance(columns[rows], np.ones(int(rows.sum())) if w is None else w[rows], binary)

    everyone = np.ones(len(columns), dtype=bool)
    if kind == "pooled":
        return np.sqrt((spread(treated) + spread(~treated)) / 2)
    if kind == "weighted" and weights is not None:
        return np.sqrt(spread(everyone, weights))
    return np.sqrt(spread({"treated": treated, "control": ~treated}.get(kind, everyone)))


def group_balance(columns: Floats, treated: Bools, weights: Floats, spread: Floats) -> GroupBalance:
    """How far apart are the groups under these weights?

    Parameters
    ----------
    columns
        (n, k) covariates.
    treated, weights
        (n,); rows of weight 0 count for nothing.
    spread
        (k,) from `denominators`.
    """
    binary = is_binary(columns)
    one, two = columns[treated], columns[~treated]
    w1, w0 = weights[treated], weights[~treated]
    mean1, mean0 = weighted_mean(one, w1), weighted_mean(two, w0)
    with np.errstate(divide="ignore", invalid="ignore"):
        smd = np.where(mean1 == mean0, 0.0, (mean1 - mean0) / spread)
        ratio = weighted_variance(one, w1, binary) / weighted_variance(two, w0, binary)
    signed = np.where(treated, weights / w1.sum(), -weights / w0.sum())
    return GroupBalance(mean1, mean0, smd, np.where(binary, np.nan, ratio), _distance(columns, signed))


def _distance(columns: Floats, signed: Floats) -> Floats:
    out = np.empty(columns.shape[1])
    for k, column in enumerate(columns.T):
        order = np.argsort(column, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(column[order])), len(order) - 1)
        out[k] = np.abs(np.cumsum(signed[order])[ends]).max()
    return out


def effective_size(weights: Floats) -> float:
    """Return (Σ w)² / Σ w²: how many unweighted rows would say as much (Kish)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0
