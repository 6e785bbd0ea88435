"""A bad official file is refused: with the file, the place, what was found, what is allowed and what to do.

Each folder under `tests/data/official/bad` holds one table of monthly referrals, in the published shape, with one
thing wrong. It is offered to a folder that already holds a good one, and nothing there may change.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from btc_eval.errors import UsageError
from btc_eval.records.refresh import refresh

FILES = Path(__file__).parents[1] / "data" / "official"
TABLE = "c6_children_in_need_referrals_by_month_2023_to_2024.csv"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compiled") / "data"
    assert refresh([FILES / "world"], data=folder).accepted
    return folder


@pytest.fixture
def data(compiled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(compiled, tmp_path / "data"))


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


CASES = {
    "missing_column": ("the header", "no column for 'may'"),
    "wrong_geography": ("new_la_code, row 5", "'E08000099', which is not a council"),
    "wrong_level": ("geographic_level, row 5", "a national or regional row with the code of a smaller area"),
    "without_wirral": ("new_la_code", "no row for Wirral (E08000015)"),
    "duplicated_key": ("rows 4, 5", "E08000015, 2024; 1 such"),
    "changed_total": ("row 4", "the 12 parts of referrals making 4052 for E08000015 in 2024, where referrals is 4152"),
    "changed_england": ("column referrals, year 2024", "councils that sum to 12,077 beside 11,580 for England"),
    "unknown_symbol": ("column April, row 4", "'?'"),
    "utf_16": ("the first bytes", "UTF-16"),
    "latin_1": ("line 7", "a byte that is not UTF-8 (0xfa)"),
    "binary": ("line 1", "bytes that are not text"),
    "no_rows": ("below the header", "no rows at all"),
}


@pytest.mark.parametrize("case", CASES)
def test_refused_and_nothing_changed(case: str, data: Path) -> None:
    before = contents(data)
    offered = FILES / "bad" / case / TABLE
    report = refresh([offered], data=data)
    place, found = CASES[case]
    assert not report.accepted
    assert report.changed == {}
    matching = [r for r in report.refusals if r.place == place and found in r.found]
    assert matching, report.words()
    for refusal in report.refusals:
        assert refusal.file == str(offered)
        assert refusal.allowed
        assert refusal.do.endswith(".")
    assert contents(data) == before


def test_every_case_has_an_example_and_every_example_a_case() -> None:
    assert {p.name for p in (FILES / "bad").iterdir()} == CASES.keys() | {"every_fault"}


def test_all_faults_are_reported_at_once(data: Path) -> None:
    report = refresh([FILES / "bad" / "every_fault" / TABLE], data=data)
    places = [refusal.place for refusal in report.refusals]
    assert places == ["the header", "new_la_code, rows 6, 12", "column April, rows 4, 5", "rows 4, 5"]


def test_one_bad_file_refuses_the_whole_batch(data: Path, tmp_path: Path) -> None:
    before = contents(data)
    revised = tmp_path / "c1_children_in_need_referrals_and_rereferrals_2023_to_2024.csv"
    text = (FILES / "world" / revised.name).read_text(encoding="utf-8")
    revised.write_text(text.replace(",4152,913,", ",4152,914,"), encoding="utf-8")
    report = refresh([revised, FILES / "bad" / "no_rows" / TABLE], data=data)
    assert not report.accepted
    assert contents(data) == before
    assert refresh([revised], data=data).changed.keys() == {"referrals"}


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"Short Desc": ["LAC"] * 500, "Years": ["2016"] * 500}), out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("bds_long_0.parquet", _parquet()[:-40], "a parquet file that is cut short or damaged"),
        ("nothing.zip", _zip(), "a zip with nothing in it"),
        ("cut.zip", _zip(**{TABLE: b"a,b\n1,2\n"})[:-20], "a file that is not a zip, or is cut short"),
        ("escape.zip", _zip(**{"../../etc/c6.csv": b"a,b\n1,2\n"}), "a path that leads outside the zip"),
        ("absolute.zip", _zip(**{"/c6.csv": b"a,b\n1,2\n"}), "a path that leads outside the zip"),
        ("bomb.zip", _zip(**{"c6.csv": b"0" * 30_000_000}), "bytes that unpack to 30,000,000"),
        ("sn_may_2025.xlsx", b"PK\x03\x04 cut short", "a workbook that is cut short or damaged"),
        ("empty.csv", b"", "an empty file"),
        ("council_tax.csv", b"band,homes\nA,12\n", "a table with the columns band, homes, which is not recognised"),
        ("letter.docx", b"words", "a file that is not a table, which is not recognised"),
    ],
)
def test_other_unsafe_or_unknown_files(name: str, content: bytes, found: str, data: Path, tmp_path: Path) -> None:
    before = contents(data)
    offered = tmp_path / name
    offered.write_bytes(content)
    report = refresh([offered], data=data)
    assert not report.accepted
    assert any(found in refusal.found for refusal in report.refusals), report.words()
    assert contents(data) == before


def test_a_file_that_is_not_there(data: Path, tmp_path: Path) -> None:
    report = refresh([tmp_path / "absent.csv"], data=data)
    assert [refusal.found for refusal in report.refusals] == ["no such file or folder"]


def test_an_unknown_file_in_a_folder_is_listed_and_left_alone(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "council_tax.csv").write_text("band,homes\nA,12\nB,9\n", encoding="utf-8")
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    report = refresh([folder], data=data)
    assert report.accepted
    assert report.changed == {}
    lines = {Path(line.file).name: line for line in report.tables}
    assert lines["council_tax.csv"].rows_set_aside == {"not a table this report uses": 2}
    assert lines["notes.txt"].kind == "not a table"


def test_a_sister_table_with_the_same_mark_is_left_alone(data: Path, tmp_path: Path) -> None:
    """Plans at 31 March by category carry the mark and nine tenths of the columns of plans started by category."""
    categories = ",".join(
        f"{name}_{when}"
        for when in ("Initial", "Latest")
        for name in ("Neglect", "Physical", "Sexual", "Emotional", "Multiple")
    )
    head = "time_period,time_identifier,geographic_level,region_code,region_name,old_la_code,new_la_code,la_name"
    mark = "Child Protection Plans by Initial and Latest Category of Abuse"
    row = f"2024,Reporting year,Local authority,E12000002,North West,344,E08000015,Wirral,{mark}"
    folder = tmp_path / "downloads"
    folder.mkdir()
    sister = folder / "d4_cpps_at31march_by_category_of_abuse_2013_to_2024.csv"
    sister.write_text(f"{head},category,CPP_At31,{categories}\n{row},10{',1' * 10}\n", encoding="utf-8")
    report = refresh([folder], data=data)
    assert report.accepted, report.words()
    assert [line.rows_set_aside for line in report.tables] == [{"not a table this report uses": 1}]


def test_without_a_population_file_an_empty_folder_cannot_know_the_councils(tmp_path: Path) -> None:
    report = refresh([FILES / "world" / TABLE], data=tmp_path / "data")
    assert [refusal.found for refusal in report.refusals] == ["no list of councils yet"]


def test_a_made_up_council_is_refused_in_the_population_file_too(data: Path, tmp_path: Path) -> None:
    name = "ons_mid-year_population_estimates_2021_to_2023.csv"
    text = (FILES / "world" / name).read_bytes().replace(b"E08000014", b"E08000099")
    (tmp_path / name).write_bytes(text)
    report = refresh([tmp_path / name], data=data)
    assert not report.accepted
    assert "'E08000099', which is not a council of England" in report.refusals[0].found


def test_the_call_itself_can_be_wrong(data: Path) -> None:
    with pytest.raises(UsageError):
        refresh([], data=data)
    with pytest.raises(UsageError):
        refresh([FILES / "world"], data=data, scope="some")  # type: ignore[arg-type]
