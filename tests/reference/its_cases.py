"""The reference cases of interrupted time series, and how their terms are named there and here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btc_eval import its

STORED = Path(__file__).parent / "its"

#: One series: y ~ time + x + xt.
SINGLE = {"(Intercept)": "intercept", "time": "trend", "x": "level_change", "xt": "slope_change"}
#: Treated beside control: y ~ time + z + z:time + x + xt + z:x + z:xt; z marks the treated series.
STACKED = {
    "(Intercept)": "control_intercept",
    "time": "control_trend",
    "x": "control_level_change",
    "xt": "control_slope_change",
    "z": "intercept",
    "time:z": "trend",
    "z:x": "level_change",
    "z:xt": "slope_change",
    **{f"q{k}": f"season_q{k}" for k in (2, 3, 4)},
}
MONTHS = ("feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TRAFFIC = {
    "t": "trend",
    "beltlaw": "level_change",
    "spdlaw": "event_speed limit",
    "wkends": "covariate_wkends",
    "unem": "covariate_unem",
    **{name: f"season_{k:02d}" for k, name in enumerate(MONTHS, start=2)},
}


def stored(name: str) -> Any:
    """Read a stored case; a missing file is a failure."""
    return json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))


def nile(first: int, last: int) -> pd.DataFrame:
    case = stored("nile")
    frame = pd.DataFrame({"year": range(1871, 1971), "flow": case["flow"]})
    return frame[(frame["year"] >= first) & (frame["year"] <= last)].reset_index(drop=True)


def prop99() -> pd.DataFrame:
    case = stored("prop99")
    frame = pd.DataFrame(case["packs"])
    frame.insert(0, "year", range(1970, 2001))
    return frame


def traffic2() -> pd.DataFrame:
    frame = pd.DataFrame(stored("traffic2")["data"])
    frame.insert(0, "month", pd.date_range("1981-01-01", periods=len(frame), freq="MS"))
    return frame


def assert_terms(
    fit: its.SegmentedFit,
    expected: dict[str, Any],
    names: dict[str, str],
    *,
    coef: float,
    se: float | None = None,
    key: str = "se",
) -> None:
    """Coefficients agree to relative `coef`, standard errors to relative `se`, term by term."""
    table = fit.tidy().set_index("term")
    shared = [name for name in expected["coef"] if name in names]
    assert len(shared) >= 2
    for name in shared:
        line = table.loc[names[name]]
        size = max(abs(expected["coef"][name]), 1e-3 * expected[key][name])
        assert abs(line["estimate"] - expected["coef"][name]) <= coef * size, (name, line["estimate"], expected["coef"])
        if se is not None:
            np.testing.assert_allclose(line["std_error"], expected[key][name], rtol=se, err_msg=name)
