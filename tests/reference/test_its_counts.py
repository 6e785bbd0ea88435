"""Models of counts, and single estimators, against R and Stata.

R's `glm` was run to 1e-14, so 1e-8. `glm.nb` and Stata's `nbreg` stop at about 1e-7; Stata's standard errors come from
the observed information and ours, as R's, from the expected one, which agree to half a per cent here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from its_cases import TRAFFIC, assert_terms, stored, traffic2

from btc_eval import its
from btc_eval.inference.arma import Orders
from btc_eval.inference.counts import poisson
from btc_eval.inference.gaussian import gaussian_arma
from btc_eval.inference.negative_binomial import negative_binomial
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.robust import sandwich

CASES = stored("traffic2")["cases"]
STATA = stored("stata18")["cases"]


def fatal(**options: Any) -> its.SegmentedFit:
    return its.fit(
        traffic2(),
        outcome="fatacc",
        time="month",
        start="1986-01-01",
        impact="level",
        season="month",
        population="totacc",
        events=[its.step("speed limit", "1987-05-01")],
        covariates=["wkends", "unem"],
        **options,
    )


def test_quasi_poisson_with_an_offset() -> None:
    expected = CASES["quasi_poisson"]
    fit = fatal(estimator="quasi-poisson")
    assert fit.dispersion == pytest.approx(expected["dispersion_pearson"], rel=1e-9)
    assert fit.dispersion is not None
    # R does not hold the dispersion at 1 or above; on these data it is under 1
    shrink = min(1.0, np.sqrt(fit.dispersion))
    table = fit.tidy().set_index("term")
    for name, term in TRAFFIC.items():
        assert table.loc[term, "estimate"] == pytest.approx(expected["coef"][name], rel=1e-7, abs=1e-9)
        assert table.loc[term, "std_error"] * shrink == pytest.approx(expected["se"][name], rel=1e-7)


def test_newey_west_and_white_standard_errors_of_counts() -> None:
    expected = CASES["quasi_poisson"]
    data = fatal(estimator="poisson").data
    found = poisson(data.design, data.values, data.offset)
    terms = fatal(estimator="poisson").terms
    for lag, key in ((0, "hc0_se"), (1, "nw_lag1_se")):
        robust = sandwich(found, data.design, data.values, data.offset, lag, correct=False)
        errors = dict(zip(terms, robust.precision.std_error(np.eye(len(terms)))[0]))
        for name, term in TRAFFIC.items():
            assert errors[term] == pytest.approx(expected[key][name], rel=1e-7), (key, name)


def test_negative_binomial_with_an_offset() -> None:
    expected = CASES["negative_binomial"]
    fit = fatal(estimator="negative-binomial")
    assert_terms(fit, expected, TRAFFIC, coef=1e-3, se=1e-3)
    assert fit.fits.log_likelihood is not None
    assert fit.fits.log_likelihood[0] >= expected["loglik"] - 1e-3


def data_of(name: str, *columns: str) -> tuple[Any, Any]:
    data = STATA[name]["data"]
    design = np.column_stack([np.ones(len(data["y"])), *(data[c] for c in columns)])
    return design, np.array(data["y"])[:, None]


def test_newey_west_against_stata() -> None:
    design, series = data_of("51_newey", "x")
    found = newey_west(design, series, 4)
    plain = newey_west(design, series, 4, correct=False)
    for k, term in enumerate(("beta_intercept", "beta_x")):
        stata, r = STATA["51_newey"]["Stata"][term], STATA["51_newey"]["R"][term]
        assert found.coef[0, k] == pytest.approx(stata["estimate"], rel=1e-12)
        assert found.precision.std_error(np.eye(2))[0, k] == pytest.approx(stata["se"], rel=1e-10)
        assert plain.precision.std_error(np.eye(2))[0, k] == pytest.approx(r["se"], rel=1e-10)


def test_poisson_against_stata() -> None:
    design, series = data_of("58_poisson", "x1", "x2")
    found = poisson(design, series)
    for k, term in enumerate(("beta_intercept", "beta_x1", "beta_x2")):
        stata = STATA["58_poisson"]["Stata"][term]
        assert found.coef[0, k] == pytest.approx(stata["estimate"], rel=1e-8)
        assert found.precision.std_error(np.eye(3))[0, k] == pytest.approx(stata["se"], rel=1e-6)


def test_negative_binomial_against_stata_and_r() -> None:
    design, series = data_of("42_nbreg", "x1", "x2")
    found = negative_binomial(design, series)
    for k, term in enumerate(("beta_intercept", "beta_x1", "beta_x2")):
        stata, r = STATA["42_nbreg"]["Stata"][term], STATA["42_nbreg"]["R"][term]
        assert found.coef[0, k] == pytest.approx(stata["estimate"], rel=1e-6)
        assert found.precision.std_error(np.eye(3))[0, k] == pytest.approx(r["se"], rel=1e-5)
        assert found.precision.std_error(np.eye(3))[0, k] == pytest.approx(stata["se"], rel=5e-3)


def test_second_order_autoregression_against_stata() -> None:
    series = np.array(STATA["39_arima"]["data"]["y"])
    found = gaussian_arma(np.ones((len(series), 1)), series, np.arange(len(series)), Orders(2))
    ar, _ = Orders(2).polynomials(np.arctanh(found.phi[0]))
    innovation = float(found.scale[0] * np.prod(1 - found.phi[0] ** 2))
    stata, r = STATA["39_arima"]["Stata"], STATA["39_arima"]["R"]
    assert found.log_likelihood is not None
    assert found.log_likelihood[0] == pytest.approx(stata["logLik"]["estimate"], abs=1e-6)
    for expected, tolerance in ((stata, 2e-6), (r, 2e-6)):
        assert ar[0] == pytest.approx(expected["ar1"]["estimate"], abs=tolerance)
        assert ar[1] == pytest.approx(expected["ar2"]["estimate"], abs=tolerance)
        assert innovation == pytest.approx(expected["sigma2"]["estimate"], abs=tolerance)
