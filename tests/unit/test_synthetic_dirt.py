"""The key to the planted faults says what a second count finds in the files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from btc_eval import synthetic
from btc_eval.records import statutory
from btc_eval.records.statutory.ledger import TableLine
from btc_eval.synthetic.dirt_faults import Fault


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[synthetic.Manifest, synthetic.Manifest]:
    folder = tmp_path_factory.mktemp("dirt")
    clean = synthetic.write(folder / "clean", seed=5, children=2000)
    return clean, synthetic.write(folder / "dirty", seed=5, children=2000, dirt=True)


def text(made: synthetic.Manifest, file: str) -> str:
    return (made.folder / file).read_bytes().decode("utf-8")


def fault(made: synthetic.Manifest, kind: str, column: str = "", file: str = "") -> Fault:
    (found,) = [
        one
        for one in made.faults
        if one.kind == kind and column in one.column and file in one.file and "[" not in one.file
    ]
    return found


def test_the_key_beside_the_files_is_the_manifests(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    _, dirty = pair
    key = json.loads(text(dirty, "dirt_key.json"))
    assert [(line["file"], line["kind"], line["rows"]) for line in key] == [
        (one.file, one.kind, one.rows) for one in dirty.faults
    ]
    assert len(key) >= 20
    assert {line["kind"] for line in key} == {
        "mixed dates", "identifier", "unknown code", "bad date", "placeholder", "overlapping years", "spaces",
        "duplicate", "stray text", "vendor tag", "flag", "unknown postcode", "heading", "byte-order mark", "one byte",
        "day number", "two digits", "year first", "number as text", "alias", "formula", "placeholder row", "blank row",
        "headings again",
    }  # fmt: skip


def test_only_the_files_in_the_key_differ(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    clean, dirty = pair
    before = {file.name: file.sha256 for file in clean.files}
    changed = {file.name for file in dirty.files if before.get(file.name, "") != file.sha256}
    assert changed == {one.file.partition("[")[0] for one in dirty.faults} | {"dirt_key.json"}
    assert not clean.faults
    assert not (clean.folder / "dirt_key.json").exists()


@pytest.mark.parametrize(
    ("kind", "column", "pattern"),
    [
        ("unknown code", "LS", r",Z9,"),
        ("unknown code", "PLACE", r",Q7,"),
        ("bad date", "DECOM", r"31/02/2019"),
        ("bad date", "DEC", r",01/01/2105,"),
        ("placeholder", "MIS_END", r",NULL(?=\r)"),
        ("spaces", "CHILD", "\u00a0,"),
        ("identifier", "CHILD", r"(?m)^0DEMO"),
        ("unknown code", "ReferralSource", r"<ReferralSource>99<"),
        ("bad date", "CINclosureDate", r">2019-02-30<"),
        ("stray text", "UPN", r" checked "),
        ("unknown postcode", "addr_address_postcode", r"ZX99 9ZZ"),
    ],
)
def test_a_second_count_finds_as_many(
    pair: tuple[synthetic.Manifest, synthetic.Manifest], kind: str, column: str, pattern: str
) -> None:
    clean, dirty = pair
    (found,) = [one for one in dirty.faults if one.kind == kind and one.column == column and "[" not in one.file]
    assert found.rows > 0
    assert len(re.findall(pattern, text(dirty, found.file))) == found.rows
    assert not re.findall(pattern, text(clean, found.file))


def test_dates_are_written_in_other_ways(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    _, dirty = pair
    for pattern, file in ((r"(?m)^\w+,\d\d/\d\d/\d\d,", "2017"), (r"(?m)^\w+,\d{4}-\d\d-\d\d,", "2018")):
        found = fault(dirty, "mixed dates", "DECOM", file)
        # Eleven of the rows of 2018 may be among those repeated at the end of that file.
        assert len(re.findall(pattern, text(dirty, found.file))) >= found.rows


def test_repeats_are_at_the_end_and_say_what_is_already_there(
    pair: tuple[synthetic.Manifest, synthetic.Manifest],
) -> None:
    clean, dirty = pair
    found = fault(dirty, "duplicate", file="episodes")
    lines = text(dirty, found.file).split("\r\n")[1:-1]
    tail = lines[found.at[0] - 1 :]
    assert len(tail) == found.rows == len(found.at)
    assert set(tail) <= set(lines[: found.at[0] - 1])
    before = text(clean, found.file).split("\r\n")[1:-1]
    assert len(lines) == len(before) + found.rows


def test_rows_of_the_year_before_are_appended(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    clean, dirty = pair
    found = fault(dirty, "overlapping years")
    year = int(re.findall(r"20\d\d", found.file)[0])
    older = set(text(clean, found.file.replace(str(year), str(year - 1))).split("\r\n"))
    lines = text(dirty, found.file).split("\r\n")[1:-1]
    assert set(lines[found.at[0] - 1 : found.at[-1]]) <= older


def test_a_file_of_one_byte_and_one_with_a_mark(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    _, dirty = pair
    assert (dirty.folder / fault(dirty, "one byte").file).read_bytes() == b"\n"
    assert (dirty.folder / fault(dirty, "byte-order mark", file="header").file).read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_years_flags_are_all_true_and_false(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    clean, dirty = pair
    found = fault(dirty, "flag")
    flags = re.findall(r"<ReferralNFA>(\w+)<", text(dirty, found.file))
    assert set(flags) == {"true", "false"}
    before = re.findall(r"<ReferralNFA>(\w+)<", text(clean, found.file))
    assert [{"1": "true", "0": "false"}[flag] for flag in before] == flags


def test_nothing_of_the_dirt_is_left_on_disk_elsewhere(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    _, dirty = pair
    assert {path.name for path in Path(dirty.folder).parent.iterdir()} == {"clean", "dirty"}


#: Kind of fault → how the ledger says it: columns by their English names, and the words of the departure.
SAID = {
    "mixed dates": ("a year of two digits", "parts in another order", "in another way than most"),
    "day number": ("a spreadsheet's day number",),
    "two digits": ("a year of two digits",),
    "year first": ("in another way than most",),
    "number as text": ("a number stored as text",),
    "alias": ("a code under another name",),
    "formula": ("a formula, not a value",),
    "bad date": ("a date that cannot be read", "a date after 2050"),
    "placeholder": ("a placeholder for nothing",),
    "spaces": ("spaces or invisible characters",),
    "stray text": ("text outside any field",),
    "vendor tag": ("an element under a vendor's name",),
    "flag": ("true, false, yes, no",),
    "heading": ("a heading under another spelling",),
    "byte-order mark": ("a byte-order mark",),
    "one byte": ("a file with nothing in it",),
}
#: Kind of fault → why the ledger sets its rows aside.
ASIDE = {
    "duplicate": "repeated in the same return",
    "placeholder row": "no identifier",
    "blank row": "a blank row",
    "headings again": "the headings repeated",
}


def test_our_readers_find_every_fault_of_the_key(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    """Each line of the key has its line in the ledger, with at least as many rows; none is passed over."""
    clean, dirty = pair
    ledger, before = statutory.read(dirty.folder).ledger, statutory.read(clean.folder).ledger
    for one in dirty.faults:
        lines = [line for line in ledger.lines if line.file == str(dirty.folder / one.file)]
        assert lines, one.file
        if one.kind in SAID:
            rows = [d.rows for line in lines for d in line.departures if any(s in d.what for s in SAID[one.kind])]
            assert sum(rows) >= max(one.rows, 1), one
        elif one.kind == "unknown code":
            # Rows that are repeated later repeat their code.
            assert max(unknown.rows for line in lines for unknown in line.unknown_codes) >= one.rows, one
        elif one.kind in ASIDE:
            assert max(line.rows_set_aside.get(ASIDE[one.kind], 0) for line in lines) >= one.rows, one
        elif one.kind == "overlapping years":
            assert _replaced(ledger) - _replaced(before) == one.rows
        elif one.kind == "identifier":
            # A child counts with its look-alike, so twice.
            assert any(remark.startswith(f"{2 * one.rows} identifiers differ") for remark in ledger.remarks)
        elif one.kind == "unknown postcode":
            assert any(remark.startswith(f"{one.rows} of") and "look-up" in remark for remark in ledger.remarks)
        else:
            pytest.fail(f"no reader looks for {one.kind}")


def _replaced(ledger: statutory.Ledger) -> int:
    return ledger.set_aside("looked_after_reviews").get("the same row in a later return", 0)


def test_every_row_of_a_spoilt_extract_is_used_or_set_aside(
    pair: tuple[synthetic.Manifest, synthetic.Manifest],
) -> None:
    _, dirty = pair
    lines = statutory.read(dirty.folder).ledger.lines
    assert len({line.file for line in lines if "annex_a" in line.file}) == 11
    for line in lines:
        assert line.rows_in == line.rows_used + sum(line.rows_set_aside.values()), line.file


# --- the workbook: its faults never touch one cell twice, so that the ledger counts what the key says -----------------


def workbook_lines(made: synthetic.Manifest) -> dict[str, TableLine]:
    lines = statutory.read(made.folder / "annex_a.xlsx").ledger.lines
    return {Path(line.file).name: line for line in lines}


def test_the_ledger_of_the_workbook_says_what_the_key_says_and_nothing_more(
    pair: tuple[synthetic.Manifest, synthetic.Manifest],
) -> None:
    clean, dirty = pair
    planted = [one for one in dirty.faults if "[" in one.file]
    assert len(planted) >= 18
    lines, before = workbook_lines(dirty), workbook_lines(clean)
    assert not any(line.departures or line.unknown_codes or line.rows_set_aside for line in before.values())
    for name, line in lines.items():
        here = [one for one in planted if one.file == name]
        in_cells = sum(one.rows for one in here if one.kind in SAID and one.kind != "heading")
        # A row of the template has a placeholder in three cells.
        in_cells += 3 * sum(one.rows for one in here if one.kind == "placeholder row")
        in_cells += sum(line.rows_in for one in here if one.kind == "heading")
        assert sum(departure.rows for departure in line.departures) == in_cells, name
        assert sum(line.rows_set_aside.values()) == sum(one.rows for one in here if one.kind in ASIDE), name
        assert sum(one.rows for one in line.unknown_codes) == sum(o.rows for o in here if o.kind == "unknown code"), (
            name
        )
        assert line.rows_used == before[name].rows_used, name


def test_a_spreadsheet_program_finds_the_same_faults(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    """A reader that is not ours opens both workbooks; they differ in the cells of the key and in no other."""
    clean, dirty = pair
    one, other = (openpyxl.load_workbook(made.folder / "annex_a.xlsx") for made in pair)
    for sheet in one.worksheets:
        planted = [fault for fault in dirty.faults if fault.file == f"annex_a.xlsx[{sheet.title}]"]
        put_in = [fault for fault in planted if fault.kind in ASIDE]
        before, after = list(sheet.values), list(other[sheet.title].values)
        assert len(after) == len(before) + sum(fault.rows for fault in put_in)
        if put_in:
            rows = {at for fault in put_in for at in fault.at}
            assert [row for at, row in enumerate(after) if at not in rows] == before
            continue
        places = {name: place for place, name in enumerate(before[0])}
        cells = {(at, places[fault.column]) for fault in planted for at in fault.at}
        cells |= {(0, places[fault.column]) for fault in planted if fault.kind == "heading"}
        assert cells == {
            (at, place)
            for at, (row, changed) in enumerate(zip(before, after, strict=True))
            for place, (cell, spoilt) in enumerate(zip(row, changed, strict=True))
            if (cell, type(cell)) != (spoilt, type(spoilt))
        }
    assert clean.folder != dirty.folder


def by_child(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table in one order: of a row that stands twice, the last is used."""
    return table.sort_values(list(table.columns[:6]), ignore_index=True)


def test_what_can_be_read_is_read_as_it_was(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    """Day numbers, dates in several forms, numbers as text, spaces and template rows change no value."""
    clean, dirty = (statutory.read(made.folder / "annex_a.xlsx") for made in pair)
    for name in ("contacts", "early_help", "assessments", "looked_after", "care_leavers", "adoption"):
        pd.testing.assert_frame_equal(*(by_child(held.table(f"annex_a_{name}")) for held in (clean, dirty)))
    before, after = clean.table("annex_a_referrals"), dirty.table("annex_a_referrals")
    pd.testing.assert_frame_equal(before.drop(columns="source"), after.drop(columns="source"))
    assert (after.loc[before["source"] != after["source"], "source"] == "general practitioner").all()
