"""Hostile text at every door where text comes in: refused with file and place, or shown so that it does nothing."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from btc_eval import assumptions, disclosure, publish
from btc_eval.errors import Refusal, RefusedError
from btc_eval.estimates import Papers, Provenance
from btc_eval.programme.load import load
from btc_eval.publish import parts
from btc_eval.publish.downloads import csv_text
from btc_eval.publish.phrases import Phrase, marked
from btc_eval.records import statutory
from btc_eval.records.areas import AreaList
from btc_eval.records.batch import read_batch
from btc_eval.records.catalogue import read_catalogue
from btc_eval.records.official import areas_from, official
from btc_eval.records.tables import Offered
from btc_eval.texts import LONGEST, in_spreadsheet, unfit, visible

DATA = Path(__file__).resolve().parents[2] / "data"
WORLD = Path(__file__).resolve().parents[1] / "data" / "official" / "world"
CARE = Path(__file__).resolve().parents[1] / "data" / "statutory" / "care" / "2022"
LONG = "x" * 10_000_000
OFFICIAL = Papers(Provenance.OFFICIAL, ("areas",), "2020", "2023")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the data folder in which a test may plant text."""
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("raw", ".*", "official", "simulations"))
    return folder


def plant(path: Path, old: str, new: str) -> int:
    """Put a text for the first old one; return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refused(door: Callable[[], object]) -> tuple[Refusal, ...]:
    """Return the faults a door finds; none of them repeats a long text, or a character that a terminal obeys."""
    with pytest.raises(RefusedError) as caught:
        door()
    said = json.dumps([fault.as_dict() for fault in caught.value.refusals])
    assert len(said) < 5_000
    assert "\\u00" not in said
    return caught.value.refusals


@pytest.mark.parametrize("odd", ["\x00", "\x1b[2J", "\x07", "\x7f", "\x9b", "\ud800", "\uffff", "\x0b"])
def test_a_control_character_is_named_and_not_repeated(odd: str) -> None:
    assert f"U+{ord(odd[0]):04X}, as character 3" in unfit(f"ab{odd}c")
    assert odd[0] not in visible(f"ab{odd}c")


@pytest.mark.parametrize(
    "fine", ["", "a" * LONGEST, "two\nlines\tand a tab", "שלום", "\u200f", "é … – £ ☃ 𝄞", "<script>"]
)
def test_text_is_let_in(fine: str) -> None:
    assert unfit(fine) == ""
    assert visible(fine) == fine


@pytest.mark.parametrize(("planted", "found"), [(LONG, "a text of 10,000,000 characters"), ("a\\u0000b", "U+0000")])
@pytest.mark.parametrize(
    ("file", "old", "key"),
    [
        ("hubs", '"Millennium Centre"', "name"),
        ("claims", '"The council must begin to carry out the national framework in 2024."', "claim"),
        ("documents", '"Committee report, 6 March 2024"', "short"),
        ("hubs", '"hub-millennium-centre"', "id"),
        ("claims", '"descriptive"', "type"),
    ],
)
def test_a_record_is_refused_with_its_line(copy: Path, file: str, old: str, key: str, planted: str, found: str) -> None:
    line = plant(copy / "programme" / f"{file}.toml", old, f'"{planted}"')
    own = [
        fault for fault in refused(lambda: load(copy / "programme")) if "U+0000" in fault.found or "10,0" in fault.found
    ]
    assert [fault.file for fault in own] == [f"data/programme/{file}.toml"]
    assert own[0].place.startswith(f"line {line}, ")
    assert own[0].place.endswith(f", {key}")
    assert found in own[0].found


@pytest.mark.parametrize(("planted", "found"), [(LONG, "a text of 10,000,000 characters"), ("a\\u001bb", "U+001B")])
def test_an_assumption_is_refused_with_its_line(copy: Path, planted: str, found: str) -> None:
    line = plant(copy / "assumptions" / "unit_costs.toml", '"£ a child a year"', f'"{planted}"')
    (fault,) = refused(lambda: assumptions.listed(folder=copy / "assumptions"))
    assert (fault.file, fault.place) == ("data/assumptions/unit_costs.toml", f"line {line}, [care-year], unit")
    assert found in fault.found


@pytest.mark.parametrize(("planted", "found"), [(LONG, "a text of 10,000,000 characters"), ("a\\u0008b", "U+0008")])
def test_the_catalogue_is_refused_with_the_entry(copy: Path, planted: str, found: str) -> None:
    plant(copy / "catalogue.toml", '"Department for Education"', f'"{planted}"')
    (fault,) = refused(lambda: read_catalogue(copy))
    assert (fault.file, fault.place) == ("data/catalogue.toml", "table 1 (absence_by_group), source.publisher")
    assert found in fault.found


@pytest.fixture(scope="module")
def areas() -> AreaList:
    return areas_from(official(DATA).wide("areas"))


def offered(kind: str, text: str) -> Offered:
    """Return a published table in which one council's name is this text."""
    name = "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"
    rows = list(csv.reader(io.StringIO((WORLD / name).read_text(encoding="utf-8"))))
    rows[3] = [text if cell == "Sefton" else cell for cell in rows[3]]
    rows[3][rows[0].index("la_name")] = text
    out = io.BytesIO()
    if kind == "csv":
        written = io.StringIO()
        csv.writer(written).writerows(rows)
        out.write(written.getvalue().encode("utf-8"))
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pandas(pd.DataFrame(rows[1:], columns=rows[0])), out)
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(out)
    return Offered(f"c1.{kind}", name.replace("csv", kind), out.getvalue(), direct=True)


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("csv", LONG, "a broken CSV file"),
        ("csv", "x" * 6_000, "a text of 6,000 characters"),
        ("csv", "Se\x1bfton", "U+001B"),
        ("parquet", LONG, "a text of 10,000,000 characters"),
        ("parquet", "Se\x00fton", "U+0000"),
        ("xlsx", "x" * 6_000, "a text of 6,000 characters"),
    ],
)
def test_a_published_table_is_refused_with_its_row(areas: AreaList, kind: str, text: str, found: str) -> None:
    batch = read_batch([offered(kind, text)], areas)
    own = [fault for fault in batch.refusals if found in fault.found]
    assert own, [fault.found for fault in batch.refusals]
    assert own[0].file == f"c1.{kind}"
    assert own[0].place.startswith(("row 3, column", "line 4"))
    assert all(len(str(fault)) < 5_000 and "\x1b" not in str(fault) for fault in batch.refusals)


