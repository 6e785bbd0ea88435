"""What difference did it make? Risks first, then ratios, with intervals that allow for families and for estimated
weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.coarsened import Coarsened
from btc_eval.cohort.effect_errors import covariance_of
from btc_eval.cohort.effect_inputs import check_options, check_outcome, read_weights
from btc_eval.cohort.effect_result import Effect, contrasts
from btc_eval.cohort.frames import (
    Covariates,
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
from btc_eval.cohort.match_result import Match
from btc_eval.cohort.weighting import Weighting, weigh
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Bools, Floats
from btc_eval.inference.estimating import (
    Means,
    Nuisance,
    augmented_means,
    outcome_model,
    standardised_means,
    weighted_means,
)

EstimatorName = Literal["weighted", "standardised", "aipw"]
DOOR = "cohort.effect"
ESTIMATORS = ("weighted", "standardised", "aipw")


def effect(
    frame: Any,
    *,
    outcome: str,
    treatment: str,
    weights: Match | Weighting | Coarsened | pd.Series[Any] | str | None = None,
    covariates: Sequence[str] | None = None,
    estimator: EstimatorName = "weighted",
    estimand: str | None = None,
    cluster: str | None = None,
    exposure: str | None = None,
    interactions: Sequence[str] | Literal["all"] = "all",
    conf_level: float = 0.95,
) -> Effect:
    """By how much does the outcome differ because of the treatment?

    Parameters
    ----------
    frame, treatment
        As in `cohort.match`.
    outcome
        Column of 0 and 1 (a risk), of numbers (a mean), or, with `exposure`, of counts (a rate).
    weights
        What made the groups alike: the result of `match`, `weight` or `coarsened_exact` on this frame, a column or a
        series of weights, taken as known; `None` for none.
    covariates
        For "standardised" and "aipw": what the outcome model, and the propensity score of "aipw", hold.
    estimator
        "weighted": weighted means. "standardised": a regression of the outcome, read for everyone in the target
        population under both treatments (g-formula); on a matched or weighted sample it is fitted there. "aipw": the
        two together, right if either model is.
    estimand
        "ATE", "ATT" or "ATC", for "standardised" and "aipw" without weights from `weight`; "ATE" unless given.
    cluster
        Column of the family (or school, or worker) whose children are alike.
    exposure
        Column of time at risk above 0, for rates; "weighted" alone.
    interactions
        Covariates whose bearing on the outcome may differ between the groups: all, or these.
    conf_level
        Of intervals.

    Returns
    -------
    Effect
        `tidy()`: risk_control, risk_treated, risk_difference, risk_ratio, odds_ratio; or the same of means or rates.

    Notes
    -----
    Standard errors come from influence functions of the whole stack of estimating equations: the propensity score's
    uncertainty is allowed for, and with clusters they are summed by cluster, times G / (G − 1), with Student's t with
    G − 1 degrees of freedom. After matching, children of a set are not independent: errors are clustered by set, and
    by family too where `cluster` is given (two ways, or by the coarser where one lies within the other). The matching
    itself is never bootstrapped: that is invalid (Abadie and Imbens 2008). With replacement, errors are clustered by
    `cluster` or by child, which leaves out that a control serves in several sets other than through its weight. Ratios
    have intervals on the log scale.

    Raises
    ------
    RefusedError
        Missing values, no outcome at all, one cluster, weights of another frame, models that cannot be fitted.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [1] * 10 + [0] * 10, "care": [1] * 2 + [0] * 8 + [1] * 5 + [0] * 5})
    >>> effect(people, outcome="care", treatment="helped").tidy().set_index("term")["estimate"].round(3).to_dict()
    {'risk_control': 0.5, 'risk_treated': 0.2, 'risk_difference': -0.3, 'risk_ratio': 0.4, 'odds_ratio': 0.25}
    """
    frame = frame_of(frame)
    allowed(DOOR, "estimator", estimator, ESTIMATORS)
    level_of(DOOR, conf_level)
    names = named_list(covariates, "covariates", DOOR)
    check_options(estimator, estimand, weights, names, exposure)
    column = weights if isinstance(weights, str) else None
    wanted = [outcome, treatment, *names, *(name for name in (cluster, exposure, column) if name)]
    require_frame(DOOR, frame, wanted)
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    y = read_numbers(faults, frame, outcome)
    time = read_numbers(faults, frame, exposure) if exposure else None
    family = read_clusters(faults, frame, cluster) if cluster else None
    read = read_covariates(faults, frame, names)
    w = read_weights(faults, frame, weights, treated)
    check_outcome(faults, outcome, y, time, exposure, w)
    faults.settle()
    binary = bool(((y == 0) | (y == 1)).all()) and exposure is None
    target = weights.estimand if isinstance(weights, (Match, Weighting, Coarsened)) else estimand or "ATE"
    extra = _interacting(read, names, interactions)
    nuisance = weights.nuisance if isinstance(weights, Weighting) else None
    found = _estimate(estimator, y, treated, w, time, read, extra, binary, target, nuisance, frame.index, treatment)
    covariance, degrees, grouping = covariance_of(found, weights, family, cluster, w)
    kind = "rate" if exposure else "risk" if binary else "mean"
    return Effect(
        table=contrasts(found.values, covariance, degrees, kind, conf_level, ratios=bool((y >= 0).all())),
        covariance=covariance,
        influence=pd.DataFrame(found.influence, index=frame.index, columns=["control", "treated"]),
        kind=kind,
        method=_words(estimator, weights, target),
        estimand=target,
        clustering=grouping,
        clusters=0 if not np.isfinite(degrees) else int(degrees) + 1,
        conf_level=conf_level,
        events=(_events(y, ~treated & (w > 0)), _events(y, treated & (w > 0))),
        rows=(int((~treated & (w > 0)).sum()), int((treated & (w > 0)).sum())),
    )


def _interacting(read: Covariates, names: list[str], interactions: Any) -> Floats:
    if isinstance(interactions, str):
        if interactions != "all":
            raise UsageError(f"{DOOR}: interactions={interactions!r}; allowed: 'all', or a list of covariates.")
        return read.model
    unknown = [str(name) for name in interactions if name not in names]
    if unknown:
        raise UsageError(f"{DOOR}: interactions names {', '.join(unknown)}, which covariates does not.")
    chosen = [
        k
        for k, name in enumerate(read.model_names)
        if any(
            name == str(one) or (name.startswith(f"{one}_") and str(one) not in read.model_names)
            for one in interactions
        )
    ]
    return read.model[:, chosen]


def _estimate(
    estimator: str,
    y: Floats,
    treated: Bools,
    w: Floats,
    time: Floats | None,
    read: Covariates,
    extra: Floats,
    binary: bool,
    target: str,
    nuisance: Nuisance | None,
    index: pd.Index[Any],
    treatment: str,
) -> Means:
    if estimator == "weighted":
        return weighted_means(y, treated, w, time, nuisance)
    share = {"ATT": treated.astype(float), "ATC": (~treated).astype(float)}.get(target, np.ones(len(y)))
    if estimator == "standardised":
        # Who is averaged over: of a matched or weighted sample the rows that are in it, each for what it counts for.
        model = _sound(outcome_model(y, treated, read.model, extra, w, binary=binary, nuisance=nuisance))
        return standardised_means(model, share * (w > 0))
    model = _sound(outcome_model(y, treated, read.model, extra, np.ones(len(y)), binary=binary))
    if nuisance is None:
        made = weigh(read, treated, index, treatment, target)
        w, nuisance = made.weights.to_numpy(dtype=float), made.nuisance
    return augmented_means(y, treated, w, share, model, nuisance)


def _sound(model: Any) -> Any:
    if not model.sound:
        raise refuse(
            DOOR,
            "outcome",
            found="an outcome that the covariates tell for certain in some group, or that they cannot tell apart",
            allowed="events and non-events that overlap on the covariates",
            do="Use fewer covariates in the outcome model, fewer interactions, or estimator='weighted'.",
        )
    return model


def _events(y: Floats, rows: Bools) -> float:
    return float(y[rows].sum())


def _words(estimator: str, weights: Any, target: str) -> str:
    made = {
        "weighted": "means",
        "standardised": "outcome regression, standardised",
        "aipw": "augmented inverse probability weighting",
    }[estimator]
    if isinstance(weights, (Match, Weighting, Coarsened)):
        return f"{made}; {weights.method}"
    if weights is not None:
        return f"{made}; weights as given"
    return f"{made}; {'no adjustment' if estimator == 'weighted' else target}"
