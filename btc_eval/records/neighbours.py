"""Which councils are alike? Reads the statistical-neighbour models, workbook or CSV, any year.

Each model lists for every council the ten most similar ones, nearest first, by three-digit code, with the closeness
in words. The model's year is in the file's name; the file itself does not say.
"""

from __future__ import annotations

import re

import pandas as pd

from btc_eval.records.areas import WIRRAL, AreaList
from btc_eval.records.publications import NEIGHBOURS
from btc_eval.records.reading import by_small_name
from btc_eval.records.spec import Compiled
from btc_eval.records.tables import Faults, Ledger, RawTable, Reading, rows_words

TABLE = Compiled("neighbours", "Statistical neighbours of every council", broad=True, vintages=True, year="model year")
SOURCE = "Statistical neighbour model"
RANKS = range(1, 11)


def is_neighbours(raw: RawTable) -> bool:
    """Is this a statistical-neighbour model?"""
    return _columns(raw) is not None


def _columns(raw: RawTable) -> list[str] | None:
    """Return the council's column and the ten neighbours', under the workbook's names or the CSV's."""
    columns = by_small_name(raw)
    for own, stem in (("la num", "sn{}"), ("la number", "sn{}"), ("old_la_code", "sn_{}")):
        wanted = [own, *(stem.format(rank) for rank in RANKS)]
        if all(name in columns for name in wanted):
            return [columns[name] for name in wanted]
    return None


def model_year(raw: RawTable, faults: Faults) -> int | None:
    """Of which year is the model?"""
    found = re.search(r"20\d\d", raw.offered.file)
    if found is None:
        faults.add(
            "the file's name",
            found="no year",
            allowed="a name with the model's year in it, such as sn_may_2025.xlsx",
            do="Put the year of the model into the file's name.",
        )
        return None
    return int(found.group())


def read_neighbours(raw: RawTable, areas: AreaList, faults: Faults) -> Reading | None:
    """Which ten neighbours has each council under this model? One row a council."""
    year = model_year(raw, faults)
    columns = _columns(raw)
    if year is None or columns is None:
        return None
    ledger = Ledger(len(raw.frame))
    frame = raw.frame[columns].set_axis(["area_code", *(f"neighbour_{rank}" for rank in RANKS)], axis=1)
    body = frame["area_code"].str.fullmatch(r"\d{3}")
    ledger.put_aside("a heading or a note, not a council", int((~body).sum()))
    frame = frame[body].replace({"-": ""})
    for column in frame.columns:
        codes = areas.of_old_code(frame[column], pd.Series(year, index=frame.index))
        lost = frame.loc[(codes == "") & (frame[column] != ""), column]
        if len(lost):
            faults.add(
                f"column {column}, {rows_words(lost.index)}",
                found=", ".join(repr(code) for code in sorted(set(lost))[:5]),
                allowed="the three-digit code of a council of England",
                do="Use the model as downloaded; refresh the population file first after a reorganisation.",
            )
        frame = frame.assign(**{column: codes})
    again = frame[frame["area_code"].duplicated(keep=False)]
    if len(again):
        faults.add(
            rows_words(again.index), found="a council twice", allowed="each once", do="Use the model as downloaded."
        )
    if WIRRAL not in set(frame["area_code"]):
        faults.add("", found="no row for Wirral (344)", allowed="every council", do="Use the model as downloaded.")
    if faults:
        return None
    incomplete = (frame == "").any(axis=1)
    ledger.put_aside("a council without ten neighbours", int(incomplete.sum()))
    frame = frame[~incomplete].assign(year=year, source_rows=1)
    return Reading(raw.offered, SOURCE, NEIGHBOURS.vintage(year), {TABLE.name: frame}, ledger)


def neighbours_of(frame: pd.DataFrame, area_code: str) -> set[str]:
    """Which ten councils are this one's neighbours?"""
    own = frame[frame["area_code"] == area_code]
    return set(own[[f"neighbour_{rank}" for rank in RANKS]].to_numpy().ravel())
