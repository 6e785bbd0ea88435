"""How often does each method hold the truth? Results of simulations, kept with the figures they vouch for."""

from __future__ import annotations

import json

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.locations import data_folder, note_read

_COVERAGE = "simulations/coverage_its.json"

#: What each estimator of the simulations is called in a table.
WORDS = {
    "default": "Default of this report",
    "ols": "Least squares",
    "newey-west, one lag, corrected, t": "Newey–West, one lag, corrected",
    "newey-west, automatic lag, uncorrected, normal": "Newey–West, automatic lag, uncorrected",
    "prais-winsten": "Prais–Winsten",
    "reml, t(n-p)": "Restricted likelihood, plain",
    "reml, Satterthwaite": "Restricted likelihood, Satterthwaite",
    "reml, Kenward-Roger": "Restricted likelihood, Kenward–Roger",
    "poisson": "Poisson",
    "quasi-poisson": "Quasi-Poisson",
    "quasi-poisson, hac": "Quasi-Poisson, Newey–West",
    "negative-binomial": "Negative binomial",
    "quasi-poisson-ar1": "Quasi-Poisson with AR(1)",
}


def coverage(kind: str = "rate") -> tuple[pd.DataFrame, Papers]:
    """In how many simulated series does each nominal 95 % interval hold the true change?

    Parameters
    ----------
    kind
        "rate" for series with normal AR(1) errors, "count" for counts with dispersion.

    Returns
    -------
    frame
        One row an estimator and length of series, over all autocorrelations (and dispersions) simulated: `estimator`,
        `n`, `level` and `slope` (lowest coverage of either change), `level_high` and `slope_high` (highest), `cells`
        (how many settings).
    papers
        Demonstration: simulated series are about nobody.

    Raises
    ------
    RefusedError
        For a kind that was not simulated.
    """
    path = data_folder() / _COVERAGE
    note_read(path)
    rows = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["rows"])
    kinds = sorted(rows["kind"].unique())
    if kind not in kinds:
        raise refuse("coverage", "kind", found=kind, allowed=", ".join(kinds), do="Name one of these.")
    grouped = rows[rows["kind"] == kind].groupby(["estimator", "n"], sort=False)
    frame = grouped.agg(
        level=("level", "min"),
        slope=("slope", "min"),
        level_high=("level", "max"),
        slope_high=("slope", "max"),
        cells=("level", "size"),
    )
    return frame.reset_index(), Papers(Provenance.DEMONSTRATION, ("simulated series",))


def coverage_by_length(kind: str = "rate", change: str = "level") -> tuple[pd.DataFrame, Papers]:
    """The lowest coverage of each estimator, one column a length of series ("n12" for twelve points)."""
    frame, papers = coverage(kind)
    wide = frame.pivot(index="estimator", columns="n", values=change)
    order = frame.groupby("estimator")[change].min().sort_values(ascending=False).index
    wide = wide.reindex(order).rename(columns=lambda n: f"n{n}").reset_index()
    wide.columns.name = None
    return wide.assign(method=wide["estimator"].map(WORDS)), papers
