"""Who lives in the synthetic borough, and what has happened to them so far? Families, children, cases, plans and stays.

Everything is a table of whole numbers that grows as the years are played through. Days are numbered as in `days`; a
position in another table is a foreign key; -1 is "none".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from btc_eval.synthetic.days import NEVER, Floats, Ints, birthday
from btc_eval.synthetic.parameters import Parameters
from btc_eval.synthetic.quotas import between

Generator = np.random.Generator

#: Long before any extract: "never yet".
LONG_AGO = -(10**6)
_YEAR = 365.25


class Outcome(IntEnum):
    """What a referral came to."""

    NO_ACTION = 0
    NOT_IN_NEED = 1
    IN_NEED = 2


class Rows:
    """A table that grows: named columns of whole numbers, each with the value a new row starts with."""

    def __init__(self, **starts: int) -> None:
        self._starts = starts
        self._size = 0
        self._columns = {name: np.zeros(1024, dtype=np.int64) for name in starts}

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, name: str) -> Ints:
        """Return a column; writing into it changes the table."""
        return self._columns[name][: self._size]

    def add(self, number: int, **values: Ints | int) -> Ints:
        """Add rows and return their positions; a column that is not named takes its starting value."""
        first, self._size = self._size, self._size + number
        for name, start in self._starts.items():
            column = self._columns[name]
            if self._size > len(column):
                grown = np.zeros(max(2 * len(column), self._size), dtype=np.int64)
                grown[:first] = column[:first]
                self._columns[name] = column = grown
            column[first : self._size] = values.get(name, start)
        return np.arange(first, self._size, dtype=np.int64)


def _families() -> Rows:
    return Rows(ward=0, ward_after=0, moved=NEVER, registered=NEVER, support_ended=NEVER, project=-1)


def _children() -> Rows:
    return Rows(
        family=-1, born=0, female=0, known=NEVER, last_referred=LONG_AGO, case=-1, closed=LONG_AGO, plan=-1,
        plan_ended=LONG_AGO, plans_before=0, stay=-1, stayed=0, asylum=0, died=NEVER,
    )  # fmt: skip


def _cases() -> Rows:
    return Rows(child=-1, referred=0, outcome=int(Outcome.IN_NEED), closed=NEVER, left_care=0)


def _plans() -> Rows:
    return Rows(child=-1, case=-1, started=0, ended=NEVER, before=0, to_care=0)


def _stays() -> Rows:
    return Rows(child=-1, case=-1, started=0, ended=NEVER, from_plan=0, resumed=0, paused=0, reason=-1)


@dataclass
class World:
    """The synthetic borough while its years are played through.

    `stays` are periods of being looked after. In `children`, `case`, `plan` and `stay` are the open ones.
    """

    parameters: Parameters
    last: int
    families: Rows = field(default_factory=_families)
    children: Rows = field(default_factory=_children)
    cases: Rows = field(default_factory=_cases)
    plans: Rows = field(default_factory=_plans)
    stays: Rows = field(default_factory=_stays)

    def wards(self, when: Ints | int, children: Ints | None = None) -> Ints:
        """Return the ward in which each child lives on a day, as a position in the list of wards."""
        family = self.children["family"] if children is None else self.children["family"][children]
        before = self.families["moved"][family] > when
        return np.where(before, self.families["ward"][family], self.families["ward_after"][family])

    def add_families(self, ward: Ints, when: int, rng: Generator) -> Ints:
        """Add families living in these wards; some will move house before the last day."""
        wards = self.parameters.wards
        moved = when + (rng.exponential(1.0 / wards.moves, size=len(ward)) * _YEAR).astype(np.int64)
        after = rng.choice(len(wards.codes), size=len(ward), p=wards.children / wards.children.sum())
        moved = np.where(moved > self.last, NEVER, moved)
        return self.families.add(len(ward), ward=ward, ward_after=np.where(moved == NEVER, ward, after), moved=moved)

    def add_children(self, family: Ints, born: Ints, rng: Generator) -> Ints:
        """Add children born on these days (the day expected, for the unborn)."""
        female = rng.random(len(family)) < self.parameters.number("children", "female")
        return self.children.add(len(family), family=family, born=born, female=female.astype(np.int64))

    def adult_on(self) -> Ints:
        """Return the day on which each child turns 18."""
        return birthday(self.children["born"], 18)


#: Bands of age at which children are first referred, in years; the first is before birth.
_BANDS = np.array([[-0.35, -0.02], [0.0, 1.0], [1.0, 5.0], [5.0, 10.0], [10.0, 16.0], [16.0, 17.6]])
_OLDEST = 17.6


def new_households(world: World, number: int, wards: Floats, when: int, rng: Generator) -> Ints:
    """Which children does a month bring who were never known before? Whole families, exactly `number` children.

    Parameters
    ----------
    number
        Children; the last family is cut to fit.
    wards
        Share of each ward, summing to 1.
    when
        First day of the month.

    Returns
    -------
    Ints
        The children's positions; siblings stand together.
    """
    if number == 0:
        return np.zeros(0, dtype=np.int64)
    sizes = world.parameters.array("families", "sizes")
    drawn = 1 + rng.choice(len(sizes), size=number, p=sizes / sizes.sum())
    families = int(np.searchsorted(np.cumsum(drawn), number)) + 1
    drawn = drawn[:families]
    drawn[-1] -= int(drawn.sum()) - number
    made = world.add_families(rng.choice(len(wards), size=families, p=wards), when, rng)
    born = when - (ages(drawn, world.parameters, rng) * _YEAR).astype(np.int64)
    return world.add_children(np.repeat(made, drawn), born, rng)


def ages(sizes: Ints, parameters: Parameters, rng: Generator) -> Floats:
    """How old, in years, are the children of families of these sizes? Siblings are 1 to 3.5 years apart."""
    shares = parameters.array("children", "ages")
    band = _BANDS[rng.choice(len(shares), size=len(sizes), p=shares / shares.sum())]
    first = band[:, 0] + rng.random(len(sizes)) * (band[:, 1] - band[:, 0])
    position = np.concatenate([np.arange(size) for size in sizes.tolist()]) if len(sizes) else np.zeros(0)
    gap = position * (1.0 + 2.5 * rng.random(int(sizes.sum())))
    eldest = np.repeat(first, sizes)
    age = np.where(eldest - gap >= 0, eldest - gap, eldest + gap)
    age = np.where(position == 0, eldest, age)
    return np.where(age > _OLDEST, rng.random(len(age)) * _OLDEST, age)


def days_between(low: int, high: int, number: int, rng: Generator) -> Ints:
    """Which days fall between these two, both included, one a row?"""
    return between(np.full(number, low), np.full(number, high), rng)
