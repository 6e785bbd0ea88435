"""`read`: the one door through which the council's own returns come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from btc_eval.errors import Refusal, RefusedError
from btc_eval.progress import through
from btc_eval.records.statutory import remarks
from btc_eval.records.statutory.kinds import is_xml, what_is
from btc_eval.records.statutory.ledger import Departure, Ledger, TableLine, UnknownCodes
from btc_eval.records.statutory.parts import Part
from btc_eval.records.statutory.records import StatutoryRecords
from btc_eval.records.statutory.sources import Held, Source, gather
from btc_eval.records.statutory.stacking import RULES, CareRules, Stacked, stack
from btc_eval.records.statutory.tabular import read_tabular
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_FILE
from btc_eval.records.statutory.warehouse import MOST_ROWS, PrivateFolder, Shelf
from btc_eval.records.statutory.xml_returns import read_xml
from btc_eval.records.statutory.years import settle_years


def read(
    paths: Sequence[str | Path] | str | Path,
    *,
    several_councils: bool = False,
    care_rules: CareRules = "london",
    most_rows: int = MOST_ROWS,
    work: Path | None = None,
) -> StatutoryRecords:
    """What do these returns say, and where did every row go?

    Parameters
    ----------
    paths
        Files, folders (searched to the bottom) or zips: census XML, looked-after sets as CSV, workbook or XML, Annex A
        workbooks, case-system exports, the programme register and the ward look-up, of any number of years.
    several_councils
        Whether returns of more than one council are meant to be read together.
    care_rules
        How looked-after episodes that an old return left open are closed: by London's rules, or not at all.
    most_rows
        Rows held in memory; beyond them rows wait in Parquet files in a private folder.
    work
        Where that folder is made; the system's folder for temporary files by default.

    Returns
    -------
    StatutoryRecords
        Tables in English, stacked over years, with the ledger of every row.

    Raises
    ------
    RefusedError
        With every fault of every file. Nothing is used then.

    Examples
    --------
    >>> from btc_eval.records import statutory
    >>> from pathlib import Path
    >>> records = statutory.read(Path("tests/data/statutory/care"))
    >>> records.ledger.rows_in == records.ledger.rows_used + sum(
    ...     sum(line.rows_set_aside.values()) for line in records.ledger.lines
    ... )
    True
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    return _read(given, PrivateFolder(work), several_councils, care_rules, most_rows, None)


def read_held(files: Mapping[Path, Held]) -> StatutoryRecords:
    """What do the files of the snapshots say together? Each is read for the returns it is kept for, and no others."""
    return _read(list(files), PrivateFolder(None), False, "london", MOST_ROWS, files)


def _read(
    given: Sequence[str | Path],
    folder: PrivateFolder,
    several_councils: bool,
    care_rules: CareRules,
    most_rows: int,
    held: Mapping[Path, Held] | None,
) -> StatutoryRecords:
    try:
        return _read_into(given, folder, several_councils, care_rules, most_rows, held)
    except BaseException:
        folder.remove()
        raise


def _read_into(
    given: Sequence[str | Path],
    folder: PrivateFolder,
    several_councils: bool,
    care_rules: CareRules,
    most_rows: int,
    held: Mapping[Path, Held] | None,
) -> StatutoryRecords:
    sources, refusals = gather(given)
    shelf = Shelf(folder, most_rows=most_rows, split=True)
    parts: list[Part] = []
    unused: dict[str, str] = {}
    for source in through(sources, lambda one: f"read {PurePath(one.name).name}"):
        try:
            _read_one(source, shelf, parts, unused, held)
        except RefusedError as error:
            refusals.extend(error.refusals)
    if not parts and not refusals:
        refusals.append(_nothing(given))
    refusals += remarks.mixed_councils(parts, several_councils) + remarks.mixed_provenance(parts)
    if refusals:
        raise RefusedError(refusals)
    _name_council(parts)
    notices = settle_years(parts, held)
    state = Stacked()
    final = Shelf(folder, most_rows=most_rows, split=False)
    for tables in shelf.buckets():
        for name, rows in stack(tables, parts, state, care_rules).items():
            final.add(name, rows)
    if clashes := remarks.mixed_identifiers(state, several_councils):
        raise RefusedError(clashes)
    lines = tuple(_line(part, state) for part in parts if not part.silent)
    demonstration = {part.table.kind: part.demonstration for part in parts}
    records = StatutoryRecords(Ledger(lines), final.tables(), demonstration, folder)
    overlaps, look_alikes = remarks.identifiers(records)
    return records.with_ledger(
        Ledger(
            lines=lines,
            rules={rule: state.rules.get(rule, 0) for rule in RULES},
            overlaps=overlaps,
            remarks=(*notices, *remarks.about(parts, state), *look_alikes, *remarks.wards_not_known(records)),
            unused=unused,
        )
    )


def _name_council(parts: Sequence[Part]) -> None:
    """Where the census names the only council, the files that name none are of it too."""
    known = {part.council for part in parts} - {""}
    for part in parts:
        if len(known) == 1 and not part.own_years:
            part.council = next(iter(known))


def _read_one(
    source: Source, shelf: Shelf, parts: list[Part], unused: dict[str, str], held: Mapping[Path, Held] | None
) -> None:
    if source.file == DEMONSTRATION_FILE:
        return
    kind, why_not = what_is(source)
    if kind is None:
        if source.direct:
            raise RefusedError([Refusal(source.name, "", why_not, _ALLOWED, "Check that it is the file you meant.")])
        unused[source.name] = why_not
    elif held is not None and kind.value not in held[source.path].kinds:
        return
    elif is_xml(source):
        parts.extend(read_xml(source, kind, shelf, len(parts)))
    else:
        parts.extend(read_tabular(source, shelf, len(parts)))


_ALLOWED = (
    "children in need census (XML), looked-after return (CSV, workbook or XML), Annex A workbook, case-system export, "
    "programme register or ward look-up (CSV)"
)


def _nothing(given: Sequence[str | Path]) -> Refusal:
    return Refusal(
        ", ".join(str(path) for path in given)[:200] or "no path", "", "no return", _ALLOWED, "Check the path."
    )


def _line(part: Part, state: Stacked) -> TableLine:
    used = state.used.get(part.number, 0)
    years = state.years.get(part.number) or ({part.year} if part.year else set())
    notes = part.notes
    outside = remarks.codes_outside_their_years(part, years)
    return TableLine(
        name=part.table.name,
        kind=part.table.kind,
        file=part.file,
        years=tuple(sorted(years)),
        rows_in=part.rows_in,
        rows_used=used,
        rows_set_aside={reason: rows for reason, rows in sorted(part.aside.items()) if rows},
        children=state.children.get(part.number, 0),
        latest_month=part.latest_month,
        unknown_codes=tuple(
            UnknownCodes(column, tuple(sorted(codes)), sum(codes.values()))
            for column, codes in sorted(notes.unknown.items())
        ),
        departures=(
            *(Departure(column, what, rows) for (column, what), rows in sorted(notes.departures.items())),
            *outside,
            *remarks.dates_in_two_ways(part),
        ),
    )
