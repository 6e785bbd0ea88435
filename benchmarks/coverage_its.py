"""How often do nominal 95 % intervals hold? Every estimator, short and long series, at known truths.

    python benchmarks/coverage_its.py [--draws 2000]        writes data/simulations/coverage_its.json

Rates: level and slope model, halves before and after, Gaussian AR(1) errors. Counts: mean 60 with the dispersion and
autocorrelation stated. The share of intervals that leave out the truth is also the rate of false alarms. Each cell has
its own seed, so a cell can be run alone; the Monte Carlo standard error of a share s is √(s (1 − s) / draws).
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from btc_eval.inference.calibration import CALIBRATION_PHIS, calibration
from btc_eval.inference.counts import poisson
from btc_eval.inference.counts_ar1 import quasi_poisson_ar1
from btc_eval.inference.feasible import feasible_ar1
from btc_eval.inference.least_squares import ordinary_least_squares
from btc_eval.inference.negative_binomial import negative_binomial
from btc_eval.inference.newey_west import newey_west
from btc_eval.inference.precision import Fits, critical
from btc_eval.inference.reference import widening
from btc_eval.inference.reml import restricted_ar1
from btc_eval.inference.robust import sandwich
from btc_eval.inference.simulate import ar1_noise, draw_counts
from btc_eval.its.choice import CALIBRATED_BELOW
from btc_eval.its.door import LOW_INFORMATION

RESULTS = Path(__file__).parent.parent / "data" / "simulations" / "coverage_its.json"
LENGTHS = (8, 10, 12, 16, 24, 36, 48, 60, 100, 240)
PHIS = (-0.2, 0.0, 0.2, 0.4, 0.6, 0.8)
EACH = np.eye(4)[[2, 3]]


def design(n: int) -> np.ndarray[Any, Any]:
    clock = np.arange(n, dtype=float)
    after = (clock >= n // 2).astype(float)
    return np.column_stack([np.ones(n), clock, after, after * (clock - n // 2)])


def measured(found: Fits, truth: np.ndarray[Any, Any], **how: Any) -> dict[str, float]:
    """Coverage of level and slope, and median half-widths; `degrees` or `factor` may be given in place of the fit's."""
    each = EACH if found.coef.shape[1] == 4 else np.eye(found.coef.shape[1])[[2, 3]]
    degrees = found.precision.degrees(each) if how.get("degrees") is None else how["degrees"]
    half = found.precision.std_error(each) * critical(0.95, np.asarray(degrees, dtype=float)) * how.get("factor", 1.0)
    keep = found.converged
    inside = (np.abs((found.coef - truth) @ each.T) <= half)[keep].mean(axis=0)
    width = np.median(half[keep], axis=0)
    return {
        "level": round(float(inside[0]), 4),
        "slope": round(float(inside[1]), 4),
        "level_half_width": round(float(width[0]), 4),
        "slope_half_width": round(float(width[1]), 4),
    }


def rates(n: int, phi: float, draws: int) -> list[dict[str, Any]]:
    x, steps = design(n), np.r_[0, np.ones(n - 1, dtype=np.int64)]
    series = ar1_noise(steps, np.full(draws, phi), np.random.default_rng([n, int(100 * (phi + 1))]))
    nought = np.zeros(4)
    ols = ordinary_least_squares(x, series)
    reml = restricted_ar1(x, series, steps)
    satterthwaite = restricted_ar1(x, series, steps, correction="satterthwaite")
    plain = restricted_ar1(x, series, steps, correction="none")
    short, middling = n < LOW_INFORMATION, n < CALIBRATED_BELOW
    widen = widening(calibration(x, steps, "ols" if short else "reml"), EACH, 0.95) if middling else 1.0
    default = ols if short else reml
    found = {
        "default": measured(default, nought, factor=widen),
        "ols": measured(ols, nought),
        "newey-west, one lag, corrected, t": measured(newey_west(x, series, 1), nought),
        "newey-west, automatic lag, uncorrected, normal": measured(
            newey_west(x, series, correct=False), nought, degrees=np.inf
        ),
        "prais-winsten": measured(feasible_ar1(x, series), nought),
        "reml, t(n-p)": measured(plain, nought),
        "reml, Satterthwaite": measured(satterthwaite, nought),
        "reml, Kenward-Roger": measured(reml, nought),
    }
    more = {
        "phi_median": round(float(np.median(reml.phi)), 3),
        "at_boundary": round(float(reml.at_boundary.mean()), 4),
        "bias_in_se": round(float(np.abs(reml.coef.mean(0) / (reml.coef.std(0) / np.sqrt(draws)))[2:].max()), 2),
    }
    return [{"kind": "rate", "n": n, "phi": phi, "estimator": k, **v, **more} for k, v in found.items()]


