"""Measures: records made into series and panels, each with its papers."""

from __future__ import annotations

from btc_eval.measures.annual import AnnualPanel, annual, annual_of
from btc_eval.measures.definitions import DEFINITIONS, Definition
from btc_eval.measures.monthly import MonthlySeries, monthly_referrals

__all__ = ["DEFINITIONS", "AnnualPanel", "Definition", "MonthlySeries", "annual", "annual_of", "monthly_referrals"]
