"""The same model where nothing happened: in the same series at earlier dates, and in every series at every date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.precision import two_sided
from btc_eval.its.batch import admissible, run_dates
from btc_eval.its.door import read_series
from btc_eval.its.options import ModelOptions, Term, batch_specification
from btc_eval.its.panel import Panel, read_panel, treated_position


@dataclass(frozen=True, slots=True)
class PlaceboInTime:
    """One estimate a date, all in one series.

    `starts`, `estimates`, `errors` and `degrees` have one element a date; `actual` is the place of the true start among
    them, where it is there.
    """

    starts: tuple[Any, ...]
    term: Term
    estimates: Floats
    errors: Floats
    degrees: Floats
    method: str
    actual: int | None = None

    def tidy(self) -> pd.DataFrame:
        """What did the same model find at each date? Columns: start, estimate, std_error, statistic, p_value."""
        ratios = self.estimates / self.errors
        return pd.DataFrame(
            {
                "start": pd.Index(list(self.starts)),
                "estimate": self.estimates,
                "std_error": self.errors,
                "statistic": ratios,
                "p_value": two_sided(ratios, self.degrees),
            }
        )

    def false_alarms(self, alpha: float = 0.05) -> float:
        """At what share of the dates (the true one left out) does the model claim an effect?"""
        p_values = self.tidy()["p_value"].to_numpy()
        return float(np.mean((p_values if self.actual is None else np.delete(p_values, self.actual)) < alpha))


@dataclass(frozen=True, slots=True)
class PlaceboGrid:
    """One estimate a unit and date, and the treated unit's own at the true date.

    Parameters
    ----------
    units, starts
        Of the placebos; `treated` is the position of the treated unit.
    estimates, errors, degrees
        (dates, units).
    own, own_error
        The treated unit at the true start, from the whole window.
    """

    units: tuple[str, ...]
    treated: int
    starts: tuple[Any, ...]
    term: Term
    estimates: Floats
    errors: Floats
    degrees: Floats
    own: float
    own_error: float
    method: str

    def tidy(self) -> pd.DataFrame:
        """What did the model find in every unit at every date? unit, start, estimate, std_error, statistic, p_value."""
        ratios = self.estimates / self.errors
        return pd.DataFrame(
            {
                "unit": np.tile(self.units, len(self.starts)),
                "start": pd.Index(list(self.starts)).repeat(len(self.units)),
                "estimate": self.estimates.ravel(),
                "std_error": self.errors.ravel(),
                "statistic": ratios.ravel(),
                "p_value": two_sided(ratios, self.degrees).ravel(),
            }
        )

    @property
    def p_value(self) -> float:
        """The share of all these estimates, with the true one, at least as far from nought as the true one.

        Estimates at neighbouring dates share most of their data, so this counts placebos and does not make them
        independent: quote it as a share, beside the permutation p-value over units.
        """
        beyond = np.sum(np.abs(self.estimates) >= abs(self.own))
        return float((1 + beyond) / (1 + self.estimates.size))

    def false_alarms(self, alpha: float = 0.05) -> pd.DataFrame:
        """At each date, in what share of the units does the model claim an effect? Columns: start, units, share."""
        claimed = two_sided(self.estimates / self.errors, self.degrees) < alpha
        return pd.DataFrame(
            {"start": pd.Index(list(self.starts)), "units": len(self.units), "share": claimed.mean(axis=1)}
        )


def placebo_in_time(
    frame: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    starts: Sequence[Any] | None = None,
    start: Any = None,
    only_before: bool = True,
    margin: int | None = None,
    term: Term = "level_change",
    **options: Unpack[ModelOptions],
) -> PlaceboInTime:
    """What does the same model find in the same series at dates when nothing happened?

    Parameters
    ----------
    frame
        One series, every period present.
    outcome, time
        Columns.
    starts
        Dates to try; `None` tries every admissible one.
    start
        The true first affected period, where there is one.
    only_before
        With `start` given, use only the periods before it, so that no placebo date sees the intervention. Otherwise the
        whole series is used and the true date is tried among the rest.
    margin
        Least periods each side of a date; a year where the series has a season, and never fewer than 3.
    term, **options
        As in `placebo_in_space`.

    Returns
    -------
    PlaceboInTime

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"year": range(2000, 2012), "n": [8, 9, 7, 8, 9, 8, 7, 9, 8, 7, 8, 9]})
    >>> placebo_in_time(frame, outcome="n", time="year", starts=[2004, 2006]).tidy()["start"].tolist()
    [2004, 2006]
    """
    spec = batch_specification(outcome, time, starts[0] if starts else "any", options)
    series = read_series(frame, spec)
    if series.absent:
        raise refuse(
            "its",
            time,
            found=f"{len(series.absent)} missing periods",
            allowed="every period present",
            do="Supply the periods, or start the series after the gap.",
        )
    data = Panel(series.clock, series.periods, (outcome,), series.observed[:, None], series.exposure[:, None])
    true = None if start is None else data.clock.index(start, place="start")
    if true is not None and only_before:
        data = data.before(true)
    if starts is None:
        chosen = admissible(data, spec, margin)
    else:
        chosen = [data.clock.index(each, place="starts") for each in starts]
    batch = run_dates(data, spec, chosen, term)
    return PlaceboInTime(
        starts=tuple(data.clock.label(i) for i in chosen),
        term=term,
        estimates=batch.estimates[:, 0],
        errors=batch.errors[:, 0],
        degrees=batch.degrees[:, 0],
        method=spec.estimator,
        actual=chosen.index(true) if true in chosen else None,
    )


def placebo_in_space_and_time(
    panel: pd.DataFrame,
    *,
    unit: str,
    time: str,
    outcome: str,
    treated: str,
    start: Any,
    starts: Sequence[Any] | None = None,
    margin: int | None = None,
    term: Term = "level_change",
    **options: Unpack[ModelOptions],
) -> PlaceboGrid:
    """How often do estimates as large as the true one turn up in any unit at any earlier date?

    Parameters
    ----------
    panel, unit, time, outcome, treated, start, term, **options
        As in `placebo_in_space`.
    starts
        Placebo dates; `None` takes every admissible one. Only periods before `start` are used for them.
    margin
        As in `placebo_in_time`.
    """
    spec = batch_specification(outcome, time, start, options)
    data = read_panel(panel, unit, spec)
    place = treated_position(data, treated, unit)
    true = data.clock.index(start, place="start")
    own = run_dates(data, spec, [true], term)
    before = data.before(true)
    if starts is None:
        chosen = admissible(before, spec, margin)
    else:
        chosen = [data.clock.index(each, place="starts") for each in starts]
    batch = run_dates(before, spec, chosen, term)
    return PlaceboGrid(
        units=data.units,
        treated=place,
        starts=tuple(data.clock.label(i) for i in chosen),
        term=term,
        estimates=batch.estimates,
        errors=batch.errors,
        degrees=batch.degrees,
        own=float(own.estimates[0, place]),
        own_error=float(own.errors[0, place]),
        method=spec.estimator,
    )
