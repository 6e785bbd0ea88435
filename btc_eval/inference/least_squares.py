"""Ordinary least squares for many series that share one design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats
from btc_eval.inference.precision import Fits, Precision, independent


@dataclass(frozen=True, slots=True)
class Orthogonal:
    """A design as X = Q T with orthonormal Q, so that moments do not square its condition number.

    `basis` is Q (n, p); `back` is T⁻¹ (p, p): coefficients of X are `back @` coefficients of Q.
    """

    basis: Floats
    back: Floats

    @classmethod
    def of(cls, design: Floats) -> Orthogonal:
        """Decompose `design` (n, p), which must have full column rank."""
        basis, triangle = np.linalg.qr(design)
        return cls(basis=basis, back=np.linalg.solve(triangle, np.eye(triangle.shape[0])))

    def coefficients(self, rotated: Floats) -> Floats:
        """Return (R, p) coefficients of the design from `rotated` (R, p), those of the basis."""
        return rotated @ self.back.T

    def covariance(self, rotated: Floats) -> Floats:
        """Return (R, p, p) covariances of the design's coefficients from those of the basis."""
        return np.asarray(self.back @ rotated @ self.back.T)


def ordinary_least_squares(design: Floats, series: Floats) -> Fits:
    """What straight lines fit these series best, taking their months as independent?

    Parameters
    ----------
    design
        (n, p), full column rank, n > p.
    series
        (n, R), one column a series, no missing value.

    Returns
    -------
    Fits
        Covariance s² (X'X)⁻¹ with s² = RSS / (n − p); Student's t with n − p degrees of freedom.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), np.arange(4.0)])
    >>> ordinary_least_squares(x, (1 + 2 * np.arange(4.0))[:, None]).coef.round(6).tolist()
    [[1.0, 2.0]]
    """
    n, p = design.shape
    turned = Orthogonal.of(design)
    rotated = (turned.basis.T @ series).T
    residuals = series - turned.basis @ rotated.T
    variance = np.einsum("tr,tr->r", residuals, residuals) / (n - p)
    count = series.shape[1]
    covariance = variance[:, None, None] * (turned.back @ turned.back.T)
    precision = Precision(covariance, np.full(count, float(n - p)))
    return independent(turned.coefficients(rotated), precision, variance)
