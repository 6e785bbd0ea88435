"""What is chosen before anything is computed: age bands, how rates wander between years, where defaults come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np

from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Floats, Ints
from btc_eval.locations import data_folder, note_read

_ASSUMPTIONS = "assumptions/stockflow.toml"

#: Which recorded flow gives way where the published counts do not balance.
Balance = Literal["ceases", "none"]

#: What a table calls all ages together.
ALL_AGES = "all ages"


@dataclass(frozen=True, slots=True)
class Bands:
    """Age bands without a gap, from birth to the birthday on which every child leaves.

    Parameters
    ----------
    names
        B names, youngest first.
    edges
        B + 1 ages in whole years: the first birthday of each band (included), and the birthday that ends the last
        (excluded).
    leaving
        What ceases at that last birthday are called.
    """

    names: tuple[str, ...]
    edges: tuple[int, ...]
    leaving: str = "18 years and over"

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in pairwise(self.edges))
        if len(self.edges) != len(self.names) + 1 or not self.names or not rising or self.edges[0] != 0:
            raise refuse(
                "stockflow.bands",
                "edges",
                found=", ".join(map(str, self.edges)) or "none",
                allowed="whole years rising from 0, one more than there are names",
                do="Give each band its first and last birthday, without a gap: {'0 to 8': (0, 9), '9 to 17': (9, 18)}.",
            )
        if self.edges[-1] > 25:
            raise refuse(
                "stockflow.bands",
                "edges",
                found=f"a last birthday of {self.edges[-1]}",
                allowed="25 or below",
                do="End the last band where every child leaves: 18 for children looked after.",
            )

    @classmethod
    def of(cls, bands: Mapping[str, tuple[int, int]] | None) -> Bands:
        """Return the bands of a mapping from name to (first birthday, birthday after the last); None for the usual."""
        if bands is None:
            return BANDS
        spans = sorted(bands.items(), key=lambda item: item[1])
        gaps = [name for (_, a), (name, b) in pairwise(spans) if a[1] != b[0]]
        if gaps:
            raise refuse(
                "stockflow.bands",
                ", ".join(gaps),
                found="a band that does not begin where the one before ends",
                allowed="bands without a gap or overlap",
                do="Write them as {'0 to 8': (0, 9), '9 to 17': (9, 18)}.",
            )
        edges = (*(span[0] for _, span in spans), spans[-1][1][1]) if spans else ()
        names = tuple(name for name, _ in spans)
        return cls(names, edges, f"{edges[-1]} years and over" if edges else "")

    @property
    def first_month(self) -> Ints:
        """Return the month of age at which each band begins, shape (B,)."""
        return np.asarray(self.edges[:-1], dtype=np.int64) * 12

    @property
    def widths(self) -> Ints:
        """Return the months in each band, shape (B,)."""
        edges = np.asarray(self.edges, dtype=np.int64)
        return (edges[1:] - edges[:-1]) * 12

    def spread(self, values: Floats) -> Floats:
        """Return a value a band as a value a month of age, along the last axis."""
        return np.repeat(values, self.widths, axis=-1)

    def of_age(self, years: int) -> str:
        """Return the band of a completed age in years; the name of leaving from the last birthday on."""
        place = int(np.searchsorted(np.asarray(self.edges), years, side="right")) - 1
        return self.names[place] if place < len(self.names) else self.leaving


BANDS = Bands(
    ("under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 and 17 years"), (0, 1, 5, 10, 16, 18)
)


@dataclass(frozen=True, slots=True)
class Drift:
    """How far do rates wander from their recent level, beyond chance? Standard deviations of logarithms.

    Parameters
    ----------
    entry_level, exit_level
        Of the whole time ahead against the recent level: what one or two years cannot tell.
    entry_walk, exit_walk
        Of a step each year that stays.
    entry_year, exit_year
        Of a departure that lasts a year.
    correlation
        Between entries and exits, of each of the three.
    entry_pull, exit_pull
        Towards balance, for the first, second, … year ahead, the last for all that follow: where recent starts were
        exp(x) times recent leavers, entries are multiplied by exp(−pull x) and exits by exp(pull x). A council whose
        number was rising fast has had an unusual run, and runs end.
    source
        Where the numbers come from, in words.
    """

    entry_level: float = 0.0
    entry_walk: float = 0.0
    entry_year: float = 0.0
    exit_level: float = 0.0
    exit_walk: float = 0.0
    exit_year: float = 0.0
    correlation: float = 0.0
    entry_pull: tuple[float, ...] = ()
    exit_pull: tuple[float, ...] = ()
    source: str = "none"

    def __post_init__(self) -> None:
        parts = (self.entry_level, self.entry_walk, self.entry_year, self.exit_level, self.exit_walk, self.exit_year)
        if not all(np.isfinite(p) and p >= 0 for p in parts) or not -1.0 <= self.correlation <= 1.0:
            raise refuse(
                "stockflow.drift",
                "standard deviations",
                found="a number below nought, not finite, or a correlation outside −1 to 1",
                allowed="numbers of nought or more, and a correlation from −1 to 1",
                do="Estimate it with stockflow.drift, or leave it to the published histories of all councils.",
            )

    def factors(self, draws: int, years: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw what entries and exits are multiplied by, each (draws, years); the median is one."""
        normal = rng.standard_normal((2, draws, 2 * years + 1))
        rho = self.correlation
        exits = rho * normal[0] + np.sqrt(1.0 - rho**2) * normal[1]
        return (
            _path(normal[0], years, self.entry_level, self.entry_walk, self.entry_year),
            _path(exits, years, self.exit_level, self.exit_walk, self.exit_year),
        )

    def pulls(self, imbalance: float, years: int) -> tuple[Floats, Floats]:
        """Return the logarithms by which balance pulls entries and exits, each (years,)."""
        return -imbalance * _held(self.entry_pull, years), imbalance * _held(self.exit_pull, years)


def _held(pull: tuple[float, ...], years: int) -> Floats:
    """Return a value a year, the last one held."""
    given = np.array(pull or (0.0,))
    return np.asarray(given[np.minimum(np.arange(years), len(given) - 1)])


def _path(normal: Floats, years: int, level: float, walk: float, year: float) -> Floats:
    steps = np.cumsum(normal[:, 1 : years + 1], axis=1)
    logs = level * normal[:, :1] + walk * steps + year * normal[:, years + 1 :]
    return np.asarray(np.exp(logs))


@cache
def _read(path: Path, _stamp: float) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def assumed(block: str) -> Mapping[str, Any]:
    """What is assumed, and on whose word? One block of `data/assumptions/stockflow.toml`."""
    path = data_folder() / _ASSUMPTIONS
    note_read(path)
    blocks = _read(path, path.stat().st_mtime)
    if block not in blocks:
        raise UsageError(f"stockflow.toml has no block {block!r}; it has {', '.join(blocks)}.")
    found: Mapping[str, Any] = blocks[block]
    return found


def usual_drift() -> Drift:
    """Return how far rates have wandered in the histories of all councils, as kept in the assumptions."""
    block = assumed("drift")
    plain = [name for name in Drift.__dataclass_fields__ if name not in ("entry_pull", "exit_pull", "source")]
    return Drift(
        **{name: float(block[name]) for name in plain},
        entry_pull=tuple(block["entry_pull"]),
        exit_pull=tuple(block["exit_pull"]),
        source=str(block["source"]),
    )
