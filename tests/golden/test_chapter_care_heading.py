"""The figures of the chapter on where the number is heading, worked out again from the committed tables."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pandas as pd
import pytest

from btc_eval import records, stockflow
from btc_eval.measures import care_published, comparison
from btc_eval.stockflow.spec import assumed, usual_drift
from tests.golden.test_chapter_protection import DATA, WIRRAL

AGES = ("under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years")
WIDTHS = (12, 48, 60, 72, 24)


@cache
def published(vintage: str | None = None, lend: bool = False) -> care_published.PublishedFlows:
    return care_published.flows(records.official(DATA), vintage=vintage, lend=lend)


def row(table: str, year: int) -> dict[str, str]:
    """Wirral's row of a committed file, read with the standard library alone."""
    with (DATA / "official" / f"{table}.csv").open(encoding="utf-8") as file:
        found = [r for r in csv.DictReader(file) if r["area_code"] == WIRRAL and r["year"] == str(year)]
    return found[-1]


def ages(table: str, year: int, *oldest: str) -> list[float]:
    cells = row(table, year)
    return [float(cells[f"children / age / {a}"]) for a in AGES] + [
        sum(float(cells[f"children / age / {a}"]) for a in oldest)
    ]


def test_the_counts_of_wirral_are_the_published_ones() -> None:
    own = published().of(WIRRAL)
    for name, oldest in (
        ("stock", ["16 years and over"]),
        ("starts", ["16 years and over"]),
        ("ceases", ["16 years", "17 years"]),
    ):
        for year in range(2021, 2026):
            frame = own[name]
            mine = frame[frame["year"] == year].set_index("age_band")["children"]
            assert mine[list(care_published.AGES)].tolist() == ages(f"looked_after_{name}", year, *oldest)
    ceases = own["ceases"].query("year == 2025").set_index("age_band")["children"]
    assert ceases[care_published.AT_18] == 97


def test_what_is_hidden_is_filled_so_that_every_councils_ages_make_its_total() -> None:
    frames = published()
    for name in ("stock", "starts", "ceases"):
        by_age = getattr(frames, name).groupby(["area_code", "year"])["children"].sum()
        total = frames.totals.set_index(["area_code", "year"])[name].reindex(by_age.index)
        assert by_age.to_numpy() == pytest.approx(total.to_numpy())
        assert (getattr(frames, name)["children"] >= 0).all()


def test_the_books_of_wirral_as_published() -> None:
    """826 + 175 − 216 = 785 and 789 were counted; 772 + 211 − 216 = 767 and 766; 766 + 160 − 250 = 676 and 681."""
    books = stockflow.rates(**published().of(WIRRAL)).closure().set_index("year")
    assert books["unexplained"].to_dict() == {2022: 4, 2023: 0, 2024: -1, 2025: 5}
    assert books["closing"].tolist() == [789, 772, 766, 681]


def test_nearly_every_council_has_more_children_than_its_flows_explain() -> None:
    """Over all councils the closing stock of 2023 exceeds opening + starts − ceases by half of one per cent."""
    wide = published().totals
    wide = wide[wide["area_code"].isin(published().codes)].set_index(["area_code", "year"]).unstack()
    gap = wide["stock"][2023] - wide["stock"][2022] - wide["starts"][2023] + wide["ceases"][2023]
    share = (gap / wide["stock"][2022]).dropna()
    assert 0.004 < gap.sum() / wide["stock"][2022].sum() < 0.007
    assert (share >= 0).mean() > 0.85


def test_the_steady_rate_of_wirral_by_a_loop_over_months_of_age() -> None:
    """103.5 per 10,000 at the flows of 2022-23, where 117.5 were looked after."""
    stock = np.array([ages("looked_after_stock", y, "16 years and over") for y in (2022, 2023)])
    starts = np.array(ages("looked_after_starts", 2023, "16 years and over"))
    ceases = np.array(ages("looked_after_ceases", 2023, "16 years", "17 years"))
    assert stock.sum(axis=1).tolist() == [789, 772]
    hazard, children, held = ceases / stock.mean(axis=0) / 12, 0.0, 0.0
    newborn = float(assumed("entries")["newborn_share"])
    month = 0
    for band, width in enumerate(WIDTHS):
        for k in range(width):
            share = 1 / width if band else newborn if k == 0 else (1 - newborn) / (width - 1)
            held = held + starts[band] / 12 * share
            children, month = children + held, month + 1
            held *= np.exp(-hazard[band])
    assert month == 216
    near = comparison.neighbour_map(records.official(DATA), 2021)[WIRRAL]
    found = stockflow.decompose(published().of(WIRRAL), published().each(near), years=[2023], draws=200, rng=1)
    level = found.levels().iloc[0]
    assert level["own_steady"] == pytest.approx(children / 6.5717, rel=1e-9)
    assert round(level["own_steady"], 1) == 103.5
    assert round(level["own"], 1) == 117.5
    assert round(level["others"], 1) == 110.4
    parts = found.tidy().set_index("term")
    assert parts.loc[["entry", "age", "exit", "history"], "estimate"].sum() == pytest.approx(
        level["own"] - level["others"]
    )


