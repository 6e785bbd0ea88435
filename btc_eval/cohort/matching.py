"""Matching: for each treated child, the untreated who were most like them beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.frames import (
    Covariates,
    Faults,
    allowed,
    frame_of,
    named_list,
    read_covariates,
    read_numbers,
    read_strata,
    read_treatment,
    require_frame,
)
from btc_eval.cohort.match_result import Match, distance_columns, match_of
from btc_eval.cohort.scores import fitted_score
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.assignment import TooManyPairsError, optimal_match
from btc_eval.inference.mahalanobis import mahalanobis_match, whitened
from btc_eval.inference.matching import ORDERS, Scores, greedy_match

Method = Literal["greedy", "optimal"]
Order = Literal["largest", "smallest", "data", "random", "closest", "farthest"]
DOOR = "cohort.match"


def match(
    frame: Any,
    *,
    treatment: str,
    distance: str | None = None,
    covariates: Sequence[str] | None = None,
    exact: Sequence[str] | str | None = None,
    caliper: float | Mapping[str, float] | None = None,
    ratio: int = 1,
    method: Method = "greedy",
    replace: bool = False,
    order: Order | None = None,
    scale: Literal["probability", "linear"] = "probability",
    mahalanobis: Sequence[str] | None = None,
    std_caliper: bool = True,
    rng: np.random.Generator | None = None,
) -> Match:
    """Which of the untreated were most like each of the treated?

    Parameters
    ----------
    frame
        A frame with one row a child and an index without repeats, or a cohort that carries one; never changed.
    treatment
        Column of 0 and 1.
    distance
        A column that holds a score, such as a propensity score estimated elsewhere; "mahalanobis" to match on
        the covariates themselves; `None` for a propensity score estimated here by logistic regression on `covariates`.
    covariates
        Columns: for the score or the distance, and for `balance`. Text and categories become a 0/1 column a level.
    exact
        Columns on which a pair must agree exactly.
    caliper
        Widest difference allowed within a pair, ends included: a number for the score, or a mapping from a column (or
        "distance", for the score) to a number. In standard deviations of the whole sample unless `std_caliper` is
        false.
    ratio
        Controls for each treated; with "greedy" everyone is given a first before anyone is given a second.
    method
        "greedy": one treated after another takes the nearest that is free. "optimal": the least total distance.
    replace
        Whether a control may be used again ("greedy" alone).
    order
        Who chooses first: "largest" score (used unless given, where there is a score), "smallest", "data" (the frame's
        order, used unless given for "mahalanobis"), "random" (needs `rng`), "closest" or "farthest" pair first.
    scale
        Whether an estimated score is a probability, as MatchIt does unless told otherwise, or its linear predictor.
    mahalanobis
        Columns to match on by Mahalanobis distance while the score serves calipers and order (MatchIt's mahvars).

    Returns
    -------
    Match
        Without any pair the call is refused; treated rows without a match are listed in `dropped`.

    Notes
    -----
    Pairs are those of R's MatchIt 4.7 with the same settings, ties included: see `inference.matching` and
    `inference.mahalanobis`. MatchIt 4.5.1, which Debian 12 ships, ignores calipers and takes wrong neighbours.

    Raises
    ------
    RefusedError
        Columns missing, values missing, nobody to match, groups that covariates tell apart without error.
    UsageError
        An option value outside its set.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [1, 1, 0, 0, 0], "risk": [0.8, 0.3, 0.75, 0.35, 0.1]}, index=list("abcde"))
    >>> match(people, treatment="helped", distance="risk").pairs[["treated", "control"]].values.tolist()
    [['a', 'c'], ['b', 'd']]
    """
    frame = frame_of(frame)
    exact_on = [exact] if isinstance(exact, str) else named_list(exact, "exact", DOOR)
    names = named_list(covariates, "covariates", DOOR)
    plane = named_list(mahalanobis, "mahalanobis", DOOR)
    widths = _caliper(caliper)
    _check_options(method, order, ratio, replace, scale, rng)
    by_plane = distance == "mahalanobis" and not (isinstance(frame, pd.DataFrame) and distance in frame.columns)
    if by_plane:
        plane, distance = names, None
    if not names and distance is None:
        raise UsageError(f"{DOOR}: give covariates, or distance, the column of a score.")
    own = {name: width for name, width in widths.items() if name != "distance"}
    require_frame(DOOR, frame, [treatment, *names, *exact_on, *plane, *own, *([distance] if distance else [])])
    faults = Faults(DOOR)
    treated = read_treatment(faults, frame, treatment)
    read = read_covariates(faults, frame, names)
    points = read_covariates(faults, frame, plane) if plane else None
    strata = read_strata(faults, frame, exact_on)
    traits = [read_numbers(faults, frame, name) for name in own]
    given = read_numbers(faults, frame, distance) if distance else None
    faults.settle()
    score = given
    if score is None and not by_plane:
        fit = fitted_score(DOOR, read, treated)
        score = fit.linear if scale == "linear" else fit.probability
    if score is None and "distance" in widths:
        raise UsageError(f"{DOOR}: a caliper on the score needs a score; name the caliper's column in a mapping.")
    settings = _settings(score, treated, strata, widths, own, traits, std_caliper)
    chosen = _choose(settings, points, method, replace, order, ratio, rng, by_plane)
    if (chosen < 0).all():
        raise refuse(
            DOOR,
            "pairs",
            found=f"no control inside the strata and calipers of any of the {int(treated.sum())} treated",
            allowed="at least one pair",
            do="Widen the caliper, or ask for agreement on fewer columns.",
        )
    return match_of(frame, treatment, read, settings, chosen, points, score, replace, f"{method} matching")


def _caliper(caliper: float | Mapping[str, float] | None) -> dict[str, float]:
    if caliper is None:
        return {}
    widths = dict(caliper) if isinstance(caliper, Mapping) else {"distance": caliper}
    for name, width in widths.items():
        if isinstance(width, bool) or not isinstance(width, (int, float, np.number)) or not width > 0:
            raise UsageError(f"{DOOR}: the caliper on {name} is {width!r}; allowed: a number above 0.")
    return {str(name): float(width) for name, width in widths.items() if math.isfinite(width)}


def _check_options(
    method: str, order: str | None, ratio: int, replace: bool, scale: str, rng: np.random.Generator | None
) -> None:
    allowed(DOOR, "method", method, ("greedy", "optimal"))
    allowed(DOOR, "scale", scale, ("probability", "linear"))
    if order is not None:
        allowed(DOOR, "order", order, ORDERS)
    if isinstance(ratio, bool) or not isinstance(ratio, (int, np.integer)) or ratio < 1:
        raise UsageError(f"{DOOR}: ratio={ratio!r}; allowed: a whole number of 1 or more.")
    if method == "optimal" and replace:
        raise UsageError(f"{DOOR}: method='optimal' uses each control once; leave replace out, or use method='greedy'.")
    if order == "random" and rng is None:
        raise UsageError(f"{DOOR}: order='random' needs rng=np.random.default_rng(seed), so that it can be repeated.")


def _settings(
    score: Floats | None,
    treated: Bools,
    strata: Ints,
    widths: dict[str, float],
    own: dict[str, float],
    traits: list[Floats],
    std_caliper: bool,
) -> Scores:
    n = len(treated)
    value = np.zeros(n) if score is None else score
    columns = np.column_stack(traits) if traits else np.empty((n, 0))
    unit = columns.std(axis=0, ddof=1) if std_caliper else np.ones(columns.shape[1])
    wide = widths.get("distance", np.inf)
    if std_caliper and math.isfinite(wide):
        wide *= float(value.std(ddof=1))
    return Scores(value, treated, strata, wide, columns, np.array(list(own.values())) * unit)


def _choose(
    settings: Scores,
    points: Covariates | None,
    method: str,
    replace: bool,
    order: str | None,
    ratio: int,
    rng: np.random.Generator | None,
    by_plane: bool,
) -> Ints:
    place = None if points is None else whitened(distance_columns(points), settings.treated)
    if method == "optimal":
        try:
            return optimal_match(settings, place, ratio=ratio)
        except TooManyPairsError as error:
            raise refuse(
                DOOR,
                "method",
                found=f"'optimal' with {error.pairs:,} pairs to weigh in one stratum",
                allowed="up to 40,000,000, or a caliper that leaves 10,000,000",
                do="Ask for exact agreement on a column or two, give a narrower caliper, or use method='greedy'.",
            ) from error
    if place is None:
        return greedy_match(settings, ratio=ratio, replace=replace, order=order or "largest", rng=rng)
    chosen = order or ("data" if by_plane else "largest")
    if chosen in ("closest", "farthest") or (by_plane and chosen in ("largest", "smallest")):
        raise UsageError(f"{DOOR}: order={chosen!r} needs a score to match on; allowed here: 'data', 'random'.")
    return mahalanobis_match(place, settings, ratio=ratio, replace=replace, order=chosen, rng=rng)
