"""Exact Gaussian likelihood of a regression with ARMA errors, one series, any pattern of missing periods.

Rows keep their true time: the correlation of two rows is that of their distance in periods, so a missing period needs
no filling. Series here have a few hundred points, so the n × n correlation matrix is formed and factorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import linalg, optimize

from btc_eval.inference import Floats, Ints
from btc_eval.inference.arma import Orders, whiten_autoregression
from btc_eval.inference.least_squares import Orthogonal
from btc_eval.inference.precision import Fits, Precision, Satterthwaite
from btc_eval.inference.reml import BOUNDARY, DF_FLOOR

_STARTS = (0.0, 0.5, -0.5)
_LIMIT = 4.0
_NEVER = 1e10


@dataclass(frozen=True, slots=True)
class _Model:
    basis: Floats
    values: Floats
    distance: Ints
    orders: Orders
    restricted: bool
    steady: bool

    @property
    def spare(self) -> int:
        n, p = self.basis.shape
        return int(n - p if self.restricted else n)

    def factor(self, free: Floats) -> Floats:
        """Return the Cholesky factor L of V."""
        correlation = np.asarray(self.orders.autocorrelation(free, int(self.distance.max())), dtype=np.float64)
        return np.asarray(np.linalg.cholesky(correlation[self.distance]), dtype=np.float64)

    def whiten(self, free: Floats) -> tuple[Floats, Floats, float]:
        """Return L⁻¹X, L⁻¹y and log det V, where V = LL'."""
        both = np.column_stack([self.basis, self.values])
        if self.steady and self.orders.ma + self.orders.seasonal_ma == 0:
            white, log_det = whiten_autoregression(self.orders, free, both)
        else:
            factor = self.factor(free)
            white = np.asarray(linalg.solve_triangular(factor, both, lower=True))
            log_det = 2 * float(np.log(np.diag(factor)).sum())
        return white[:, :-1], white[:, -1], log_det

    def criterion(self, free: Floats) -> float:
        """Return minus the profile log-likelihood (restricted or not), constants included."""
        try:
            x, y, log_det = self.whiten(free)
        except np.linalg.LinAlgError:
            return _NEVER
        q, r = np.linalg.qr(x)
        rss = float(((y - q @ (q.T @ y)) ** 2).sum())
        if not rss > 0:
            return _NEVER
        value = self.spare * (np.log(2 * np.pi * rss / self.spare) + 1) + log_det
        if self.restricted:
            value += 2 * float(np.log(np.abs(np.diag(r))).sum())
        return float(0.5 * value)


def gaussian_arma(
    design: Floats,
    values: Floats,
    periods: Ints,
    orders: Orders,
    *,
    method: Literal["reml", "ml"] = "ml",
    df_floor: float = DF_FLOOR,
) -> Fits:
    """What line fits one series best, when its errors follow an ARMA process?

    Parameters
    ----------
    design
        (n, p), full column rank.
    values
        (n,).
    periods
        (n,) increasing positions in time; a jump of more than 1 is a missing period.
    orders
        Of the ARMA process.
    method
        "ml": maximum likelihood, covariance from the joint observed information as R's `arima`, normal reference.
        "reml": restricted maximum likelihood with Kenward–Roger (first order) covariance and degrees of freedom.

    Returns
    -------
    Fits
        `phi` (1, count) holds the AR, MA, seasonal AR and seasonal MA parameters as partial autocorrelations, each of
        them the coefficient itself where there is one of its kind.
    """
    turned = Orthogonal.of(design)
    distance = np.abs(periods[:, None] - periods[None, :])
    steady = bool((np.diff(periods) == 1).all())
    model = _Model(turned.basis, values, distance, orders, method == "reml", steady)
    free, ok = _optimum(model)
    x, y, _ = model.whiten(free)
    factor = model.factor(free)
    c = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
    rotated = c @ (x.T @ y)
    residuals = y - x @ rotated
    variance = float(residuals @ residuals) / model.spare
    slopes = [linalg.toeplitz(row)[np.ix_(periods - periods[0], periods - periods[0])] for row in
              orders.slopes(free, int(distance.max()))]  # fmt: skip
    whitened = [_both_sides(factor, slope) for slope in slopes]
    precision = (
        _kenward_roger(turned, x, c, variance, whitened, df_floor)
        if method == "reml"
        else _observed(model, turned, free, x, residuals, variance, whitened)
    )
    partial = np.tanh(free)[None]
    return Fits(
        coef=turned.coefficients(rotated[None]),
        precision=precision,
        scale=np.array([variance]),
        phi=partial,
        at_boundary=np.array([bool((np.abs(partial) > BOUNDARY).any())]),
        converged=np.array([ok]),
        log_likelihood=np.array([-model.criterion(free) - _restricted_constant(turned, method)]),
    )