def counts(n: int, dispersion: float, phi: float, draws: int) -> list[dict[str, Any]]:
    x, steps = design(n), np.r_[0, np.ones(n - 1, dtype=np.int64)]
    truth = np.array([np.log(60.0), 0.1 / n, -0.2, 0.2 / n])
    seed = np.random.default_rng([n, int(10 * dispersion), int(100 * phi)])
    series = draw_counts(np.exp(x @ truth), dispersion, phi, steps, draws, seed)
    plain, quasi = poisson(x, series), poisson(x, series, quasi=True)
    ar1 = quasi_poisson_ar1(x, series, steps=steps)
    weighted = x * np.exp(x @ truth / 2)[:, None]
    widen = widening(calibration(weighted, steps, "reml"), EACH, 0.95) if n < CALIBRATED_BELOW else 1.0
    found = {
        "poisson": measured(plain, truth),
        "quasi-poisson": measured(quasi, truth),
        "quasi-poisson, hac": measured(sandwich(quasi, x, series), truth),
        "negative-binomial": measured(negative_binomial(x, series), truth),
        "quasi-poisson-ar1": measured(ar1, truth),
        "default": measured(ar1, truth, factor=widen),
    }
    cell = {"kind": "count", "n": n, "dispersion": dispersion, "phi": phi}
    return [{**cell, "estimator": k, **v} for k, v in found.items()]


def season_and_gaps(draws: int) -> list[dict[str, Any]]:
    rows = []
    for phi in (0.0, 0.4, 0.8):
        n = 120
        keep = np.ones(n, dtype=bool)
        keep[[5, 6, 40, 77, 78, 79, 101]] = False
        angle = 2 * np.pi * np.arange(n) / 12
        x = np.column_stack([design(n), np.sin(angle), np.cos(angle)])[keep]
        steps = np.r_[0, np.diff(np.flatnonzero(keep))].astype(np.int64)
        series = ar1_noise(steps, np.full(draws, phi), np.random.default_rng([120, int(100 * phi)]))
        found = measured(restricted_ar1(x, series, steps), np.zeros(6))
        rows.append({"kind": "season, 7 missing months", "n": n, "phi": phi, "estimator": "default", **found})
    return rows


def main() -> None:
    """Run the grid and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    draws = parser.parse_args().draws
    start = time.perf_counter()
    rows: list[dict[str, Any]] = []
    for n in LENGTHS:
        for phi in PHIS:
            rows += rates(n, phi, draws)
        print(f"rates, {n} points: {time.perf_counter() - start:.0f} s", flush=True)
    for n in (12, 24, 48, 96):
        for dispersion, phi in ((1.0, 0.0), (2.5, 0.0), (2.5, 0.5), (6.0, 0.0), (6.0, 0.6), (15.0, 0.0), (15.0, 0.8)):
            rows += counts(n, dispersion, phi, max(200, draws // 4))
        print(f"counts, {n} points: {time.perf_counter() - start:.0f} s", flush=True)
    rows += season_and_gaps(draws)
    about = {
        "what": "coverage of nominal 95 % intervals for level and slope change",
        "draws_rates": draws,
        "draws_counts": max(200, draws // 4),
        "calibrated_against": list(CALIBRATION_PHIS),
        "phi_of_counts": "of their extra variation; that of the counts is smaller by (dispersion - 1) / dispersion",
        "numpy": np.__version__,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(row) for row in rows)
    RESULTS.write_text(f'{{"about": {json.dumps(about)},\n"rows": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"wrote {RESULTS.name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
