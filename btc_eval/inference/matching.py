"""Nearest-neighbour matching on one score: who among the controls is closest, taken one treated unit at a time.

Controls lie sorted by score within their exact stratum. A treated unit looks left and right for the nearest control
that is free; two pointers to the next free place (union–find) skip those already used, so no distance matrix is made.

Ties are broken as MatchIt 4.6 and later do: of two controls at the same distance, the one that fewer places separate
from the treated unit when everyone, both groups and all strata, is put in order of the score (equal scores in the
order of the data); the lower one where that is equal too.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints

ORDERS = ("largest", "smallest", "data", "random", "closest", "farthest")


@dataclass(frozen=True, slots=True)
class Scores:
    """Everyone's score, and who may be matched with whom.

    Parameters
    ----------
    score
        (n,) of everyone.
    treated
        (n,) true for the treated.
    stratum
        (n,) number of the exact stratum.
    caliper
        Widest difference of scores allowed, ends included; infinite for none.
    traits, widths
        (n, k) covariates with calipers of their own and (k,) their widths.
    """

    score: Floats
    treated: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    stratum: Ints
    caliper: float
    traits: Floats
    widths: Floats


class _Shelf:
    """The controls in order, with pointers to the next free place on either side."""

    def __init__(self, scores: Scores, remove: bool) -> None:
        n = len(scores.score)
        order = np.argsort(scores.score, kind="stable")
        rank = np.empty(n, dtype=np.int64)
        rank[order] = np.arange(n)
        controls = order[~scores.treated[order]]
        units = order[scores.treated[order]]
        if scores.stratum.any():
            controls = controls[np.argsort(scores.stratum[controls], kind="stable")]
            units = units[np.argsort(scores.stratum[units], kind="stable")]
        key = scores.stratum[controls] * n + rank[controls]
        self.remove = remove
        self.unit = controls
        self.place: list[int] = rank[controls].tolist()
        self.value: list[float] = scores.score[controls].tolist()
        self.caliper = scores.caliper
        # Of each treated unit: its score, its rank, where its stratum begins and ends, and where in it it would stand.
        whose = units.tolist()
        stratum = scores.stratum[units]
        self.score: dict[int, float] = dict(zip(whose, scores.score[units].tolist()))
        self.rank: dict[int, int] = dict(zip(whose, rank[units].tolist()))
        self.low: dict[int, int] = dict(zip(whose, np.searchsorted(key, stratum * n, "left").tolist()))
        self.high: dict[int, int] = dict(zip(whose, np.searchsorted(key, (stratum + 1) * n, "left").tolist()))
        self.cut: dict[int, int] = dict(zip(whose, np.searchsorted(key, stratum * n + rank[units], "left").tolist()))
        # left[i + 1] leads to the nearest free place at or below i, right[i] at or above.
        self.left = list(range(len(controls) + 1))
        self.right = list(range(len(controls) + 2))
        self.traits = scores.traits
        self.widths = scores.widths
        self.picky = len(scores.widths) > 0

    def take(self, place: int) -> None:
        if self.remove:
            self.right[place] = place + 1
            self.left[place + 1] = place

    def allowed(self, unit: int, place: int) -> bool:
        gap = np.abs(self.traits[unit] - self.traits[self.unit[place]])
        return bool((gap <= self.widths).all())

    def free(self, place: int) -> bool:
        return self.right[place] == place

    def below(self, unit: int, place: int) -> int:
        """Return the nearest free control below `place` that `unit` may have, or −1."""
        low, value, caliper = self.low[unit], self.score[unit], self.caliper
        while True:
            place = _find(self.left, place) - 1
            if place < low or value - self.value[place] > caliper:
                return -1
            if not self.picky or self.allowed(unit, place):
                return place

    def above(self, unit: int, place: int) -> int:
        """Return the nearest free control at or above `place` that `unit` may have, or −1."""
        high, value, caliper = self.high[unit], self.score[unit], self.caliper
        while True:
            place = _find(self.right, place)
            if place >= high or self.value[place] - value > caliper:
                return -1
            if not self.picky or self.allowed(unit, place):
                return place
            place += 1

    def nearest(self, unit: int, held: list[int]) -> int:
        """Return the place of the nearest free control outside the span of those `held`, or −1."""
        middle, cut = self.rank[unit], self.cut[unit]
        first = last = middle
        down = up = cut
        for place in held:
            if place < cut:
                first, down = min(first, self.place[place]), min(down, place)
            else:
                last, up = max(last, self.place[place]), max(up, place + 1)
        i, j = self.below(unit, down), self.above(unit, up)
        if i < 0 or j < 0:
            return max(i, j)
        value = self.score[unit]
        lower, upper = value - self.value[i], self.value[j] - value
        if lower == upper:
            return i if first - self.place[i] <= self.place[j] - last else j
        return i if lower < upper else j

    def several(self, unit: int, ratio: int) -> list[int]:
        """Return the places of the `ratio` nearest controls, nearest first; for matching with replacement."""
        found: list[tuple[float, int, int, int]] = []
        middle, value = self.rank[unit], self.score[unit]
        place = self.cut[unit]
        for _ in range(ratio):
            place = self.below(unit, place)
            if place < 0:
                break
            found.append((value - self.value[place], middle - self.place[place], 0, place))
        place = self.cut[unit]
        for _ in range(ratio):
            place = self.above(unit, place)
            if place < 0:
                break
            found.append((self.value[place] - value, self.place[place] - middle, 1, place))
            place += 1
        return [place for *_, place in sorted(found)[:ratio]]


def _find(parent: list[int], i: int) -> int:
    root = i
    while parent[root] != root:
        root = parent[root]
    while parent[i] != root:
        parent[i], i = root, parent[i]
    return root


def visiting_order(score: Floats, units: Ints, order: str, rng: np.random.Generator | None) -> list[int]:
    """Return the treated units in the order in which they choose."""
    if order == "largest":
        return list(units[np.argsort(-score[units], kind="stable")].tolist())
    if order == "smallest":
        return list(units[np.argsort(score[units], kind="stable")].tolist())
    if order == "random":
        if rng is None:
            raise ValueError("a random order needs a generator")
        return list(rng.permutation(units).tolist())
    return list(units.tolist())


def greedy_match(
    scores: Scores,
    *,
    ratio: int = 1,
    replace: bool = False,
    order: str = "largest",
    rng: np.random.Generator | None = None,
) -> Ints:
    """Give each treated unit the nearest controls that are still free.

    Returns
    -------
    array
        (treated, ratio) positions of the controls among everyone, treated in the order of the data; −1 where none.

    Examples
    --------
    >>> score = np.array([0.5, 0.4, 0.52, 0.1])
    >>> who = np.array([True, True, False, False])
    >>> plain = Scores(score, who, np.zeros(4, dtype=np.int64), np.inf, np.empty((4, 0)), np.empty(0))
    >>> greedy_match(plain).tolist()
    [[2], [3]]
    """
    units = np.flatnonzero(scores.treated)
    row = {unit: k for k, unit in enumerate(units.tolist())}
    out = np.full((len(units), ratio), -1, dtype=np.int64)
    shelf = _Shelf(scores, remove=not replace)
    if replace:
        for unit in units.tolist():
            places = shelf.several(unit, ratio)
            out[row[unit], : len(places)] = shelf.unit[places]
        return out
    held: dict[int, list[int]] = {unit: [] for unit in units.tolist()}
    if order in ("closest", "farthest"):
        _by_distance(shelf, held, ratio, farthest=order == "farthest")
    else:
        going = visiting_order(scores.score, units, order, rng)
        if ratio == 1 and len(scores.widths) == 0:
            taken = _single_round(shelf, going)
            out[[row[unit] for unit in taken], 0] = shelf.unit[list(taken.values())]
            return out
        for _ in range(ratio):
            still = []
            for unit in going:
                place = shelf.nearest(unit, held[unit])
                if place >= 0:
                    held[unit].append(place)
                    shelf.take(place)
                    still.append(unit)
            going = still
    for unit, places in held.items():
        out[row[unit], : len(places)] = shelf.unit[places]
    return out


def _single_round(shelf: _Shelf, going: list[int]) -> dict[int, int]:
    """One control each and no caliper on covariates: `nearest` and `take` written out, three times as fast."""
    left, right, value, score = shelf.left, shelf.right, shelf.value, shelf.score
    low, high, cut, rank, spot = shelf.low, shelf.high, shelf.cut, shelf.rank, shelf.place
    caliper, taken = shelf.caliper, {}
    for unit in going:
        start, own, wide = cut[unit], score[unit], caliper
        j = start
        while right[j] != j:
            right[j] = j = right[right[j]]
        i = start
        while left[i] != i:
            left[i] = i = left[left[i]]
        i -= 1
        best = -1
        if j < high[unit] and value[j] - own <= wide:
            best, wide = j, value[j] - own
        if i >= low[unit]:
            gap = own - value[i]
            if gap < wide or (gap == wide and (best < 0 or rank[unit] - spot[i] <= spot[best] - rank[unit])):
                best = i
        if best >= 0:
            taken[unit] = best
            right[best] = best + 1
            left[best + 1] = best
    return taken


def _by_distance(shelf: _Shelf, held: dict[int, list[int]], ratio: int, farthest: bool) -> None:
    """The pair closest together (or, of everyone's nearest, the furthest apart) is made first, again and again."""
    sign = -1.0 if farthest else 1.0
    going = list(held)
    for _ in range(ratio):
        queue: list[tuple[float, int, int, int]] = []
        still = []
        for turn, unit in enumerate(going):
            place = shelf.nearest(unit, held[unit])
            if place >= 0:
                gap = abs(shelf.score[unit] - shelf.value[place])
                queue.append((sign * gap, turn, unit, place))
                still.append(unit)
        heapq.heapify(queue)
        again = 0
        served = set()
        while queue:
            _, _, unit, place = heapq.heappop(queue)
            if shelf.free(place):
                held[unit].append(place)
                shelf.take(place)
                served.add(unit)
                continue
            place = shelf.nearest(unit, [*held[unit], place])
            if place >= 0:
                again += 1
                # A unit that looked again comes before those at the same distance, or after them when furthest first.
                turn = len(going) + again if farthest else -again
                heapq.heappush(queue, (sign * abs(shelf.score[unit] - shelf.value[place]), turn, unit, place))
        going = [unit for unit in still if unit in served]
