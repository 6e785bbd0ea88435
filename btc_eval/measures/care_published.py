"""How many children came into care, stayed and left, by age? Published counts, ready for a model of stock and flow.

Three things about the published counts matter to whoever uses them. A child is counted once a year among those who
started, and once among those who ceased, however often either happened. Ages are those on 31 March, on starting, or on
ceasing. And the counts do not balance: last year's children, plus starts, less ceases, fall short of this year's
children by about one in two hundred, nearly everywhere and every year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers, Provenance
from btc_eval.measures.looked_after import newest_looked_after, releases
from btc_eval.measures.places import follow, newest_codes
from btc_eval.records import Official

#: The age groups that every table can be brought to; leaving at 18 stands by itself.
AGES = ("under 1 year", "1 to 4 years", "5 to 9 years", "10 to 15 years", "16 and 17 years")
AT_18 = "18 years and over"

_OLDEST = {"16 years and over": AGES[-1], "16 years": AGES[-1], "17 years": AGES[-1]}
_TABLES = {"stock": "looked_after_stock", "starts": "looked_after_starts", "ceases": "looked_after_ceases"}
_TOTALS = {"stock": "children_at_31_march", "starts": "children_started", "ceases": "children_ceased"}


@dataclass(frozen=True, slots=True)
class PublishedFlows:
    """Published stock, starts and ceases by age.

    Parameters
    ----------
    stock, starts, ceases
        `area_code`, `year` (ending 31 March), `age_band` (of `AGES`; ceases have `AT_18` too), `children` (float: a
        lent age profile gives parts of children) and `ages` ("own": the council's table; "region": its region's).
    totals
        Every year that has totals, ages or not: `area_code`, `year`, `stock`, `starts`, `ceases`.
    population
        `area_code`, `year`, `children`: aged 0 to 17 in the middle of the year before 31 March.
    codes
        The councils among the areas; the rest are regions and England.
    papers
        Provenance, sources and window.
    """

    stock: pd.DataFrame
    starts: pd.DataFrame
    ceases: pd.DataFrame
    totals: pd.DataFrame
    population: pd.DataFrame
    codes: frozenset[str]
    papers: Papers

    def of(self, area_code: str, years: Sequence[int] | None = None) -> dict[str, pd.DataFrame]:
        """Which frames does `stockflow.rates` take for this area, in these years (or all that have ages)?

        Returns
        -------
        dict of str to DataFrame
            `stock`, `starts`, `ceases` and `population`, to be spread into the call.
        """
        return self.together([area_code], years)

    def each(self, area_codes: Sequence[str], years: Sequence[int] | None = None) -> list[dict[str, pd.DataFrame]]:
        """Which frames have these areas, one by one?"""
        return [self.of(code, years) for code in area_codes]

    def councils(self) -> dict[str, pd.DataFrame]:
        """Which frames does `stockflow.backtest` take? Those of every council, `totals` with them."""
        names = ("stock", "starts", "ceases", "totals", "population")
        frames = {name: getattr(self, name) for name in names}
        return {name: f[f["area_code"].isin(self.codes)].reset_index(drop=True) for name, f in frames.items()}

    def history(self, area_code: str) -> pd.DataFrame:
        """What was counted in each year? `year`, `stock`, `starts`, `ceases` and `children`, the population."""
        own = self.totals[self.totals["area_code"] == area_code].drop(columns="area_code")
        people = self.population[self.population["area_code"] == area_code].drop(columns="area_code")
        return own.merge(people, on="year", how="left").sort_values("year", ignore_index=True)

    def together(self, area_codes: Sequence[str], years: Sequence[int] | None = None) -> dict[str, pd.DataFrame]:
        """Which frames do these areas have as one? Counts are summed; a year that one of them lacks is left out.

        Raises
        ------
        RefusedError
            Where an area is not in the tables, or no year is left.
        """
        wanted = list(dict.fromkeys(area_codes))
        absent = sorted(set(wanted) - set(self.stock["area_code"]))
        shared = set(self.stock["year"]) if years is None else set(years)
        for frame in (self.stock, self.starts, self.ceases):
            held = frame[frame["area_code"].isin(wanted)].groupby("year")["area_code"].nunique()
            # Stock alone may open a window: a year's flows need the stock a year before.
            if frame is self.stock or years is None:
                shared &= set(held[held == len(wanted)].index)
        if absent or not shared:
            raise refuse(
                "care_published",
                ", ".join(absent) or "years",
                found="no such area in the tables by age" if absent else "no year that all the areas have",
                allowed="areas and years of `stock`",
                do="Look at .stock; a council without a table of its own needs its region's ages (lend=True).",
            )
        found = {}
        for name in ("stock", "starts", "ceases"):
            frame = getattr(self, name)
            rows = frame[frame["area_code"].isin(wanted) & frame["year"].isin(shared)]
            found[name] = rows.groupby(["year", "age_band"], as_index=False, sort=True)["children"].sum()
        people = self.population[self.population["area_code"].isin(wanted) & self.population["year"].isin(shared)]
        found["population"] = people.groupby("year", as_index=False)["children"].sum()
        return found


def flows(official: Official, *, vintage: str | None = None, lend: bool = False) -> PublishedFlows:
    """How many children came into care, stayed and left, by age, council and year?

    Parameters
    ----------
    official
        The official statistics.
    vintage
        Totals as this release had them ("2023-11"), and nothing published later; `None` for the newest figures. The
        tables by age are held in their newest release only: with a vintage, their shares are laid on its totals.
    lend
        Whether a council without a table by age is given its region's shares.

    Returns
    -------
    PublishedFlows

    Notes
    -----
    The publisher hides small counts. Where one age of a council and year is hidden it follows from the total; where
    several are, what is missing from the total is shared among them as England's children of those ages are.

    Examples
    --------
    >>> from btc_eval import records
    >>> published = flows(records.official())
    >>> wirral = published.of(records.WIRRAL)["stock"]
    >>> float(wirral[wirral["year"] == 2025]["children"].sum())
    681.0
    """
    areas = official.areas()
    totals = _totals(official, areas, vintage)
    council = areas[areas["level"] == "council"].set_index("area_code")["region_code"]
    frames = {}
    for name, table in _TABLES.items():
        shares = _shares(official, table, newest_codes(areas))
        given = _laid(shares, totals[["area_code", "year", name]].rename(columns={name: "children"}))
        if lend:
            lent = _lent(shares, totals, council, name, set(given["area_code"]))
            given = pd.concat([given, lent], ignore_index=True)
        frames[name] = given.sort_values(["area_code", "year", "age_band"], kind="stable", ignore_index=True)
    window = (str(int(totals["year"].min())), str(int(totals["year"].max())))
    sources = ("looked_after", "looked_after_tool", "population", *_TABLES.values())
    return PublishedFlows(
        **frames,
        totals=totals,
        population=_population(official, areas),
        codes=frozenset(council.index),
        papers=Papers(Provenance.OFFICIAL, tuple(sorted(sources)), *window, _totals_from(official, vintage)),
    )


def _totals_from(official: Official, vintage: str | None) -> tuple[tuple[str, str], ...]:
    """Return the releases that the totals come from; where one was asked for, it and those before it."""
    if vintage is None:
        return releases(newest_looked_after(official), official)
    held = sorted(set(official.table("looked_after")["vintage"]))
    return tuple(("looked_after", str(one)) for one in held if one <= vintage)


def placement_mix(official: Official, area_code: str, year: int) -> pd.DataFrame:
    """Where do the children of an area live? Shares of placements on 31 March: `placement`, `share`.

    The published mix is of all ages together. What the publisher hid is shared among the hidden placements evenly; it
    is a handful of children.

    Examples
    --------
    >>> from btc_eval import records
    >>> mix = placement_mix(records.official(), records.WIRRAL, 2025)
    >>> round(float(mix["share"].sum()), 6)
    1.0
    """
    table = official.table(_TABLES["stock"])
    rows = table[(table["area_code"] == area_code) & (table["year"] == year)]
    total, mix = rows[rows["breakdown"] == ""]["value"], rows[rows["breakdown"] == "placement"]
    if mix.empty:
        raise refuse(
            "care_published.placement_mix",
            f"{area_code}, {year}",
            found="no such area or year in the table by placement",
            allowed="an area and year of looked_after_stock",
            do="Look at records.official().table('looked_after_stock').",
        )
    value = mix["value"].to_numpy(dtype=float, copy=True)
    hidden = pd.isna(value)
    short = max(float(total.iloc[0]) - float(value[~hidden].sum()), 0.0)
    value[hidden] = short / max(int(hidden.sum()), 1)
    return pd.DataFrame({"placement": mix["category"].to_numpy(), "share": value / value.sum()})


def _totals(official: Official, areas: pd.DataFrame, vintage: str | None) -> pd.DataFrame:
    """Return stock, starts and ceases by area and year, as known at the release or now."""
    if vintage is None:
        table = newest_looked_after(official)
    else:
        table = official.table("looked_after")
        if vintage not in set(table["vintage"]):
            raise refuse(
                "care_published.flows",
                "vintage",
                found=vintage,
                allowed=", ".join(sorted(set(table["vintage"]))),
                do="Name a release that is held.",
            )
        table = table[table["vintage"] <= vintage].sort_values("vintage", kind="stable")
        table = table[table["value"].notna()].drop_duplicates(["area_code", "year", "measure"], keep="last")
    pieces = []
    for name, measure in _TOTALS.items():
        rows = follow(table[table["measure"] == measure], areas)
        pieces.append(rows.set_index(["area_code", "year"])["value"].rename(name))
    return pd.concat(pieces, axis=1).sort_index().reset_index()


def _shares(official: Official, table: str, renamed: dict[str, str]) -> pd.DataFrame:
    """Return each age's share of its area and year's total: `area_code`, `year`, `age_band`, `share`."""
    rows = official.table(table)
    rows = rows[(rows["breakdown"] == "age") | (rows["breakdown"] == "")].assign(
        area_code=rows["area_code"].replace(renamed)
    )
    total = rows[rows["breakdown"] == ""].set_index(["area_code", "year"])["value"]
    ages = rows[rows["breakdown"] == "age"]
    wide = ages.pivot_table(index=["area_code", "year"], columns="category", values="value", dropna=False)
    wide = wide.loc[wide.index.isin(total.index)]
    england = wide.loc["E92000001"].sum()
    short = (total.reindex(wide.index) - wide.sum(axis=1)).clip(lower=0.0)
    weight = wide.isna() * england
    filled = wide.fillna(0.0) + weight.div(weight.sum(axis=1).where(lambda s: s > 0, 1.0), axis=0).mul(short, axis=0)
    bands = filled.T.groupby(lambda name: _OLDEST.get(name, name)).sum().T
    share = bands.div(bands.sum(axis=1), axis=0)
    return (
        share.rename_axis(columns="age_band")
        .reset_index()
        .melt(id_vars=["area_code", "year"], var_name="age_band", value_name="share")
    )


def _laid(shares: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Return children by age where an area has its own table: its shares laid on its totals."""
    both = shares.merge(totals.dropna(), on=["area_code", "year"])
    return _rows(both, "own")


def _lent(shares: pd.DataFrame, totals: pd.DataFrame, region: pd.Series, name: str, own: set[str]) -> pd.DataFrame:
    """Return children by age of the councils without a table: their region's shares on their own totals."""
    rows = totals[totals["area_code"].isin(set(region.index) - own)][["area_code", "year", name]].dropna()
    rows = rows.rename(columns={name: "children"}).assign(region=rows["area_code"].map(region))
    both = rows.merge(shares.rename(columns={"area_code": "region"}), on=["region", "year"])
    return _rows(both, "region")


def _rows(both: pd.DataFrame, ages: str) -> pd.DataFrame:
    # A share of a whole number is whole again but for the last bit.
    rows = both.assign(children=(both["share"] * both["children"]).round(9), ages=ages)
    return rows[["area_code", "year", "age_band", "children", "ages"]]


def _population(official: Official, areas: pd.DataFrame) -> pd.DataFrame:
    table = official.table("population")
    people = follow(table.assign(year=table["year"] + 1), areas)
    return people.dropna(subset=["value"])[["area_code", "year", "value"]].rename(columns={"value": "children"})
