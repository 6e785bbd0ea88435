"""The specification curve: every choice crossed, nothing dropped in silence, the same here and in other processes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from btc_eval import its


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame({"month": pd.date_range("2016-01-01", periods=60, freq="MS"), "n": rng.poisson(50, 60)})


def curve(**options: Any) -> pd.DataFrame:
    chosen: dict[str, Any] = {
        "outcome": "n",
        "time": "month",
        "starts": ["2018-06", "2019-01"],
        "estimators": ["quasi-poisson", "reml"],
        "seasons": [None, 1],
        **options,
    }
    return its.specification_curve(options.pop("frame", frame()), **{k: v for k, v in chosen.items() if k != "frame"})


def test_every_choice_has_a_row_that_a_single_fit_gives() -> None:
    table = curve(phase_ins=[0, 3])
    assert len(table) == 16
    row = table[(table["start"] == "2019-01") & (table["estimator"] == "reml") & (table["phase_in"] == 3)].iloc[1]
    alone = its.fit(frame(), outcome="n", time="month", start="2019-01", estimator="reml", season=1, phase_in=3)
    line = alone.tidy().set_index("term").loc["level_change"]
    assert row["level_change"] == pytest.approx(line["estimate"])
    assert row["p_value"] == pytest.approx(line["p_value"])
    assert row["relative_effect"] == pytest.approx(alone.effect().set_index("term").loc["relative", "estimate"])


def test_a_choice_that_is_refused_keeps_its_row_and_its_reason() -> None:
    table = curve(starts=["2018-06", "2016-02"], seasons=[None], windows=[None, ("2017-01-01", "2020-12-01")])
    lost = table[table["refused"] != ""]
    assert len(table) == 8
    assert len(lost) == 4
    assert lost["level_change"].isna().all()
    assert lost["refused"].str.contains("points before|outside the series|falls").all()


def test_units_are_run_one_by_one() -> None:
    two = pd.concat([frame().assign(la="A"), frame().assign(la="B", n=lambda f: f["n"] + 5)])
    table = curve(frame=two, unit="la", seasons=[None])
    assert table["unit"].tolist() == ["A"] * 4 + ["B"] * 4


@pytest.mark.slow
def test_two_processes_give_what_one_gives() -> None:
    pd.testing.assert_frame_equal(curve(jobs=2), curve(jobs=1))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "multiprocessing", "dask"])
def test_an_engine_that_joblib_knows(backend: str) -> None:
    joblib = pytest.importorskip("joblib")
    if backend == "dask":
        distributed = pytest.importorskip("distributed")
        cluster = distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None)
        with cluster, joblib.parallel_config(backend="dask"):
            found = curve(jobs=None)
    else:
        with joblib.parallel_config(backend=backend, n_jobs=2):
            found = curve(jobs=None)
    pd.testing.assert_frame_equal(found, curve())
