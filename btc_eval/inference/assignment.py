"""Optimal matching: of all ways to pair, the one whose pairs are closest together in total."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.mahalanobis import distances
from btc_eval.inference.matching import Scores

#: The most pairs of one stratum that are weighed against each other; a cost table of this size takes 0.3 GB.
PAIRS = 40_000_000
#: The same where calipers leave few of them and only those are held.
SPARSE = 10_000_000


class TooManyPairsError(ValueError):
    """A stratum is too large for an exact optimum; `pairs` is how many it has."""

    def __init__(self, pairs: int) -> None:
        self.pairs = pairs
        super().__init__(f"{pairs} pairs in one stratum")


def optimal_match(scores: Scores, points: Floats | None = None, *, ratio: int = 1) -> Ints:
    """Pair treated units with controls so that the total distance is least.

    Parameters
    ----------
    scores
        As in `matching`; strata and calipers hold.
    points
        (n, k) from `whitened`, for Mahalanobis distances; `None` for the difference of scores.
    ratio
        Controls for each treated unit.

    Returns
    -------
    array
        (treated, ratio) positions among everyone, nearest first; −1 where none.

    Notes
    -----
    First as many treated as possible are given one control, then as many as possible a second, and so on; among the
    ways to do so the least total distance is taken. Where controls are fewer than treated, those are left out whose
    absence lowers the total most. One assignment problem a stratum is solved exactly
    (`scipy.optimize.linear_sum_assignment`, or its sparse counterpart where a stratum has more than `PAIRS` pairs and
    a caliper leaves few).

    Raises
    ------
    TooManyPairsError
        A stratum whose optimum would need more memory than that.
    """
    out = np.full((len(scores.treated), ratio), -1, dtype=np.int64)
    for stratum in np.unique(scores.stratum[scores.treated]):
        members = np.flatnonzero(scores.stratum == stratum)
        controls, units = members[~scores.treated[members]], members[scores.treated[members]]
        if len(controls) == 0:
            continue
        if len(units) * len(controls) * ratio > PAIRS:
            rows, columns = _sparse(scores, points, units, controls, ratio)
        else:
            rows, columns = _dense(scores, points, units, controls, ratio)
        for unit, control in zip(units[rows], controls[columns]):
            out[unit, np.flatnonzero(out[unit] < 0)[0]] = control
    chosen = out[scores.treated]
    return _nearest_first(chosen, scores, points)


def _cost(scores: Scores, points: Floats | None, units: Ints, controls: Ints) -> tuple[Floats, Bools]:
    gap = np.abs(np.subtract.outer(scores.score[units], scores.score[controls]))
    allowed = gap <= scores.caliper
    for trait, width in zip(scores.traits.T, scores.widths):
        allowed &= np.abs(np.subtract.outer(trait[units], trait[controls])) <= width
    if points is not None:
        gap = np.sqrt(distances(points[units], points[controls]))
    return gap, allowed


def _dense(scores: Scores, points: Floats | None, units: Ints, controls: Ints, ratio: int) -> tuple[Ints, Ints]:
    gap, allowed = _cost(scores, points, units, controls)
    copies = len(units) * ratio
    if allowed.all() and copies <= len(controls):
        rows, columns = linear_sum_assignment(np.repeat(gap, ratio, axis=0) if ratio > 1 else gap)
        return rows // ratio, columns
    later, never = _prices(float(gap[allowed].max(initial=0.0)), min(copies, len(controls)), ratio)
    turn = np.tile(np.arange(ratio), len(units))[:, None]
    cost = np.where(np.repeat(allowed, ratio, axis=0), np.repeat(gap, ratio, axis=0) + later * turn, never)
    rows, columns = linear_sum_assignment(cost)
    kept = allowed[rows // ratio, columns]
    return rows[kept] // ratio, columns[kept]


def _prices(widest: float, most: int, ratio: int) -> tuple[float, float]:
    """Return what a second control costs above a first, and what going without costs: more than all it saves."""
    later = widest * (most + 1) + 1.0
    return later, (later * ratio + widest) * (most + 1)


def _sparse(scores: Scores, points: Floats | None, units: Ints, controls: Ints, ratio: int) -> tuple[Ints, Ints]:
    """The same, holding only the pairs that the caliper on the score allows; each treated may also go without."""
    order = controls[np.argsort(scores.score[controls], kind="stable")]
    value = scores.score[order]
    first = np.searchsorted(value, scores.score[units] - scores.caliper, "left")
    last = np.searchsorted(value, scores.score[units] + scores.caliper, "right")
    count = last - first
    if not np.isfinite(scores.caliper) or int(count.sum()) * ratio > SPARSE:
        raise TooManyPairsError(len(units) * len(controls) * ratio)
    who = np.repeat(np.arange(len(units)), count)
    which = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    gap = np.abs(value[which] - scores.score[units][who])
    fine = gap <= scores.caliper
    for trait, width in zip(scores.traits.T, scores.widths):
        fine &= np.abs(trait[order][which] - trait[units][who]) <= width
    who, which, gap = who[fine], which[fine], gap[fine]
    if points is not None:
        gap = np.sqrt(((points[order][which] - points[units][who]) ** 2).sum(axis=1))
    copies = len(units) * ratio
    later, never = _prices(float(gap.max(initial=0.0)), min(copies, len(order)), ratio)
    turn = np.tile(np.arange(ratio), len(who))
    rows = np.repeat(who, ratio) * ratio + turn
    # An entry of nought would be no entry; one is added to every cost, which changes no choice.
    costs = np.r_[np.repeat(gap, ratio) + later * turn, np.full(copies, never)] + 1.0
    place = (np.r_[rows, np.arange(copies)], np.r_[np.repeat(which, ratio), len(order) + np.arange(copies)])
    left, right = min_weight_full_bipartite_matching(coo_matrix((costs, place), (copies, len(order) + copies)).tocsr())
    real = right < len(order)
    back = np.argsort(scores.score[controls], kind="stable")
    return left[real] // ratio, back[right[real]]


def _nearest_first(chosen: Ints, scores: Scores, points: Floats | None) -> Ints:
    units = np.flatnonzero(scores.treated)
    safe = np.maximum(chosen, 0)
    if points is None:
        gap = np.abs(scores.score[safe] - scores.score[units][:, None])
    else:
        gap = np.sqrt(((points[safe] - points[units][:, None]) ** 2).sum(axis=2))
    gap = np.where(chosen < 0, np.inf, gap)
    return np.asarray(np.take_along_axis(chosen, np.argsort(gap, axis=1, kind="stable"), axis=1))
