"""The reference cases of comparisons: stored results of other programs, and how to read their tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

STORED = Path(__file__).parent / "cohort_match"
#: The publishers' files, where they lie beside the clone.
SHARED = Path(__file__).resolve().parents[3] / "shared"
COVARIATES = ["age", "need", "area", "sex"]
CALL: dict[str, Any] = {"treatment": "treated", "covariates": COVARIATES}


def people() -> pd.DataFrame:
    """Read the stored rows, indexed by their labels."""
    return pd.read_csv(STORED / "data.csv", index_col="id")


def stored(name: str) -> Any:
    """Read a stored result; a missing file is a failure."""
    return json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))


def matrix_pairs(case: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the pairs of a match matrix."""
    rows = [row if isinstance(row, list) else [row] for row in case["match"]["controls"]]
    return {(one, two) for one, row in zip(case["match"]["treated"], rows) for two in row if two}


def table(case: dict[str, Any]) -> pd.DataFrame:
    """Return a stored R table."""
    return pd.DataFrame(case["values"], index=case["rows"], columns=case["cols"]).astype(float)
