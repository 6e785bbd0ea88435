"""Time to an event beside lifelines: the same work, the same answers, in one process and one run.

    python benchmarks/bench_survival.py            --quick for smaller peers' runs, --full for their largest

lifelines needs pandas below 3 and this project 3 or later, so the two never share an environment. The arithmetic in
`btc_eval.inference` needs NumPy and SciPy alone: run this file with lifelines' own environment and this clone on
PYTHONPATH, and both sides run in one process. Without lifelines our side is timed alone, and says so.

Peers too slow for the full size are run on fewer rows, as printed; their time grows at least in step with the rows,
and no ratio is scaled up. Times are CPU seconds on one thread, the least of several runs.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
import warnings
from collections.abc import Callable
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from btc_eval.inference.cox import cox
from btc_eval.inference.cumulative_incidence import cumulative_incidence
from btc_eval.inference.multistate import Moves, forward, hazards
from btc_eval.inference.multistate_influence import beginning, variances

try:
    import lifelines
    import pandas as pd
except ImportError:
    lifelines = None


def timed(call: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Return CPU seconds of a call, the least of several runs, and its answer."""
    best, answer = np.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def line(name: str, ours: float, peer: float | None, agree: str) -> None:
    beside = f"{'':>20}" if peer is None else f"{peer:>9.2f} s {peer / ours:>8.1f}×"
    print(f"{name:<72}{ours * 1e3:>10.1f} ms {beside}  {agree}", flush=True)


def incidence(rows: int, peer_rows: int, *, tail: bool) -> None:
    """Two competing events in days, a third of the rows censored: heavy ties, with or without a thin tail.

    Where some day has one event of each kind, as in any tail, lifelines moves every event by a random instant and then
    works through as many times as there are events; where no day is so, it keeps the ties and is quick.
    """

    def draw(n: int) -> tuple[Any, Any]:
        rng = np.random.default_rng(1)
        days = np.ceil(rng.exponential(200, n)) if tail else rng.integers(1, 731, n).astype(float)
        return days, rng.integers(0, 3, n)

    kind = "with a thin tail" if tail else "no tail"
    for n in dict.fromkeys([rows, peer_rows]):
        days, event = draw(n)
        ours, found = timed(lambda days=days, event=event: cumulative_incidence(days, event, 2), 7)
        name = f"Aalen–Johansen with intervals, {n:,} rows, days {kind}"
        if lifelines is None or n != peer_rows:
            line(name, ours, None, "" if lifelines is None else "peer not run at this size")
            continue
        fitter = lifelines.AalenJohansenFitter(seed=1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            series = pd.Series(days), pd.Series(event)
            peer, fitted = timed(lambda fitter=fitter, series=series: fitter.fit(*series, event_of_interest=1), 1)
        at = np.arange(30, 730, 30)
        own = found.incidence[np.searchsorted(found.risk.times, at, side="right"), 0]
        other = fitted.cumulative_density_.iloc[:, 0]
        gap = np.abs(other.to_numpy()[np.searchsorted(other.index.to_numpy(), at + 0.5) - 1] - own).max()
        assert gap < 5e-3, gap
        line(name, ours, peer, f"differ by {gap:.0e}")


def cohort_rows(n: int, *, tied: bool) -> tuple[Any, ...]:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(n, 8))
    x[:, 4:] = x[:, 4:] > 0.5
    days = rng.exponential(1, n) * np.exp(-x @ np.linspace(-0.3, 0.3, 8))
    return x, np.ceil(days * 365) if tied else days, (rng.uniform(size=n) < 0.5).astype(int), rng


def proportional(rows: int, *, tied: bool) -> None:
    x, days, event, _ = cohort_rows(rows, tied=tied)
    name = f"Cox, 8 covariates, {rows:,} rows, {'days' if tied else 'no ties'}"
    ours, found = timed(lambda: cox(x, days, event))
    if lifelines is None:
        line(name, ours, None, "")
        return
    frame = pd.DataFrame(x, columns=list("abcdefgh")).assign(days=days, event=event)
    peer, fitted = timed(lambda: lifelines.CoxPHFitter().fit(frame, "days", "event"), 1)
    gap = np.abs(fitted.params_.to_numpy() - found.coef).max()
    errors = np.abs(fitted.standard_errors_.to_numpy() - np.sqrt(np.diag(found.covariance))).max()
    assert gap < 1e-6, gap
    assert errors < 1e-6, errors
    line(name, ours, peer, f"coefficients differ by {gap:.0e}, errors by {errors:.0e}")


