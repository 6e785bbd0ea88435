"""The main design where nothing happened: how often would it have announced an effect?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from btc_eval import its, measures, records
from btc_eval.edition.verification import Line, Outcome

#: Only months before delivery began are used.
_DELIVERY = "2021-10-01"
#: The share of false alarms that an honest 95% test promises, and how far from it chance may lead.
_PROMISED = 0.05


def nothing_happened(data: Path, draws: int, seed: int) -> Line:
    """How often does the main design see an effect in councils and at dates where there was no programme?

    Parameters
    ----------
    data
        The data folder of the edition.
    draws
        How many pairs of another council and an earlier date are drawn.
    seed
        Where the draws start.

    Returns
    -------
    Line
        The share announced by the model itself and by its rank among the other councils at that date. The rank may not
        exceed what it promises by more than chance allows; the model may, and that is why it is not used.
    """
    councils = measures.monthly_referrals(records.official(data)).complete()
    grid = its.placebo_in_space_and_time(
        councils,
        unit="la_code",
        time="month",
        outcome="referrals",
        treated=records.WIRRAL,
        start=_DELIVERY,
        estimator="quasi-poisson",
        days_in_month=True,
        season="month",
    )
    table = grid.tidy()
    table = table[table["unit"] != records.WIRRAL].reset_index(drop=True)
    generator = np.random.default_rng(seed)
    chosen = table.iloc[generator.choice(len(table), size=min(draws, len(table)), replace=False)]
    ranked = (
        table.assign(far=(table["estimate"] / table["std_error"]).abs())
        .groupby("start")["far"]
        .rank(ascending=False, method="max", pct=True)
    )
    model = float((chosen["p_value"] < _PROMISED).mean())
    rank = float((ranked.loc[chosen.index] <= _PROMISED).mean())
    allowed = _PROMISED + 3 * float(np.sqrt(_PROMISED * (1 - _PROMISED) / len(chosen)))
    said = (
        f"{len(chosen)} councils and dates with no programme: the model by itself announces an effect in {model:.1%}, "
        f"the rank among councils in {rank:.1%} (it promises {_PROMISED:.0%}; chance allows {allowed:.1%})"
    )
    return Line("shake", "placebo", Outcome.REPRODUCED if rank <= allowed else Outcome.DIFFERS, said)
