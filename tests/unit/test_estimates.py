"""An estimate that is not a number, or whose interval is inside out, never reaches a page."""

from __future__ import annotations

import pytest

from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Check, Estimate, Provenance, Verdict


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_estimate_is_finite(value: float) -> None:
    with pytest.raises(RefusedError, match="not finite"):
        Estimate(value)
    with pytest.raises(RefusedError, match="not finite"):
        Estimate(1.0, conf_low=value, conf_high=2.0)


def test_an_interval_is_the_right_way_round() -> None:
    with pytest.raises(RefusedError, match="lower end above"):
        Estimate(1.0, conf_low=2.0, conf_high=0.5)


def test_a_check_that_did_not_run_is_not_a_pass() -> None:
    assert Check("pre-trend").verdict is Verdict.NOT_CHECKED


def test_a_demonstration_says_that_it_is_not_about_wirral() -> None:
    assert "not about Wirral" in Provenance.DEMONSTRATION.words


def test_a_refusal_has_four_parts_and_at_least_one_fault() -> None:
    fault = Refusal("c6.csv", "row 3", "the symbol q", "c z x u low k", "Correct the cell.")
    assert str(fault) == "c6.csv, row 3: found the symbol q; allowed: c z x u low k. Correct the cell."
    with pytest.raises(ValueError, match="at least one"):
        RefusedError([])
