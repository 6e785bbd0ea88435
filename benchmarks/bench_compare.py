"""How long does it take to compare like with like, beside other programs on the same work?

Matching of 10,000 treated to 100,000 controls on one score: within a caliper; within a caliper and 180 exact strata,
greedily and with the least total distance; three controls each. A bootstrap of 1,000 samples of families for a
weighted risk difference. Entropy balancing of 100,000 controls on 12 covariates. Before a time is printed the answers
are compared.

Run `python -m benchmarks compare`. Peers are optional and named where they are not installed: `pymatchit-causal`
(imported as `pymatchit`), `ebal`. The naive bootstrap runs a few samples and its time is scaled up, which is printed.
R's MatchIt is not run here: its stored times, from another day on a machine of this kind, are printed as such.
Times are seconds of processor time in one process, so that a busy machine does not decide; set OPENBLAS_NUM_THREADS=1
for steady ones.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import optimize

from btc_eval import cohort

TREATED, CONTROLS, STRATA = 10_000, 100_000, 180
#: MatchIt 4.7.1 under R 4.2.2, measured once on two cores of this kind, November 2026; seconds. Not run here.
MATCHIT = {"caliper": 0.25, "caliper and 180 strata": 0.40, "three each": 1.80}
NAIVE = 5


def timed(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Return the least of a few times, and the answer."""
    best, answer = np.inf, None
    for _ in range(repeats):
        began = time.process_time()
        answer = work()
        best = min(best, time.process_time() - began)
    return best, answer


def people() -> pd.DataFrame:
    """Draw a cohort with a known score; continuous, so that no two scores are equal."""
    rng = np.random.default_rng(7)
    n = TREATED + CONTROLS
    helped = np.zeros(n, dtype=int)
    helped[rng.choice(n, TREATED, replace=False)] = 1
    score = rng.normal(size=n) + 0.5 * helped
    return pd.DataFrame({"helped": helped, "score": score, "stratum": rng.integers(0, STRATA, n)})


def matching() -> None:
    """Match on a score, in four ways."""
    frame = people()
    call: dict[str, Any] = {"treatment": "helped", "distance": "score", "std_caliper": False}
    ways: dict[str, dict[str, Any]] = {
        "caliper": {"caliper": 0.05},
        "caliper and 180 strata": {"caliper": 0.05, "exact": ["stratum"]},
        "three each": {"caliper": 0.05, "ratio": 3},
    }
    print(f"Matching {TREATED:,} to {CONTROLS:,}, frame in, pairs, weights and sets out")
    for name, options in ways.items():
        seconds, found = timed(lambda options=options: cohort.match(frame, **call, **options))
        total = found.pairs["distance"].sum()
        print(f"  {name:26s} {seconds:7.3f} s   {len(found.pairs):,} pairs, total distance {total:.4f}")
        print(f"    MatchIt 4.7.1            {MATCHIT[name]:7.2f} s   stored figure, not run here")
        if name == "caliper and 180 strata":
            seconds, best = timed(
                lambda: cohort.match(frame, method="optimal", **call, **ways["caliper and 180 strata"]), 1
            )
            assert len(best.pairs) >= len(found.pairs)
            least = best.pairs["distance"].sum()
            print(
                f"  the same, optimal          {seconds:7.3f} s   {len(best.pairs):,} pairs, total distance {least:.4f}"
            )
    peer(frame)


def peer(frame: pd.DataFrame) -> None:
    """The same by pymatchit-causal, at a size that it finishes, pair by pair."""
    if find_spec("pymatchit") is None:
        print("  pymatchit-causal is not installed: pip install pymatchit-causal")
        return
    from pymatchit import MatchIt

    part = frame.sample(11_000, random_state=1).reset_index(drop=True)
    width = 0.05 / float(part["score"].std())

    def theirs() -> Any:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = MatchIt(part, method="nearest", distance=part["score"], caliper=width, exact=["stratum"])
            made.fit("helped ~ score")
            return made.matches()

    ours, found = timed(
        lambda: cohort.match(part, treatment="helped", distance="score", caliper=width, exact=["stratum"])
    )
    taken, pairs = timed(theirs, 1)
    mine = set(zip(found.pairs["treated"].astype(str), found.pairs["control"].astype(str)))
    other = set(zip(pairs["treated_index"].astype(str), pairs["control_index"].astype(str)))
    assert mine == other, f"{len(mine & other)} of {len(mine)} pairs agree"
    print(f"  a tenth, caliper and strata  ours {ours:.3f} s, pymatchit-causal {taken:.2f} s, {taken / ours:.0f} times")
    print(f"    all {len(mine):,} pairs identical")


def families(n: int = 6000, count: int = 2500) -> pd.DataFrame:
    """Draw children in families, some helped, with a yes/no outcome."""
    rng = np.random.default_rng(11)
    family = np.sort(np.r_[np.arange(count), rng.integers(0, count, n - count)])
    x = rng.normal(size=(n, 7))
    home = rng.normal(size=count)[family]
    helped = rng.random(n) < 1 / (1 + np.exp(0.5 - 0.2 * x.sum(axis=1) - 0.3 * home))
    care = rng.random(n) < 1 / (1 + np.exp(1.5 - 0.2 * x.sum(axis=1) - 0.5 * home + 0.3 * helped))
    frame = pd.DataFrame(x, columns=[f"x{k}" for k in range(7)])
    return frame.assign(family=family, helped=helped.astype(int), care=care.astype(int))


