"""How has a measure moved from year to year, in Wirral, its neighbours, the regions and England?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.measures.definitions import DEFINITIONS, LATER_TABLE, POPULATION, Definition
from btc_eval.measures.looked_after import newest_looked_after, releases
from btc_eval.measures.places import follow
from btc_eval.records import Official

COLUMNS = ("area_code", "area_name", "level", "year", "value", "reason")


@dataclass(frozen=True, slots=True)
class AnnualPanel:
    """A measure by area and year.

    Parameters
    ----------
    frame
        `area_code`, `area_name`, `level` ("council", "region", "england"), `year`, `value` (float, in `unit`) and
        `reason` (in words where the value is missing); sorted by area and year, each once.
    definition
        What the measure is.
    areas
        The list of areas, with both neighbour sets marked.
    papers
        Provenance, sources and window; the window is the first and last year with a row, both included.
    """

    frame: pd.DataFrame
    definition: Definition
    areas: pd.DataFrame
    papers: Papers

    def __post_init__(self) -> None:
        if self.frame.duplicated(["area_code", "year"]).any():
            raise ValueError(f"an area and year twice in {self.definition.name}")
        if (self.frame["value"].isna() != (self.frame["reason"] != "")).any():
            raise ValueError(f"a figure without a reason, or a reason beside a figure, in {self.definition.name}")

    @property
    def unit(self) -> str:
        """Return the unit of the values."""
        return self.definition.unit

    def of(self, area_code: str) -> pd.DataFrame:
        """Which values has this area? Columns `year`, `value`, `reason`.

        Raises
        ------
        RefusedError
            Where the area is not in the panel.
        """
        rows = self.frame.loc[self.frame["area_code"] == area_code, ["year", "value", "reason"]]
        if rows.empty:
            raise refuse(
                self.definition.table,
                area_code,
                found="no such area in this measure",
                allowed="an area_code of the panel",
                do="Look at .frame; where the table holds only the report's areas, refresh it with the national file.",
            )
        return rows.reset_index(drop=True)

    def neighbours(self, model: int) -> pd.DataFrame:
        """Which values have Wirral's ten statistical neighbours under the model of 2021 or 2025?"""
        column = f"neighbour_{model}"
        if column not in self.areas:
            raise refuse(
                "areas",
                str(model),
                found="no such neighbour model",
                allowed="2021 (in force during the programme) or 2025",
                do="Name one of them.",
            )
        codes = set(self.areas.loc[self.areas[column], "area_code"])
        return self.frame[self.frame["area_code"].isin(codes)].reset_index(drop=True)

    def mean_of_neighbours(self, model: int) -> pd.DataFrame:
        """What is the plain mean of the neighbours' values, year by year?

        Each council counts once, whatever its size. A year in which some neighbours have no value gives the mean of
        the others, and `n` says how many there are.

        Returns
        -------
        pd.DataFrame
            `year`, `value` (missing where no neighbour has one), `n`.
        """
        grouped = self.neighbours(model).groupby("year")["value"]
        return pd.DataFrame({"value": grouped.mean(), "n": grouped.count()}).reset_index()

    def councils(self) -> pd.DataFrame:
        """Which values have the councils? For a placebo panel."""
        return self.frame[self.frame["level"] == "council"].reset_index(drop=True)


def annual(official: Official, measure: str, *, vintage: str | None = None) -> AnnualPanel:
    """How has this measure moved from year to year?

    Parameters
    ----------
    official
        The official statistics.
    measure
        A name in `btc_eval.measures.DEFINITIONS`.
    vintage
        A release to read as it was published ("2023-11"), for tables that keep every release; `None` for the newest
        figure of each year.

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> panel = measures.annual(records.official(), "looked_after_rate", vintage="2023-11")
    >>> wirral = panel.of("E08000015")
    >>> round(float(wirral.loc[wirral["year"] == 2023, "value"].iloc[0]), 1)
    117.5
    """
    definition = DEFINITIONS.get(measure)
    if definition is None:
        raise refuse(
            "measures.annual",
            measure,
            found="no such measure",
            allowed=", ".join(sorted(DEFINITIONS)),
            do="Name one of these, or read the table itself with records.official().table(name).",
        )
    return annual_of(official, definition, vintage=vintage)


