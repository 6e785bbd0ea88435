"""The specification curve: every defensible way of asking the question, and what each answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from btc_eval.errors import BtcEvalError
from btc_eval.its.fit import fit
from btc_eval.its.parallel import run
from btc_eval.its.spec import Estimator, Season


@dataclass(frozen=True, slots=True)
class _Task:
    frame: pd.DataFrame
    unit: str
    choices: dict[str, Any]
    window: tuple[Any, Any] | None
    fixed: dict[str, Any]


def specification_curve(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    starts: Sequence[Any],
    estimators: Sequence[Estimator] = ("auto",),
    seasons: Sequence[Season] = (None,),
    phase_ins: Sequence[int] = (0,),
    windows: Sequence[tuple[Any, Any] | None] = (None,),
    unit: str | None = None,
    jobs: int | None = 1,
    **fixed: Any,
) -> pd.DataFrame:
    """How much does the answer owe to the choices made on the way to it?

    Parameters
    ----------
    frame
        One series, or with `unit` several.
    outcome, time
        Columns.
    starts, estimators, seasons, phase_ins, windows
        Choices to cross. A window is (first, last) period, both included and as written in the time column; `None` is
        the whole series.
    unit
        Column of the unit, to run the curve for each.
    jobs
        1: here, one after another. More: in so many processes. `None`: on the engine that the surrounding
        `joblib.parallel_config` names, such as a Dask cluster.
    **fixed
        Further arguments of `its.fit`, the same throughout.

    Returns
    -------
    DataFrame
        A row a specification: unit (where given), start, estimator, season, phase_in, window, used (the estimator that
        "auto" chose), level_change, std_error, p_value, conf_low, conf_high, average_effect (absolute, a period),
        relative_effect, refused (why nothing could be fitted; "" where something was). Nothing is left out silently.
    """
    groups = [("", frame)] if unit is None else [(str(k), g) for k, g in frame.groupby(unit, sort=True)]
    tasks = [
        _Task(
            frame=group,
            unit=name,
            choices={"start": start, "estimator": estimator, "season": season, "phase_in": phase_in},
            window=window,
            fixed={"outcome": outcome, "time": time, **fixed},
        )
        for name, group in groups
        for start, estimator, season, phase_in, window in product(starts, estimators, seasons, phase_ins, windows)
    ]
    table = pd.DataFrame(run(_answer, tasks, jobs))
    return table.drop(columns="unit") if unit is None else table


def _answer(task: _Task) -> dict[str, Any]:
    row: dict[str, Any] = {"unit": task.unit, **task.choices, "window": task.window, "used": ""}
    names = ("level_change", "std_error", "p_value", "conf_low", "conf_high", "average_effect", "relative_effect")
    row |= dict.fromkeys(names, float("nan"))
    frame = task.frame
    if task.window is not None:
        column = frame[task.fixed["time"]]
        frame = frame[(column >= task.window[0]) & (column <= task.window[1])]
    try:
        found = fit(frame, **task.choices, **task.fixed)
    except BtcEvalError as refused:
        return row | {"refused": str(refused)}
    line = found.tidy().set_index("term").loc["level_change"]
    effects = found.effect().set_index("term")["estimate"]
    return row | {
        "used": found.spec.estimator,
        "level_change": line["estimate"],
        **{name: line[name] for name in ("std_error", "p_value", "conf_low", "conf_high")},
        "average_effect": effects["absolute"],
        "relative_effect": effects["relative"],
        "refused": "",
    }
