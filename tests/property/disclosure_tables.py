"""Made-up tables with totals and a hierarchy, and an attacker who shares no code with the library."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from btc_eval import disclosure

Parents = dict[str, str]


def hierarchical(seed: int, wards: int = 6, statuses: int = 4) -> tuple[pd.DataFrame, Parents]:
    """Return wards in localities in a total, by status with a total; counts from skewed to sparse."""
    rng = np.random.default_rng(seed)
    count, across, places = rng.integers(3, wards + 1), rng.integers(2, statuses + 1), rng.integers(2, 4)
    names = [f"ward {i}" for i in range(count)]
    parents = {name: f"locality {rng.integers(places)}" for name in names}
    inner = rng.negative_binomial(0.8, rng.choice([0.03, 0.06, 0.15]), (count, across))
    frame = pd.DataFrame(inner, index=names, columns=[f"status {j}" for j in range(across)])
    up = frame.groupby(pd.Series(parents)).sum()
    frame = pd.concat([frame, up, frame.sum().to_frame("Total").T])
    frame["Total"] = frame.sum(axis=1)
    long = frame.rename_axis("ward").reset_index().melt("ward", var_name="status", value_name="n")
    return long.sample(frac=1, random_state=seed).reset_index(drop=True), parents


def equations(frame: pd.DataFrame, parents: Parents) -> np.ndarray:
    """Return one row for each sum of the table: +1 for a part, −1 for the total."""
    at = {(row.ward, row.status): i for i, row in enumerate(frame.itertuples())}
    wards, places = sorted(parents), sorted(set(parents.values()))
    statuses = sorted(set(frame["status"]) - {"Total"})
    sums = [([(w, s) for s in statuses], (w, "Total")) for w in [*wards, *places, "Total"]]
    for s in [*statuses, "Total"]:
        sums += [([(w, s) for w in wards if parents[w] == p], (p, s)) for p in places]
        sums.append(([(p, s) for p in places], ("Total", s)))
    A = np.zeros((len(sums), len(frame)))
    for row, (parts, total) in enumerate(sums):
        A[row, [at[part] for part in parts]] = 1
        A[row, at[total]] -= 1
    return A


def attack(A: np.ndarray, value: np.ndarray, hidden: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what can be proved of each target from everything shown, exactly: lower and upper bounds.

    All questions stand in one program, a copy of the hidden cells for each.
    """
    h = np.flatnonzero(hidden)
    bounds = []
    for sign in (1.0, -1.0):
        weight = np.zeros((len(targets), len(h)))
        weight[np.arange(len(targets)), np.searchsorted(h, targets)] = -sign
        b = np.tile(-A[:, ~hidden] @ value[~hidden], len(targets))
        copies = np.kron(np.eye(len(targets)), A[:, h])
        far = value.max() + 1_000.0
        found = linprog(weight.ravel(), A_eq=copies, b_eq=b, bounds=(0, far), method="highs")
        assert found.status == 0
        bounds.append((found.x.reshape(weight.shape) * np.abs(weight)).sum(axis=1))
    return bounds[1], bounds[0]


def attacked(seed: int, wards: int = 6, statuses: int = 4, **options: object) -> tuple[int, int]:
    """Release the table of this seed, attack it, and return its small cells and its guards.

    Raises
    ------
    AssertionError
        Where a small cell is shown, or less than the whole protected interval stays open for it.
    """
    rules = disclosure.policy("council")
    frame, parents = hierarchical(seed, wards, statuses)
    call = {"keys": ["ward", "status"], "counts": "n", "totals": "Total", "hierarchies": {"ward": parents}}
    safe = disclosure.control(frame, "council", **call, **options)  # type: ignore[arg-type]
    value = frame["n"].to_numpy(dtype=float)
    hidden = safe.frame["n"].isna().to_numpy()
    small = (value > 0) & (value < rules.minimum_cell)
    assert hidden[small].all()
    targets = np.flatnonzero(small)
    if len(targets):
        lower, upper = attack(equations(frame, parents), value, hidden, targets)
        assert lower.max() <= rules.protected_low + 1e-6
        assert upper.min() >= rules.protected_high - 1e-6
    return int(small.sum()), int((hidden & ~small).sum())
