"""Costs: what was spent, in real terms, and what would have to be true for a programme to pay for itself?"""

from __future__ import annotations

from btc_eval.costs.appraisal import PresentValue, present_value
from btc_eval.costs.care import AVERAGE, bill_drivers, care_bill, care_prices, in_children, population
from btc_eval.costs.checks import same_answer
from btc_eval.costs.consequences import CostConsequence, Saving, accounts, consequences
from btc_eval.costs.optimism import Corrected, correct_for_optimism
from btc_eval.costs.placements import placement_bill
from btc_eval.costs.prices import real_panel, real_panels, real_terms, real_unit_cost, reprice
from btc_eval.costs.sensitivity import Range, Sensitivity, sensitivity
from btc_eval.costs.spending import drivers, early_share, early_share_panel, early_share_panels, per_child, weekly_cost
from btc_eval.costs.sums import for_each_million, sums_needed, what_decides
from btc_eval.costs.threshold import Reach, Threshold, break_even, threshold, thresholds

__all__ = [
    "AVERAGE",
    "Corrected",
    "CostConsequence",
    "PresentValue",
    "Range",
    "Reach",
    "Saving",
    "Sensitivity",
    "Threshold",
    "accounts",
    "bill_drivers",
    "break_even",
    "care_bill",
    "care_prices",
    "consequences",
    "correct_for_optimism",
    "drivers",
    "early_share",
    "early_share_panel",
    "early_share_panels",
    "for_each_million",
    "in_children",
    "per_child",
    "placement_bill",
    "population",
    "present_value",
    "real_panel",
    "real_panels",
    "real_terms",
    "real_unit_cost",
    "reprice",
    "same_answer",
    "sensitivity",
    "sums_needed",
    "threshold",
    "thresholds",
    "weekly_cost",
    "what_decides",
]
