"""How long does the whole demonstration extract take, from read returns to analysis tables?

There is no peer that makes these tables: the sector's demand model reads the looked-after return alone. So only our own
times are printed, with the size of what was made. Run `python -m benchmarks.bench_measures`; reading the returns is not
counted. Wall-clock seconds in one process; set OPENBLAS_NUM_THREADS=1 for steady ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from btc_eval import measures
from btc_eval.records.statutory import StatutoryRecords

WINDOW = {"first": "2016-04", "last": "2025-03"}
RULE = measures.CohortRule(
    name="plans", entry="protection plan", first="2021-10-01", last="2025-03-30", cut_off="2025-03-31", which="every",
    outcomes=(measures.PLAN_TO_CARE, measures.TO_CARE, measures.STAYED_CLOSED),
    counts=(measures.RE_REFERRALS, measures.MISSING_EPISODES), exposure=measures.TimeVarying(),
)  # fmt: skip


def work(returns: StatutoryRecords) -> dict[str, Callable[[], int]]:
    """Return what is timed: each gives the number of rows it made."""
    found = measures.events(returns)
    cube = ["month", "ward_code", "source", "need"]
    return {
        "events": lambda: len(measures.events(returns).frame),
        "counts: month × ward × source × need": lambda: len(
            measures.event_counts(found.of("referral"), by=cube, **WINDOW).frame
        ),
        "stock and flow by age and status, months": lambda: len(
            measures.care_flows(returns, by=("age_band", "legal_status"), period="month").frame
        ),
        "cohort of plans": lambda: len(measures.cohort(returns, RULE)),
        "journeys": lambda: len(measures.journeys(returns, first="2016-04-01", cut_off="2025-03-31").frame),
    }


def main() -> None:
    """Print rows and the best of three times."""
    for name, run in work(measures.returns()).items():
        seconds = []
        for _ in range(3):
            began = time.perf_counter()
            rows = run()
            seconds.append(time.perf_counter() - began)
        print(f"{name:45} {rows:9,} rows {min(seconds):7.2f} s")


if __name__ == "__main__":
    main()
