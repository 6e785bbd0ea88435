"""How fast, and for how long? Hazard ratios and mean times of an exposure, told with what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.cohort.cox import cox
from btc_eval.cohort.restricted_mean import restricted_mean
from btc_eval.errors import UsageError

PLACES = 4
WITHOUT, WITHIN = "as counted", "within age bands"


def hazard_ratios(
    followed: Mapping[str, pd.DataFrame],
    *,
    exposure: str = "exposed",
    strata: str = "age_band",
    cluster: str = "family",
    built_in: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """By what ratio does the exposure change how fast the outcome comes?

    Parameters
    ----------
    followed
        By the outcome's words, a frame of follow-up: `entry` where it starts later, `duration`, `event` (1 the outcome;
        every other code ends the wait: cause-specific hazards), the exposure, the strata and the cluster.
    exposure
        Column of true and false; it may change from row to row of a child.
    strata
        Column of groups that each have their own course in time.
    cluster
        Column of families.
    built_in
        By outcome, the true ratio where the data were made with one.

    Returns
    -------
    DataFrame
        outcome, analysis ("as counted", "within age bands"), estimate, conf_low, conf_high, p_value, n (children),
        treated_events, control_events, and with `built_in` that ratio and whether the interval holds it (`holds`).

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"duration": [4, 6, 6, 9, 12, 15] * 5, "event": [1, 1, 0, 1, 2, 1] * 5})
    >>> people = people.assign(exposed=[False, True, True, False, True, False] * 5, age_band=["young", "old"] * 15)
    >>> people = people.assign(family=range(30))
    >>> hazard_ratios({"Care": people})[["analysis", "n", "treated_events"]].values.tolist()
    [['as counted', 30, 5], ['within age bands', 30, 5]]
    """
    rows = []
    for outcome, given in followed.items():
        frame = given.assign(_event=(given["event"] == 1).astype("int64"), _exposed=given[exposure].astype("int64"))
        entry = "entry" if "entry" in frame and bool((frame["entry"] > 0).any()) else None
        counts = [int(frame.loc[frame["_exposed"] == arm, "_event"].sum()) for arm in (1, 0)]
        held = {"n": int(frame["id"].nunique()) if "id" in frame else len(frame)}
        held |= {"treated_events": counts[0], "control_events": counts[1]}
        for analysis, layers in ((WITHOUT, None), (WITHIN, strata)):
            model = cox(
                frame, duration="duration", event="_event", entry=entry, covariates=["_exposed"], strata=layers,
                cluster=cluster,
            )  # fmt: skip
            line = model.tidy(exponentiate=True).iloc[0]
            told = {name: round(float(line[name]), PLACES) for name in ("estimate", "conf_low", "conf_high")}
            row = {"outcome": outcome, "analysis": analysis, **told, "p_value": float(line["p_value"]), **held}
            if built_in is not None:
                true = built_in[outcome]
                row |= {"built_in": true, "holds": bool(told["conf_low"] <= true <= told["conf_high"])}
            rows.append(row)
    return pd.DataFrame(rows)


def mean_days(frame: pd.DataFrame, *, until: int, exposure: str = "exposed", cluster: str = "family") -> pd.DataFrame:
    """How many days, on average, went by without the outcome?

    Parameters
    ----------
    frame
        One row a child: `duration` in days, `event` (1 the outcome; other codes end follow-up), exposure, cluster.
    until
        Days that are looked at; no arm may be followed for less.

    Returns
    -------
    DataFrame
        group ("treated", "control", "difference"), estimate, conf_low, conf_high (days), n (children).
    """
    plain = frame.assign(_event=(frame["event"] == 1).astype("int64"), _arm=frame[exposure].astype("int64"))
    arms = plain["_arm"].value_counts()
    if set(arms.index) != {0, 1}:
        raise UsageError("cohort.mean_days: one arm is empty; allowed: children who were reached, and others.")
    found = restricted_mean(plain, duration="duration", event="_event", group="_arm", cluster=cluster, until=until)
    table, gap = found.tidy(), found.difference(reference=0)
    free = table[table["event"] == 0].set_index("group")
    lines: dict[str, tuple[Any, Any]] = {"treated": (free.loc[1], arms[1]), "control": (free.loc[0], arms[0])}
    lines["difference"] = (gap[gap["event"] == 0].iloc[0], len(plain))
    rows: list[dict[str, Any]] = [
        {"group": name, **{c: np.round(float(line[c]), 2) for c in ("estimate", "conf_low", "conf_high")}, "n": int(n)}
        for name, (line, n) in lines.items()
    ]
    return pd.DataFrame(rows)
