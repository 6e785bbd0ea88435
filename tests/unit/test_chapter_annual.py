"""Short annual series: gaps to comparators, joint p-values, exact rates, and a council beside its neighbours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from btc_eval import measures, programme
from btc_eval.errors import RefusedError, UsageError
from btc_eval.estimates import Verdict
from btc_eval.inference.rates import poisson_interval
from btc_eval.its import annual_summary, annual_synthetic
from btc_eval.measures import comparison, derived, standing
from btc_eval.publish.charts.layout import moment
from btc_eval.records import ENGLAND, WIRRAL, Official, official

DATA = Path(__file__).parents[2] / "data"
NEAR = {"A": ("B", "C"), "B": ("C", "D"), "C": ("B", "D"), "D": ("B", "C")}


@pytest.fixture(scope="module")
def stats_held() -> Official:
    return official(DATA)


def rates(**values: tuple[float, float, float]) -> pd.DataFrame:
    """A council a row in the order of the years 2019, 2021, 2024."""
    rows = [(code, year, value) for code, held in values.items() for year, value in zip((2019, 2021, 2024), held)]
    return pd.DataFrame(rows, columns=["area_code", "year", "value"])


HAND = rates(A=(100, 110, 104), B=(50, 52, 60), C=(70, 68, 72), D=(30, 40, 40))


def test_a_gap_worked_by_hand() -> None:
    """A: −6 beside (+8, +4), so −12. B: +8 beside C +4 and D 0, so +6. C: +4 beside +8 and 0, so 0. D: 0 − 6 = −6."""
    row = annual_summary.gap_changes(
        {"rate": HAND}, treated="A", windows={"w": (2021, 2024)}, comparators={"n": NEAR}
    ).iloc[0]
    assert (row["before"], row["after"]) == (110, 104)
    assert (row["gap_before"], row["gap_after"]) == (110 - 60, 104 - 66)
    assert (row["change"], row["comparator_change"], row["estimate"]) == (-6, 6, -12)
    assert (row["rank"], row["units"], row["as_large"], row["permutation_p"]) == (1, 4, 1, 0.25)
    table = annual_summary.gap_table(HAND, treated="A", before=2021, after=2024, comparators=NEAR)
    assert table.set_index("unit")["estimate"].to_dict() == {"A": -12, "B": 6, "C": 0, "D": -6}


def test_the_gap_after_less_the_gap_before_is_the_estimate() -> None:
    windows = {"a": (2021, 2024), "b": ((2019, 2021), 2024), "c": (2019, (2021, 2024))}
    found = annual_summary.gap_changes({"rate": HAND}, treated="A", windows=windows, comparators={"n": NEAR})
    assert (found["gap_after"] - found["gap_before"]).to_numpy() == pytest.approx(found["estimate"].to_numpy())
    assert (found["after"] - found["before"]).to_numpy() == pytest.approx(found["change"].to_numpy())
    assert found.loc[found["window"] == "b", "before"].item() == 105


def test_units_without_a_value_or_a_comparator_are_set_aside_and_the_treated_one_never() -> None:
    gap = HAND[~((HAND["area_code"] == "D") & (HAND["year"] == 2024))]
    found = annual_summary.gap_changes({"r": gap}, treated="A", windows={"w": (2021, 2024)}, comparators={"n": NEAR})
    assert found["units"].item() == 3
    own = HAND[~((HAND["area_code"] == "A") & (HAND["year"] == 2024))]
    with pytest.raises(RefusedError, match="no value for A"):
        annual_summary.gap_changes({"r": own}, treated="A", windows={"w": (2021, 2024)}, comparators={"n": NEAR})
    with pytest.raises(UsageError, match="at least one measure"):
        annual_summary.gap_changes({}, treated="A", windows={"w": (2021, 2024)}, comparators={"n": NEAR})


def many(seed: int, units: int = 40, effect: float = 0.0) -> tuple[dict[str, pd.DataFrame], dict[str, list[str]]]:
    rng = np.random.default_rng(seed)
    codes = [f"C{i:02d}" for i in range(units)]
    near = {code: [codes[(i + k) % units] for k in (1, 2, 3)] for i, code in enumerate(codes)}
    frames = {}
    for name in ("one", "two", "three"):
        values = rng.normal(size=(units, 2))
        values[0, 1] += effect if name == "two" else 0.0
        rows = [(code, year, values[i, y]) for i, code in enumerate(codes) for y, year in enumerate((2021, 2024))]
        frames[name] = pd.DataFrame(rows, columns=["area_code", "year", "value"])
    return frames, near


def test_adjusted_p_values_follow_the_definition_of_westfall_and_young() -> None:
    """Written out again: step down from the furthest out, the furthest of those left against it, over all labels.

    Places are compared as pairs, the place and then, where places are equal, how far out as a multiple of the median.
    """
    frames, near = many(3, effect=2.5)
    found = annual_summary.gap_changes(frames, treated="C00", windows={"w": (2021, 2024)}, comparators={"n": near})
    sizes = []
    for frame in frames.values():
        table = annual_summary.gap_table(frame, treated="C00", before=2021, after=2024, comparators=near)
        sizes.append(table.set_index("unit")["estimate"].sort_index().abs())
    pairs = [[(int((row >= v).sum()), -v / row.median()) for v in row] for row in sizes]  # measure by unit
    left, running, adjusted = sorted(range(3), key=lambda k: pairs[k][0]), 0.0, {}
    while left:
        as_far = [min(pairs[k][unit] for k in left) <= pairs[left[0]][0] for unit in range(40)]
        running = max(running, float(np.mean(as_far)))
        adjusted[left.pop(0)] = running
    single = [row[0][0] / 40 for row in pairs]
    assert found["permutation_p"].to_numpy() == pytest.approx(single)
    assert found["adjusted_p"].to_numpy() == pytest.approx([max(adjusted[k], single[k]) for k in range(3)])
    assert (found["adjusted_p"] >= found["permutation_p"] - 1e-12).all()
    assert set(found["joint_units"]) == {40}


def test_looking_at_three_measures_cries_wolf_no_more_than_it_says() -> None:
    """Nothing happened in any: the chance that any measure is announced stays at or below the level."""
    announced = 0
    for seed in range(150):
        frames, near = many(seed, units=20)
        found = annual_summary.gap_changes(
            frames, treated="C00", windows={"w": (2021, 2024)}, comparators={"n": near}, alpha=0.1
        )
        announced += bool((found["verdict"] != "no more than chance").any())
    # 150 runs at 10%: 15 expected; 25 is beyond what chance gives in 1 run of 100 (binomial).
    assert announced <= stats.binom.ppf(0.99, 150, 0.1)


def test_the_verdict_goes_by_direction_and_its_stability_is_checked() -> None:
    frames, near = many(3, effect=8.0)
    windows, sets = {"w": (2021, 2024)}, {"n": near, "again": near}
    found = annual_summary.gap_changes(frames, treated="C00", windows=windows, comparators=sets)
    two = found[found["measure"] == "two"]
    assert set(two["verdict"]) == {"rose by more than chance"}
    assert annual_summary.stability(found, "two").verdict is Verdict.PASS
    mixed = found.assign(adjusted_p=np.where(found["comparators"] == "n", 0.01, 0.5))
    assert annual_summary.stability(mixed, "two").verdict is Verdict.FAIL
    assert annual_summary.stability(found.head(3), "two").verdict is Verdict.NOT_CHECKED
    with pytest.raises(UsageError, match="no measure"):
        annual_summary.stability(found, "four")


def test_the_path_of_a_gap_is_its_change_from_the_base_year_both_ways() -> None:
    path = annual_summary.gap_path(HAND, treated="A", base=2021, comparators=NEAR).set_index("year")
    assert path["estimate"].to_dict() == {2019: -(10 - (2 - 2) / 2), 2021: 0.0, 2024: -12.0}
    assert (path["low"] <= path["high"]).all()
    others = np.array([6.0, 0.0, -6.0])
    assert path.loc[2024, ["low", "high"]].tolist() == pytest.approx(np.quantile(others, [0.025, 0.975]).tolist())
    with pytest.raises(RefusedError, match="base"):
        annual_summary.gap_path(HAND, treated="A", base=2020, comparators=NEAR)


def panel(effect: float, first: int = 2013) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    years = range(first, 2025)
    common = rng.normal(size=(len(years), 2)).cumsum(axis=0)
    rows = []
    for i in range(30):
        loads = rng.uniform(0.5, 1.5, size=2) if i else np.array([1.0, 1.0])
        values = 50 + 3 * i + common @ loads + rng.normal(scale=0.05, size=len(years))
        values[-3:] += effect if i == 0 else 0.0
        rows += [(f"C{i:02d}", year, value) for year, value in zip(years, values)]
    return pd.DataFrame(rows, columns=["area_code", "year", "value"])


@pytest.mark.parametrize("effect", [0.0, -6.0])
def test_a_known_change_is_recovered_by_the_second_design(effect: float) -> None:
    found = annual_synthetic.second_design(
        {"m": panel(effect)}, treated="C00", start=2022, window=(2013, 2024), pools={"all": None, "few": ["C01", "C02"]}
    )
    row = found.iloc[0]
    assert row["estimate"] == pytest.approx(effect, abs=1.5)
    assert row["observed"] - row["synthetic"] == pytest.approx(row["estimate"])
    assert found["donors"].tolist() == [29, 2]
    assert row["fit"] == "good"
    assert row["permutation_p"] <= 0.05 or effect == 0.0
    check = annual_synthetic.agreement(
        panel(effect), treated="C00", start=2022, window=(2013, 2024), announced=effect != 0.0
    )
    assert check.verdict is Verdict.PASS


def test_a_measure_that_began_later_starts_later() -> None:
    found = annual_synthetic.second_design(
        {"m": panel(0.0, first=2016)}, treated="C00", start=2022, window=(2013, 2024), pools={"all": None}
    )
    assert found["first"].item() == 2016


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390), (100, 81.364, 121.627)],
)
def test_exact_poisson_intervals_against_the_printed_table(count: int, low: float, high: float) -> None:
    """Garwood's limits, 95%, as tabulated to three places."""
    ends = poisson_interval(np.array([float(count)]), np.array([1.0]))
    assert [float(end[0]) for end in ends] == pytest.approx([low, high], abs=5.1e-4)


