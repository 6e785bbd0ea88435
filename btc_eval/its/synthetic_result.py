"""What a synthetic control found: a frozen record that tabulates and can be tested, and neither prints nor plots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError, refuse
from btc_eval.estimates import TIDY_COLUMNS, Check
from btc_eval.inference import Floats, Ints
from btc_eval.inference.synthetic import Weights
from btc_eval.inference.synthetic_conformal import Proxy, effect_interval
from btc_eval.its import synthetic_checks as checks
from btc_eval.its.synthetic_design import Design, Method
from btc_eval.its.synthetic_panel import Panel
from btc_eval.its.synthetic_placebo import SyntheticPlacebo


@dataclass(frozen=True)
class SyntheticControl:
    """A treated unit beside the weighted donors that stand for it.

    Parameters
    ----------
    panel
        The checked panel.
    design
        The choices.
    fit
        The weights, one for every unit of the panel (nought for the treated).
    outcome
        Name of the outcome column.
    fewest_before
        Fewest periods before a start, as asked; the placebo dates keep to it.
    """

    panel: Panel
    design: Design
    fit: Weights
    outcome: str
    fewest_before: int

    @property
    def method(self) -> Method:
        """How the weights were made."""
        return self.design.method

    @property
    def treated(self) -> Any:
        """Name of the treated unit."""
        return self.panel.units[self.panel.treated]

    @property
    def start(self) -> Any:
        """First affected period."""
        return self.panel.times[self.panel.before]

    @property
    def unit_gaps(self) -> Floats:
        """Shape (periods,): observed less synthetic, in units of the outcome."""
        return checks.gaps_of(self.panel.outcomes, self.panel.treated, self.fit)

    @property
    def att(self) -> float:
        """Average effect on the treated unit: the mean gap from the start to the end of the panel."""
        return float(self.unit_gaps[self.panel.before :].mean())

    @property
    def pre_rmspe(self) -> float:
        """Root mean squared gap before the start, over the window that was fitted, in units of the outcome."""
        return float(np.sqrt(np.mean(self.unit_gaps[: self.panel.before][self.design.window] ** 2)))

    @property
    def weights(self) -> pd.DataFrame:
        """What is each donor's weight? Columns donor, weight; largest first; they sum to one."""
        donors = self.panel.donors
        names = [self.panel.units[i] for i in donors]
        table = pd.DataFrame({"donor": names, "weight": self.fit.donors[donors]})
        return table.sort_values("weight", ascending=False, kind="stable", ignore_index=True)

    @property
    def time_weights(self) -> pd.DataFrame:
        """What is each earlier period's weight? Columns time, weight; with method "sdid" only."""
        if self.fit.periods is None:
            raise UsageError(f"time_weights: method {self.method!r} has none; they belong to method='sdid'.")
        return pd.DataFrame({"time": self.panel.times[: self.panel.before], "weight": self.fit.periods})

    def gaps(self) -> pd.DataFrame:
        """What was observed in each period, and what would the synthetic unit have shown?

        Returns
        -------
        DataFrame
            time, observed, synthetic, gap (observed less synthetic), after (whether from the start on).
        """
        observed = self.panel.outcomes[:, self.panel.treated]
        after = np.arange(len(observed)) >= self.panel.before
        gap = self.unit_gaps
        return pd.DataFrame(
            {"time": self.panel.times, "observed": observed, "synthetic": observed - gap, "gap": gap, "after": after}
        )

    def balance(self) -> pd.DataFrame:
        """How alike are the treated unit and its synthetic twin in the predictors?

        Returns
        -------
        DataFrame
            predictor, treated, synthetic, donor_mean, importance (sums to one).
        """
        if self.design.values is None or self.fit.predictors is None:
            raise UsageError("balance: no predictors were used; the weights come from earlier outcomes alone.")
        values = self.design.values
        return pd.DataFrame(
            {
                "predictor": self.design.names,
                "treated": values[:, self.panel.treated],
                "synthetic": values @ self.fit.donors,
                "donor_mean": values[:, self.panel.donors].mean(axis=1),
                "importance": self.fit.predictors,
            }
        )

    @cached_property
    def _placebo(self) -> SyntheticPlacebo:
        return checks.every_donor_as_treated(self.panel, self.design, self.fit, include_treated=False, worst_fit=None)

    def placebo(self, *, include_treated: bool = False, worst_fit: float | None = None) -> SyntheticPlacebo:
        """If each donor had been the treated one, what would have been found?

        Parameters
        ----------
        include_treated
            Let the treated unit serve as a donor for the others. Off, as usual, for an effect would leak into them;
            on, every unit is handled alike and the p-value is exact if nothing happened.
        worst_fit
            Leave out donors whose mean squared gap before the start is more than this many times the treated unit's
            (Abadie, Diamond and Hainmueller show 20, 5 and 2); `None` keeps all.
        """
        if not include_treated and worst_fit is None:
            return self._placebo
        return checks.every_donor_as_treated(
            self.panel, self.design, self.fit, include_treated=include_treated, worst_fit=worst_fit
        )

    def leave_one_out(self, *, at_least: float = 0.001) -> pd.DataFrame:
        """Does the effect rest on one donor? Each donor with weight is left out in turn and the rest are weighted anew.

        Parameters
        ----------
        at_least
            Smallest weight, in size, of a donor that is left out.

        Returns
        -------
        DataFrame
            left_out, weight, estimate, pre_rmspe, post_rmspe; the heaviest donor first.
        """
        return checks.leave_one_out(self.panel, self.design, self.fit, at_least=at_least)

    def placebo_in_time(self, starts: list[Any] | None = None) -> pd.DataFrame:
        """What is found if the start is put earlier and nothing after the true start is used?

        Parameters
        ----------
        starts
            Pretended first affected periods, before the true start; `None` takes every one that keeps the fewest
            periods before it.

        Returns
        -------
        DataFrame
            start, estimate, pre_rmspe, post_rmspe, ratio.
        """
        return checks.earlier_starts(self.panel, self.design, starts, self.fewest_before)

    def conformal(self, *, level: float = 0.95, average: bool = False) -> pd.DataFrame:
        """Which effects does the series itself not contradict, by shifting its gaps in time?

        Parameters
        ----------
        level
            Coverage wanted. With ``n`` earlier periods the smallest possible p-value is ``1 / (n + 1)``, so 0.95 needs
            19 of them.
        average
            One row for a constant effect over all later periods, instead of one row a period. It is wide, for few
            shifts keep clear of the affected stretch, and need not hold the estimate.

        Returns
        -------
        DataFrame
            time, estimate, p_value, conf_low, conf_high; without time if `average`. An end is infinite where nothing
            on that side is rejected.

        Raises
        ------
        UsageError
            With predictors, or method "sdid": the test makes the weights again from every period, which those
            designs do not allow.
        RefusedError
            Where there are too few periods for the level.
        """
        if self.method == "sdid" or self.design.values is not None:
            what = "method='sdid'" if self.method == "sdid" else "predictors"
            raise UsageError(f"conformal: not defined with {what}; use .placebo().interval(), or outcomes alone.")
        if not 0 < level < 1:
            raise UsageError(f"conformal: level {level!r} is not between 0 and 1, such as 0.95.")
        before, periods = self.panel.before, len(self.panel.periods)
        shifts = periods if average else before + 1
        if 1 / shifts > 1 - level + 1e-12:
            raise refuse(
                "conformal interval",
                "level",
                found=f"{level} with {shifts} periods",
                allowed=f"{1 - 1 / shifts:.3f} or less",
                do="Ask for a lower level, or add earlier periods.",
            )
        groups = [np.arange(periods)] if average else [np.append(np.arange(before), t) for t in range(before, periods)]
        rows = [self._conformal(rows, level) for rows in groups]
        table = pd.DataFrame(rows, columns=["estimate", "p_value", "conf_low", "conf_high"])
        if not average:
            table.insert(0, "time", self.panel.times[before:])
        return table

    def _conformal(self, rows: Ints, level: float) -> tuple[float, float, float, float]:
        outcomes = self.panel.outcomes[rows]
        proxy: Proxy = "classic" if self.method == "sdid" else self.method
        after = len(rows) - self.panel.before
        estimate = float(self.unit_gaps[rows[self.panel.before :]].mean())
        p_value, low, high = effect_interval(
            outcomes[:, self.panel.donors],
            outcomes[:, self.panel.treated],
            after,
            proxy=proxy,
            ridge=self.fit.ridge,
            estimate=estimate,
            level=level,
        )
        return estimate, p_value, low, high

    def fit_quality(self) -> tuple[Check, ...]:
        """May this synthetic control be believed? Checks with verdicts; none of them looks at the effect's size."""
        return checks.fit_quality(self.panel, self.design, self.fit)

    def tidy(self, *, level: float = 0.95) -> pd.DataFrame:
        """What was the average effect, and how does it stand among the donors?

        Parameters
        ----------
        level
            Coverage of the interval.

        Returns
        -------
        DataFrame
            One row, term "att": the estimate; `std_error`, the donors' standard deviation; `statistic`, their quotient;
            `p_value`, the permutation p-value by ratio; and the scaled placebo interval, infinite with too few donors.
        """
        placebo = self._placebo
        low, high = placebo.interval(level)
        error = placebo.std_error
        statistic = self.att / error if error > 0 else float("nan")
        row = ("att", self.att, error, statistic, placebo.p_value, low, high)
        return pd.DataFrame([row], columns=list(TIDY_COLUMNS))
