"""By what ratio does a covariate change how many have an event at all, other events being possible?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.cohort.cox import refuse_flat
from btc_eval.cohort.door import Door, choice, share
from btc_eval.cohort.encoding import Design, check_rank, encode
from btc_eval.errors import UsageError
from btc_eval.inference import Floats
from btc_eval.inference.baseline_hazard import predicted_hazard
from btc_eval.inference.cox import CoxFit
from btc_eval.inference.cox_ties import Ties
from btc_eval.inference.event_times import merge_close
from btc_eval.inference.fine_gray import fine_gray as fit_fine_gray
from btc_eval.inference.intervals import normal_interval, probability_interval

WHAT = "cohort.fine_gray"


@dataclass(frozen=True)
class FineGrayModel:
    """A fitted Fine–Gray model.

    Parameters
    ----------
    fit
        The maximum of the weighted partial likelihood.
    design
        Covariates as columns.
    cause
        The event's code.
    covariance
        (p, p) robust.
    """

    fit: CoxFit
    design: Design
    cause: int
    covariance: Floats
    conf_level: float

    def tidy(self, *, exponentiate: bool = False) -> pd.DataFrame:
        """By what ratio does each covariate change the subdistribution hazard?

        Returns
        -------
        DataFrame
            term, estimate (log ratio, or ratio with `exponentiate`), std_error (robust, log scale), statistic, p_value,
            conf_low, conf_high. A ratio above 1 means that more have the event; it is not a ratio of risks.
        """
        error = np.sqrt(np.diag(self.covariance))
        ratio, p, low, high = normal_interval(self.fit.coef, error, self.conf_level)
        estimate = self.fit.coef
        if exponentiate:
            estimate, low, high = np.exp(estimate), np.exp(low), np.exp(high)
        columns = {"term": list(self.design.terms), "estimate": estimate, "std_error": error, "statistic": ratio}
        return pd.DataFrame({**columns, "p_value": p, "conf_low": low, "conf_high": high})

    def cumulative_incidence(self, newdata: pd.DataFrame) -> pd.DataFrame:
        """Which share does the model expect to have the event, for given covariates?

        Returns
        -------
        DataFrame
            row (of `newdata`, from 1), time, estimate, std_error, conf_low, conf_high. Models of several causes are not
            bound to sum to one or less.
        """
        door = Door(f"{WHAT}, cumulative incidence", newdata, self.design.variables)
        rows = self.design.of(door)
        found = predicted_hazard(self.fit, rows, 0, self.covariance)
        hazard, spread = found.hazard.T.ravel(), np.sqrt(found.variance.T.ravel())
        estimate = 1 - np.exp(-hazard)
        error = np.exp(-hazard) * spread
        low, high = probability_interval(estimate, error, transform="log-log", level=self.conf_level)
        place = {
            "row": np.repeat(np.arange(1, len(rows) + 1), len(found.times)),
            "time": np.tile(found.times, len(rows)),
        }
        columns = {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high}
        return pd.DataFrame({**place, **columns})


def fine_gray(
    frame: pd.DataFrame,
    *,
    duration: Hashable,
    event: Hashable,
    covariates: Sequence[Hashable],
    cause: int = 1,
    weights: Hashable | None = None,
    cluster: Hashable | None = None,
    ties: Ties = "efron",
    conf_level: float = 0.95,
) -> FineGrayModel:
    """By what ratio does a covariate change how many have an event at all, other events being possible?

    Report cause-specific hazards (`cox`) and cumulative incidences first: a subdistribution hazard ratio has no plain
    meaning but its direction.

    Parameters
    ----------
    frame, duration, event, covariates, weights, cluster, ties, conf_level
        As in `cox`, with event codes as in `cumulative_incidence`. Delayed entry is not taken.
    cause
        Code of the event of interest.

    Raises
    ------
    RefusedError
        As in `cox`.

    Notes
    -----
    A child who had another event stays in the risk set with a weight that falls with the Kaplan–Meier chance of still
    being watched. The standard error is robust, by row or cluster, and takes that chance as known.

    References
    ----------
    Fine and Gray (1999); Geskus (2011); as R's `survival::finegray` with `coxph`.

    Examples
    --------
    >>> frame = pd.DataFrame({"days": [2, 3, 5, 6, 8, 9], "event": [1, 2, 1, 0, 2, 1], "x": [1, 0, 1, 0, 1, 0]})
    >>> fine_gray(frame, duration="days", event="event", covariates=["x"]).tidy()["estimate"].round(3).tolist()
    [1.007]
    """
    choice(WHAT, ties, ("efron", "breslow"), "ties")
    level = share(WHAT, conf_level, "conf_level")
    if isinstance(covariates, str) or len(covariates) == 0 or len(set(covariates)) < len(covariates):
        raise UsageError(f"{WHAT}: covariates is a list of one column or more, each given once.")
    door = Door(WHAT, frame, [duration, event, weights, cluster, *covariates])
    stop, _ = door.durations(duration, None)
    codes = door.events(event)
    if (codes > 0).any() and not (codes == cause).any():
        door.add(event, f"no events of cause {cause}", "at least one event", "Name a cause that occurs.")
    weight = door.weights(weights)
    unit = door.clusters(cluster)
    design = encode(door, list(covariates))
    door.settle()
    check_rank(door, design)
    fit = fit_fine_gray(design.values, merge_close(stop)[0], codes, cause, weights=weight, ties=ties)
    refuse_flat(door, design, fit)
    return FineGrayModel(fit, design, cause, fit.robust(unit), level)
