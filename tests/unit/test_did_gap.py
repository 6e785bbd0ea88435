"""The change in a gap: by hand, ranked among all, and refused where it would mislead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval.errors import RefusedError, UsageError
from btc_eval.estimates import TIDY_COLUMNS
from btc_eval.its.did_gap import gap_change

CALL: dict[str, Any] = {
    "unit": "council", "time": "year", "outcome": "rate", "treated": "A", "before": 2018, "after": 2024,
}  # fmt: skip


def rates(**values: tuple[float, ...]) -> pd.DataFrame:
    """One council a keyword: its rates in 2018, 2021 and 2024."""
    rows = [(name, year, rate) for name, row in values.items() for year, rate in zip((2018, 2021, 2024), row)]
    return pd.DataFrame(rows, columns=["council", "year", "rate"])


FOUR = rates(A=(100, 104, 95), B=(90, 91, 92), C=(80, 86, 84), D=(60, 60, 66))


def test_by_hand() -> None:
    found = gap_change(FOUR, comparators=["B", "C"], **CALL)
    # A fell by 5; B rose by 2 and C by 4, 3 on average
    assert found.estimate == -8.0
    table = found.table().set_index("unit")
    assert table.loc["B", "estimate"] == 2 - 4  # B against C alone: never against itself or the treated unit
    assert table.loc["C", "estimate"] == 4 - 2
    assert table.loc["D", "estimate"] == 6 - 3
    assert table["comparators"].to_dict() == {"A": 2, "B": 1, "C": 1, "D": 2}
    assert found.rank == 1
    assert found.p_value == found.p_value_lower == 1 / 4
    assert found.p_value_upper == 1.0


def test_each_unit_has_its_own_comparators() -> None:
    neighbours = {"A": ["B"], "B": ["C", "D"], "C": ["B", "D", "A"], "D": ["C"]}
    found = gap_change(FOUR, comparators=neighbours, **CALL)
    assert found.table().set_index("unit")["estimate"].to_dict() == {"A": -7.0, "B": -3.0, "C": 0.0, "D": 2.0}
    same = gap_change(FOUR, comparators=neighbours.__getitem__, **CALL)
    assert same.table().equals(found.table())


def test_windows_are_averaged() -> None:
    found = gap_change(FOUR, comparators=["B"], **{**CALL, "before": (2018, 2021)})
    assert found.estimate == pytest.approx((95 - 102) - (92 - 90.5))
    assert (found.before, found.after) == (("2018", "2021"), ("2024", "2024"))


def test_all_others_by_default() -> None:
    assert gap_change(FOUR, **CALL).estimate == -5 - (2 + 4 + 6) / 3


def test_tidy_and_interval() -> None:
    rng = np.random.default_rng(0)
    names = [f"c{i:02d}" for i in range(40)]
    frame = rates(**{name: tuple(100 + rng.normal(size=3)) for name in names}, A=(100.0, 100.0, 90.0))
    found = gap_change(frame, **CALL)
    row = found.tidy()
    assert list(row.columns) == list(TIDY_COLUMNS)
    assert row["term"].tolist() == ["gap_change"]
    low, high = found.interval(0.95)
    assert (row["conf_low"].iloc[0], row["conf_high"].iloc[0]) == (low, high)
    others = np.abs(np.delete(found.statistics, found.treated))
    # 41 units: two may be as large before the share passes 0.05, so the second largest bounds the interval
    assert high - found.estimate == pytest.approx(np.sort(others)[-2])
    assert found.p_value == pytest.approx(1 / 41)
    assert gap_change(FOUR, **CALL).interval() == (-np.inf, np.inf)


def test_many_units_against_a_loop() -> None:
    rng = np.random.default_rng(7)
    names = [f"c{i:03d}" for i in range(150)]
    frame = pd.DataFrame(
        [(n, y, rng.gamma(50)) for n in names for y in (2018, 2024)], columns=["council", "year", "rate"]
    )
    neighbours = {n: list(rng.choice([m for m in names if m != n], 10, replace=False)) for n in names}
    found = gap_change(frame, comparators=neighbours, **{**CALL, "treated": "c042"})
    wide = frame.pivot(index="council", columns="year", values="rate")
    change = (wide[2024] - wide[2018]).to_dict()
    for name, estimate in found.table().set_index("unit")["estimate"].items():
        near = [change[other] for other in neighbours[str(name)] if other != "c042"]
        assert estimate == pytest.approx(change[name] - np.mean(near))


def test_missing_values_are_refused_or_set_aside_by_name() -> None:
    holes = FOUR.assign(rate=FOUR["rate"].where(~((FOUR["council"] == "D") & (FOUR["year"] == 2024))))
    with pytest.raises(RefusedError, match="1 units without a value in one of the windows: D"):
        gap_change(holes, **CALL)
    neighbours = {"A": ["B", "D", "Z"], "B": ["C"], "C": ["D"], "D": ["A"]}
    found = gap_change(holes, comparators=neighbours, missing="set aside", **CALL)
    assert found.estimate == -7.0
    assert found.units == ("A", "B")
    assert dict(found.set_aside.itertuples(index=False)) == {
        "D": "no value in one of the windows",
        "C": "no comparator with values",
        "Z": "named as a comparator, not in the panel",
    }
    with pytest.raises(RefusedError, match="no value for A"):
        gap_change(FOUR[~((FOUR["council"] == "A") & (FOUR["year"] == 2024))], missing="set aside", **CALL)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"treated": "Z"}, "'Z', which has no rows"),
        ({"before": 2024}, "windows one after the other"),
        ({"after": (2024, 2021)}, "the first period before the last"),
        ({"comparators": {"A": ["B"]}}, "no entry for 3 units: B, C, D"),
        ({"comparators": ["B", "Y"]}, "Y, not in the panel"),
        ({"comparators": ["A"]}, "none with values for A"),
        ({"outcome": "count"}, "no column count"),
        ({"before": 2015}, "no value for A in one of the windows"),
    ],
)
def test_refusals(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError) as caught:
        gap_change(FOUR, **{**CALL, **changes})
    assert words in str(caught.value)


def test_more_refusals() -> None:
    for frame, words in (
        (pd.concat([FOUR, FOUR.iloc[:1]]), "more than one row for A 2018"),
        (FOUR.assign(rate=np.inf), "infinite values"),
        (FOUR[FOUR["council"] == "A"], "none with values for A"),
        (FOUR.iloc[:0], "no rows"),
    ):
        with pytest.raises(RefusedError, match=words):
            gap_change(frame, **CALL)
    with pytest.raises(UsageError, match="not 'refuse' or 'set aside'"):
        gap_change(FOUR, missing="drop", **CALL)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="comparators is a list"):
        gap_change(FOUR, comparators="B", **CALL)
