"""How does a council stand beside its statistical neighbours, its region and England, measure by measure?

Every council has ten statistical neighbours of its own. That makes each of them comparable with its own kind, and all
of them a yardstick for how far such a comparison moves where nothing was done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import pandas as pd

from btc_eval.errors import UsageError, refuse
from btc_eval.estimates import Papers
from btc_eval.measures.annual import AnnualPanel, annual, annual_of
from btc_eval.measures.definitions import Definition
from btc_eval.measures.places import newest_codes
from btc_eval.records import ENGLAND, WIRRAL, Official

#: What the plain mean of a council's neighbours is called.
MEAN = "Neighbours' mean"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Measures of one council beside its neighbours', its region's and England's.

    Parameters
    ----------
    panels
        The measures, each with every council.
    area
        The council.
    neighbours
        Every council of the model to its neighbours, nearest first, under newest codes.
    papers
        Provenance, sources and window of all the measures together, and the list of neighbours.
    """

    panels: tuple[AnnualPanel, ...]
    area: str
    neighbours: Mapping[str, tuple[str, ...]]
    papers: Papers

    def series(self, first: int, *, without: Sequence[str] = ()) -> pd.DataFrame:
        """How has each measure moved, here and elsewhere?

        Parameters
        ----------
        first
            First year shown, included (a year is named by the 31 March on which it ends).
        without
            Series left out, by name.

        Returns
        -------
        pd.DataFrame
            `measure` (its title), `unit`, `series` (the council, `MEAN`, its region, "England"), `year`, `value`, `n`
            (councils averaged; 1 where one figure was published). Years that were not published have no row.
        """
        rows = [_series(panel, self.area, self.neighbours[self.area]) for panel in self.panels]
        table = pd.concat(rows, ignore_index=True)
        return table[(table["year"] >= first) & ~table["series"].isin(list(without))].reset_index(drop=True)

    def wide(self, years: Sequence[int]) -> pd.DataFrame:
        """What did the council, its neighbours' mean and England stand at in these years?

        Returns
        -------
        pd.DataFrame
            One row a measure: `measure`, and for each year `own_2023`, `mean_2023` and `england_2023`.

        Raises
        ------
        RefusedError
            Where a measure has no figure for one of the years.
        """
        table = self.series(min(years))
        own = str(self.panels[0].areas.set_index("area_code").loc[self.area, "area_name"])
        columns = {own: "own", MEAN: "mean", "England": "england"}
        table = table[table["year"].isin(list(years)) & table["series"].isin(list(columns))]
        cell = table["series"].map(columns) + "_" + table["year"].astype("str")
        found = table.assign(cell=cell).pivot(index="measure", columns="cell", values="value")
        wanted = [f"{column}_{year}" for year in years for column in columns.values()]
        absent = [name for name in wanted if name not in found or bool(found[name].isna().any())]
        if absent:
            raise refuse(
                "comparison.wide",
                "years",
                found=f"no figure for {', '.join(absent)} in some measure",
                allowed="years that every measure has",
                do="Choose other years, or compare fewer measures.",
            )
        titles = [panel.definition.title for panel in self.panels]
        return found.loc[titles, wanted].reset_index().rename_axis(columns=None)

    def councils(self) -> dict[str, pd.DataFrame]:
        """Which values have the councils? By the measure's title: `area_code`, `year`, `value`, published only."""
        found = {}
        for panel in self.panels:
            rows = panel.councils().dropna(subset=["value"])
            found[panel.definition.title] = rows[["area_code", "year", "value"]].reset_index(drop=True)
        return found

    def near(self) -> tuple[str, ...]:
        """Which councils are alike or close by? The neighbours, and the other councils of the region; sorted."""
        areas = self.panels[0].areas
        region = areas.loc[areas["area_code"] == self.area, "region_code"].iloc[0]
        around = areas[(areas["level"] == "council") & (areas["region_code"] == region)]["area_code"]
        return tuple(sorted({*self.neighbours[self.area], *around} - {self.area}))

    def named(self, table: pd.DataFrame, code: str = "unit") -> pd.DataFrame:
        """What is each council of this table called? Adds `area_name` beside the column `code`."""
        names = self.panels[0].areas.set_index("area_code")["area_name"]
        return table.assign(area_name=table[code].map(names))

    def places(self, year: int) -> pd.DataFrame:
        """Where does the council stand among all councils in a year?

        Returns
        -------
        pd.DataFrame
            One row a measure that has the year: `measure`, `year`, `value`, `rank` (1 is the lowest; ties take the
            later place) and `councils`.
        """
        rows = []
        for title, frame in self.councils().items():
            values = frame[frame["year"] == year].set_index("area_code")["value"]
            if self.area in values.index:
                own = float(values[self.area])
                rows.append((title, year, own, int((values <= own).sum()), len(values)))
        return pd.DataFrame(rows, columns=["measure", "year", "value", "rank", "councils"])


