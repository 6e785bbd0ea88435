"""What an effect is estimated from: options that go together, weights of this frame, an outcome that varies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.coarsened import Coarsened
from btc_eval.cohort.frames import Faults, allowed
from btc_eval.cohort.match_result import Match
from btc_eval.cohort.weighting import Weighting
from btc_eval.errors import UsageError
from btc_eval.inference import Bools, Floats

DOOR = "cohort.effect"


def check_options(estimator: str, estimand: str | None, weights: Any, names: list[str], exposure: str | None) -> None:
    if estimator != "weighted" and not names:
        raise UsageError(f"{DOOR}: estimator={estimator!r} needs covariates for its models.")
    if exposure and estimator != "weighted":
        raise UsageError(f"{DOOR}: rates (exposure=) are estimated with estimator='weighted'.")
    if estimand is not None:
        allowed(DOOR, "estimand", estimand, ("ATE", "ATT", "ATC"))
        if weights is not None and not isinstance(weights, (str, pd.Series)):
            raise UsageError(f"{DOOR}: weights already say whose effect is estimated; leave estimand out.")
        if estimator == "weighted":
            raise UsageError(f"{DOOR}: weighted means estimate what their weights are for; leave estimand out.")
    if estimator == "aipw" and weights is not None and not isinstance(weights, Weighting):
        raise UsageError(
            f"{DOOR}: estimator='aipw' needs propensity weights: leave weights out, or give cohort.weight(...)."
        )
    if isinstance(weights, Weighting) and estimator != "weighted":
        if weights.estimand not in ("ATE", "ATT", "ATC"):
            raise UsageError(f"{DOOR}: {weights.estimand} weights go with estimator='weighted' alone.")
        if estimator == "aipw" and not len(weights.propensity):
            raise UsageError(f"{DOOR}: estimator='aipw' needs a propensity score; entropy balancing estimates none.")


def read_weights(faults: Faults, frame: pd.DataFrame, weights: Any, treated: Bools) -> Floats:
    if weights is None:
        return np.ones(len(frame))
    series = frame[weights] if isinstance(weights, str) else getattr(weights, "weights", weights)
    if not isinstance(series, pd.Series):
        raise UsageError(
            f"{DOOR}: weights is a {type(weights).__name__}; give a match, a weighting, a column or a series."
        )
    if not isinstance(weights, str) and not series.index.equals(frame.index):
        faults.add(
            "weights",
            f"{len(series)} weights under another index than the frame's {len(frame)} rows",
            "the frame that was matched or weighted",
            "Pass the same frame, rows in the same order, to both calls.",
        )
        return np.ones(len(frame))
    values = series.to_numpy(dtype=float)
    wrong = int((~np.isfinite(values) | (values < 0)).sum())
    if wrong:
        faults.add("weights", f"{wrong} missing or below 0", "weights of 0 or more", "Find where they were made.")
        return np.ones(len(frame))
    for group, word in ((treated, "treated"), (~treated, "untreated")):
        if not (values[group] > 0).any():
            faults.add("weights", f"no {word} row of weight above 0", "some in each group", "Match or weight again.")
            return np.ones(len(frame))
    if isinstance(weights, (Match, Weighting, Coarsened)) and (weights.treated != treated).any():
        faults.add(
            "treatment", "groups other than those that were matched", "the same column", "Name the same treatment."
        )
    return values


def check_outcome(faults: Faults, name: str, y: Floats, time: Floats | None, exposure: str | None, w: Floats) -> None:
    if faults.found:
        return
    used = w > 0
    if time is not None:
        if (time[used] <= 0).any():
            many = int((time[used] <= 0).sum())
            faults.add(
                str(exposure), f"{many} rows of 0 or less", "time at risk above 0", "Leave out rows never at risk."
            )
        if (y[used] < 0).any():
            faults.add(name, f"{int((y[used] < 0).sum())} counts below 0", "counts of 0 or more", "Check the extract.")
    if not y[used].any():
        faults.add(
            name,
            "no event in either group" if time is not None or not y.any() else "no event among the rows compared",
            "some events",
            "Nothing happened that could differ: say so in words, with the numbers at risk.",
        )
    elif np.ptp(y[used]) == 0 and time is None:
        faults.add(name, "the same value in every row", "an outcome that varies", "Check the extract.")
