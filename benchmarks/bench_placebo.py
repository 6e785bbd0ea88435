"""How long does the same model on every council at one date take, beside the same loop over statsmodels' formulas?

Both do the same work on the same panel, in one process, and must agree before any time is printed: the level change
and its standard error of a quasi-Poisson segmented regression with month dummies, for every council with every month.

Run `python -m benchmarks.bench_placebo`. Times are the best of several runs, in seconds of wall-clock time.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf

from btc_eval import its, measures, records

START = "2021-04-01"
TREATED = "E08000015"
AGREE = 1e-8


def panel() -> pd.DataFrame:
    """Return the monthly referrals of every council that published all of them."""
    return measures.monthly_referrals(records.official()).complete()


def ours(frame: pd.DataFrame) -> pd.DataFrame:
    """Return estimate and standard error by council, from one call."""
    found = its.placebo_in_space(
        frame,
        unit="la_code",
        time="month",
        outcome="referrals",
        treated=TREATED,
        start=START,
        estimator="quasi-poisson",
        season="month",
    )
    return found.tidy().set_index("unit")[["estimate", "std_error"]].sort_index()


def theirs(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the same from a loop over councils with the formula interface, as its defaults are."""
    rows = {}
    for code, series in frame.groupby("la_code"):
        series = series.sort_values("month")
        trend = np.arange(len(series))
        after = (series["month"] >= START).to_numpy()
        table = pd.DataFrame(
            {
                "referrals": series["referrals"].to_numpy(float),
                "trend": trend,
                "level": after.astype(float),
                "slope": np.where(after, trend - trend[after][0], 0),
                "season": series["month"].dt.month.to_numpy(),
            }
        )
        model = smf.glm("referrals ~ trend + level + slope + C(season)", table, family=sm.families.Poisson())
        fit = model.fit(scale="X2")
        rows[code] = {"estimate": fit.params["level"], "std_error": fit.bse["level"]}
    return pd.DataFrame.from_dict(rows, orient="index").sort_index()


def best(work: Callable[[], object], runs: int) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    """Compare, then time, then print."""
    frame = panel()
    mine, other = ours(frame), theirs(frame)
    if list(mine.index) != list(other.index):
        raise SystemExit("The two did not fit the same councils: nothing to compare.")
    gap = float(np.abs(mine.to_numpy() - other.to_numpy()).max())
    if not gap < AGREE:
        raise SystemExit(f"The two disagree by {gap:.2g}, more than {AGREE:g}: a ratio would mean nothing.")
    months = frame["month"].nunique()
    print(f"Placebo in space: {len(mine)} councils x {months} months, one date, quasi-Poisson with month dummies")
    print(f"  largest difference in estimate or standard error  {gap:.1e}")
    fast, slow = best(lambda: ours(frame), 5), best(lambda: theirs(frame), 2)
    print(f"  its.placebo_in_space                              {fast:8.3f} s")
    print(f"  the loop over statsmodels' formulas               {slow:8.3f} s")
    print(f"  ratio                                             {slow / fast:8.0f} times")


if __name__ == "__main__":
    main()
