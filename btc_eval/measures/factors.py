"""What do social workers find in families? The factors that assessments name, as shares, here and elsewhere.

An assessment can name several factors, so shares add to more than the whole. The publisher counts *episodes* of need
whose assessment named any factor; that is the denominator. From 2020-21 some factors were split and others were new,
so a share is followed only over years in which it counts one thing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from btc_eval.inference.proportions import binomial_interval
from btc_eval.measures import shares
from btc_eval.measures.comparison import Comparison, compare
from btc_eval.measures.definitions import Definition
from btc_eval.records import WIRRAL, Official

_TABLE, _UNDER = "assessment_factors", "episodes_with_a_factor"

#: Troubles of parents for which the programme was made and which assessments count; and neglect of the child.
FACTORS: tuple[Definition, ...] = (
    shares.factor("domestic abuse, parent", "Domestic abuse of a parent"),
    shares.factor("mental health, parent", "Mental health of a parent"),
    shares.factor("alcohol misuse, parent", "Alcohol misuse by a parent"),
    shares.factor("drug misuse, parent", "Drug misuse by a parent"),
    shares.factor("learning disability, parent", "Learning disability of a parent"),
    shares.factor("neglect", "Neglect"),
)

#: The universal services through which need should be seen early, as sources of referrals.
SOURCES: tuple[Definition, ...] = tuple(
    Definition(
        f"referrals_from_{name}_percent", title, "% of referrals", "referral_sources", ("referrals",), ("referrals",),
        100.0, breakdown="source", category=category,
    )
    for name, title, category in (
        ("schools", "Referrals from schools", "schools"),
        ("health", "Referrals from health services", "health services"),
    )
)  # fmt: skip


def beside(official: Official) -> Comparison:
    """How does the council stand beside its neighbours in each factor?

    Examples
    --------
    >>> from btc_eval import records
    >>> wide = beside(records.official()).wide([2019, 2024]).set_index("measure")
    >>> round(float(wide.loc["Domestic abuse of a parent", "own_2019"]), 1)
    38.8
    """
    return compare(official, list(FACTORS))


def named(official: Official, year: int, *, area_code: str = WIRRAL) -> pd.DataFrame:
    """How often was each trouble named in a year, and how far could chance move the share?

    Parameters
    ----------
    official
        The official statistics.
    year
        The year ending 31 March.
    area_code
        The council.

    Returns
    -------
    pd.DataFrame
        One row a factor, the most common first: `measure`, `episodes` (that named it), `assessed` (that named any),
        `share` (per cent), `conf_low` and `conf_high` (exact binomial interval, 95%), `mean` of the neighbours' shares,
        `england`, and `place` from the highest among `councils` with a figure.
    """
    comparison = beside(official)
    table = official.table(_TABLE)
    rows = table[(table["area_code"] == area_code) & (table["year"] == year)].set_index(["measure", "category"])[
        "value"
    ]
    wide = comparison.wide([year]).set_index("measure")[[f"mean_{year}", f"england_{year}"]].astype("float64")
    places = comparison.places(year).set_index("measure")[["rank", "councils"]].astype("int64")
    assessed = int(rows[_UNDER, ""])
    found = []
    for definition in FACTORS:
        count = int(rows["episodes", definition.category])
        low, high = (float(end[0]) for end in binomial_interval(np.array([count]), np.array([assessed])))
        mean, england = (float(share) for share in wide.loc[[definition.title]].to_numpy()[0])
        rank, councils = (int(place) for place in places.loc[[definition.title]].to_numpy()[0])
        found.append(
            {
                "measure": definition.title,
                "episodes": count,
                "assessed": assessed,
                "share": 100.0 * count / assessed,
                "conf_low": 100.0 * low,
                "conf_high": 100.0 * high,
                "mean": mean,
                "england": england,
                "place": councils + 1 - rank,
                "councils": councils,
            }
        )
    return pd.DataFrame(found).sort_values("share", ascending=False, ignore_index=True)
