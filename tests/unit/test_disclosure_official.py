"""DfE's own suppression: what we show beside published figures never gives away a figure that DfE suppressed."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from btc_eval import disclosure, locations
from btc_eval.errors import RefusedError

CALL = {"keys": ["area", "factor"], "counts": "n", "totals": "Total", "blanks": {"n": "suppressed by the publisher"}}


def published() -> pd.DataFrame:
    """Assessment factors of six councils that have suppressed cells, as committed; suppressed cells are empty."""
    path = locations.data_folder() / "official" / "assessment_factors.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["year"] == "2020"]
    factors = [column for column in rows[0] if " / factor / " in column]
    found = []
    for row in rows:
        cells = {factor: row[factor] for factor in factors if row[factor] != "[x]"}
        if "[c]" in cells.values() and row["area_code"].startswith("E0"):
            found += [(row["area_code"], factor, value) for factor, value in cells.items()]
    frame = pd.DataFrame(found, columns=["area", "factor", "n"])
    keep = sorted(frame["area"].unique())[:6]
    frame = frame[frame["area"].isin(keep)].reset_index(drop=True)
    return frame.assign(n=pd.to_numeric(frame["n"].where(frame["n"] != "[c]"), errors="raise").astype("Int64"))


def test_published_tables_pass_as_they_stand() -> None:
    frame = published()
    assert frame["n"].isna().sum() >= 6
    safe = disclosure.control(frame, "official", **CALL)  # type: ignore[arg-type]
    assert safe.frame["n"].isna().sum() == frame["n"].isna().sum()
    assert not len(safe.suppressed)


def test_a_total_that_would_give_a_suppressed_figure_away_is_refused() -> None:
    """DfE hides a 4 in one council; a regional total of that factor shown beside the others would say so."""
    frame = published()
    hidden = frame[frame["n"].isna()]
    factor = next(f for f, rows in hidden.groupby("factor") if len(rows) == 1)
    column = frame[frame["factor"] == factor]
    total = int(column["n"].sum()) + 4
    beside = pd.concat([column, pd.DataFrame({"area": ["Total"], "factor": [factor], "n": [total]})])
    with pytest.raises(RefusedError, match="1 figures suppressed by the publisher") as caught:
        disclosure.control(beside, "official", name="region", **CALL)  # type: ignore[arg-type]
    assert str(total) not in str(caught.value)


def test_with_a_second_blank_or_a_rounded_total_the_figure_stays_hidden() -> None:
    frame = published()
    hidden = frame[frame["n"].isna()]
    factor = next(f for f, rows in hidden.groupby("factor") if len(rows) == 1)
    column = frame[frame["factor"] == factor].reset_index(drop=True)
    true = column["n"].fillna(4)
    total = pd.DataFrame({"area": ["Total"], "factor": [factor], "n": [int(true.sum())]})
    largest = column["n"].astype("Float64").idxmax()
    two = pd.concat([column.assign(n=column["n"].mask(column.index == largest)), total])
    assert len(disclosure.control(two, "official", **CALL).frame) == len(two)  # type: ignore[arg-type]
    rounded = pd.concat([column, total.assign(n=int(np.round(true.sum(), -1)))])
    assert len(disclosure.control(rounded, "official", tolerance=5, **CALL).frame) == len(rounded)  # type: ignore[arg-type]


def test_figures_that_are_not_available_are_no_secret() -> None:
    frame = pd.DataFrame({"area": ["A", "B", "Total"], "factor": "x", "n": [None, 30, 34]}).astype({"n": "Int64"})
    said = frame.assign(reason=["not available", "", ""])
    assert len(disclosure.control(said, "official", **CALL).frame) == 3  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="suppressed by the publisher"):
        disclosure.control(said.assign(reason=["suppressed by the publisher", "", ""]), "official", **CALL)  # type: ignore[arg-type]
