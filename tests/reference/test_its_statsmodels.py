"""The same numbers as statsmodels, where its arithmetic is ours: a second witness that needs no stored file."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import durbin_watson as sm_durbin_watson

from btc_eval.inference import Floats
from btc_eval.inference.arma import Orders
from btc_eval.inference.counts import poisson
from btc_eval.inference.diagnostics import durbin_watson, ljung_box
from btc_eval.inference.gaussian import gaussian_arma
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.negative_binomial import negative_binomial
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.robust import sandwich


@pytest.fixture(scope="module")
def design() -> Floats:
    time = np.arange(60.0)
    after = (time >= 36).astype(float)
    season = 2 * np.pi * (time + 1) / 12
    return np.column_stack([np.ones(60), time, after, after * (time - 36), np.sin(season), np.cos(season)])


@pytest.fixture(scope="module")
def lines(design: Floats) -> Floats:
    rng = np.random.default_rng(11)
    return design @ np.array([50.0, 0.2, -4.0, 0.1, 2.0, 1.0])[:, None] + rng.normal(0, 3, (60, 20))


@pytest.fixture(scope="module")
def counts(design: Floats) -> Floats:
    rng = np.random.default_rng(12)
    mean = np.exp(design @ np.array([3.0, 0.005, -0.2, 0.01, 0.1, 0.05]))
    return rng.negative_binomial(8, 8 / (8 + mean)[:, None], (60, 20)).astype(float)


def test_least_squares(design: Floats, lines: Floats) -> None:
    found = ordinary_least_squares(design, lines)
    for k in range(lines.shape[1]):
        other = sm.OLS(lines[:, k], design).fit()
        np.testing.assert_allclose(found.coef[k], other.params, rtol=1e-9)
        np.testing.assert_allclose(found.precision.covariance[k], other.cov_params(), rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("correct", [True, False])
def test_newey_west(design: Floats, lines: Floats, correct: bool) -> None:
    found = newey_west(design, lines, 3, correct=correct)
    for k in range(lines.shape[1]):
        options = {"maxlags": 3, "use_correction": correct}
        other = sm.OLS(lines[:, k], design).fit(cov_type="HAC", cov_kwds=options)
        np.testing.assert_allclose(found.precision.covariance[k], other.cov_params(), rtol=1e-7, atol=1e-13)


def test_quasi_poisson_and_its_sandwich(design: Floats, counts: Floats) -> None:
    offset = np.log(np.linspace(1, 2, 60))
    found = poisson(design, counts, offset, quasi=True, floor=0.0)
    robust = sandwich(found, design, counts, offset, 2, correct=False)
    for k in range(counts.shape[1]):
        model = sm.GLM(counts[:, k], design, family=sm.families.Poisson(), offset=offset)
        other = model.fit(scale="X2", tol=1e-14)
        np.testing.assert_allclose(found.coef[k], other.params, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(found.precision.std_error(np.eye(6))[k], other.bse, rtol=1e-8)
        again = model.fit(tol=1e-14, cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": False})
        np.testing.assert_allclose(robust.precision.std_error(np.eye(6))[k], again.bse, rtol=1e-7)


def test_negative_binomial(design: Floats, counts: Floats) -> None:
    found = negative_binomial(design, counts[:, :4])
    assert found.shape is not None
    assert found.log_likelihood is not None
    for k in range(4):
        start = np.r_[found.coef[k], found.shape[k]]
        other = sm.NegativeBinomial(counts[:, k], design).fit(start_params=start, disp=0, method="newton")
        np.testing.assert_allclose(found.coef[k], other.params[:-1], rtol=1e-6, atol=1e-8)
        assert found.shape[k] == pytest.approx(other.params[-1], rel=1e-5)
        assert found.log_likelihood[k] == pytest.approx(other.llf, abs=1e-8)


def test_seasonal_arma_with_missing_months(design: Floats) -> None:
    keep = np.ones(60, dtype=bool)
    keep[[5, 20, 21]] = False
    basis = np.linalg.qr(design)[0]
    noise = np.random.default_rng(5).normal(size=200)
    for t in range(13, 200):
        noise[t] += 0.5 * noise[t - 1] + 0.3 * noise[t - 12] - 0.15 * noise[t - 13]
    values = noise[-60:]
    holes = np.where(keep, values, np.nan)
    model = sm.tsa.SARIMAX(holes, exog=basis, order=(1, 0, 1), seasonal_order=(1, 0, 0, 12))
    found = gaussian_arma(basis[keep], values[keep], np.flatnonzero(keep), Orders(1, 1, 1, 0, 12))
    innovation = found.scale[0] * _innovation_share(found.phi[0])
    start = np.r_[found.coef[0], found.phi[0], innovation]
    assert found.log_likelihood is not None
    assert model.loglike(start) == pytest.approx(found.log_likelihood[0], abs=1e-7)
    assert np.abs(model.score(start)).max() < 1e-2


def _innovation_share(phi: Floats) -> float:
    """Innovation variance over process variance, from the sum of squared weights of the process."""
    impulse = sm.tsa.SARIMAX(np.zeros(3), order=(1, 0, 1), seasonal_order=(1, 0, 0, 12), trend=None)
    weights = impulse.impulse_responses(np.r_[phi, 1.0], steps=4000)
    return float(1 / np.sum(weights**2))


def test_descriptive_tests(lines: Floats) -> None:
    for k in range(5):
        series = lines[:, k] - lines[:, k].mean()
        assert durbin_watson(series) == pytest.approx(sm_durbin_watson(series), rel=1e-12)
        other = acorr_ljungbox(series, lags=[6], model_df=1)
        found = ljung_box(series, 6, fitted=1)
        assert found.statistic == pytest.approx(other["lb_stat"].iloc[0], rel=1e-10)
        assert found.p_value == pytest.approx(other["lb_pvalue"].iloc[0], rel=1e-8)
