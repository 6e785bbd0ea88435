"""How do official statistics come in? `refresh` takes the publishers' files and compiles `data/official` in one step.

The committed tables were made by the reader's own command, over a folder of downloaded files::

    btc-eval refresh FOLDER --scope report

Scope
-----
``all`` (the default)
    Every area in the files is kept, so a whole national file gives every analysis all councils.
``report``
    The broad tables keep all councils (monthly referrals, referrals, children in need, enquiries, plans, how long
    they are open, repeats, reviews, numbers looked after, population, workforce, early years, attendance, young
    people, assessment factors, plans by category, recorded disability, statistical neighbours); the others keep the
    report's areas: Wirral, both neighbour sets, the North West, the regions and England.

A refresh with files of another release adds it to what is there: the newest figure of an area and year stands, and
where every release is kept (numbers looked after) both stand. On any refusal nothing in the data folder changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

import pandas as pd

from btc_eval.errors import Refusal, RefusedError, UsageError
from btc_eval.records import registry
from btc_eval.records.areas import MARKS, AreaList
from btc_eval.records.batch import Batch, read_batch
from btc_eval.records.catalogue import (
    NAME,
    Catalogue,
    Entry,
    Source,
    fingerprint,
    read_catalogue,
    write_catalogue,
)
from btc_eval.records.compiling import Merged, from_bytes, merge, to_bytes
from btc_eval.records.intake import gather
from btc_eval.records.official import areas_from, read_bytes
from btc_eval.records.publications import LICENCE
from btc_eval.records.report import RefreshReport, TableChange, TableLine
from btc_eval.records.store import finish_interrupted, locked, replace_files
from btc_eval.records.tables import Faults, Reading

Scope = Literal["all", "report"]


def refresh(paths: Sequence[str | Path], *, data: Path, dry_run: bool = False, scope: Scope = "all") -> RefreshReport:
    """Which figures do these files bring, and what do they change?

    Parameters
    ----------
    paths
        Files, folders or zips, as downloaded.
    data
        The data folder.
    dry_run
        Say what would change and write nothing.
    scope
        Which areas to keep: see the module.

    Returns
    -------
    RefreshReport
        With `accepted` false, every fault in `refusals`, and nothing changed, where anything had to be refused.

    Raises
    ------
    UsageError
        Where no path or an unknown scope is given.
    """
    data = Path(data)
    if not paths:
        raise UsageError("refresh needs at least one file, folder or zip.")
    if scope not in ("all", "report"):
        raise UsageError(f"unknown scope {scope!r}; allowed: all, report.")
    with nullcontext() if dry_run else locked(data):
        if not dry_run:
            finish_interrupted(data)
        try:
            return _refresh(paths, data, dry_run, scope)
        except RefusedError as error:
            return RefreshReport(False, error.refusals, (), (), {}, dry_run)


def _refresh(paths: Sequence[str | Path], data: Path, dry_run: bool, scope: Scope) -> RefreshReport:
    catalogue = read_catalogue(data)
    held, broken = _held(data, catalogue)
    offered, refusals = gather(paths)
    batch = read_batch(offered, areas_from(held["areas"]) if "areas" in held else None)
    refusals += batch.refusals + _not_mended(broken, catalogue, batch)
    merged = {} if refusals or batch.areas is None else _merge(batch, held, scope, refusals)
    lines = _ledger(batch, merged)
    reconciled = tuple(line for reading in batch.readings for line in reading.reconciled)
    if refusals or batch.areas is None:
        return RefreshReport(False, tuple(refusals), tuple(lines), reconciled, {}, dry_run)
    frames = {name: table.frame for name, table in merged.items()} | {"areas": areas_to_frame(batch.areas)}
    files, changed, entries = {}, {}, {}
    for name, frame in frames.items():
        content = to_bytes(frame)
        entry = _describe(name, frame, content, batch, catalogue.entry(name), scope)
        entries[name] = entry
        if catalogue.entry(name) != entry or name not in held:
            files[entry.file] = content
        if name not in held or not _same(held[name], frame):
            changed[name] = _compare(held.get(name), frame)
    after = write_catalogue(catalogue.replaced(entries))
    if not dry_run:
        before = (data / NAME).read_bytes() if (data / NAME).is_file() else b""
        replace_files(data, files | ({NAME: after} if after != before else {}))
    return RefreshReport(True, (), tuple(lines), reconciled, changed, dry_run)


def _held(data: Path, catalogue: Catalogue) -> tuple[dict[str, pd.DataFrame], dict[str, RefusedError]]:
    """Return the tables as they stand, and those that are not what the catalogue vouches for."""
    held: dict[str, pd.DataFrame] = {}
    broken: dict[str, RefusedError] = {}
    for entry in catalogue.entries:
        if entry.provenance == "official":
            try:
                held[entry.name] = from_bytes(read_bytes(data, entry))
            except RefusedError as error:
                broken[entry.name] = error
    return held, broken


def _not_mended(broken: Mapping[str, RefusedError], catalogue: Catalogue, batch: Batch) -> list[Refusal]:
    """Name the edited tables that these files cannot compile anew: not every source of theirs is among them."""
    given = {(reading.source, reading.vintage) for reading in batch.readings}
    refusals: list[Refusal] = []
    for name, error in broken.items():
        entry = catalogue.entry(name)
        if entry is None or not {(s.table, s.vintage) for s in entry.sources} <= given:
            refusals += error.refusals
    return refusals


def areas_to_frame(areas: AreaList) -> pd.DataFrame:
    """Return the list of areas as it is written: text, marks as yes or blank."""
    frame = areas.frame.copy()
    for column in MARKS:
        frame[column] = frame[column].map({True: "yes", False: ""})
    return frame.astype("str")


def _merge(batch: Batch, held: Mapping[str, pd.DataFrame], scope: Scope, refusals: list[Refusal]) -> dict[str, Merged]:
    merged: dict[str, Merged] = {}
    assert batch.areas is not None
    for name, table in registry.TABLES.items():
        readings = sorted((r for r in batch.readings if name in r.frames), key=lambda r: (r.vintage, r.offered.name))
        if readings:
            faults = Faults(name)
            kept = None if scope == "all" or table.broad else batch.areas.report()
            merged[name] = merge(table, held.get(name), readings, kept, faults)
            refusals.extend(faults.found)
    return merged


def _ledger(batch: Batch, merged: Mapping[str, Merged]) -> list[TableLine]:
    lines = []
    for reading in batch.readings:
        name = reading.offered.name
        for table in reading.frames:
            if table in merged:
                reading.ledger.put_aside("an older release: newer figures are held", merged[table].superseded[name])
                reading.ledger.put_aside("an area outside the report", merged[table].narrowed[name])
        years = sorted({int(year) for frame in reading.frames.values() for year in frame["year"].unique()})
        lines.append(
            TableLine(
                name=reading.source,
                kind="official",
                file=name,
                years=tuple(years),
                rows_in=reading.ledger.rows_in,
                rows_used=reading.ledger.rows_used,
                rows_set_aside=dict(reading.ledger.set_aside),
                unknown=reading.unknown,
            )
        )
    return sorted([*lines, *batch.unused], key=lambda line: line.file)


def _describe(name: str, frame: pd.DataFrame, content: bytes, batch: Batch, old: Entry | None, scope: Scope) -> Entry:
    """Build the table's entry: the sources of old and new readings that still have a row in it."""
    if name == "areas":
        readings = [r for r in batch.readings if {"population", "neighbours"} & r.frames.keys()]
        title, year, broad = "Councils, regions and England", "", True
    else:
        table = registry.TABLES[name]
        readings = [r for r in batch.readings if name in r.frames]
        title, year, broad = table.title, table.year, table.broad
    sources = [_source(reading) for reading in readings]
    given = {(source.table, source.vintage) for source in sources}
    sources += [s for s in (() if old is None else old.sources) if (s.table, s.vintage) not in given]
    standing = set(frame["vintage"]) if "vintage" in frame else {source.vintage for source in sources}
    years = pd.to_numeric(frame["year"]) if "year" in frame else None
    return Entry(
        name=name,
        title=title,
        file=f"official/{name}.csv",
        provenance="official",
        scope="all" if scope == "all" or broad else "report",
        year=year,
        window_start="" if years is None else str(years.min()),
        window_end="" if years is None else str(years.max()),
        rows=len(frame),
        sha256=fingerprint(content),
        sources=tuple(
            source
            for source in sorted(sources, key=lambda s: (s.table, s.vintage, s.file, s.sha256))
            if source.vintage in standing
        ),
    )


def _source(reading: Reading) -> Source:
    publication = registry.publication_of(reading.source)
    return Source(
        publisher=publication.publisher,
        publication=publication.name,
        table=reading.source,
        released=reading.vintage,
        vintage=reading.vintage,
        licence=LICENCE,
        address=publication.address,
        file=reading.offered.file,
        sha256=reading.offered.sha256,
        rows=reading.ledger.rows_in,
    )


def _same(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    return to_bytes(old) == to_bytes(new)


def _compare(old: pd.DataFrame | None, new: pd.DataFrame) -> TableChange:
    keys = [key for key in ("area_code", "year", "vintage") if key in new]
    if old is None:
        return TableChange(len(new), 0, 0)
    before, after = old.astype("str").set_index(keys), new.astype("str").set_index(keys)
    both = before.index.intersection(after.index)
    columns = after.columns.union(before.columns)
    differ = before.reindex(index=both, columns=columns).ne(after.reindex(index=both, columns=columns)).any(axis=1)
    return TableChange(len(after) - len(both), int(differ.sum()), len(before) - len(both))
