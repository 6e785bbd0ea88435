"""One call for a chapter: the plain comparison, the fair one, how alike the groups became, and what could still be
wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.cohort.balance import balance_check, love, size_check
from btc_eval.cohort.coarsened import Coarsened, coarsened_exact
from btc_eval.cohort.effect_result import Effect
from btc_eval.cohort.effects import effect
from btc_eval.cohort.evalue import EValue, evalue
from btc_eval.cohort.frames import allowed, frame_of, level_of
from btc_eval.cohort.match_result import Match
from btc_eval.cohort.matching import match
from btc_eval.cohort.weighting import Weighting, weight
from btc_eval.errors import UsageError
from btc_eval.estimates import Check, Estimate, Verdict

Design = Literal["weight", "match", "coarsened", "aipw", "standardised"]
DOOR = "cohort.compare"
DESIGNS = ("weight", "match", "coarsened", "aipw", "standardised")
#: An E-value of the interval's nearer end below this could be had from a cause no stronger than many that are measured.
WEAK = 1.25


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups compared, before and after making them alike.

    Parameters
    ----------
    crude, adjusted
        The effect without and with adjustment.
    groups
        What made the groups alike; `None` for "standardised".
    balance
        One row a covariate: see `cohort.match(...).balance()`; without "after" for "standardised".
    sizes
        group, rows, used, effective.
    evalue
        Of the adjusted ratio (or of the mean difference in standard deviations); `None` where there is no ratio.
    checks
        What speaks for and against it.
    design
        As asked.
    """

    crude: Effect
    adjusted: Effect
    groups: Match | Weighting | Coarsened | None
    balance: pd.DataFrame
    sizes: pd.DataFrame
    evalue: EValue | None
    checks: tuple[Check, ...]
    design: str

    def tidy(self) -> pd.DataFrame:
        """What was the effect? The vocabulary of `tidy`, with "crude" or "adjusted" in column `analysis`."""
        parts = [self.crude.tidy().assign(analysis="crude"), self.adjusted.tidy().assign(analysis="adjusted")]
        table = pd.concat(parts, ignore_index=True)
        return table[["analysis", *(name for name in table.columns if name != "analysis")]]

    @property
    def difference(self) -> Estimate:
        """The adjusted difference with its interval."""
        return self.adjusted.difference

    def love(self) -> pd.DataFrame:
        """Return the rows of a Love plot: term, sample ("before", "after"), smd (its size)."""
        return love(self.balance)

    def overlap(self) -> pd.DataFrame:
        """Did both groups have a chance of treatment? See `cohort.weight(...).overlap()`."""
        if not isinstance(self.groups, Weighting):
            raise UsageError(f"{DOOR}: overlap is shown for design='weight' or 'aipw'.")
        return self.groups.overlap()


