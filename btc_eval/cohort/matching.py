"""Matching: for each treated child, the untreated who were most like them beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.balance import balance_table, sizes
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
from btc_eval.cohort.scores import fitted_score
from btc_eval.errors import UsageError, refuse
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.inference.assignment import TooManyPairsError, optimal_match
from btc_eval.inference.mahalanobis import mahalanobis_match, whitened
from btc_eval.inference.matching import ORDERS, Scores, greedy_match

Method = Literal["greedy", "optimal"]
Order = Literal["largest", "smallest", "data", "random", "closest", "farthest"]
DOOR = "cohort.match"


@dataclass(frozen=True, slots=True)
class Match:
    """Who was matched with whom.

    Parameters
    ----------
    pairs
        treated, control (labels of the frame's index) and distance; treated in the order of the frame, nearest first.
    weights
        By the frame's index: 1 for a matched treated row; for a control, the sum over its sets of one over the size of
        the set, scaled to a mean of 1 among those matched; 0 for everyone not matched. As MatchIt does.
    sets
        By the frame's index: the number of the matched set, −1 for none. Empty when matched with replacement, where a
        control can be in several.
    dropped
        Labels of treated rows without any match.
    short
        Labels of treated rows with fewer matches than asked for, those without any not among them.
    distance
        By the frame's index: the score on which calipers and greedy matching rest; empty where there is none.
    treatment, estimand, method
        What was asked.
    """

    pairs: pd.DataFrame
    weights: pd.Series[Any]
    sets: pd.Series[Any]
    dropped: pd.Index[Any]
    short: pd.Index[Any]
    distance: pd.Series[Any]
    treatment: str
    method: str
    treated: Bools
    covariates: Covariates
    notes: tuple[str, ...] = ()
    estimand: str = "ATT"

    def balance(self) -> pd.DataFrame:
        """Are the groups alike, before and after matching?

        Differences are in standard deviations of the treated before matching. The score comes first, as "distance".
        """
        names, columns = self.covariates.balance_names, self.covariates.balance
        if len(self.distance):
            names = ("distance", *names)
            columns = np.column_stack([self.distance.to_numpy(dtype=float), columns])
        return balance_table(names, columns, self.treated, self.weights.to_numpy(dtype=float), "treated")

    def effective_sample_size(self) -> pd.DataFrame:
        """How many rows are matched, and what are they worth? Columns: group, rows, used, effective."""
        return sizes(self.treated, self.weights.to_numpy(dtype=float))

    def tidy(self) -> pd.DataFrame:
        """Who was matched with whom? The pairs."""
        return self.pairs.copy()


def match(
    data: Any,
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
    data
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
        Who chooses first: "largest" score (used unless given, where there is a score), "smallest", "data" (the frame's order,
        used unless given for "mahalanobis"), "random" (needs `rng`), "closest" or "farthest" pair first.
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
    frame = frame_of(data)
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
    return _result(frame, treatment, read, settings, chosen, points, score, replace, f"{method} matching")


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
    place = None if points is None else whitened(_distance_columns(points), settings.treated)
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


def _distance_columns(points: Covariates) -> Floats:
    # Every level of a category over √2, so that two categories apart is as far as a yes/no column apart (MatchIt).
    return np.where(points.category, points.balance / math.sqrt(2), points.balance)


def _result(
    frame: pd.DataFrame,
    treatment: str,
    read: Covariates,
    settings: Scores,
    chosen: Ints,
    points: Covariates | None,
    score: Floats | None,
    replace: bool,
    method: str,
) -> Match:
    treated = settings.treated
    units = np.flatnonzero(treated)
    row, column = np.nonzero(chosen >= 0)
    who, whom = units[row], chosen[row, column]
    if points is None:
        gap = np.abs(settings.score[who] - settings.score[whom])
    else:
        place = whitened(_distance_columns(points), treated)
        gap = np.sqrt(((place[who] - place[whom]) ** 2).sum(axis=1))
    pairs = pd.DataFrame({"treated": frame.index[who], "control": frame.index[whom], "distance": gap})
    count = (chosen >= 0).sum(axis=1)
    weights = np.zeros(len(frame))
    np.add.at(weights, whom, 1.0 / count[row])
    used = weights > 0
    weights[used] *= used.sum() / weights[used].sum()
    weights[units[count > 0]] = 1.0
    sets = np.full(len(frame), -1, dtype=np.int64)
    if not replace:
        number = np.cumsum(count > 0) - 1
        sets[units[count > 0]] = number[count > 0]
        sets[whom] = number[row]
    notes = (f"Left out of the model, being the sum of others: {', '.join(read.left_out)}.",) if read.left_out else ()
    return Match(
        pairs=pairs,
        weights=pd.Series(weights, index=frame.index, name="weight"),
        sets=pd.Series(sets if not replace else sets[:0], index=frame.index if not replace else frame.index[:0], name="set"),
        dropped=frame.index[units[count == 0]],
        short=frame.index[units[(count > 0) & (count < chosen.shape[1])]],
        distance=pd.Series(score if score is not None else [], index=frame.index if score is not None else frame.index[:0], dtype=float, name="distance"),
        treatment=treatment,
        method=method + (" with replacement" if replace else ""),
        treated=treated,
        covariates=read,
        notes=notes,
    )
