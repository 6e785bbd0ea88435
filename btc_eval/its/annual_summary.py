"""What can a short annual series show? The change in a unit's gap to its comparators, in rows that a page can quote.

A few yearly points are too few for a segmented regression. What they allow is a comparison: before with after, one unit
with its comparators, and that difference with the same one for every other unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError, refuse
from btc_eval.estimates import Check, Verdict
from btc_eval.inference import Floats
from btc_eval.inference.permutation import step_down
from btc_eval.its.did_gap import gap_change
from btc_eval.its.did_gap_result import GapChange

Comparators = Mapping[Any, Sequence[Any]]
_DOOR = "its.annual_summary"
_COLUMNS = ("area_code", "year", "value")

#: What is said of a change, by whether it is beyond chance once all measures are allowed for, and by its direction.
VERDICTS = {
    (True, True): "rose by more than chance",
    (True, False): "fell by more than chance",
    (False, True): "no more than chance",
    (False, False): "no more than chance",
}


def gap_changes(
    panels: Mapping[str, pd.DataFrame],
    *,
    treated: Any,
    windows: Mapping[str, tuple[Any, Any]],
    comparators: Mapping[str, Comparators],
    columns: tuple[str, str, str] = _COLUMNS,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Did the gap between one unit and its comparators change in any of several measures, by more than chance?

    Parameters
    ----------
    panels
        A frame for each measure, by the measure's name: one row a unit and year, published values only.
    treated
        The unit asked about.
    windows
        Pairs of before and after, by name; each a year, or first and last year, both included.
    comparators
        Sets of comparators by name, such as one for each neighbour model; each maps every unit to its own.
    columns
        Columns of the unit, the year and the value.
    alpha
        Level at which a change is said to be beyond chance, for all measures of a window together.

    Returns
    -------
    DataFrame
        A row for each window, set and measure: `window`, `comparators`, `measure`; `before` and `after`, the treated
        unit's values; `gap_before` and `gap_after`, to the mean of its comparators; `change` and `comparator_change`;
        `estimate`, their difference; `conf_low` and `conf_high`, the placebo interval; `reach`, the smallest change
        that would have stood out; `rank` from the lowest, `units`, `as_large` (units whose gap moved as far, itself
        included) and `permutation_p`; `adjusted_p`, allowing for the other measures of the window among the units
        that have them all (`joint_units`); and the `verdict`, which goes by `adjusted_p`.

    Raises
    ------
    RefusedError
        As `its.gap_change`; units without values or comparators are set aside, the treated one never.

    References
    ----------
    Conley and Taber (2011), Review of Economics and Statistics 93, 113–125. Westfall and Young (1993), Resampling-Based
    Multiple Testing, for the adjustment.

    Examples
    --------
    >>> import pandas as pd
    >>> rates = pd.DataFrame({"area_code": list("ABCABC"), "year": [2018] * 3 + [2024] * 3,
    ...                       "value": [100.0, 90.0, 80.0, 95.0, 100.0, 90.0]})
    >>> near = {"A": ["B", "C"], "B": ["C"], "C": ["B"]}
    >>> found = gap_changes({"rate": rates}, treated="A", windows={"all": (2018, 2024)}, comparators={"near": near})
    >>> found[["estimate", "rank", "units"]].iloc[0].tolist()
    [-15.0, 1.0, 3.0]
    """
    if not panels or not windows or not comparators:
        raise UsageError(f"{_DOOR}.gap_changes: give at least one measure, one window and one set of comparators.")
    rows = []
    for window, (before, after) in windows.items():
        for label, near in comparators.items():
            found = {name: _gap(frame, treated, before, after, near, columns) for name, frame in panels.items()}
            adjusted, joint = _together(found, treated)
            for (name, gap), p_adjusted in zip(found.items(), adjusted):
                rows.append(
                    {"window": window, "comparators": label, "measure": name}
                    | _levels(panels[name], treated, before, after, near, columns)
                    | _row(gap)
                    | {"adjusted_p": p_adjusted, "joint_units": joint}
                    | {"verdict": VERDICTS[bool(p_adjusted < alpha), gap.estimate > 0]}
                )
    return pd.DataFrame(rows)


def stability(found: pd.DataFrame, measure: str, *, alpha: float = 0.05) -> Check:
    """Is the verdict on this measure the same under every choice of years and comparators?

    Parameters
    ----------
    found
        From `gap_changes`; the first row of the measure is the choice that was made beforehand.
    alpha
        Level at which the adjusted p-value announces a change.

    Returns
    -------
    Check
        Pass where every choice says what the first does, concern where some differ, fail where all others differ, and
        not checked where there is no other.
    """
    rows = found[found["measure"] == measure]
    if rows.empty:
        raise UsageError(f"{_DOOR}.stability: no measure {measure!r}; there are {', '.join(set(found['measure']))}.")
    announced = (rows["adjusted_p"] < alpha).to_numpy()
    same = int((announced[1:] == announced[0]).sum())
    others = len(rows) - 1
    words = f"Of {others} other choices of years and comparators, {same} give the same verdict; the adjusted p-value "
    words += f"runs from {rows['adjusted_p'].min():.3f} to {rows['adjusted_p'].max():.3f}."
    verdict = Verdict.PASS if same == others else Verdict.CONCERN if same else Verdict.FAIL
    return Check("same verdict under other choices", verdict if others else Verdict.NOT_CHECKED, words)


