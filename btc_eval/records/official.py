"""What do the official statistics say? The one reader of `data/official` above this floor.

Each table is read when it is asked for, its checksum is verified against the catalogue first, and the read is noted,
so that whoever builds a page knows which files it depended on. A missing figure has a reason in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from btc_eval.errors import refuse
from btc_eval.estimates import Papers
from btc_eval.locations import data_folder, note_part
from btc_eval.records.areas import MARKS, AreaList
from btc_eval.records.catalogue import NAME, Catalogue, Entry, fingerprint, read_catalogue
from btc_eval.records.compiling import from_bytes
from btc_eval.records.store import interrupted
from btc_eval.records.symbols import SHORTHAND

_READS: set[str] = set()

_RESTORE = "Restore the file from version control, or compile it again with btc-eval refresh."

#: Compiled files that hold no figures, and where they are read instead.
_NOT_FIGURES = {"areas": "Use areas().", "neighbours": "Use neighbours(area_code, model)."}


def reads() -> tuple[str, ...]:
    """Which compiled tables have been read in this process? Names relative to the data folder, sorted."""
    return tuple(sorted(_READS))


def read_bytes(data: Path, entry: Entry) -> bytes:
    """What does the compiled file hold, if it is the one the catalogue vouches for?

    Raises
    ------
    RefusedError
        Where the file is missing or differs from its checksum: a figure was edited, or a copy is stale.
    """
    path = data / entry.file
    if not path.is_file():
        raise refuse(f"data/{entry.file}", "", found="no such file", allowed="the file of the catalogue", do=_RESTORE)
    content = path.read_bytes()
    found = fingerprint(content)
    if found != entry.sha256:
        raise refuse(
            f"data/{entry.file}",
            "",
            found=f"contents that differ from the catalogue (checksum {found[:12]}…): a figure was changed by hand",
            allowed=f"the compiled file (checksum {entry.sha256[:12]}…)",
            do=_RESTORE,
        )
    return content


def areas_from(frame: pd.DataFrame) -> AreaList:
    """Return the list of areas from its compiled text."""
    typed = frame.copy()
    for column in ("first_year", "last_year"):
        typed[column] = typed[column].astype("int64")
    for column in MARKS:
        typed[column] = typed[column] == "yes"
    return AreaList(typed)


@lru_cache(maxsize=64)
def _table(file: str, sha256: str, content: bytes) -> pd.DataFrame:
    del file, sha256  # the key: the same contents are parsed once
    return from_bytes(content)


@dataclass(frozen=True, slots=True)
class Official:
    """The compiled official statistics of one data folder.

    Parameters
    ----------
    data
        The data folder.
    held
        What it holds. Whoever asks for one table uses `entry` or `find`, so that a page does not depend on all.
    """

    data: Path
    held: Catalogue

    @property
    def catalogue(self) -> Catalogue:
        """Return the whole catalogue: what is shown then depends on every entry."""
        note_part(self.data / NAME, None)
        return self.held

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the tables."""
        return tuple(entry.name for entry in self.held.entries if entry.provenance == "official")

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the data files read so far in this process."""
        return reads()

    def find(self, name: str) -> Entry | None:
        """Return the papers of a table; `None` where there is no such table."""
        found = self.held.entry(name)
        if found is not None:
            note_part(self.data / NAME, name)
        return found

    def entry(self, name: str) -> Entry:
        """Which papers has this table?

        Raises
        ------
        RefusedError
            Where there is no such table.
        """
        found = self.find(name)
        if found is None:
            raise refuse(
                "data/catalogue.toml",
                name,
                found="no such table",
                allowed=", ".join(self.names) or "a table compiled by btc-eval refresh",
                do="Name one of these, or compile it with btc-eval refresh.",
            )
        return found

    def wide(self, name: str) -> pd.DataFrame:
        """What does the compiled file hold, as text, one column a measure?"""
        entry = self.entry(name)
        content = read_bytes(self.data, entry)
        _READS.add(entry.file)
        return _table(entry.file, entry.sha256, content).copy()

    def areas(self) -> pd.DataFrame:
        """Which areas are there?

        Returns
        -------
        pd.DataFrame
            One row an area: `area_code`, `old_la_code`, `area_name`, `level` ("council", "region", "england"),
            `region_code`, `first_year` and `last_year` (years ending 31 March, both included), `continues` (the code
            this council had before), `boundary_changed`, `neighbour_2021`, `neighbour_2025`, `north_west`.
        """
        return areas_from(self.wide("areas")).frame

    def table(self, name: str) -> pd.DataFrame:
        """What does this table say, one figure a row?

        Returns
        -------
        pd.DataFrame
            `area_code`, `year`, `measure`, `breakdown` and `category` (blank where the measure has none), `value`
            (float), `reason` (in words where the value is missing, else blank) and `vintage`.

        Examples
        --------
        >>> from btc_eval import records
        >>> table = records.official().table("looked_after")
        >>> wirral = table[(table["area_code"] == "E08000015") & (table["measure"] == "children_at_31_march")]
        >>> wirral.loc[(wirral["year"] == 2023) & (wirral["vintage"] == "2023-11"), "value"].item()
        772.0
        """
        if name in _NOT_FIGURES:
            raise refuse(
                "Official.table",
                name,
                found="a list and not figures",
                allowed="a table of figures",
                do=_NOT_FIGURES[name],
            )
        wide = self.wide(name)
        keys = [key for key in ("area_code", "year", "vintage") if key in wide]
        long = wide.melt(id_vars=keys, var_name="column", value_name="cell")
        names = [(*column.split(" / "), "", "")[:3] for column in wide.columns]
        parts = long[["column"]].merge(
            pd.DataFrame(names, columns=["measure", "breakdown", "category"]).assign(column=wide.columns), on="column"
        )
        reason = long["cell"].map({key: str(value) for key, value in SHORTHAND.items()}).fillna("")
        value = pd.to_numeric(long["cell"].where(reason == "", None))
        result = long[["area_code", "year"]].assign(
            measure=parts["measure"],
            breakdown=parts["breakdown"],
            category=parts["category"],
            value=value,
            reason=reason,
            vintage=long["vintage"],
        )
        return result.sort_values(["area_code", "year", "vintage"], kind="stable", ignore_index=True)

    def neighbours(self, area_code: str, model: int) -> tuple[str, ...]:
        """Which ten councils are this one's statistical neighbours, nearest first?

        Parameters
        ----------
        area_code
            Any council of England.
        model
            The year of the model, such as 2021 or 2025.

        Raises
        ------
        RefusedError
            Where the model has no such council.
        """
        wide = self.wide("neighbours")
        row = wide[(wide["area_code"] == area_code) & (wide["year"] == model)]
        if row.empty:
            raise refuse(
                "neighbours",
                f"{area_code}, {model}",
                found="no such council in the model",
                allowed=f"a council of the models {', '.join(str(year) for year in sorted(set(wide['year'])))}",
                do="Look it up in areas(), or refresh the statistical-neighbour workbook of that year.",
            )
        return tuple(str(code) for code in row.iloc[0][[f"neighbour_{rank}" for rank in range(1, 11)]])

    def papers(self, name: str) -> Papers:
        """What must this table carry to be shown?"""
        return self.entry(name).papers


def official(data: Path | None = None) -> Official:
    """Which official statistics are held? Those of the data folder in use, or of the one named.

    Raises
    ------
    RefusedError
        Where a refresh was killed half-way, or the catalogue is missing or not sound.
    """
    folder = data_folder() if data is None else data
    if interrupted(folder):
        raise refuse(
            str(folder),
            "",
            found="a refresh that was interrupted while its files were being moved in",
            allowed="a finished one",
            do="Run btc-eval check: it finishes the move, and then checks everything.",
        )
    catalogue = read_catalogue(folder, whole=False)
    if not catalogue.entries:
        raise refuse(
            str(folder / NAME),
            "",
            found="no table",
            allowed="the tables compiled by btc-eval refresh",
            do="Run btc-eval refresh with the publishers' files, or restore data/ from version control.",
        )
    return Official(folder, catalogue)
