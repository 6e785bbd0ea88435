"""What would simpler forecasts have said? Yardsticks of the back-test: no change, a straight line, plain band flow."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import linalg, stats

from btc_eval.inference import Floats
from btc_eval.stockflow.rated import Rates

#: Years that a straight line is drawn through.
LINE_YEARS = 5
_GRID = 2000


def persistence(stock: float, spread: Floats, draws: int = _GRID) -> Floats:
    """The last known number stays; its doubt is how far councils have moved in one year, two years and so on.

    Parameters
    ----------
    stock
        The last known number.
    spread
        (H,) root mean square of log changes over 1, 2, … years, of all councils.

    Returns
    -------
    array of shape (draws, H)
        Evenly spaced quantiles, lognormal about the number.
    """
    return np.asarray(stock * np.exp(stats.norm.ppf(_levels(draws))[:, None] * spread))


def straight_line(years: Floats, stock: Floats, ahead: Floats, draws: int = _GRID) -> Floats:
    """A straight line through a council's own last five years, carried on, with its prediction interval (Student t).

    Returns
    -------
    array of shape (draws, H)
        Evenly spaced quantiles for the years `ahead`; missing where there are fewer than four years.
    """
    years, stock = years[-LINE_YEARS:], stock[-LINE_YEARS:]
    n = len(years)
    if n < 4:
        return np.full((draws, len(ahead)), np.nan)
    centre = years.mean()
    square = ((years - centre) ** 2).sum()
    slope = ((years - centre) * (stock - stock.mean())).sum() / square
    rest = stock - stock.mean() - slope * (years - centre)
    sigma = np.sqrt((rest**2).sum() / (n - 2))
    se = sigma * np.sqrt(1.0 + 1.0 / n + (ahead - centre) ** 2 / square)
    middle = stock.mean() + slope * (ahead - centre)
    return np.asarray(middle + stats.t.ppf(_levels(draws), n - 2)[:, None] * se)


def band_flow(rates: Rates, opening: Floats, years: int) -> Floats:
    """Plain flow between age bands, one path without doubt: how the sector's published demand model works.

    The model (data to insight, *cs-demand-model*, 2023) takes constant daily rates from a reference window: entrants a
    day, leavers a day for each child, and ageing out of each band at one over its length in days. This is the same
    model in continuous time, restated from its documentation, on published counts in place of a council's episodes and
    without its split by placement.

    Parameters
    ----------
    rates
        Means are used.
    opening
        (B,) children by band.

    Returns
    -------
    array of shape (years,)
        Children of all ages at the end of each year.
    """
    bands = len(opening)
    ageing = 12.0 / rates.bands.widths
    entries = (rates.weights @ rates.starts) / rates.entry_scale * rates.population
    exits = (rates.weights @ rates.leavers) / np.maximum(rates.exit_scale, 1.0)
    flow = np.zeros((bands + 1, bands + 1))
    flow[:bands, :bands] = np.diag(-exits - ageing) + np.diag(ageing[:-1], k=-1)
    flow[:bands, bands] = entries  # the last state is the constant one
    step = linalg.expm(flow)
    state, out = np.append(opening, 1.0), []
    for _ in range(years):
        state = step @ state
        out.append(state[:bands].sum())
    return np.array(out)


def log_changes(totals: pd.DataFrame, ahead: int, area: str, time: str) -> Floats:
    """By how much have councils' numbers moved over 1, …, `ahead` years? Root mean squares of log changes, (ahead,)."""
    held = totals[totals["stock"] > 0]
    wide = held.assign(log=np.log(held["stock"])).pivot_table(index=area, columns=time, values="log")
    years = [int(year) for year in wide.columns]
    found = []
    for k in range(1, ahead + 1):
        pairs = [(year, year + k) for year in years if year + k in years]
        moved = np.concatenate([(wide[b] - wide[a]).dropna().to_numpy() for a, b in pairs])
        found.append(np.sqrt((moved**2).mean()))
    return np.array(found)


def _levels(draws: int) -> Floats:
    return np.asarray((np.arange(draws) + 0.5) / draws)
