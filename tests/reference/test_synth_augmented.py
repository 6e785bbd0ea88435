"""Augmented synthetic control and conformal intervals against the augsynth vignette (Kansas tax cuts of 2012).

The vignette prints three decimals, so half a unit of the third is allowed; its intervals come from a grid of fifty
points, ours from bisection, so theirs may lie up to one grid step inside ours.
"""

from __future__ import annotations

import numpy as np
import pytest
from synth_cases import EXPECTED, KANSAS, read_wide

from btc_eval.its.synthetic import synthetic_control
from btc_eval.its.synthetic_result import SyntheticControl

ROUNDED = 0.0005 + 1e-9


@pytest.fixture(scope="module", params=["classic", "augmented"])
def kansas(request: pytest.FixtureRequest) -> SyntheticControl:
    panel = read_wide("kansas", "quarter", "state", "lngdpcapita")
    return synthetic_control(panel, method=request.param, **KANSAS)


def test_effects_and_imbalance(kansas: SyntheticControl) -> None:
    published = EXPECTED["kansas"]["published"][kansas.method]
    gaps = kansas.gaps()
    assert kansas.att == pytest.approx(published["att"], abs=ROUNDED)
    assert gaps.loc[gaps["after"], "gap"].to_numpy() == pytest.approx(published["estimate"], abs=ROUNDED)
    earlier = gaps.loc[~gaps["after"], "gap"]
    assert np.sqrt(np.sum(earlier**2)) == pytest.approx(published["l2"], abs=ROUNDED)
    assert kansas.weights["weight"].sum() == pytest.approx(1.0, abs=1e-9)


def test_conformal_p_values_and_intervals(kansas: SyntheticControl) -> None:
    published = EXPECTED["kansas"]["published"][kansas.method]
    found = kansas.conformal()
    assert found["p_value"].to_numpy() == pytest.approx(published["p"], abs=ROUNDED)
    size = np.sqrt(np.mean(found["estimate"] ** 2))
    step = 4 * size / 49
    for ours, theirs, outwards in (("conf_low", "low", -1), ("conf_high", "high", 1)):
        further = outwards * (found[ours].to_numpy() - np.array(published[theirs]))
        assert (further > -ROUNDED).all()
        assert (further < step + ROUNDED).all()


def test_augmentation_shifts_the_effect_by_the_published_bias() -> None:
    panel = read_wide("kansas", "quarter", "state", "lngdpcapita")
    plain, tilted = (synthetic_control(panel, method=m, **KANSAS) for m in ("classic", "augmented"))
    assert plain.att - tilted.att == pytest.approx(EXPECTED["kansas"]["published"]["augmented"]["bias"], abs=ROUNDED)
    assert (plain.weights["weight"] > 1e-3 / 49).sum() == 7
    assert (tilted.weights["weight"].abs() > 1e-3 / 49).sum() == 49
    assert tilted.pre_rmspe < plain.pre_rmspe
