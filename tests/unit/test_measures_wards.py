"""Wards: every referral with an address is in one ward and month; two reported totals beside what is published."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from btc_eval import measures, programme, records, synthetic
from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.records import statutory


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> statutory.StatutoryRecords:
    extract = tmp_path_factory.mktemp("extract") / "demo"
    synthetic.write(extract, seed=5, first_year=2024, last_year=2024, children=600)
    return statutory.read([extract / "cin", extract / "ssd_address.csv", extract / "ward_lookup.csv"])


def test_every_referral_of_the_window_is_in_one_ward_and_month(returns: statutory.StatutoryRecords) -> None:
    found = measures.ward_referrals(returns, first="2023-04", last="2024-03")
    referred = statutory.referrals(returns)["referred"]
    within = referred.between("2023-04-01", "2024-03-31").sum()
    assert found.placed + found.unplaced == within
    assert found.frame["referrals"].sum() == found.placed
    assert not found.frame.duplicated(["ward_code", "month"]).any()
    assert len(found.frame) == 22 * 12
    assert found.papers.provenance is Provenance.DEMONSTRATION


def test_the_months_of_a_year_add_up_to_it(returns: statutory.StatutoryRecords) -> None:
    found = measures.ward_referrals(returns, first="2023-04", last="2024-03")
    years = found.years()
    assert set(years["year"]) == {2024}
    assert years["n"].sum() == found.placed


def test_a_ward_beside_others_keeps_both_counts(returns: statutory.StatutoryRecords) -> None:
    found = measures.ward_referrals(returns, first="2023-04", last="2024-03")
    codes = sorted(found.frame["ward_code"].unique())
    pair = found.against(codes[0], codes[1:])
    assert pair["ward"].sum() + pair["others"].sum() == found.placed
    for wrong in ([], [codes[0]], ["E05999999"]):
        with pytest.raises(RefusedError, match="wards"):
            found.against(codes[0], wrong)


def test_two_totals_beside_the_boroughs_and_the_wards_children() -> None:
    annual = measures.annual(records.official(), "referrals")
    table = measures.reported_totals(
        1618, 1086, ward_code="E05000955", wards=programme.wards().frame(), borough=annual, years=[2020, 2021]
    ).set_index("year")
    # By hand: 1,618 of 3,997 and of 3,030; 4,006 of 67,431 children; 1,618 for 4.006 thousand of them.
    assert table.loc[2020, "share"] == pytest.approx(1618 / 3997)
    assert table.loc[2021, "share"] == pytest.approx(1618 / 3030)
    assert table.loc[2020, "children_share"] == pytest.approx(4006 / 67431)
    assert table.loc[2020, "rate"] == pytest.approx(1618 / 4.006)
    with pytest.raises(RefusedError, match="reported_totals"):
        measures.reported_totals(
            1618, 1086, ward_code="E05999999", wards=programme.wards().frame(), borough=annual, years=[2020]
        )


def test_the_wards_are_all_there_and_add_up_to_the_borough() -> None:
    wards = programme.wards().frame()
    assert len(wards) == 22
    assert wards["code"].is_unique
    assert wards["children"].sum() == 67431
    assert wards["small_areas"].sum() == 206
    assert wards["deprivation"].is_monotonic_decreasing


def test_changes_over_two_years_are_counted_as_by_hand() -> None:
    annual = measures.annual(records.official(), "referrals")
    found = measures.changes(annual, years=2, between=(1000, 2500))
    values = annual.councils().set_index(["area_code", "year"])["value"]
    by_hand = [
        values[code, year + 2] / before
        for (code, year), before in values.items()
        if 1000 <= before <= 2500 and pd.notna(values.get((code, year + 2)))
    ]
    assert sorted(found["ratio"]) == pytest.approx(sorted(by_hand))
    tally = measures.as_far(found, 1086 / 1618).iloc[0]
    assert tally["as_far"] == sum(ratio <= 1086 / 1618 for ratio in by_hand)
    assert tally["spans"] == len(by_hand)
    with pytest.raises(RefusedError, match="years"):
        measures.changes(annual, years=0)


def test_the_demonstration_is_made_once_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def write(out: Path, *, seed: int) -> None:
        made.append(out)
        out.mkdir(parents=True)
        (out / "DEMONSTRATION.txt").write_text(f"seed {seed}", encoding="utf-8")

    monkeypatch.setattr("btc_eval.measures.supplied.project_folder", lambda: tmp_path)
    monkeypatch.setattr("btc_eval.measures.supplied.synthetic.write", write)
    first, second = measures.demonstration(), measures.demonstration()
    assert first == second
    assert first.parent == tmp_path / "_build"
    assert len(made) == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_the_councils_own_returns_wait_until_all_that_is_needed_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    own = statutory.made_up({"cin_episodes": [{"child_id": "Ana", "referred": "2023-05-01"}]}, years=[2024])
    extract = statutory.made_up({}, years=[])
    monkeypatch.setattr("btc_eval.measures.supplied.statutory.current", lambda **_: own)
    monkeypatch.setattr("btc_eval.measures.supplied.statutory.read", lambda *_: extract)
    monkeypatch.setattr("btc_eval.measures.supplied.demonstration", lambda: Path("extract"))
    assert measures.returns() is own
    assert measures.returns(needs=["cin_episodes"]) is own
    assert measures.returns(needs=["cin_episodes", "looked_after_episodes"]) is extract
