"""The same model where nothing happened: on every other unit at the same date.

A textbook interval asks how far chance alone could move one series that follows its model. Real series do not follow
their models, so the placebo asks the records: how far do such estimates move where there was no programme at all?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from btc_eval.estimates import Estimate
from btc_eval.inference import Floats
from btc_eval.inference.permutation import Standing, ranks, standing
from btc_eval.inference.precision import critical, two_sided
from btc_eval.its.batch import run_dates
from btc_eval.its.calibrate import stretch
from btc_eval.its.options import ModelOptions, Term, batch_specification
from btc_eval.its.panel import read_panel, treated_position

Statistic = Literal["estimate", "studentised"]


@dataclass(frozen=True, slots=True)
class PlaceboInSpace:
    """One estimate a unit, all at the same date.

    Parameters
    ----------
    units
        Sorted; `treated` is the position of the unit that had the intervention.
    start
        First affected period.
    term
        What is estimated; for count estimators it is on the log scale.
    estimates, errors, degrees
        (J + 1,) estimate, the model's standard error and its degrees of freedom.
    ranked_by
        What the rank and the permutation p-values order: the estimate, or the estimate over its standard error.
    method
        The estimator.
    """

    units: tuple[str, ...]
    treated: int
    start: pd.Timestamp | int
    term: Term
    estimates: Floats
    errors: Floats
    degrees: Floats
    ranked_by: Statistic
    method: str
    conf_level: float = 0.95

    @property
    def ratios(self) -> Floats:
        """(J + 1,) estimate over standard error."""
        return np.asarray(self.estimates / self.errors)

    @property
    def statistics(self) -> Floats:
        """(J + 1,) what is ranked."""
        return self.estimates if self.ranked_by == "estimate" else self.ratios

    @property
    def standing(self) -> Standing:
        """Rank and permutation p-values of the treated unit; see `inference.permutation.standing`."""
        return standing(self.statistics, self.treated)

    @property
    def rank(self) -> int:
        """Rank of the treated unit from the lowest, 1."""
        return self.standing.rank

    @property
    def p_value(self) -> float:
        """Two-sided permutation p-value: the share of units, the treated included, at least as far from nought."""
        return self.standing.two_sided

    @property
    def p_value_lower(self) -> float:
        """The share of units, the treated included, at least as low."""
        return self.standing.lower

    @property
    def p_value_upper(self) -> float:
        """The share of units, the treated included, at least as high."""
        return self.standing.upper

    def tidy(self) -> pd.DataFrame:
        """What did the same model find in each unit?

        Returns
        -------
        DataFrame
            unit, estimate, std_error, statistic, p_value, conf_low, conf_high, rank, treated; sorted by rank. The
            p-value and the interval are the model's own.
        """
        half = critical(self.conf_level, self.degrees) * self.errors
        table = pd.DataFrame(
            {
                "unit": list(self.units),
                "estimate": self.estimates,
                "std_error": self.errors,
                "statistic": self.ratios,
                "p_value": two_sided(self.ratios, self.degrees),
                "conf_low": self.estimates - half,
                "conf_high": self.estimates + half,
                "rank": ranks(self.statistics),
                "treated": np.arange(len(self.units)) == self.treated,
            }
        )
        return table.sort_values(["rank", "unit"], ignore_index=True)

    def false_alarms(self, alpha: float = 0.05) -> float:
        """In what share of the untreated units does the model claim an effect?"""
        return float(np.mean(np.delete(two_sided(self.ratios, self.degrees), self.treated) < alpha))

    def calibrated_interval(
        self, level: float | None = None, *, kind: Literal["stretched", "shifted"] = "stretched"
    ) -> Estimate:
        """How wide must the model's interval be to be right as often as it says, going by the placebo units?

        Parameters
        ----------
        level
            Nominal coverage; the fit's own where `None`.
        kind
            "stretched": the model's interval, symmetric, widened and never narrowed. "shifted": ends taken from the
            lower and upper tail of the placebo ratios, so that a movement common to all units is taken off.

        Notes
        -----
        Let z_j = estimate_j / std_error_j in the J untreated units, where the true effect is nought. Stretched:
        estimate ± c · std_error, with c the larger of the model's own critical value and the k-th smallest |z_j|,
        k = ⌈level (J + 1)⌉. Shifted: from estimate − u · std_error to estimate − l · std_error, with l and u the k-th
        smallest and k-th largest z_j, k = ⌊(1 − level)/2 · (J + 1)⌋. Each holds every effect that the permutation test
        on studentised estimates would not reject, so each covers at least as often as stated **if** the ratio of error
        to standard error is exchangeable between the treated unit and the others, and the others had no effect.

        Raises
        ------
        RefusedError
            With too few untreated units for the level (19 at 95 %, 39 for "shifted").
        """
        wanted = self.conf_level if level is None else level
        own, error = float(self.estimates[self.treated]), float(self.errors[self.treated])
        others = np.delete(self.ratios, self.treated)
        model = float(critical(wanted, self.degrees[[self.treated]])[0])
        low, high = stretch(others, wanted, model, kind)
        return Estimate(
            value=own,
            conf_low=own - high * error,
            conf_high=own - low * error,
            conf_level=wanted,
            unit=self.term,
            method=f"{self.method}, interval {kind} by {len(others)} placebo units",
        )


def placebo_in_space(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    start: Any,
    term: Term = "level_change",
    statistic: Statistic = "estimate",
    conf_level: float = 0.95,
    **options: Unpack[ModelOptions],
) -> PlaceboInSpace:
    """Where does the treated unit stand when the same model is run on every unit at the same date?

    Parameters
    ----------
    panel
        One row a unit and period, in any order; every unit complete over the same window.
    unit, time, outcome
        Columns.
    treated
        The unit that had the intervention.
    start
        First affected period, included.
    term
        "level_change", "slope_change", or "average_effect": the mean effect over the after-period on the model's scale.
    statistic
        Whether units are ranked by the estimate or by the estimate over its standard error.
    conf_level
        Of the intervals in `tidy` and of the calibrated interval.
    **options
        As in `its.fit`: estimator ("quasi-poisson" unless given), season, population, events and the rest of
        `ModelOptions`.

    Returns
    -------
    PlaceboInSpace

    Raises
    ------
    RefusedError
        A unit with gaps, zeros throughout or no finite fit; an unknown treated unit; no other unit.

    References
    ----------
    Abadie, Diamond and Hainmueller, J Am Stat Assoc 105 (2010) 493–505, for inference by placebo units.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> months = list(pd.date_range("2020-01", periods=24, freq="MS"))
    >>> frame = pd.DataFrame({"la": np.repeat(list("ABCDE"), 24), "month": months * 5, "n": rng.poisson(50, 120)})
    >>> found = placebo_in_space(frame, unit="la", time="month", outcome="n", treated="A", start="2021-01-01")
    >>> len(found.tidy()), found.p_value >= 0.2
    (5, True)
    """
    spec = batch_specification(outcome, time, start, options).using(conf_level=conf_level)
    data = read_panel(panel, unit, spec)
    place = treated_position(data, treated, unit)
    index = data.clock.index(start, place="start")
    batch = run_dates(data, spec, [index], term)
    return PlaceboInSpace(
        units=data.units,
        treated=place,
        start=data.clock.label(index),
        term=term,
        estimates=batch.estimates[0],
        errors=batch.errors[0],
        degrees=batch.degrees[0],
        ranked_by=statistic,
        method=spec.estimator,
        conf_level=conf_level,
    )
