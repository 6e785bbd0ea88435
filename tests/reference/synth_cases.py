"""The published comparative cases: small panels with results we did not produce (see `synth/expected.json`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent / "synth"
EXPECTED: dict[str, Any] = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "its"

PROP99: dict[str, Any] = {
    "unit": "state", "time": "year", "outcome": "cigsale", "treated": "California", "start": 1989,
}  # fmt: skip
#: The specification of Abadie, Diamond and Hainmueller (2010).
PROP99_PREDICTORS = [
    ("lnincome", 1980, 1988),
    ("retprice", 1980, 1988),
    ("age15to24", 1980, 1988),
    ("beer", 1984, 1988),
    ("cigsale", 1988),
    ("cigsale", 1980),
    ("cigsale", 1975),
]
GERMANY: dict[str, Any] = {
    "unit": "country", "time": "year", "outcome": "gdp", "treated": "West Germany", "start": 1991,
}  # fmt: skip
BASQUE: dict[str, Any] = {
    "unit": "regionname", "time": "year", "outcome": "gdpcap", "treated": "Basque Country (Pais Vasco)",
    "start": 1970, "fit_window": (1960, 1969),
}  # fmt: skip
KANSAS: dict[str, Any] = {
    "unit": "state", "time": "quarter", "outcome": "lngdpcapita", "treated": "Kansas", "start": "2012-04",
}  # fmt: skip


def read(name: str) -> pd.DataFrame:
    """Read a long panel."""
    return pd.read_csv(HERE / f"{name}.csv")


def read_wide(name: str, time: str, unit: str, outcome: str) -> pd.DataFrame:
    """Read a wide panel, one column a unit, as a long one."""
    return pd.read_csv(HERE / f"{name}.csv").melt(id_vars=time, var_name=unit, value_name=outcome)


def basque() -> pd.DataFrame:
    """The Basque panel with school attainment as shares, as the Synth vignette prepares it."""
    levels = ["school.illit", "school.prim", "school.med", "school.high"]
    panel = read("basque")
    panel = panel[panel["regionname"] != "Spain (Espana)"]
    means = panel[panel["year"].between(1964, 1969)].groupby("regionname")[[*levels, "school.post.high"]].mean()
    means["school.high"] += means["school.post.high"]
    shares = means[levels].div(means[levels].sum(axis=1), axis=0) * 100
    return panel.drop(columns=levels).merge(shares.reset_index(), on="regionname")


BASQUE_PREDICTORS = [
    "school.illit",
    "school.prim",
    "school.med",
    "school.high",
    ("invest", 1964, 1969),
    ("gdpcap", 1960, 1969),
    *((f"sec.{sector}", 1961, 1969) for sector in ("agriculture", "energy", "industry", "construction")),
    *((f"sec.services.{sector}", 1961, 1969) for sector in ("venta", "nonventa")),
    ("popdens", 1969),
]
