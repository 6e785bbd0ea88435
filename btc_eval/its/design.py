"""From a checked series to the columns of a segmented regression, and the same columns had nothing happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from btc_eval.errors import Refusal, RefusedError, refuse
from btc_eval.inference import Bools, Floats, Ints
from btc_eval.its.clock import PERIODS_A_YEAR, Clock
from btc_eval.its.design_checks import check_design
from btc_eval.its.door import Series
from btc_eval.its.spec import Event, Season, Specification

#: Given the columns so far, returns more.
Extra = Callable[[dict[str, Floats]], dict[str, Floats]]


@dataclass(frozen=True, slots=True)
class Intervention:
    """One interruption on the clock of its series.

    `first` is the first affected period (start plus lag); `full` the first period in which it is complete: they
    differ by the phase-in.
    """

    first: int
    full: int


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the model, one row a period of the series.

    Parameters
    ----------
    names
        Terms, in the order of the columns.
    factual, counterfactual
        (n, p): as it happened, and with every intervention column at nought.
    used
        (n,) false in periods left out (an excluded phase-in).
    interventions
        In order of time.
    """

    names: tuple[str, ...]
    factual: Floats
    counterfactual: Floats
    used: Bools
    interventions: tuple[Intervention, ...]

    def position(self, term: str) -> int:
        """Return the column of a term."""
        return self.names.index(term)


def place_interventions(clock: Clock, periods: Ints, spec: Specification) -> tuple[Intervention, ...]:
    """Find each start on the clock; refuse one outside the window or with too few points either side."""
    placed = []
    faults: list[Refusal] = []
    last = int(periods[-1])
    for start, lag, phase in zip(spec.starts, spec.lag, spec.phase_in):
        index = clock.index(start, place="start")
        if not 0 < index + lag <= last:
            faults.append(
                Refusal(
                    "its",
                    "start",
                    f"an intervention at {start}{f' with a lag of {lag}' if lag else ''}, outside the series",
                    f"after {clock.words(0)} and not after {clock.words(last)}",
                    "Choose a date inside the window, or extend the series.",
                )
            )
            continue
        placed.append(Intervention(index + lag, index + lag + phase))
    if faults:
        raise RefusedError(faults)
    placed.sort(key=lambda each: each.first)
    for earlier, later in pairwise(placed):
        if later.first <= earlier.full:
            raise refuse(
                "its",
                "start",
                found=f"interventions at {clock.words(earlier.first)} and {clock.words(later.first)} that overlap",
                allowed="a later start after the phase-in of the one before",
                do="Merge them, or shorten the phase-in.",
            )
    return tuple(placed)


def rows_used(periods: Ints, placed: tuple[Intervention, ...], spec: Specification) -> Bools:
    """Return (n,) which rows the model uses: all but those of an excluded phase-in."""
    used = np.ones(len(periods), dtype=bool)
    if spec.phase == "exclude":
        for each in placed:
            used &= ~((periods >= each.first) & (periods < each.full))
    return used


def build_design(series: Series, spec: Specification, extra: Extra | None = None) -> Design:
    """Lay out the columns and check them.

    Raises
    ------
    RefusedError
        Too few points, or columns that say the same thing.
    """
    design = lay_out(series, spec, extra)
    # beside a stacked control the control's own columns repeat in the treated rows; its rows tell them apart
    stacked = bool(spec.control) and spec.control_as == "stacked"
    own = [i for i, name in enumerate(design.names) if not (stacked and name.startswith("control_"))]
    check_design(
        series.clock,
        series.periods[design.used],
        int(series.periods[-1]),
        design.factual[design.used][:, own],
        tuple(design.names[i] for i in own),
        [each.full for each in design.interventions],
    )
    return design


