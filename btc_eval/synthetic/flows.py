"""How many children of each age start and cease to be looked after each year? A plan that meets the published bands.

Three published breakdowns must hold at once: the stock by age at each 31 March, the starts by age and the ceases by
age. They are tied together by birthdays: whoever is 9 this March and stays is 10 the next. So the plan is made by
single year of age and solved as one small integer programme: stock(a, y) = stock(a - 1, y - 1) + starts - ceases,
totals exact, and bands as near to the published ones as whole children allow (exact wherever they are published).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from btc_eval.errors import refuse
from btc_eval.synthetic.days import Floats
from btc_eval.synthetic.margins import AGES, AGES_LEAVING, Margins

#: Single years of age in each published band.
_BAND: Mapping[str, Sequence[int]] = dict(zip(AGES, ((0,), range(1, 5), range(5, 10), range(10, 16), (16, 17))))
_LEAVING: Mapping[str, Sequence[int]] = dict(
    zip(AGES_LEAVING, (*[_BAND[age] for age in AGES[:4]], (16,), (17,), (18,)))
)

#: Cost of one child outside a published band, and of one child away from an even spread within the band.
_OFF_BAND, _OFF_EVEN = 10.0, 0.05

Cell = tuple[int, int]
"""Age in years on the day, and 1 where a birthday follows before 31 March, else 0."""


@dataclass(frozen=True)
class Flows:
    """Children to start and to cease, by year and cell, and the opening stock by age at 31 March.

    Parameters
    ----------
    opening
        Age at 31 March before the first year → children.
    starts, ceases
        Year → cell → children.
    paused
        Year → children who start, cease and start again within the year; `resumed` likewise cease, start and cease.
        The published counts count each child once, so stocks and flows differ by these.
    """

    opening: Mapping[int, int]
    starts: Mapping[int, Mapping[Cell, int]]
    ceases: Mapping[int, Mapping[Cell, int]]
    paused: Mapping[int, int]
    resumed: Mapping[int, int]


class _Programme:
    """An integer programme written row by row."""

    def __init__(self) -> None:
        self.variables: dict[tuple[object, ...], int] = {}
        self.cost: dict[int, float] = {}
        self.rows: list[tuple[int, int, float]] = []
        self.bounds: list[float] = []

    def variable(self, *name: object) -> int:
        return self.variables.setdefault(name, len(self.variables))

    def equal(self, terms: list[tuple[int, float]], value: float) -> None:
        self.rows += [(len(self.bounds), column, factor) for column, factor in terms]
        self.bounds.append(value)

    def near(self, terms: list[tuple[int, float]], value: float, cost: float, *name: object) -> None:
        """Ask that the terms come to `value`; each unit over or under costs."""
        over, under = self.variable("over", *name), self.variable("under", *name)
        self.cost[over] = self.cost[under] = cost
        self.equal([*terms, (over, -1.0), (under, 1.0)], value)

    def solve(self) -> Floats:
        rows, columns, factors = zip(*self.rows)
        number = len(self.variables)
        matrix = coo_array((factors, (rows, columns)), shape=(len(self.bounds), number)).tocsr()
        cost = np.array([self.cost.get(i, 0.0) for i in range(number)])
        whole = np.array([0 if name[0] in ("over", "under") else 1 for name in self.variables])
        solved = milp(
            cost,
            constraints=LinearConstraint(matrix, self.bounds, self.bounds),
            integrality=whole,
            bounds=Bounds(0, np.inf),
            options={"mip_rel_gap": 0.02},
        )
        if solved.x is None:
            raise refuse(
                "the published looked-after totals",
                "starts, ceases and stocks by year",
                found="totals that no movement of children can meet",
                allowed="stocks that follow from starts and ceases within a few children",
                do="Check the compiled looked-after table with btc-eval check.",
            )
        return np.asarray(np.round(solved.x))


def flows(margins: Margins) -> Flows:
    """How many children of each age start and cease each year, so that every published band is met?"""
    years = margins.years
    change = {
        year: margins.count("looked_after", year)
        - margins.count("looked_after", year - 1)
        - margins.count("care_started", year)
        + margins.count("care_ceased", year)
        for year in years
    }
    paused = {year: max(extra, 0) for year, extra in change.items()}
    resumed = {year: max(-extra, 0) for year, extra in change.items()}
    programme = _Programme()
    for year in (years[0] - 1, *years):
        _stock(programme, margins, year, opening=year < years[0])
    for year in years:
        _movements(programme, "start", year, margins.split("started_age", year), _BAND, resumed[year])
        _movements(programme, "cease", year, margins.split("ceased_age", year), _LEAVING, paused[year])
        _balance(programme, year)
    solution = programme.solve()
    found = {name: int(solution[column]) for name, column in programme.variables.items()}
    return Flows(
        opening={age: found["stock", age, years[0] - 1] for age in range(18)},
        starts={year: _cells(found, "start", year) for year in years},
        ceases={year: _cells(found, "cease", year) for year in years},
        paused=paused,
        resumed=resumed,
    )


def _cells_of(ages: Sequence[int]) -> list[Cell]:
    return [(age, turns) for age in ages for turns in ((0, 1) if age < 18 else (0,))]


def _cells(found: Mapping[tuple[object, ...], int], kind: str, year: int) -> dict[Cell, int]:
    wanted = {(age, turns): found.get((kind, age, turns, year), 0) for age, turns in _cells_of(range(19))}
    return {cell: number for cell, number in wanted.items() if number}


def _stock(programme: _Programme, margins: Margins, year: int, *, opening: bool) -> None:
    bands = margins.split("stock_age", year)
    everyone = [(programme.variable("stock", age, year), 1.0) for age in range(18)]
    programme.equal(everyone, float(sum(bands.values())))
    for name, ages in _BAND.items():
        programme.near([everyone[age] for age in ages], bands[name], _OFF_BAND, "stock", name, year)
        for age in ages if opening else ():
            programme.near([everyone[age]], bands[name] / len(ages), _OFF_EVEN, "even", "stock", age, year)


def _movements(
    programme: _Programme,
    kind: str,
    year: int,
    published: Mapping[str, int],
    bands: Mapping[str, Sequence[int]],
    fewer: int,
) -> None:
    """Ask for the published starts or ceases; `fewer` of them are made by children who only pause or resume."""
    wanted = dict(published)
    for name in (AGES[3], *wanted):
        taken = min(fewer, wanted[name])
        wanted[name], fewer = wanted[name] - taken, fewer - taken
    columns = {cell: programme.variable(kind, *cell, year) for ages in bands.values() for cell in _cells_of(ages)}
    programme.equal([(column, 1.0) for column in columns.values()], float(sum(wanted.values())))
    for name, ages in bands.items():
        cells = _cells_of(ages)
        terms = [(columns[cell], 1.0) for cell in cells]
        programme.near(terms, wanted[name], _OFF_BAND, kind, name, year)
        for cell, term in zip(cells, terms):
            programme.near([term], wanted[name] / len(cells), _OFF_EVEN, "even", kind, *cell, year)


def _balance(programme: _Programme, year: int) -> None:
    """Whoever is `age` on 31 March was a year younger the March before, or started since; nobody is left at 18."""
    for age in range(19):
        terms = [(programme.variable("stock", age, year), 1.0)] if age < 18 else []
        if age > 0:
            terms.append((programme.variable("stock", age - 1, year - 1), -1.0))
        for turns in (0, 1):
            if 0 <= age - turns < 18:
                terms.append((programme.variable("start", age - turns, turns, year), -1.0))
            if (age - turns, turns) != (18, 1) and 0 <= age - turns <= 18:
                terms.append((programme.variable("cease", age - turns, turns, year), 1.0))
        programme.equal(terms, 0.0)
