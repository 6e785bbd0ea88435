"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from __future__ import annotations

from btc_eval.cohort.cox import cox
from btc_eval.cohort.cox_result import CoxModel
from btc_eval.cohort.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from btc_eval.cohort.event_rates import EventRates, event_rates
from btc_eval.cohort.fine_gray import FineGrayModel, fine_gray
from btc_eval.cohort.logrank import LogRankTest, logrank
from btc_eval.cohort.mean_events import MeanEvents, mean_events
from btc_eval.cohort.rate_ratio import RateModel, rate_ratio
from btc_eval.cohort.restricted_mean import RestrictedMean, restricted_mean
from btc_eval.cohort.standardised_rates import StandardisedRates, standardised_rates
from btc_eval.cohort.state_probabilities import state_probabilities
from btc_eval.cohort.state_result import StateProbabilities
from btc_eval.cohort.survival import Survival, survival

__all__ = [
    "CoxModel",
    "CumulativeIncidence",
    "EventRates",
    "FineGrayModel",
    "LogRankTest",
    "MeanEvents",
    "RateModel",
    "RestrictedMean",
    "StandardisedRates",
    "StateProbabilities",
    "Survival",
    "cox",
    "cumulative_incidence",
    "event_rates",
    "fine_gray",
    "logrank",
    "mean_events",
    "rate_ratio",
    "restricted_mean",
    "standardised_rates",
    "state_probabilities",
    "survival",
]
