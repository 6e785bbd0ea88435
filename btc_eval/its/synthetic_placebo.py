"""Every donor as if treated: where does the treated unit stand among them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from btc_eval.errors import UsageError
from btc_eval.inference import Bools, Floats

#: Statistics that differ by less than this share are tied: they differ by rounding.
_TIED = 1e-9


@dataclass(frozen=True, slots=True)
class SyntheticPlacebo:
    """The gaps of every unit, each from its own synthetic control.

    Parameters
    ----------
    units
        The units; the treated first, then the donors in the order of their names.
    times
        The periods.
    unit_gaps
        Shape (periods, units): observed less synthetic.
    before
        Number of periods before the start.
    window
        Shape (before,): the periods that the weights were to follow, over which the earlier gaps are summed up.
    left_out
        Units not compared because their earlier fit was too bad (`worst_fit`).
    """

    units: tuple[Any, ...]
    times: pd.Index
    unit_gaps: Floats
    before: int
    window: Bools
    left_out: tuple[Any, ...] = ()

    @property
    def estimates(self) -> Floats:
        """Shape (units,): mean gap after the start."""
        return np.asarray(self.unit_gaps[self.before :].mean(axis=0))

    @property
    def pre_rmspe(self) -> Floats:
        """Shape (units,): root mean squared gap before the start."""
        return np.asarray(np.sqrt(np.mean(self.unit_gaps[: self.before][self.window] ** 2, axis=0)))

    @property
    def post_rmspe(self) -> Floats:
        """Shape (units,): root mean squared gap from the start on."""
        return np.asarray(np.sqrt(np.mean(self.unit_gaps[self.before :] ** 2, axis=0)))

    @property
    def ratios(self) -> Floats:
        """Shape (units,): `post_rmspe` over `pre_rmspe`; infinite where the earlier fit is perfect."""
        post, pre = self.post_rmspe, self.pre_rmspe
        perfect = np.where(post > 0, np.inf, 1.0)
        return np.asarray(np.divide(post, pre, out=perfect, where=pre > 0))

    @property
    def p_value(self) -> float:
        """Share of units, the treated included, whose ratio is as large: Abadie, Diamond and Hainmueller's p-value.

        Two-sided, for squared gaps have no sign. It is at least 1 / units.
        """
        return _share(self.ratios)

    @property
    def p_value_effect(self) -> float:
        """Share of units whose mean gap is as far from nought, whatever their earlier fit (two-sided)."""
        return _share(np.abs(self.estimates))

    @property
    def p_value_lower(self) -> float:
        """Share of units whose mean gap is as low or lower."""
        return _share(-self.estimates)

    @property
    def p_value_upper(self) -> float:
        """Share of units whose mean gap is as high or higher."""
        return _share(self.estimates)

    @property
    def std_error(self) -> float:
        """Standard deviation of the donors' mean gaps (their number in the denominator), in units of the outcome."""
        return float(np.std(self.estimates[1:]))

    def interval(self, level: float = 0.95, *, scaled: bool = True) -> tuple[float, float]:
        """Which constant effects would not make the treated unit stand out?

        Parameters
        ----------
        level
            Coverage wanted, such as 0.95.
        scaled
            Compare mean gaps as multiples of each unit's own earlier gaps (the interval that goes with the ratio);
            otherwise as they are.

        Returns
        -------
        tuple of float
            The ends, both included: the effects whose permutation p-value exceeds ``1 − level``. Infinite where there
            are too few units for the level: 20 are needed for 0.95.
        """
        if not 0 < level < 1:
            raise UsageError(f"interval: level {level!r} is not between 0 and 1, such as 0.95.")
        rejected = int(np.floor((1.0 - level) * len(self.units) + _TIED))
        if rejected < 1:
            return -np.inf, np.inf
        sizes, scale = np.abs(self.estimates[1:]), 1.0
        if scaled:
            earlier = self.pre_rmspe
            sizes = np.divide(sizes, earlier[1:], out=np.full(len(sizes), np.inf), where=earlier[1:] > 0)
            scale = float(earlier[0])
        reach = float(np.sort(sizes)[-rejected]) * scale if scale > 0 else 0.0
        centre = float(self.estimates[0])
        return centre - reach, centre + reach

    def tidy(self) -> pd.DataFrame:
        """How does each unit's gap after the start compare with its gap before?

        Returns
        -------
        DataFrame
            unit, treated, estimate, pre_rmspe, post_rmspe, ratio, rank (1 is the largest ratio; ties take the later
            place); sorted by rank.
        """
        ratios = self.ratios
        rank = [int(np.sum(ratios >= ratio * (1.0 - _TIED))) for ratio in ratios]
        table = pd.DataFrame(
            {
                "unit": list(self.units),
                "treated": [i == 0 for i in range(len(self.units))],
                "estimate": self.estimates,
                "pre_rmspe": self.pre_rmspe,
                "post_rmspe": self.post_rmspe,
                "ratio": ratios,
                "rank": rank,
            }
        )
        return table.sort_values(["rank", "treated"], ascending=[True, False], kind="stable", ignore_index=True)

    def gaps(self) -> pd.DataFrame:
        """What is each unit's gap in each period? Columns unit, treated, time, gap: the lines of the placebo figure."""
        count = len(self.units)
        return pd.DataFrame(
            {
                "unit": np.repeat(np.array(self.units, dtype=object), len(self.times)),
                "treated": np.repeat(np.arange(count) == 0, len(self.times)),
                "time": self.times.append([self.times] * (count - 1)),
                "gap": self.unit_gaps.T.ravel(),
            }
        ).infer_objects()


def _share(statistics: Floats) -> float:
    own = statistics[0]
    edge = own if np.isinf(own) else own - _TIED * abs(own)
    return float(np.mean(statistics >= edge))
