"""Whatever a table holds: every row is accounted for, and the order of the files does not matter."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btc_eval.records import official
from btc_eval.records.areas import AreaList
from btc_eval.records.batch import read_batch
from btc_eval.records.children_in_need import MONTHS
from btc_eval.records.compiling import merge, to_bytes
from btc_eval.records.official import areas_from
from btc_eval.records.spec import Compiled
from btc_eval.records.tables import Faults, Ledger, Offered, Reading

DATA = Path(__file__).parents[2] / "data"
HEADER = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,"
    "new_la_code,la_name,category,Referrals," + ",".join(month.title() for month in MONTHS)
)
WIRRAL = "Local authority,E92000001,England,E12000002,North West,344,E08000015,Wirral,Month of referral"

cell = st.one_of(
    st.integers(0, 500).map(str), st.sampled_from(["c", "x", "z", "u", "low", "k", "~", ":", "", "?", "-1"])
)
table = st.lists(st.lists(cell, min_size=12, max_size=12), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def areas() -> AreaList:
    return areas_from(official(DATA).wide("areas"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=table, off_by=st.integers(-2, 2))
def test_a_table_is_read_whole_or_refused_for_a_reason(areas: AreaList, rows: list[list[str]], off_by: int) -> None:
    text, numeric, allowed = HEADER + "\n", False, True
    for number, months in enumerate(rows):
        whole = all(month.isdigit() for month in months)
        numeric |= whole
        allowed &= not {"?", "-1"} & set(months)
        total = str(max(0, sum(map(int, months)) + off_by)) if whole else "c"
        text += f"{2013 + number},Reporting year,{WIRRAL},{total},{','.join(months)}\n"
    batch = read_batch([Offered("t.csv", "t.csv", text.encode(), direct=True)], areas)
    exact = off_by == 0 or not numeric
    if allowed and exact:
        (reading,) = batch.readings
        assert batch.refusals == []
        assert reading.ledger.rows_in == len(rows) == reading.ledger.rows_used
        frame = reading.frames["monthly_referrals"]
        assert frame["source_rows"].sum() == len(rows)
        assert not (frame[list(MONTHS)] == "").any(axis=None)
    elif not allowed:
        assert batch.readings == []
        assert all(refusal.do for refusal in batch.refusals)


TABLE = Compiled("t", "A table")


def reading(name: str, vintage: str, values: dict[tuple[str, int], int]) -> Reading:
    frame = pd.DataFrame(
        [(area, year, str(value), 1) for (area, year), value in values.items()],
        columns=["area_code", "year", "n", "source_rows"],
    )
    return Reading(Offered(name, name, b"", direct=True), "source", vintage, {"t": frame}, Ledger(len(frame)))


keys = st.tuples(st.sampled_from(["E08000014", "E08000015", "E92000001"]), st.integers(2019, 2022))
release = st.dictionaries(keys, st.integers(0, 999), min_size=1)


@settings(max_examples=60, deadline=None)
@given(releases=st.lists(release, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_the_newest_release_stands_whatever_the_order(
    releases: list[dict[tuple[str, int], int]], order: object
) -> None:
    readings = [reading(f"f{i}", f"20{20 + i}-10", values) for i, values in enumerate(releases)]
    shuffled = list(readings)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    one = merge(TABLE, None, readings, None, Faults("t"))
    two = merge(TABLE, None, shuffled, None, Faults("t"))
    assert to_bytes(one.frame) == to_bytes(two.frame)
    expected: dict[tuple[str, int], int] = {}
    for values in releases:
        expected |= values
    held = {(a, y): int(n) for a, y, n in one.frame[["area_code", "year", "n"]].itertuples(index=False)}
    assert held == expected
    rows = sum(len(values) for values in releases)
    assert rows == len(one.frame) + sum(one.superseded.values()) + sum(one.narrowed.values())
    # One at a time, onto what is there, comes to the same.
    frame = None
    for item in shuffled:
        frame = merge(TABLE, frame, [item], None, Faults("t")).frame
    assert frame is not None
    assert to_bytes(frame) == to_bytes(one.frame)
