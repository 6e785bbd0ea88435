"""Rates worked out by hand, pooled years, the published identity, and the tables of a projection."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from btc_eval import stockflow
from btc_eval.errors import RefusedError
from btc_eval.inference.scoring import covered, crps
from btc_eval.inference.shapley import parts
from tests.spec.test_stockflow_refusals import OUT, TWO, frames, good


def test_rates_of_two_bands_by_hand() -> None:
    """2021: leavers 40 and 35 over (100 + 110)/2 and (200 + 190)/2; 2022 counts one, 2021 a half."""
    found = good(discount=0.5).tidy().set_index(["flow", "age_band"])
    entries, exits = found.loc["entries"], found.loc["exits"]
    assert entries["events"].tolist() == [60 * 0.5 + 40, 30 * 0.5 + 50]
    assert entries["estimate"].tolist() == [70 / 1.5, 65 / 1.5]
    assert exits["events"].tolist() == [20 + 35, 17.5 + 30]
    assert exits["exposure"].tolist() == [105 * 0.5 + 107.5, 195 * 0.5 + 195]
    # The posterior is a gamma with half an event more.
    low = stats.gamma.ppf(0.025, 55.5) / 160.0
    assert exits.loc["0 to 8", "conf_low"] == pytest.approx(low, rel=1e-12)


def test_a_population_makes_entries_a_rate_and_its_last_year_is_carried_on() -> None:
    people = pd.DataFrame({"year": [2021, 2022, 2023], "children": [20_000, 30_000, 40_000]})
    found = stockflow.rates(**frames(), bands=TWO, population=people, discount=1.0, drift=stockflow.Drift())
    assert found.entry_scale == 5.0
    assert found.population == 4.0
    entries = found.tidy().query("flow == 'entries'")["estimate"]
    assert entries.tolist() == [20.0, 16.0]


def test_leavers_before_18_give_way_so_that_the_books_close_and_what_is_left_over_is_shown() -> None:
    given = frames()
    given["stock"].loc[given["stock"]["year"] == 2022, "children"] += 13
    found = stockflow.rates(**given, bands=TWO, drift=stockflow.Drift())
    assert found.unexplained.tolist() == [0, 26]
    moved = found.starts.sum(axis=1) - found.leavers.sum(axis=1) - found.aged_out
    assert (found.opening.sum(axis=1) + moved).tolist() == found.closing.sum(axis=1).tolist()
    assert found.leavers[1] == pytest.approx(np.array([35, 30]) * (65 - 26) / 65)


def test_ages_in_years_and_ages_in_bands_give_the_same_rates() -> None:
    named = {"0 to 8": [0, 8], "9 to 17": [9, 17], OUT: [18, 19]}

    def aged(frame: pd.DataFrame) -> pd.DataFrame:
        rows = [
            (row["year"], age, row["children"] / 2)
            for row in frame.to_dict("records")
            for age in named[row["age_band"]]
        ]
        return pd.DataFrame(rows, columns=["jahr", "alter", "n"])

    other = stockflow.rates(
        *(aged(frame) for frame in frames().values()),
        time="jahr", age="alter", children="n", bands=TWO, drift=stockflow.Drift(),
    )  # fmt: skip
    pd.testing.assert_frame_equal(other.tidy(), good().tidy())


def test_the_steady_number_is_the_sum_over_all_months_of_age() -> None:
    """Summed by hand: entries of every earlier age, less those who left since."""
    found = good(discount=1.0)
    entry, leave = found.entry_shape / found.entry_scale / 12, found.exit_shape / found.exit_scale / 12
    band = np.repeat([0, 1], 108)
    total = sum(
        entry[band[j]] / 108 * np.exp(-sum(leave[band[i]] for i in range(j, m)))
        for m in range(216)
        for j in range(m + 1)
    )
    assert found.steady() == pytest.approx(total, rel=1e-10)


def test_newborns_stand_apart_in_the_first_year_of_life() -> None:
    names = stockflow.BANDS.names
    rows = pd.DataFrame(
        [(y, band, 20) for y in (2020, 2021) for band in names], columns=["year", "age_band", "children"]
    )
    late = pd.concat([rows, pd.DataFrame({"year": [2020, 2021], "age_band": OUT, "children": 0})])
    profile = stockflow.rates(rows, rows, late, newborn_share=0.4).entry_profile()
    assert profile[0] == 0.4
    assert profile[1:12].tolist() == pytest.approx([0.6 / 11] * 11)
    assert np.add.reduceat(profile, stockflow.BANDS.first_month).tolist() == pytest.approx([1.0] * 5)


def projection(draws: int = 60, **options: object) -> stockflow.Projection:
    return stockflow.project(good(), {"0 to 8": 105, "9 to 17": 200}, horizon=24, draws=draws, rng=5, **options)  # type: ignore[arg-type]


def test_the_tables_of_a_projection_agree_with_its_paths() -> None:
    found = projection()
    table = found.tidy()
    assert table["age_band"].unique().tolist() == ["all ages", "0 to 8", "9 to 17"]
    last = table[(table["age_band"] == "all ages") & (table["time"] == pd.Timestamp("2024-03-31"))].iloc[0]
    assert last["estimate"] == np.median(found.at("2024-03"))
    assert last["low_50"] == np.quantile(found.at("2024-03"), 0.25)
    assert last["conf_low"] == last["low_95"]
    flows = found.flows().set_index(["year", "flow"])["mean"]
    mean = found.totals().mean(axis=0)
    change = flows[2023, "starts"] - flows[2023, "ceases before 18"] - flows[2023, "turning 18"]
    assert mean[12] - mean[0] == pytest.approx(change)
    with pytest.raises(RefusedError, match="a month outside the projection"):
        found.at("2030-03")


def test_months_of_care_by_placement_sum_to_the_months_of_care() -> None:
    found = projection()
    mix = pd.DataFrame(
        {
            "age_band": ["0 to 8", "0 to 8", "9 to 17", "9 to 17"],
            "placement": ["fostered", "home"] * 2,
            "share": [0.9, 0.1, 0.6, 0.4],
        }
    )
    by_age = found.child_months(mix)
    held = (found.paths.stock[:, :-1] + found.paths.stock[:, 1:]) / 2
    first = by_age[by_age["year"] == 2023].set_index("placement")["mean"]
    assert first.sum() == pytest.approx(held[:, :12].sum(axis=(1, 2)).mean())
    assert first["home"] == pytest.approx((held[:, :12].sum(axis=1) @ [0.1, 0.4]).mean())
    with pytest.raises(RefusedError, match="do not sum to one"):
        found.child_months(mix.assign(share=0.3))


def test_a_course_has_what_was_counted_before_and_after_the_opening_day() -> None:
    counted = pd.DataFrame({"year": [2021, 2022, 2023], "stock": [300.0, 305.0, 299.0]})
    table = stockflow.course(projection(), counted).set_index("year")
    assert table["observed"].dropna().to_dict() == {2021: 300.0, 2022: 305.0}
    assert table["later"].dropna().to_dict() == {2023: 299.0}
    assert table.loc[2022, "estimate"] == 305
    assert table["estimate"].notna().tolist() == [False, True, True, True]
    assert set(stockflow.BLANKS) == set(table.columns)


def test_what_would_have_happened_by_itself_is_the_projection_with_rates_held() -> None:
    counted = pd.DataFrame({"year": [2022, 2023], "stock": [305.0, 290.0]})
    row = stockflow.by_itself(replace(good(), drift=stockflow.Drift(entry_walk=0.4)), counted, draws=60, rng=5).iloc[0]
    same = stockflow.project(good(), {"0 to 8": 105, "9 to 17": 200}, horizon=12, draws=60, rng=5).at("2023-03")
    assert row["estimate"] == np.median(same)
    assert row["observed_fall"] == 15
    assert row["falling"] == (same < 305).mean()


def test_crps_agrees_with_the_closed_form_of_a_normal() -> None:
    """Gneiting and Raftery (2007), equation 5; 20,000 evenly spaced quantiles leave an error below 1e-3."""
    y = np.array([-1.0, 0.3, 2.5])
    draws = np.repeat(stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[:, None], 3, axis=1)
    closed = y * (2 * stats.norm.cdf(y) - 1) + 2 * stats.norm.pdf(y) - 1 / np.sqrt(np.pi)
    assert crps(draws, y) == pytest.approx(closed, abs=1e-3)
    assert covered(draws, y, [0.5, 0.95]).tolist() == [[False, True, False], [True, True, False]]


def test_three_factors_as_das_gupta_writes_them() -> None:
    """For a product of three: a's part is (A − a) [(bc + BC)/3 + (bC + Bc)/6]."""
    big, small = [3.0, 5.0, 7.0], [2.0, 4.0, 3.0]
    found = parts(lambda f: np.asarray(f[0] * f[1] * f[2]), big, small)
    (a1, b1, c1), (a0, b0, c0) = big, small
    assert found[0] == pytest.approx((a1 - a0) * ((b0 * c0 + b1 * c1) / 3 + (b0 * c1 + b1 * c0) / 6))
    assert found.sum() == pytest.approx(105 - 24)


def test_a_gap_of_entries_alone_is_all_entries() -> None:
    """Another place with twice the starts and nothing else different, at the size it would settle to."""
    given = frames() | {"population": pd.DataFrame({"year": [2021, 2022], "children": [10_000, 10_000]})}
    settled = given | {"starts": given["starts"].assign(children=given["starts"]["children"] * 2)}
    settled["stock"] = given["stock"].assign(children=given["stock"]["children"] * 2)
    settled["ceases"] = given["ceases"].assign(children=given["ceases"]["children"] * 2)
    found = stockflow.decompose(settled, [given], years=[2022], draws=50, rng=1, bands=TWO)
    table = found.tidy().set_index("term")["estimate"]
    assert table["gap"] == 305
    assert table[["age", "exit"]].abs().max() < 1e-9
    assert table["entry"] + table["history"] == pytest.approx(305)
    assert table["entry"] == pytest.approx(found.levels()["others_steady"].iloc[0])
