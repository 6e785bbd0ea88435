"""Restricted maximum likelihood with first-order autocorrelation, exact, for many series at once.

Notation of Kenward and Roger (1997): V correlation of the errors, A = X'V⁻¹X, C = A⁻¹, φ the autocorrelation,
W the covariance of the variance parameters (σ², φ). Every evaluation costs O(p³), whatever the length of the series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.autoregression import whitening_weights
from btc_eval.inference.precision import Fits, Precision, Satterthwaite
from btc_eval.inference.regression import Regression, dot, times

#: The search for φ stays inside ±SEARCH.
SEARCH = 0.999
#: Beyond this an AR(1) process cannot be told from a random walk in any series of ours: reported, never hidden.
BOUNDARY = 0.985
#: Degrees of freedom are never taken below this: a Satterthwaite df under 2 gives an interval with no use.
DF_FLOOR = 2.0
_NEAR = 0.1
_GRID = np.concatenate([[-SEARCH, -0.99], np.linspace(-0.96, 0.96, 33), [0.99, SEARCH]])


def _search(problem: Regression) -> tuple[Floats, Floats, Floats]:
    """Return the best φ of the grid for each series and the grid points either side of it."""
    weights = whitening_weights(_GRID, problem.rows.gaps)[0]
    log_det = problem.rows.log_determinant(_GRID)[0]
    values = np.empty((len(_GRID), problem.count))
    shared = len(problem.xx.first) == 1
    every = np.linalg.inv(np.linalg.cholesky(problem.xx.at(weights))) if shared else None
    for place in range(len(_GRID)):
        here = weights[:, :, place : place + 1]
        b = problem.xy.at(here)
        if every is None:
            inverse = np.linalg.inv(np.linalg.cholesky(problem.xx.at(here)))
            z = times(np.asarray(inverse, dtype=np.float64), b)
        else:
            inverse = every[place : place + 1]
            z = b @ inverse[0].T
        rss = problem.yy.at(here) - dot(z, z)
        log_det_a = -2 * np.log(np.diagonal(inverse, axis1=1, axis2=2)).sum(axis=1)
        values[place] = problem.spare * np.log(np.maximum(rss, 1e-300)) + log_det[place] + log_det_a
    best = values.argmin(axis=0)
    return _GRID[best], _GRID[np.maximum(best - 1, 0)], _GRID[np.minimum(best + 1, len(_GRID) - 1)]


@dataclass(frozen=True, slots=True)
class _State:
    """Everything at one φ a series: A and its derivatives, coefficients, RSS and the criterion's two derivatives."""

    a1: Floats
    c: Floats
    beta: Floats
    rss: Floats
    rss1: Floats
    rss2: Floats
    h1: Floats
    h2: Floats

    def gradient(self, spare: int) -> Floats:
        """Derivative in φ of (n − p) log RSS + log det V + log det A."""
        return spare * self.rss1 / self.rss + self.h1

    def curvature(self, spare: int) -> Floats:
        """Its second derivative."""
        return spare * (self.rss2 / self.rss - (self.rss1 / self.rss) ** 2) + self.h2


def _state(problem: Regression, phi: Floats) -> _State:
    w, d, dd = whitening_weights(phi, problem.rows.gaps)
    a = problem.xx.at(w)
    a1, a2 = problem.xx.at(d, derivative=True), problem.xx.at(dd, derivative=True)
    c = np.asarray(np.linalg.inv(a), dtype=np.float64)
    b, b1, b2 = problem.xy.at(w), problem.xy.at(d, derivative=True), problem.xy.at(dd, derivative=True)
    y, y1, y2 = problem.yy.at(w), problem.yy.at(d, derivative=True), problem.yy.at(dd, derivative=True)
    beta = times(c, b)
    a1_beta = times(a1, beta)
    left = b1 - a1_beta
    ca1 = c @ a1
    _, v1, v2 = problem.rows.log_determinant(phi)
    return _State(
        a1=a1,
        c=c,
        beta=beta,
        rss=y - dot(b, beta),
        rss1=y1 - 2 * dot(b1, beta) + dot(beta, a1_beta),
        rss2=y2 - 2 * dot(b2, beta) + dot(beta, times(a2, beta)) - 2 * dot(left, times(c, left)),
        h1=v1 + np.trace(ca1, axis1=1, axis2=2),
        h2=v2 + np.einsum("rij,rji->r", c, a2) - np.einsum("rij,rji->r", ca1, ca1),
    )


def _optimum(problem: Regression, near: Floats | None) -> tuple[Floats, _State]:
    """Find the best φ: from the grid, or close to `near` where that holds an optimum of every series."""
    if near is not None:
        low, high = np.maximum(near - _NEAR, -SEARCH), np.minimum(near + _NEAR, SEARCH)
        phi, state = _polish(problem, near, low, high)
        at_edge = ((phi - low < 1e-6) & (low > -SEARCH)) | ((high - phi < 1e-6) & (high < SEARCH))
        if not at_edge.any():
            return phi, state
    return _polish(problem, *_search(problem))


