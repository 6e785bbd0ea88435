"""The rates of coming in and of leaving, by age, as they were worked out: what they rest on and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from btc_eval.inference import Floats, Ints
from btc_eval.inference.cohorts import steady_profile
from btc_eval.stockflow.door import Columns
from btc_eval.stockflow.spec import Balance, Bands, Drift

#: Jeffreys' prior for a Poisson rate: half an event and no exposure.
PRIOR = 0.5
#: Entry rates are of this many children.
PER = 10_000.0


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of coming in and of leaving, by age, with what they rest on.

    Parameters
    ----------
    bands
        The age bands.
    columns
        What the caller's frames call their columns.
    years
        (Y,) years ending 31 March whose flows are used, in order.
    weights
        (Y,) how much each counts; the last counts one.
    opening, closing
        (Y, B) children looked after at the start and the end of each year.
    starts
        (Y, B) children coming in.
    ceases
        (Y, B) children leaving before 18, as published.
    leavers
        (Y, B) the same, as used: made to balance, where that was asked for.
    aged_out
        (Y,) children leaving because they turn 18.
    exposure
        (Y,) person-years behind the entries: children of the area over 10,000; 1 where no population was given.
    population
        Children of the area that the next years are taken to have, over 10,000; 1 where none was given.
    set_aside
        Years with flows that cannot be used, because the stock a year before is not known.
    balance
        Which flow gives way where the counts do not balance.
    drift
        How far rates wander between years.
    newborn_share
        Of entries in the first year of life, the share within the first month.
    """

    bands: Bands
    columns: Columns
    years: Ints
    weights: Floats
    opening: Floats
    closing: Floats
    starts: Floats
    ceases: Floats
    leavers: Floats
    aged_out: Floats
    exposure: Floats
    population: float
    set_aside: tuple[int, ...]
    balance: Balance
    drift: Drift
    newborn_share: float

    @property
    def entry_shape(self) -> Floats:
        """Return (B,) shapes of the gamma posteriors of the entry rates."""
        return np.asarray(PRIOR + self.weights @ self.starts)

    @property
    def entry_scale(self) -> float:
        """Return the exposure behind the entries: 10,000 child-years, or years."""
        return float(self.weights @ self.exposure)

    @property
    def exit_shape(self) -> Floats:
        """Return (B,) shapes of the gamma posteriors of the exit rates."""
        return np.asarray(PRIOR + self.weights @ self.leavers)

    @property
    def exit_scale(self) -> Floats:
        """Return (B,) years looked after behind the exits."""
        return np.asarray(self.weights @ ((self.opening + self.closing) / 2.0))

    @property
    def unexplained(self) -> Floats:
        """Return (Y,) closing less (opening + starts − ceases): what the published counts leave over."""
        moved = self.starts.sum(axis=1) - self.ceases.sum(axis=1) - self.aged_out
        return np.asarray(self.closing.sum(axis=1) - self.opening.sum(axis=1) - moved)

    @property
    def imbalance(self) -> float:
        """Return the log of recent starts over recent leavers, those at 18 included: above nought, the number rose."""
        came = float(self.weights @ self.starts.sum(axis=1))
        left = float(self.weights @ (self.leavers.sum(axis=1) + self.aged_out))
        return float(np.log((came + PRIOR) / (left + PRIOR)))

    @property
    def names(self) -> tuple[str, ...]:
        """Return the rates that a scenario may change: all entries, all exits, and those of each age."""
        each = [f"{flow}, {band}" for flow in ("entries", "exits") for band in self.bands.names]
        return ("entries", "exits", *each)

    def held(self) -> Rates:
        """Return the same rates, held where they are: no wandering between years and no pull towards balance."""
        return replace(self, drift=Drift(source="rates held"))

    def draw(self, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw entries a year and hazards of leaving a year from their posteriors, each (draws, B)."""
        entries = rng.standard_gamma(self.entry_shape, (draws, len(self.bands.names))) / self.entry_scale
        # Where nobody was ever looked after at an age, nothing is known of leaving at it: a year's exposure stands in.
        exits = rng.standard_gamma(self.exit_shape, (draws, len(self.bands.names))) / np.maximum(self.exit_scale, 1.0)
        return entries * self.population, exits

    def entry_profile(self) -> Floats:
        """Return (M,) each month of age's share of its band's entries: newborns apart, even within a band."""
        profile = self.bands.spread(1.0 / self.bands.widths)
        first = int(self.bands.widths[0])
        if self.bands.edges[1] == 1:
            profile[:first] = (1.0 - self.newborn_share) / (first - 1)
            profile[0] = self.newborn_share
        return profile

    def tidy(self, *, level: float = 0.95) -> pd.DataFrame:
        """What are the rates, and how sure are we, chance alone considered?

        Returns
        -------
        DataFrame
            `flow` ("entries": a year, for each 10,000 children where a population was given; "exits": for each year
            looked after), `age_band`, `events` and `exposure` (weighted), `estimate` (events over exposure),
            `std_error`, `conf_low`, `conf_high` (of the gamma posterior, both included).
        """
        tail = (1.0 - level) / 2.0
        pieces = []
        for flow, shape, scale in (
            ("entries", self.entry_shape, np.full(len(self.bands.names), self.entry_scale)),
            ("exits", self.exit_shape, self.exit_scale),
        ):
            low, high = (stats.gamma.ppf(p, shape) / scale for p in (tail, 1.0 - tail))
            pieces.append(
                pd.DataFrame(
                    {
                        "flow": flow,
                        "age_band": self.bands.names,
                        "events": shape - PRIOR,
                        "exposure": scale,
                        "estimate": (shape - PRIOR) / scale,
                        "std_error": np.sqrt(shape) / scale,
                        "conf_low": low,
                        "conf_high": high,
                    }
                )
            )
        return pd.concat(pieces, ignore_index=True)

    def closure(self) -> pd.DataFrame:
        """Do the counts balance? A row a year; what is left over is shown and not hidden.

        Returns
        -------
        DataFrame
            `year`, `opening`, `starts`, `ceases` (all, those at 18 included), `expected` (opening + starts − ceases),
            `closing`, `unexplained` (closing − expected) and `share` (of opening).
        """
        opening, closing = self.opening.sum(axis=1), self.closing.sum(axis=1)
        starts, ceases = self.starts.sum(axis=1), self.ceases.sum(axis=1) + self.aged_out
        return pd.DataFrame(
            {
                "year": self.years,
                "opening": opening,
                "starts": starts,
                "ceases": ceases,
                "expected": opening + starts - ceases,
                "closing": closing,
                "unexplained": self.unexplained,
                "share": self.unexplained / opening,
            }
        )

    def steady(self) -> float:
        """How many children would be looked after, if these rates went on for ever? The posterior means are used."""
        entries = self.bands.spread(self.entry_shape / self.entry_scale * self.population / 12.0) * self.entry_profile()
        return float(steady_profile(entries, self.bands.spread(self.exit_shape / self.exit_scale / 12.0)).sum())
