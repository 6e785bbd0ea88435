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


def links(above: Ints, member: int) -> Links:
    """Which links of a key move this member?

    Parameters
    ----------
    above
        Shape (members,): the member right above each; -1 for none.
    """
    none = len(above)
    lines = [_line(above, each) for each in range(none)]
    leaves = [each for each in range(none) if each not in set(above.tolist())]
    under = [leaf for leaf in leaves if member in lines[leaf]]
    pairs: list[tuple[list[int], list[int]]] = [([], [])] * (none + 1)
    if above[member] < 0 and member not in leaves:
        like = 1
        for leaf in under:
            pairs[leaf] = (lines[leaf], [])
    elif member in leaves:
        like = -1
        pairs[none] = (lines[member], [])
        for other in leaves:
            pairs[other] = _pair(lines[member], lines[other], member)
    else:
        like = 0
        pairs = [(lines[leaf], []) for leaf in under]
        pairs += [_pair(lines[leaf], lines[other], member) for leaf in under for other in leaves if other not in under]
        pairs = [pair for pair in pairs if pair[0]]
        pairs = pairs[:: -(-len(pairs) // (ENOUGH * none))]
    plus, minus = (_columns([pair[side] for pair in pairs], none) for side in (0, 1))
    right = np.array([bool(pair[0]) for pair in pairs])
    return Links(
        members=np.hstack([plus, minus]),
        turns=np.hstack([np.where(plus < none, 1.0, 0.0), np.where(minus < none, -1.0, 0.0)]),
        like=like,
        plus=_split(plus[:, 1:] if like > 0 else plus, none, right),
        minus=_split(minus[:, 1:] if like < 0 else minus, none, right),
        wrong=np.flatnonzero(~right),
    )


def _line(above: Ints, member: int) -> list[int]:
    """The member and all above it."""
    line = [member]
    while above[line[-1]] >= 0:
        line.append(int(above[line[-1]]))
    return line


def _pair(line: list[int], other: list[int], member: int) -> tuple[list[int], list[int]]:
    """What moves with the member and what against it, where the ends of these lines make good for each other."""
    if line[-1] != other[-1] or member in other:
        return [], []
    return [each for each in line if each not in other], [each for each in other if each not in line]


def _columns(lists: list[list[int]], none: int) -> Ints:
    width = max(map(len, lists))
    table = [[*found, *[none] * (width - len(found))] for found in lists]
    return np.array(table, dtype=np.intp).reshape(len(lists), width)


def _split(table: Ints, none: int, right: Bools) -> tuple[tuple[Ints, Ints], ...]:
    found = []
    for column in table.T:
        rows = np.flatnonzero(column < none)
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
