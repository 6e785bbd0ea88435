"""What would an effect be worth in money, and may anyone call it a saving?

The rule stands in the type: a `CostConsequence` has no field for its verdict. Whether a saving is claimed follows from
the effect's interval, each time it is asked, and `saving()` refuses to name one that is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd

from btc_eval.assumptions import Status, UnitCost
from btc_eval.costs.draws import Floats, enough, generator, two_piece
from btc_eval.errors import refuse
from btc_eval.estimates import Estimate

Scale = Literal["difference", "ratio"]
_PLACE = "costs.consequences"


class Saving(StrEnum):
    """What may be said of the money. It starts at the least."""

    NOT_CLAIMED = "no saving is claimed"
    CLAIMED = "a lower cost is shown"
    HIGHER = "a higher cost is shown"


@dataclass(frozen=True, slots=True)
class CostConsequence:
    """An effect priced.

    Parameters
    ----------
    effect
        Change in the number of units a year (below nought: fewer), or a ratio to `baseline` units, with its interval.
    scale, baseline
        "difference", or "ratio" and what it is a ratio to.
    unit_cost
        What one unit costs, with its range where one is known.
    share
        The share of the average cost that one fewer saves, above 0 to 1.
    draws
        Pounds a year, one a draw; below nought is less spent.
    """

    effect: Estimate
    scale: Scale
    baseline: float | None
    unit_cost: UnitCost
    share: float
    draws: Floats = field(repr=False, compare=False)

    @property
    def none(self) -> float:
        """Return the value of the effect that means no effect."""
        return 1.0 if self.scale == "ratio" else 0.0

    @property
    def verdict(self) -> Saving:
        """May a saving be claimed? Not where the interval includes no effect, its ends included, or there is none."""
        low, high = self.effect.conf_low, self.effect.conf_high
        if low is None or high is None or low <= self.none <= high or self.unit_cost.status is Status.UNCONFIRMED:
            return Saving.NOT_CLAIMED
        return Saving.CLAIMED if high < self.none else Saving.HIGHER

    @property
    def why(self) -> str:
        """Return the reason of the verdict, as the end of a sentence."""
        low, high = self.effect.conf_low, self.effect.conf_high
        if low is None or high is None:
            return "the effect has no interval"
        if low <= self.none <= high:
            return "the interval of the effect includes no effect at all"
        if self.unit_cost.status is Status.UNCONFIRMED:
            return "the cost of a unit was not checked against any source"
        if self.verdict is Saving.HIGHER:
            return "the whole interval of the effect lies on the side of more"
        kind = "can be taken out of a budget" if self.unit_cost.cashable else "frees time or spares harm, and no budget"
        return f"the whole interval of the effect lies on the side of fewer; what it spares {kind}"

    @property
    def estimate(self) -> Estimate:
        """Return pounds a year with the interval of the draws; below nought is less spent."""
        level = self.effect.conf_level
        low, high = (float(x) for x in np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2]))
        middle = float(self.unit_cost.value * self.share * self._units(self.effect.value))
        unit = f"£ a year, prices of the year ending 31 March {self.unit_cost.price_year}"
        return Estimate(middle, min(low, middle), max(high, middle), level, unit, f"{len(self.draws):,} draws")

    def _units(self, effect: float) -> float:
        return (effect - 1.0) * (self.baseline or 0.0) if self.scale == "ratio" else effect

    def _units_interval(self) -> tuple[float, float, float]:
        ends = [float("nan") if x is None else self._units(x) for x in (self.effect.conf_low, self.effect.conf_high)]
        return self._units(self.effect.value), ends[0], ends[1]

    def saving(self) -> Estimate:
        """How much is saved a year?

        Raises
        ------
        RefusedError
            Where no saving may be claimed, or the money is not in a budget that can be cut.
        """
        if self.verdict is not Saving.CLAIMED or not self.unit_cost.cashable:
            why = self.why if self.verdict is not Saving.CLAIMED else f"it is {self.unit_cost.book}"
            raise refuse(
                _PLACE, "saving", found=f"{self.verdict.value}: {why}",
                allowed="an interval wholly on the side of fewer, and a cost that can be taken out of a budget",
                do="Say what was found and that no saving is claimed.",
            )  # fmt: skip
        found = self.estimate
        assert found.conf_low is not None  # the draws always give both ends
        assert found.conf_high is not None
        return Estimate(-found.value, -found.conf_high, -found.conf_low, found.conf_level, found.unit, found.method)

    def tidy(self) -> pd.DataFrame:
        """Return the consequence in one row.

        `book`; `estimate`, `conf_low` and `conf_high` (£ a year); `verdict` and `why`; `price_year`; `units` with
        `units_low` and `units_high`, and `units_reach`, half the width of their interval: what would have stood out.
        """
        found, units = self.estimate, self._units_interval()
        return pd.DataFrame(
            {
                "book": [self.unit_cost.book],
                "estimate": found.value,
                "conf_low": found.conf_low,
                "conf_high": found.conf_high,
                "verdict": self.verdict.value,
                "why": self.why,
                "price_year": self.unit_cost.price_year,
                "units": units[0],
                "units_low": units[1],
                "units_high": units[2],
                "units_reach": (units[2] - units[1]) / 2.0,
            }
        )


def consequences(
    effect: Estimate,
    unit_cost: UnitCost,
    *,
    scale: Scale = "difference",
    baseline: float | None = None,
    share: float = 1.0,
    draws: int = 20_000,
    rng: int | np.random.Generator = 20240306,
) -> CostConsequence:
    """What would this effect be worth a year, given what is not known of the effect and of the cost?

    Parameters
    ----------
    effect
        Change in units a year (children-years of care, referrals), below nought for fewer; or a ratio.
    unit_cost
        The price of a unit. Its range, where one is known, is the middle 95 % of a distribution with its median at the
        value and a longer upper tail (two half log-normals): a few placements cost many times the usual.
    scale, baseline
        "ratio" needs the units that the ratio is to.
    share
        Share of the average cost that one fewer saves. Averages carry buildings and managers, which stay.
    draws, rng
        How many, and a seed or a generator. Effect and cost are drawn independently.

    Raises
    ------
    RefusedError
        For a share outside (0, 1], a cost range that reaches nought, a ratio without its baseline, or a ratio not above
        nought.

    Examples
    --------
    >>> from btc_eval import assumptions
    >>> from btc_eval.estimates import Estimate
    >>> home = assumptions.unit_cost("childrens-home-year")
    >>> consequences(Estimate(-3.0, -8.0, 2.0), home).verdict.value
    'no saving is claimed'
    """
    generated = generator(rng)
    enough(draws, _PLACE)
    _check(effect, unit_cost, scale, baseline, share)
    if effect.conf_low is None or effect.conf_high is None:
        changed = np.full(draws, effect.value)
    else:
        changed = two_piece(
            effect.value, effect.conf_low, effect.conf_high, level=effect.conf_level, draws=draws, rng=generated,
            log=scale == "ratio",
        )  # fmt: skip
    if scale == "ratio":
        changed = (changed - 1.0) * float(baseline or 0.0)
    price = np.full(draws, unit_cost.value)
    if unit_cost.low is not None and unit_cost.high is not None:
        price = two_piece(
            unit_cost.value, unit_cost.low, unit_cost.high, level=0.95, draws=draws, rng=generated, log=True
        )
    return CostConsequence(effect, scale, baseline, unit_cost, share, changed * price * share)


def accounts(parts: Sequence[CostConsequence], *, level: float = 0.95) -> pd.DataFrame:
    """What do several consequences come to, each kind of money by itself?

    Fiscal money that can be taken out of a budget, fiscal money that cannot, economic and social money are never added
    together. Within one, parts are added draw by draw, as if independent.

    Returns
    -------
    pd.DataFrame
        One row a book: `book`, `parts`, `estimate`, `conf_low`, `conf_high` (pounds a year), `verdict` (a saving is
        claimed only where every part claims one).

    Raises
    ------
    RefusedError
        For prices of different years, or different numbers of draws.
    """
    if not parts:
        raise refuse("costs.accounts", "parts", found="none", allowed="one or more", do="Price an effect first.")
    years = sorted({part.unit_cost.price_year for part in parts})
    lengths = {len(part.draws) for part in parts}
    if len(years) > 1 or len(lengths) > 1:
        found = f"prices of {', '.join(map(str, years))}" if len(years) > 1 else "different numbers of draws"
        raise refuse(
            "costs.accounts", "parts", found=found, allowed="the prices of one year, and as many draws for each",
            do="Bring each unit cost to one year with costs.real_unit_cost before pricing.",
        )  # fmt: skip
    rows = []
    for book in dict.fromkeys(part.unit_cost.book for part in parts):
        own = [part for part in parts if part.unit_cost.book == book]
        drawn = np.sum([part.draws for part in own], axis=0)
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        verdicts = {part.verdict for part in own}
        verdict = verdicts.pop() if len(verdicts) == 1 else Saving.NOT_CLAIMED
        total = float(sum(part.estimate.value for part in own))
        rows.append((book, len(own), total, float(low), float(high), verdict.value))
    return pd.DataFrame(rows, columns=["book", "parts", "estimate", "conf_low", "conf_high", "verdict"])


def _check(effect: Estimate, cost: UnitCost, scale: str, baseline: float | None, share: float) -> None:
    if scale not in ("difference", "ratio"):
        raise refuse(_PLACE, "scale", found=repr(scale), allowed="difference, ratio", do="Say which the effect is.")
    if not 0.0 < share <= 1.0:
        raise refuse(_PLACE, "share", found=f"{share:g}", allowed="above 0, to 1", do="Give it as a share.")
    if not np.isfinite(cost.value) or cost.value <= 0 or (cost.low is not None and cost.low <= 0):
        raise refuse(
            _PLACE, f"unit cost {cost.name}", found="a cost, or the low end of its range, that is not above nought",
            allowed="pounds above nought", do="Correct the entry in data/assumptions/unit_costs.toml.",
        )  # fmt: skip
    if scale == "ratio":
        if baseline is None or not np.isfinite(baseline) or baseline <= 0:
            raise refuse(
                _PLACE, "baseline", found="none" if baseline is None else f"{baseline:g}", allowed="units above nought",
                do="Give the number of units that the ratio is to.",
            )  # fmt: skip
        if min(x for x in (effect.value, effect.conf_low, effect.conf_high) if x is not None) <= 0:
            raise refuse(
                _PLACE, "effect", found="a ratio that is not above nought", allowed="above nought",
                do="Pass a difference as such, with scale='difference'.",
            )  # fmt: skip