def gap_table(
    frame: pd.DataFrame,
    *,
    treated: Any,
    before: Any,
    after: Any,
    comparators: Comparators,
    columns: tuple[str, str, str] = _COLUMNS,
) -> pd.DataFrame:
    """How did every unit's gap to its own comparators change? The rows of `GapChange.table`, sorted by rank."""
    return _gap(frame, treated, before, after, comparators, columns).table()


def gap_path(
    frame: pd.DataFrame,
    *,
    treated: Any,
    base: Any,
    comparators: Comparators,
    columns: tuple[str, str, str] = _COLUMNS,
    share: float = 0.95,
) -> pd.DataFrame:
    """Year by year, how far has the gap moved from a base year, and how far do other units' gaps move?

    Parameters
    ----------
    frame, treated, comparators, columns
        As in `gap_changes`.
    base
        The year from which movement is counted; it has a row, of noughts.
    share
        Middle share of the other units, as a share.

    Returns
    -------
    DataFrame
        A row a year that the treated unit has: `year`, `estimate` (its gap less that of the base year), `low` and
        `high` (ends of the middle `share` of the other units) and `units` (the treated among them).
    """
    _, time, value = columns
    published = frame[frame[value].notna()]
    years = sorted(set(published.loc[published[columns[0]] == treated, time]))
    if base not in years:
        raise refuse(
            f"{_DOOR}.gap_path",
            "base",
            found=f"{base!r}, for which {treated} has no value",
            allowed=", ".join(str(year) for year in years) or "a year with a value",
            do="Count from a year that was published.",
        )
    rows = []
    for year in years:
        if year == base:
            rows.append((year, 0.0, 0.0, 0.0, 0))
            continue
        first, last = (year, base) if year < base else (base, year)
        gap = _gap(published, treated, first, last, comparators, columns)
        moved = gap.statistics if year > base else -gap.statistics
        low, high = np.quantile(np.delete(moved, gap.treated), [(1 - share) / 2, (1 + share) / 2])
        rows.append((year, float(moved[gap.treated]), float(low), float(high), len(gap.units)))
    table = pd.DataFrame(rows, columns=["year", "estimate", "low", "high", "units"])
    return table.assign(units=table["units"].replace(0, int(table["units"].max())))


def _gap(
    frame: pd.DataFrame, treated: Any, before: Any, after: Any, near: Comparators, columns: tuple[str, str, str]
) -> GapChange:
    unit, time, value = columns
    return gap_change(
        frame, unit=unit, time=time, outcome=value, treated=treated, before=before, after=after, comparators=near,
        missing="set aside",
    )  # fmt: skip


def _row(gap: GapChange) -> dict[str, Any]:
    low, high = gap.interval()
    return {
        "change": float(gap.changes[gap.treated]),
        "comparator_change": float(gap.comparator_changes[gap.treated]),
        "estimate": gap.estimate,
        "conf_low": low,
        "conf_high": high,
        "reach": (high - low) / 2.0,
        "rank": gap.rank,
        "units": len(gap.units),
        "as_large": round(gap.p_value * len(gap.units)),
        "permutation_p": gap.p_value,
    }


def _levels(
    frame: pd.DataFrame, treated: Any, before: Any, after: Any, near: Comparators, columns: tuple[str, str, str]
) -> dict[str, float]:
    """Return the treated unit's means before and after, and its gaps to the comparators that have both."""
    table = frame.pivot(index=columns[0], columns=columns[1], values=columns[2])
    ends = [when if isinstance(when, tuple) else (when, when) for when in (before, after)]
    means = pd.DataFrame(
        {i: table.loc[:, first:last].mean(axis=1, skipna=False) for i, (first, last) in enumerate(ends)}
    )
    others = means.reindex([code for code in near[treated] if code != treated]).dropna().mean()
    own = means.loc[treated]
    return {"before": own[0], "after": own[1], "gap_before": own[0] - others[0], "gap_after": own[1] - others[1]}


def _together(found: Mapping[str, GapChange], treated: Any) -> tuple[Floats, int]:
    """Return the step-down p-value of each measure, and how many units have them all."""
    common = sorted(set.intersection(*(set(gap.units) for gap in found.values())), key=str)
    table = [pd.Series(gap.statistics, index=list(gap.units)).reindex(common).to_numpy() for gap in found.values()]
    return step_down(np.column_stack(table), common.index(treated))[1], len(common)