def weighted(rows: int, peer_rows: int) -> None:
    """Inverse-probability weights and families of three; a peer's run on fewer rows, so that it ends."""

    def work(n: int, *, tied: bool) -> tuple[Any, ...]:
        x, days, event, rng = cohort_rows(n, tied=tied)
        return x, days, event, rng.uniform(0.5, 2, n), rng.integers(0, n // 3, n)

    for n in dict.fromkeys([rows, peer_rows]):
        x, days, event, w, family = work(n, tied=True)

        def own(x: Any = x, days: Any = days, event: Any = event, w: Any = w, family: Any = family) -> Any:
            fit = cox(x, days, event, weights=w)
            return fit, np.sqrt(np.diag(fit.robust(family)))

        ours, (found, errors) = timed(own)
        name = f"Cox weighted, clustered errors, {n:,} rows, days"
        if lifelines is None or n != peer_rows:
            line(name, ours, None, "" if lifelines is None else "peer not run at this size")
            continue
        frame = pd.DataFrame(x, columns=list("abcdefgh")).assign(days=days, event=event, w=w, family=family)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = {"weights_col": "w", "cluster_col": "family", "robust": True}
            fit = lifelines.CoxPHFitter().fit
            peer, fitted = timed(lambda fit=fit, frame=frame, call=call: fit(frame, "days", "event", **call), 1)
        gap = np.abs(fitted.params_.to_numpy() - found.coef).max()
        ratio = np.abs(fitted.standard_errors_.to_numpy() / errors - 1).max()
        assert gap < 1e-5, gap
        line(name, ours, peer, f"coefficients differ by {gap:.0e}; its errors with ties by {ratio:.0e}")


def states(children: int) -> None:
    """Six states, three quarters of the children moving on at each; every day's jackknife, by child."""
    rng = np.random.default_rng(3)
    rows = []
    for step in range(4):
        here = np.arange(children) if step == 0 else rows[-1][0][rows[-1][4] >= 0]
        begin = np.zeros(len(here)) if step == 0 else rows[-1][2][rows[-1][4] >= 0]
        source = np.full(len(here), step)
        target = np.where(
            rng.uniform(size=len(here)) < 0.75, step + 1, np.where(rng.uniform(size=len(here)) < 0.3, 5, -1)
        )
        rows.append((here, begin, begin + rng.integers(1, 500, len(here)), source, target))
    unit, start, stop, source, target = (np.concatenate(part) for part in zip(*rows))
    moves = Moves(start, stop, source, target, np.ones(len(stop)), unit, 6)

    def own() -> Any:
        found, begin = hazards(moves), beginning(moves, children)
        path = np.einsum("k,tkj->tj", begin.p0, forward(found, 0, len(found.times)))
        return path, variances(moves, found, begin, path)

    seconds, (path, _) = timed(own, 1)
    assert np.allclose(path.sum(axis=1), 1)
    text = f"Six states, {children:,} children, {len(stop):,} rows, {len(path) - 1:,} days, jackknife each day"
    print(f"{text}{seconds:>10.2f} s (lifelines has no multi-state model)")


def main() -> None:
    """Run every comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    if lifelines is None:
        print("lifelines is not installed here: our side alone, no ratio. Run with its own environment to compare.")
    incidence(10**6, 10**6 if asked.full else 10**4 if asked.quick else 10**5, tail=True)
    incidence(10**6, 10**6, tail=False)
    for tied in (True, False):
        proportional(10**5 if asked.quick else 10**6, tied=tied)
    weighted(10**5, 10**5 if asked.full else 5_000 if asked.quick else 20_000)
    states(20_000)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"largest memory of this process {memory:.1f} GB, peer included")


if __name__ == "__main__":
    main()
