"""Where does one unit stand among all? Rank and permutation p-values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from btc_eval.inference import Floats, Ints


@dataclass(frozen=True, slots=True)
class Standing:
    """The place of the treated unit among J + 1 units, itself included.

    `rank` counts from the lowest (1); `lower`, `upper` and `two_sided` are permutation p-values.
    """

    rank: int
    lower: float
    upper: float
    two_sided: float


def ranks(statistics: Floats) -> Ints:
    """Return the rank of each from the lowest, 1; ties all take the highest place among them (the cautious one)."""
    return np.asarray(stats.rankdata(statistics, method="max"), dtype=np.int64)


def standing(statistics: Floats, treated: int) -> Standing:
    """Where does the treated unit stand among all units?

    Parameters
    ----------
    statistics
        (J + 1,) one a unit, the treated among them.
    treated
        Its position.

    Notes
    -----
    With s₁ the treated unit's statistic and the sums over every unit, the treated included:
    two-sided p = #{|s_j| ≥ |s₁|} / (J + 1), lower p = #{s_j ≤ s₁} / (J + 1), upper p = #{s_j ≥ s₁} / (J + 1).
    Each is at least 1 / (J + 1). It is exact if, had nothing happened, every unit was as likely as any other to
    hold the treated unit's place.
    """
    own = statistics[treated]
    return Standing(
        rank=int(ranks(statistics)[treated]),
        lower=float(np.mean(statistics <= own)),
        upper=float(np.mean(statistics >= own)),
        two_sided=float(np.mean(np.abs(statistics) >= abs(own))),
    )


def step_down(statistics: Floats, treated: int) -> tuple[Floats, Floats]:
    """Which of several statistics stand out, with one error rate for all of them?

    Parameters
    ----------
    statistics
        (J + 1, K) one row a unit, the treated among them; one column an outcome.
    treated
        Its row.

    Returns
    -------
    array, array
        (K,) two-sided permutation p-values of the treated unit, and their Westfall–Young step-down adjustment.

    Notes
    -----
    Outcomes are made comparable by rank (minP): a unit's place in an outcome is the number of units at least as far
    from nought. Units that share a place in different outcomes, as the first of each always do, are parted by how far
    out they are as a multiple of the outcome's median, so that the test is not needlessly timid.

    References
    ----------
    Westfall and Young, Resampling-Based Multiple Testing (1993), algorithm 2.8.
    """
    size = np.abs(statistics)
    units = len(size)
    places = np.column_stack([units + 1 - stats.rankdata(column, method="min") for column in size.T])
    multiple = size / np.maximum(np.median(size, axis=0), 1e-300)
    score = places - multiple / (1 + multiple)
    own = score[treated]
    adjusted = np.empty(len(own))
    highest = 0.0
    order = np.argsort(own, kind="stable")
    for step, outcome in enumerate(order):
        least = score[:, order[step:]].min(axis=1)
        highest = max(highest, float(np.mean(least <= own[outcome] + 1e-12)))
        adjusted[outcome] = highest
    single = places[treated] / units
    return single, np.maximum(adjusted, single)
