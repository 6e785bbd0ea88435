"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from btc_eval.cohort.bias import BiasAnalysis, bias_analysis
from btc_eval.cohort.bootstrap import Bootstrap, bootstrap
from btc_eval.cohort.coarsened import Coarsened, coarsened_exact
from btc_eval.cohort.compare import Comparison, compare
from btc_eval.cohort.effect_result import Effect
from btc_eval.cohort.effects import effect
from btc_eval.cohort.evalue import EValue, evalue
from btc_eval.cohort.match_result import Match
from btc_eval.cohort.matching import match
from btc_eval.cohort.subgroups import Subgroups, subgroups
from btc_eval.cohort.weighting import Weighting, weight

__all__ = [
    "BiasAnalysis",
    "Bootstrap",
    "Coarsened",
    "Comparison",
    "EValue",
    "Effect",
    "Match",
    "Subgroups",
    "Weighting",
    "bias_analysis",
    "bootstrap",
    "coarsened_exact",
    "compare",
    "effect",
    "evalue",
    "match",
    "subgroups",
    "weight",
]
