"""Covariates as columns of a design: numbers as they are, categories beside a reference."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door
from btc_eval.inference import Floats


@dataclass(frozen=True, slots=True)
class Design:
    """Covariates as columns.

    Parameters
    ----------
    values
        (n, p).
    terms
        Their names: `age`, or `sex[female]` for a category beside the reference.
    variables, columns
        Each covariate and the columns it became.
    levels
        Levels of each categorical covariate, the reference first.
    """

    values: Floats
    terms: tuple[str, ...]
    variables: tuple[Hashable, ...]
    columns: tuple[tuple[int, ...], ...]
    levels: dict[Hashable, tuple[Any, ...]]

    def of(self, door: Door) -> Floats:
        """Return the same columns of another frame, such as the children to predict for."""
        blocks = []
        for name, places in zip(self.variables, self.columns):
            if name not in self.levels:
                blocks.append(door.numbers(name)[:, None])
                continue
            found = door.frame[name]
            known = found.isin(self.levels[name]).to_numpy()
            what = f"one of the {len(self.levels[name])} levels of the fit"
            door.wrong(name, ~known, "a level the fit has not seen", what, "Use the levels of the data fitted.")
            blocks.append(np.column_stack([(found == level).to_numpy(float) for level in self.levels[name][1:]]))
            assert blocks[-1].shape[1] == len(places)
        door.settle()
        return np.hstack(blocks)


def encode(door: Door, covariates: Sequence[Hashable]) -> Design:
    """Turn covariates into columns: numbers and flags as they are, text and categories by treatment coding.

    The reference is the first category where the column has categories, else the first in sorted order.
    """
    blocks: list[Floats] = []
    terms: list[str] = []
    columns: list[tuple[int, ...]] = []
    levels: dict[Hashable, tuple[Any, ...]] = {}
    for name in covariates:
        dtype = door.frame[name].dtype
        if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype):
            values = door.numbers(name)
            blocks.append(values[:, None])
            terms.append(str(name))
        else:
            found = door.labels(name, "level")
            levels[name] = found.levels
            codes = np.arange(1, len(found.levels))
            blocks.append((found.codes[:, None] == codes).astype(float))
            terms.extend(f"{name}[{level}]" for level in found.levels[1:])
        width = blocks[-1].shape[1]
        if width == 0 or (width == 1 and name not in levels and np.ptp(blocks[-1]) == 0):
            door.add(name, "the same value in every row", "a covariate that varies", "Leave it out of the model.")
        start = sum(len(places) for places in columns)
        columns.append(tuple(range(start, start + width)))
    values = np.hstack(blocks) if blocks else np.empty((len(door), 0))
    return Design(values, tuple(terms), tuple(covariates), tuple(columns), levels)


def check_rank(door: Door, design: Design, information: Floats | None = None, size: float = 1.0) -> None:
    """Refuse columns that are sums of the others, and name them.

    Parameters
    ----------
    information
        (p, p) of standardised covariates at no effect; that of their mean square where left out.
    size
        The weight of events it rests on: a column with a trillionth of that does not vary among those at risk.
    """
    if information is None:
        centred = design.values - design.values.mean(axis=0)
        spread = centred.std(axis=0)
        centred = centred / np.where(spread > 0, spread, 1.0)
        information = centred.T @ centred / len(centred)
    scale = np.sqrt(np.maximum(np.diag(information), 0.0))
    dead = scale**2 <= 1e-12 * size
    scaled = information / np.outer(np.where(dead, 1.0, scale), np.where(dead, 1.0, scale))
    values, vectors = np.linalg.eigh(scaled)
    names = {design.terms[k] for k in np.flatnonzero(dead)}
    for vector in vectors.T[values < 1e-10]:
        names |= {design.terms[k] for k in np.flatnonzero(np.abs(vector) > 0.05)}
    if names:
        which = ", ".join(name for name in design.terms if name in names)
        found = f"columns that are sums of one another, or do not vary among those at risk: {which}"
        door.add("covariates", found, "covariates that each add something", "Leave one of them out.")
        door.settle()
