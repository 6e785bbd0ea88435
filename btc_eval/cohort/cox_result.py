"""What a Cox model found: a frozen record that tabulates, tests its own assumption and predicts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from btc_eval.cohort.door import Door, choice
from btc_eval.cohort.encoding import Design
from btc_eval.errors import UsageError
from btc_eval.inference import Floats, Ints
from btc_eval.inference.baseline_hazard import predicted_hazard
from btc_eval.inference.concordance import concordance
from btc_eval.inference.cox import CoxFit
from btc_eval.inference.intervals import normal_interval, probability_interval
from btc_eval.inference.proportionality import Clock, clock_times, proportionality


@dataclass(frozen=True)
class CoxModel:
    """A fitted Cox model.

    Parameters
    ----------
    fit
        The maximum of the partial likelihood.
    design
        Covariates as columns.
    robust
        (p, p) robust covariance, where weights or clusters were given.
    stop, start, event, weights, stratum
        (n,) as read.
    strata
        Names of the strata.
    clusters
        Number of clusters; `None` without.
    """

    fit: CoxFit
    design: Design
    robust: Floats | None
    stop: Floats
    start: Floats | None
    event: Ints
    weights: Floats | None
    stratum: Ints | None
    strata: tuple[str, ...]
    clusters: int | None
    conf_level: float

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return self.design.terms

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the coefficients: robust where weights or clusters were given, else the model's."""
        found = self.fit.covariance if self.robust is None else self.robust
        return pd.DataFrame(found, index=list(self.terms), columns=list(self.terms))

    def tidy(self, *, exponentiate: bool = False) -> pd.DataFrame:
        """By what ratio does each covariate change the hazard?

        Parameters
        ----------
        exponentiate
            Return hazard ratios instead of their logarithms; both standard errors then stay on the log scale.

        Returns
        -------
        DataFrame
            term, estimate, std_error, statistic, p_value, conf_low, conf_high, model_std_error. `std_error` is robust
            where weights or clusters were given; `model_std_error` takes every row as independent.
        """
        error = np.sqrt(np.diag(self.covariance.to_numpy()))
        ratio, p, low, high = normal_interval(self.fit.coef, error, self.conf_level)
        table = pd.DataFrame(
            {
                "term": list(self.terms),
                "estimate": self.fit.coef,
                "std_error": error,
                "statistic": ratio,
                "p_value": p,
                "conf_low": low,
                "conf_high": high,
                "model_std_error": np.sqrt(np.diag(self.fit.covariance)),
            }
        )
        if exponentiate:
            columns = ["estimate", "conf_low", "conf_high"]
            table[columns] = np.exp(table[columns])
        return table

    @cached_property
    def concordance(self) -> float:
        """How often did the child with the higher predicted hazard have the event first? 0.5 is a coin."""
        return concordance(
            self.design.values @ self.fit.coef,
            self.stop,
            self.event,
            start=self.start,
            weights=self.weights,
            stratum=self.stratum,
        )

    def fit_statistics(self) -> dict[str, float]:
        """How does the model stand against none? Log likelihoods, three tests of no effect, and what it rests on."""
        null, value = self.fit.log_likelihood
        p = len(self.terms)
        wald = float(self.fit.coef @ np.linalg.solve(self.covariance.to_numpy(), self.fit.coef))
        tests = {"likelihood_ratio": 2 * (value - null), "score": self.fit.score_test, "wald": wald}
        return {
            "rows": float(len(self.event)),
            "events": float(self.event.sum()),
            "log_likelihood_null": null,
            "log_likelihood": value,
            **tests,
            **{f"{name}_p_value": float(stats.chi2.sf(x, p)) for name, x in tests.items()},
        }

    def test_terms(self) -> pd.DataFrame:
        """Does a covariate matter at all, its levels taken together? Wald tests from the covariance in use."""
        covariance = self.covariance.to_numpy()
        rows = []
        for name, columns in zip(self.design.variables, self.design.columns):
            part = self.fit.coef[list(columns)]
            value = float(part @ np.linalg.solve(covariance[np.ix_(columns, columns)], part))
            rows.append((str(name), value, len(columns), float(stats.chi2.sf(value, len(columns)))))
        return pd.DataFrame(rows, columns=["term", "statistic", "degrees_of_freedom", "p_value"])

    def proportional_hazards(self, clock: Clock = "km") -> pd.DataFrame:
        """Does a hazard ratio change with time?

        Parameters
        ----------
        clock
            How time is counted: "km" (1 − Kaplan–Meier, as R's `cox.zph`), "rank", "identity" or "log".

        Returns
        -------
        DataFrame
            term, statistic, degrees_of_freedom, p_value; one row a covariate and one, "all", for all together. A small
            p-value says that one hazard ratio does not do for the whole of follow-up.
        """
        choice("cohort.cox", clock, ("km", "rank", "identity", "log"), "clock")
        sets = self.fit.state.of.sets
        if clock == "log" and not (sets.times > 0).all():
            raise UsageError("cohort.cox: clock 'log' needs every event after time 0; use 'km'.")
        g = clock_times(clock, sets.times, self.stop, self.event, self.start)
        columns = [list(c) for c in self.design.columns]
        found = proportionality(self.fit.state, g, columns)
        return pd.DataFrame(
            {
                "term": [*map(str, self.design.variables), "all"],
                "statistic": found.statistic,
                "degrees_of_freedom": found.degrees,
                "p_value": found.p_value,
            }
        )

    def survival(self, newdata: pd.DataFrame, *, stratum: str | None = None) -> pd.DataFrame:
        """What share does the model expect to have no event yet, for given covariates?

        Parameters
        ----------
        newdata
            One row for each prediction, with every covariate.
        stratum
            Whose baseline hazard; needed where there are several.

        Returns
        -------
        DataFrame
            row (of `newdata`, from 1), time, cumulative_hazard, std_error (of the cumulative hazard), estimate
            (survival), conf_low, conf_high (log scale, as R's `survfit`), at every event time of the stratum.
        """
        if stratum is None and len(self.strata) > 1:
            raise UsageError(f"cohort.cox: say for which stratum; there are {', '.join(map(repr, self.strata))}.")
        if stratum is not None and stratum not in self.strata:
            raise UsageError(f"cohort.cox: no stratum {stratum!r}; there are {', '.join(map(repr, self.strata))}.")
        place = 0 if stratum is None else self.strata.index(stratum)
        door = Door("cohort.cox, survival", newdata, self.design.variables)
        rows = self.design.of(door)
        found = predicted_hazard(self.fit, rows, place, self.covariance.to_numpy())
        count = len(found.times)
        hazard, error = found.hazard.T.ravel(), np.sqrt(found.variance.T.ravel())
        estimate = np.exp(-hazard)
        low, high = probability_interval(estimate, estimate * error, transform="log", level=self.conf_level)
        return pd.DataFrame(
            {
                "row": np.repeat(np.arange(1, len(rows) + 1), count),
                "time": np.tile(found.times, len(rows)),
                "cumulative_hazard": hazard,
                "std_error": error,
                "estimate": estimate,
                "conf_low": low,
                "conf_high": high,
            }
        )

    def baseline_hazard(self) -> pd.DataFrame:
        """What is the cumulative hazard where every covariate is 0? Columns stratum, time, cumulative_hazard."""
        zero = np.zeros((1, len(self.terms)))
        blocks = []
        for place, name in enumerate(self.strata):
            found = predicted_hazard(self.fit, zero, place, self.fit.covariance)
            blocks.append(pd.DataFrame({"stratum": name, "time": found.times, "cumulative_hazard": found.hazard[:, 0]}))
        return pd.concat(blocks, ignore_index=True)
