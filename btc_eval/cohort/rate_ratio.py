"""By what ratio does a covariate change how often events happen?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.cohort.door import Door, choice, share
from btc_eval.cohort.encoding import Design, check_rank, encode
from btc_eval.cohort.event_rates import read_counts
from btc_eval.errors import UsageError
from btc_eval.inference.intervals import normal_interval
from btc_eval.inference.rate_models import RateFit, RateModelName, rate_fit

WHAT = "cohort.rate_ratio"


@dataclass(frozen=True)
class RateModel:
    """A fitted model of rates: its numbers, its columns, its name and the coverage of its intervals."""

    fit: RateFit
    design: Design
    model: RateModelName
    conf_level: float

    def tidy(self, *, exponentiate: bool = False) -> pd.DataFrame:
        """By what ratio does each covariate change the rate?

        Parameters
        ----------
        exponentiate
            Return rate ratios instead of their logarithms; standard errors stay on the log scale.

        Returns
        -------
        DataFrame
            term (the first is `intercept`, the log rate at the reference), estimate, std_error, statistic, p_value,
            conf_low, conf_high, model_std_error. `std_error` is robust where asked for or where clusters were given.
        """
        covariance = self.fit.model if self.fit.robust is None else self.fit.robust
        error = np.sqrt(np.diag(covariance))
        ratio, p, low, high = normal_interval(self.fit.coef, error, self.conf_level)
        table = pd.DataFrame(
            {
                "term": ["intercept", *self.design.terms],
                "estimate": self.fit.coef,
                "std_error": error,
                "statistic": ratio,
                "p_value": p,
                "conf_low": low,
                "conf_high": high,
                "model_std_error": np.sqrt(np.diag(self.fit.model)),
            }
        )
        if exponentiate:
            columns = ["estimate", "conf_low", "conf_high"]
            table[columns] = np.exp(table[columns])
        return table


def rate_ratio(
    frame: pd.DataFrame,
    *,
    events: Hashable,
    covariates: Sequence[Hashable],
    exposure: Hashable | None = None,
    model: RateModelName = "poisson",
    cluster: Hashable | None = None,
    robust: bool = False,
    conf_level: float = 0.95,
) -> RateModel:
    """By what ratio does a covariate change how often events happen?

    Parameters
    ----------
    frame, events, exposure
        As in `event_rates`; every row counts for one where `exposure` is left out.
    covariates
        As in `cox`; the model adds an intercept.
    model
        "poisson", "quasi-poisson" (its variance a multiple of the mean, at least the mean) or "negative-binomial"
        (variance μ + α μ²).
    cluster
        Column of children, families or wards; the standard error is then robust.
    robust
        Ask for the robust standard error without clusters, row by row.

    Raises
    ------
    RefusedError
        As in `event_rates`; covariates that do not vary or are sums of one another; complete separation, such as a
        group without events.

    Notes
    -----
    The robust covariance is the sandwich of score sums by cluster, times C / (C − 1), referred to the normal.

    References
    ----------
    Zeger and Liang (1986); Hilbe (2011), Negative Binomial Regression.

    Examples
    --------
    >>> frame = pd.DataFrame({"referrals": [2, 0, 1, 3], "years": [1.0, 1.0, 0.5, 1.5], "ward": list("aabb")})
    >>> found = rate_ratio(frame, events="referrals", exposure="years", covariates=["ward"])
    >>> found.tidy(exponentiate=True)[["term", "estimate"]].round(3).values.tolist()
    [['intercept', 1.0], ['ward[b]', 2.0]]
    """
    choice(WHAT, model, ("poisson", "quasi-poisson", "negative-binomial"), "model")
    level = share(WHAT, conf_level, "conf_level")
    if isinstance(covariates, str) or len(covariates) == 0 or len(set(covariates)) < len(covariates):
        raise UsageError(f"{WHAT}: covariates is a list of one column or more, each given once.")
    door = Door(WHAT, frame, [events, exposure, cluster, *covariates])
    counts, size = read_counts(door, events, exposure)
    unit = door.clusters(cluster)
    design = encode(door, list(covariates))
    if len(door) <= len(design.terms) + 1:
        door.add("frame", f"{len(door)} rows", f"more than {len(design.terms) + 1}", "Use fewer covariates.")
    door.settle()
    check_rank(door, design)
    columns = np.column_stack([np.ones(len(counts)), design.values])
    fit = rate_fit(columns, counts, size, model, unit, robust=robust or unit is not None)
    if not fit.converged:
        do = "Join levels, or leave the covariate out: in one of its groups no event was seen."
        door.add("covariates", "complete separation: no finite maximum", "events on both sides of every covariate", do)
        door.settle()
    return RateModel(fit, design, model, level)
