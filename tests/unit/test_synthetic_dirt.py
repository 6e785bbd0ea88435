"""The key to the planted faults says what a second count finds in the files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from btc_eval import synthetic
from btc_eval.records import statutory
from btc_eval.synthetic.dirt import Fault


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[synthetic.Manifest, synthetic.Manifest]:
    folder = tmp_path_factory.mktemp("dirt")
    clean = synthetic.write(folder / "clean", seed=5, children=2000)
    return clean, synthetic.write(folder / "dirty", seed=5, children=2000, dirt=True)


def text(made: synthetic.Manifest, file: str) -> str:
    return (made.folder / file).read_bytes().decode("utf-8")


def fault(made: synthetic.Manifest, kind: str, column: str = "", file: str = "") -> Fault:
    (found,) = [one for one in made.faults if one.kind == kind and column in one.column and file in one.file]
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
    }  # fmt: skip


def test_only_the_files_in_the_key_differ(pair: tuple[synthetic.Manifest, synthetic.Manifest]) -> None:
    clean, dirty = pair
    before = {file.name: file.sha256 for file in clean.files}
    changed = {file.name for file in dirty.files if before.get(file.name, "") != file.sha256}
    assert changed == {one.file for one in dirty.faults} | {"dirt_key.json"}
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
    (found,) = [one for one in dirty.faults if one.kind == kind and one.column == column]
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
    assert (dirty.folder / fault(dirty, "byte-order mark").file).read_bytes().startswith(b"\xef\xbb\xbf")


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
            assert one.rows in [unknown.rows for line in lines for unknown in line.unknown_codes], one
        elif one.kind == "duplicate":
            assert max(line.rows_set_aside.get("repeated in the same return", 0) for line in lines) >= one.rows, one
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
