"""Costs: what was spent, in real terms, and what would have to be true for a programme to pay for itself?"""

from __future__ import annotations

from btc_eval.costs.appraisal import PresentValue, present_value
from btc_eval.costs.consequences import CostConsequence, Saving, accounts, consequences
from btc_eval.costs.optimism import Corrected, correct_for_optimism
from btc_eval.costs.prices import real_panel, real_terms, real_unit_cost, reprice
from btc_eval.costs.sensitivity import Range, Sensitivity, sensitivity
from btc_eval.costs.spending import drivers, early_share, early_share_panel, per_child, weekly_cost
from btc_eval.costs.threshold import Reach, Threshold, break_even, threshold, thresholds

__all__ = [
    "Corrected",
    "CostConsequence",
    "PresentValue",
    "Range",
    "Reach",
    "Saving",
    "Sensitivity",
    "Threshold",
    "accounts",
    "break_even",
    "consequences",
    "correct_for_optimism",
    "drivers",
    "early_share",
    "early_share_panel",
    "per_child",
    "present_value",
    "real_panel",
    "real_terms",
    "real_unit_cost",
    "reprice",
    "sensitivity",
    "threshold",
    "thresholds",
    "weekly_cost",
]
