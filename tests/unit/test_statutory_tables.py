"""The same table in every wrapping: CSV, workbook, zip, XML, odd names, odd headings, several years in one file."""

from __future__ import annotations

import datetime as dt
import gc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from btc_eval.estimates import Provenance
from btc_eval.records import statutory
from btc_eval.records.statutory.recognition import recognise
from btc_eval.records.statutory.vocabulary import DEMONSTRATION_SOFTWARE, TABLES

DATA = Path(__file__).resolve().parents[1] / "data" / "statutory"
CARE = DATA / "care" / "2022"


def rows_of(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    keys = ["child_id", "started"]
    drop = ["council", "return_year"]
    first, second = (f.drop(columns=drop).sort_values(keys, ignore_index=True) for f in (one, other))
    return first.equals(second)


@pytest.mark.parametrize("stem", ["EPISODES", "2022_episodes", "SSDA903_2022_episodes", "data extract (final)"])
def test_a_table_is_told_by_its_columns_whatever_its_name(tmp_path: Path, stem: str) -> None:
    (tmp_path / f"{stem}.csv").write_bytes((CARE / "episodes.csv").read_bytes())
    assert len(statutory.read(tmp_path).table("looked_after_episodes")) == 7


def test_the_order_of_columns_and_odd_headings_do_not_matter(tmp_path: Path) -> None:
    rows = [[*row[::-1], "x"] for row in rows_of(CARE / "episodes.csv")]
    rows[0] = [f" {heading.lower()}\u00a0" for heading in rows[0][:-1]] + ["CASE_WORKER"]
    (tmp_path / "e.csv").write_text("\ufeff" + "\n".join(",".join(row) for row in rows), encoding="utf-8")
    records = statutory.read(tmp_path)
    assert same(records.table("looked_after_episodes"), statutory.read(CARE).table("looked_after_episodes"))
    line = records.ledger.of("looked_after_episodes")[0]
    assert sum(d.what == "a heading under another spelling, read" for d in line.departures) == 13
    assert ("CASE_WORKER", "a column that the table does not have, not read", 7) in [
        (d.column, d.what, d.rows) for d in line.departures
    ]


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_other_separators(tmp_path: Path, mark: str) -> None:
    text = (CARE / "episodes.csv").read_text(encoding="utf-8").replace(",", mark)
    (tmp_path / "episodes.csv").write_text(text, encoding="utf-8")
    found, expected = (statutory.read(path).table("looked_after_episodes") for path in (tmp_path, CARE))
    assert same(found, expected)


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_looked_after_set_in_a_workbook(tmp_path: Path) -> None:
    def cell(heading: str, text: str) -> object:
        if heading in ("DECOM", "DEC", "DOB") and text:
            return dt.datetime.strptime(text, "%d/%m/%Y")
        return int(text) if heading == "URN" and text else text or None

    sheets: dict[str, list[list[object]]] = {}
    for stem in ("episodes", "header"):
        headings, *body = rows_of(CARE / f"{stem}.csv")
        sheets[stem] = [list(headings), *([cell(h, t) for h, t in zip(headings, row)] for row in body)]
    records = statutory.read(workbook(tmp_path / "2021-22.xlsx", sheets))
    assert same(records.table("looked_after_episodes"), statutory.read(CARE).table("looked_after_episodes"))
    assert records.years("looked_after_episodes") == (2022,)


def test_the_xml_form_of_the_looked_after_return() -> None:
    records = statutory.read(DATA / "care.xml")
    assert {name: len(records.table(name)) for name in records.tables} == {
        "looked_after_children": 2, "looked_after_episodes": 2, "asylum_seekers": 1, "looked_after_reviews": 2,
        "health_and_offending": 1, "care_leavers": 1, "previous_permanence": 1, "missing_episodes": 1,
    }  # fmt: skip
    as_csv = statutory.read(CARE).table("looked_after_episodes")
    assert same(records.table("looked_after_episodes"), as_csv[as_csv["child_id"] == "001"].reset_index(drop=True))
    leaver = records.table("care_leavers").iloc[0]
    assert (leaver["child_id"], leaver["activity"]) == ("009", "other education, full time")


CHILD = ["1", "a) Male", "a) WBRI", dt.datetime(2015, 2, 3), 8]
CHILD_HEADINGS = ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)"]


