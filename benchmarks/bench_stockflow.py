"""Projection of the looked-after population beside the sector's demand model: the same rates, the same answer, one run.

    python -m benchmarks stockflow          --quick uses fewer draws and councils

The peer is *cs-demand-model* (data to insight, MIT licence). It needs pandas 1 and a council's episodes, so it is not
among this project's packages. Where it can be imported its own predictor is run on published rates; where not, its
documented step (constant daily rates, ageing at one over the length of a band, one day at a time) is run as restated
below, and the last line says so. It gives one path without doubt; ours gives thousands with it.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from datetime import date
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd

from btc_eval import records, stockflow
from btc_eval.measures import care_published
from btc_eval.stockflow.peers import band_flow

DAYS = 1826  # five years, as the peer steps
MONTHS = 60


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    answer = call()
    return time.process_time() - start, answer


def restated(entry: np.ndarray, exits: np.ndarray, ageing: np.ndarray, opening: np.ndarray) -> np.ndarray:
    """Step the peer's documented model day by day with plain arrays; return the total at the end of each day."""
    state, out = opening.copy(), []
    for _ in range(DAYS):
        left, grown = state * exits, state * ageing
        state = state - left - grown + entry + np.append(0.0, grown[:-1])
        out.append(state.sum())
    return np.array(out)


def peer(entry: np.ndarray, exits: np.ndarray, ageing: np.ndarray, opening: np.ndarray) -> np.ndarray | None:
    """Run the peer's own predictor on the same rates, or return None where it is not installed."""
    try:
        from cs_demand_model.prediction import ModelPredictor, combine_rates
    except ImportError:
        return None
    names = [(f"band {k}", "care") for k in range(len(opening))]
    outside: tuple[str, ...] = ()
    index = pd.MultiIndex.from_tuples([(n, outside) for n in names], names=["from", "to"])
    leaving = pd.Series(exits, index=index)
    steps = [(name, names[k + 1] if k + 1 < len(names) else outside) for k, name in enumerate(names)]
    older = pd.Series(ageing, index=pd.MultiIndex.from_tuples(steps, names=["from", "to"]))
    coming = pd.Series(entry, index=pd.MultiIndex.from_tuples([(outside, n) for n in names], names=["from", "to"]))
    start = pd.Series(opening, index=pd.Index(names, tupleize_cols=False))
    predictor = ModelPredictor(start, combine_rates(leaving, older), coming, date(2025, 3, 31))
    return predictor.predict(DAYS).sum(axis=1).to_numpy()


def bench_projection(draws: int) -> None:
    wirral = care_published.flows(records.official()).of(records.WIRRAL)
    rates, stock = stockflow.rates(**wirral), wirral["stock"]
    opening = stock[stock["year"] == 2025].set_index("age_band")["children"].reindex(list(rates.bands.names))
    entry = (rates.weights @ rates.starts) / rates.entry_scale * rates.population / 365.2
    exits = (rates.weights @ rates.leavers) / rates.exit_scale / 365.2
    ageing = 12.0 / rates.bands.widths / 365.2
    given = (entry, exits, ageing, opening.to_numpy())
    slow, path = timed(lambda: peer(*given))
    named = "cs-demand-model, its own predictor"
    if path is None:
        slow, path = timed(lambda: restated(*given))
        named = "cs-demand-model as restated here"
    exact = band_flow(rates, opening.to_numpy(), 5)[-1]
    ours, ahead = timed(lambda: stockflow.project(rates, opening, horizon=MONTHS, draws=draws, rng=1))
    held = stockflow.project(rates.held(), opening, horizon=MONTHS, draws=2000, rng=1)
    moved = ahead.paths.stock[:, -1].sum(axis=1) - ahead.paths.stock[:, 0].sum(axis=1)
    flow = ahead.paths.starts.sum(axis=(1, 2)) - ahead.paths.ceases.sum(axis=(1, 2)) - ahead.paths.aged_out.sum(axis=1)
    assert (moved == flow).all(), "the books do not close"
    assert abs(path[-1] - exact) < 1.0, (path[-1], exact)
    print(
        f"projection, {draws:,} draws × {MONTHS} months, Wirral: {ours:.2f} s CPU, {ours / draws * 1e6:,.0f} µs a path"
    )
    print(f"{named}, one path × {DAYS:,} days: {slow:.2f} s CPU, {slow / (ours / draws):,.0f}× one of our paths")
    print(f"  on these rates it ends at {path[-1]:.1f}; band_flow, the yardstick of our back-test, at {exact:.1f}")
    print(
        f"  cohorts with the same rates held end at {held.totals()[:, -1].mean():.1f}: the rest is ageing by the band"
    )
    if "restated" in named:
        print(
            "  cs-demand-model is not installed (it needs pandas 1): its documented step was run instead of its program"
        )


def bench_backtest(councils: int | None, draws: int) -> None:
    official = records.official()
    then, now = care_published.flows(official, vintage="2023-11", lend=True), care_published.flows(official)
    frames = then.councils()
    if councils:
        kept = sorted(set(frames["stock"]["area_code"]))[:councils]
        for name in ("stock", "starts", "ceases"):
            frames[name] = frames[name][frames[name]["area_code"].isin(kept)]
    spent, found = timed(lambda: stockflow.backtest(**frames, outturn=now.totals, origin=2023, draws=draws, rng=1))
    print(
        f"back-test, every council, {draws} draws: {spent:.1f} s CPU; left out: {', '.join(found.left_out) or 'none'}"
    )
    shown = ["year", "words", "councils", "coverage_50", "coverage_80", "coverage_95", "error", "relative", "crps"]
    print(found.summary()[shown].round(3).to_string(index=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    bench_projection(1000 if quick else 10_000)
    bench_backtest(10 if quick else None, 200 if quick else 1000)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
