"""Costs: what was spent, in real terms, and what would have to be true for a programme to pay for itself?"""

from __future__ import annotations
