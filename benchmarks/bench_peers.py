"""How often do the peers announce an effect where nothing happened, and how long do they take?

Every council but Wirral that published each month, April 2012 to March 2020, at a date when nothing need have begun in
any of them (April 2018): the window ends before covid. A method that keeps its promise announces an effect in one
council in twenty. CausalImpact is the port `bsts-causalimpact`; CausalPy is fitted by least squares, as its quick start
does, and announces where its interval of the mean effect leaves out nought. Each peer is measured where it is
installed, and named where it is not.

Run `python -m benchmarks.bench_peers`.
"""

from __future__ import annotations

import importlib.util
import logging
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from btc_eval import its, measures, records

START, END = "2018-04-01", "2020-03-01"


def panel() -> pd.DataFrame:
    """Return the councils in which nothing of the kind began."""
    frame = measures.monthly_referrals(records.official()).complete()
    return frame[(frame["la_code"] != records.WIRRAL) & (frame["month"] <= END)]


def ours(frame: pd.DataFrame) -> None:
    """Print the share for each of our estimators, and for the permutation test they feed."""
    for name in ("poisson", "quasi-poisson", "newey-west", "reml"):
        begun = time.perf_counter()
        found = its.false_alarms(
            frame, unit="la_code", time="month", outcome="referrals", dates=[START], estimators=[name], season="month"
        )
        line(
            f"btc_eval {name}", float(found["share"].iloc[0]), time.perf_counter() - begun, int(found["units"].iloc[0])
        )
    begun = time.perf_counter()
    first = sorted(frame["la_code"].unique())[0]
    space = its.placebo_in_space(
        frame, unit="la_code", time="month", outcome="referrals", treated=first, start=START, season="month"
    )
    sizes = np.abs(space.estimates)
    share = float(np.mean([np.mean(sizes >= size) <= 0.05 for size in sizes]))
    line("btc_eval permutation", share, time.perf_counter() - begun, len(sizes))


def causal_impact(series: pd.Series) -> bool:
    """Does CausalImpact announce an effect?"""
    from causal_impact import CausalImpact  # type: ignore[import-not-found]

    before = [str(series.index[0].date()), "2018-03-01"]
    arguments = {"niter": 1000, "seed": 1, "nseasons": 12}
    fitted = CausalImpact(pd.DataFrame({"y": series}), before, [START, END], model_args=arguments)
    summary = fitted._results if hasattr(fitted, "_results") else fitted.results
    return bool(summary.p_value < 0.05)


def causal_py(series: pd.Series) -> bool:
    """Does CausalPy, fitted by least squares, announce an effect?"""
    import causalpy  # type: ignore[import-not-found]
    from sklearn.linear_model import LinearRegression  # type: ignore[import-untyped]

    frame = pd.DataFrame(
        {"y": series.to_numpy(float), "t": np.arange(len(series)), "month": series.index.month.astype(str)},
        index=series.index,
    )
    fitted = causalpy.InterruptedTimeSeries(
        frame, pd.Timestamp(START), formula="y ~ 1 + t + C(month)", model=LinearRegression()
    )
    impact = np.asarray(fitted.post_impact, dtype=float).ravel()
    return bool(abs(impact.mean()) > 1.96 * impact.std(ddof=1) / np.sqrt(len(impact)))


def theirs(name: str, module: str, announces: Callable[[pd.Series], bool], frame: pd.DataFrame) -> None:
    """Print a peer's share and seconds, or that it is not installed."""
    if importlib.util.find_spec(module) is None:
        print(f"{name:32} not installed: pip install --group bench")
        return
    begun, announced = time.perf_counter(), []
    for _, rows in frame.groupby("la_code"):
        announced.append(announces(rows.set_index("month")["referrals"].asfreq("MS")))
    line(name, float(np.mean(announced)), time.perf_counter() - begun, len(announced))


def line(name: str, share: float, seconds: float, councils: int) -> None:
    """Print one row."""
    print(f"{name:32} {share:6.1%} of {councils} councils announced   {seconds:9.3f} s", flush=True)


def main() -> None:
    """Measure all on the same series."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    frame = panel()
    ours(frame)
    theirs("CausalImpact (12 seasons)", "causal_impact", causal_impact, frame)
    theirs("CausalPy (least squares)", "causalpy", causal_py, frame)


if __name__ == "__main__":
    main()