def _polish(problem: Regression, phi: Floats, low: Floats, high: Floats, steps: int = 60) -> tuple[Floats, _State]:
    """Bring φ to the optimum of its bracket: Newton's step where it stays inside, bisection where not."""
    state = _state(problem, phi)
    for _ in range(steps):
        slope, curve = state.gradient(problem.spare), state.curvature(problem.spare)
        low, high = np.where(slope < 0, phi, low), np.where(slope < 0, high, phi)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = phi - slope / curve
        inside = (newton >= low - 1e-9) & (newton <= high + 1e-9) & (curve > 0)
        target = np.where(inside, newton, (low + high) / 2)
        move = np.abs(target - phi)
        phi = target
        state = _state(problem, phi)
        # a Newton step leaves an error of the order of its square
        if bool(np.where(inside, move < 1e-6, move < 1e-10).all()):
            break
    return phi, state


def restricted_ar1(
    design: Floats,
    series: Floats,
    steps: Ints | None = None,
    *,
    correction: Literal["kenward-roger", "satterthwaite", "none"] = "kenward-roger",
    information: Literal["expected", "observed"] = "expected",
    df_floor: float = DF_FLOOR,
    near: Floats | None = None,
) -> Fits:
    """What lines fit best when each month leans on the one before, and how sure are they in a short series?

    Parameters
    ----------
    design
        (n, p), shared by all series, or (R, n, p).
    series
        (n, R).
    steps
        (n,) periods since the row before; 0 where a row begins a series. `None` means one period each.
    correction
        "kenward-roger": covariance inflated to first order (second derivatives of V left out, which never shrinks it)
        and Satterthwaite degrees of freedom; "satterthwaite": the degrees of freedom alone; "none": n − p.
    information
        Information matrix of (σ², φ) behind the correction: expected, or observed as R's `mmrm` uses.
    df_floor
        Least degrees of freedom.
    near
        (R,) autocorrelations close to which to look first, when these series hardly differ from ones just fitted.

    References
    ----------
    Kenward and Roger, Biometrics 53 (1997) 983–997. Turner and others, BMC Med Res Methodol 21 (2021) 181.
    """
    n, count = series.shape
    gaps = np.r_[0, np.ones(n - 1, dtype=int)] if steps is None else steps
    problem = Regression.of(design, series, gaps)
    phi, state = _optimum(problem, near)
    variance = state.rss / problem.spare
    unadjusted = problem.covariance(variance[:, None, None] * state.c)
    precision = Precision(unadjusted, np.full(count, float(problem.spare)))
    if correction != "none":
        parameters, middle = _second_order(problem, phi, state, information)
        student = Satterthwaite(
            covariance=problem.covariance(state.c),
            slopes=-problem.covariance(state.c @ state.a1 @ state.c)[:, None],
            parameters=parameters,
            floor=df_floor,
        )
        inflation = 2 * parameters[:, 1, 1, None, None] * (state.c @ middle @ state.c)
        more = problem.covariance(variance[:, None, None] * inflation) if correction == "kenward-roger" else 0.0
        precision = Precision(unadjusted + more, precision.degrees_of_freedom, student)
    return Fits(
        coef=problem.coefficients(state.beta),
        precision=precision,
        scale=variance,
        phi=phi[:, None],
        at_boundary=np.abs(phi) > BOUNDARY,
        converged=np.isfinite(phi) & (state.rss > 0),
        log_likelihood=_log_likelihood(problem, phi, state),
    )


def _log_likelihood(problem: Regression, phi: Floats, state: _State) -> Floats:
    """Return the maximised restricted log-likelihood, with the constants that R's `nlme` keeps."""
    k = problem.spare
    log_det = problem.rows.log_determinant(phi)[0] - np.linalg.slogdet(state.c)[1]
    basis = 2 * np.linalg.slogdet(problem.back)[1]
    return np.asarray(-0.5 * (k * np.log(2 * np.pi * state.rss / k) + k + log_det - basis))


def _second_order(
    problem: Regression, phi: Floats, state: _State, information: Literal["expected", "observed"]
) -> tuple[Floats, Floats]:
    """Return W (R, 2, 2) at σ² = 1, and Q₂₂ − A₁CA₁ (R, p, p), of Kenward and Roger."""
    w, d, _ = whitening_weights(phi, problem.rows.gaps)
    q22 = problem.rows.sandwich(phi, d, problem.basis)
    ca1 = state.c @ state.a1
    half = problem.spare / 2
    if information == "observed":
        cross = -half * state.rss1 / state.rss
        last = (state.h2 + problem.spare * state.rss2 / state.rss) / 2
    else:
        g = problem.rows.gaps[:, None].astype(float)
        v1 = g * phi ** (g - 1)
        u1 = 2 * phi**g * v1
        full = (problem.rows.counts[:, None] * (v1**2 * w[0] + (u1 * w[0]) ** 2 / 2)).sum(axis=0)
        cross = state.h1 / 2
        last = full - np.einsum("rij,rji->r", state.c, q22) + np.einsum("rij,rji->r", ca1, ca1) / 2
    matrix = np.stack([np.stack([np.full_like(cross, half), cross], -1), np.stack([cross, last], -1)], -2)
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64), q22 - state.a1 @ ca1
