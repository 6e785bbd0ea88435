"""What a caller asks to have released: one frozen record that `control` and `control_linked` fill in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from btc_eval.disclosure.cells import Sheet
from btc_eval.disclosure.money import Contributions
from btc_eval.disclosure.policy import Policy
from btc_eval.disclosure.show import Rates
from btc_eval.disclosure.sums import Shape
from btc_eval.estimates import Papers


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `disclosure.control`, with their defaults filled in; its docstring says what each means."""

    name: str
    table: pd.DataFrame
    keys: tuple[str, ...]
    counts: tuple[str, ...]
    totals: str | None
    rates: Rates
    hierarchies: Mapping[str, Mapping[Hashable, Hashable]]
    known_totals: tuple[str, ...]
    across: Mapping[str, Sequence[str]]
    structural: str | None
    amounts: Mapping[str, Contributions]
    public: tuple[str, ...]
    n: int | str | None
    unit: str
    no_people: str
    papers: Papers | None
    blanks: Mapping[str, str]
    tolerance: float

    @property
    def named(self) -> list[str]:
        """Every column that the call names and that must be there."""
        found = [*self.keys, *self.counts, *self.public]
        found += [column for part, whole, _ in self.rates.values() for column in (part, whole)]
        found += [column for whole, parts in self.across.items() for column in (whole, *parts)]
        found += [column for money, by in self.amounts.items() for column in (money, *by.columns)]
        found += [self.structural] if self.structural is not None else []
        found += [self.n] if isinstance(self.n, str) else []
        return list(dict.fromkeys(found))

    @property
    def unreleased(self) -> list[str]:
        """Columns that help to decide and are left out of what is released."""
        found = [column for by in self.amounts.values() for column in (by.largest, by.second)]
        return list(dict.fromkeys(found + ([self.structural] if self.structural is not None else [])))

    @property
    def loose(self) -> list[str]:
        """Columns of numbers that are neither keys, counts, rates nor public: estimates, or counts in disguise."""
        known = {*self.named, *self.rates, *self.unreleased}
        return [
            column
            for column in self.table.columns
            if column not in known
            and is_numeric_dtype(self.table[column].dtype)
            and not is_bool_dtype(self.table[column].dtype)
        ]

    def sheet(self, rules: Policy) -> Sheet:
        """Return the counts as cells to be gathered."""
        frame = self.table.reset_index(drop=True)
        marked = None
        if self.structural is not None:
            marked = frame[self.structural].to_numpy(dtype=bool)
        return Sheet(
            name=self.name,
            frame=frame,
            shape=Shape(self.keys, self.totals, self.hierarchies),
            counts=self.counts,
            known=self.known_totals,
            across=self.across,
            shares=self.shares() if rules.hides else (),
            structural=marked,
            whole=self.counts,
        )

    def shares(self) -> tuple[tuple[str, str], ...]:
        """Rates whose numerator is a part of their denominator, both counted: what is left over is a count too."""
        found = []
        for part, whole, _ in self.rates.values():
            if part in self.counts and whole in self.counts:
                above, below = (pd.to_numeric(self.table[column]).to_numpy(dtype=float) for column in (part, whole))
                if bool(np.all(above <= below)):
                    found.append((part, whole))
        return tuple(dict.fromkeys(found))
