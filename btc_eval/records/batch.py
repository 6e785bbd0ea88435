"""What do all these files say together? Reads one batch: areas first, then neighbours, then every other table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import pandas as pd

from btc_eval.errors import Refusal
from btc_eval.progress import through
from btc_eval.records import layouts, registry
from btc_eval.records.areas import (
    COUNCIL_CODE,
    ENGLAND,
    NEIGHBOUR_MODELS,
    WIRRAL,
    AreaList,
    list_areas,
    mark_neighbours,
)
from btc_eval.records.decode import TABLES, decode
from btc_eval.records.geography import LEVELS
from btc_eval.records.interactive_tool import is_interactive_tool, read_interactive_tool
from btc_eval.records.neighbours import is_neighbours, neighbours_of, read_neighbours
from btc_eval.records.reading import by_small_name
from btc_eval.records.report import TableLine
from btc_eval.records.spec import Spec
from btc_eval.records.statutory.notes import shown_heading
from btc_eval.records.tables import Faults, Offered, RawTable, Reading, rows_words


@dataclass
class Batch:
    """What was read, what was refused, and which files were left alone."""

    areas: AreaList | None
    readings: list[Reading] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    unused: list[TableLine] = field(default_factory=list)


def read_batch(offered: Sequence[Offered], known: AreaList | None) -> Batch:
    """Which figures do these files hold? The same whatever their order.

    Parameters
    ----------
    offered
        The files.
    known
        The list of areas so far, or `None` in an empty data folder.
    """
    batch = Batch(areas=known)
    recognised: list[tuple[RawTable, Spec | None]] = []
    seen: dict[str, str] = {}
    for item in through(offered, lambda one: f"opened {one.file}"):
        if item.sha256 in seen:
            batch.unused.append(TableLine(f"the same file as {seen[item.sha256]}", "given twice", item.name))
            continue
        seen[item.sha256] = item.name
        _recognise(item, batch, recognised)
    _extend_areas([raw for raw, spec in recognised if spec is not None and spec.table == "population"], batch)
    if batch.areas is None:
        if recognised and not batch.refusals:
            batch.refusals.append(_no_areas())
        return batch
    ordered = sorted(recognised, key=lambda pair: pair[1] is not None)
    for raw, spec in through(ordered, lambda pair: f"read {PurePath(pair[0].name).name}"):
        faults = Faults(raw.name)
        reading = _read(raw, spec, batch.areas, faults)
        batch.refusals += faults.found
        if reading is not None:
            batch.readings.append(reading)
    _mark(batch)
    return batch


def _read(raw: RawTable, spec: Spec | None, areas: AreaList, faults: Faults) -> Reading | None:
    if spec is not None:
        return layouts.read(raw, spec, areas, faults)
    if is_interactive_tool(raw):
        return read_interactive_tool(raw, areas, faults)
    return read_neighbours(raw, areas, faults)


def _no_areas() -> Refusal:
    return Refusal(
        "data/official/areas.csv",
        "",
        "no list of councils yet",
        "a list made from the mid-year population file",
        "Offer the population file (ons_mid-year_population_estimates_...csv) together with these.",
    )


def _recognise(item: Offered, batch: Batch, recognised: list[tuple[RawTable, Spec | None]]) -> None:
    if not item.file.lower().endswith(TABLES):
        if item.direct:
            batch.refusals.append(_not_known(item, "a file that is not a table"))
        else:
            batch.unused.append(TableLine("not a table", "not a table", item.name))
        return
    faults = Faults(item.name)
    raw = decode(item, faults)
    if raw is None:
        batch.refusals += faults.found
        return
    spec = registry.recognise(raw)
    if spec is None and not is_neighbours(raw) and not is_interactive_tool(raw):
        if item.direct:
            batch.refusals += faults.found
            batch.refusals.append(_not_known(item, _headings(raw)))
        else:
            rows = len(raw.frame)
            batch.unused.append(
                TableLine(
                    "not recognised",
                    "not recognised",
                    item.name,
                    rows_in=rows,
                    rows_set_aside={"not a table this report uses": rows},
                )
            )
        return
    batch.refusals += faults.found
    recognised.append((raw, spec))


def _headings(raw: RawTable) -> str:
    """Return the first headings in words; where the first row is data, which may be about a child, only how many."""
    first = [shown_heading(heading) for heading in raw.columns[:6]]
    if any(shown != heading for shown, heading in zip(first, raw.columns)):
        return f"a table of {len(raw.columns):,} columns without headings"
    return f"a table with the columns {', '.join(first)}"


def _not_known(item: Offered, found: str) -> Refusal:
    return Refusal(
        item.name,
        "",
        f"{found}, which is not recognised",
        "a table listed in btc_eval/records/registry.py, under the columns it is published with",
        "Check that it is the file you meant. A folder may hold such files: they are then listed and left alone.",
    )


_POPULATION_KEYS = (
    "time_period",
    "geographic_level",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)


def _extend_areas(populations: Sequence[RawTable], batch: Batch) -> None:
    """Add the areas of the population files to the list, unless a code in them cannot be right."""
    pieces = []
    for raw in populations:
        small = by_small_name(raw)
        if not set(_POPULATION_KEYS) <= small.keys():
            continue  # the reader names the missing columns
        frame = raw.frame[[small[name] for name in _POPULATION_KEYS]].set_axis(list(_POPULATION_KEYS), axis=1)
        level = frame["geographic_level"].map(LEVELS).fillna("")
        council, region = level == "council", level == "region"
        rows = pd.DataFrame(
            {
                "year": pd.to_numeric(frame["time_period"], errors="coerce").fillna(0).astype("int64"),
                "level": level,
                "area_code": frame["new_la_code"].where(council, frame["region_code"].where(region, ENGLAND)),
                "old_la_code": frame["old_la_code"].where(council, ""),
                "area_name": frame["la_name"].where(council, frame["region_name"].where(region, "England")),
                "region_code": frame["region_code"].where(council, ""),
            }
        )[level != ""]
        if batch.areas is not None:
            rows["area_code"] = batch.areas.listed(rows["area_code"])
        faults = Faults(raw.name)
        _check_new(rows, batch.areas, small["new_la_code"], faults)
        batch.refusals += faults.found
        if not faults:
            pieces.append(rows)
    if pieces:
        batch.areas = list_areas(pd.concat(pieces, ignore_index=True), batch.areas)


def _check_new(rows: pd.DataFrame, known: AreaList | None, column: str, faults: Faults) -> None:
    """Is every new council believable? A code of the right form that begins after the list ends."""
    councils = rows[rows["level"] == "council"]
    wrong = councils[~councils["area_code"].str.fullmatch(COUNCIL_CODE.pattern)]
    if known is not None:
        new = councils[~councils["area_code"].isin(known.codes())]
        begins = new.groupby("area_code")["year"].transform("min") + 1
        wrong = pd.concat([wrong, new[begins <= int(known.frame["last_year"].max())]])
    elif WIRRAL not in set(councils["area_code"]):
        faults.add(column, found=f"no row for Wirral ({WIRRAL})", allowed="every council", do="Use the whole file.")
    if len(wrong):
        codes = ", ".join(repr(code) for code in sorted(set(wrong["area_code"]))[:5])
        faults.add(
            f"{column}, {rows_words(wrong.index)}",
            found=f"{codes}, which is not a council of England",
            allowed="a council of data/official/areas.csv, or one created after its last year",
            do="Use the file as downloaded.",
        )


def _mark(batch: Batch) -> None:
    """Mark Wirral's neighbours in the list of areas."""
    if batch.areas is None:
        return
    for reading in batch.readings:
        frame = reading.frames.get("neighbours")
        year = None if frame is None else int(frame["year"].iloc[0])
        if frame is not None and year in NEIGHBOUR_MODELS:
            batch.areas = mark_neighbours(batch.areas, year, neighbours_of(frame, WIRRAL))
