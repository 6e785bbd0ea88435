"""Several outcomes at once: is any of them, or each of them, further out than chance, with one error rate for all?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.inference import Floats
from btc_eval.inference.permutation import step_down
from btc_eval.its.placebo import PlaceboInSpace


@dataclass(frozen=True, slots=True)
class JointPlacebo:
    """Joint randomisation inference over outcomes.

    Parameters
    ----------
    outcomes
        Names, in the order given.
    units
        The units that every outcome has; `treated` is the position of the treated one.
    p_values
        (K,) the treated unit's permutation p-value in each outcome, among these units.
    adjusted
        (K,) Westfall–Young step-down p-values: the chance of any false claim among the outcomes is held at the level.
    p_value
        Of the hypothesis that nothing happened in any outcome.
    """

    outcomes: tuple[str, ...]
    units: tuple[str, ...]
    treated: int
    estimates: Floats
    p_values: Floats
    adjusted: Floats
    p_value: float

    def tidy(self) -> pd.DataFrame:
        """What is found in each outcome? Columns: outcome, estimate, p_value, p_value_adjusted."""
        return pd.DataFrame(
            {
                "outcome": list(self.outcomes),
                "estimate": self.estimates,
                "p_value": self.p_values,
                "p_value_adjusted": self.adjusted,
            }
        )


def joint_placebo(runs: Mapping[str, PlaceboInSpace]) -> JointPlacebo:
    """With several outcomes looked at, which stand out once the looking is allowed for?

    Parameters
    ----------
    runs
        A `placebo_in_space` run for each outcome, all with the same treated unit.

    Notes
    -----
    The treated label is given to each unit in turn, for all outcomes together, so the dependence between outcomes is
    kept. Each unit's place is found in each outcome; the furthest out of its places over the outcomes not yet decided
    is compared with the treated unit's, stepping down (Westfall and Young 1993, minP; see `inference.permutation`).

    Raises
    ------
    RefusedError
        Runs that disagree on the treated unit, or share no other unit.
    """
    treated = {run.units[run.treated] for run in runs.values()}
    common = sorted(set.intersection(*(set(run.units) for run in runs.values()))) if runs else []
    if len(treated) != 1 or len(common) < 2:
        raise refuse(
            "joint_placebo",
            "runs",
            found=f"{len(treated)} treated units and {len(common)} units in common",
            allowed="one treated unit and at least one other in every run",
            do="Run every outcome with the same treated unit, on the same councils.",
        )
    own = treated.pop()
    columns = [[run.statistics[run.units.index(u)] for u in common] for run in runs.values()]
    place = common.index(own)
    single, adjusted = step_down(np.array(columns).T, place)
    return JointPlacebo(
        outcomes=tuple(runs),
        units=tuple(common),
        treated=place,
        estimates=np.array([run.estimates[run.treated] for run in runs.values()]),
        p_values=single,
        adjusted=adjusted,
        p_value=float(adjusted.min()),
    )
