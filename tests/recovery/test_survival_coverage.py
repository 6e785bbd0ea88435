"""Known truths recovered: how often nominal 95 % intervals of time to an event hold them, at fixed seeds.

Bounds are 95 % less and more three Monte Carlo standard errors of the draws (2.1 points of 1,000), widened by a point
below for the small-sample error of intervals that are right in large samples only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from btc_eval import cohort
from btc_eval.inference import Floats
from btc_eval.inference.cox import cox
from btc_eval.inference.cumulative_incidence import cumulative_incidence, influence
from btc_eval.inference.intervals import probability_interval
from btc_eval.inference.mean_cumulative import mean_cumulative

Z = stats.norm.ppf(0.975)


def holds(share: float, draws: int, below: float = 0.01) -> None:
    margin = 3 * np.sqrt(0.95 * 0.05 / draws)
    assert 0.95 - margin - below <= share <= 0.95 + margin, share


def competing(rng: np.random.Generator, n: int) -> tuple[Floats, Any]:
    """Two events with hazards 1 and 1/2 a year, in weeks rounded up (ties), watched for up to two years."""
    first = rng.exponential(1 / 1.5, n)
    kind = rng.choice([1, 2], n, p=[2 / 3, 1 / 3])
    end = rng.uniform(0.2, 2.0, n)
    weeks = np.ceil(np.minimum(first, end) * 52)
    return weeks, np.where(np.ceil(first * 52) <= np.ceil(end * 52), kind, 0) * (first <= end)


@pytest.mark.parametrize("transform", ["log", "log-log"])
def test_cumulative_incidence(transform: Any) -> None:
    rng, draws, hits = np.random.default_rng(1), 1000, 0
    truth = 2 / 3 * (1 - np.exp(-1.5 * 0.5))
    for _ in range(draws):
        found = cumulative_incidence(*competing(rng, 150), 2)
        place = int(np.searchsorted(found.risk.times, 26, side="right"))
        estimate, error = found.incidence[[place], 0], np.sqrt(found.variance[[place], 0])
        low, high = probability_interval(estimate, error, transform=transform)
        hits += bool(low[0] <= truth <= high[0])
    holds(hits / draws, draws)


def test_time_lost_to_one_event() -> None:
    rng, draws, hits = np.random.default_rng(2), 1000, 0
    # weeks are rounded up, so an event in week k is at k: Σ over weeks of the incidence at their beginnings
    weeks = np.arange(0, 52)
    truth = float(np.sum(2 / 3 * (1 - np.exp(-1.5 * weeks / 52))))
    for _ in range(draws):
        found = cumulative_incidence(*competing(rng, 150), 2)
        steps = np.r_[0.0, found.risk.times[found.risk.times <= 52], 52.0]
        estimate = float(np.diff(steps) @ found.incidence[: len(steps) - 1, 0])
        error = np.sqrt((influence(found, 0, np.array([52.0]), integrated=True) ** 2).sum())
        hits += abs(estimate - truth) <= Z * error
    holds(hits / draws, draws)


@pytest.mark.parametrize("clustered", [True, False])
def test_a_hazard_ratio_where_families_share_their_luck(clustered: bool) -> None:
    """Help is given to whole families, whose hazards are alike: only the clustered interval holds its promise."""
    rng, draws, hits = np.random.default_rng(3), 400, 0
    estimates, errors = [], []
    for _ in range(draws):
        families, size = 150, 4
        unit = np.repeat(np.arange(families), size)
        luck = rng.gamma(1.5, 1 / 1.5, families)
        helped = np.repeat(rng.integers(0, 2, families), size).astype(float)
        days = np.ceil(rng.exponential(1 / luck[unit]) * 200)
        event = (days <= 300).astype(np.int64)
        fit = cox(helped[:, None], np.minimum(days, 300), event)
        covariance = fit.robust(unit) if clustered else fit.covariance
        # no effect: the hazards of both groups mix in the same way, so the ratio is one at all times
        estimates.append(fit.coef[0])
        errors.append(np.sqrt(covariance[0, 0]))
    hits = np.mean(np.abs(estimates) <= Z * np.array(errors))
    if clustered:
        holds(float(hits), draws, below=0.015)
    else:
        assert hits < 0.85


def test_weighting_takes_out_confounding() -> None:
    """Inverse-probability weights known, the robust interval: the difference of cumulative incidences is held."""
    rng, draws, hits = np.random.default_rng(4), 300, 0
    grid = np.array([0, 1])
    for _ in range(draws):
        need = rng.integers(0, 2, 400)
        chance = np.where(need == 1, 0.7, 0.3)
        treated = (rng.uniform(size=400) < chance).astype(int)
        days = np.ceil(rng.exponential(300 / (1 + need), 400))
        frame = pd.DataFrame({"days": np.minimum(days, 400), "event": (days <= 400).astype(int), "help": treated})
        frame["w"] = 1 / np.where(treated == 1, chance, 1 - chance)
        found = cohort.cumulative_incidence(frame, duration="days", event="event", group="help", weights="w", at=[200])
        row = found.difference(reference=grid[0]).iloc[0]
        hits += row["conf_low"] <= 0 <= row["conf_high"]
    holds(hits / draws, draws, below=0.015)


def test_events_that_recur_in_some_children_more_than_in_others() -> None:
    rng, draws, hits = np.random.default_rng(5), 500, 0
    for _ in range(draws):
        children = 120
        rate = rng.gamma(0.7, 1 / 0.7, children)
        end = rng.integers(60, 140, children).astype(float)
        number = rng.poisson(rate * end / 50)
        owner = np.repeat(np.arange(children), number)
        when = np.ceil(rng.uniform(0, 1, len(owner)) * end[owner])
        whole = pd.DataFrame({"c": owner, "t": when}).drop_duplicates().sort_values(["c", "t"])
        whole = pd.concat([whole.assign(e=1), pd.DataFrame({"c": np.arange(children), "t": end, "e": 0})])
        whole = whole.sort_values(["c", "t", "e"]).drop_duplicates(["c", "t"], keep="last")
        start = whole.groupby("c")["t"].shift(fill_value=0.0)
        found = mean_cumulative(
            whole["t"].to_numpy(), whole["e"].to_numpy(), start.to_numpy(), None, whole["c"].to_numpy()
        )
        place = int(np.searchsorted(found.risk.times, 60, side="right"))
        # a day has one event at most: the chance of any, 1 − E exp(−rate / 50), each day
        truth = 60 * (1 - (1 + 1 / 50 / 0.7) ** -0.7)
        hits += abs(found.mean[place] - truth) <= Z * np.sqrt(found.variance[place])
    holds(hits / draws, draws, below=0.02)


def test_occupation_of_states() -> None:
    """Need, plan, closed with known daily chances: occupation on day 20 is a power of a matrix."""
    rng, draws, hits = np.random.default_rng(6), 200, 0
    step = np.array([[0.92, 0.05, 0.03], [0.06, 0.9, 0.04], [0, 0, 1]])
    truth = np.linalg.matrix_power(step, 20)[0, 1]
    names = ["need", "plan", "closed"]
    for _ in range(draws):
        lines = []
        for child in range(100):
            state, since, end = 0, 0, int(rng.integers(10, 60))
            for day in range(1, end + 1):
                after = int(rng.choice(3, p=step[state]))
                if after != state:
                    lines.append((child, since, day, names[state], names[after]))
                    state, since = after, day
                if state == 2:
                    break
            if state != 2 and since < end:
                lines.append((child, since, end, names[state], None))
        rows = pd.DataFrame(lines, columns=["child", "start", "stop", "state", "next"])
        found = cohort.state_probabilities(
            rows, id="child", start="start", stop="stop", from_state="state", to_state="next", states=names, at=[20]
        )
        row = found.tidy().set_index("state").loc["plan"]
        hits += row["conf_low"] <= truth <= row["conf_high"]
    holds(hits / draws, draws, below=0.02)
