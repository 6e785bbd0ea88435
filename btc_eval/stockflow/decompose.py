"""Why is one place's rate higher than another's? The gap taken apart into coming in, age, leaving, and the past.

If today's rates of coming in and leaving went on for ever, a place would settle at a steady rate of children looked
after. Part of a gap is a gap between steady rates, and belongs to how many come in, at what ages, and how soon they
leave. The rest is history: children already in care who would not be there if today's rates had always held. That
part goes by itself as they grow up and leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval import seeds
from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.cohorts import steady_profile
from btc_eval.inference.shapley import parts
from btc_eval.stockflow.rated import PRIOR, Rates
from btc_eval.stockflow.rates import rates
from btc_eval.stockflow.spec import Drift

#: The parts of a gap, in the order of a table, with the words a reader sees.
PARTS = {
    "entry": "How many come in",
    "age": "At what ages they come in",
    "exit": "How soon they leave before 18",
    "history": "Children already in care from earlier years",
}
GAP = "gap"


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """A gap and its parts, year by year, in children for each 10,000.

    Parameters
    ----------
    years
        Years ending 31 March.
    rates
        (Y, 2) observed rates at the end of each year: the place's own, and the mean of the others.
    steady
        (Y, 2) the rates that each would settle to at the year's rates.
    point
        (Y, 5) the gap and its four parts, at the published counts.
    draws
        (Y, 5, D) the same, drawn.
    """

    years: tuple[int, ...]
    rates: Floats
    steady: Floats
    point: Floats
    draws: Floats

    def __post_init__(self) -> None:
        for books in (self.point, self.draws):
            if not np.allclose(books[:, 0], books[:, 1:].sum(axis=1), atol=1e-8):
                raise ValueError("the parts do not sum to the gap")

    def tidy(self, *, level: float = 0.95) -> pd.DataFrame:
        """How large is the gap, and how much of it is each part?

        Returns
        -------
        DataFrame
            `year`, `term` ("gap", then the keys of `PARTS`), `words`, `estimate`, `std_error`, `conf_low`, `conf_high`
            (equal tails, both ends included), in children for each 10,000; positive where the place's own is higher.
        """
        tail = (1.0 - level) / 2.0
        low, high = np.quantile(self.draws, [tail, 1.0 - tail], axis=2)
        rows = []
        for y, year in enumerate(self.years):
            for k, (term, words) in enumerate({GAP: "The gap", **PARTS}.items()):
                ends = (float(low[y, k]), float(high[y, k]))
                rows.append((year, term, words, float(self.point[y, k]), float(self.draws[y, k].std()), *ends))
        return pd.DataFrame(rows, columns=["year", "term", "words", "estimate", "std_error", "conf_low", "conf_high"])

    def levels(self) -> pd.DataFrame:
        """What are the rates, and where would each settle? `year`, `own`, `others`, `own_steady`, `others_steady`."""
        return pd.DataFrame(
            {
                "year": self.years,
                "own": self.rates[:, 0],
                "others": self.rates[:, 1],
                "own_steady": self.steady[:, 0],
                "others_steady": self.steady[:, 1],
            }
        )


def decompose(
    own: Mapping[str, pd.DataFrame],
    others: Sequence[Mapping[str, pd.DataFrame]],
    *,
    years: Sequence[int],
    pooled: int = 1,
    draws: int = 1000,
    rng: np.random.Generator | int,
    **names: Any,
) -> Decomposition:
    """Why does this place's rate differ from the mean of the others'?

    Parameters
    ----------
    own
        Frames as `stockflow.rates` takes them: `stock`, `starts`, `ceases` and `population`.
    others
        The same for each of the others; the mean of their rates counts each once, whatever its size.
    years
        Years ending 31 March; each needs the stock of the year before.
    pooled
        How many years' flows make a year's rates, that year the last of them.
    draws, rng
        Draws for the intervals, and their source.
    **names
        Further arguments of `stockflow.rates`, such as `bands`.

    Returns
    -------
    Decomposition

    Notes
    -----
    With entries a year for each 10,000 children E, their shares by age a, and hazards of leaving h, the steady rate is
    S(E, a, h) = E Σ_m Σ_{j ≤ m} a_j exp(−Σ_{j ≤ i < m} h_i) over months of age up to 18. The gap is
    [S(E, a, h) − S(E′, a′, h′)] + [(R − S) − (R′ − S′)], R the observed rate: the first is split between E, a and h by
    the rule of Das Gupta (the mean over all orders of exchange), so the four parts sum to the gap exactly. E′ and a′
    are those of the mean of the others' entry rates; h′ is leavers over children, each council scaled to the same
    population.

    Intervals are of chance in the counts: every count of starts and of leavers is drawn from its gamma posterior and
    every stock from Gamma(stock), council by council. The children of the area by age are not published by council, so
    the age structure here is that of children coming in; a place with more teenagers would show under "age".

    References
    ----------
    Das Gupta, P. (1993). Standardization and Decomposition of Rates: A User's Manual. U.S. Bureau of the Census,
    P23-186.
    Preston, S. H., Heuveline, P. and Guillot, M. (2001). Demography, chapter 7 (stationary populations). Blackwell.

    Examples
    --------
    >>> from btc_eval import records, stockflow
    >>> from btc_eval.measures import care_published, comparison
    >>> official = records.official()
    >>> published = care_published.flows(official)
    >>> near = [published.of(code) for code in comparison.neighbour_map(official, 2021)[records.WIRRAL]]
    >>> found = stockflow.decompose(published.of(records.WIRRAL), near, years=[2023], draws=200, rng=1)
    >>> [round(x) for x in found.tidy()["estimate"]]  # the gap and its parts: few come in, and fewer leave
    [7, -32, -4, 14, 29]
    """
    if not others or not years or pooled < 1:
        raise refuse(
            "stockflow.decompose",
            "others, years, pooled",
            found="none",
            allowed="one or more of each",
            do="Give the frames of the neighbours and the years to be taken apart.",
        )
    generator = seeds.generator(rng)
    points, drawn, levels, steady = [], [], [], []
    for year in years:
        window = range(year - pooled + 1, year + 1)
        pair = [[_rated(frames, window, names) for frames in place] for place in ([own], list(others))]
        here, there = (_means(place, None, 1) for place in pair)
        points.append(_apart(here, there)[:, 0])
        levels.append((here.rate[0], there.rate[0]))
        steady.append((_steady(here.factors)[0], _steady(there.factors)[0]))
        drawn.append(_apart(*(_means(place, generator, draws) for place in pair)))
    return Decomposition(tuple(years), np.array(levels), np.array(steady), np.array(points), np.array(drawn))


@dataclass(frozen=True, slots=True, eq=False)
class _Mean:
    """The mean of some places: factors (D,), (D, M) and (D, M), and the observed rate (D,)."""

    factors: tuple[Floats, Floats, Floats]
    rate: Floats


def _rated(frames: Mapping[str, pd.DataFrame], window: range, names: Mapping[str, Any]) -> Rates:
    time = str(names.get("time", "year"))
    starts, ceases = (frames[name][frames[name][time].isin(list(window))] for name in ("starts", "ceases"))
    found = rates(
        frames["stock"], starts, ceases, population=frames["population"], discount=1.0, drift=Drift(), **names
    )
    if list(found.years) != list(window):
        raise refuse(
            "stockflow.decompose",
            f"{window[0]} to {window[-1]}",
            found="a year without flows, or without the stock before it",
            allowed="years that every place has",
            do="Ask for later years or pool fewer.",
        )
    return found


def _means(places: Sequence[Rates], rng: np.random.Generator | None, draws: int) -> _Mean:
    """Return the mean place, at the published counts or drawn."""
    bands = places[0].bands
    entries = np.zeros((draws, len(bands.names)))
    leavers, held, stock = (np.zeros((draws, len(bands.names))) for _ in range(3))
    for place in places:
        scale = 1.0 / float(place.exposure.sum())  # to one child-year of 10,000 children
        came, left = place.starts.sum(axis=0), place.leavers.sum(axis=0)
        now, years = place.closing[-1], ((place.opening + place.closing) / 2.0).sum(axis=0)
        if rng is not None:
            came = rng.standard_gamma(came + PRIOR, (draws, len(came)))
            left = rng.standard_gamma(left + PRIOR, (draws, len(left)))
            now = rng.standard_gamma(now + PRIOR, (draws, len(now)))
        entries += came * scale
        leavers += left * scale
        held += years * scale
        stock += now / float(place.exposure[-1])
    n = len(places)
    profile = places[0].entry_profile()
    total = entries.sum(axis=1)
    ages = bands.spread(entries / total[:, None]) * profile
    hazard = bands.spread(leavers / np.where(held > 0, held, 1.0) / 12.0)
    return _Mean((total / n, ages, hazard), stock.sum(axis=1) / n)


def _steady(factors: Sequence[Floats]) -> Floats:
    level, ages, hazard = factors
    return np.asarray(level / 12.0 * steady_profile(ages, hazard).sum(axis=1))


def _apart(here: _Mean, there: _Mean) -> Floats:
    """Return (5, D): the gap, then its parts."""
    split = parts(_steady, here.factors, there.factors)
    history = (here.rate - _steady(here.factors)) - (there.rate - _steady(there.factors))
    return np.vstack([here.rate - there.rate, split, history])
