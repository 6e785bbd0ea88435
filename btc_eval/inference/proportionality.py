"""Does a hazard ratio change with time? The score test of Grambsch and Therneau, from the exact information."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from btc_eval.inference import Floats, Ints
from btc_eval.inference.event_times import not_later, risk
from btc_eval.inference.partial_likelihood import State

Clock = Literal["km", "rank", "identity", "log"]


@dataclass(frozen=True, slots=True)
class Trend:
    """Chi-squared statistics, degrees of freedom and p-values of each term, and of all together last."""

    statistic: Floats
    degrees: Ints
    p_value: Floats


def clock_times(clock: Clock, times: Floats, stop: Floats, event: Ints, start: Floats | None) -> Floats:
    """Return g(t) at each event time: 1 − Kaplan–Meier just before it, its mean rank, itself, or its logarithm."""
    if clock == "identity":
        return times
    if clock == "log":
        return np.asarray(np.log(times))
    if clock == "rank":
        ranks = stats.rankdata(stop[event > 0])
        where = np.searchsorted(np.sort(stop[event > 0]), times)
        return np.asarray(np.sort(ranks)[where])
    found = risk(stop, (event > 0).astype(np.int64), 1, start)
    curve = np.r_[1.0, np.cumprod(1 - found.events[:, 0] / found.at_risk)]
    return np.asarray(1 - curve[not_later(found.times, times) - 1])


def proportionality(state: State, clock: Floats, terms: list[list[int]]) -> Trend:
    """Does any coefficient drift with g(t)?

    Parameters
    ----------
    state
        The likelihood at its maximum.
    clock
        (G,) g at each event time.
    terms
        Columns that are tested together, such as those of one category.

    Notes
    -----
    β_k(t) = β_k + θ_k g(t). With U_θ = Σ_g g U_g and the information of (β, θ) at θ = 0, each term's statistic is
    U_θ' I^{θθ} U_θ over its own θ and every β, as R's `cox.zph` since version 3.0 (not the approximation before it).

    References
    ----------
    Grambsch and Therneau (1994), Biometrika 81, 515–526.
    """
    g = clock - clock.mean()
    p = len(state.beta)
    plain, once, twice = state.information(), state.information(g), state.information(g**2)
    score = state.score(g)
    whole = np.block([[plain, once], [once.T, twice]])
    results = []
    for columns in [*terms, list(range(p))]:
        kept = np.r_[np.arange(p), p + np.asarray(columns)]
        side = np.r_[np.zeros(p), score[columns]]
        results.append((float(side @ np.linalg.solve(whole[np.ix_(kept, kept)], side)), len(columns)))
    statistic = np.array([r[0] for r in results])
    degrees = np.array([r[1] for r in results], dtype=np.int64)
    return Trend(statistic, degrees, stats.chi2.sf(statistic, degrees))
