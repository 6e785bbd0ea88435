"""How sure is an effect? Covariances by family, by matched set, or by both."""

from __future__ import annotations

from typing import Any

import numpy as np

from btc_eval.cohort.match_result import Match
from btc_eval.errors import refuse
from btc_eval.inference import Floats, Ints
from btc_eval.inference.clusters import nested, one_way, two_way
from btc_eval.inference.estimating import Means

DOOR = "cohort.effect"


def covariance_of(
    found: Means, weights: Any, family: Ints | None, cluster: str | None, w: Floats
) -> tuple[Floats, float, str]:
    sets = weights.sets.to_numpy() if isinstance(weights, Match) and len(weights.sets) else None
    if sets is not None and len(np.unique(sets[sets >= 0])) < 2:
        raise refuse(
            DOOR, "weights", found="one matched set", allowed="two or more", do="Widen the caliper or the cohort."
        )
    if sets is None and family is None:
        return one_way(found.influence), float("inf"), "none"
    used = np.flatnonzero(w > 0) if sets is not None else np.arange(len(w))
    influence = found.influence[used]
    groups = {}
    if sets is not None:
        groups["matched set"] = np.unique(sets[used], return_inverse=True)[1].reshape(-1)
    if family is not None:
        groups[str(cluster)] = np.unique(family[used], return_inverse=True)[1].reshape(-1)
        if groups[str(cluster)].max() < 1:
            raise refuse(
                DOOR,
                str(cluster),
                found="one cluster among the rows compared",
                allowed="two or more",
                do="Cluster by a finer unit.",
            )
    if len(groups) == 2:
        inner, outer = groups.values()
        if nested(inner, outer):
            groups = {str(cluster): outer}
        elif nested(outer, inner):
            groups = {"matched set": inner}
    least = min(int(group.max()) for group in groups.values())
    words = " and ".join(groups)
    if len(groups) == 2:
        return two_way(influence, *groups.values()), float(least), words
    return one_way(influence, next(iter(groups.values()))), float(least), words
