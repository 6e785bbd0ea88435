"""How often did the child with the higher predicted hazard have the event first?"""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Bools, Floats, Ints


def concordance(
    score: Floats,
    stop: Floats,
    event: Ints,
    *,
    start: Floats | None = None,
    weights: Floats | None = None,
    stratum: Ints | None = None,
) -> float:
    """How often did the child with the higher predicted hazard have the event first?

    Parameters
    ----------
    score
        (n,) predicted log hazards.
    stop, start, event, weights, stratum
        As in `cox`; pairs are compared within strata, while both are at risk.

    Returns
    -------
    float
        (concordant + tied in score / 2) / pairs that can be ordered in time, 0.5 for a coin; missing without pairs.

    Notes
    -----
    A censoring on a day comes after an event on it; two events on a day are not ordered. As R's `concordance`. Counted
    by merging, in n log² n.
    """
    w = np.ones(len(stop)) if weights is None else weights
    own = np.zeros(len(stop), dtype=np.int64) if stratum is None else stratum
    total = np.zeros(2)
    for code in range(int(own.max()) + 1):
        rows = np.flatnonzero(own == code)
        # 2 × place, and one more for a censoring: after the events of its day.
        day = np.unique(stop[rows], return_inverse=True)[1]
        dead = event[rows] > 0
        later = _beyond(score[rows], w[rows], 2 * day + ~dead, 2 * day, dead)
        if start is not None:
            # Those who enter at or after an event are not yet there to be compared.
            joint = np.unique(np.r_[stop[rows], start[rows]], return_inverse=True)[1]
            stops, starts = joint[: len(rows)], joint[len(rows) :]
            later = later - _beyond(score[rows], w[rows], 2 * starts + 1, 2 * stops, dead)
        total += later
    below_and_half, pairs = total
    return float(below_and_half / pairs) if pairs > 0 else float("nan")


def _beyond(score: Floats, w: Floats, when: Ints, asked: Ints, asks: Bools) -> Floats:
    """Return Σ_i w_i Σ_{j: when_j > asked_i} w_j [s_j < s_i, half where equal], and it without the bracket."""
    asking = np.flatnonzero(asks)
    # Askers stand after what is not later than their time, so whatever comes after them counts.
    key = np.r_[2 * when, 2 * asked[asking] + 1]
    order = np.argsort(key, kind="stable")
    mass = np.r_[w, np.zeros(len(asking))][order]
    question = np.r_[np.zeros(len(w)), w[asking]][order]
    rank = np.unique(np.r_[score, score[asking]], return_inverse=True)[1][order]
    after = np.cumsum(mass[::-1])[::-1]
    pairs = float(question @ after)
    by_rank = np.argsort(rank, kind="stable")
    found, span = 0.0, 1
    position, ranks = by_rank, rank[by_rank]
    size = len(rank)
    levels = int(rank.max()) + 1
    while span < size:
        block = position // (2 * span)
        cell = block * levels + ranks
        line = np.argsort(cell, kind="stable")
        right = (position // span) % 2 == 1
        weight = np.where(right, mass[position], 0.0)[line]
        ask = np.where(right, 0.0, question[position])[line]
        cells, blocks = cell[line], block[line]
        upto = np.r_[0.0, np.cumsum(weight)]
        first = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        last = np.r_[first[1:], size]
        run = np.repeat(np.arange(len(first)), last - first)
        opening = np.flatnonzero(np.r_[True, blocks[1:] != blocks[:-1]])
        base = upto[opening][np.repeat(np.arange(len(opening)), np.diff(np.r_[opening, size]))]
        found += float(ask @ ((upto[first][run] + upto[last][run]) / 2 - base))
        span *= 2
    return np.array([found, pairs])
