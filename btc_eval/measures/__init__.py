"""Measures: records made into series and panels, each with its papers."""

from __future__ import annotations

from btc_eval.measures.annual import AnnualPanel, annual, annual_of
from btc_eval.measures.changes import as_far, changes, differences
from btc_eval.measures.definitions import DEFINITIONS, Definition
from btc_eval.measures.indicators import FOLLOWED_BY, watched
from btc_eval.measures.monthly import MonthlySeries, monthly_referrals
from btc_eval.measures.quality import ledger, published_totals, reconciled
from btc_eval.measures.reported import reported_totals
from btc_eval.measures.simulations import coverage, coverage_by_length
from btc_eval.measures.supplied import demonstration, returns
from btc_eval.measures.wards import WardMonths, ward_referrals

__all__ = [
    "DEFINITIONS",
    "FOLLOWED_BY",
    "AnnualPanel",
    "Definition",
    "MonthlySeries",
    "WardMonths",
    "annual",
    "annual_of",
    "as_far",
    "changes",
    "coverage",
    "coverage_by_length",
    "demonstration",
    "differences",
    "ledger",
    "monthly_referrals",
    "published_totals",
    "reconciled",
    "reported_totals",
    "returns",
    "ward_referrals",
    "watched",
]
