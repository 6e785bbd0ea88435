"""Regression of many series on neighbouring rows: the moments that every first-order autoregressive estimator needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from btc_eval.inference import Floats, Ints
from btc_eval.inference.autoregression import Moments, Neighbours


@dataclass(frozen=True, slots=True)
class Regression:
    """R series in the orthonormal basis of their design(s), least-squares fit taken away."""

    rows: Neighbours
    basis: Floats
    back: Floats
    least_squares: Floats
    xx: Moments
    xy: Moments
    yy: Moments
    spare: int
    count: int

    @classmethod
    def of(cls, design: Floats, series: Floats, steps: Ints) -> Regression:
        """`design` (n, p), shared, or (R, n, p), one a series; `series` (n, R)."""
        rows = Neighbours.of(steps)
        stacked = design if design.ndim == 3 else design[None]
        basis, triangle = np.linalg.qr(stacked)
        back = np.linalg.solve(triangle, np.broadcast_to(np.eye(triangle.shape[-1]), triangle.shape))
        values = series.T[..., None] if design.ndim == 3 else series[None]
        fitted = basis.transpose(0, 2, 1) @ values
        left = values - basis @ fitted
        if design.ndim == 3:
            xy = _squeeze(rows.moments(basis, left))
            rotated, residuals = fitted[..., 0], left[..., 0]
        else:
            shared = rows.moments(basis, left)
            xy = Moments(*(np.swapaxes(m, -1, -2)[..., 0, :, :] for m in _parts(shared)))
            rotated, residuals = fitted[0].T, left[0].T
        return cls(
            rows=rows,
            basis=basis,
            back=back,
            least_squares=rotated,
            xx=rows.moments(basis, basis),
            xy=xy,
            yy=_squares(rows, residuals),
            spare=series.shape[0] - design.shape[-1],
            count=series.shape[1],
        )

    def coefficients(self, rotated: Floats) -> Floats:
        """Return (R, p) coefficients of the design from those of the basis, the least-squares part put back."""
        return times(self.back, self.least_squares + rotated)

    def covariance(self, rotated: Floats) -> Floats:
        """Return (R, p, p) covariances of the design's coefficients from those of the basis."""
        return np.asarray(self.back @ rotated @ self.back.transpose(0, 2, 1))


def dot(left: Floats, right: Floats) -> Floats:
    """Return (R,) inner products of the rows of two (R, p) arrays."""
    return np.asarray(np.einsum("rp,rp->r", left, right))


def times(matrices: Floats, vectors: Floats) -> Floats:
    """Return (R, p) products of (R, p, p) matrices and (R, p) vectors."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])


def _parts(moments: Moments) -> tuple[Floats, Floats, Floats, Floats]:
    return moments.first, moments.now, moments.cross, moments.before


def _squeeze(moments: Moments) -> Moments:
    return Moments(*(m[..., 0] for m in _parts(moments)))


def _squares(rows: Neighbours, residuals: Floats) -> Moments:
    """Moments of each series with itself; `residuals` (R, n)."""

    def total(i: Ints, j: Ints) -> Floats:
        return np.asarray(np.einsum("rt,rt->r", residuals[:, i], residuals[:, j]))

    return Moments(
        first=total(rows.beginnings, rows.beginnings),
        now=np.stack([total(m, m) for m in rows.member]),
        cross=np.stack([2 * total(m, m - 1) for m in rows.member]),
        before=np.stack([total(m - 1, m - 1) for m in rows.member]),
    )
