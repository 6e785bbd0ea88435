"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from __future__ import annotations

from btc_eval.cohort.cox import cox
from btc_eval.cohort.cox_result import CoxModel
from btc_eval.cohort.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from btc_eval.cohort.survival import Survival, survival

__all__ = ["CoxModel", "CumulativeIncidence", "Survival", "cox", "cumulative_incidence", "survival"]