def _optimum(model: _Model) -> tuple[Floats, bool]:
    """Minimise from several starts, keep the best, and polish it without derivatives."""
    count = model.orders.count
    best, least = np.zeros(count), _NEVER
    for start in _STARTS:
        guess = np.r_[np.arctanh(start), np.zeros(count - 1)]
        bounds = [(-_LIMIT, _LIMIT)] * count
        found = optimize.minimize(model.criterion, guess, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-11})
        if found.fun < least - 1e-9:
            best, least = np.asarray(found.x), float(found.fun)
    if count == 1:
        low, high = max(best[0] - 0.1, -_LIMIT), min(best[0] + 0.1, _LIMIT)
        line = optimize.minimize_scalar(
            lambda x: model.criterion(np.array([x])), bounds=(low, high), method="bounded", options={"xatol": 1e-10}
        )
        polished, value = np.array([line.x]), float(line.fun)
    else:
        options = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 2000, "initial_simplex": _simplex(best)}
        simplex = optimize.minimize(model.criterion, best, method="Nelder-Mead", options=options)
        polished, value = np.clip(simplex.x, -_LIMIT, _LIMIT), float(simplex.fun)
    free = polished if value < least else best
    return np.asarray(free), min(value, least) < _NEVER


def _simplex(centre: Floats) -> Floats:
    """Return a small simplex around a point that is nearly the best."""
    return np.vstack([centre, centre + 1e-3 * np.eye(len(centre))])


def _both_sides(factor: Floats, matrix: Floats) -> Floats:
    """Return L⁻¹ M L⁻ᵀ."""
    half = linalg.solve_triangular(factor, matrix, lower=True)
    return np.asarray(linalg.solve_triangular(factor, half.T, lower=True))


def _kenward_roger(
    turned: Orthogonal, x: Floats, c: Floats, variance: float, slopes: list[Floats], floor: float
) -> Precision:
    """First-order Kenward–Roger, in whitened coordinates: V is the identity and each ∂V is in `slopes`."""
    n, p = x.shape
    parts = [np.eye(n), *slopes]
    outside = np.eye(n) - x @ c @ x.T
    reduced = [outside @ part for part in parts]
    information = 0.5 * np.array([[np.sum(a * b.T) for b in reduced] for a in reduced])
    spread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    inner = [x.T @ part @ x for part in parts]
    total = np.zeros((p, p))
    for a, part_a in enumerate(parts):
        for b, part_b in enumerate(parts):
            total += spread[a, b] * (x.T @ part_a @ part_b @ x - inner[a] @ c @ inner[b])
    adjusted = variance * (c + 2 * c @ total @ c)
    gradients = np.stack([c @ piece @ c for piece in inner[1:]]) if slopes else np.empty((0, p, p))
    student = Satterthwaite(
        covariance=turned.covariance(c[None]),
        slopes=turned.covariance(gradients)[None],
        parameters=spread[None],
        floor=floor,
    )
    return Precision(turned.covariance(adjusted[None]), np.array([float(n - p)]), student)


def _observed(
    model: _Model, turned: Orthogonal, free: Floats, x: Floats, residuals: Floats, variance: float, slopes: list[Floats]
) -> Precision:
    """Covariance of β from the joint observed information of (β, parameters), σ² profiled out."""
    p, q = x.shape[1], len(free)
    information = np.zeros((p + q, p + q))
    information[:p, :p] = x.T @ x / variance
    for k, slope in enumerate(slopes):
        information[:p, p + k] = information[p + k, :p] = x.T @ slope @ residuals / variance
    rotated = np.linalg.solve(x.T @ x, x.T @ model.whiten(free)[1])
    left = model.values - model.basis @ rotated

    def at(moved: Floats) -> float:
        factor = model.factor(moved)
        e = linalg.solve_triangular(factor, left, lower=True)
        return float(0.5 * len(e) * np.log(e @ e) + np.log(np.diag(factor)).sum())

    step = 1e-4
    unit = np.eye(q) * step
    for i in range(q):
        for j in range(q):
            corners = at(free + unit[i] + unit[j]) - at(free + unit[i] - unit[j])
            corners += at(free - unit[i] - unit[j]) - at(free - unit[i] + unit[j])
            information[p + i, p + j] = corners / (4 * step**2)
    joint = np.linalg.inv(information)[:p, :p]
    return Precision(turned.covariance(joint[None]), np.array([np.inf]))


def _restricted_constant(turned: Orthogonal, method: str) -> float:
    """The change of basis adds log |det T| to a restricted log-likelihood."""
    return -float(np.linalg.slogdet(turned.back)[1]) if method == "reml" else 0.0
