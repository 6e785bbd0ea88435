"""Counts that cannot be trusted are refused, all faults at once; published counts that do not balance are shown."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from btc_eval import stockflow
from btc_eval.errors import RefusedError

TWO = {"0 to 8": (0, 9), "9 to 17": (9, 18)}
OUT = "18 years and over"


def flat(**rows: list[float]) -> pd.DataFrame:
    """Bands by years 2020, 2021, …, as one row a year and band."""
    named = {"young": "0 to 8", "old": "9 to 17", "out": OUT}
    cells = [(2020 + k, named[band], n) for band, values in rows.items() for k, n in enumerate(values)]
    return pd.DataFrame(cells, columns=["year", "age_band", "children"])


def frames() -> dict[str, pd.DataFrame]:
    return {
        "stock": flat(young=[100, 110, 105], old=[200, 190, 200]),
        "starts": flat(young=[50, 60, 40], old=[40, 30, 50]),
        "ceases": flat(young=[30, 40, 35], old=[20, 35, 30], out=[25, 15, 20]),
    }


def refused(call: Any, *args: Any, **options: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        call(*args, **options)
    for fault in caught.value.refusals:
        assert fault.found
        assert fault.allowed
        assert fault.do.endswith(".")
    return str(caught.value)


def good(**options: Any) -> stockflow.Rates:
    return stockflow.rates(**frames(), bands=TWO, drift=stockflow.Drift(), **options)


def test_the_first_years_flows_are_set_aside_because_nobody_counted_the_stock_before_them() -> None:
    found = good()
    assert found.years.tolist() == [2021, 2022]
    assert found.set_aside == (2020,)


@pytest.mark.parametrize("name", ["stock", "starts", "ceases"])
def test_ages_below_nought_or_above_25_are_refused_in_every_frame(name: str) -> None:
    given = frames()
    ages = pd.DataFrame({"year": [2021, 2021], "age_band": [-1, 26], "children": [1, 1]})
    given[name] = ages
    assert "2 rows aged below 0 or above 25" in refused(stockflow.rates, **given, bands=TWO)


def test_children_of_18_and_over_may_cease_and_may_not_be_looked_after() -> None:
    ages = [(y, a, 4) for y in (2020, 2021) for a in (0, 5, 9, 17)]
    stock = pd.DataFrame(ages, columns=["year", "age_band", "children"])
    late = pd.concat([stock, pd.DataFrame({"year": [2020, 2021], "age_band": [18, 19], "children": [0, 3]})])
    found = stockflow.rates(stock, stock, late, bands=TWO, drift=stockflow.Drift(), balance="none")
    assert found.aged_out.tolist() == [3]
    assert found.ceases.tolist() == [[8, 8]]
    assert "2 rows aged 18 or over" in refused(stockflow.rates, late, stock, late, bands=TWO)


def test_every_fault_is_reported_at_once() -> None:
    given = frames()
    given["stock"].loc[0, "children"] = -1
    given["starts"] = given["starts"].iloc[1:]
    given["ceases"]["age_band"] = given["ceases"]["age_band"].replace(OUT, "grown up")
    told = refused(stockflow.rates, **given, bands=TWO)
    assert "1 counts below nought, the first in row 1" in told
    assert "no row for 0 to 8 in 2020" in told
    assert "ages called grown up" in told


def test_a_missing_age_is_not_a_nought() -> None:
    given = frames()
    given["ceases"] = given["ceases"][given["ceases"]["age_band"] != OUT]
    assert f"no row for {OUT} in 2020" in refused(stockflow.rates, **given, bands=TWO)


def test_counts_that_do_not_balance_are_shown_unless_a_tolerance_is_stated() -> None:
    # 2021: 300 + 90 − 90 = 300 and 300 were counted. 2022: 300 + 90 − 85 = 305, and 305.
    assert good(tolerance=0.0).closure()["unexplained"].tolist() == [0, 0]
    given = frames()
    given["stock"].loc[given["stock"]["year"] == 2022, "children"] += 10
    shown = stockflow.rates(**given, bands=TWO, drift=stockflow.Drift())
    assert shown.closure()["unexplained"].tolist() == [0, 20]
    told = refused(stockflow.rates, **given, bands=TWO, tolerance=0.05)
    assert "2022" in told
    assert "closing stock +20 from opening + starts − ceases" in told


def test_a_gap_that_no_leaver_could_make_up_is_refused() -> None:
    given = frames()
    given["stock"].loc[given["stock"]["year"] == 2022, "children"] += 100
    assert "fewer than no leavers" in refused(stockflow.rates, **given, bands=TWO)
    assert stockflow.rates(**given, bands=TWO, balance="none").leavers.tolist() == [[40, 35], [35, 30]]


@pytest.mark.parametrize("horizon", [0, -3, 241, 1.5])
def test_a_horizon_is_a_whole_number_of_months_from_one_on(horizon: Any) -> None:
    opening = {"0 to 8": 105, "9 to 17": 200}
    assert "whole months from 1 to 240" in refused(stockflow.project, good(), opening, horizon=horizon, rng=1)


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ({"0 to 8": 105}, "no row for 9 to 17"),
        ({"under 1 year": 3, "9 to 17": 200}, "ages called under 1 year"),
        ({"0 to 8": -5, "9 to 17": 200}, "below nought"),
        ({"0 to 8": 1.5, "9 to 17": 200}, "not whole"),
        (flat(young=[1, 2], old=[1, 2]), "2 years"),
    ],
)
def test_an_opening_stock_unlike_the_rates_is_refused(opening: Any, words: str) -> None:
    assert words in refused(stockflow.project, good(), opening, horizon=12, rng=1)


def test_a_scenario_that_names_an_unknown_rate_is_refused_and_told_the_names() -> None:
    wrong = stockflow.scenario(
        "Wrong",
        stockflow.change("entrance", start="2022-06", ratio=0.9),
        stockflow.change("exits, 0 to 9", start="2022-06", ratio=0.9),
    )
    told = refused(stockflow.project, good(), {"0 to 8": 1, "9 to 17": 2}, horizon=12, rng=1, scenario=wrong)
    assert told.count("a rate of no such name") == 2
    assert "exits, 9 to 17" in told


def test_a_change_that_comes_too_late_or_reaches_other_bands_is_refused() -> None:
    late = stockflow.scenario("Late", stockflow.change("exits", start="2030-01", ratio=2.0))
    told = refused(stockflow.project, good(), {"0 to 8": 1, "9 to 17": 2}, horizon=12, rng=1, scenario=late)
    assert "a change from 2030-01" in told
    one = frames()
    for name, frame in one.items():
        one[name] = frame.assign(age_band=frame["age_band"].replace({"0 to 8": "0 to 9", "9 to 17": "10 to 17"}))
    other = stockflow.rates(**one, bands={"0 to 9": (0, 10), "10 to 17": (10, 18)}, drift=stockflow.Drift())
    unlike = stockflow.scenario("Unlike", stockflow.change("exits", start="2022-06", reach=other))
    told = refused(stockflow.project, good(), {"0 to 8": 1, "9 to 17": 2}, horizon=12, rng=1, scenario=unlike)
    assert "other age bands" in told


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ratio": -1.0},
        {"ratio": 0.9, "conf_low": 1.0, "conf_high": 1.1},
        {"ratio": 0.9, "conf_low": 0.8},
        {"ratio": 0.9, "phase_in": -1},
        {"ratio": 0.9, "until": "2021-01"},
    ],
)
def test_a_change_must_make_sense(options: dict[str, Any]) -> None:
    refused(stockflow.change, "exits", start="2022-06", **options)


@pytest.mark.parametrize("bands", [{"a": (0, 9), "b": (10, 18)}, {"a": (1, 18)}, {"a": (0, 30)}, {"a": (5, 5)}])
def test_bands_have_no_gap_and_begin_at_birth(bands: dict[str, tuple[int, int]]) -> None:
    refused(stockflow.Bands.of, bands)


def test_a_drift_below_nought_is_refused() -> None:
    refused(stockflow.Drift, entry_walk=-0.1)
    refused(stockflow.Drift, correlation=1.2)


def test_the_callers_frames_are_left_as_they_were() -> None:
    given = frames()
    before = {name: frame.copy() for name, frame in given.items()}
    stockflow.rates(**given, bands=TWO)
    for name, frame in given.items():
        pd.testing.assert_frame_equal(frame, before[name])
