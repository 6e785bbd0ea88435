"""What was said of a rate, what was published then, and is it higher than the neighbours' by more than chance?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from btc_eval import programme
from btc_eval.errors import refuse
from btc_eval.inference.rates import poisson_interval
from btc_eval.measures.annual import AnnualPanel, annual
from btc_eval.measures.comparison import neighbour_map
from btc_eval.programme.appraisal import Claim
from btc_eval.records import ENGLAND, WIRRAL, Official

_COUNT, _CHILDREN, _PER = "children_at_31_march", "population", 10_000.0


def reported(
    official: Official,
    claims: Iterable[Claim],
    *,
    then: str,
    measure: str = "looked_after_rate",
    area_code: str = WIRRAL,
    model: int = 2021,
) -> pd.DataFrame:
    """What did the papers say of a rate, what did the release say that they could use, and what does the newest say?

    Parameters
    ----------
    official
        The official statistics.
    claims
        Claims whose figures name a place and a day, as "Wirral, 31 March 2020"; a figure given twice is listed once.
    then
        The release that the papers could use, such as "2023-11".
    measure
        A measure of children looked after: the table that keeps every release.
    area_code, model
        The council, and the year of its neighbour model.

    Returns
    -------
    pd.DataFrame
        One row a figure, in the order of the claims: `line` from 1, `what`, `value` (as the paper gives it), `then` and
        `latest` (the newest release that has the year). The neighbours' figure is the plain mean of their rates.

    Raises
    ------
    RefusedError
        A claim without figures, or a figure whose place or day is not one of these.

    Examples
    --------
    >>> from btc_eval import records
    >>> claims = programme.claims().where(id="claim-care-rate-2020")
    >>> found = reported(records.official(), claims, then="2023-11")
    >>> found[["value", "then", "latest"]].round(1).to_numpy().tolist()
    [[122.0, 122.6, 122.6]]
    """
    given = list(claims)
    said = programme.claim_numbers()
    said = said[said["claim"].isin([claim.id for claim in given])].drop_duplicates("what", ignore_index=True)
    parts = said["what"].str.extract(r"^(?P<place>.+), 31 March (?P<year>\d{4})$")
    names = official.areas().set_index("area_code")["area_name"]
    places: dict[str, tuple[str, ...]] = {str(names[area_code]): (area_code,), "England": (ENGLAND,)}
    places["statistical neighbours"] = neighbour_map(official, model)[area_code]
    unknown = said.loc[~parts["place"].isin(list(places)), "what"].tolist()
    if said.empty or unknown:
        raise refuse(
            "standing.reported",
            "claims",
            found=f"no figure for {', '.join(unknown or [claim.id for claim in given] or ['no claim'])}",
            allowed=f"{', '.join(places)}, 31 March of a year",
            do="Name claims with such figures.",
        )
    panels = {"then": annual(official, measure, vintage=then), "latest": annual(official, measure)}
    for column, panel in panels.items():
        said[column] = [_mean(panel, places[place], int(year)) for place, year in parts.itertuples(index=False)]
    said["line"] = range(1, len(said) + 1)
    return said[["line", "what", "value", "then", "latest"]]


def among_neighbours(
    official: Official, year: int, *, vintage: str | None = None, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """How many children were looked after here and in each neighbour, and how far could chance move each rate?

    Parameters
    ----------
    year, vintage
        The year ending 31 March, and the release to read; `None` for the newest.
    area_code, model
        The council, and the year of its neighbour model.

    Returns
    -------
    pd.DataFrame
        Highest rate first: `area_code`, `area_name`, `children`, `population` (children aged 0 to 17), `rate` (per
        10,000), `conf_low` and `conf_high` (exact Poisson interval, 95%), `place` (1 is the highest).
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
    return table[columns]


def against(
    official: Official, year: int, *, vintage: str | None = None, area_code: str = WIRRAL, model: int = 2021
) -> pd.DataFrame:
    """Is the council's rate higher than chance alone would make it? The answer hangs on what it is held against.

    Parameters
    ----------
    official, year, vintage, area_code, model
        As in `among_neighbours`.

    Returns
    -------
    pd.DataFrame
        One row: `year`; `rate`, `conf_low` and `conf_high`, the council's own with its exact Poisson interval; the
        yardsticks, taken as exact: `mean` of the neighbours' rates, `together`, the rate of all their children, and
        `england`; `lowest` and `highest` neighbour; `spread`, how many times as much the neighbours' counts vary as
        chance would make them; `place` from the highest, and `councils`.
    """
    table = among_neighbours(official, year, vintage=vintage, area_code=area_code, model=model)
    own = table[table["area_code"] == area_code].iloc[0]
    others = table[table["area_code"] != area_code]
    together = float(others["children"].sum() / others["population"].sum())
    expected = others["population"] * together
    return pd.DataFrame(
        {
            "year": [year],
            "rate": own["rate"],
            "conf_low": own["conf_low"],
            "conf_high": own["conf_high"],
            "mean": others["rate"].mean(),
            "together": together * _PER,
            "england": _mean(annual(official, "looked_after_rate", vintage=vintage), (ENGLAND,), year),
            "lowest": others["rate"].min(),
            "highest": others["rate"].max(),
            "spread": float(((others["children"] - expected) ** 2 / expected).sum() / (len(others) - 1)),
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
