"""What is money of later years worth now?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

import pandas as pd

from btc_eval import assumptions
from btc_eval.assumptions import Schedule
from btc_eval.errors import Refusal, RefusedError, refuse

#: Beyond this the appraisal of a service means nothing, and a calendar year was probably passed for a number of years.
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class PresentValue:
    """A stream of money and what it is worth in year 0.

    Parameters
    ----------
    years, flows, factors
        Years from the start, pounds in each at the prices of one year, and what a pound of that year is worth now.
    schedule
        The discount rates.
    """

    years: tuple[int, ...]
    flows: tuple[float, ...]
    factors: tuple[float, ...]
    schedule: Schedule

    @property
    def value(self) -> float:
        """Return the sum of the discounted flows, in pounds of year 0."""
        return fsum(flow * factor for flow, factor in zip(self.flows, self.factors))

    def tidy(self) -> pd.DataFrame:
        """Return `year`, `flow`, `factor`, `discounted` and the running `total`."""
        frame = pd.DataFrame({"year": self.years, "flow": self.flows, "factor": self.factors})
        frame["discounted"] = frame["flow"] * frame["factor"]
        return frame.assign(total=frame["discounted"].cumsum())


def present_value(
    flows: Sequence[float] | Mapping[int, float], *, schedule: str | Schedule = "green-book"
) -> PresentValue:
    """What is this stream of money worth now, at the Green Book's rate?

    Parameters
    ----------
    flows
        Pounds a year at the prices of one year: a sequence from year 0 on, or a mapping from years since the start.
        Costs and benefits have opposite signs.
    schedule
        A name in `data/assumptions/discounting.toml`, or rates of your own.

    Raises
    ------
    RefusedError
        For no flows, a negative or fractional year, a flow that is not finite, or a calendar year in place of a number
        of years; all at once.

    References
    ----------
    HM Treasury, The Green Book, annex on discounting: each year is discounted at the rate of its own band.

    Examples
    --------
    >>> round(present_value([-100.0, 103.5]).value, 9)
    0.0
    """
    rates = assumptions.schedule(schedule) if isinstance(schedule, str) else schedule
    pairs = list(flows.items()) if isinstance(flows, Mapping) else list(enumerate(flows))
    faults = [fault for year, flow in pairs for fault in _faults(year, flow)]
    if not pairs:
        raise refuse(
            "costs.present_value", "flows", found="no flow", allowed="one or more", do="Give the money of each year."
        )
    if faults:
        raise RefusedError(faults)
    pairs.sort()
    factors = rates.factors(int(pairs[-1][0]))
    years = tuple(int(year) for year, _ in pairs)
    return PresentValue(years, tuple(float(flow) for _, flow in pairs), tuple(factors[year] for year in years), rates)


def _faults(year: object, flow: object) -> list[Refusal]:
    place = f"year {year!r}"
    faults = []
    whole = isinstance(year, int | float) and not isinstance(year, bool) and isfinite(year) and year == int(year)
    if not whole or not 0 <= year <= _LONGEST:  # type: ignore[operator]
        faults.append(
            Refusal(
                "costs.present_value", place, f"{year!r} for a year", f"whole years since the start, 0 to {_LONGEST}",
                "Count years from the first, which is 0.",
            )
        )  # fmt: skip
    if not isinstance(flow, int | float) or isinstance(flow, bool) or not isfinite(flow):
        faults.append(
            Refusal(
                "costs.present_value", place, "a flow that is not a finite number", "pounds",
                "Find out the amount, or leave the year out and say so.",
            )
        )  # fmt: skip
    return faults
