"""The algebra of first-order autocorrelation without an n × n matrix.

The inverse of an AR(1) correlation matrix is tridiagonal, so X'V⁻¹X, X'V⁻¹y and y'V⁻¹y are sums over neighbouring
rows weighted by three functions of φ. Rows may be further apart than one period
(correlation φ^gap) and a row may begin a new series (no correlation with the row before).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from btc_eval.inference import Floats, Ints

#: Beyond this autocorrelation sums over rows are formed row by row.
_EDGE = 0.9


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over neighbouring rows: for each distinct gap, current·current, current·previous (both ways), previous².

    `first` holds the rows that begin a series. `now`, `cross` and `before` have a leading axis for the gap; then all
    have one for the series (or 1 where every series shares it).
    """

    first: Floats
    now: Floats
    cross: Floats
    before: Floats

    def at(self, weights: Floats, *, derivative: bool = False) -> Floats:
        """Return the quadratic form for `weights` (3, gap, R), or its derivative, which has no part in `first`."""
        shape = (...,) + (None,) * (self.first.ndim - 1)
        parts = weights[0][shape] * self.now - weights[1][shape] * self.cross + weights[2][shape] * self.before
        total = parts.sum(axis=0)
        return np.asarray(total if derivative else total + self.first)


def whitening_weights(phi: Floats, gaps: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the weights of `Moments` and their first two derivatives in φ, each (3, gap, R).

    With u = φ^{2g}: w0 = 1/(1−u), w1 = φ^g w0, w2 = u w0.
    """
    g = gaps[:, None].astype(float)
    v = phi**g
    v1 = g * phi ** (g - 1)
    v2 = np.where(g > 1, g * (g - 1) * phi ** np.maximum(g - 2, 0), 0.0)
    u, u1 = v * v, 2 * v * v1
    u2 = 2 * (v1 * v1 + v * v2)
    w0 = 1 / (1 - u)
    d0 = u1 * w0**2
    dd0 = u2 * w0**2 + 2 * u1**2 * w0**3
    return (
        np.stack([w0, v * w0, w0 - 1]),
        np.stack([d0, v1 * w0 + v * d0, d0]),
        np.stack([dd0, v2 * w0 + 2 * v1 * d0 + v * dd0, dd0]),
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which row follows which: distinct gaps, how many pairs have each, and the rows that begin a series."""

    gaps: Ints
    counts: Ints
    member: tuple[Ints, ...]
    beginnings: Ints

    @classmethod
    def of(cls, steps: Ints) -> Neighbours:
        """`steps[i]` is the distance in periods from row i − 1 to row i, and 0 where row i begins a series."""
        distinct = np.unique(steps[steps > 0])
        member = tuple(np.flatnonzero(steps == g) for g in distinct)
        return cls(distinct, np.array([len(m) for m in member]), member, np.flatnonzero(steps == 0))

    def log_determinant(self, phi: Floats) -> tuple[Floats, Floats, Floats]:
        """Return log det V and its first two derivatives, each (R,)."""
        g = self.gaps[:, None].astype(float)
        (w0, _, _), (d0, _, _), _ = whitening_weights(phi, self.gaps)
        u1 = 2 * g * phi ** (2 * g - 1)
        u2 = 2 * g * (2 * g - 1) * phi ** (2 * g - 2)
        count = self.counts[:, None]
        return (
            np.asarray((count * -np.log(w0)).sum(axis=0)),
            np.asarray((count * -u1 * w0).sum(axis=0)),
            np.asarray((count * -(u2 * w0 + u1 * d0)).sum(axis=0)),
        )

    def moments(self, left: Floats, right: Floats) -> Moments:
        """Sum products of `left` (S, n, a) and `right` (S, n, b) over neighbouring rows: arrays (gap, S, a, b)."""

        def product(i: Ints, j: Ints) -> Floats:
            return np.asarray(left[:, i].transpose(0, 2, 1) @ right[:, j])

        now = np.stack([product(m, m) for m in self.member])
        before = np.stack([product(m - 1, m - 1) for m in self.member])
        cross = np.stack([product(m, m - 1) + product(m - 1, m) for m in self.member])
        return Moments(product(self.beginnings, self.beginnings), now, cross, before)

    def sandwich(self, phi: Floats, weights: Floats, columns: Floats) -> Floats:
        """Return (R, a, a) X'TVTX, where T is the tridiagonal matrix with `weights` (3, gap, R).

        `columns` is X, (1, n, a) shared or (R, n, a). A shared X needs no pass through the rows for each series: X'TVTX
        is a polynomial in φ whose coefficients are products of rows a given time apart.
        """
        pieces = np.zeros((3, len(self.gaps), *columns.shape))
        for place, rows in enumerate(self.member):
            pieces[0, place][:, rows] = columns[:, rows]
            pieces[1, place][:, rows] = -columns[:, rows - 1]
            pieces[1, place][:, rows - 1] -= columns[:, rows]
            pieces[2, place][:, rows - 1] = columns[:, rows - 1]
        if len(columns) > 1:
            ends = self.unwhiten(phi, np.einsum("wgr,wgrta->rta", weights, pieces))
            return np.asarray(ends.transpose(0, 2, 1) @ ends)
        kinds, a = 3 * len(self.gaps), columns.shape[2]
        side = pieces.reshape(kinds, -1, a).transpose(1, 0, 2).reshape(-1, kinds * a)
        lagged = self._lag_products(side)
        powers = np.power(phi[:, None], np.arange(len(lagged)))
        whole = (powers @ lagged.reshape(len(lagged), -1)).reshape(-1, kinds, a, kinds, a)
        flat = weights.reshape(kinds, -1)
        found = np.asarray(np.einsum("kr,rkilj,lr->rij", flat, whole, flat, optimize=True))
        # near a random walk the polynomial is a small difference of large terms: those series go row by row
        edge = np.abs(phi) > _EDGE
        if edge.any():
            ends = self.unwhiten(phi[edge], np.einsum("wgr,wgta->rta", weights[:, :, edge], pieces[:, :, 0]))
            found[edge] = ends.transpose(0, 2, 1) @ ends
        return found

    def _lag_products(self, columns: Floats) -> Floats:
        """Return (span, b, b) sums of products of rows h periods apart, both ways; rows of different series apart."""
        gap = np.zeros(len(columns), dtype=np.int64)
        for size, rows in zip(self.gaps, self.member):
            gap[rows] = size
        edges = [*self.beginnings.tolist(), len(columns)]
        total = np.zeros((1, columns.shape[1], columns.shape[1]))
        for start, stop in pairwise(edges):
            when = np.cumsum(gap[start:stop])
            wide = np.zeros((int(when[-1]) + 1, columns.shape[1]))
            wide[when] = columns[start:stop]
            if len(wide) > len(total):
                total = np.concatenate([total, np.zeros((len(wide) - len(total), *total.shape[1:]))])
            total[0] += wide.T @ wide
            for lag in range(1, len(wide)):
                product = wide[lag:].T @ wide[:-lag]
                total[lag] += product + product.T
        return total

    def unwhiten(self, phi: Floats, columns: Floats) -> Floats:
        """Solve W's = `columns` (R, n, a) where V⁻¹ = W'W, from the last row back; s's = columns'V columns."""
        solved = columns.copy()
        scale = np.ones((len(phi), columns.shape[1]))
        carry = np.zeros_like(scale)
        for gap, rows in zip(self.gaps, self.member):
            power = phi ** float(gap)
            scale[:, rows] = (1 / np.sqrt(1 - power**2))[:, None]
            carry[:, rows] = power[:, None] * scale[:, rows]
        for row in range(columns.shape[1] - 1, -1, -1):
            if row + 1 < columns.shape[1]:
                solved[:, row] += carry[:, row + 1, None] * solved[:, row + 1]
            solved[:, row] /= scale[:, row, None]
        return solved
