"""Which areas exist? The list of councils, regions and England that every file is checked against.

The list comes from the population file, the one published table in which every council appears with its three codes,
its region and the years it existed. A council that took a new code on the same or nearly the same land continues an
older one; a series follows it through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

WIRRAL = "E08000015"
ENGLAND = "E92000001"
NORTH_WEST = "E12000002"

#: The two statistical-neighbour models of the project: the one in force during the programme, and its successor.
NEIGHBOUR_MODELS = (2021, 2025)

AREA_COLUMNS = (
    "area_code",
    "old_la_code",
    "area_name",
    "level",
    "region_code",
    "first_year",
    "last_year",
    "continues",
    "boundary_changed",
    "neighbour_2021",
    "neighbour_2025",
    "north_west",
)

#: Columns that are true or false; written as "yes" or blank.
MARKS = ("boundary_changed", "neighbour_2021", "neighbour_2025", "north_west")

COUNCIL_CODE = re.compile(r"E(06|08|09|10)\d{6}")

#: Councils with two nine-character codes after a small boundary change (Northumberland and Gateshead in 2013, Barnsley
#: and Sheffield in 2025): publications moved to the new one at different times, or gave the whole past under it.
TWO_CODES = (
    ("E06000048", "E06000057"),
    ("E08000020", "E08000037"),
    ("E08000016", "E08000038"),
    ("E08000019", "E08000039"),
)

#: Regions by every name they are published under, in small letters.
REGIONS = {
    "north east": "E12000001",
    "north west": NORTH_WEST,
    "yorkshire and the humber": "E12000003",
    "east midlands": "E12000004",
    "west midlands": "E12000005",
    "east of england": "E12000006",
    "london": "E12000007",
    "south east": "E12000008",
    "south west": "E12000009",
    "inner london": "E13000001",
    "london (inner)": "E13000001",
    "outer london": "E13000002",
    "london (outer)": "E13000002",
}


@dataclass(frozen=True, slots=True)
class AreaList:
    """Every area, one row each, with `first_year` and `last_year` as years ending 31 March (both included)."""

    frame: pd.DataFrame

    def codes(self, level: str | None = None) -> set[str]:
        """Which codes are known, of one level or of all?"""
        frame = self.frame if level is None else self.frame[self.frame["level"] == level]
        return set(frame["area_code"])

    def listed(self, code: pd.Series) -> pd.Series:
        """Under which code is each council listed here? A council with two codes is found under either."""
        known = self.codes()
        pairs = [*TWO_CODES, *((new, old) for old, new in TWO_CODES)]
        return code.replace({one: other for one, other in pairs if one not in known and other in known})

    def councils(self, year: int) -> set[str]:
        """Which councils existed in the year ending 31 March `year`?"""
        f = self.frame
        within = (f["level"] == "council") & (f["first_year"] <= year) & (f["last_year"] >= year)
        return set(f.loc[within, "area_code"])

    def of_old_code(self, old_code: pd.Series, year: pd.Series) -> pd.Series:
        """Which council does each old three-digit code mean in its year? Blank where the code is unknown.

        Some codes outlived a change of the nine-character code (825 is Buckinghamshire before and after 2020). Before
        the first year of the list the oldest holder stands.
        """
        holders = self.frame[self.frame["old_la_code"] != ""].sort_values("first_year")
        result = pd.Series("", index=old_code.index, dtype="str")
        for number, code, first in zip(holders["old_la_code"], holders["area_code"], holders["first_year"]):
            # Oldest first: a later holder takes over from its own first year.
            result = result.mask((old_code == number) & ((result == "") | (year >= int(first))), str(code))
        return result

    def in_year(self, place: pd.Series, year: pd.Series) -> pd.Series:
        """Which code had each council in its year, where it changed its code and kept its land?

        Some releases give the whole past of Buckinghamshire under its code of 2020. A row is moved to the code of its
        year unless the table has a row there already.
        """
        result = place
        renamed = self.frame[(self.frame["continues"] != "") & ~self.frame["boundary_changed"]]
        for new, old, first in zip(renamed["area_code"], renamed["continues"], renamed["first_year"]):
            for wrong, right, when in ((new, old, year < int(first)), (old, new, year >= int(first))):
                taken = set(year[(place == right) & when])
                result = result.mask((place == wrong) & when & ~year.isin(taken), right)
        return result

    def report(self) -> set[str]:
        """Which areas does the report use: Wirral, both neighbour sets, the North West, the regions and England?"""
        f = self.frame
        kept = f["neighbour_2021"] | f["neighbour_2025"] | f["north_west"] | (f["level"] != "council")
        return set(f.loc[kept | (f["area_code"] == WIRRAL), "area_code"])


def list_areas(rows: pd.DataFrame, known: AreaList | None = None) -> AreaList:
    """Which areas does a population file name, added to those already known?

    Parameters
    ----------
    rows
        The file's rows with `year` (mid-year), `level`, `area_code`, `old_la_code`, `area_name`, `region_code`.
    known
        The list so far; its neighbour marks are kept.
    """
    newest = rows.sort_values("year").groupby("area_code", sort=True)
    # The census of a year ending 31 March uses the population of the June before.
    frame = pd.DataFrame(
        {
            "old_la_code": newest["old_la_code"].last(),
            "area_name": newest["area_name"].last(),
            "level": newest["level"].last(),
            "region_code": newest["region_code"].last(),
            "first_year": newest["year"].min() + 1,
            "last_year": newest["year"].max() + 1,
        }
    ).reset_index()
    if known is not None:
        frame = _add(known.frame, frame)
    return AreaList(_marked(frame, known))


def _add(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return both lists as one: years are widened, and the longer-lived list's names stand."""
    both = pd.concat([old[list(new.columns)], new], ignore_index=True).sort_values("last_year", kind="stable")
    grouped = both.groupby("area_code", sort=True)
    frame = grouped.last()
    frame["first_year"] = grouped["first_year"].min()
    frame["last_year"] = grouped["last_year"].max()
    return frame.reset_index()


def _marked(frame: pd.DataFrame, known: AreaList | None) -> pd.DataFrame:
    """Add what follows from the list itself: continuations and the North West; keep the neighbour marks."""
    frame = frame.sort_values("area_code", ignore_index=True)
    council = frame["level"] == "council"
    before, changed = [], []
    for _, row in frame.iterrows():
        older = frame[council & (frame["last_year"] == int(row["first_year"]) - 1)]
        same = older[older["area_name"] == row["area_name"]] if row["level"] == "council" else older.iloc[:0]
        before.append(str(same["area_code"].iloc[0]) if len(same) else "")
        changed.append(bool(len(same)) and str(same["old_la_code"].iloc[0]) != row["old_la_code"])
    frame["continues"] = pd.Series(before, dtype="str")
    # A council that keeps its old code kept its land; Dorset took a new one in 2019 and lost Christchurch.
    frame["boundary_changed"] = changed
    for model in NEIGHBOUR_MODELS:
        name = f"neighbour_{model}"
        marked = set() if known is None else set(known.frame.loc[known.frame[name], "area_code"])
        frame[name] = frame["area_code"].isin(marked)
    frame["north_west"] = council & (frame["region_code"] == NORTH_WEST)
    return frame[list(AREA_COLUMNS)]


def mark_neighbours(areas: AreaList, model: int, codes: set[str]) -> AreaList:
    """Which councils are Wirral's statistical neighbours under the model of this year? Returns the marked list."""
    frame = areas.frame.copy()
    frame[f"neighbour_{model}"] = frame["area_code"].isin(codes)
    return AreaList(frame)
