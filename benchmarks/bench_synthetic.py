"""How long does a demonstration extract take to make, and how does it grow?

    python benchmarks/bench_synthetic.py      prints the table; --quick makes the smallest alone

There is no peer to set beside it: the sector's generators write one table each and are drawn to no total. What is shown
is CPU seconds and wall seconds for whole extracts of nine years, children and megabytes a second, peak memory, and how
many of the totals were met exactly.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from btc_eval import synthetic

SIZES: tuple[int | None, ...] = (1_000, 10_000, None, 100_000)


def bench(children: int | None, folder: Path) -> str:
    """Make one extract and say what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = synthetic.write(folder / str(children), seed=1, children=children)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(file.bytes for file in made.files) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    met = sum(total.drawn == total.target for total in made.totals)
    name = "Wirral's published totals" if children is None else f"about {children:,} children"
    return (
        f"{name:<28}{made.children:>10,} children {size:>7.0f} MB {wall:>7.1f} s wall {cpu:>7.1f} s CPU "
        f"{made.children / cpu:>8,.0f} children/s {peak:>6.0f} MB peak {met:>5} of {len(made.totals)} totals exact"
    )


def main() -> None:
    """Make extracts of each size and print what they took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    sizes = SIZES[:1] if parser.parse_args().quick else SIZES
    with tempfile.TemporaryDirectory() as folder:
        for children in sizes:
            print(bench(children, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
