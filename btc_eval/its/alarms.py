"""How ready is each estimator to see an effect where nothing happened?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import pandas as pd

from btc_eval.inference.precision import two_sided
from btc_eval.its.batch import admissible, run_dates
from btc_eval.its.options import ModelOptions, Term, batch_specification
from btc_eval.its.panel import read_panel
from btc_eval.its.spec import Estimator


def false_alarms(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    estimators: Sequence[Estimator] = ("poisson", "quasi-poisson", "newey-west", "reml"),
    dates: Sequence[Any] | None = None,
    leave_out: Sequence[str] = (),
    alpha: float = 0.05,
    margin: int | None = None,
    term: Term = "level_change",
    **options: Unpack[ModelOptions],
) -> pd.DataFrame:
    """How often is each estimator "significant" where nothing need have happened?

    Parameters
    ----------
    panel, unit, time, outcome, term, **options
        As in `placebo_in_space`.
    estimators
        To compare.
    dates
        Placebo dates; `None` takes every admissible one.
    leave_out
        Units in which something did happen.
    alpha
        The level of the test.

    Returns
    -------
    DataFrame
        estimator, start, units, false_alarms (a count), share; a row an estimator and date.
    """
    rows = []
    kept = panel if len(leave_out) == 0 else panel[~panel[unit].astype(str).isin([str(u) for u in leave_out])]
    for name in estimators:
        spec = batch_specification(outcome, time, dates[0] if dates else "any", {**options, "estimator": name})
        data = read_panel(kept, unit, spec)
        chosen = (
            admissible(data, spec, margin) if dates is None else [data.clock.index(d, place="dates") for d in dates]
        )
        batch = run_dates(data, spec, chosen, term)
        claimed = (two_sided(batch.estimates / batch.errors, batch.degrees) < alpha).sum(axis=1)
        for index, count in zip(chosen, claimed):
            rows.append((name, data.clock.label(index), len(data.units), int(count), int(count) / len(data.units)))
    return pd.DataFrame(rows, columns=["estimator", "start", "units", "false_alarms", "share"])