@pytest.mark.parametrize("title", ["List 2", "List_2", "Early Help", "Sheet9"])
@pytest.mark.parametrize("above", [0, 1])
def test_early_help_in_an_annex_a_workbook(tmp_path: Path, title: str, above: int) -> None:
    headings = [*CHILD_HEADINGS, "Assessment start date", "Assessment completion date"]
    headings.append("Organisation completing assessment")
    rows = [
        *([["Early help assessments in the last six months"]] * above),
        list(headings),
        [*CHILD, dt.datetime(2023, 9, 1), "01/10/2023", "Council"],
        ["0002", "Female", "s) NOBT", "2016-03-04", -1, "05/09/23", None, "School"],
        [None] * 8,
        [None, "b) Female", "WBRI", None, None, "01/09/2023", None, None],
    ]
    records = statutory.read(workbook(tmp_path / "annex.xlsx", {title: rows}))
    frame = records.table("annex_a_early_help")
    assert frame["started"].dt.strftime("%d/%m/%Y").tolist() == ["01/09/2023", "05/09/2023"]
    assert frame["sex"].tolist() == ["male", "female"]
    assert frame["ethnicity"].tolist() == ["White British", "not yet obtained"]
    assert frame["child_id"].tolist() == ["1", "0002"]
    assert records.ledger.set_aside("annex_a_early_help") == {"a blank row": 1, "no identifier": 1}


def test_every_list_is_told_from_the_others(tmp_path: Path) -> None:
    tables = [table for table in TABLES.values() if table.kind.value == "annex_a"]
    sheets: dict[str, list[list[object]]] = {table.statutory: [list(table.header(2024))] for table in tables}
    records = statutory.read(workbook(tmp_path / "annex.xlsx", sheets))
    assert [line.name for line in records.ledger.lines] == [table.name for table in tables]


def test_a_formula_with_a_stored_value_gives_the_value(tmp_path: Path) -> None:
    headings = [*CHILD_HEADINGS, "Date of Contact", "Contact Source"]
    path = workbook(tmp_path / "annex.xlsx", {"List 1": [headings, [*CHILD[:4], "=1+7", "01/09/2023", "q) 6: Police"]]})
    records = statutory.read(path)
    assert records.table("annex_a_contacts")["age"].isna().all(), "written by a program that stores no value"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<f>1+7</f><v></v>", b"<f>1+7</f><v>8</v>").replace(b"<v />", b"<v>8</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    again = statutory.read(path)
    assert again.table("annex_a_contacts")["age"].tolist() == [8.0]
    assert {d.what for d in again.ledger.lines[0].departures} == {"a formula: the value stored with it was read"}


