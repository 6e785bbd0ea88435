"""Does the answer hang on a choice? The treated unit's place under other dates and adjustments, and its own past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from btc_eval.inference.precision import critical
from btc_eval.its.options import ModelOptions, Term
from btc_eval.its.placebo import placebo_in_space
from btc_eval.its.placebo_time import PlaceboInTime
from btc_eval.its.result import SegmentedFit
from btc_eval.its.spec import Event
from btc_eval.its.summary import RATIO_ESTIMATORS, summarise


def standings(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    starts: Sequence[Any],
    variants: Mapping[str, Sequence[Event]] | None = None,
    terms: Sequence[Term] = ("level_change", "average_effect"),
    **options: Unpack[ModelOptions],
) -> pd.DataFrame:
    """Does the treated unit's place depend on the date, on what is adjusted for, or on which effect is asked about?

    Parameters
    ----------
    panel, unit, time, outcome, treated, **options
        As in `its.placebo_in_space`.
    starts
        First affected periods to try.
    variants
        Name of an adjustment to its events; one unadjusted run where `None`.
    terms
        Effects asked about.

    Returns
    -------
    DataFrame
        A row for each term, variant and start: `start`, `variant`, and the columns of `summarise`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from btc_eval import its
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"la": np.repeat([f"C{i:02d}" for i in range(20)], 24),
    ...     "month": list(pd.date_range("2020-01", periods=24, freq="MS")) * 20, "n": rng.poisson(50, 480)})
    >>> len(its.standings(frame, unit="la", time="month", outcome="n", treated="C00", starts=["2020-10", "2021-01"]))
    4
    """
    known = {"none": ()} if variants is None else dict(variants)
    rows = []
    for term in terms:
        for name, events in known.items():
            for start in starts:
                chosen: ModelOptions = {**options, "events": tuple(events)}
                found = placebo_in_space(
                    panel, unit=unit, time=time, outcome=outcome, treated=treated, start=start, term=term, **chosen
                )
                rows.append(summarise(found).assign(start=found.start, variant=name))
    table = pd.concat(rows, ignore_index=True)
    return table[["start", "variant", *[column for column in table if column not in ("start", "variant")]]]


def dated(found: PlaceboInTime, fit: SegmentedFit) -> pd.DataFrame:
    """How does the level change at the true date compare with those the model finds at earlier dates?

    Parameters
    ----------
    found
        The result of `its.placebo_in_time` on dates before the true one.
    fit
        The same model at the true date.

    Returns
    -------
    DataFrame
        One row a date, the true one last: `start`, `estimate`, `conf_low`, `conf_high` (the model's interval, both ends
        included; ratios for count estimators), `p_value`, `kind` ("earlier date" or "true date").
    """
    shown = np.exp if found.method in RATIO_ESTIMATORS else np.asarray
    half = critical(fit.spec.conf_level, found.degrees) * found.errors
    earlier = pd.DataFrame(
        {
            "start": pd.Index(list(found.starts)),
            "estimate": shown(found.estimates),
            "conf_low": shown(found.estimates - half),
            "conf_high": shown(found.estimates + half),
            "p_value": found.tidy()["p_value"],
            "kind": "earlier date",
        }
    )
    own = fit.tidy(exponentiate=True).set_index("term").loc[["level_change"], list(earlier.columns[1:5])]
    first = fit.series.clock.label(fit.design.interventions[0].first)
    true = own.assign(start=pd.Index([first]), kind="true date")[list(earlier.columns)]
    return pd.concat([earlier, true], ignore_index=True)


def summarise_dates(table: pd.DataFrame, *, ratio: bool = True, alpha: float = 0.05) -> pd.DataFrame:
    """At how many earlier dates does the model find a change as large, and at how many does it announce one?

    Parameters
    ----------
    table
        From `its.dated`.
    ratio
        Whether the estimates are ratios, so that distance is measured on their logarithm.
    alpha
        Level at which the model announces a change.

    Returns
    -------
    DataFrame
        One row: `dates` (earlier dates tried), `as_large` (as far from no change as at the true date), `announced`
        (model's p below `alpha`), `share_as_large`, `share_announced`.
    """
    size = np.abs(np.log(table["estimate"])) if ratio else table["estimate"].abs()
    earlier = (table["kind"] == "earlier date").to_numpy()
    as_large = int((size[earlier] >= size[~earlier].iloc[0]).sum())
    announced = int((table.loc[earlier, "p_value"] < alpha).sum())
    count = int(earlier.sum())
    return pd.DataFrame(
        {
            "dates": [count],
            "as_large": as_large,
            "announced": announced,
            "share_as_large": as_large / count,
            "share_announced": announced / count,
        }
    )
