"""Stock and flow: where is the number of looked-after children heading, and why?"""

from __future__ import annotations

from btc_eval.stockflow.backtest import BackTest, backtest
from btc_eval.stockflow.decompose import Decomposition, decompose
from btc_eval.stockflow.drift import drift
from btc_eval.stockflow.outlook import by_itself, course, entry_ratio, scenarios
from btc_eval.stockflow.project import project
from btc_eval.stockflow.rated import Rates
from btc_eval.stockflow.rates import rates
from btc_eval.stockflow.result import Projection
from btc_eval.stockflow.scenario import Change, Scenario, change, scenario
from btc_eval.stockflow.spec import BANDS, Bands, Drift

__all__ = [
    "BANDS",
    "BackTest",
    "Bands",
    "Change",
    "Decomposition",
    "Drift",
    "Projection",
    "Rates",
    "Scenario",
    "backtest",
    "by_itself",
    "change",
    "course",
    "decompose",
    "drift",
    "entry_ratio",
    "project",
    "rates",
    "scenario",
    "scenarios",
]
