"""The door: frames of counts by age are checked whole, every fault reported at once, and trusted from here on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.inference import Floats
from btc_eval.stockflow.spec import Bands

_OLDEST_KNOWN = 25


class Faults:
    """A growing list of what is wrong, so that all of it is reported at once."""

    def __init__(self, file: str = "stockflow") -> None:
        self.file = file
        self.found: list[Refusal] = []

    def add(self, place: str, found: str, allowed: str, do: str) -> None:
        """Note one fault."""
        self.found.append(Refusal(self.file, place, found, allowed, do))

    def settle(self) -> None:
        """Raise if there is any."""
        if self.found:
            raise RefusedError(self.found)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the caller calls the columns: `age` holds a band's name or a completed age in years."""

    time: str = "year"
    age: str = "age_band"
    children: str = "children"


def table(
    frame: Any, name: str, columns: Columns, bands: Bands, faults: Faults, *, leaving: bool = False
) -> pd.DataFrame | None:
    """Return years by bands (and `bands.leaving`, where asked for), or None where the frame was at fault.

    A year must have every band: a count of nought is a row with nought, and an age left out is a fault.
    """
    wanted = [columns.time, columns.age, columns.children]
    if not isinstance(frame, pd.DataFrame) or any(name not in frame.columns for name in wanted):
        held = ", ".join(map(str, frame.columns)) if isinstance(frame, pd.DataFrame) else type(frame).__name__
        faults.add(name, f"columns {held}", f"a frame with {', '.join(wanted)}", "Name the columns in the call.")
        return None
    before = len(faults.found)
    label = banded(frame[columns.age], name, bands, faults, leaving=leaving)
    value = counts(frame[columns.children], name, faults)
    whole = pd.api.types.is_integer_dtype(frame[columns.time])
    if not whole or frame.empty:
        faults.add(f"{name}, {columns.time}", "no years as whole numbers", "the year each 31 March ends", "Give years.")
    if len(faults.found) > before:
        return None
    pairs = pd.DataFrame({"year": frame[columns.time].to_numpy(), "band": label, "n": value})
    by_band = not pd.api.types.is_integer_dtype(frame[columns.age])
    if by_band and (twice := int(pairs.duplicated(["year", "band"]).sum())):
        faults.add(name, f"{twice} rows for a year and age that have one already", "one row each", "Sum them first.")
    wide = pairs.pivot_table(index="year", columns="band", values="n", aggfunc="sum")
    order = [*bands.names, *([bands.leaving] if leaving else [])]
    absent = wide.reindex(columns=order).isna()
    if absent.to_numpy().any():
        which = ", ".join(f"{band} in {year}" for year, row in absent.iterrows() for band in order if row[band])
        faults.add(name, f"no row for {which}", "every age in every year", "Give ages without children a count of 0.")
        return None
    return wide.reindex(columns=order).sort_index()


def banded(ages: pd.Series[Any], name: str, bands: Bands, faults: Faults, *, leaving: bool) -> pd.Series[Any]:
    """Return the band of each row, from its name or from a completed age in years."""
    if pd.api.types.is_integer_dtype(ages):
        outside = (ages < 0) | (ages > _OLDEST_KNOWN)
        if outside.any():
            faults.add(
                f"{name}, ages",
                f"{int(outside.sum())} rows aged below 0 or above {_OLDEST_KNOWN}",
                f"completed ages from 0 to {_OLDEST_KNOWN}",
                "Correct the dates of birth, or leave those rows out and say so.",
            )
        late = ~outside & (ages >= bands.edges[-1])
        if late.any() and not leaving:
            faults.add(
                f"{name}, ages",
                f"{int(late.sum())} rows aged {bands.edges[-1]} or over",
                f"ages below {bands.edges[-1]}: nobody older is looked after",
                "Count them among the ceases, on the birthday.",
            )
        return ages.clip(0, _OLDEST_KNOWN).map(lambda age: bands.of_age(int(age)))
    known = {*bands.names, *([bands.leaving] if leaving else [])}
    strange = sorted({str(label) for label in ages} - known)
    if strange:
        faults.add(f"{name}, ages", f"ages called {', '.join(strange)}", ", ".join(sorted(known)), "Use these bands.")
    return ages.astype("str")


def counts(values: pd.Series[Any], name: str, faults: Faults) -> Floats:
    """Return the counts as numbers of nought or more."""
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        faults.add(name, f"children of type {values.dtype}", "numbers", "Convert the column before the call.")
        return np.zeros(len(values))
    found = values.to_numpy(dtype=float, na_value=np.nan)
    for what, wrong in (("missing or infinite", ~np.isfinite(found)), ("below nought", found < 0)):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0]) + 1
            faults.add(
                name,
                f"{int(wrong.sum())} counts {what}, the first in row {row}",
                "numbers of nought or more",
                "Fill what the publisher hid, or leave the year out.",
            )
    return np.asarray(np.nan_to_num(found))


def opening_counts(opening: Any, bands: Bands, columns: Columns) -> tuple[Floats, int | None]:
    """Return children by band on the opening day, and its year where the frame has one.

    Raises
    ------
    RefusedError
        Bands unlike the rates', counts that are not whole or below nought, more than one day.
    """
    faults = Faults()
    if isinstance(opening, Mapping):
        opening = pd.DataFrame({columns.age: list(opening), columns.children: list(opening.values())})
    elif isinstance(opening, pd.Series):
        opening = opening.rename(columns.children).rename_axis(columns.age).reset_index()
    year = None
    if isinstance(opening, pd.DataFrame) and columns.time in opening:
        years = opening[columns.time].unique()
        if len(years) != 1:
            faults.add("opening", f"{len(years)} years", "the stock of one day", "Choose the rows of one 31 March.")
            faults.settle()
        year = int(years[0])
    elif isinstance(opening, pd.DataFrame):
        opening = opening.assign(**{columns.time: 0})
    wide = table(opening, "opening", columns, bands, faults)
    faults.settle()
    assert wide is not None
    return wide.to_numpy(dtype=float)[0], year
