"""Measures: records made into series and panels, each with its papers."""

from __future__ import annotations

from btc_eval.measures.monthly import MonthlySeries, monthly_referrals

__all__ = ["MonthlySeries", "monthly_referrals"]
