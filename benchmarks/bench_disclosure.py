"""How long does it take to protect a table so that no small cell can be worked out, and what does it cost?

Made-up counts with all margins, from a table of two keys to cubes: 150 councils × 13 years × 8 kinds of need, and 22
wards × 144 months × 11 sources; and one with wards in localities and months in quarters and years. Before a time is
printed the answer is checked: what is released must be proved safe, or the table refused. Beside it acro, where it is
installed: it hides small cells alone, so the same attack is run on a table with these hidden, to show what that leaves
open.

Run `python -m benchmarks.bench_disclosure`. Times are seconds of processor time in one process; set
OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from btc_eval import disclosure
from btc_eval.errors import RefusedError

Dims = tuple[int, ...]


def cube(dims: Dims, mean: float, concentration: float, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """Return counts with all margins: shares of each key from a Dirichlet distribution, counts from a Poisson."""
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(dims[0], concentration))
    for size in dims[1:]:
        share = np.multiply.outer(share, rng.dirichlet(np.full(size, concentration)))
    full = rng.poisson(share * mean * np.prod(dims))
    for axis in range(len(dims)):
        full = np.concatenate([full, full.sum(axis, keepdims=True)], axis)
    keys = [f"key {place}" for place in range(len(dims))]
    labels = [[*(f"{place}-{member}" for member in range(size)), "Total"] for place, size in enumerate(dims)]
    index = pd.MultiIndex.from_product(labels, names=keys)
    return pd.DataFrame({"n": full.ravel()}, index=index).reset_index(), keys


def trees(mean: float = 6.0, seed: int = 0) -> tuple[pd.DataFrame, dict[str, dict[str, str]]]:
    """Return counts of wards in four localities, by month in quarters and years, by source, with every total."""
    frame, keys = cube((22, 36, 3), mean, 1.0, seed)
    frame = frame.rename(columns=dict(zip(keys, ["ward", "month", "source"])))
    wards = {f"0-{ward}": f"locality {ward % 4}" for ward in range(22)}
    months = {f"1-{month}": f"quarter {month // 3}" for month in range(36)}
    quarters = {f"quarter {quarter}": f"year {quarter // 4}" for quarter in range(12)}
    for key, level in (("ward", wards), ("month", months), ("month", quarters)):
        above = frame.assign(**{key: frame[key].map(level)}).dropna(subset=[key])
        above = above.groupby(["ward", "month", "source"], as_index=False, sort=False)["n"].sum()
        frame = pd.concat([frame, above], ignore_index=True)
    return frame, {"ward": wards, "month": months | quarters}


def ours(name: str, dims: Dims, mean: float, concentration: float, **options: float) -> None:
    """Protect one cube and print what it took."""
    frame, keys = cube(dims, mean, concentration)
    timed(name, frame, keys, **options)


def timed(name: str, frame: pd.DataFrame, keys: list[str], **options: Any) -> None:
    """Protect one table and print what it took."""
    began = time.process_time()
    try:
        safe = disclosure.control(frame, "council", keys=keys, counts="n", totals="Total", **options)
    except RefusedError as refused:
        small = ((frame["n"] > 0) & (frame["n"] < 6)).mean()
        print(f"{name:34} {len(frame):6,} cells, {small:4.0%} small: REFUSED after {time.process_time() - began:.1f} s")
        print(f"    {refused.refusals[0].found}: wider categories are the answer; nothing was shown")
        return
    seconds = time.process_time() - began
    done = safe.protection
    assert done is not None
    gap = "no bound" if done.gap is None else f"within {done.gap:.1%} of the optimum"
    print(
        f"{name:34} {done.cells:6,} cells, {done.small:6,} small, {done.guards:5,} guards, {done.method}, {gap}: "
        f"{seconds:.1f} s"
    )


def acro() -> None:
    """What does a tool that hides small cells alone leave open? Attack it, and ours, on the same table."""
    frame, keys = cube((10, 4), 25, 1.0)
    hidden = frame.assign(n=frame["n"].astype("Int64").mask((frame["n"] > 0) & (frame["n"] < 6)))
    found = disclosure.audit(hidden, keys=keys, counts="n", totals="Total")
    exact = int((found["lower"] == found["upper"]).sum())
    print(f"small cells hidden alone: {exact} of {len(found)} worked out exactly, on the table of {len(frame)} cells")
    if find_spec("acro") is None:
        print("acro is not installed: not timed. It hides small cells alone (primary suppression), as above.")
        return
    from acro import ACRO  # type: ignore[import-not-found]

    inner = frame[(frame[keys[0]] != "Total") & (frame[keys[1]] != "Total")]
    rows = inner.loc[inner.index.repeat(inner["n"])]
    began = time.process_time()
    session = ACRO(suppress=True)
    session.crosstab(rows[keys[0]], rows[keys[1]])
    print(f"acro, crosstab of {len(rows):,} records, small cells alone: {time.process_time() - began:.2f} s")


def main() -> int:
    """Run all, small to large."""
    acro()
    ours("10 × 4", (10, 4), 25, 1.0)
    ours("22 wards × 4", (22, 4), 25, 1.0)
    ours("22 wards × 4 × 4", (22, 4, 4), 8, 1.0)
    ours("the same, by the heuristic", (22, 4, 4), 8, 1.0, exact_cells=0)
    ours("22 wards × 144 months", (22, 144), 14, 2.0)
    ours("22 wards × 24 × 4", (22, 24, 4), 6, 2.0)
    ours("150 councils × 13 years × 8 needs", (150, 13, 8), 60, 2.0, seconds=600)
    ours("22 wards × 12 years × 11 sources", (22, 12, 11), 17, 1.0, seconds=600)
    ours("22 wards × 144 months × 11 sources", (22, 144, 11), 1.4, 1.0, seconds=600)
    frame, parents = trees()
    timed("22 wards × 36 months × 3, in trees", frame, ["ward", "month", "source"], hierarchies=parents, seconds=600)
    return 0


if __name__ == "__main__":
    sys.exit(main())
