"""Which assumption matters most? One at a time, and all together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.costs.draws import Floats, enough, generator, two_piece
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Estimate

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is not known well: its value, and ends that hold about nineteen in twenty of what it may be.

    `scale` says how it is drawn: "linear"; "log" for what can only be above nought and has a long upper tail; "even"
    for anything between the ends, all of it alike and nothing beyond.
    """

    value: float
    low: float
    high: float
    scale: Literal["linear", "log", "even"] = "linear"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a result moves with its assumptions.

    Parameters
    ----------
    one_way
        One row an assumption, the one that matters most first: `input`, `value`, `low`, `high`, `at_low` and `at_high`
        (the result with this one at its end and the rest at their values) and `swing` (the distance between the two).
    base
        The result with every assumption at its value.
    estimate
        The result with all drawn together: its middle 95 %.
    """

    one_way: pd.DataFrame
    base: float
    estimate: Estimate

    def tidy(self) -> pd.DataFrame:
        """Return the rows of the one-way table."""
        return self.one_way.copy()


def sensitivity(
    model: Callable[..., float],
    inputs: Mapping[str, Range],
    *,
    fixed: Mapping[str, float] | None = None,
    draws: int = 20_000,
    rng: int | np.random.Generator = 20240306,
) -> Sensitivity:
    """How does the result move with each assumption by itself, and with all of them at once?

    Parameters
    ----------
    model
        A function of numbers by name, such as `costs.break_even`.
    inputs
        What is not known well, by the name of the argument.
    fixed
        Arguments that are known.
    draws, rng
        For all together; inputs are drawn independently, each with its median at its value
        (an "even" one at the middle of its ends).

    Raises
    ------
    RefusedError
        For a range that does not hold its value, a logarithmic one that is not above nought, or no inputs.

    Examples
    --------
    >>> from btc_eval import costs
    >>> found = sensitivity(costs.break_even, {"unit_cost": Range(50_000.0, 25_000.0, 100_000.0, "log")},
    ...                     fixed={"cost": 1_000_000.0})
    >>> found.base, found.tidy()[["at_low", "at_high", "swing"]].iloc[0].tolist()
    (20.0, [40.0, 10.0, 30.0])
    """
    known = dict(fixed or {})
    faults = [fault for name, given in inputs.items() for fault in _faults(name, given)]
    if not inputs:
        faults.append(Refusal("costs.sensitivity", "inputs", "none", "one range or more", "Say what is not known."))
    if faults:
        raise RefusedError(faults)
    generated = generator(rng)
    enough(draws, "costs.sensitivity")
    middle = {name: given.value for name, given in inputs.items()}
    base = float(model(**middle, **known))
    rows = []
    for name, given in inputs.items():
        ends = [float(model(**{**middle, name: end}, **known)) for end in (given.low, given.high)]
        rows.append((name, given.value, given.low, given.high, *ends, abs(ends[1] - ends[0])))
    columns = ["input", "value", "low", "high", "at_low", "at_high", "swing"]
    table = pd.DataFrame(rows, columns=columns).sort_values("swing", ascending=False, ignore_index=True)
    drawn = {name: _draw(given, draws, generated) for name, given in inputs.items()}
    results = np.array([model(**{name: float(x[i]) for name, x in drawn.items()}, **known) for i in range(draws)])
    low, high = np.quantile(results, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    together = Estimate(
        float(np.median(results)), float(low), float(high), _LEVEL, method=f"{draws:,} draws of all inputs"
    )
    return Sensitivity(table, base, together)


def _draw(given: Range, draws: int, rng: np.random.Generator) -> Floats:
    if given.scale == "even":
        return rng.uniform(given.low, given.high, draws)
    log = given.scale == "log"
    return two_piece(given.value, given.low, given.high, level=_LEVEL, draws=draws, rng=rng, log=log)


def _faults(name: str, given: Range) -> list[Refusal]:
    numbers = (given.low, given.value, given.high)
    faults = []
    if not all(isfinite(x) for x in numbers) or not given.low <= given.value <= given.high:
        faults.append(
            Refusal("costs.sensitivity", name, "a range that does not hold its value, or is not finite",
                    "low <= value <= high, finite", "Put the three in order.")
        )  # fmt: skip
    elif given.scale == "log" and given.low <= 0:
        faults.append(
            Refusal("costs.sensitivity", name, "a logarithmic range that reaches nought", "low above nought",
                    "Use the linear scale, or a low end above nought.")
        )  # fmt: skip
    return faults
