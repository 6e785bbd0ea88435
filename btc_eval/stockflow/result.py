"""What was projected: every draw's path, whose books balance, and the tables made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.cohorts import CohortPaths
from btc_eval.stockflow.spec import ALL_AGES, Bands

#: Intervals that a projection reports, as shares.
LEVELS = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Paths of the number of children, month by month.

    Parameters
    ----------
    bands
        The age bands.
    label
        What is supposed.
    times
        T + 1 month ends: the opening day, then the end of each month.
    paths
        Every draw; see `CohortPaths` for shapes.
    """

    bands: Bands
    label: str
    times: pd.DatetimeIndex
    paths: CohortPaths

    def __post_init__(self) -> None:
        p = self.paths
        total = p.stock.sum(axis=2)
        moved = p.starts.sum(axis=2) - p.ceases.sum(axis=2) - p.aged_out
        by_band = p.starts - p.ceases + p.ageing
        by_band[:, :, -1] -= p.aged_out
        if (np.diff(total, axis=1) != moved).any() or (np.diff(p.stock, axis=1) != by_band).any():
            raise ValueError("opening + starts − ceases differs from closing in a draw")
        if p.ageing.sum(axis=2).any() or (p.stock < 0).any():
            raise ValueError("growing older made or lost a child, or a stock fell below nought")

    @property
    def draws(self) -> int:
        """Return how many draws there are."""
        return len(self.paths.stock)

    def totals(self) -> Floats:
        """Return (D, T + 1) children of all ages."""
        return np.asarray(self.paths.stock.sum(axis=2), dtype=float)

    def at(self, time: str) -> Floats:
        """Return (D,) children of all ages at the end of a month ("2026-03")."""
        when = pd.Timestamp(time) + pd.offsets.MonthEnd(0)
        if when not in self.times:
            raise refuse(
                "stockflow",
                time,
                found="a month outside the projection",
                allowed=f"{self.times[0]:%Y-%m} to {self.times[-1]:%Y-%m}",
                do="Lengthen the horizon, or ask for another month.",
            )
        found: Floats = self.totals()[:, self.times.get_loc(when)]
        return found

    def tidy(self, *, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """How many children, at the end of each month, and how sure are we?

        Returns
        -------
        DataFrame
            `time`, `age_band` (all ages first), `estimate` (the median of the draws), `mean`, for each level `low_50`
            and `high_50` and so on (equal tails, both ends included), `conf_low` and `conf_high` (of 95 %).
        """
        series = {ALL_AGES: self.totals()}
        series |= {name: self.paths.stock[:, :, b].astype(float) for b, name in enumerate(self.bands.names)}
        pieces = [
            pd.DataFrame({"time": self.times, "age_band": name, **summary(values, levels)})
            for name, values in series.items()
        ]
        return pd.concat(pieces, ignore_index=True)

    def flows(self, *, levels: Sequence[float] = (0.95,)) -> pd.DataFrame:
        """How many come in, leave before 18, and turn 18, in each whole year from the opening day?

        Returns
        -------
        DataFrame
            `year` (the calendar year in which it ends), `flow` ("starts", "ceases before 18", "turning 18"), and the
            columns of `tidy`. Months after the last whole year are left out.
        """
        years = (len(self.times) - 1) // 12
        given = {
            "starts": self.paths.starts.sum(axis=2),
            "ceases before 18": self.paths.ceases.sum(axis=2),
            "turning 18": self.paths.aged_out,
        }
        ends = [self.times[12 * (k + 1)].year for k in range(years)]
        pieces = []
        for name, monthly in given.items():
            yearly = monthly[:, : 12 * years].reshape(self.draws, years, 12).sum(axis=2).astype(float)
            pieces.append(pd.DataFrame({"year": ends, "flow": name, **summary(yearly, levels)}))
        return pd.concat(pieces, ignore_index=True)

    def difference(self, other: Projection, *, levels: Sequence[float] = (0.95,)) -> pd.DataFrame:
        """How many more children than under another scenario, at the end of each month?

        Both must come from the same seed, so that each draw has the same rates but for the change; the intervals are
        then of the change and not of everything else.

        Returns
        -------
        DataFrame
            `time` and the columns of `tidy`, of this less `other`.
        """
        if self.draws != other.draws or not self.times.equals(other.times):
            raise refuse(
                "stockflow.difference",
                "projections",
                found="other months or another number of draws",
                allowed="two projections from the same opening, horizon, draws and seed",
                do="Project both with the same arguments but the scenario.",
            )
        return pd.DataFrame({"time": self.times, **summary(self.totals() - other.totals(), levels)})

    def child_months(self, placements: pd.DataFrame, *, levels: Sequence[float] = (0.95,)) -> pd.DataFrame:
        """How many months of care will there be, by kind of placement, in each whole year?

        Parameters
        ----------
        placements
            `placement` and `share`, summing to one; with a column `age_band`, a mix for each age.

        Returns
        -------
        DataFrame
            `year`, `placement` and the columns of `tidy`: months of care, to be multiplied by a cost a month. The mix
            is taken as it is given: doubt about it is not included.
        """
        mix = _mix(placements, self.bands)
        years = (len(self.times) - 1) // 12
        held = (self.paths.stock[:, :-1] + self.paths.stock[:, 1:])[:, : 12 * years] / 2.0
        yearly = held.reshape(self.draws, years, 12, len(self.bands.names)).sum(axis=2) @ mix.to_numpy()
        ends = [self.times[12 * (k + 1)].year for k in range(years)]
        pieces = [
            pd.DataFrame({"year": ends, "placement": name, **summary(yearly[:, :, k], levels)})
            for k, name in enumerate(mix.columns)
        ]
        return pd.concat(pieces, ignore_index=True)


def summary(values: Floats, levels: Sequence[float]) -> dict[str, Floats]:
    """Return the median, mean and intervals over draws, the first axis."""
    wrong = [level for level in levels if not 0.0 < level < 1.0]
    if wrong:
        raise refuse(
            "stockflow", "levels", found=str(wrong), allowed="shares between 0 and 1", do="Write 95 % as 0.95."
        )
    out = {"estimate": np.median(values, axis=0), "mean": values.mean(axis=0)}
    for level in levels:
        ends = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)
        out[f"low_{level * 100:g}"], out[f"high_{level * 100:g}"] = ends
    out["conf_low"], out["conf_high"] = np.quantile(values, [(1 - 0.95) / 2, (1 + 0.95) / 2], axis=0)
    return out


def _mix(placements: pd.DataFrame, bands: Bands) -> pd.DataFrame:
    """Return bands by placements, each row summing to one."""
    if "age_band" in placements:
        wide = placements.pivot_table(index="age_band", columns="placement", values="share", aggfunc="sum").fillna(0.0)
        wide = wide.reindex(bands.names)
    else:
        one = placements.groupby("placement", sort=False)["share"].sum()
        wide = pd.DataFrame([one] * len(bands.names), index=list(bands.names))
    sound = bool(np.isclose(wide.sum(axis=1), 1.0, atol=1e-6).all()) and not wide.isna().to_numpy().any()
    if not sound or (wide < 0).to_numpy().any():
        raise refuse(
            "stockflow.child_months",
            "share",
            found="shares that do not sum to one at every age",
            allowed=f"shares of nought or more, summing to one, for {', '.join(bands.names)}",
            do="Divide the counts by their total, age by age.",
        )
    return wide
