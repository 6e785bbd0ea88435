"""Does another design say the same of a short annual series? A synthetic control for each of several measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Floats
from btc_eval.inference.permutation import standing
from btc_eval.its.synthetic import synthetic_control
from btc_eval.its.synthetic_checks import GOOD_FIT

_COLUMNS = ("area_code", "year", "value")


def second_design(
    panels: Mapping[str, pd.DataFrame],
    *,
    treated: Any,
    start: Any,
    window: tuple[Any, Any],
    pools: Mapping[str, Sequence[Any] | None],
    columns: tuple[str, str, str] = _COLUMNS,
) -> pd.DataFrame:
    """Does a synthetic control, which chooses its own comparators, say the same?

    The demeaned synthetic control: weights that make a mixture of donors follow the treated unit's movements before the
    start. Every donor is then taken as treated in turn, alike.

    Parameters
    ----------
    panels, treated, columns
        As in `gap_changes`.
    start
        First affected year, included.
    window
        First and last year used, both included; a measure that was first published later starts later. Units without a
        value in each year are left out.
    pools
        Units allowed as donors, by the pool's name; `None` for all.

    Returns
    -------
    DataFrame
        A row for each measure and pool: `measure`, `pool`, `first` (year), `donors`; `observed`, `synthetic` and
        `estimate`, the gap in the last year; `conf_low`, `conf_high` and `permutation_p` from the donors' gaps in that
        year; `followed`, the share of the earlier variance that the mixture follows, and `typical_gap` before the
        start; `fit` in words; and `main`, the donor with the most weight, with its `weight`.

    References
    ----------
    Ferman, B. and Pinto, C. (2021). Synthetic controls with imperfect pretreatment fit. Quantitative Economics 12,
    1197–1221.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> rows = [(f"C{i:02d}", 2013 + t, 50 + i + t + rng.normal()) for i in range(25) for t in range(12)]
    >>> frame = pd.DataFrame(rows, columns=["area_code", "year", "value"])
    >>> found = second_design({"rate": frame}, treated="C00", start=2022, window=(2013, 2024), pools={"all": None})
    >>> int(found["donors"].iloc[0]), found["fit"].iloc[0]
    (24, 'good')
    """
    unit, time, value = columns
    rows = []
    for name, frame in panels.items():
        inside = frame[frame[value].notna() & frame[time].between(*window)]
        first = int(inside.loc[inside[unit] == treated, time].min())
        inside = inside[inside[time] >= first]
        years = inside.groupby(unit)[time].nunique()
        whole = set(years[years == window[1] - first + 1].index)
        for label, pool in pools.items():
            allowed = whole if pool is None else whole & {treated, *pool}
            panel = inside[inside[unit].isin(allowed)]
            found = synthetic_control(
                panel, unit=unit, time=time, outcome=value, treated=treated, start=start, method="demeaned"
            )
            last = found.placebo(include_treated=True).unit_gaps[-1]
            own = found.panel.outcomes[: found.panel.before, found.panel.treated]
            followed = 1.0 - found.pre_rmspe**2 / float(own.var())
            low, high = _interval(last)
            gaps, weights = found.gaps().iloc[-1], found.weights.iloc[0]
            rows.append(
                {"measure": name, "pool": label, "first": first, "donors": len(last) - 1}
                | {"observed": float(gaps["observed"]), "synthetic": float(gaps["synthetic"])}
                | {"estimate": float(last[0]), "conf_low": low, "conf_high": high}
                | {"permutation_p": standing(last, 0).two_sided, "followed": followed, "typical_gap": found.pre_rmspe}
                | {"fit": "good" if followed >= GOOD_FIT else "weak"}
                | {"main": weights["donor"], "weight": float(weights["weight"])}
            )
    return pd.DataFrame(rows)


def agreement(
    frame: pd.DataFrame,
    *,
    treated: Any,
    start: Any,
    window: tuple[Any, Any],
    announced: bool,
    columns: tuple[str, str, str] = _COLUMNS,
    alpha: float = 0.05,
) -> Check:
    """Does a synthetic control, mixed from all other units, say what the first design said of this measure?

    Parameters
    ----------
    frame, treated, start, window, columns
        As in `second_design`, for one measure.
    announced
        Whether the first design found a change beyond chance.
    alpha
        Level at which the second one does.

    Returns
    -------
    Check
        Pass where both say the same; concern where they differ, or where the mixture follows the earlier years badly.
    """
    row = second_design(
        {"": frame}, treated=treated, start=start, window=window, pools={"": None}, columns=columns
    ).iloc[0]
    same = bool(row["permutation_p"] < alpha) is announced
    words = (
        f"It puts the last year at {row['synthetic']:.1f}, where {row['observed']:.1f} was observed; permutation "
        f"p-value {row['permutation_p']:.3f}, {row['followed']:.0%} of the earlier variance followed."
    )
    good = same and row["fit"] == "good"
    return Check("a synthetic control says the same", Verdict.PASS if good else Verdict.CONCERN, words)


def _interval(gaps: Floats, level: float = 0.95) -> tuple[float, float]:
    """Return the effects that would leave the first unit unremarkable among the rest; infinite below 20 units."""
    rejected = int(np.floor((1.0 - level) * len(gaps) + 1e-9))
    if rejected < 1:
        return -np.inf, np.inf
    reach = float(np.sort(np.abs(gaps[1:]))[-rejected])
    return float(gaps[0]) - reach, float(gaps[0]) + reach