def test_the_verdicts_few_come_in_and_few_leave_are_beyond_chance_on_the_two_years_then_known() -> None:
    near = comparison.neighbour_map(records.official(DATA), 2021)[WIRRAL]
    found = stockflow.decompose(
        published().of(WIRRAL), published().each(near), years=[2023], pooled=2, draws=1500, rng=1
    )
    parts = found.tidy().set_index("term")
    assert parts["estimate"].round(1).to_dict() == {
        "gap": 7.0, "entry": -32.2, "age": -0.5, "exit": 22.7, "history": 17.1,
    }  # fmt: skip
    assert parts.loc["entry", "conf_high"] < -15
    assert parts.loc["exit", "conf_low"] > 5
    assert parts.loc["gap", "conf_low"] < 0 < parts.loc["gap", "conf_high"]


@pytest.mark.parametrize(("model", "pooled"), [(2021, 3), (2025, 1), (2025, 3)])
def test_the_parts_keep_their_signs_with_other_neighbours_and_other_spans(model: int, pooled: int) -> None:
    near = comparison.neighbour_map(records.official(DATA), model)[WIRRAL]
    found = stockflow.decompose(
        published().of(WIRRAL), published().each(near), years=[2024, 2025], pooled=pooled, draws=100, rng=1
    )
    table = found.tidy().set_index(["term", "year"])["estimate"].unstack()
    assert (table.loc["entry"] < -25).all()
    assert (table.loc["exit"] > 8).all()
    assert (table.loc["history"] > 5).all()


def histories() -> tuple[pd.DataFrame, float]:
    """All councils as the releases up to November 2023 had them, and England's share of children turning 18."""
    frames = published("2023-11", lend=True)
    england = [f[f["area_code"] == records.ENGLAND] for f in (frames.ceases, frames.stock)]
    out = england[0][england[0]["age_band"] == care_published.AT_18].set_index("year")["children"]
    share = float((out / england[1].groupby("year")["children"].sum()).mean())
    return frames.totals[frames.totals["area_code"].isin(frames.codes)], share


def test_how_far_rates_wander_is_what_the_histories_say() -> None:
    """The numbers kept among the assumptions are those that the data of November 2023 give, to the figures kept."""
    totals, share = histories()
    assert round(share, 3) == assumed("drift")["aged_out"]
    found, kept = stockflow.drift(totals, aged_out=share), usual_drift()
    for name in ("entry_level", "entry_walk", "entry_year", "exit_level", "exit_walk", "exit_year"):
        assert getattr(found, name) == pytest.approx(getattr(kept, name), abs=6e-4), name
    assert found.correlation == pytest.approx(kept.correlation, abs=6e-3)
    assert found.entry_pull == pytest.approx(kept.entry_pull, abs=6e-3)
    assert found.exit_pull == pytest.approx(kept.exit_pull, abs=6e-3)


def test_nothing_later_than_the_release_is_looked_at() -> None:
    then = published("2023-11", lend=True)
    assert then.totals["year"].max() == 2023
    assert max(f["year"].max() for f in (then.stock, then.starts, then.ceases)) == 2023
    assert then.history(WIRRAL).set_index("year").loc[2023, "stock"] == 772


@pytest.mark.slow
def test_the_back_test_of_wirral_and_a_sixth_of_the_councils() -> None:
    """Ranges hold about as often as they say; steady rates do not; nobody's own outturn is used to get there."""
    then = published("2023-11", lend=True)
    frames = then.councils()
    kept = [WIRRAL, *sorted(set(frames["stock"]["area_code"]))[::6]]
    for name in ("stock", "starts", "ceases"):
        frames[name] = frames[name][frames[name]["area_code"].isin(kept)]
    found = stockflow.backtest(**frames, outturn=published().totals, origin=2023, draws=300, rng=1)
    score = found.summary().set_index(["year", "method"])
    # 26 councils: three standard errors of a coverage of 0.8 are 0.24.
    assert 0.6 <= score.loc[(2025, "model"), "coverage_80"] <= 1.0
    assert score.loc[(2025, "model"), "coverage_95"] >= 0.85
    assert score.loc[(2025, "chance alone"), "coverage_80"] < score.loc[(2025, "model"), "coverage_80"]
    assert score.loc[(2025, "model"), "crps"] < score.loc[(2025, "band flow"), "crps"]
    assert np.isnan(score.loc[(2025, "band flow"), "coverage_95"])
    own = found.of(WIRRAL).set_index(["year", "method"])
    assert own.loc[(2024, "model"), "observed"] == 766
    assert own.loc[(2025, "model"), "observed"] == 681
    assert own.loc[(2025, "model"), "in_95"] == 1.0
    assert own.loc[(2025, "persistence"), "error"] == pytest.approx(91.0, abs=0.5)


def test_by_itself_about_half_of_the_fall_would_have_come() -> None:
    then = published("2023-11", lend=True)
    row_ = stockflow.by_itself(stockflow.rates(**then.of(WIRRAL)), published().history(WIRRAL), draws=2000, rng=1)
    last = row_.set_index("year").loc[2025]
    assert last["observed_fall"] == 91
    assert last["fall"] == pytest.approx(45, abs=4)
    assert last["falling"] > 0.85
    # Turning 18 in two years: 75 + 97 = 172 were published; the ages within a band are not, and 172 is near 184.
    assert last["turning_18"] == pytest.approx(172, abs=20)


def test_where_children_live_sums_to_all_of_them() -> None:
    mix = care_published.placement_mix(records.official(DATA), WIRRAL, 2025).set_index("placement")["share"]
    assert mix.sum() == pytest.approx(1.0)
    fostered = float(row("looked_after_stock", 2025)["children / placement / foster placements"])
    assert mix["foster placements"] == pytest.approx(fostered / 681, rel=0.01)
