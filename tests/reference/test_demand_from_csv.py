"""A reviewer with the files beside the chapter, and none of our code, comes to the same rank and p-value."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

SITE = os.environ.get("BTC_EVAL_SITE")
pytestmark = pytest.mark.skipif(SITE is None, reason="BTC_EVAL_SITE names no built site (make test sets it)")


def site() -> Path:
    assert SITE is not None
    return Path(SITE)


def finding(identity: str) -> dict[str, object]:
    found = json.loads((site() / "findings.json").read_text(encoding="utf-8"))
    return next(one for one in found if one["id"] == identity)


def told(rows: list[tuple[str, float]]) -> tuple[int, float]:
    """Wirral's rank from the lowest, and the share of councils at least as far from nought."""
    own = next(value for name, value in rows if name == "Wirral")
    rank = sum(value <= own for _, value in rows)
    return rank, sum(abs(value) >= abs(own) for _, value in rows) / len(rows)


def said(rank: int, councils: int, p_value: float) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(rank % 10 if rank % 100 not in (11, 12, 13) else 0, "th")
    return f"Wirral is {rank}{ending} of {councils} councils: an ordinary place (p-value {p_value:.2f})"


def test_rank_and_p_value_from_the_file_under_the_figure() -> None:
    with (site() / "csv/outcomes/demand/rank-among-councils.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["la_name"], float(row["log_estimate"])) for row in csv.DictReader(file)]
    rank, p_value = told(rows)
    assert said(rank, len(rows), p_value) in str(finding("demand-answer")["sentence"])


def test_rank_and_p_value_from_the_monthly_counts_fitted_afresh() -> None:
    panel = pd.read_csv(site() / "csv/assurance/sensitivity/referrals-all-councils.csv", parse_dates=["month"])
    rows = []
    for name, series in panel.groupby("la_name"):
        months = pd.DatetimeIndex(series["month"])
        count = np.arange(len(months), dtype=float)
        after = np.asarray(months >= "2021-10-01", dtype=float)
        slope = np.where(after > 0, count - np.flatnonzero(after)[0], 0.0)
        season = [np.asarray(months.month == month, dtype=float) for month in range(2, 13)]
        design = np.column_stack([np.ones(len(months)), count, after, slope, *season])
        days = np.log(np.asarray(months.days_in_month, dtype=float))
        fit = sm.GLM(series["referrals"].to_numpy(float), design, family=sm.families.Poisson(), offset=days).fit()
        rows.append((str(name), float(fit.params[2])))
    rank, p_value = told(rows)
    answer = finding("demand-answer")
    assert said(rank, len(rows), p_value) in str(answer["sentence"])
    own = next(value for name, value in rows if name == "Wirral")
    assert float(answer["estimate"]) == pytest.approx(float(np.exp(own)), abs=1e-6)  # type: ignore[arg-type]
