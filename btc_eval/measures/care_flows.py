"""How does the number of looked-after children come about? Stock and flow, by band of age or status, that must close.

    opening + starts + moves in − moves out − ends = closing

in every cell and every period. The stock is counted from the days on which children were looked after; the flows from
what happened to them. Neither is made from the other, so the identity is a check and not a definition.

References
----------
Department for Education, "Children looked after in England including adoption: methodology": a child who starts more
than once in a year counts at the first start, one who ceases more than once at the last.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Papers
from btc_eval.measures.care_path import STATES, CarePath, care_path
from btc_eval.measures.days import DAYS_A_YEAR, DayOfBirth, Days, day_of
from btc_eval.measures.groups import coded
from btc_eval.records.statutory import StatutoryRecords

#: Columns of counts, in the order of the identity; then what is counted once a year, and time at risk.
FLOWS = ("opening", "starts", "moves_in", "moves_out", "ceases", "closing")
ONCE = ("children_started", "children_ceased")


@dataclass(frozen=True, slots=True)
class CareFlows:
    """Stock and flow of looked-after children.

    Parameters
    ----------
    frame
        One row a period and state: `period` (the year ending 31 March, or the first day of the month), `first_day` and
        `last_day` (both included), the columns of `by`, `opening` (looked after on the day before the first), `starts`
        and `ceases` (periods of care that began and ended), `moves_in` and `moves_out` (birthdays into and out of the
        band, changes of status), `closing` (looked after on the last day), `children_started` and `children_ceased`
        (each child once a period, at its first start and its last end: the published convention, for years),
        `days` at risk in the period and `child_years` (days ÷ 365.25).
    by
        The columns that tell the states apart.
    moves
        Who moved where: `period`, each column of `by` as `from_…` and `to_…`, `n`.
    set_aside
        Reason → episodes that were not used.
    papers
        Provenance, sources and window.
    """

    frame: pd.DataFrame
    by: tuple[str, ...]
    moves: pd.DataFrame
    papers: Papers
    set_aside: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frame = self.frame
        came = frame["opening"] + frame["starts"] + frame["moves_in"] - frame["moves_out"] - frame["ceases"]
        off = int((came != frame["closing"]).sum())
        if off:
            raise ValueError(f"{off} cells of the stock-flow table do not close")
        totals = frame.groupby("period", sort=True)[[*FLOWS, *ONCE]].sum()
        if (totals["moves_in"] != totals["moves_out"]).any():
            raise ValueError("children move into one state and out of none")
        if (totals["opening"].to_numpy()[1:] != totals["closing"].to_numpy()[:-1]).any():
            raise ValueError("a period does not open with the stock that the one before closed with")
        if (totals["children_started"] > totals["starts"]).any() or (
            totals["children_ceased"] > totals["ceases"]
        ).any():
            raise ValueError("more children than periods of care")

    def tidy(self) -> pd.DataFrame:
        """Return the table as a frame of its own."""
        return self.frame.copy()

    def total(self) -> pd.DataFrame:
        """How did the whole population change in each period? Columns of `frame` but the states; moves cancel out."""
        keys = ["period", "first_day", "last_day"]
        summed = self.frame.groupby(keys, sort=True)[[*FLOWS, *ONCE, "days", "child_years"]].sum().reset_index()
        return summed.drop(columns=["moves_in", "moves_out"])


def care_flows(
    records: StatutoryRecords,
    *,
    by: str | Sequence[str] = "age_band",
    period: Literal["year", "month"] = "year",
    first: int | None = None,
    last: int | None = None,
    day_of_birth: DayOfBirth = "as held",
) -> CareFlows:
    """How did the number of looked-after children come about, period by period?

    Parameters
    ----------
    records
        With the looked-after return.
    by
        "age_band", "legal_status", "placement", or several of them.
    period
        "year" (ending 31 March) or "month".
    first, last
        First and last year, ending 31 March, both included; by default those the returns cover.
    day_of_birth
        "as held", or "mid-month" for returns that keep only the month.

    Returns
    -------
    CareFlows

    Raises
    ------
    RefusedError
        For a state or period that there is not, for years that the returns do not cover, and for returns of more than
        one council.

    Examples
    --------
    >>> from btc_eval import measures
    >>> from btc_eval.records import statutory
    >>> flows = measures.care_flows(statutory.read("tests/data/statutory/care"))
    >>> flows.total()[["opening", "starts", "ceases", "closing"]].iloc[-1].tolist()
    [5, 1, 3, 3]
    """
    states = (by,) if isinstance(by, str) else tuple(by)
    years = _years(records, states, period, first, last)
    path = care_path(records, day_of_birth=day_of_birth)
    opens = _periods(years, period)
    shape = (len(opens) - 1, *(len(path.levels[name]) for name in states))
    table = _names(opens, path, states, shape, period)
    counts = {
        "opening": _stock(path, opens[:-1] - 1, states, shape),
        "starts": _flow(path.starts, opens, states, shape),
        "moves_in": _flow(_moved(path.moves, states), opens, [f"to_{name}" for name in states], shape),
        "moves_out": _flow(_moved(path.moves, states), opens, [f"from_{name}" for name in states], shape),
        "ceases": _flow(path.ends, opens, states, shape),
        "closing": _stock(path, opens[1:] - 1, states, shape),
        "children_started": _flow(_once(path.starts, opens, "first"), opens, states, shape),
        "children_ceased": _flow(_once(path.ends, opens, "last"), opens, states, shape),
        "days": _at_risk(path, opens, states, shape),
    }
    frame = table.assign(**{name: cells.ravel() for name, cells in counts.items()})
    frame["child_years"] = frame["days"] / DAYS_A_YEAR
    frame = _without_empty(frame, states)
    papers = records.papers("looked_after_episodes")
    return CareFlows(
        frame,
        states,
        _who_moved(path, opens, states, period),
        papers.over(str(years[0]), str(years[-1])),
        path.set_aside,
    )


def _years(
    records: StatutoryRecords, states: Sequence[str], period: str, first: int | None, last: int | None
) -> list[int]:
    covered = records.years("looked_after_episodes")
    start, end = first or min(covered, default=0), last or max(covered, default=0)
    years = list(range(start, end + 1))
    gaps = [year for year in years if year not in covered]
    faults = [
        Refusal("care_flows", "by", f"the state {name!r}", ", ".join(STATES), "Use these.")
        for name in states
        if name not in STATES
    ]
    if period not in ("year", "month"):
        faults.append(Refusal("care_flows", "period", repr(period), "year, month", "Use one of these."))
    if not covered or not years or gaps:
        faults.append(
            Refusal(
                "care_flows",
                "first, last",
                found=f"years without a return: {', '.join(map(str, gaps))}" if gaps else "no year",
                allowed=f"years among {', '.join(map(str, covered)) or 'none: there is no looked-after return'}",
                do="Narrow the years, or read the returns that are missing.",
            )
        )
    if faults or not states:
        raise RefusedError(faults or [Refusal("care_flows", "by", "no state", ", ".join(STATES), "Name one.")])
    return years


def _periods(years: Sequence[int], period: str) -> Days:
    """Return the first day of every period, and of the one after the last."""
    if period == "year":
        return np.array([day_of(f"{year - 1}-04-01") for year in [*years, years[-1] + 1]])
    months = pd.date_range(f"{years[0] - 1}-04-01", f"{years[-1]}-04-01", freq="MS")
    return np.array([day_of(month) for month in months])


def _names(opens: Days, path: CarePath, states: Sequence[str], shape: tuple[int, ...], period: str) -> pd.DataFrame:
    place = np.unravel_index(np.arange(np.prod(shape)), shape)
    start = opens.astype("datetime64[D]").astype("datetime64[s]")
    last = (opens - 1).astype("datetime64[D]").astype("datetime64[s]")
    labels = pd.Series(start[:-1]) if period == "month" else pd.Series(last[1:]).dt.year.astype("int64")
    columns: dict[str, Any] = {
        "period": labels.to_numpy()[place[0]],
        "first_day": start[:-1][place[0]],
        "last_day": last[1:][place[0]],
    }
    for name, codes in zip(states, place[1:]):
        columns[name] = coded(codes, path.levels[name])
    return pd.DataFrame(columns)


def _cells(frame: pd.DataFrame, columns: Sequence[str], shape: Sequence[int]) -> Days:
    """Return the number of each row's state among all states."""
    return np.ravel_multi_index([frame[name].to_numpy() for name in columns], tuple(shape)).astype(np.int64)


