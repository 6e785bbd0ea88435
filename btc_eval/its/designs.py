"""Does a second design say the same? Synthetic controls of several kinds on one monthly panel, with their placebos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from btc_eval.its.synthetic import synthetic_control

#: What each kind is called in a table.
KINDS = {
    "classic": "Synthetic control",
    "demeaned": "Synthetic control, levels taken away",
    "augmented": "Augmented synthetic control",
    "sdid": "Synthetic difference in differences",
}


def synthetic_designs(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    start: Any,
    methods: Sequence[str] = ("classic", "demeaned", "augmented"),
) -> pd.DataFrame:
    """What does each kind of synthetic control find, and how often do its placebos show as much?

    Parameters
    ----------
    panel, unit, time, outcome, treated, start
        As in `its.synthetic_control`; every unit complete.
    methods
        Kinds to run.

    Returns
    -------
    DataFrame
        One row a kind: `method`, `words`, `estimate` (mean gap a period after the start, in the outcome's unit),
        `conf_low`, `conf_high` (from the placebos), `p_value` (share of units with a gap as large for their fit, the
        treated included), `fit` (what the fit before the start was like, in words).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import its
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"la": np.repeat([f"C{i:02d}" for i in range(22)], 30),
    ...     "t": list(range(30)) * 22, "y": rng.normal(100, 5, 660)})
    >>> its.synthetic_designs(frame, unit="la", time="t", outcome="y", treated="C00", start=20)["method"].tolist()
    ['classic', 'demeaned', 'augmented']
    """
    rows = []
    for method in methods:
        found = synthetic_control(
            panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start,
            method=method,  # type: ignore[arg-type]
        )  # fmt: skip
        line = found.tidy().iloc[0]
        rows.append(
            {
                "method": method,
                "words": KINDS[method],
                **{name: float(line[name]) for name in ("estimate", "conf_low", "conf_high", "p_value")},
                "fit": found.fit_quality()[0].detail,
            }
        )
    return pd.DataFrame(rows)
