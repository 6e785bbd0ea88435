"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from btc_eval.cohort.bias import BiasAnalysis, bias_analysis
from btc_eval.cohort.bootstrap import Bootstrap, bootstrap
from btc_eval.cohort.coarse import coarse
from btc_eval.cohort.coarsened import Coarsened, coarsened_exact
from btc_eval.cohort.comparable import Comparable, comparable
from btc_eval.cohort.compare import Comparison, compare
from btc_eval.cohort.cox import cox
from btc_eval.cohort.cox_result import CoxModel
from btc_eval.cohort.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from btc_eval.cohort.effect_result import Effect
from btc_eval.cohort.effects import effect
from btc_eval.cohort.evalue import EValue, evalue
from btc_eval.cohort.event_rates import EventRates, event_rates
from btc_eval.cohort.fine_gray import FineGrayModel, fine_gray
from btc_eval.cohort.hazards import hazard_ratios, mean_days
from btc_eval.cohort.logrank import LogRankTest, logrank
from btc_eval.cohort.match_result import Match
from btc_eval.cohort.matching import match
from btc_eval.cohort.mean_events import MeanEvents, mean_events
from btc_eval.cohort.next_steps import BLANKS as NEXT_BLANKS
from btc_eval.cohort.next_steps import next_steps
from btc_eval.cohort.rate_ratio import RateModel, rate_ratio
from btc_eval.cohort.restricted_mean import RestrictedMean, restricted_mean
from btc_eval.cohort.selection import selection
from btc_eval.cohort.several import BLANKS, Groups, Several, compare_each
from btc_eval.cohort.standardised_rates import StandardisedRates, standardised_rates
from btc_eval.cohort.state_probabilities import state_probabilities
from btc_eval.cohort.state_result import StateProbabilities
from btc_eval.cohort.subgroups import Subgroups, subgroups
from btc_eval.cohort.survival import Survival, survival
from btc_eval.cohort.weighting import Weighting, weight

__all__ = [
    "BLANKS",
    "NEXT_BLANKS",
    "BiasAnalysis",
    "Bootstrap",
    "Coarsened",
    "Comparable",
    "Comparison",
    "CoxModel",
    "CumulativeIncidence",
    "EValue",
    "Effect",
    "EventRates",
    "FineGrayModel",
    "Groups",
    "LogRankTest",
    "Match",
    "MeanEvents",
    "RateModel",
    "RestrictedMean",
    "Several",
    "StandardisedRates",
    "StateProbabilities",
    "Subgroups",
    "Survival",
    "Weighting",
    "bias_analysis",
    "bootstrap",
    "coarse",
    "coarsened_exact",
    "comparable",
    "compare",
    "compare_each",
    "cox",
    "cumulative_incidence",
    "effect",
    "evalue",
    "event_rates",
    "fine_gray",
    "hazard_ratios",
    "logrank",
    "match",
    "mean_days",
    "mean_events",
    "next_steps",
    "rate_ratio",
    "restricted_mean",
    "selection",
    "standardised_rates",
    "state_probabilities",
    "subgroups",
    "survival",
    "weight",
]
