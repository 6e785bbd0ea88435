"""By what ratio does a covariate change the hazard of an event?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from btc_eval.cohort.cox_result import CoxModel
from btc_eval.cohort.door import Door, choice, column_list, join_labels, share
from btc_eval.cohort.encoding import Design, check_rank, encode
from btc_eval.errors import UsageError
from btc_eval.inference.cox import CoxFit, maximise
from btc_eval.inference.cox_ties import Ties
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.partial_likelihood import likelihood

WHAT = "cohort.cox"


def cox(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    covariates: Sequence[Hashable],
    entry: Hashable | None = None,
    weights: Hashable | None = None,
    strata: Hashable | Sequence[Hashable] | None = None,
    cluster: Hashable | None = None,
    ties: Ties = "efron",
    conf_level: float = 0.95,
) -> CoxModel:
    """By what ratio does a covariate change the hazard of an event?

    Parameters
    ----------
    frame
        A row a child; or several rows of (entry, duration] a child, with covariates that change from one to the next or
        with events that recur (Andersen–Gill): then give the child, or a wider unit, as `cluster`.
    duration, entry
        Columns of times: at risk after `entry`, up to and with `duration`.
    event
        Column of 0 and 1. For one of several competing events, code the others 0: the hazard is then cause-specific.
    covariates
        Columns. Numbers and flags are taken as they are; text and categories become one column for each level after the
        first, named like `sex[female]`.
    weights
        Column of weights above zero; the standard error is then robust.
    strata
        Column or columns; each combination has a baseline hazard of its own.
    cluster
        Column of families or wards whose rows are not independent; the standard error is then robust.
    ties
        "efron" or "breslow".

    Raises
    ------
    RefusedError
        With every fault: no such column, missing values, negative follow-up, entry not before duration, event codes
        other than 0 and 1, no events, weights of zero or below, one cluster, covariates that do not vary or are sums of
        one another, and complete separation (a likelihood that keeps rising).

    Notes
    -----
    Times closer than 1e-9 of the longest count as equal. The robust covariance is Lin and Wei's, with Efron's terms
    where Efron's ties are used, and no factor for few clusters. Fewer than about forty clusters make it too small.

    References
    ----------
    Cox (1972); Efron (1977); Lin and Wei (1989). As R's `survival::coxph`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"days": [4, 6, 6, 9, 12, 15], "event": [1, 1, 0, 1, 0, 1]})
    >>> frame["early_help"] = [0, 0, 1, 1, 0, 1]
    >>> found = cox(frame, duration="days", event="event", covariates=["early_help"])
    >>> found.tidy(exponentiate=True)[["term", "estimate"]].round(3).to_dict("records")
    [{'term': 'early_help', 'estimate': 0.342}]
    """
    choice(WHAT, ties, ("efron", "breslow"), "ties")
    level = share(WHAT, conf_level, "conf_level")
    if isinstance(covariates, str) or len(covariates) == 0:
        raise UsageError(f"{WHAT}: covariates is a list of one column or more.")
    if len(set(covariates)) < len(covariates):
        raise UsageError(f"{WHAT}: a covariate is given twice.")
    layers = column_list(strata)
    door = Door(WHAT, frame, [duration, event, entry, weights, cluster, *layers, *covariates])
    stop, start = door.durations(duration, entry)
    codes = door.events(event)
    door.wrong(event, codes > 1, "an event code above 1", "0 and 1", "Code the competing events 0, or see fine_gray.")
    weight = door.weights(weights)
    unit = door.clusters(cluster)
    parts = [door.labels(name, "stratum") for name in layers]
    design = encode(door, list(covariates))
    door.settle()
    stop, start = (merge_close(stop)[0], None) if start is None else merge_close(stop, start)
    stratum, names = join_labels(parts) if parts else (None, ("all",))
    problem = likelihood(design.values, stop, codes, start=start, weights=weight, stratum=stratum, ties=ties)
    null = problem.state(np.zeros(len(design.terms)))
    check_rank(door, design, null.information(), float(problem.tied.weight.sum()))
    fit = maximise(problem, null=null)
    refuse_flat(door, design, fit)
    robust = fit.robust(unit) if weight is not None or unit is not None else None
    return CoxModel(
        fit=fit,
        design=design,
        robust=robust,
        stop=stop,
        start=start,
        event=codes,
        weights=weight,
        stratum=stratum,
        strata=names,
        clusters=None if unit is None else int(unit.max()) + 1,
        conf_level=level,
    )


def refuse_flat(door: Door, design: Design, fit: CoxFit) -> None:
    """Refuse a likelihood without a maximum, and say along which covariates it keeps rising."""
    if fit.converged:
        return
    if fit.flat is not None:
        size = np.abs(fit.flat) / np.abs(fit.flat).max()
        which = ", ".join(name for name, part in zip(design.terms, size) if part > 0.2)
        found = f"complete separation: the likelihood keeps rising along {which}"
        do = "Join levels, or leave the covariate out: in one of its groups nobody, or everybody first, had the event."
        door.add("covariates", found, "events on both sides of every covariate", do)
    else:
        do = "Look for a covariate with a few extreme values; take its logarithm or group it."
        door.add("covariates", "a likelihood whose maximum was not reached", "a model that settles", do)
    door.settle()
