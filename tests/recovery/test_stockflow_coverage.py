"""Known truths recovered: intervals of projections on made-up councils, and how far made-up rates wander."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval import stockflow
from btc_eval.inference import Floats
from btc_eval.inference.cohorts import simulate, steady_profile

BANDS = stockflow.BANDS
ENTRY = np.array([34.0, 30, 30, 58, 28])
EXIT = np.array([0.40, 0.50, 0.20, 0.12, 0.10])
WANDER = stockflow.Drift(entry_walk=0.12, entry_year=0.08, exit_walk=0.1, exit_year=0.1, correlation=0.3)


def council(rng: np.random.Generator, years: int, wander: stockflow.Drift) -> dict[str, pd.DataFrame]:
    """A made-up council from its steady state on: its counts by year, as they would be published."""
    factor = wander.factors(1, years, rng)
    shape = BANDS.spread(1 / BANDS.widths)
    profile = steady_profile(BANDS.spread(ENTRY / 12) * shape, BANDS.spread(EXIT / 12))
    in_year = np.arange(12 * years) // 12
    paths = simulate(
        rng.poisson(profile)[None, :],
        ENTRY / 12 * factor[0][:, in_year, None],
        shape,
        EXIT / 12 * factor[1][:, in_year, None],
        BANDS.first_month,
        rng,
    )
    by_year = (1, years, 12, len(BANDS.names))
    flows = {n: getattr(paths, n).reshape(by_year).sum(axis=2)[0] for n in ("starts", "ceases")}
    out = paths.aged_out.reshape(1, years, 12).sum(axis=2)[0]
    return {
        "stock": _long(paths.stock[0, ::12], 2000, BANDS.names),
        "starts": _long(flows["starts"], 2001, BANDS.names),
        "ceases": _long(np.column_stack([flows["ceases"], out]), 2001, (*BANDS.names, BANDS.leaving)),
    }


def _long(wide: Floats, first: int, names: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(wide, columns=list(names)).assign(year=np.arange(first, first + len(wide)))
    return frame.melt(id_vars="year", var_name="age_band", value_name="children")


@pytest.mark.slow
@pytest.mark.parametrize("wander", [stockflow.Drift(), WANDER], ids=["steady", "wandering"])
def test_intervals_hold_what_happens_as_often_as_they_say(wander: stockflow.Drift) -> None:
    """150 councils, four years known, two projected. Four in five must be held, give or take three Monte Carlo standard
    errors (0.10), and likewise for 95 % (0.055). Rates that wander are projected with their own wandering, whose recent
    level is known from years that wandered too: the discount of 0.5 stands for that.
    """
    rng = np.random.default_rng(11)
    level = stockflow.Drift() if wander == stockflow.Drift() else stockflow.Drift(
        0.06, wander.entry_walk, wander.entry_year, 0.06, wander.exit_walk, wander.exit_year, 0.3
    )  # fmt: skip
    held = {0.8: 0, 0.95: 0}
    for _ in range(150):
        made = council(rng, 6, wander)
        known = {name: frame[frame["year"] <= 2004] for name, frame in made.items()}
        rates = stockflow.rates(**known, drift=level, balance="none", newborn_share=1 / 12, tolerance=0.0)
        last = known["stock"].query("year == 2004")
        ends = stockflow.project(rates, last, horizon=24, draws=300, rng=rng).at("2006-03")
        truth = made["stock"].query("year == 2006")["children"].sum()
        for level_ in held:
            low, high = np.quantile(ends, [(1 - level_) / 2, (1 + level_) / 2])
            held[level_] += low <= truth <= high
    assert held[0.8] / 150 == pytest.approx(0.8, abs=0.10)
    assert held[0.95] / 150 == pytest.approx(0.95, abs=0.055)


def test_how_far_rates_wander_is_found_again() -> None:
    """200 councils of 12 years whose starts wander by a known walk and yearly departure. Truth within a fifth, which is
    about three standard errors at this size.
    """
    rng = np.random.default_rng(4)
    rows = []
    for c in range(200):
        factor = stockflow.Drift(entry_walk=0.12, entry_year=0.1).factors(1, 12, rng)[0][0]
        starts = rng.poisson(300 * factor)
        # A stock whose leavers are a steady fifth apart from chance, so that exits wander by nothing.
        stock = [1000.0]
        for n in starts:
            left = rng.poisson(0.3 * stock[-1] * 0.93)
            stock.append(max(stock[-1] + n - left, 50.0))
        rows += [(c, 2000 + k, s, float(n)) for k, (s, n) in enumerate(zip(stock[1:], starts))]
    found = stockflow.drift(pd.DataFrame(rows, columns=["area_code", "year", "stock", "starts"]), aged_out=0.0)
    assert found.entry_walk == pytest.approx(0.12, rel=0.2)
    assert found.entry_year == pytest.approx(0.10, rel=0.3)
    assert found.exit_walk < 0.05


def test_a_pull_towards_balance_is_found_again() -> None:
    """Councils whose entries fall back by half of any imbalance: the pull of the first year is half, within 0.15."""
    rng = np.random.default_rng(9)
    rows = []
    for c in range(200):
        stock, level = 1000.0, 1.0
        for k in range(10):
            level = np.exp(0.5 * np.log(level) + 0.15 * rng.standard_normal())
            starts = rng.poisson(300 * level)
            stock += starts - rng.poisson(300)
            rows.append((c, 2000 + k, max(stock, 200.0), float(starts)))
    found = stockflow.drift(pd.DataFrame(rows, columns=["area_code", "year", "stock", "starts"]), aged_out=0.0)
    assert 0.3 < found.entry_pull[0] < 0.8
    assert found.entry_pull[1] > found.entry_pull[0]
