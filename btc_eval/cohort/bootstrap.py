"""The weighted risk difference under resampled families: a check of its standard error, or its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.frames import (
    Faults,
    allowed,
    frame_of,
    level_of,
    named_list,
    read_clusters,
    read_covariates,
    read_numbers,
    read_treatment,
    require_frame,
)
from btc_eval.cohort.scores import fitted_score
from btc_eval.cohort.weighting import weigh
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.cluster_bootstrap import cluster_counts, refitted_means
from btc_eval.inference.clusters import cluster_totals
from btc_eval.inference.estimating import weighted_means
from btc_eval.inference.weighting import ESTIMANDS, propensity_weights

DOOR = "cohort.bootstrap"
#: More samples without an estimate than this share, and the interval is not believed.
LOST = 0.05


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Replicates of a weighted difference.

    Parameters
    ----------
    draws
        replicate, control, treated and difference, one row a sample; NaN where a sample had no estimate.
    estimate, std_error
        Of the whole sample, and the standard deviation of the differences.
    conf_low, conf_high
        Percentiles of the differences.
    lost
        Samples without an estimate, because they tell the groups apart or lack a group.
    counts
        (R, G) how often each cluster was drawn, clusters in order of first appearance, so that anyone can repeat a
        draw.
    """

    draws: pd.DataFrame
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    lost: int
    method: str
    counts: Ints = field(repr=False)

    def tidy(self) -> pd.DataFrame:
        """What is the difference, and how does it vary? term, estimate, std_error, conf_low, conf_high, replicates."""
        row = ("difference", self.estimate, self.std_error, self.conf_low, self.conf_high, len(self.draws) - self.lost)
        return pd.DataFrame([row], columns=["term", "estimate", "std_error", "conf_low", "conf_high", "replicates"])


def bootstrap(
    frame: Any,
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str],
    rng: np.random.Generator,
    estimand: str = "ATE",
    cluster: str | None = None,
    replicates: int = 1000,
    method: Literal["refit", "influence"] = "refit",
    conf_level: float = 0.95,
) -> Bootstrap:
    """How does the weighted difference vary from one sample of families to another?

    Parameters
    ----------
    frame, outcome, treatment, covariates, estimand
        As in `cohort.weight` and `cohort.effect`.
    rng
        The generator; the same seed gives the same draws.
    cluster
        Column of the family; each child is resampled alone where left out.
    replicates
        Number of samples, two or more.
    method
        "refit" estimates the propensity score again in every sample, many at once; "influence" moves the estimate by
        each family's influence on it, which is right to first order and needs no refitting.

    Notes
    -----
    Weighting may be bootstrapped; matching may not (Abadie and Imbens 2008), and is refused by having no way in.

    Raises
    ------
    RefusedError
        As `cohort.weight`; or more than 5 in 100 samples without an estimate.
    """
    frame = frame_of(frame)
    names = named_list(covariates, "covariates", DOOR)
    allowed(DOOR, "estimand", estimand, ESTIMANDS)
    allowed(DOOR, "method", method, ("refit", "influence"))
    level_of(DOOR, conf_level)
    if replicates < 2:
        raise UsageError(f"{DOOR}: replicates={replicates}; allowed: 2 or more, and better 1,000.")
    if not names:
        raise UsageError(f"{DOOR}: covariates is empty; name what was known about each child beforehand.")
    require_frame(DOOR, frame, [outcome, treatment, *names, *([cluster] if cluster else [])])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    y = read_numbers(faults, frame, outcome)
    read = read_covariates(faults, frame, names)
    family = read_clusters(faults, frame, cluster) if cluster else np.arange(len(frame))
    faults.settle()
    made = weigh(read, treated, frame.index, treatment, estimand)
    found = weighted_means(y, treated, made.weights.to_numpy(dtype=float), None, made.nuisance)
    counts = cluster_counts(int(family.max()) + 1, replicates, rng)
    if method == "influence":
        means = found.values + (counts - 1) @ cluster_totals(found.influence, family)
    else:
        start = fitted_score(DOOR, read, treated).coef

        def weights_of(probability: Floats, groups: Bools) -> Floats:
            return propensity_weights(probability, groups, estimand)[0]

        means = refitted_means(read.design(), treated, y, counts, family, start, weights_of)
    difference = means[:, 1] - means[:, 0]
    kept = difference[np.isfinite(difference)]
    if len(kept) < (1 - LOST) * replicates or len(kept) < 2:
        raise refuse(
            DOOR,
            "replicates",
            found=f"{replicates - len(kept)} of {replicates} samples without an estimate",
            allowed="5 in 100 at most",
            do="Use fewer covariates, or cohort.effect, whose error needs no resampling.",
        )
    tail = (1 - conf_level) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    draws = pd.DataFrame({"replicate": range(replicates), "control": means[:, 0], "treated": means[:, 1]})
    return Bootstrap(
        draws=draws.assign(difference=difference),
        estimate=float(found.values[1] - found.values[0]),
        std_error=float(kept.std(ddof=1)),
        conf_low=float(low),
        conf_high=float(high),
        lost=replicates - len(kept),
        method=f"{replicates} samples of {'families' if cluster else 'rows'}, {method}",
        counts=counts,
    )
