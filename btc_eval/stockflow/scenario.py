"""What if? A scenario is a list of dated changes to named rates; nothing else of a projection moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval import periods
from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.stockflow.door import Faults
from btc_eval.stockflow.rated import Rates

_NORMAL_975 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Change:
    """A rate that changes from a month on.

    Parameters
    ----------
    rate
        "entries", "exits", or one age of them: "exits, 16 and 17 years".
    start, until
        First and last month of the change, both included; `until` None for ever.
    ratio
        What the rate is multiplied by, at the median.
    log_sd
        Standard deviation of the logarithm of `ratio`: how unsure the change itself is.
    reach
        Rates of elsewhere, to be reached in place of a ratio, with their own doubt.
    phase_in
        Months over which the change grows to its full size, evenly in logarithms; 0 for all at once.
    """

    rate: str
    start: pd.Timestamp
    until: pd.Timestamp | None = None
    ratio: float = 1.0
    log_sd: float = 0.0
    reach: Rates | None = None
    phase_in: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """Dated changes to named rates, under a label. Without changes it is the baseline."""

    label: str
    changes: tuple[Change, ...] = ()


def change(
    rate: str,
    *,
    start: str,
    until: str | None = None,
    ratio: float | None = None,
    conf_low: float | None = None,
    conf_high: float | None = None,
    reach: Rates | None = None,
    phase_in: int = 0,
) -> Change:
    """Which rate changes, from when, and to what?

    Parameters
    ----------
    rate
        "entries", "exits", or one age of them, as `Rates.names` has them.
    start, until
        First and last month affected ("2025-04"), both included.
    ratio
        What the rate is multiplied by, as an interrupted time series estimates it.
    conf_low, conf_high
        The 95 % interval of `ratio`, where it is an estimate: every draw then takes its own ratio, lognormal with the
        interval's width.
    reach
        Rates of another place or time, which this one takes on: each draw takes its own of them.
    phase_in
        Months until the change is whole.

    Examples
    --------
    >>> from btc_eval import stockflow
    >>> found = stockflow.change("entries", start="2025-04", ratio=0.9, conf_low=0.81, conf_high=1.0)
    >>> round(found.log_sd, 4)
    0.0538
    """
    faults = Faults("stockflow.change")
    if (ratio is None) == (reach is None):
        faults.add("ratio, reach", "both or neither", "one of them", "Give a ratio, or rates to reach.")
    if ratio is not None and not (np.isfinite(ratio) and ratio > 0):
        faults.add("ratio", f"{ratio}", "a number above nought", "Write a fall of a tenth as 0.9.")
    ends = (conf_low, conf_high)
    if any(end is not None for end in ends) and not (
        ratio is not None and conf_low is not None and conf_high is not None and 0 < conf_low <= ratio <= conf_high
    ):
        faults.add(
            "conf_low, conf_high", f"{conf_low}, {conf_high}", "0 < conf_low <= ratio <= conf_high", "Give both."
        )
    if phase_in < 0:
        faults.add("phase_in", str(phase_in), "months, nought or more", "Correct it.")
    first, last = periods.month(start), None if until is None else periods.month(until)
    if last is not None and last < first:
        faults.add("until", f"{until}, before {start}", "a month from the first on", "Swap them.")
    faults.settle()
    wide = 0.0 if conf_low is None or conf_high is None else np.log(conf_high / conf_low) / (2 * _NORMAL_975)
    return Change(rate, first, last, 1.0 if ratio is None else float(ratio), float(wide), reach, int(phase_in))


def scenario(label: str, *changes: Change) -> Scenario:
    """What is supposed, under which label?

    Examples
    --------
    >>> from btc_eval import stockflow
    >>> stockflow.scenario("As now").changes
    ()
    """
    if not label.strip():
        raise refuse("stockflow.scenario", "label", found="nothing", allowed="a few words", do="Say what is supposed.")
    return Scenario(label.strip(), tuple(changes))


def log_effects(
    given: Scenario | None,
    rates: Rates,
    drawn: tuple[Floats, Floats],
    pulled: tuple[Floats, Floats],
    months: pd.DatetimeIndex,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """By what are entries and exits multiplied in each draw, month and band? Logarithms, each (D or 1, T, B).

    `pulled` has the logarithms by which balance pulls either, month by month. Rates that reach those of elsewhere are
    no longer this place's unusual run, and are not pulled.

    Raises
    ------
    RefusedError
        For a rate that is not among `rates.names`, rates to reach with other bands, or a change after the last month.
    """
    bands = rates.bands.names
    effects = [np.repeat(pull[None, :, None], len(bands), axis=2) for pull in pulled]
    changes = () if given is None else given.changes
    _check(changes, rates, months)
    for each in changes:
        flow, _, band = each.rate.partition(", ")
        which = 0 if flow == "entries" else 1
        draws = len(drawn[which])
        if each.reach is not None:
            other = np.log(each.reach.draw(draws, rng)[which] / drawn[which])
            other += np.log(rates.population / each.reach.population) if which == 0 else 0.0
        else:
            other = np.log(each.ratio) + each.log_sd * rng.standard_normal((draws, 1)) + np.zeros((draws, len(bands)))
        if band:
            other = other * (np.array(bands) == band)
        since = (months.year - each.start.year) * 12 + months.month - each.start.month
        share = np.clip((since + 1.0) / max(each.phase_in, 1), 0.0, 1.0) * (since >= 0)
        if each.until is not None:
            share = share * (months <= each.until + pd.offsets.MonthEnd(1))
        moved = other[:, None, :] - (pulled[which][None, :, None] * (not band) if each.reach is not None else 0.0)
        effects[which] = effects[which] + np.asarray(share, dtype=float)[None, :, None] * moved
    return effects[0], effects[1]


def _check(changes: tuple[Change, ...], rates: Rates, months: pd.DatetimeIndex) -> None:
    faults = Faults("stockflow.scenario")
    for each in changes:
        if each.rate not in rates.names:
            faults.add(each.rate, "a rate of no such name", ", ".join(rates.names), "Name one of these.")
        if each.reach is not None and each.reach.bands != rates.bands:
            faults.add(
                each.rate, "rates to reach with other age bands", ", ".join(rates.bands.names), "Use the same bands."
            )
        if each.start > months[-1]:
            last = f"{months[-1]:%Y-%m}"
            faults.add(each.rate, f"a change from {each.start:%Y-%m}", f"a month up to {last}", "Lengthen the horizon.")
    faults.settle()