def lay_out(series: Series, spec: Specification, extra: Extra | None = None) -> Design:
    """Lay out the columns: intercept, trend, level and slope changes, season, events, outliers, covariates.

    `extra` is given the columns so far and returns those of a control.
    """
    clock, periods = series.clock, series.periods
    placed = place_interventions(clock, periods, spec)
    columns: dict[str, Floats] = {"intercept": np.ones(len(periods))}
    if spec.trend:
        columns["trend"] = periods.astype(float)
    effects = _effect_columns(periods, placed, spec)
    columns |= effects
    columns |= season_columns(clock, periods, spec.season, spec.season_periods)
    columns |= {f"event_{e.name}": _event(clock, periods, e) for e in spec.events}
    columns |= {f"outlier_{o}": _event(clock, periods, Event(str(o), o, o)) for o in spec.outliers}
    columns |= {f"covariate_{name}": series.columns[name] for name in spec.covariates}
    columns |= extra(columns) if extra else {}
    names = tuple(columns)
    factual = np.column_stack(list(columns.values()))
    without = factual.copy()
    without[:, [names.index(term) for term in effects]] = 0.0
    return Design(names, factual, without, rows_used(periods, placed, spec), placed)


def _effect_columns(periods: Ints, placed: tuple[Intervention, ...], spec: Specification) -> dict[str, Floats]:
    columns: dict[str, Floats] = {}
    for number, each in enumerate(placed, start=1):
        mark = "" if number == 1 else f"_{number}"
        phase = each.full - each.first
        if spec.impact != "slope":
            rise = (periods - each.first + 1) / (phase + 1) if spec.phase == "ramp" else periods >= each.full
            columns[f"level_change{mark}"] = np.clip(rise, 0.0, 1.0).astype(float)
        if spec.impact != "level":
            columns[f"slope_change{mark}"] = np.maximum(periods - each.full, 0).astype(float)
    return columns


def season_columns(clock: Clock, periods: Ints, season: Season, length: int | None = None) -> dict[str, Floats]:
    """Return dummies for months or quarters (the first is the reference) or pairs of Fourier harmonics."""
    if season is None:
        return {}
    if season in ("month", "quarter"):
        needs = 1 if season == "month" else 3
        if clock.unit != "month" or clock.step > needs:
            raise refuse(
                "its",
                "season",
                found=f"season={season!r} for a series of {clock.frequency} periods",
                allowed=f"a series of dates at least as fine as a {season}",
                do="Leave season out, or give the time column as dates.",
            )
        place = (clock.origin + periods * clock.step) % 12 // needs + 1
        kinds = range(2, 12 // needs + 1)
        form = "season_{:02d}" if season == "month" else "season_q{}"
        return {form.format(k): (place == k).astype(float) for k in kinds}
    cycle = length or PERIODS_A_YEAR.get(clock.frequency)
    if cycle is None:
        raise refuse(
            "its",
            "season",
            found=f"harmonics for a series of {clock.frequency} periods",
            allowed="months or quarters, or season_periods given",
            do="Say how many periods make a cycle with season_periods.",
        )
    pairs = 2 if season == "harmonics" else int(season)
    angle = 2 * np.pi * clock.season_of(periods) / cycle
    out: dict[str, Floats] = {}
    for k in range(1, pairs + 1):
        if 2 * k != cycle:  # at half the cycle the sine is nought in every period
            out[f"season_sin{k}"] = np.sin(k * angle)
        out[f"season_cos{k}"] = np.cos(k * angle)
    return out


def _event(clock: Clock, periods: Ints, event: Event) -> Floats:
    first = clock.index(event.first, place=f"event {event.name}")
    last = np.inf if event.last is None else clock.index(event.last, place=f"event {event.name}")
    column = ((periods >= first) & (periods <= last)).astype(float)
    if not column.any() or column.all():
        raise refuse(
            "its",
            f"event {event.name}",
            found="an event that touches no period of the series, or every one",
            allowed="some periods but not all",
            do="Correct its dates, or leave it out.",
        )
    return column
