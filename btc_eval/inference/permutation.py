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
