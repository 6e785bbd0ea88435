"""Interrupted time series beside its peers: the same work, the same answers, in one process and one run.

    python benchmarks/bench_its.py            prints the table; --quick uses fewer replicates

Each peer is called through its array interface, in the loop a user would write; the formula interface beside it where
there is one. Answers are compared before any ratio is printed. Times are CPU seconds on
one thread, the least of several runs.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

# One thread for both sides, and CPU seconds: ratios then do not depend on what else the machine is doing.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

from btc_eval import its
from btc_eval.inference.counts import poisson
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.simulate import ar1_noise

POINTS = 60


def timed(call: Callable[[], Any], repeats: int = 5) -> tuple[float, Any]:
    """Return CPU seconds of a call, and its answer: the least of several runs, short calls many to a run."""
    start = time.process_time()
    answer = call()
    first = time.process_time() - start
    if repeats == 1:
        return first, answer
    times = max(1, int(0.05 / max(first, 1e-4)))
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(times):
            answer = call()
        best = min(best, (time.process_time() - start) / times)
    return best, answer


def design() -> np.ndarray[Any, Any]:
    clock = np.arange(POINTS, dtype=float)
    after = (clock >= POINTS // 2).astype(float)
    return np.column_stack([np.ones(POINTS), clock, after, after * (clock - POINTS // 2)])


def line(name: str, ours: float, peer: float, agree: str) -> None:
    print(f"{name:<58}{ours * 1e3:>10.1f} ms {peer:>9.2f} s {peer / ours:>9.0f}×  {agree}")


def bench_newey_west(x: Any, y: Any, formula_share: int) -> None:
    names = ["one", "t", "x", "s"]
    ours, found = timed(lambda: newey_west(x, y, 3))

    def arrays() -> np.ndarray[Any, Any]:
        options = {"maxlags": 3, "use_correction": True}
        fits = [sm.OLS(c, x).fit(cov_type="HAC", cov_kwds=options) for c in y.T]
        return np.array([[*f.params, *f.bse] for f in fits])

    def formula() -> None:
        frame = pd.DataFrame(x, columns=names)
        for column in y.T[:formula_share]:
            smf.ols("y ~ t + x + s", frame.assign(y=column)).fit(cov_type="HAC", cov_kwds={"maxlags": 3})

    peer, other = timed(arrays, 1)
    same = np.hstack([found.coef, found.precision.std_error(np.eye(4))])
    line(
        f"Newey–West, {y.shape[1]} series, beside arrays",
        ours,
        peer,
        f"largest difference {np.abs(same - other).max():.0e}",
    )
    slow, _ = timed(formula, 1)
    line("   beside the formula interface", ours, slow * y.shape[1] / formula_share, f"from {formula_share} fits")


def bench_quasi_poisson(x: Any, counts: Any, formula_share: int) -> None:
    ours, found = timed(lambda: poisson(x, counts, quasi=True, floor=0.0))

    def arrays() -> np.ndarray[Any, Any]:
        family = sm.families.Poisson()
        fits = [sm.GLM(c, x, family=family).fit(scale="X2", tol=1e-12) for c in counts.T]
        return np.array([[*f.params, *f.bse] for f in fits])

    def formula() -> None:
        frame = pd.DataFrame(x, columns=["one", "t", "x", "s"])
        for column in counts.T[:formula_share]:
            smf.glm("y ~ t + x + s", frame.assign(y=column), family=sm.families.Poisson()).fit(scale="X2")

    peer, other = timed(arrays, 1)
    same = np.hstack([found.coef, found.precision.std_error(np.eye(4))])
    line(f"quasi-Poisson, {counts.shape[1]} series, beside arrays", ours, peer,
         f"largest difference {np.abs(same - other).max():.0e}")  # fmt: skip
    slow, _ = timed(formula, 1)
    line("   beside the formula interface", ours, slow * counts.shape[1] / formula_share, f"from {formula_share} fits")


def bench_reml(x: Any, y: Any, sarimax_share: int) -> None:
    ours, found = timed(lambda: restricted_ar1(x, y))
    plain, _ = timed(lambda: restricted_ar1(x, y, correction="none"))

    def glsar() -> None:
        for column in y.T:
            sm.GLSAR(column, x, rho=1).iterative_fit(maxiter=10)

    def sarimax() -> np.ndarray[Any, Any]:
        basis = np.linalg.qr(x)[0]
        fits = [sm.tsa.SARIMAX(c, exog=basis, order=(1, 0, 0)).fit(disp=0) for c in y.T[:sarimax_share]]
        return np.array([f.llf for f in fits])

    peer, _ = timed(glsar, 1)
    single = restricted_ar1(x, y[:, :1])
    gap = max(np.abs(single.coef - found.coef[:1]).max(), np.abs(single.phi - found.phi[:1]).max())
    line(f"REML AR(1), {y.shape[1]} series, beside GLSAR", plain, peer, f"alone and together differ by {gap:.0e}")
    line("   with Kenward–Roger intervals", ours, peer, "GLSAR has none")
    slow, _ = timed(sarimax, 1)
    line(
        "   beside SARIMAX(1,0,0) with regressors",
        plain,
        slow * y.shape[1] / sarimax_share,
        f"from {sarimax_share} fits",
    )


def national(units: int = 150, months: int = 144) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    steps = np.r_[0, np.ones(months - 1, dtype=int)]
    level = rng.normal(5.5, 0.6, units) + 0.2 * ar1_noise(steps, np.full(units, 0.7), rng)
    dates = pd.date_range("2012-04-01", periods=months, freq="MS")
    return pd.DataFrame(
        {
            "la": np.repeat([f"E{k:03d}" for k in range(units)], months),
            "month": np.tile(dates, units),
            "n": rng.poisson(np.exp(level)).T.ravel(),
        }
    )


def bench_placebos(units: int) -> None:
    panel = national(units)
    options: dict[str, Any] = {"unit": "la", "time": "month", "outcome": "n", "treated": "E000"}
    space, found = timed(
        lambda: its.placebo_in_space(panel, start="2021-04-01", season="month", estimator="quasi-poisson", **options)
    )

    def formula() -> list[float]:
        out = []
        for _, frame in panel.groupby("la"):
            clock = np.arange(len(frame))
            after = (frame["month"] >= "2021-04-01").to_numpy().astype(int)
            slope = after * (clock - int(np.flatnonzero(after)[0]))
            frame = frame.assign(t=clock, x=after, s=slope, m=frame["month"].dt.month)
            model = smf.glm("n ~ t + x + s + C(m)", frame, family=sm.families.Poisson())
            out.append(float(model.fit(scale="X2", tol=1e-12).params["x"]))
        return out

    peer, other = timed(formula, 1)
    gap = np.abs(found.estimates - np.array(other)).max()
    line(f"placebo in space, {units} councils, one date, beside formulas", space, peer, f"largest difference {gap:.0e}")
    dates = pd.date_range("2013-04-01", periods=100, freq="MS")
    for estimator in ("quasi-poisson", "newey-west", "reml"):
        grid, answer = timed(
            lambda estimator=estimator: its.placebo_in_space_and_time(
                panel, start="2023-04-01", starts=list(dates), season="month", estimator=estimator, **options
            ),
            1,
        )
        count = answer.estimates.size
        print(f"{f'placebo in space and time, {estimator}, {count} fits':<58}{grid:>10.2f} s")


def bench_power() -> None:
    rng = np.random.default_rng(5)
    steps = np.r_[0, np.ones(143, dtype=int)]
    mean = np.exp(5.5 + 0.1 * ar1_noise(steps, np.array([0.4]), rng)[:, 0])
    frame = pd.DataFrame({"month": pd.date_range("2012-04-01", periods=144, freq="MS"), "n": rng.poisson(mean)})
    for estimator in ("quasi-poisson", "reml", "newey-west", "quasi-poisson-ar1"):
        fit = its.fit(frame, outcome="n", time="month", start="2021-04-01", season="month", estimator=estimator)
        sizes = [0.0, -0.05, -0.1, -0.15, -0.2] if fit.spec.counts else [0.0, -12.0, -25.0, -37.0, -50.0]
        seconds, _ = timed(
            lambda fit=fit, sizes=sizes: its.power(fit, effects=sizes, horizon=24, rng=np.random.default_rng(1)), 1
        )
        print(f"{f'power at 5 effects, 1,000 draws each, {estimator}':<58}{seconds:>10.2f} s")


def main() -> None:
    """Run every comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    count = 200 if quick else 1000
    rng = np.random.default_rng(1)
    x = design()
    steps = np.r_[0, np.ones(POINTS - 1, dtype=int)]
    y = x @ np.array([50.0, 0.1, -3.0, 0.05])[:, None] + 3 * ar1_noise(steps, np.full(count, 0.4), rng)
    counts = rng.poisson(np.exp(x @ np.array([3.5, 0.002, -0.1, 0.0]))[:, None], (POINTS, count)).astype(float)
    print(f"{'':<58}{'btc_eval':>13} {'peer':>11} {'ratio':>10}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bench_newey_west(x, y, 50)
        bench_quasi_poisson(x, counts, 50)
        bench_reml(x, y, 20)
        bench_placebos(40 if quick else 150)
        bench_power()


if __name__ == "__main__":
    main()
