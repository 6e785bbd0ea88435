"""One or several tables as one set of cells: what is the same count is the same cell, wherever it stands.

A cell is known by its column and by those of its keys that are not totals. So the total of a ward over statuses in one
table and the total of that ward over ages in another are one cell, and the two tables are protected together.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp

from btc_eval.disclosure.grid import grids
from btc_eval.disclosure.sums import Shape, sums, with_totals
from btc_eval.disclosure.system import Bools, Floats, Grid, Ints

Identity = tuple[str, frozenset[tuple[str, Hashable]]]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One table as it was given.

    Parameters
    ----------
    name
        What it is called in messages.
    frame
        The table, with a fresh index.
    shape
        Keys, label, hierarchies.
    counts
        Columns whose cells are counted.
    known
        Keys whose totals readers know although the table may not show them.
    across
        A count that is the sum of other counts in the same row.
    shares
        Pairs (part, whole) of counts in the same row whose difference is a count too: a rate's numerator and
        denominator.
    structural
        Shape (rows,): noughts by definition.
    whole
        Those of the counts that are whole numbers; the others are amounts, shown exactly.
    """

    name: str
    frame: pd.DataFrame
    shape: Shape
    counts: tuple[str, ...]
    known: tuple[str, ...] = ()
    across: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shares: tuple[tuple[str, str], ...] = ()
    structural: Bools | None = None
    whole: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """All cells of all tables, and their sums.

    Parameters
    ----------
    A
        Shape (sums, cells): +1 for a part, −1 for the total.
    value
        Shape (cells,); NaN where the table has a blank.
    stands
        Shape (cells,): stands in a table; the others are sums or differences that stand nowhere.
    known
        Shape (cells,): a reader knows it from elsewhere.
    structural
        Shape (cells,): nought by definition.
    conflict
        Cells that stand in several tables with different values.
    where
        For each sheet, shape (rows of its frame, counts): the position of each cell.
    grids
        Each count of each sheet laid out by its keys, with the totals that a reader knows.
    """

    A: sp.csr_matrix
    value: Floats
    stands: Bools
    known: Bools
    structural: Bools
    conflict: int
    where: tuple[Ints, ...]
    grids: tuple[Grid, ...] = ()


def gather(sheets: Sequence[Sheet], blur: float = 0.0, *, revised: bool = False) -> Cells:
    """Which cells do these tables hold, which of them are the same, and which sums bind them?

    Where one table breaks down a total of another, and the parts fall short of it by more than `blur` each (the
    rounding of what is shown), the breakdown is partial: what is left over is a cell of its own, for a reader can
    subtract.

    Tables of different editions (`revised`) need not hold the same years or wards. A total over a key that both have
    is then not taken to be the same in both; only one over a key that the other lacks is.
    """
    ledger = _Ledger(blur)
    where = [ledger.enter(sheet) for sheet in sheets]
    for sheet, at in zip(sheets, where):
        others = {key for other in sheets if other is not sheet for key in other.shape.keys} if revised else set()
        over = [key for key in sheet.shape.keys if key not in others] if len(sheets) > 1 else sheet.known
        ledger.bind(sheet, at, over)
    count = len(ledger.value)
    rows = np.repeat(np.arange(len(ledger.lines)), [len(cells) for cells, _ in ledger.lines])
    cells = np.concatenate([np.asarray(c) for c, _ in ledger.lines]) if ledger.lines else np.zeros(0, dtype=np.intp)
    signs = np.concatenate([np.asarray(s) for _, s in ledger.lines]) if ledger.lines else np.zeros(0)
    A = sp.csr_matrix((signs, (rows, cells)), (len(ledger.lines), count))
    return Cells(
        A=A,
        value=np.array(ledger.value, dtype=float),
        stands=np.array(ledger.stands, dtype=bool),
        known=np.array(ledger.known, dtype=bool),
        structural=np.array(ledger.structural, dtype=bool),
        conflict=ledger.conflict,
        where=tuple(where),
        grids=tuple(ledger.grids),
    )


