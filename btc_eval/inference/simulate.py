"""New series with known truth, for calibration, the parametric bootstrap and power."""

from __future__ import annotations

import numpy as np

from btc_eval.inference import Floats, Ints


def ar1_noise(steps: Ints, phi: Floats, generator: np.random.Generator) -> Floats:
    """Draw (n, R) stationary Gaussian AR(1) series with unit variance; `steps` as in `restricted_ar1`, `phi` (R,)."""
    out = generator.standard_normal((len(steps), len(phi)))
    for row, gap in enumerate(steps):
        if gap > 0:
            power = phi ** float(gap)
            out[row] = power * out[row - 1] + np.sqrt(1 - power**2) * out[row]
    return out


def draw_counts(
    mean: Floats, dispersion: float, phi: float, steps: Ints, draws: int, generator: np.random.Generator
) -> Floats:
    """Draw (n, draws) series of counts with the given means and a variance of `dispersion` times the mean.

    Parameters
    ----------
    mean
        (n,).
    dispersion
        1 or less draws Poisson counts.
    phi
        Autocorrelation from one period to the next of the extra variation, between −1 and 1; 0 draws independent
        negative binomial counts.
    steps
        (n,) periods since the row before.

    Notes
    -----
    With autocorrelation the mean of each period is multiplied by exp(a_t − v_t/2), a_t a Gaussian AR(1) series whose
    variance v_t = log(1 + (dispersion − 1)/μ_t) gives the wanted variance to the counts; the autocorrelation of the
    counts themselves is smaller, since the Poisson part has none.
    """
    if dispersion <= 1:
        return generator.poisson(mean[:, None], (len(mean), draws)).astype(float)
    if phi == 0:
        size = mean / (dispersion - 1)
        return generator.negative_binomial(size[:, None], 1 / dispersion, (len(mean), draws)).astype(float)
    variance = np.log1p((dispersion - 1) / mean)[:, None]
    latent = np.sqrt(variance) * ar1_noise(steps, np.full(draws, phi), generator)
    return generator.poisson(mean[:, None] * np.exp(latent - variance / 2)).astype(float)
