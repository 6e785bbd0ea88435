"""Stock and flow: where is the number of looked-after children heading, and why?"""

from __future__ import annotations

from btc_eval.stockflow.drift import drift
from btc_eval.stockflow.project import project
from btc_eval.stockflow.rated import Rates
from btc_eval.stockflow.rates import rates
from btc_eval.stockflow.result import Projection
from btc_eval.stockflow.scenario import Change, Scenario, change, scenario
from btc_eval.stockflow.spec import BANDS, Bands, Drift

__all__ = [
    "BANDS",
    "Bands",
    "Change",
    "Drift",
    "Projection",
    "Rates",
    "Scenario",
    "change",
    "drift",
    "project",
    "rates",
    "scenario",
]
