"""Where is the number heading? Rates and an opening stock are carried on, month by month, in many draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from btc_eval import seeds
from btc_eval.inference import Floats, Ints
from btc_eval.inference.cohorts import simulate, steady_profile
from btc_eval.stockflow.door import Faults, opening_counts
from btc_eval.stockflow.rated import Rates
from btc_eval.stockflow.result import Projection
from btc_eval.stockflow.scenario import Scenario, log_effects

_LONGEST = 240  # months; beyond it rates of today say nothing


def project(
    rates: Rates,
    opening: Any,
    *,
    horizon: int,
    scenario: Scenario | None = None,
    draws: int = 1000,
    rng: np.random.Generator | int,
    start: str | None = None,
) -> Projection:
    """Where is the number of children looked after heading, and how sure are we?

    Parameters
    ----------
    rates
        Of `stockflow.rates`.
    opening
        Children on the opening day: a frame with the rates' columns (one year's rows), or a mapping or series from age
        band to whole number.
    horizon
        Months to project, from 1 to 240.
    scenario
        Dated changes to named rates; None for rates as they are.
    draws
        How many paths.
    rng
        Source of the draws: a generator, or a seed for one. The same seed gives the same rates under every scenario.
    start
        The opening day; 31 March of the opening's year where None, or of the last year of the rates.

    Returns
    -------
    Projection
        In every draw opening + starts − ceases = closing, and growing older neither makes nor loses a child.

    Raises
    ------
    RefusedError
        A horizon of 0 or less or beyond 240 months, fewer than 2 draws, opening ages unlike the rates', counts below
        nought or not whole, a scenario that names an unknown rate.

    Notes
    -----
    Every draw has its own rates (gamma posteriors), its own wandering from year to year (`Drift`), its own ages in
    months, and its own chance: Poisson entries and binomial exits. Children grow older by the month, one cohort a month
    of birth, and leave on the 18th birthday. Nothing flows out of an age band at one over its length: that shortcut
    spreads the time to a birthday over an exponential and moves part of every band through at once.

    Within a band the ages on the opening day are not published. They are drawn from the profile that the rates
    themselves would settle to, which puts more of the 16- and 17-year-olds at 17 than at 16 where few leave between.

    Examples
    --------
    >>> from btc_eval import records, stockflow
    >>> from btc_eval.measures import care_published
    >>> wirral = care_published.flows(records.official()).of(records.WIRRAL)
    >>> stock = wirral["stock"]
    >>> ahead = stockflow.project(stockflow.rates(**wirral), stock[stock["year"] == 2025], horizon=12, draws=200, rng=1)
    >>> float(ahead.at("2025-03").mean())
    681.0
    >>> table = ahead.tidy()
    >>> bool((table["low_50"] <= table["high_95"]).all())
    True
    """
    counted, year = opening_counts(opening, rates.bands, rates.columns)
    _check(counted, horizon, draws)
    day = pd.Timestamp(start) if start is not None else pd.Timestamp(year or int(rates.years[-1]), 3, 31)
    times = pd.date_range(day + pd.offsets.MonthEnd(0), periods=horizon + 1, freq="ME")
    generator = seeds.generator(rng)
    # What a scenario draws comes from a stream of its own: without changes it is the baseline, draw for draw.
    supposed = np.random.default_rng(generator.integers(2**63))
    entries, exits = rates.draw(draws, generator)
    wander = rates.drift.factors(draws, -(-horizon // 12), generator)
    in_year = np.arange(horizon) // 12
    pulls = rates.drift.pulls(rates.imbalance, -(-horizon // 12))
    pulled = (pulls[0][in_year], pulls[1][in_year])
    effect = log_effects(scenario, rates, (entries, exits), pulled, times[1:], supposed)
    coming = entries[:, None, :] / 12.0 * wander[0][:, in_year, None] * np.exp(effect[0])
    leaving = exits[:, None, :] / 12.0 * wander[1][:, in_year, None] * np.exp(effect[1])
    ages = _opening_ages(rates, counted, entries, exits, generator)
    paths = simulate(ages, coming, rates.entry_profile(), leaving, rates.bands.first_month, generator)
    return Projection(rates.bands, "Rates as they are" if scenario is None else scenario.label, times, paths)


def _check(counted: Floats, horizon: int, draws: int) -> None:
    faults = Faults("stockflow.project")
    if not isinstance(horizon, (int, np.integer)) or not 1 <= horizon <= _LONGEST:
        faults.add("horizon", repr(horizon), f"whole months from 1 to {_LONGEST}", "Give it in months.")
    if not isinstance(draws, (int, np.integer)) or draws < 2:
        faults.add("draws", repr(draws), "2 or more", "Ask for 1,000 or so.")
    if (counted != np.round(counted)).any():
        faults.add("opening", "counts that are not whole", "whole children", "Round the opening stock first.")
    faults.settle()


def _opening_ages(rates: Rates, counted: Floats, entries: Floats, exits: Floats, rng: np.random.Generator) -> Ints:
    """Draw each child's month of age within its band, from the profile the draw's own rates would settle to."""
    bands = rates.bands
    profile = steady_profile(bands.spread(entries / 12.0) * rates.entry_profile(), bands.spread(exits / 12.0))
    out = np.zeros(profile.shape, dtype=np.int64)
    for b, (low, width) in enumerate(zip(bands.first_month, bands.widths)):
        part = profile[:, low : low + width] + 1e-12  # a band that nobody enters still has somewhere to stand
        out[:, low : low + width] = rng.multinomial(int(counted[b]), part / part.sum(axis=1, keepdims=True))
    return out