def compare(
    frame: Any,
    *,
    outcome: str,
    treatment: str,
    covariates: Sequence[str],
    design: Design = "weight",
    estimand: str = "ATE",
    cluster: str | None = None,
    exposure: str | None = None,
    exact: Sequence[str] | None = None,
    caliper: float | Mapping[str, float] | None = None,
    ratio: int = 1,
    method: Literal["greedy", "optimal"] = "greedy",
    cuts: Mapping[str, int | Sequence[float]] | None = None,
    trim: float | None = None,
    conf_level: float = 0.95,
) -> Comparison:
    """Did those who were reached fare differently from others like them?

    Parameters
    ----------
    frame, outcome, treatment, covariates, cluster, exposure, conf_level
        As in `cohort.effect`.
    design
        "weight" (`cohort.weight`), "match" (`cohort.match`), "coarsened" (`cohort.coarsened_exact`), "aipw" or
        "standardised" (`cohort.effect`).
    estimand
        As in `cohort.weight`; matching is always for the treated, whatever is given here.
    exact, caliper, ratio, method
        For "match".
    cuts
        For "coarsened".
    trim
        For "weight".

    Raises
    ------
    RefusedError, UsageError
        As the functions named.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"helped": [1, 1, 0] * 20, "poor": [1, 0, 1, 0, 1] * 12, "care": [0, 1, 1, 0, 0, 1] * 10})
    >>> found = compare(people, outcome="care", treatment="helped", covariates=["poor"])
    >>> found.tidy()["analysis"].unique().tolist(), [check.name for check in found.checks][:3]
    (['crude', 'adjusted'], ['balance', 'effective sample size', 'overlap'])
    """
    frame = frame_of(frame)
    allowed(DOOR, "design", design, DESIGNS)
    level_of(DOOR, conf_level)
    _check_unused(design, exact=exact, caliper=caliper, cuts=cuts, trim=trim)
    common: dict[str, Any] = {"outcome": outcome, "treatment": treatment, "cluster": cluster, "conf_level": conf_level}
    groups: Match | Weighting | Coarsened | None = None
    if design == "match":
        groups = match(
            frame, treatment=treatment, covariates=covariates, exact=exact, caliper=caliper, ratio=ratio, method=method
        )
    elif design == "coarsened":
        target = "ATT" if estimand == "ATT" else "ATE"
        groups = coarsened_exact(frame, treatment=treatment, covariates=covariates, cuts=cuts, estimand=target)
    else:
        kind: Any = estimand
        groups = weight(frame, treatment=treatment, covariates=covariates, estimand=kind, trim=trim)
    balance, sizes = groups.balance(), groups.effective_sample_size()
    crude = effect(frame, exposure=exposure, **common)
    if design == "standardised":
        adjusted = effect(frame, covariates=covariates, estimator="standardised", estimand=estimand, **common)
        balance = balance[[name for name in balance.columns if not name.endswith("_after")]]
        sizes = sizes.assign(used=sizes["rows"], effective=sizes["rows"].astype(float))
    elif design == "aipw":
        adjusted = effect(frame, weights=groups, covariates=covariates, estimator="aipw", **common)
    else:
        adjusted = effect(frame, weights=groups, exposure=exposure, **common)
    checks = [Check("balance", Verdict.NOT_CHECKED, "The outcome model adjusts; the groups stay as they are.")]
    if design != "standardised":
        checks = [balance_check(balance), size_check(sizes)]
    checks.append(_overlap(groups))
    strength = _strength(adjusted, frame[outcome])
    checks += [*adjusted.checks(), _unmeasured(strength), _direction(crude, adjusted)]
    kept = None if design == "standardised" else groups
    return Comparison(crude, adjusted, kept, balance, sizes, strength, tuple(checks), design)


def _check_unused(design: str, **given: Any) -> None:
    for name, value in given.items():
        home = {"exact": ("match",), "caliper": ("match",), "cuts": ("coarsened",), "trim": ("weight",)}[name]
        if value is not None and design not in home:
            raise UsageError(f"{DOOR}: {name} is for design={home[0]!r}; leave it out with design={design!r}.")


def _overlap(groups: Match | Weighting | Coarsened | None) -> Check:
    if isinstance(groups, Weighting):
        return groups.overlap_check()
    if groups is None:
        return Check("overlap", Verdict.NOT_CHECKED, "No propensity score was estimated.")
    share = len(groups.dropped) / int(groups.treated.sum())
    words = f"{share:.1%} of the treated have nobody like them and are left out."
    verdict = Verdict.PASS if share <= 0.05 else Verdict.CONCERN if share <= 0.2 else Verdict.FAIL
    return Check("overlap", verdict, words)


def _strength(found: Effect, outcome: pd.Series[Any]) -> EValue | None:
    if found.kind == "mean":
        change, error = (found.value("mean_difference", name) for name in ("estimate", "std_error"))
        return evalue(change, measure="MD", se=error, sd=float(outcome.std()))
    value, low, high = (found.value(f"{found.kind}_ratio", name) for name in ("estimate", "conf_low", "conf_high"))
    if not (math.isfinite(value) and value > 0) or not (np.isfinite(low) and low > 0 and np.isfinite(high)):
        return None
    return evalue(value, low, high)


def _unmeasured(strength: EValue | None) -> Check:
    if strength is None:
        return Check(
            "what was not measured", Verdict.NOT_CHECKED, "There is no ratio from which to work out an E-value."
        )
    words = (
        f"A cause that was not measured would need a risk ratio of {strength.point:.2f} with both treatment and "
        f"outcome to explain the estimate, and of {strength.limit:.2f} to make its interval reach no difference."
    )
    if strength.limit <= 1:
        return Check("what was not measured", Verdict.FAIL, words + " It already does.")
    return Check("what was not measured", Verdict.CONCERN if strength.limit < WEAK else Verdict.PASS, words)


def _direction(crude: Effect, adjusted: Effect) -> Check:
    before, after = crude.difference.value, adjusted.difference.value
    if before * after < 0:
        return Check("direction", Verdict.CONCERN, "Adjustment turns the difference round: it rests on the adjustment.")
    return Check("direction", Verdict.PASS, "The difference has the same sign with and without adjustment.")
