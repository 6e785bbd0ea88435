"""How sure is an estimate? One covariance a series, and degrees of freedom for any linear combination of coefficients.

Notation: R series, p coefficients, m combinations (contrasts) of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from btc_eval.inference import Bools, Floats


@dataclass(frozen=True, slots=True)
class Satterthwaite:
    """What the degrees of freedom of a contrast are made from.

    Parameters
    ----------
    covariance
        (R, p, p) unadjusted covariance of the coefficients divided by the residual variance.
    slopes
        (R, q, p, p) its derivatives in the q correlation parameters.
    parameters
        (R, q + 1, q + 1) covariance of (residual variance = 1, correlation parameters).
    floor
        Degrees of freedom are never taken below this.

    Notes
    -----
    df = 2 (l'Cl)² / Var(l'Cl), the variance by the delta method (Satterthwaite 1946; Kenward and Roger 1997 give the
    same df for a single contrast).
    """

    covariance: Floats
    slopes: Floats
    parameters: Floats
    floor: float

    def keep(self, which: Bools) -> Satterthwaite:
        """Return the same for some of the series."""
        return Satterthwaite(self.covariance[which], self.slopes[which], self.parameters[which], self.floor)

    def degrees(self, contrasts: Floats) -> Floats:
        """Return (R, m) degrees of freedom for `contrasts` (m, p) or (R, m, p)."""
        value = _quadratic(contrasts, self.covariance)
        turned = [_quadratic(contrasts, self.slopes[:, k]) for k in range(self.slopes.shape[1])]
        gradient = np.stack([value, *turned], axis=-1)
        spread = np.einsum("rma,rab,rmb->rm", gradient, self.parameters, gradient)
        with np.errstate(divide="ignore", invalid="ignore"):
            degrees = 2 * value**2 / spread
        degrees = np.where(spread > 0, degrees, self.floor)
        return np.asarray(np.maximum(np.nan_to_num(degrees, nan=self.floor, posinf=1e6), self.floor))


@dataclass(frozen=True, slots=True)
class Precision:
    """The covariance of the coefficients of R series and the reference distribution of their ratios.

    Parameters
    ----------
    covariance
        (R, p, p).
    degrees_of_freedom
        (R,) for Student's t; infinite for the normal distribution.
    satterthwaite
        Given where degrees of freedom differ by contrast; it then takes the place of `degrees_of_freedom`.
    """

    covariance: Floats
    degrees_of_freedom: Floats
    satterthwaite: Satterthwaite | None = None

    def std_error(self, contrasts: Floats) -> Floats:
        """Return (R, m) standard errors of `contrasts` (m, p) or (R, m, p)."""
        return np.asarray(np.sqrt(np.maximum(_quadratic(contrasts, self.covariance), 0.0)))

    def degrees(self, contrasts: Floats) -> Floats:
        """Return (R, m) degrees of freedom of `contrasts`."""
        if self.satterthwaite is not None:
            return self.satterthwaite.degrees(contrasts)
        shape = (len(self.covariance), contrasts.shape[-2])
        return np.broadcast_to(self.degrees_of_freedom[:, None], shape).astype(float)


@dataclass(frozen=True, slots=True)
class Fits:
    """R fits of one model.

    Parameters
    ----------
    coef
        (R, p) coefficients.
    precision
        Their covariance and degrees of freedom.
    scale
        (R,) residual variance of a linear model; Pearson dispersion of a count model.
    phi
        (R, q) correlation parameters; q = 0 where the model has none.
    at_boundary
        (R,) true where the autocorrelation ran to the edge of what can be told from a random walk.
    converged
        (R,) false where no finite optimum was reached: the estimates of that series must not be used.
    shape
        (R,) the α of a negative binomial (variance μ + α μ²); `None` for other models.
    log_likelihood
        (R,) maximised (restricted) log-likelihood where the estimator has one.
    """

    coef: Floats
    precision: Precision
    scale: Floats
    phi: Floats
    at_boundary: Bools
    converged: Bools
    shape: Floats | None = None
    log_likelihood: Floats | None = None


def independent(coef: Floats, precision: Precision, scale: Floats, converged: Bools | None = None) -> Fits:
    """Return `Fits` of a model without correlation parameters."""
    count = len(coef)
    return Fits(
        coef=coef,
        precision=precision,
        scale=scale,
        phi=np.empty((count, 0)),
        at_boundary=np.zeros(count, dtype=bool),
        converged=np.ones(count, dtype=bool) if converged is None else converged,
    )


def _quadratic(contrasts: Floats, matrices: Floats) -> Floats:
    if contrasts.ndim == 2:
        return np.asarray(np.einsum("mi,rij,mj->rm", contrasts, matrices, contrasts, optimize=True))
    return np.asarray(np.einsum("rmi,rij,rmj->rm", contrasts, matrices, contrasts, optimize=True))


def two_sided(statistic: Floats, degrees: Floats) -> Floats:
    """Return two-sided p-values of Student's t, or of the normal where `degrees` is infinite."""
    with np.errstate(invalid="ignore"):
        student = 2 * stats.t.sf(np.abs(statistic), np.where(np.isfinite(degrees), degrees, 1.0))
    return np.asarray(np.where(np.isfinite(degrees), student, 2 * stats.norm.sf(np.abs(statistic))))


def critical(level: float, degrees: Floats) -> Floats:
    """Return the multiple of the standard error that makes a two-sided interval of `level`."""
    tail = 0.5 + level / 2
    student = stats.t.ppf(tail, np.where(np.isfinite(degrees), degrees, 1.0))
    return np.asarray(np.where(np.isfinite(degrees), student, stats.norm.ppf(tail)))