def test_the_poisson_interval_holds_what_the_test_of_each_end_does_not_reject() -> None:
    low, high = (float(end[0]) for end in poisson_interval(np.array([772.0]), np.array([65_690.0]), per=10_000))
    assert stats.poisson.sf(771, low * 6.569) == pytest.approx(0.025, abs=1e-9)
    assert stats.poisson.cdf(772, high * 6.569) == pytest.approx(0.025, abs=1e-9)


def test_every_council_has_ten_neighbours_and_none_is_its_own(stats_held: Official) -> None:
    for model in (2021, 2025):
        known = comparison.neighbour_map(stats_held, model)
        assert all(len(set(near)) == 10 and code not in near for code, near in known.items())
        assert known[WIRRAL] == stats_held.neighbours(WIRRAL, model)
        gone = {"E10000009", "E10000002", "E10000023", "E10000027"}
        assert not gone & ({*known} | {code for near in known.values() for code in near})
    with pytest.raises(RefusedError, match="no such neighbour model"):
        comparison.neighbour_map(stats_held, 2014)


def test_side_by_side_agrees_with_the_panels_it_is_made_from(stats_held: Official) -> None:
    beside = comparison.compare(stats_held, ["protection_plan_rate", derived.CONFERENCES_IN_TIME])
    series = beside.series(2013)
    plans = series[series["measure"] == "Child protection plans at 31 March"]
    assert list(dict.fromkeys(plans["series"])) == ["Wirral", comparison.MEAN, "North West", "England"]
    source = measures.annual(stats_held, "protection_plan_rate")
    mean = source.mean_of_neighbours(2021).set_index("year")["value"]
    held = plans[plans["series"] == comparison.MEAN].set_index("year")
    assert held["value"].to_dict() == pytest.approx(mean.loc[2013:].to_dict())
    assert held["n"].unique().tolist() == [10]
    england = plans[plans["series"] == "England"].set_index("year")["value"]
    assert england.to_dict() == source.of(ENGLAND).set_index("year")["value"].to_dict()
    assert "neighbours" in beside.papers.sources
    assert "England" not in set(beside.series(2020, without=["England"])["series"])


