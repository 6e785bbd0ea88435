"""What do social workers find in families? The factors that assessments name, as shares, here and elsewhere.

An assessment can name several factors, so shares add to more than the whole. The publisher counts *episodes* of need
whose assessment named any factor; that is the denominator. From 2020-21 some factors were split and others were new,
so a share is followed only over years in which it counts one thing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.inference.rates import binomial_interval
from btc_eval.measures.comparison import Comparison, compare
from btc_eval.measures.definitions import Definition
from btc_eval.records import ENGLAND, WIRRAL, Official

_TABLE, _UNDER = "assessment_factors", "episodes_with_a_factor"


def _factor(name: str, title: str, category: str) -> Definition:
    return Definition(
        name, title, "% of assessments", _TABLE, ("episodes",), (_UNDER,), 100.0, breakdown="factor", category=category
    )


#: Troubles of parents for which the programme was made and which assessments count; and neglect of the child.
FACTORS: tuple[Definition, ...] = (
    _factor("factor_domestic_abuse", "Domestic abuse of a parent", "domestic abuse, parent"),
    _factor("factor_mental_health", "Mental health of a parent", "mental health, parent"),
    _factor("factor_alcohol", "Alcohol misuse by a parent", "alcohol misuse, parent"),
    _factor("factor_drugs", "Drug misuse by a parent", "drug misuse, parent"),
    _factor("factor_learning_disability", "Learning disability of a parent", "learning disability, parent"),
    _factor("factor_neglect", "Neglect", "neglect"),
)

#: All codes that have counted sexual abuse: one until 2019-20, three since.
SEXUAL_ABUSE = tuple(f"sexual abuse, {whom}" for whom in ("adult on child", "by whom not known", "child on child"))

#: Both kinds of exploitation; the criminal kind was first counted in 2021-22.
EXPLOITATION = ("child criminal exploitation", "child sexual exploitation")

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
        low, high = binomial_interval(count, assessed)
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


def over_time(
    official: Official, together: Mapping[str, Sequence[str]], *, area_code: str = ENGLAND
) -> tuple[pd.DataFrame, Papers]:
    """How has the share of assessments that name any code of a group moved, where the codes themselves changed?

    Parameters
    ----------
    official
        The official statistics.
    together
        Name of a group to the codes that have counted it; their episodes are added up. An assessment that names two of
        them is counted twice, so after a split the share is, if anything, too high.
    area_code
        The area; England as published.

    Returns
    -------
    frame
        One row a group and year in which any of its codes was collected: `group`, `year`, `episodes`, `assessed`,
        `share` (per cent).
    papers
        Of the table.

    Raises
    ------
    RefusedError
        For a code that the table does not have.
    """
    table = official.table(_TABLE)
    rows = table[table["area_code"] == area_code]
    unknown = {code for codes in together.values() for code in codes} - set(rows["category"])
    if unknown:
        raise refuse(
            "factors.over_time",
            "together",
            found=f"no such code: {', '.join(sorted(unknown))}",
            allowed=", ".join(sorted(set(rows.loc[rows["breakdown"] == "factor", "category"]))),
            do="Name codes of the table.",
        )
    under = rows[rows["measure"] == _UNDER].set_index("year")["value"]
    parts = []
    for group, codes in together.items():
        held = rows[rows["category"].isin(list(codes)) & rows["value"].notna()]
        total = held.groupby("year")["value"].sum()
        frame = pd.DataFrame({"episodes": total, "assessed": under.reindex(total.index)}).reset_index()
        parts.append(frame.assign(group=group, share=100.0 * frame["episodes"] / frame["assessed"]))
    found = pd.concat(parts, ignore_index=True).astype({"episodes": "int64", "assessed": "int64"})
    years = (str(found["year"].min()), str(found["year"].max()))
    papers = official.papers(_TABLE)
    return found[["group", "year", "episodes", "assessed", "share"]], Papers(papers.provenance, papers.sources, *years)
