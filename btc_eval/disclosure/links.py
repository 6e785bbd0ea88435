"""Which members of one key can make good for each other, and what does that cost?

A *link* changes no sum along its key: a ward falls as another rises, and so do their localities where these differ; or
a ward rises together with all that it is a part of.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.disclosure.system import Bools, Floats, Ints

#: The price of what may not be.
NEVER = 1e9
#: A member between others has very many links; so many times the members of its key are looked at.
ENOUGH = 4
#: Links are kept where a key has at most so many members.
MANY = 500


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Links through one member of a key.

    Parameters
    ----------
    members
        Shape (links, most in any): which members move; the number of members where a link has fewer.
    turns
        Shape as `members`: +1 where they move with the one in question, -1 against it, 0 for none.
    like
        Whether link number i is the one through member i, which moves with it (+1) or against it (-1); 0: neither.
    plus, minus
        Who moves besides, with it and against it: in which links, which members. Where all have the same, one member
        and no links.
    wrong
        Links that are none.
    """

    members: Ints
    turns: Floats
    like: int
    plus: tuple[tuple[Ints, Ints], ...]
    minus: tuple[tuple[Ints, Ints], ...]
    wrong: Ints


class Key:
    """The members of a key and what stands above them.

    Parameters
    ----------
    above
        Shape (members,): the member right above each; -1 for none.
    """

    def __init__(self, above: Ints) -> None:
        self.above, self.none = above, len(above)
        self.lines = [_line(above, member) for member in range(self.none)]
        self.root = np.array([line[-1] for line in self.lines], dtype=np.intp)
        self.leaf = ~np.isin(np.arange(self.none), above)
        self.deep = max(map(len, self.lines), default=1)
        self._kept: dict[int, Links] = {}

    def links(self, member: int) -> Links:
        """Which links of the key move this member?"""
        found = self._kept.get(member)
        if found is None:
            if self.leaf[member]:
                found = self._through_leaf(member)
            elif self.above[member] < 0:
                found = self._through_top(member)
            else:
                found = self._through_middle(member)
            if self.none <= MANY:
                self._kept[member] = found
        return found

    def _through_leaf(self, member: int) -> Links:
        """With all above it; or against another leaf, where both stand under one total."""
        plus, minus = self._blank(self.none + 1), self._blank(self.none + 1)
        line = self.lines[member]
        plus[self.none, : len(line)] = line
        others = self.leaf & (self.root == self.root[member])
        others[member] = False
        near = np.flatnonzero(others & (self.above == self.above[member]))
        plus[near, 0], minus[near, 0] = member, near
        for other in np.flatnonzero(others & (self.above != self.above[member])):
            for table, moves in zip((plus, minus), _pair(line, self.lines[other])):
                table[other, : len(moves)] = moves
        return self._found(plus, minus, -1)

    def _through_top(self, member: int) -> Links:
        """With one leaf under it and all between."""
        plus, minus = self._blank(self.none + 1), self._blank(self.none + 1)
        under = self.leaf & (self.root == member)
        near = np.flatnonzero(under & (self.above == member))
        plus[near, 0], plus[near, 1] = near, member
        for leaf in np.flatnonzero(under & (self.above != member)):
            plus[leaf, : len(self.lines[leaf])] = self.lines[leaf]
        return self._found(plus, minus, 1)

    def _through_middle(self, member: int) -> Links:
        """With a leaf under it and all above that; or against another leaf that is not under it."""
        leaves = np.flatnonzero(self.leaf & (self.root == self.root[member]))
        under = [leaf for leaf in leaves if member in self.lines[leaf]]
        others = [leaf for leaf in leaves if member not in self.lines[leaf]]
        pairs = [(self.lines[leaf], list[int]()) for leaf in under]
        pairs += [_pair(self.lines[leaf], self.lines[other]) for leaf in under for other in others]
        pairs = pairs[:: -(-len(pairs) // (ENOUGH * self.none))]
        plus, minus = self._blank(len(pairs)), self._blank(len(pairs))
        for row, pair in enumerate(pairs):
            for table, moves in zip((plus, minus), pair):
                table[row, : len(moves)] = moves
        return self._found(plus, minus, 0)

    def _blank(self, rows: int) -> Ints:
        return np.full((rows, self.deep), self.none, dtype=np.intp)

    def _found(self, plus: Ints, minus: Ints, like: int) -> Links:
        right = plus[:, 0] < self.none
        turns = [np.where(table < self.none, sign, 0.0) for table, sign in ((plus, 1.0), (minus, -1.0))]
        return Links(
            members=np.hstack([plus, minus]),
            turns=np.hstack(turns),
            like=like,
            plus=_split(plus[:, 1:] if like > 0 else plus, self.none, right),
            minus=_split(minus[:, 1:] if like < 0 else minus, self.none, right),
            wrong=np.flatnonzero(~right),
        )


def _line(above: Ints, member: int) -> list[int]:
    """The member and all above it."""
    line = [member]
    while above[line[-1]] >= 0:
        line.append(int(above[line[-1]]))
    return line


def _pair(line: list[int], other: list[int]) -> tuple[list[int], list[int]]:
    """What moves with the first leaf and what against it, where two leaves make good for each other."""
    return [each for each in line if each not in other], [each for each in other if each not in line]


def _split(table: Ints, none: int, right: Bools) -> tuple[tuple[Ints, Ints], ...]:
    found = []
    for column in table.T:
        rows = np.flatnonzero(column < none)
        if not len(rows):
            continue
        common = len(rows) == right.sum() and (column[rows] == column[rows[0]]).all()
        found.append((rows[:0], column[rows[:1]]) if common else (rows, column[rows]))
    return tuple(found)


def added(same: np.ndarray, other: np.ndarray, found: Links, axis: int) -> np.ndarray:
    """Add up, along one key, the prices of all that each link moves.

    Parameters
    ----------
    same, other
        The prices of moving with the member and against it, with a place of price nought behind the members.
    axis
        Which key.

    Returns
    -------
    ndarray
        As `same`, with links in the place of members.
    """
    before = (slice(None),) * axis
    shape = list(same.shape)
    shape[axis] = len(found.members)
    total = {1: same, -1: other}.get(found.like)
    total = np.zeros(shape, dtype=same.dtype) if total is None else total
    columns = [(same, *column) for column in found.plus] + [(other, *column) for column in found.minus]
    for prices, rows, members in columns:
        if not len(rows):
            total = total + prices.take(members, axis)
    total = total.copy() if total is same or total is other else total
    for prices, rows, members in columns:
        if len(rows):
            where: tuple[slice | Ints, ...] = (*before, rows)
            total[where] += prices.take(members, axis)
    wrong: tuple[slice | Ints, ...] = (*before, found.wrong)
    total[wrong] = NEVER
    return total
