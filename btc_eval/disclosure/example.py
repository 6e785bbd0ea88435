"""A table so small that it can be attacked by hand: what it would show bare, half hidden, and as it is released."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.disclosure.attack import audit
from btc_eval.disclosure.control import control
from btc_eval.disclosure.policy import policy as named
from btc_eval.estimates import Papers, Provenance

#: Made up: no street, ward or child is meant.
_COUNTED = {"Oak": (3, 27), "Elm": (14, 41), "Ash": (11, 36)}
_PAPERS = Papers(Provenance.DEMONSTRATION, ("a table made up for this page",))
_CALL = {"keys": ["ward", "status"], "counts": "n", "totals": "Total"}

Stage = Literal["counted", "half hidden", "released"]


def example(stage: Stage, policy: str = "council") -> tuple[pd.DataFrame, Papers]:
    """What would a reader see of the made-up table, and what could be worked out from it?

    Parameters
    ----------
    stage
        "counted": as it was counted. "half hidden": small counts alone are blank. "released": what `control` returns.
    policy
        The policy whose smallest count and rounding apply.

    Returns
    -------
    tuple
        A table of text with columns `ward`, `plan`, `no_plan`, `total`, each blank saying what an attacker can prove;
        and its papers.

    Examples
    --------
    >>> example("half hidden")[0]["plan"].iloc[0]
    'hidden, but it must be 3'
    """
    frame = _at(stage, policy)
    bounds = audit(frame, **_CALL) if stage == "half hidden" else None  # type: ignore[arg-type]
    if stage == "released":
        bounds = audit(control(_long(), policy, **_CALL))  # type: ignore[arg-type]
    text = frame["n"].map(lambda n: "" if pd.isna(n) else str(int(n)))
    if bounds is not None:
        found = frame.merge(bounds, on=["ward", "status"], how="left")
        text = text.where(text != "", [_words(low, high) for low, high in zip(found["lower"], found["upper"])])
    wide = frame.assign(n=text).pivot(index="ward", columns="status", values="n").loc[[*_COUNTED, "Total"]]
    wide = wide[["plan", "no plan", "Total"]].set_axis(["plan", "no_plan", "total"], axis=1)
    return wide.rename(index={"Total": "All wards"}).rename_axis(None, axis=1).reset_index(), _PAPERS


def example_attacked(policy: str = "council") -> tuple[pd.DataFrame, Papers]:
    """How much of the made-up table's small count can be worked out? One row a stage: `stage, hidden, lowest, highest`.

    `lowest` and `highest` are what an attacker can prove of it, both included; equal where it is worked out.
    """
    rows = []
    for stage, bounds in (
        ("half hidden", audit(_at("half hidden", policy), **_CALL)),  # type: ignore[arg-type]
        ("released", audit(control(_long(), policy, **_CALL))),  # type: ignore[arg-type]
    ):
        small = bounds[(bounds["ward"] == "Oak") & (bounds["status"] == "plan")].iloc[0]
        rows.append({"stage": stage, "hidden": len(bounds), "lowest": small["lower"], "highest": small["upper"]})
    return pd.DataFrame(rows).astype({"lowest": int, "highest": int}), _PAPERS


def _long() -> pd.DataFrame:
    inner = pd.DataFrame(_COUNTED, index=["plan", "no plan"]).T
    full = pd.concat([inner, inner.sum().to_frame("Total").T])
    full["Total"] = full.sum(axis=1)
    return full.rename_axis("ward").reset_index().melt("ward", var_name="status", value_name="n")


def _at(stage: Stage, policy: str) -> pd.DataFrame:
    frame = _long().astype({"n": "Int64"})
    if stage == "half hidden":
        least = named(policy).minimum_cell
        return frame.assign(n=frame["n"].mask((frame["n"] > 0) & (frame["n"] < least)))
    return frame if stage == "counted" else control(frame, policy, **_CALL).frame  # type: ignore[arg-type]


def _words(low: float, high: float) -> str:
    if not np.isfinite(low):
        return ""
    if not np.isfinite(high):
        return f"hidden: {int(low)} or more"
    return f"hidden, but it must be {int(low)}" if low == high else f"hidden: anything from {int(low)} to {int(high)}"