def test_several_years_and_councils_in_one_stacked_file(tmp_path: Path) -> None:
    headings, *body = rows_of(CARE / "episodes.csv")
    rows = [[*headings, "LA", "YEAR"]]
    rows += [[*row, council, year] for row in body for council in ("A", "B") for year in ("2021", "2022")]
    (tmp_path / "episodes.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    records = statutory.read(tmp_path, several_councils=True)
    assert records.ledger.set_aside("looked_after_episodes") == {"the same row in a later return": 14}
    frame = records.table("looked_after_episodes")
    assert (len(frame), sorted(frame["council"].unique()), set(frame["return_year"])) == (14, ["A", "B"], {2022})


def test_the_register_and_its_family_rows() -> None:
    frame = statutory.read(DATA / "register").table("programme_register")
    assert frame["id_kind"].astype("str").tolist() == ["child", "child", "family"]
    assert frame["id"].tolist() == ["001", "002", "F77"]
    assert frame["started"].dt.strftime("%Y-%m-%d").tolist() == ["2021-04-01", "2022-02-01", "2021-09-01"]


def test_the_marks_of_a_demonstration(tmp_path: Path) -> None:
    census = (DATA / "cin_2023.xml").read_text(encoding="utf-8")
    (tmp_path / "cin.xml").write_text(census, encoding="utf-8")
    assert statutory.read(tmp_path).provenance is Provenance.STATUTORY
    (tmp_path / "cin.xml").write_text(census.replace("by hand", DEMONSTRATION_SOFTWARE), encoding="utf-8")
    assert statutory.read(tmp_path).provenance is Provenance.DEMONSTRATION
    marked = statutory.read(DATA / "care")
    assert marked.provenance is Provenance.DEMONSTRATION
    assert marked.papers("looked_after_episodes").window_end == "2023"
    assert marked.papers().sources == ("looked-after return (SSDA903)",)


def test_provenance_is_kept_for_each_return(tmp_path: Path) -> None:
    (tmp_path / "cin.xml").write_bytes((DATA / "cin_2023.xml").read_bytes())
    both = statutory.read([tmp_path, DATA / "care"])
    assert both.papers("cin_episodes").provenance is Provenance.STATUTORY
    assert both.papers("looked_after_episodes").provenance is Provenance.DEMONSTRATION
    assert both.papers().provenance is both.provenance is Provenance.DEMONSTRATION


def test_returns_share_identifiers_and_the_ledger_says_how_many() -> None:
    records = statutory.read([DATA / "cin_2023.xml", DATA / "care", DATA / "case_system"])
    shared = {(o.first, o.second): o.shared for o in records.ledger.overlaps}
    assert shared == {("cin_census", "ssda903"): 1, ("cin_census", "ssd"): 1, ("ssda903", "ssd"): 2}


def test_a_table_nobody_gave_is_empty_and_has_its_columns() -> None:
    records = statutory.read(DATA / "care")
    empty, full = records.table("cin_episodes"), records.table("looked_after_episodes")
    assert empty.empty
    assert {"child_id", "referred", "council", "return_year"} <= set(empty)
    assert empty.dtypes["referred"] == full.dtypes["started"]


@pytest.fixture
def nobody_collects() -> Iterator[None]:
    """The collector of rings is off: what is still there was not let go."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nobody_collects")
def test_spilling_to_disk_changes_nothing(tmp_path: Path) -> None:
    whole = statutory.read([DATA / "care", DATA / "cin_2023.xml"])
    spilled = statutory.read([DATA / "care", DATA / "cin_2023.xml"], most_rows=3, work=tmp_path)
    assert any(tmp_path.rglob("*.parquet"))
    assert spilled.tables == whole.tables
    for name in whole.tables:
        keys = [c for c in TABLES[name].key if c != "return_year"]
        one, other = (r.table(name).sort_values(keys, ignore_index=True) for r in (whole, spilled))
        pd.testing.assert_frame_equal(one, other)
    assert [line.as_dict() for line in spilled.ledger.lines] == [line.as_dict() for line in whole.ledger.lines]
    assert spilled.ledger.rules == whole.ledger.rules
    del spilled
    assert not any(tmp_path.iterdir()), "the private folder goes with the records"


def test_tables_can_be_written_for_a_database(tmp_path: Path) -> None:
    records = statutory.read(DATA / "care")
    written = records.save(tmp_path)
    assert pd.read_parquet(written["looked_after_episodes"])["legal_status"].tolist()[0] == "interim care order"


@pytest.mark.parametrize(
    ("headings", "name", "table"),
    [
        (["CHILD", "SEX", "DOB", "DUC"], "x", "asylum_seekers"),
        (["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"], "uasc.csv", "looked_after_children"),
        (["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"], "x", "missing_episodes"),
        (["id", "project", "start", "end"], "x", "programme_register"),
        (["postcode", "ward_code", "ward_name"], "x", "ward_lookup"),
        (["CHILD", "DOB", "PREV_PERM"], "2017-previous_permenance.csv", "previous_permanence"),
    ],
)
def test_columns_come_before_names(headings: list[str], name: str, table: str) -> None:
    layout = recognise(headings, name)
    assert layout is not None
    assert layout.table.name == table


def test_no_table_has_these_headings() -> None:
    assert recognise(["time_period", "geographic_level", "la_name"], "episodes.csv") is None
