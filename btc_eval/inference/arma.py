"""The correlation function of an autoregressive moving-average process, seasonal factors allowed, and its derivatives.

Parameters are unbounded: each is the hyperbolic arctangent of a partial autocorrelation, so every value gives a
stationary (and invertible) process (Barndorff-Nielsen and Schou 1973; Monahan 1984).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btc_eval.inference import Floats

#: Size of the imaginary step that gives derivatives to machine precision.
_STEP = 1e-30
Numbers = npt.NDArray[np.complex128] | Floats


@dataclass(frozen=True, slots=True)
class Orders:
    """An ARMA(p, q) × (P, Q)_s process: (1 − Σφ Bⁱ)(1 − ΣΦ Bˢⁱ) e = (1 + Σθ Bⁱ)(1 + ΣΘ Bˢⁱ) a."""

    ar: int = 1
    ma: int = 0
    seasonal_ar: int = 0
    seasonal_ma: int = 0
    cycle: int = 0

    @property
    def count(self) -> int:
        """Number of parameters."""
        return self.ar + self.ma + self.seasonal_ar + self.seasonal_ma

    def polynomials(self, free: Numbers) -> tuple[Numbers, Numbers]:
        """Return the full AR and MA coefficients (without the leading 1) at unbounded parameters `free`."""
        sizes = np.cumsum([self.ar, self.ma, self.seasonal_ar])
        ar, ma, seasonal_ar, seasonal_ma = np.split(np.tanh(free), sizes)
        full_ar = _product(-_from_partial(ar), -_from_partial(seasonal_ar), self.cycle)
        full_ma = _product(_from_partial(ma), _from_partial(seasonal_ma), self.cycle)
        return -full_ar, full_ma

    def autocorrelation(self, free: Numbers, lags: int) -> Numbers:
        """Return correlations at lags 0 to `lags`."""
        ar, ma = self.polynomials(free)
        covariance = _autocovariance(ar, ma, lags)
        return np.asarray(covariance / covariance[0])

    def slopes(self, free: Floats, lags: int) -> Floats:
        """Return (count, lags + 1) derivatives of the correlations in the parameters, to machine precision."""
        out = np.empty((self.count, lags + 1))
        for k in range(self.count):
            moved = free.astype(complex)
            moved[k] += 1j * _STEP
            out[k] = self.autocorrelation(moved, lags).imag / _STEP
        return out


def _from_partial(partial: Numbers) -> Numbers:
    """Return AR coefficients from partial autocorrelations (Durbin and Levinson's recursion run forward)."""
    coefficients = partial[:0]
    for value in partial:
        coefficients = np.append(coefficients - value * coefficients[::-1], value)
    return coefficients


def _product(regular: Numbers, seasonal: Numbers, cycle: int) -> Numbers:
    """Return the coefficients, without the leading 1, of (1 + regular(B)) (1 + seasonal(B^cycle))."""
    spread = np.zeros(len(seasonal) * cycle + 1, dtype=seasonal.dtype)
    spread[0] = 1
    for k, value in enumerate(seasonal, start=1):
        spread[k * cycle] = value
    return np.asarray(np.convolve(np.append(np.ones(1), regular), spread)[1:])


def _autocovariance(ar: Numbers, ma: Numbers, lags: int) -> Numbers:
    """Return autocovariances for unit innovations: a linear system for the first p + 1, then the recursion."""
    p, q = len(ar), len(ma)
    theta = np.append(np.ones(1), ma)
    psi = np.zeros(q + 1, dtype=theta.dtype)
    for j in range(q + 1):
        psi[j] = theta[j] + sum(ar[i - 1] * psi[j - i] for i in range(1, min(j, p) + 1))
    right = np.zeros(max(lags, p) + 1, dtype=theta.dtype)
    for k in range(min(q, max(lags, p)) + 1):
        right[k] = theta[k:] @ psi[: q + 1 - k]
    system = np.eye(p + 1, dtype=theta.dtype)
    for k in range(p + 1):
        for i in range(1, p + 1):
            system[k, abs(k - i)] -= ar[i - 1]
    first = np.linalg.solve(system, right[: p + 1])
    out = np.zeros(max(lags, p) + 1, dtype=first.dtype)
    out[: p + 1] = first
    for k in range(p + 1, lags + 1):
        out[k] = right[k] + ar @ out[k - p : k][::-1]
    return out[: lags + 1]


def whiten_autoregression(orders: Orders, free: Floats, columns: Floats) -> tuple[Floats, float]:
    """Take a pure autoregression out of complete rows, without the n × n matrix.

    Parameters
    ----------
    orders
        Without moving-average terms.
    free
        Unbounded parameters.
    columns
        (n, k), rows one period apart.

    Returns
    -------
    array, float
        L⁻¹ columns and log det V, where V = LL' is the correlation matrix: each row less its prediction from those
        before (Durbin and Levinson's recursion for the first p rows, the autoregression itself after), over the
        standard deviation of the prediction error.
    """
    ar = np.asarray(orders.polynomials(free)[0], dtype=np.float64)
    p, n = len(ar), len(columns)
    rho = np.asarray(orders.autocorrelation(free, p), dtype=np.float64)
    white = columns.astype(float).copy()
    deviations = np.ones(n)
    predictor = np.empty(0)
    variance = 1.0
    for row in range(1, min(p, n - 1) + 1):
        last = (rho[row] - predictor @ rho[1:row][::-1]) / variance
        predictor = np.append(predictor - last * predictor[::-1], last)
        variance *= 1 - last**2
        if row < n:
            deviations[row] = np.sqrt(variance)
            white[row] = (columns[row] - predictor @ columns[:row][::-1]) / deviations[row]
    if n > p + 1:
        rest = columns[p + 1 :].astype(float).copy()
        for lag, value in enumerate(ar, start=1):
            rest -= value * columns[p + 1 - lag : n - lag]
        deviations[p + 1 :] = np.sqrt(variance)
        white[p + 1 :] = rest / np.sqrt(variance)
    return white, 2 * float(np.log(deviations).sum())
