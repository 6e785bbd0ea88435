"""The fast restricted likelihood against the textbook's dense matrices, written out here a second time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import optimize

from btc_eval.inference import Floats
from btc_eval.inference.arma import Orders, whiten_autoregression
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.gaussian import gaussian_arma
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.simulate import ar1_noise


def design(n: int) -> Floats:
    time = np.arange(n, dtype=float)
    after = (time >= n // 2).astype(float)
    return np.column_stack([np.ones(n), time, after, after * (time - n // 2)])


def dense(x: Floats, y: Floats, when: Floats) -> dict[str, Any]:
    """Restricted likelihood, Satterthwaite and first-order Kenward–Roger from n × n matrices."""
    n, p = x.shape
    gap = np.abs(when[:, None] - when[None, :])

    def pieces(phi: float) -> tuple[Floats, Floats]:
        v = np.where(gap == 0, 1.0, np.sign(phi) ** gap * np.abs(phi) ** gap)
        dv = np.where(gap == 0, 0.0, gap * np.sign(phi) ** (gap - 1) * np.abs(phi) ** np.maximum(gap - 1, 0))
        return v, dv

    def minus(phi: float) -> float:
        v, _ = pieces(phi)
        inverse = np.linalg.inv(v)
        a = x.T @ inverse @ x
        beta = np.linalg.solve(a, x.T @ inverse @ y)
        rss = (y - x @ beta) @ inverse @ (y - x @ beta)
        logs = np.linalg.slogdet(v)[1] + np.linalg.slogdet(a)[1]
        return float(0.5 * ((n - p) * (np.log(2 * np.pi * rss / (n - p)) + 1) + logs))

    grid = np.linspace(-0.97, 0.97, 98)
    start = grid[int(np.argmin([minus(g) for g in grid]))]
    phi = float(
        optimize.minimize_scalar(
            minus, bounds=(start - 0.02, start + 0.02), method="bounded", options={"xatol": 1e-12}
        ).x
    )
    v, dv = pieces(phi)
    inverse = np.linalg.inv(v)
    c = np.linalg.inv(x.T @ inverse @ x)
    beta = c @ x.T @ inverse @ y
    variance = float((y - x @ beta) @ inverse @ (y - x @ beta)) / (n - p)
    outside = inverse - inverse @ x @ c @ x.T @ inverse
    parts = [v, dv]
    information = 0.5 * np.array([[np.trace(outside @ a @ outside @ b) for b in parts] for a in parts])
    w = np.linalg.inv(information)
    slopes = [-inverse @ part @ inverse for part in parts]
    total = sum(
        w[a, b] * (x.T @ slopes[a] @ v @ slopes[b] @ x - x.T @ slopes[a] @ x @ c @ x.T @ slopes[b] @ x)
        for a in range(2)
        for b in range(2)
    )
    gradients = [c, c @ x.T @ inverse @ dv @ inverse @ x @ c]
    degrees = []
    for k in range(p):
        g = np.array([matrix[k, k] for matrix in gradients])
        degrees.append(2 * c[k, k] ** 2 / (g @ w @ g))
    return {
        "phi": phi,
        "beta": beta,
        "covariance": variance * c,
        "adjusted": variance * (c + 2 * c @ total @ c),
        "degrees": np.array(degrees),
        "log_likelihood": -minus(phi),
    }


CASES = [("complete", None), ("gaps", [4, 5, 11]), ("every other", [7, 9, 11, 13])]


@pytest.mark.parametrize(("name", "dropped"), CASES)
@pytest.mark.parametrize("phi", [-0.4, 0.1, 0.6])
def test_restricted_likelihood_and_kenward_roger(name: str, dropped: list[int] | None, phi: float) -> None:
    n = 40
    rng = np.random.default_rng(int(100 * (phi + 1)) + len(name))
    x, when = design(n), np.arange(n)
    y = ar1_noise(np.r_[0, np.ones(n - 1, dtype=int)], np.array([phi]), rng)[:, 0] + x @ np.array([5, 0.1, -1, 0.2])
    keep = np.ones(n, dtype=bool)
    keep[dropped or []] = False
    x, y, when = x[keep], y[keep], when[keep]
    steps = np.r_[0, np.diff(when)]
    expected = dense(x, y, when.astype(float))
    found = restricted_ar1(x, y[:, None], steps, df_floor=0.0)
    plain = restricted_ar1(x, y[:, None], steps, correction="none")
    assert found.phi[0, 0] == pytest.approx(expected["phi"], abs=2e-7)
    np.testing.assert_allclose(found.coef[0], expected["beta"], rtol=1e-6)
    np.testing.assert_allclose(plain.precision.covariance[0], expected["covariance"], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(found.precision.covariance[0], expected["adjusted"], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(found.precision.degrees(np.eye(4))[0], expected["degrees"], rtol=1e-5)
    assert found.log_likelihood is not None
    assert found.log_likelihood[0] == pytest.approx(expected["log_likelihood"], abs=1e-9)
    # the same through the general ARMA route
    general = gaussian_arma(x, y, when, Orders(1), method="reml", df_floor=0.0)
    np.testing.assert_allclose(general.coef, found.coef, rtol=1e-6)
    np.testing.assert_allclose(general.precision.covariance, found.precision.covariance, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(general.precision.degrees(np.eye(4)), found.precision.degrees(np.eye(4)), rtol=1e-5)


def test_stacked_series_do_not_lean_on_one_another() -> None:
    rng = np.random.default_rng(2)
    x = design(20)
    both = np.vstack([np.hstack([x, np.zeros_like(x)]), np.hstack([np.zeros_like(x), x])])
    steps = np.r_[0, np.ones(19, dtype=int)]
    one = ar1_noise(steps, np.array([0.5]), rng)
    found = restricted_ar1(both, np.vstack([one, one]), np.r_[steps, steps])
    alone = restricted_ar1(x, one, steps)
    # the same series twice has the same best φ and coefficients as once
    np.testing.assert_allclose(found.phi, alone.phi, atol=1e-8)
    np.testing.assert_allclose(found.coef[0], np.r_[alone.coef[0], alone.coef[0]], atol=1e-8)


def test_a_design_for_each_series_gives_what_a_shared_one_does() -> None:
    rng = np.random.default_rng(3)
    x = design(30)
    series = rng.standard_normal((30, 5))
    shared = restricted_ar1(x, series)
    each = restricted_ar1(np.broadcast_to(x, (5, 30, 4)), series)
    np.testing.assert_allclose(each.coef, shared.coef, atol=1e-10)
    np.testing.assert_allclose(each.precision.covariance, shared.precision.covariance, atol=1e-10)


def test_many_series_at_once_are_each_at_their_own_optimum() -> None:
    rng = np.random.default_rng(4)
    steps = np.r_[0, np.ones(39, dtype=int)]
    series = ar1_noise(steps, rng.uniform(-0.5, 0.9, 60), rng)
    together = restricted_ar1(design(40), series, steps)
    for k in range(0, 60, 7):
        alone = restricted_ar1(design(40), series[:, [k]], steps)
        np.testing.assert_allclose(alone.phi[0], together.phi[k], atol=1e-9)
        np.testing.assert_allclose(alone.coef[0], together.coef[k], atol=1e-9)


def test_the_first_order_correction_never_narrows() -> None:
    rng = np.random.default_rng(5)
    series = rng.standard_normal((12, 200))
    corrected = restricted_ar1(design(12), series).precision.std_error(np.eye(4))
    plain = restricted_ar1(design(12), series, correction="none").precision.std_error(np.eye(4))
    assert (corrected >= plain * (1 - 1e-12)).all()


def test_whitening_without_the_matrix() -> None:
    orders, free = Orders(2, 0, 1, 0, 4), np.array([0.5, -0.2, 0.3])
    columns = np.random.default_rng(6).normal(size=(25, 3))
    rho = np.asarray(orders.autocorrelation(free, 24), dtype=float)
    v = rho[np.abs(np.arange(25)[:, None] - np.arange(25)[None, :])]
    white, log_det = whiten_autoregression(orders, free, columns)
    np.testing.assert_allclose(white, np.linalg.solve(np.linalg.cholesky(v), columns), atol=1e-10)
    assert log_det == pytest.approx(np.linalg.slogdet(v)[1], abs=1e-10)


def test_an_ar1_correlation_and_its_derivative() -> None:
    phi = 0.6
    orders = Orders(1)
    free = np.array([np.arctanh(phi)])
    np.testing.assert_allclose(orders.autocorrelation(free, 5), phi ** np.arange(6), atol=1e-14)
    by_phi = orders.slopes(free, 5)[0] / (1 - phi**2)
    np.testing.assert_allclose(by_phi, np.arange(6) * phi ** np.maximum(np.arange(6) - 1, 0), atol=1e-12)


def test_counts_with_constant_means_lead_back_to_the_linear_model() -> None:
    rng = np.random.default_rng(7)
    steps = np.r_[0, np.ones(59, dtype=int)]
    level = 1e6 + 2e4 * ar1_noise(steps, np.array([0.5]), rng)
    counts = quasi_poisson_ar1(design(60), np.round(level))
    linear = restricted_ar1(design(60), np.log(level))
    np.testing.assert_allclose(counts.phi, linear.phi, atol=0.01)
    np.testing.assert_allclose(counts.coef[0, 2], linear.coef[0, 2], atol=1e-3)
    ratio = counts.precision.std_error(np.eye(4))[0] / linear.precision.std_error(np.eye(4))[0]
    np.testing.assert_allclose(ratio, 1, rtol=0.03)