def _stock(path: CarePath, days: Days, states: Sequence[str], shape: tuple[int, ...]) -> np.ndarray:
    """How many children are in each state at the end of each day? Pieces that have begun less those that have ended."""
    cell = _cells(path.pieces, states, shape[1:])
    stock = np.zeros((len(days), int(np.prod(shape[1:]))), dtype=np.int64)
    for column, sign in (("start", 1), ("stop", -1)):
        first = np.searchsorted(days, path.pieces[column].to_numpy())  # the first day on which it has happened
        seen = first < len(days)
        np.add.at(stock, (first[seen], cell[seen]), sign)
    return np.cumsum(stock, axis=0)


def _flow(changes: pd.DataFrame, opens: Days, columns: Sequence[str], shape: tuple[int, ...]) -> np.ndarray:
    """How many changes fell in each period, by state?"""
    when = np.searchsorted(opens, changes["day"].to_numpy(), side="right") - 1
    inside = (when >= 0) & (when < shape[0])
    states = int(np.prod(shape[1:]))
    flat = when[inside] * states + _cells(changes, columns, shape[1:])[inside]
    return np.bincount(flat, minlength=shape[0] * states).astype(np.int64)


def _once(changes: pd.DataFrame, opens: Days, which: Literal["first", "last"]) -> pd.DataFrame:
    when = np.searchsorted(opens, changes["day"].to_numpy(), side="right")
    ordered = changes.assign(_when=when).sort_values("day", kind="stable")
    return ordered.drop_duplicates(["child", "_when"], keep=which)


