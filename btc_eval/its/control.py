"""Control series: subtracted, divided out, entered as a covariate, or modelled beside the treated series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.its.design import Design
from btc_eval.its.door import Series
from btc_eval.its.engine import Data
from btc_eval.its.spec import Specification

#: The treated series' own terms; beside a stacked control they are differences from it.
PAIRED = ("intercept", "trend", "level_change", "slope_change")


def apply_control(series: Series, spec: Specification) -> Series:
    """Return the series with the control in its `base`, where it is subtracted or divided out.

    "difference" models treated less control (the mean of several), the paired form of a controlled series. "offset"
    models the ratio of treated counts to control counts (Bottomley, Scott and Isham 2019).
    """
    if not spec.control or spec.control_as not in ("difference", "offset"):
        return series
    control = np.mean([series.columns[name] for name in spec.control], axis=0)
    if spec.control_as == "difference":
        return replace(series, base=control)
    if (control <= 0).any():
        when = series.clock.words(int(series.periods[np.flatnonzero(control <= 0)[0]]))
        raise refuse(
            "its",
            "control",
            found=f"a control count of zero or less in {when}",
            allowed="control counts above zero in every period",
            do="Add control series together until none is zero, or use control_as='covariate'.",
        )
    return replace(series, base=np.log(control))


def assemble(series: Series, design: Design, spec: Specification) -> Data:
    """Cut a series and its design down to the rows used; a stacked control adds its rows below."""
    used = design.used
    rows = design.factual[used]
    steps = np.r_[0, np.diff(series.periods[used])].astype(np.int64)
    if spec.counts:
        values, offset = series.observed[used], np.log(series.exposure[used]) + series.base[used]
    else:
        values, offset = series.observed[used] / series.exposure[used], series.base[used]
    if not (spec.control and spec.control_as == "stacked"):
        return Data(rows, values[:, None], offset[:, None], steps)
    controls = [series.columns[name][used] for name in spec.control]
    below = rows.copy()
    below[:, [i for i, name in enumerate(design.names) if name.startswith(PAIRED)]] = 0.0
    count = 1 + len(controls)
    return Data(
        design=np.vstack([rows, *[below] * len(controls)]),
        values=np.concatenate([values, *controls])[:, None],
        offset=np.r_[offset, np.zeros(len(values) * len(controls))][:, None],
        steps=np.tile(steps, count),
    )


def control_columns(columns: dict[str, Floats], series: Series, spec: Specification) -> dict[str, Floats]:
    """Return the columns a control adds: its values as a covariate, or its own baseline and changes when stacked.

    Stacked, the treated series' `intercept`, `trend`, `level_change` and `slope_change` are its differences from the
    control, whose own are `control_intercept`, `control_trend`, … (Linden 2015); seasons and events are shared.
    """
    if spec.control_as == "covariate":
        return {f"control_{name}": series.columns[name] for name in spec.control}
    if spec.control_as == "stacked":
        return {f"control_{name}": column for name, column in columns.items() if name.startswith(PAIRED)}
    return {}
