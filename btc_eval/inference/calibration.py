"""How much wider must an interval be to hold in a short series, whatever its autocorrelation? By simulation."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np

from btc_eval import seeds
from btc_eval.inference import Floats, Ints
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.precision import Fits
from btc_eval.inference.reference import Draws
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.simulate import ar1_noise

#: Autocorrelations against which short series are calibrated.
CALIBRATION_PHIS = (0.0, 0.4, 0.8)
_DRAWS = 6000
_SEED = 20261


def calibration(design: Floats, steps: Ints, estimator: Literal["ols", "reml"]) -> Draws:
    """Simulate and refit series of Gaussian noise on this design, at each autocorrelation of `CALIBRATION_PHIS`.

    The ratio of error to half-width depends on the design and the autocorrelation alone, not on the coefficients or the
    variance, so the draws serve every series with the same design. The seed is fixed: the same design always gets the
    same factor.
    """
    return _calibration(design.tobytes(), design.shape, steps.tobytes(), estimator)


@lru_cache(maxsize=32)
def _calibration(design: bytes, shape: tuple[int, ...], steps: bytes, estimator: Literal["ols", "reml"]) -> Draws:
    columns = np.frombuffer(design).reshape(shape)
    gaps = np.frombuffer(steps, dtype=np.int64)
    generator = seeds.generator(_SEED)
    noise = [ar1_noise(gaps, np.full(_DRAWS, phi), generator) for phi in CALIBRATION_PHIS]
    series = np.column_stack(noise)
    found: Fits = (
        ordinary_least_squares(columns, series) if estimator == "ols" else restricted_ar1(columns, series, gaps)
    )
    cell = np.repeat(np.arange(len(CALIBRATION_PHIS)), _DRAWS)
    return Draws("calibrated", found.coef, found.precision, cell)