def naive(frame: pd.DataFrame, counts: Any) -> float:
    """One sample as most scripts have it: rows put together by family, the score fitted by formula, means taken."""
    groups = dict(iter(frame.groupby("family", sort=False)))
    parts = [groups[family] for family, n in zip(pd.unique(frame["family"]), counts) for _ in range(n)]
    sample = pd.concat(parts, ignore_index=True)
    formula = "helped ~ " + " + ".join(f"x{k}" for k in range(7))
    chance = sm.formula.logit(formula, sample).fit(disp=0, tol=1e-12).predict()
    helped = sample["helped"].to_numpy() == 1
    weights = np.where(helped, 1 / chance, 1 / (1 - chance))
    care = sample["care"].to_numpy()
    return float(
        np.average(care[helped], weights=weights[helped]) - np.average(care[~helped], weights=weights[~helped])
    )


def resampling() -> None:
    """1,000 samples of families, by refitting in batches, by influence functions, and one by one."""
    frame = families()
    call: dict[str, Any] = {
        "outcome": "care",
        "treatment": "helped",
        "covariates": [f"x{k}" for k in range(7)],
        "cluster": "family",
    }
    print("1,000 bootstrap samples of 2,500 families (6,000 children), weighted risk difference")
    refit, found = timed(lambda: cohort.bootstrap(frame, rng=np.random.default_rng(1), **call))
    quick, drawn = timed(lambda: cohort.bootstrap(frame, rng=np.random.default_rng(1), method="influence", **call))
    began = time.process_time()
    singles = [naive(frame, found.counts[k]) for k in range(NAIVE)]
    taken = (time.process_time() - began) * 1000 / NAIVE
    np.testing.assert_allclose(found.draws["difference"][:NAIVE], singles, atol=1e-9)
    exact = cohort.effect(
        frame,
        outcome="care",
        treatment="helped",
        weights=cohort.weight(frame, treatment="helped", covariates=call["covariates"]),
        cluster="family",
    )
    print(f"  refitted in batches   {refit:8.3f} s   standard error {found.std_error:.5f}")
    print(f"  influence functions   {quick:8.3f} s   standard error {drawn.std_error:.5f}")
    print(f"  formula               {'':8s}     standard error {exact.value('risk_difference', 'std_error'):.5f}")
    print(f"  one by one            {taken:8.1f} s   scaled up from {NAIVE} samples, each equal to 1e-9")
    print(f"  {taken / refit:.0f} and {taken / quick:.0f} times faster")


def entropy() -> None:
    """Entropy balancing beside a general optimiser and the package ebal."""
    rng = np.random.default_rng(3)
    n, k = 110_000, 12
    helped = rng.random(n) < 0.09
    x = rng.normal(size=(n, k)) + 0.25 * helped[:, None]
    names = [f"x{j}" for j in range(k)]
    frame = pd.DataFrame(x, columns=names).assign(helped=helped.astype(int))
    call: dict[str, Any] = {"treatment": "helped", "covariates": names, "estimand": "entropy"}
    ours, found = timed(lambda: cohort.weight(frame, **call))
    away = x[~helped] - x[helped].mean(axis=0)

    def general() -> Any:
        def dual(s: Any) -> tuple[float, Any]:
            raw = np.exp(away @ s)
            return float(np.log(raw.sum())), raw @ away / raw.sum()

        made = np.exp(away @ optimize.minimize(dual, np.zeros(k), jac=True, method="BFGS", tol=1e-10).x)
        return made / made.mean()

    taken, theirs = timed(general, 1)
    np.testing.assert_allclose(found.weights[~helped], theirs, rtol=1e-5)
    gap = found.balance()["smd_after"].abs().max()
    print(f"Entropy balancing of {int((~helped).sum()):,} controls on {k} covariates, influence included")
    print(f"  ours           {ours:7.3f} s   means equal to {gap:.0e} standard deviations")
    print(f"  scipy, BFGS    {taken:7.3f} s   the dual alone, weights equal to 1e-5; {taken / ours:.1f} times")
    if find_spec("ebal") is None:
        print("  ebal is not installed: pip install ebal")
        return
    import ebal

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        taken, other = timed(lambda: ebal.ebal_bin().ebalance(helped.astype(int), x, x[:, 0]), 1)
    weights = np.asarray(other["w"] if isinstance(other, dict) else other.w, dtype=float)
    weights = weights[~helped] if len(weights) == n else weights
    left = np.abs(weights @ away / weights.sum() / x[helped].std(axis=0)).max()
    print(f"  ebal           {taken:7.3f} s   its means equal to {left:.0e}; {taken / ours:.1f} times")


def main(arguments: list[str]) -> int:
    """Run the comparisons: all, or those named."""
    parts: dict[str, Callable[[], None]] = {"matching": matching, "resampling": resampling, "entropy": entropy}
    for name in arguments or parts:
        parts[name]()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory {peak:,.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
