"""Difference in differences at the door: what is refused before any estimate, and what is said without the extra."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval.errors import RefusedError, UsageError
from btc_eval.its.did import difference_in_differences, event_study
from btc_eval.its.did_panel import read_adoption

CALL: dict[str, Any] = {"unit": "ward", "time": "year", "outcome": "rate", "first_treated": "began"}


def panel() -> pd.DataFrame:
    """Twelve wards, 2015 to 2022; three begin in 2018, three in 2020, six never."""
    rng = np.random.default_rng(1)
    rows = [
        (f"w{i:02d}", year, rng.normal() + i, {0: 2018.0, 1: 2020.0}.get(i // 3, np.nan))
        for i in range(12)
        for year in range(2015, 2023)
    ]
    return pd.DataFrame(rows, columns=["ward", "year", "rate", "began"])


def test_without_the_extra_the_message_says_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diff_diff", None)
    for call in (difference_in_differences, event_study):
        with pytest.raises(UsageError, match=r"pip install 'btc_eval\[did\]'.*gap_change"):
            call(panel(), **CALL)


def test_starts_are_put_on_the_clock() -> None:
    def read(frame: pd.DataFrame) -> pd.DataFrame:
        return read_adoption("did", frame, "ward", "year", "rate", "began", None, None, (), None, True).frame()

    plain = read(panel())
    assert plain.groupby("unit")["first"].first().tolist() == [4] * 3 + [6] * 3 + [0] * 6
    assert plain["time"].unique().tolist() == list(range(1, 9))
    noughts = panel().assign(began=lambda d: d["began"].fillna(0).astype(int))
    assert read(noughts).equals(plain)
    dates = panel().assign(
        year=lambda d: pd.to_datetime(d["year"].astype(str) + "-01-01"),
        began=lambda d: pd.to_datetime(d["began"].astype("Int64").astype("str"), errors="coerce", format="%Y"),
    )
    assert read(dates).equals(plain)
    named = read_adoption(
        "did", panel(), "ward", "year", "rate", None, ["w00", "w01", "w02"], 2018, (), None, True
    ).frame()
    assert named.groupby("unit")["first"].first().tolist() == [4] * 3 + [0] * 9


def test_starts_after_the_panel_count_as_never_and_are_told() -> None:
    frame = panel().assign(began=lambda d: d["began"].where(d["ward"] != "w00", 2030))
    adoption = read_adoption("did", frame, "ward", "year", "rate", "began", None, None, (), None, True)
    assert adoption.later == ("w00",)
    assert adoption.units_by(treated=True) == 5


def refused(frame: pd.DataFrame, **changes: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        difference_in_differences(frame, **{**CALL, **changes})
    return str(caught.value)


def test_refusals() -> None:
    frame = panel()
    one = frame.assign(began=frame["began"].where(frame["ward"] == "w00"))
    assert "1 treated clusters" in refused(one)
    assert "its.gap_change" in refused(one)
    assert "0 treated clusters" in refused(frame.assign(began=np.nan))
    everyone = frame[frame["began"] == 2018]
    assert "0 untreated clusters" in refused(everyone)
    assert "treated from the first period: w00, w01, w02" in refused(
        frame.assign(began=frame["began"].replace({2018.0: 2015.0}))
    )
    assert "treated from the first period" in refused(frame.assign(began=frame["began"].replace({2018.0: 2010.0})))
    assert "different dates within w03" in refused(
        frame.assign(began=frame["began"].where(~((frame["ward"] == "w03") & (frame["year"] == 2016)), 2019))
    )
    assert "1 units without a row in some period: w05" in refused(
        frame.drop(index=frame.index[frame["ward"] == "w05"][:2])
    )
    assert "more than one row for w00 2015" in refused(pd.concat([frame, frame.iloc[:1]]))
    assert "no value in rows 4" in refused(frame.assign(rate=frame["rate"].where(frame.index != 3)))
    assert "infinite values in rows 4" in refused(frame.assign(rate=frame["rate"].where(frame.index != 3, np.inf)))
    assert "w99, without rows" in refused(frame, first_treated=None, treated=["w99"], start=2018)
    clustered = frame.assign(area=np.where(frame["began"].notna(), "north", "south"))
    assert "1 treated clusters" in refused(clustered, cluster="area")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "twfe"}, "method 'twfe' is not one of"),
        ({"control": "all"}, "control 'all' is not one of"),
        ({"adjustment": "lasso"}, "adjustment 'lasso' is not one of"),
        ({"level": 95}, "between 0 and 1"),
        ({"treated": ["w00"]}, "either first_treated"),
        ({"first_treated": None, "treated": ["w00"]}, "either first_treated"),
        ({"first_treated": None, "treated": "w00", "start": 2018}, "are lists"),
    ],
)
def test_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        difference_in_differences(panel(), **{**CALL, **options})
    assert words in str(caught.value)
