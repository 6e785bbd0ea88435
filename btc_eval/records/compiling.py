"""How do readings become the tables of `data/official`? Merges releases, narrows to a scope, writes stable bytes.

A row is an area and a year, or an area, a year and a release where every release is kept. Within one release a file
replaces what an earlier refresh took from it; between releases the newest figure of an area and year stands, the
whole row at a time. The result does not depend on the order of the files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from btc_eval.records.spec import Compiled
from btc_eval.records.symbols import Reason, shorthand
from btc_eval.records.tables import Faults, Reading

KEYS = ["area_code", "year", "vintage"]
_ABSENT = shorthand(Reason.NOT_AVAILABLE)


@dataclass(frozen=True, slots=True)
class Merged:
    """A compiled table and, for each reading, how many of its source rows stand in it."""

    frame: pd.DataFrame
    superseded: dict[str, int] = field(default_factory=dict)
    narrowed: dict[str, int] = field(default_factory=dict)


def merge(
    table: Compiled,
    existing: pd.DataFrame | None,
    readings: Sequence[Reading],
    kept_areas: set[str] | None,
    faults: Faults,
) -> Merged:
    """Which rows has the table after these readings?

    Parameters
    ----------
    table
        The compiled table's description.
    existing
        The table as it stands, text, or `None`.
    readings
        New readings of any releases, in any order.
    kept_areas
        Areas to keep, or `None` for all.
    faults
        Where two readings of one release contradict each other.
    """
    pieces = [] if existing is None else [existing.assign(_from="")]
    for reading in readings:
        frame = reading.frames[table.name]
        pieces.append(frame.assign(vintage=reading.vintage, _from=reading.offered.name))
    _check_agreement(pieces, faults)
    measures = list(
        dict.fromkeys(column for piece in pieces for column in piece.columns if column not in _NOT_MEASURES)
    )
    # Later pieces win cell by cell within a release: `last` skips what a file does not carry.
    stacked = pd.concat(pieces, ignore_index=True)
    rows = stacked.groupby(KEYS, sort=True)[measures].last().reset_index()
    superseded: dict[str, int] = {}
    narrowed: dict[str, int] = {}
    if not table.vintages:
        rows = rows.sort_values(KEYS).drop_duplicates(["area_code", "year"], keep="last")
    standing = pd.MultiIndex.from_frame(rows[KEYS])
    wanted = rows if kept_areas is None else rows[rows["area_code"].isin(kept_areas)]
    for piece in pieces:
        name = str(piece["_from"].iloc[0])
        if name:
            stands = pd.MultiIndex.from_frame(piece[KEYS]).isin(standing)
            inside = piece["area_code"].isin(set(wanted["area_code"])).to_numpy()
            superseded[name] = int(piece.loc[~stands, "source_rows"].sum())
            narrowed[name] = int(piece.loc[stands & ~inside, "source_rows"].sum())
    frame = wanted[[*KEYS, *_ordered(measures, table.columns)]].fillna(_ABSENT).sort_values(KEYS, ignore_index=True)
    return Merged(frame, superseded, narrowed)


_NOT_MEASURES = {*KEYS, "source_rows", "_from"}


def _ordered(measures: Sequence[str], first: Sequence[str]) -> list[str]:
    """Return measures in the table's order, else as read, with the columns of breakdowns after them by name."""
    plain = [measure for measure in measures if " / " not in measure]
    given = [measure for measure in first if measure in plain]
    rest = [measure for measure in plain if measure not in given]
    return given + rest + sorted(measure for measure in measures if " / " in measure)


def _check_agreement(pieces: Sequence[pd.DataFrame], faults: Faults) -> None:
    """Do two new files of one release say the same where they speak of the same figure?"""
    new = [piece for piece in pieces if piece["_from"].iloc[0]]
    for i, left in enumerate(new):
        for right in new[i + 1 :]:
            shared = [c for c in left.columns if c in right.columns and c not in _NOT_MEASURES]
            both = left[[*KEYS, *shared]].merge(right[[*KEYS, *shared]], on=KEYS, suffixes=("", "_other"))
            for column in shared if len(both) else []:
                differs = both[both[column] != both[f"{column}_other"]]
                if len(differs):
                    row = differs.iloc[0]
                    faults.file = str(right["_from"].iloc[0])
                    faults.add(
                        f"{column}, {row['area_code']} in {row['year']}",
                        found=f"{row[f'{column}_other']}, where {left['_from'].iloc[0]} of the same release has "
                        f"{row[column]}",
                        allowed="the same figure in both",
                        do="Offer only the file downloaded last.",
                    )
                    break


def to_bytes(frame: pd.DataFrame) -> bytes:
    """How is a compiled table written? UTF-8, commas, one line feed a row: the same bytes for the same table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.astype("str").to_numpy().tolist())
    return out.getvalue().encode("utf-8")


def from_bytes(content: bytes) -> pd.DataFrame:
    """Return a compiled table as text, with `year` a whole number where it has one."""
    frame = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8")
    if "year" in frame:
        frame["year"] = frame["year"].astype("int64")
    return frame
