"""Can the series bear the model? Points in all, points each side, and terms that say different things."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy import linalg

from btc_eval.errors import Refusal, RefusedError
from btc_eval.inference import Floats, Ints
from btc_eval.its.clock import Clock
from btc_eval.its.door import LEAST_EACH_SIDE, LEAST_POINTS


def check_design(clock: Clock, kept: Ints, last: int, rows: Floats, names: tuple[str, ...], starts: list[int]) -> None:
    """Refuse too few points in all, on a side, or for the terms; refuse columns that say the same thing.

    Parameters
    ----------
    clock
        To name periods.
    kept
        (n,) periods of the rows used; `last` is the last period of the series.
    rows, names
        (n, p) columns of those rows, and their terms.
    starts
        First complete period of each intervention.
    """
    faults: list[Refusal] = []
    n, p = rows.shape
    if n < LEAST_POINTS:
        faults.append(
            Refusal(
                "its",
                "rows",
                f"{n} points",
                f"at least {LEAST_POINTS} to model",
                "Show the points and the means before and after; do not model them.",
            )
        )
    if n <= p:
        faults.append(
            Refusal("its", "terms", f"{n} points for {p} terms", "more points than terms", "Ask less of them.")
        )
    edges = [0, *starts, last + 1]
    sides = ["before the first intervention", *(f"from {clock.words(start)}" for start in starts)]
    for (low, high), side in zip(pairwise(edges), sides):
        count = int(((kept >= low) & (kept < high)).sum())
        if count < LEAST_EACH_SIDE:
            faults.append(
                Refusal(
                    "its",
                    "start",
                    f"{count} points {side}",
                    f"at least {LEAST_EACH_SIDE}",
                    "Choose a date with more points either side, or wait for more data.",
                )
            )
    if not faults and (same := dependent_terms(rows, names)):
        faults.append(
            Refusal(
                "its",
                "terms",
                f"{', '.join(same)}, which the other terms already determine",
                "terms that each say something new",
                "Leave one of them out.",
            )
        )
    if faults:
        raise RefusedError(faults)


def dependent_terms(rows: Floats, names: tuple[str, ...]) -> list[str]:
    """Return the terms that are linear combinations of those kept before them (empty where the rank is full)."""
    size = np.linalg.norm(rows, axis=0)
    scaled = rows / np.where(size > 0, size, 1.0)
    _, triangle, order = linalg.qr(scaled, mode="economic", pivoting=True)
    small = np.abs(np.diag(triangle)) < 1e-10
    return sorted(names[i] for i in order[: len(small)][small])