def annual_of(official: Official, definition: Definition, *, vintage: str | None = None) -> AnnualPanel:
    """How has a measure that is defined here and now moved from year to year?

    Examples
    --------
    >>> from btc_eval import measures, records
    >>> parents = measures.Definition(
    ...     "domestic_abuse_percent", "Domestic abuse, parent", "% of episodes", "assessment_factors", ("episodes",),
    ...     over=("episodes_with_a_factor",), per=100.0, breakdown="factor", category="domestic abuse, parent",
    ... )
    >>> wirral = measures.annual_of(records.official(), parents).of("E08000015")
    >>> round(float(wirral.loc[wirral["year"] == 2019, "value"].iloc[0]), 1)
    38.8
    """
    areas = official.areas()
    table, sources = _rows(official, definition, vintage)
    keys = ["area_code", "year"]
    top = _sum(table, definition.parts, definition.breakdown, definition.category)
    if definition.over:
        bottom, more = _denominator(official, table, definition)
        sources |= more
        both = top.join(bottom.add_suffix("_under"), how="left")
        value = both["value"] / both["value_under"].where(both["value_under"] > 0) * definition.per
        under = both["reason_under"].fillna("").where(both["value_under"].isna() | (both["reason"] != ""), "")
        reason = both["reason"].where(both["reason"] != "", under)
        reason = reason.where(value.isna(), "").mask(value.isna() & (reason == ""), "not available")
        top = pd.DataFrame({"value": value, "reason": reason})
    if definition.later and vintage is None:
        top = _with_later(official, top, definition.later)
        sources |= {LATER_TABLE}
    frame = follow(top.reset_index(), areas)
    facts = areas.set_index("area_code")
    frame["area_name"] = frame["area_code"].map(facts["area_name"])
    frame["level"] = frame["area_code"].map(facts["level"])
    frame = frame[list(COLUMNS)].sort_values(keys, ignore_index=True)
    window = (str(frame["year"].min()), str(frame["year"].max()))
    kind, names = official.papers(definition.table).provenance, tuple(sorted(sources | {"areas"}))
    papers = Papers(kind, names, *window, _releases(official, definition, table, sources))
    return AnnualPanel(frame, definition, areas, papers)


def _rows(official: Official, definition: Definition, vintage: str | None) -> tuple[pd.DataFrame, set[str]]:
    """Return the table's long rows, one release an area and year, and the tables they came from."""
    if definition.table == "looked_after" and vintage is None:
        return newest_looked_after(official), {"looked_after", "looked_after_tool"}
    table = official.table(definition.table)
    held = sorted(table["vintage"].unique())
    if vintage is not None:
        if vintage not in held:
            raise refuse(
                definition.table, vintage, found="no such release", allowed=", ".join(held), do="Name one of these."
            )
        return table[table["vintage"] == vintage], {definition.table}
    newest = table.groupby(["area_code", "year"])["vintage"].transform("max")
    return table[table["vintage"] == newest], {definition.table}


def _releases(
    official: Official, definition: Definition, table: pd.DataFrame, sources: set[str]
) -> tuple[tuple[str, str], ...]:
    """Return the releases in which the figures stand that were added up, of the tables that hold more than one."""
    rows = table[table["measure"].isin({*definition.parts, *definition.over})]
    if definition.table == "looked_after":
        found = releases(rows, official)
    else:
        found = tuple((definition.table, str(one)) for one in sorted(rows["vintage"].unique()))
    return tuple(pair for pair in found if pair[0] in sources)


def _sum(table: pd.DataFrame, parts: tuple[str, ...], breakdown: str = "", category: str = "") -> pd.DataFrame:
    """Add up measures by area and year; where one is missing the sum is, for that one's reason."""
    rows = table[table["measure"].isin(parts) & (table["breakdown"] == breakdown) & (table["category"] == category)]
    missing = sorted(set(parts) - set(rows["measure"]))
    if missing:
        raise refuse(
            "measures.annual",
            ", ".join(missing),
            found="no such measure in the table",
            allowed=", ".join(sorted(table["measure"].unique())),
            do="Name one of these, with its breakdown and category.",
        )
    grouped = rows.groupby(["area_code", "year"])
    value = grouped["value"].sum(min_count=len(parts))
    return pd.DataFrame({"value": value, "reason": grouped["reason"].max().where(value.isna(), "")})


def _denominator(official: Official, table: pd.DataFrame, definition: Definition) -> tuple[pd.DataFrame, set[str]]:
    """Return the denominator by area and year: the table's own, or the population of the mid-year before."""
    own = set(definition.over) <= set(table["measure"])
    held = _sum(table, definition.over) if own else None
    if definition.over != (POPULATION,):
        return (held if held is not None else _sum(table, definition.over)), set()
    population = official.table("population")
    population = population.assign(year=population["year"] + 1, measure=POPULATION)
    before = _sum(population, (POPULATION,))
    if held is None:
        return before, {"population"}
    # A release's own population is the one its rate was made from; the estimates fill the years that print none.
    return held[held["value"].notna()].combine_first(before), {"population"}


def _with_later(official: Official, held: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the panel with the tool's printed figures for the years after its last."""
    last = int(held.index.get_level_values("year").max())
    tool = _sum(official.table(LATER_TABLE), (measure,))
    after = tool[tool.index.get_level_values("year") > last]
    return pd.concat([held, after])