@pytest.mark.parametrize(
    "text", [LONG, "<script>alert(1)</script>", '=HYPERLINK("http://a")', "\u202eabc", "a\x1b[2Jb"]
)
def test_what_a_return_holds_is_never_repeated(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "care" / "2022"
    shutil.copytree(CARE, folder)
    header = folder / "header.csv"
    rows = list(csv.reader(io.StringIO(header.read_text(encoding="utf-8"))))
    rows[1][rows[0].index("ETHNIC")] = text
    with header.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    try:
        said = json.dumps(
            statutory.store([folder.parent], tmp_path / "data", dry_run=True).as_json(), ensure_ascii=False
        )
    except RefusedError as error:
        said = str(error)
    assert text not in said
    assert "\x1b" not in said
    assert len(said) < 20_000


def test_a_refusal_is_one_readable_paragraph_whatever_it_quotes() -> None:
    said = str(Refusal("a\x1b[31m.csv", "\u202eplace", LONG, "x", "y"))
    assert len(said) < 2_500
    assert "10,000,000 characters in all" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_the_last_door_refuses_a_table_that_came_by_another_way() -> None:
    for text in ("a\x00b", "x" * (LONGEST + 1)):
        safe = disclosure.control(pd.DataFrame({"k": [text], "n": [1]}), "official", keys=["k"], papers=OFFICIAL)
        (fault,) = refused(lambda safe=safe: publish.quantity(safe, "n", style="count"))
        assert fault.place.endswith("column k")
    good = disclosure.control(pd.DataFrame({"k": ["a"], "n": [1]}), "official", keys=["k"], papers=OFFICIAL)
    (fault,) = refused(lambda: publish.table(good, id="t", caption=LONG, columns={"k": "K"}))
    assert fault.place == "table t, caption"


def test_words_in_a_page_hold_no_tag_no_token_and_no_turned_direction() -> None:
    said = parts.text('{{finding:x}} {{{root}}} <b a="\'"> \u202eabc\u202c \x00')
    assert "{{" not in said
    assert not set(said) & set("<>\"'\u202e\u202c\x00")
    assert "[U+202E]abc[U+202C] [U+0000]" in said
    assert marked(Phrase("a\u202eb")) == "a[U+202E]b"


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@a",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u200f=1",
        "\ufeff=1",
        "\u00a0+1",
        "＝1",
        "＋1",
        "－1",
        "＠a",
    ],
)
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    assert in_spreadsheet(text).startswith("'")
    assert in_spreadsheet(in_spreadsheet(text)) == in_spreadsheet(text)
    (row,) = list(
        csv.reader(
            io.StringIO(
                csv_text(
                    pd.DataFrame({"a": [text]}),
                ),
                newline="",
            )
        )
    )[1:]
    assert row[0].startswith("'")


@pytest.mark.parametrize("text", ["Sefton", "1+1=2", "a-b", "£5", "– none", "(−5)", "a; b", "x@y"])
def test_what_a_spreadsheet_would_not_run_stays_as_it_is(text: str) -> None:
    assert in_spreadsheet(text) == text


def test_a_semicolon_begins_no_formula_where_it_parts_the_columns() -> None:
    assert in_spreadsheet("harmless;=1+1;@a") == "harmless;'=1+1;'@a"
