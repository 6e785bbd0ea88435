"""Cohorts: what happened next to those who were reached, beside those who were not?"""

from __future__ import annotations

from btc_eval.cohort.cumulative_incidence import CumulativeIncidence, cumulative_incidence
from btc_eval.cohort.survival import Survival, survival

__all__ = ["CumulativeIncidence", "Survival", "cumulative_incidence", "survival"]