def compare(
    official: Official,
    wanted: Sequence[str | Definition | AnnualPanel],
    *,
    area_code: str = WIRRAL,
    model: int = 2021,
    vintage: str | None = None,
) -> Comparison:
    """How does this council stand beside its neighbours in these measures?

    Parameters
    ----------
    official
        The official statistics.
    wanted
        Names in `measures.DEFINITIONS`, definitions of other measures, or panels made already.
    area_code
        The council.
    model
        Year of the neighbour model: 2021 (in force during the programme) or 2025.
    vintage
        The release to read, for tables that keep every release; `None` for the newest figure of each year.

    Raises
    ------
    RefusedError
        An unknown measure, release or model; a council that the model does not have.

    Examples
    --------
    >>> from btc_eval import records
    >>> beside = compare(records.official(), ["looked_after_rate"], vintage="2023-11").series(2023)
    >>> beside.set_index("series")["value"].round(1).to_dict()
    {'Wirral': 117.5, "Neighbours' mean": 110.6, 'North West': 95.8, 'England': 70.5}
    """
    if isinstance(wanted, str) or not wanted:
        raise UsageError("comparison.compare: wanted is a list of measures; write ['looked_after_rate'].")
    panels = tuple(_panel(official, item, vintage) for item in wanted)
    known = neighbour_map(official, model)
    if area_code not in known:
        raise refuse(
            "comparison.compare",
            area_code,
            found="no such council in the neighbour model",
            allowed=f"one of its {len(known)} councils",
            do="Look it up in records.official().areas().",
        )
    papers = reduce(Papers.joined, (panel.papers for panel in panels))
    window = (papers.window_start, papers.window_end)
    papers = papers.joined(_neighbour_papers(official, model)).over(*window)
    return Comparison(panels, area_code, known, papers)


def _neighbour_papers(official: Official, model: int) -> Papers:
    """Return the papers of the model of one year: the others that are held were not used."""
    wide = official.wide("neighbours")
    releases = sorted(set(wide.loc[wide["year"] == model, "vintage"]))
    return replace(official.papers("neighbours"), vintages=tuple(("neighbours", str(one)) for one in releases))


def neighbour_map(official: Official, model: int) -> dict[str, tuple[str, ...]]:
    """Which councils are each council's ten statistical neighbours?

    A council that took a new code since the model was made is followed under its newest one, both as the council asked
    about and as a neighbour. Where the model has a row under both codes, the one under the newest stands.

    Examples
    --------
    >>> from btc_eval import records
    >>> len(neighbour_map(records.official(), 2021)["E08000015"])
    10
    """
    wide = official.wide("neighbours")
    wide = wide[wide["year"] == model]
    if wide.empty:
        raise refuse(
            "neighbours",
            str(model),
            found="no such neighbour model",
            allowed=", ".join(str(year) for year in sorted(set(official.wide("neighbours")["year"]))),
            do="Name one of them.",
        )
    newest = newest_codes(official.areas())
    ranks = [f"neighbour_{rank}" for rank in range(1, 11)]
    found: dict[str, tuple[str, ...]] = {}
    for old_code in (True, False):
        rows = wide[wide["area_code"].isin(list(newest)) == old_code]
        for code, *others in rows[["area_code", *ranks]].itertuples(index=False, name=None):
            found[newest.get(code, code)] = tuple(newest.get(other, other) for other in others)
    return found


def _panel(official: Official, item: str | Definition | AnnualPanel, vintage: str | None) -> AnnualPanel:
    if isinstance(item, AnnualPanel):
        return item
    if isinstance(item, Definition):
        return annual_of(official, item, vintage=vintage)
    return annual(official, item, vintage=vintage)


def _series(panel: AnnualPanel, area: str, neighbours: Sequence[str]) -> pd.DataFrame:
    """Return one measure's lines: the council, its neighbours' plain mean, its region, England."""
    facts = panel.areas.set_index("area_code")
    region = str(facts.loc[area, "region_code"])
    held = panel.frame[panel.frame["value"].notna()]
    near = held[held["area_code"].isin(list(neighbours))].groupby("year")["value"]
    lines = [(str(facts.loc[code, "area_name"]), held[held["area_code"] == code]) for code in (area, region, ENGLAND)]
    mean = pd.DataFrame({"value": near.mean(), "n": near.count()}).reset_index()
    lines.insert(1, (MEAN, mean))
    rows = [rows.assign(series=name) for name, rows in lines if len(rows)]
    table = pd.concat(rows, ignore_index=True).fillna({"n": 1}).astype({"n": "int64"})
    table = table.assign(measure=panel.definition.title, unit=panel.unit)
    return table[["measure", "unit", "series", "year", "value", "n"]]
