"""What was said of a rate, what was published then, and is it higher than the neighbours' by more than chance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.inference.rates import poisson_interval
from btc_eval.measures.annual import AnnualPanel, annual
from btc_eval.measures.comparison import neighbour_map
from btc_eval.records import ENGLAND, WIRRAL, Official

_COUNT, _CHILDREN, _PER = "children_at_31_march", "population", 10_000.0

#: Against what a council's rate is held, in words.
YARDSTICKS = {
    "mean": "Mean of the neighbours' rates",
    "together": "All the neighbours' children together",
    "england": "England",
}


def by_release(
    official: Official, measure: str, *, years: Sequence[int], then: str, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """What did one release say of these years, and what does the newest release that has each of them say?

    Parameters
    ----------
    official
        The official statistics.
    measure
        A measure of children looked after, such as "looked_after_rate": the table that keeps every release.
    years
        Years, each named by the 31 March on which it ends.
    then
        The earlier release, such as "2023-11".
    area_code, model
        The council, and the year of its neighbour model.

    Returns
    -------
    pd.DataFrame
        A row for each place and year: `what` ("Wirral, 31 March 2020", as figures quoted from papers are named),
        `place`, `year`, `then`, `latest`. The places are the council, its neighbours' plain mean and England.

    Examples
    --------
    >>> from btc_eval import records
    >>> by_release(records.official(), "looked_after_rate", years=[2020], then="2023-11").round(1)["then"].tolist()
    [122.6, 102.0, 67.9]
    """
    panels = {"then": annual(official, measure, vintage=then), "latest": annual(official, measure)}
    near = neighbour_map(official, model)[area_code]
    names = panels["then"].areas.set_index("area_code")["area_name"]
    places = {str(names[area_code]): (area_code,), "statistical neighbours": near, "England": (ENGLAND,)}
    rows = []
    for place, codes in places.items():
        for year in years:
            found = {column: _mean(panel, codes, year) for column, panel in panels.items()}
            rows.append({"what": f"{place}, 31 March {year}", "place": place, "year": year, **found})
    return pd.DataFrame(rows)


def among_neighbours(
    official: Official, year: int, *, vintage: str | None = None, area_code: str = WIRRAL, model: int = 2021
) -> tuple[pd.DataFrame, Papers]:
    """How many children were looked after here and in each neighbour, and how far could chance move each rate?

    Parameters
    ----------
    year, vintage
        The year ending 31 March, and the release to read; `None` for the newest.
    area_code, model
        The council, and the year of its neighbour model.

    Returns
    -------
    tuple
        The table, highest rate first: `area_code`, `area_name`, `children`, `population` (children aged 0 to 17),
        `rate` (per 10,000), `conf_low` and `conf_high` (exact Poisson interval, 95%), `place` (1 is the highest). And
        its papers.
    """
    near = neighbour_map(official, model)[area_code]
    panel = annual(official, "looked_after_rate", vintage=vintage)
    count = annual(official, "looked_after", vintage=vintage)
    both = _at(panel, year, "rate").join(_at(count, year, "children"), how="inner")
    both = both[both.index.isin([area_code, *near])].copy()
    if area_code not in both.index or len(both) < 2:
        raise refuse(
            "standing.among_neighbours",
            f"{area_code}, {year}",
            found="no rate for the council, or for any neighbour",
            allowed="a year in which they were published",
            do="Choose another year or release.",
        )
    both["population"] = (both["children"] / both["rate"] * _PER).round().astype("int64")
    children, population = both["children"].to_numpy(), both["population"].to_numpy(dtype=float)
    both["conf_low"], both["conf_high"] = poisson_interval(children, population, per=_PER)
    names = panel.areas.set_index("area_code")["area_name"]
    table = both.assign(area_name=names.reindex(both.index), place=both["rate"].rank(ascending=False).astype("int64"))
    table = table.astype({"children": "int64"}).reset_index().sort_values("place", ignore_index=True)
    columns = ["area_code", "area_name", "children", "population", "rate", "conf_low", "conf_high", "place"]
    papers = panel.papers.joined(count.papers)
    return table[columns], Papers(papers.provenance, papers.sources, str(year), str(year))


def against(
    official: Official, year: int, *, vintage: str | None = None, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """Is the council's rate higher than chance alone would make it? The answer hangs on what it is held against.

    Parameters
    ----------
    official, year, vintage, area_code, model
        As in `among_neighbours`, whose papers are this table's too.

    Returns
    -------
    pd.DataFrame
        One row a yardstick: `key`, and `yardstick` in words; `level` (its rate); `rate`, `conf_low` and `conf_high` (the
        council's own, with its exact Poisson interval); `ratio` (rate over level); `answer` ("no" where the interval
        holds the level); `lowest` and `highest` neighbour's rate; `place` from the highest, and `councils`. The
        yardstick is taken as exact.
    """
    table, _ = among_neighbours(official, year, vintage=vintage, area_code=area_code, model=model)
    england = _mean(annual(official, "looked_after_rate", vintage=vintage), (ENGLAND,), year)
    own = table[table["area_code"] == area_code].iloc[0]
    others = table[table["area_code"] != area_code]
    together = float(others["children"].sum() / others["population"].sum() * _PER)
    levels = np.array([float(others["rate"].mean()), together, england])
    held = (own["conf_low"] <= levels) & (levels <= own["conf_high"])
    return pd.DataFrame(
        {
            "key": list(YARDSTICKS),
            "yardstick": list(YARDSTICKS.values()),
            "level": levels,
            "rate": own["rate"],
            "conf_low": own["conf_low"],
            "conf_high": own["conf_high"],
            "ratio": own["rate"] / levels,
            "answer": np.where(held, "no", np.where(levels < own["rate"], "yes", "no, it is lower")),
            "lowest": others["rate"].min(),
            "highest": others["rate"].max(),
            "place": own["place"],
            "councils": len(table),
        }
    )


def _at(panel: AnnualPanel, year: int, name: str) -> pd.DataFrame:
    rows = panel.councils()
    rows = rows[(rows["year"] == year) & rows["value"].notna()]
    return rows.set_index("area_code")[["value"]].rename(columns={"value": name})


def _mean(panel: AnnualPanel, codes: Sequence[str], year: int) -> float:
    held = panel.frame[panel.frame["area_code"].isin(list(codes)) & (panel.frame["year"] == year)]["value"]
    return float(held.mean())
