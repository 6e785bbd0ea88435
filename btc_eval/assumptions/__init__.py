"""Floor 2: the dated, sourced constants of `data/assumptions/`, typed, and checked before any is used.

    >>> from btc_eval import assumptions
    >>> assumptions.deflator("gdp").factor(2021, 2025) > 1
    True

A file is checked whole whenever it has changed: an entry without its source, date or unit is refused with its line.
"""

from __future__ import annotations

from btc_eval.assumptions.kinds import (
    Account,
    Assumption,
    Band,
    Deflator,
    Grade,
    OptimismTable,
    Release,
    Schedule,
    Share,
    SpendLines,
    Status,
    UnitCost,
)
from btc_eval.assumptions.listing import PAPERS, SOURCE, listed
from btc_eval.assumptions.load import (
    deflator,
    optimism_table,
    release,
    schedule,
    share,
    spend_line_names,
    spend_lines,
    unit_cost,
    unit_costs,
)

__all__ = [
    "PAPERS",
    "SOURCE",
    "Account",
    "Assumption",
    "Band",
    "Deflator",
    "Grade",
    "OptimismTable",
    "Release",
    "Schedule",
    "Share",
    "SpendLines",
    "Status",
    "UnitCost",
    "deflator",
    "listed",
    "optimism_table",
    "release",
    "schedule",
    "share",
    "spend_line_names",
    "spend_lines",
    "unit_cost",
    "unit_costs",
]
