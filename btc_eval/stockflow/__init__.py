"""Stock and flow: where is the number of looked-after children heading, and why?"""

from __future__ import annotations

from btc_eval.stockflow.backtest import BackTest, backtest
from btc_eval.stockflow.decompose import Decomposition, decompose
from btc_eval.stockflow.drift import drift
from btc_eval.stockflow.outlook import BLANKS, USUAL, by_itself, course, entry_ratio, project_each, scenarios, what_ifs
from btc_eval.stockflow.project import project
from btc_eval.stockflow.rated import Rates
from btc_eval.stockflow.rates import rates
from btc_eval.stockflow.result import Projection
from btc_eval.stockflow.scenario import Change, Scenario, change, scenario
from btc_eval.stockflow.spec import BANDS, Bands, Drift

__all__ = [
    "BANDS",
    "BLANKS",
    "USUAL",
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
    "project_each",
    "rates",
    "scenario",
    "scenarios",
    "what_ifs",
]
