"""When may anyone speak of a saving? Drawn in small: intervals one below, at and above no effect."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from btc_eval import assumptions, costs
from btc_eval.assumptions import Status, UnitCost
from btc_eval.costs import Reach, Saving
from btc_eval.errors import RefusedError
from btc_eval.estimates import Estimate

HOME = assumptions.unit_cost("childrens-home-year")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-8.0, -1e-9, Saving.CLAIMED),
        (-8.0, 0.0, Saving.NOT_CLAIMED),  # the interval touches no effect
        (-8.0, 1e-9, Saving.NOT_CLAIMED),
        (-8.0, 2.0, Saving.NOT_CLAIMED),
        (0.0, 2.0, Saving.NOT_CLAIMED),
        (1e-9, 2.0, Saving.HIGHER),
    ],
)
def test_a_difference_and_the_nought_in_its_interval(low: float, high: float, verdict: Saving) -> None:
    found = costs.consequences(Estimate((low + high) / 2, low, high), HOME)
    assert found.verdict is verdict
    assert found.tidy()["verdict"].iloc[0] == verdict.value


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.7, 0.999, Saving.CLAIMED),
        (0.7, 1.0, Saving.NOT_CLAIMED),
        (0.7, 1.001, Saving.NOT_CLAIMED),
        (1.0, 1.3, Saving.NOT_CLAIMED),
        (1.001, 1.3, Saving.HIGHER),
    ],
)
def test_a_ratio_and_the_one_in_its_interval(low: float, high: float, verdict: Saving) -> None:
    effect = Estimate((low * high) ** 0.5, low, high)
    assert costs.consequences(effect, HOME, scale="ratio", baseline=100).verdict is verdict


def test_an_effect_without_an_interval_claims_nothing() -> None:
    found = costs.consequences(Estimate(-5.0), HOME)
    assert (found.verdict, found.why) == (Saving.NOT_CLAIMED, "the effect has no interval")


def test_a_cost_that_nobody_checked_claims_nothing() -> None:
    found = costs.consequences(Estimate(-5.0, -8.0, -2.0), replace(HOME, status=Status.UNCONFIRMED))
    assert found.verdict is Saving.NOT_CLAIMED
    assert "not checked" in found.why


def test_no_one_can_set_the_verdict() -> None:
    found = costs.consequences(Estimate(-3.0, -8.0, 2.0), HOME)
    assert "verdict" not in found.__dataclass_fields__
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        found.verdict = Saving.CLAIMED  # type: ignore[misc]
    with pytest.raises(RefusedError, match="no saving is claimed"):
        found.saving()


def test_a_saving_is_the_cost_turned_round_where_it_may_be_claimed() -> None:
    found = costs.consequences(Estimate(-4.0, -6.0, -2.0), HOME)
    saved, spent = found.saving(), found.estimate
    assert (saved.value, saved.conf_low, saved.conf_high) == (-spent.value, -spent.conf_high, -spent.conf_low)  # type: ignore[operator]
    assert saved.value == pytest.approx(4 * 318_400)


def test_freed_time_is_no_saving() -> None:
    found = costs.consequences(Estimate(-400.0, -500.0, -300.0), assumptions.unit_cost("referral"))
    assert found.verdict is Saving.CLAIMED
    assert "no budget" in found.why
    with pytest.raises(RefusedError, match="fiscal, not cashable"):
        found.saving()


def test_books_are_kept_apart_and_claim_only_what_all_parts_claim() -> None:
    care = [costs.consequences(Estimate(-4.0, -6.0, high), HOME, rng=i) for i, high in enumerate((-2.0, 1.0))]
    visits = costs.consequences(Estimate(-4.0, -6.0, -2.0), replace(HOME, cashable=False), rng=3)
    table = costs.accounts([*care, visits]).set_index("book")
    assert table.index.tolist() == ["fiscal, cashable", "fiscal, not cashable"]
    assert table["verdict"].tolist() == ["no saving is claimed", "a lower cost is shown"]
    assert table.loc["fiscal, cashable", "estimate"] == pytest.approx(-8 * 318_400)


@pytest.mark.parametrize(
    ("low", "high", "reach"),
    [
        (-20.0, -10.0, Reach.SHOWN),  # the end touches what is needed
        (-20.0, -9.9, Reach.OPEN),
        (-10.0, 5.0, Reach.OPEN),
        (-9.9, 5.0, Reach.RULED_OUT),
    ],
)
def test_where_a_threshold_lies_beside_what_was_found(low: float, high: float, reach: Reach) -> None:
    price = replace(HOME, value=100.0)
    effect = Estimate((low + high) / 2, low, high)
    assert costs.threshold(1_000.0, price, prices=2024, effect=effect).reach is reach
    assert costs.threshold(1_000.0, price, prices=2024).reach is Reach.NOT_COMPARED


def test_the_draws_keep_what_the_interval_says() -> None:
    """With an exact cost the interval is the effect's times the price; 20,000 draws leave a few in a hundred."""
    found = costs.consequences(Estimate(-4.0, -10.0, -1.0), HOME).estimate
    assert found.conf_low == pytest.approx(-10 * 318_400, rel=0.03)
    assert found.conf_high == pytest.approx(-1 * 318_400, rel=0.12)  # the near end, where a step of a draw weighs more


def test_an_unsure_price_widens_the_interval_and_never_turns_it_round() -> None:
    unsure: UnitCost = replace(HOME, low=50_000.0, high=900_000.0)
    effect = Estimate(-4.0, -6.0, -2.0)
    plain, wide = (costs.consequences(effect, price).estimate for price in (HOME, unsure))
    assert wide.conf_low < plain.conf_low < plain.conf_high < wide.conf_high < 0  # type: ignore[operator]


def test_the_same_seed_gives_the_same_money() -> None:
    effect = Estimate(-4.0, -6.0, -2.0)
    one, two = (costs.consequences(effect, HOME, rng=7).draws for _ in range(2))
    assert np.array_equal(one, two)


def test_optimism_is_corrected_only_by_a_table_that_was_checked() -> None:
    with pytest.raises(RefusedError, match="nobody has checked"):
        costs.correct_for_optimism(100.0, grade=3, side="costs")
    found = costs.correct_for_optimism(100.0, grade=3, side="costs", accept_unconfirmed=True)
    assert (found.corrected, found.status) == (pytest.approx(110.0), Status.UNCONFIRMED)
    read = replace(assumptions.optimism_table(), status=Status.READ)
    assert costs.correct_for_optimism(100.0, grade=6, side="benefits", table=read).corrected == pytest.approx(60.0)
