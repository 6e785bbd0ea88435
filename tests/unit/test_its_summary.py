"""What a page quotes of a placebo run: the same numbers as the run itself, on the scale a reader sees."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btc_eval import its


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    units, months = 25, pd.date_range("2018-01-01", periods=48, freq="MS")
    mean = np.repeat(rng.uniform(40, 200, units), len(months))
    counts = rng.negative_binomial(8, 8 / (8 + mean))
    names = np.repeat([f"C{i:02d}" for i in range(units)], len(months))
    return pd.DataFrame({"la": names, "month": list(months) * units, "n": counts})


MODEL = {"unit": "la", "time": "month", "outcome": "n"}


@pytest.fixture(scope="module")
def space(panel: pd.DataFrame) -> its.PlaceboInSpace:
    return its.placebo_in_space(panel, treated="C03", start="2020-07-01", **MODEL)


def test_the_summary_repeats_the_run(space: its.PlaceboInSpace) -> None:
    row = its.summarise(space).iloc[0]
    own = space.tidy().query("treated").iloc[0]
    stretched = space.calibrated_interval()
    assert row["rank"] == space.rank
    assert row["permutation_p"] == space.p_value
    assert row["estimate"] == pytest.approx(np.exp(own["estimate"]))
    assert row["calibrated_low"] == pytest.approx(np.exp(stretched.conf_low))
    assert row["calibrated_low"] <= row["conf_low"] <= row["estimate"] <= row["conf_high"] <= row["calibrated_high"]
    assert row["false_alarm_units"] == round(row["false_alarms"] * (row["units"] - 1))
    assert row["wider"] >= 1


def test_ratios_keep_the_order_and_the_scale_the_test_works_on(space: its.PlaceboInSpace) -> None:
    table = its.ratios(space)
    assert table["estimate"].is_monotonic_increasing
    assert table["estimate"].to_numpy() == pytest.approx(np.exp(table["log_estimate"].to_numpy()))
    share = (table["log_estimate"].abs() >= abs(table.loc[table["treated"], "log_estimate"].item())).mean()
    assert share == pytest.approx(space.p_value)


def test_standings_hold_every_choice_once(panel: pd.DataFrame) -> None:
    starts = ["2020-01-01", "2020-07-01"]
    variants = {"None": (), "A window": (its.window("covid", "2020-04", "2020-06"),)}
    table = its.standings(panel, treated="C03", starts=starts, variants=variants, **MODEL)
    assert not table.duplicated(["start", "variant", "term"]).any()
    assert len(table) == 2 * 2 * 2
    same = table[(table["start"] == pd.Timestamp("2020-07-01")) & (table["variant"] == "None")]
    alone = its.summarise(its.placebo_in_space(panel, treated="C03", start="2020-07-01", **MODEL))
    assert same.loc[same["term"] == "level_change", "estimate"].item() == pytest.approx(alone["estimate"].item())
    adjusted = table[(table["start"] == pd.Timestamp("2020-07-01")) & (table["variant"] == "A window")]
    assert adjusted["estimate"].to_numpy() != pytest.approx(same["estimate"].to_numpy())


def test_dates_put_the_true_one_last_and_count_those_as_large(panel: pd.DataFrame) -> None:
    series = panel[panel["la"] == "C03"].drop(columns="la")
    fit = its.fit(series, outcome="n", time="month", start="2020-07-01", estimator="quasi-poisson")
    past = its.placebo_in_time(series, outcome="n", time="month", start="2020-07-01")
    table = its.dated(past, fit)
    assert table["kind"].tolist() == ["earlier date"] * len(past.starts) + ["true date"]
    assert (table["start"].iloc[:-1] < table["start"].iloc[-1]).all()
    own = fit.tidy(exponentiate=True).set_index("term").loc["level_change"]
    assert table.iloc[-1][["estimate", "conf_low", "conf_high"]].tolist() == pytest.approx(
        own[["estimate", "conf_low", "conf_high"]].tolist()
    )
    tally = its.summarise_dates(table).iloc[0]
    distance = np.abs(np.log(table["estimate"].to_numpy()))
    assert tally["as_large"] == (distance[:-1] >= distance[-1]).sum()
    assert tally["announced"] == (table["p_value"].iloc[:-1] < 0.05).sum()
    assert tally["dates"] == len(past.starts)


def test_extremes_are_the_ends_of_the_column() -> None:
    table = pd.DataFrame({"p": [0.5, 0.1, 0.9], "name": list("abc")})
    assert its.extremes(table, "p")[["which", "name"]].to_numpy().tolist() == [["lowest", "b"], ["highest", "c"]]