class _Ledger:
    """Cells by identity, in order of appearance."""

    def __init__(self, blur: float) -> None:
        self.blur = blur
        self.position: dict[Identity, int] = {}
        self.value: list[float] = []
        self.stands: list[bool] = []
        self.known: list[bool] = []
        self.structural: list[bool] = []
        self.lines: list[tuple[list[int], list[float]]] = []
        self.seen: set[tuple[int, ...]] = set()
        self.grids: list[Grid] = []
        self.conflict = 0

    def cell(self, identity: Identity, value: float, *, stands: bool, known: bool = False) -> int:
        at = self.position.get(identity)
        if at is None:
            at = self.position[identity] = len(self.value)
            self.value.append(value)
            self.stands.append(stands)
            self.known.append(known)
            self.structural.append(False)
        elif stands and np.isfinite(value) and np.isfinite(self.value[at]) and value != self.value[at]:
            self.conflict += 1
        elif not np.isfinite(self.value[at]):
            self.value[at] = value
        return at

    def enter(self, sheet: Sheet) -> Ints:
        names = identities(sheet.frame, sheet.shape)
        at = np.zeros((len(sheet.frame), len(sheet.counts)), dtype=np.intp)
        for number, column in enumerate(sheet.counts):
            values = pd.to_numeric(sheet.frame[column]).to_numpy(dtype=float, na_value=np.nan)
            for row, (name, value) in enumerate(zip(names, values)):
                at[row, number] = self.cell((column, name), float(value), stands=True)
        if sheet.structural is not None:
            for position in at[sheet.structural].ravel():
                self.structural[position] = self.value[position] == 0
        return at

    def bind(self, sheet: Sheet, at: Ints, over: Sequence[str]) -> None:
        frame = with_totals(sheet.frame, sheet.shape, over, sheet.counts) if over else sheet.frame
        label = sheet.shape.label if sheet.shape.label is not None else ("Total" if over else None)
        shape = Shape(sheet.shape.keys, label, sheet.shape.hierarchies)
        extra = self._enter_totals(sheet, frame.iloc[len(sheet.frame) :], shape)
        positions = np.vstack([at, extra]) if len(extra) else at
        self.grids += grids(frame, shape, positions, sheet.counts, sheet.across)
        for found in sums(frame, shape):
            for number in range(len(sheet.counts)):
                parts = [int(positions[part, number]) for part in found.parts]
                total = int(positions[found.total, number])
                nowhere = found.total >= len(sheet.frame)
                self._line([*parts, *(self._rest(parts, total) if nowhere else [])], total)
        self._bind_columns(sheet, at)

    def _rest(self, parts: list[int], total: int) -> list[int]:
        """Return the cell of what the parts leave over, where they do."""
        over = self.value[total] - sum(self.value[part] for part in parts)
        if not np.isfinite(over) or abs(over) <= self.blur * (len(parts) + 1):
            return []
        if over < 0:
            self.conflict += 1
            return []
        return [self.cell(("the rest", frozenset({("of", (total, *sorted(parts)))})), over, stands=False)]

    def _enter_totals(self, sheet: Sheet, extra: pd.DataFrame, shape: Shape) -> Ints:
        at = np.zeros((len(extra), len(sheet.counts)), dtype=np.intp)
        known = [key in sheet.known for key in shape.keys]
        totals = np.column_stack([shape.is_total(extra, key) for key in shape.keys]) if len(extra) else np.zeros((0, 1))
        for number, column in enumerate(sheet.counts):
            values = pd.to_numeric(extra[column]).to_numpy(dtype=float, na_value=np.nan)
            for row, (name, value) in enumerate(zip(identities(extra, shape), values)):
                public = all(told for told, total in zip(known, totals[row]) if total)
                at[row, number] = self.cell((column, name), float(value), stands=False, known=public)
        return at

    def _bind_columns(self, sheet: Sheet, at: Ints) -> None:
        number = {column: place for place, column in enumerate(sheet.counts)}
        for whole, parts in sheet.across.items():
            for row in range(len(at)):
                self._line([int(at[row, number[part]]) for part in parts], int(at[row, number[whole]]))
        names = identities(sheet.frame, sheet.shape) if sheet.shares else []
        for part, whole in sheet.shares:
            for row, name in enumerate(names):
                one, all_of = int(at[row, number[part]]), int(at[row, number[whole]])
                rest = self.cell((f"{whole} − {part}", name), self.value[all_of] - self.value[one], stands=False)
                self._line([one, rest], all_of)

    def _line(self, parts: list[int], total: int) -> None:
        key = (total, *sorted(parts))
        if key not in self.seen and parts != [total]:
            self.seen.add(key)
            self.lines.append(([*parts, total], [1.0] * len(parts) + [-1.0]))


def identities(frame: pd.DataFrame, shape: Shape) -> list[frozenset[tuple[str, Hashable]]]:
    """By which of its keys is each row known, the totals left out?"""
    columns = [[(key, value) for value in frame[key].astype(object)] for key in shape.keys]
    label = shape.label if shape.label is not None else None
    return [frozenset(pair for pair in row if label is None or pair[1] != label) for row in zip(*columns)]