def test_wide_has_a_figure_in_every_cell_or_refuses(stats_held: Official) -> None:
    beside = comparison.compare(stats_held, ["looked_after_rate", derived.leaving(stats_held)])
    wide = beside.wide([2019, 2023])
    assert not wide.isna().any().any()
    assert wide["measure"].tolist() == ["Children looked after at 31 March", "Children leaving care in the year"]
    with pytest.raises(RefusedError, match="own_2018"):
        beside.wide([2018, 2023])
    with pytest.raises(UsageError, match="a list of measures"):
        comparison.compare(stats_held, "looked_after_rate")
    with pytest.raises(RefusedError, match="no such council"):
        comparison.compare(stats_held, ["looked_after_rate"], area_code="E99999999")


def test_the_places_of_a_council_count_ties_against_it(stats_held: Official) -> None:
    places = comparison.compare(stats_held, ["plan_review_percent"]).places(2023)
    values = measures.annual(stats_held, "plan_review_percent").councils().query("year == 2023")["value"].dropna()
    own = places["value"].item()
    assert places["rank"].item() == (values <= own).sum()
    assert places["councils"].item() == len(values)


def test_those_near_are_the_neighbours_and_the_region(stats_held: Official) -> None:
    beside = comparison.compare(stats_held, ["looked_after_rate"])
    areas = stats_held.areas()
    expected = set(areas.loc[areas["north_west"] & (areas["level"] == "council"), "area_code"])
    assert expected | set(beside.neighbours[WIRRAL]) <= {*beside.near(), WIRRAL}
    assert WIRRAL not in beside.near()


