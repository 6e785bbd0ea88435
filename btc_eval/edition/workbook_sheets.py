"""What stands on each sheet of the workbook: the cover, the contents, the shorthand, and one sheet for each exhibit."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from btc_eval.edition.collect import Exhibit
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Provenance
from btc_eval.publish.parts import DEMONSTRATION
from btc_eval.texts import in_spreadsheet

#: Names of the sheets that come first.
COVER, CONTENTS, SHORTHAND = "Cover", "Contents", "Shorthand"

#: What a spreadsheet program can hold.
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, LONGEST_NAME = 1_048_000, 16_384, 32_767, 31
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]\d+)?")
_UNPRINTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SIGNS = (
    ("[c]", "Confidential: hidden to protect people, or to protect a cell that was hidden"),
    ("[x]", "Not available: not published, or not known"),
    ("[z]", "Not applicable: a number has no meaning here"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: the sheet's name, its title, the lines above it, its headings and its rows."""

    name: str
    title: str
    lines: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int | float, ...], ...]
    demonstration: bool = False


def sheet_names(exhibits: Sequence[Exhibit]) -> list[str]:
    """What is each exhibit's sheet called? Its id, at most 31 characters, "demo" in front of made-up data."""
    names: list[str] = []
    taken = {COVER.lower(), CONTENTS.lower(), SHORTHAND.lower()}
    for exhibit in exhibits:
        whole = f"demo-{exhibit.id}" if _is_demonstration(exhibit) else exhibit.id
        name, number = whole[:LONGEST_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{whole[: LONGEST_NAME - len(str(number)) - 1]}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names


def _is_demonstration(exhibit: Exhibit) -> bool:
    return exhibit.about.get("provenance") == Provenance.DEMONSTRATION.value


def of_exhibits(exhibits: Sequence[Exhibit], chapters: Mapping[str, str]) -> list[Sheet]:
    return [_sheet(exhibit, name, chapters) for exhibit, name in zip(exhibits, sheet_names(exhibits), strict=True)]


def _title(exhibit: Exhibit) -> str:
    title = str(exhibit.about.get("title") or exhibit.id)
    marked = _is_demonstration(exhibit) and not title.startswith(DEMONSTRATION)
    return f"{DEMONSTRATION}: {title}" if marked else title


def _kind(exhibit: Exhibit) -> str:
    known = {kind.value: kind.words for kind in Provenance}
    said = (exhibit.about.get("words") or {}).get("mark")
    return str(said) if said else known.get(str(exhibit.about.get("provenance")), "not stated")


def _sheet(exhibit: Exhibit, name: str, chapters: Mapping[str, str]) -> Sheet:
    said = exhibit.about.get("words") or {}
    header, *rows = list(csv.reader(io.StringIO(exhibit.csv))) or [[]]
    signs = {
        (row, column): reason[:3]
        for column, reasons in (said.get("blanks") or {}).items()
        for reason, where in reasons.items()
        for row in where
    }
    # Text that is empty on purpose, where the record says why the others are; a table without a record says nothing.
    unsaid = "[z] nothing to say" if "blanks" in said else "[x] not available"
    headings = _headings(header, said.get("columns") or {})
    cells = tuple(
        tuple(
            _value(text) if text else signs.get((number, column), unsaid[:3])
            for text, column in zip(row, header, strict=True)
        )
        for number, row in enumerate(rows)
    )
    called = dict(zip(header, headings, strict=True))
    reasons: dict[str, list[str]] = {}
    for column, found in (said.get("blanks") or {}).items():
        for reason in found:
            reasons.setdefault(reason, []).append(called.get(column, column))
    if sum(row.count("") for row in rows) > len(signs):
        reasons.setdefault(unsaid, [])
    signs_said = [f"{reason} ({', '.join(columns)})" if columns else reason for reason, columns in reasons.items()]
    lines = [
        f"This sheet holds one table, of {len(rows):,} rows. It belongs to the chapter: "
        f"{chapters.get(exhibit.chapter, exhibit.chapter)}",
        f"Data: {_kind(exhibit)}",
        *(f"Note: {note}" for note in said.get("notes") or [] if note),
        f"Source: {said['source']}" if said.get("source") else "",
        f"Window: {said['window']}" if said.get("window") else "",
        f"Shorthand in this table: {'; '.join(signs_said)}" if signs_said else "",
    ]
    return Sheet(
        name, _title(exhibit), tuple(line for line in lines if line), headings, cells, _is_demonstration(exhibit)
    )


def _headings(header: Sequence[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return a heading for each column: the page's words, else its own name in words; none twice, none empty."""
    found: list[str] = []
    for number, name in enumerate(header, start=1):
        words = known.get(name) or name.replace("_", " ").strip().capitalize() or f"Column {number}"
        while words.lower() in {one.lower() for one in found}:
            words = f"{words} ({name})" if f"({name})" not in words else f"{words} {number}"
        found.append(words)
    return tuple(found)


def _value(text: str) -> str | int | float:
    """Return a number where the file holds one; text that a spreadsheet would run is set behind an apostrophe."""
    if _NUMBER.fullmatch(text):
        number = float(text)
        return int(text) if text.lstrip("-").isdigit() and abs(number) < 1e15 else number
    return plain(text)


def plain(text: str) -> str:
    return in_spreadsheet(_UNPRINTED.sub("", text))


def cover(title: str, words: Mapping[str, str]) -> Sheet:
    lines = (
        f"Edition {words.get('edition_label', 'draft')}",
        f"Built on: {words.get('built_on', 'not recorded')}",
        f"Data: {words.get('data_window', 'no data yet')}",
        f"Cite this: {words['cite']}" if words.get("cite") else "",
        f"{words['feedback_said']} {words.get('feedback_address', '')}".strip() if words.get("feedback_said") else "",
        f"Every figure and table of the report has one sheet here. {CONTENTS} lists them, with links; {SHORTHAND} says "
        "what [c], [x] and [z] stand for.",
        "A sheet whose name begins with “demo” holds demonstration data: made-up records that show how a method works, "
        "and are never a finding about Wirral. Its title says so too.",
        "An independent report. Not published by, or on behalf of, Wirral Council.",
        "Official statistics: contains public sector information licensed under the Open Government Licence v3.0.",
    )
    return Sheet(COVER, f"{title}: all tables", tuple(line for line in lines if line), (), ())


def contents(sheets: Sequence[Sheet], exhibits: Sequence[Exhibit], chapters: Mapping[str, str]) -> Sheet:
    rows = tuple(
        (sheet.name, plain(sheet.title), chapters.get(one.chapter, one.chapter), _kind(one), len(sheet.rows))
        for sheet, one in zip(sheets, exhibits, strict=True)
    )
    headings = ("Sheet", "Title", "Chapter", "Data", "Rows")
    return Sheet(
        CONTENTS,
        "Contents",
        ("This sheet holds one table: every sheet of this workbook, with a link.",),
        headings,
        rows,
    )


def shorthand() -> Sheet:
    lines = ("This sheet holds one table: the signs that stand where a cell has no number.",)
    return Sheet(SHORTHAND, "Shorthand", lines, ("Sign", "Meaning"), _SIGNS)


def refuse_too_large(sheets: Sequence[Sheet], exhibits: Sequence[Exhibit]) -> None:
    faults = []
    for sheet, exhibit in zip(sheets, exhibits, strict=True):
        long = sum(isinstance(value, str) and len(value) > LONGEST_CELL for row in sheet.rows for value in row)
        long += sum(len(line) > LONGEST_CELL for line in (sheet.title, *sheet.lines))
        wide, tall = len(sheet.headings) > MOST_COLUMNS, len(sheet.rows) > MOST_ROWS
        if long or wide or tall or not sheet.headings:
            faults.append(
                Refusal(
                    exhibit.path,
                    "",
                    f"{len(sheet.rows):,} rows, {len(sheet.headings):,} columns and {long:,} texts of more than "
                    f"{LONGEST_CELL:,} characters",
                    f"1 to {MOST_COLUMNS:,} columns, at most {MOST_ROWS:,} rows, and texts that a cell can hold",
                    "Release a smaller table, or split it into several exhibits.",
                )
            )
    if faults:
        raise RefusedError(faults)
