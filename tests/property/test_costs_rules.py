"""Rules of money that hold whatever the numbers: there and back, more rate less value, parts add up."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btc_eval import assumptions, costs
from btc_eval.assumptions import Band, Schedule, Status

YEARS = sorted(assumptions.deflator().values)
years = st.sampled_from(YEARS)
pounds = st.floats(-1e9, 1e9)
flows = st.lists(pounds, min_size=1, max_size=40)
REL = 1e-9  # doubles lose a few units in the last place on the way there and back


def flat(rate: float) -> Schedule:
    return Schedule(
        name="flat", title="t", unit="u", dated="2024", status=Status.CONFIRMED, source="s",
        bands=(Band(0, None, rate),),
    )  # fmt: skip


@given(amount=pounds, year=years, base=years, deflator=st.sampled_from(["gdp", "cpih"]))
def test_there_and_back(amount: float, year: int, base: int, deflator: str) -> None:
    there = costs.reprice(amount, price_year=year, base=base, deflator=deflator)
    assert costs.reprice(there, price_year=base, base=year, deflator=deflator) == pytest.approx(amount, rel=REL)


@given(amount=st.floats(1, 1e9), year=years, by=years, base=years)
def test_by_way_of_a_third_year(amount: float, year: int, by: int, base: int) -> None:
    straight = costs.reprice(amount, price_year=year, base=base)
    round_about = costs.reprice(costs.reprice(amount, price_year=year, base=by), price_year=by, base=base)
    assert round_about == pytest.approx(straight, rel=REL)


@given(rows=st.lists(st.tuples(years, pounds), min_size=1, max_size=20), base=years)
def test_a_frame_is_repriced_row_by_row_and_left_alone(rows: list[tuple[int, float]], base: int) -> None:
    frame = pd.DataFrame(rows, columns=["year", "spend"])
    before = frame.copy()
    real = costs.real_terms(frame, value="spend", base=base)["real"]
    pd.testing.assert_frame_equal(frame, before)
    assert real.tolist() == pytest.approx([costs.reprice(x, price_year=y, base=base) for y, x in rows], rel=REL)


@given(first=flows, second=flows)
def test_present_value_adds_up(first: list[float], second: list[float]) -> None:
    size = max(len(first), len(second))
    both = [sum(x) for x in zip([*first, *[0.0] * (size - len(first))], [*second, *[0.0] * (size - len(second))])]
    parts = costs.present_value(first).value + costs.present_value(second).value
    assert costs.present_value(both).value == pytest.approx(parts, rel=REL, abs=1e-3)


@given(
    money=st.lists(st.floats(0, 1e9), min_size=2, max_size=40),
    rates=st.tuples(st.floats(0, 0.3), st.floats(0, 0.3)).map(sorted),
)
def test_a_higher_rate_is_never_worth_more(money: list[float], rates: list[float]) -> None:
    low, high = (costs.present_value(money, schedule=flat(rate)).value for rate in rates)
    assert high <= low * (1 + REL)
    assert costs.present_value(money, schedule=flat(0.0)).value == pytest.approx(sum(money), rel=REL)


@given(counts=st.tuples(*[st.floats(1, 1e4)] * 2), money=st.tuples(*[st.floats(1, 1e9)] * 2))
def test_the_drivers_leave_nothing_over(counts: tuple[float, float], money: tuple[float, float]) -> None:
    row = costs.drivers(children=counts, spend=money).iloc[0]
    assert row["by_number"] + row["by_cost"] == pytest.approx(row["change"], rel=1e-9, abs=1e-6 * max(money))


@given(cost=st.floats(0, 1e8), price=st.floats(1, 1e6), share=st.floats(0.01, 1))
def test_the_units_needed_cost_what_they_pay_for(cost: float, price: float, share: float) -> None:
    assert costs.break_even(cost, price, share) * price * share == pytest.approx(cost, rel=REL)


@given(
    early=st.lists(st.floats(0, 1e7), min_size=3, max_size=3), late=st.lists(st.floats(1, 1e8), min_size=2, max_size=2)
)
def test_the_early_share_does_not_depend_on_the_unit_of_money(early: list[float], late: list[float]) -> None:
    lines = assumptions.spend_lines()
    names = [*lines.early, *lines.late]
    frame = pd.DataFrame([[*early, *late]], columns=names).assign(area_code="A", year=2024)
    share = costs.early_share(frame)["value"].iloc[0]
    pence = costs.early_share(frame.assign(**{name: frame[name] * 100 for name in names}))["value"].iloc[0]
    assert 0 <= share <= 100
    assert pence == pytest.approx(share, rel=REL)