def test_figures_in_papers_are_matched_to_place_and_day(stats_held: Official) -> None:
    ids = ("claim-care-rate-fall", "claim-care-rate-2023")
    found = standing.reported(stats_held, programme.claims().where(id=ids), then="2023-11")
    assert set(found["what"]) == {"Wirral, 31 March 2023", "Wirral, 31 March 2020"}
    assert found["line"].tolist() == [1, 2]
    with pytest.raises(RefusedError, match="no figure for"):
        standing.reported(stats_held, programme.claims().where(id="claim-teams-two-to-six"), then="2023-11")


def test_the_yardsticks_are_a_mean_a_pool_and_england(stats_held: Official) -> None:
    table = standing.among_neighbours(stats_held, 2023, vintage="2023-11")
    assert table["rate"].is_monotonic_decreasing
    assert table["rate"].to_numpy() == pytest.approx(table["children"] / table["population"] * 10_000)
    row = standing.against(stats_held, 2023, vintage="2023-11").iloc[0]
    others = table[table["area_code"] != WIRRAL]
    assert row["mean"] == pytest.approx(others["rate"].mean())
    assert row["together"] == pytest.approx(others["children"].sum() / others["population"].sum() * 10_000)
    expected = others["population"] * row["together"] / 10_000
    assert row["spread"] == pytest.approx(stats.chisquare(others["children"], expected, sum_check=False).statistic / 9)
    with pytest.raises(RefusedError, match="no rate for the council"):
        standing.among_neighbours(stats_held, 1999)


def test_a_year_of_a_frame_is_a_year_on_the_axis() -> None:
    """A frame's years are NumPy integers; read as nanoseconds they stand in 1970 and push the plot off the page."""
    assert moment(np.int64(2025), annual=True) == moment(2025, annual=True) == 2025.0