def _moved(moves: pd.DataFrame, states: Sequence[str]) -> pd.DataFrame:
    """Return the moves that change one of these states: a birthday is none where states are told by status."""
    differs = [(moves[f"from_{name}"] != moves[f"to_{name}"]).to_numpy() for name in states]
    return moves[np.logical_or.reduce(differs)]


def _at_risk(path: CarePath, opens: Days, states: Sequence[str], shape: tuple[int, ...]) -> np.ndarray:
    """How many days did children spend in each state in each period?"""
    cell = _cells(path.pieces, states, shape[1:])
    start, stop = path.pieces["start"].to_numpy(), path.pieces["stop"].to_numpy()
    days = np.zeros((shape[0], int(np.prod(shape[1:]))), dtype=np.int64)
    for row, (begin, end) in enumerate(itertools.pairwise(opens)):
        overlap = np.minimum(stop, end) - np.maximum(start, begin)
        days[row] = np.bincount(cell, weights=np.maximum(overlap, 0), minlength=days.shape[1])
    return days


def _without_empty(frame: pd.DataFrame, states: Sequence[str]) -> pd.DataFrame:
    """Leave out states that no child was ever in: unborn, an order that no longer exists."""
    used = frame.groupby(list(states), observed=False)[[*FLOWS, "days"]].transform("sum").sum(axis=1) > 0
    if not used.any():  # nobody was ever in care: the state of those of whom nothing is known says so
        used = (frame[list(states)] == "not known").all(axis=1)
    kept = frame[used].reset_index(drop=True)
    return kept.assign(**{name: kept[name].cat.remove_unused_categories() for name in states})


def _who_moved(path: CarePath, opens: Days, states: Sequence[str], period: str) -> pd.DataFrame:
    moves = _moved(path.moves, states)
    when = np.searchsorted(opens, moves["day"].to_numpy(), side="right") - 1
    inside = (when >= 0) & (when < len(opens) - 1)
    names = _names(opens, path, (), (len(opens) - 1,), period)["period"].to_numpy()
    columns: dict[str, Any] = {"period": names[when[inside]]}
    for name in states:
        for side in ("from", "to"):
            codes = moves[f"{side}_{name}"].to_numpy()[inside]
            columns[f"{side}_{name}"] = coded(codes, path.levels[name])
    told = pd.DataFrame(columns)
    return told.groupby(list(columns), observed=True, sort=True).size().rename("n").reset_index()
