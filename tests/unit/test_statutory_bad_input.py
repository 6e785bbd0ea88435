"""Every file that somebody will one day offer by mistake or by malice: a clear refusal or a line in the ledger.

Nothing is changed by any of them, none makes a traceback, and no value of a child's record is said aloud.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from btc_eval.errors import RefusedError
from btc_eval.records import statutory
from btc_eval.records.statutory import StatutoryRecords

DATA = Path(__file__).resolve().parents[1] / "data" / "statutory"
CENSUS = (DATA / "cin_2023.xml").read_text(encoding="utf-8")
HEADER = (DATA / "care" / "2022" / "header.csv").read_text(encoding="utf-8")
EPISODES = (DATA / "care" / "2022" / "episodes.csv").read_text(encoding="utf-8")
#: Identifiers, dates of birth and postcodes of the hand-made returns.
SECRETS = ("001", "01/05/2010", "2010-05-01", "CH41 1AA", "CH411AA", "DfE")


def refused(*paths: Path, **options: object) -> str:
    with pytest.raises(RefusedError) as caught:
        statutory.read(list(paths), **options)  # type: ignore[arg-type]
    said = str(caught.value)
    for refusal in caught.value.refusals:
        assert all(refusal.as_dict()[part] for part in ("file", "found", "allowed", "do"))
    quiet(said.replace(str(paths[0]), ""))
    return said


def quiet(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text


def closes(records: StatutoryRecords) -> StatutoryRecords:
    for line in records.ledger.lines:
        assert line.rows_in == line.rows_used + sum(line.rows_set_aside.values())
        quiet(json.dumps({**line.as_dict(), "file": ""}))
    return records


def departures(records: StatutoryRecords) -> set[str]:
    return {departure.what for line in records.ledger.lines for departure in line.departures}


def care_set(folder: Path, *, header: str = HEADER, episodes: str = EPISODES) -> Path:
    (folder / "header.csv").write_text(header, encoding="utf-8")
    (folder / "episodes.csv").write_text(episodes, encoding="utf-8")
    return folder


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_census_cut_short(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cin.xml"
    path.write_text(CENSUS[: int(len(CENSUS) * share)], encoding="utf-8")
    assert "cut short or not well formed" in refused(path)


@pytest.mark.parametrize(
    "entity",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY c SYSTEM "file:///etc/passwd">',
        '<!ENTITY % c SYSTEM "http://127.0.0.1:9/x"> %c;',
    ],
)
def test_entities_are_refused_where_they_are_defined(tmp_path: Path, entity: str) -> None:
    body = CENSUS.partition("?>")[2].replace("<LAchildID>001", "<LAchildID>&c;")
    path = tmp_path / "cin.xml"
    path.write_text(f"<?xml version='1.0'?><!DOCTYPE Message [{entity}]>{body}", encoding="utf-8")
    said = refused(path)
    assert "document type" in said
    assert "root:" not in said


def test_elements_without_end(tmp_path: Path) -> None:
    path = tmp_path / "cin.xml"
    path.write_text("<Message><Children><Child><CINdetails>" + "<UPN>" * 100_000, encoding="utf-8")
    assert "nested more than" in refused(path)


def test_thousands_of_different_elements(tmp_path: Path) -> None:
    path = tmp_path / "cin.xml"
    tags = "".join(f"<t{n}>1</t{n}>" for n in range(10_000))
    path.write_text(CENSUS.replace("<CINdetails>", f"<CINdetails>{tags}", 1), encoding="utf-8")
    assert "different elements" in refused(path)


@pytest.mark.parametrize("name", ["/etc/passwd.csv", "../../header.csv", "a/../../header.csv", "C:\\x\\header.csv"])
def test_a_zip_that_reaches_outside(tmp_path: Path, name: str) -> None:
    path = tmp_path / "care.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("episodes.csv", EPISODES)
        archive.writestr(zipfile.ZipInfo(name), HEADER)
    assert "leads outside the zip" in refused(path)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["care.zip"]


def test_a_zip_that_inflates_without_end(tmp_path: Path) -> None:
    path = tmp_path / "care.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("episodes.csv", b"0" * 60_000_000)
    assert "unpack to" in refused(path)


def test_a_zip_whose_member_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "care.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.csv", HEADER)
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_a_zip_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "care.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    assert "not a zip" in refused(path)


def test_a_zip_and_a_folder_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "care.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((DATA / "care").rglob("*.csv")):
            archive.write(file, file.relative_to(DATA))
    assert (
        statutory.read(path)
        .table("looked_after_episodes")
        .equals(statutory.read(DATA / "care").table("looked_after_episodes"))
    )


def test_a_file_of_one_byte_is_an_empty_table(tmp_path: Path) -> None:
    care_set(tmp_path)
    (tmp_path / "uasc.csv").write_bytes(b"\n")
    records = closes(statutory.read(tmp_path))
    line = records.ledger.of("asylum_seekers")[0]
    assert (line.rows_in, line.rows_used) == (0, 0)
    assert records.table("asylum_seekers").empty


def test_a_binary_under_the_name_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "episodes.csv"
    path.write_bytes(bytes(range(256)) * 40)
    assert "not text" in refused(path)


def test_a_workbook_under_the_name_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "episodes.csv"
    book = openpyxl.Workbook()
    book.save(tmp_path / "book.xlsx")
    path.write_bytes((tmp_path / "book.xlsx").read_bytes())
    (tmp_path / "book.xlsx").unlink()
    assert "under another name" in refused(path)


def test_a_workbook_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "annex.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 200)
    assert "damaged" in refused(path)


def test_half_a_year_is_said_and_not_reconciled(tmp_path: Path) -> None:
    rows = [EPISODES.splitlines()[0]]
    rows += [f"C{n:03},{n % 28 + 1:02}/{4 + n % 5:02}/2022,S,C1,N1,U6,PR1,,,,,," for n in range(60)]
    records = closes(statutory.read(care_set(tmp_path, episodes="\n".join(rows))))
    assert any("the return of 2023 runs only from April 2022 to August 2022" in said for said in records.ledger.remarks)
    assert "a return that covers only part of its year" in departures(records)


def test_two_councils_in_one_read(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(CENSUS, encoding="utf-8")
    other = CENSUS.replace("<LEA>344<", "<LEA>341<").replace("2023-03-31", "2022-03-31")
    (tmp_path / "b.xml").write_text(other, "utf-8")
    assert "returns of 2 councils" in refused(tmp_path)
    both = statutory.read(tmp_path, several_councils=True)
    assert sorted(both.table("cin_children")["council"].unique()) == ["341", "344"]
    assert len(both.table("cin_children")) == 4, "the same identifier in two councils is two children"


def test_the_same_identifiers_for_other_children(tmp_path: Path) -> None:
    for year in (2022, 2023):
        rows = [HEADER.splitlines()[0], *(f"{n:03},1,{n % 28 + 1:02}/05/{year - 15},WBRI,UN1,0," for n in range(40))]
        lines = [EPISODES.splitlines()[0], *(f"{n:03},01/06/{year - 1},S,C1,N1,U6,PR1,,,,,," for n in range(40))]
        (tmp_path / str(year)).mkdir()
        care_set(tmp_path / str(year), header="\n".join(rows), episodes="\n".join(lines))
    assert "two dates of birth" in refused(tmp_path)


def test_a_set_without_its_header(tmp_path: Path) -> None:
    (tmp_path / "episodes.csv").write_text(EPISODES, encoding="utf-8")
    records = closes(statutory.read(tmp_path))
    assert any("has no table of children (header)" in said for said in records.ledger.remarks)
    assert len(records.table("looked_after_episodes")) == 7


def test_identifiers_that_differ_only_by_leading_zeros_are_kept_apart(tmp_path: Path) -> None:
    records = closes(statutory.read(care_set(tmp_path, header=HEADER + "1,1,02/05/2010,WBRI,UN1,0,\n")))
    assert {"001", "1"} <= set(records.table("looked_after_children")["child_id"])
    assert "2 identifiers differ from another only by leading zeros: they were kept apart" in records.ledger.remarks


def test_dates_in_2105(tmp_path: Path) -> None:
    records = closes(statutory.read(care_set(tmp_path, episodes=EPISODES.replace("02/06/2021", "02/06/2105"))))
    assert records.ledger.set_aside("looked_after_episodes") == {"no date that can be read (started)": 1}
    assert "a date after 2050" in departures(records)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_every_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    care_set(tmp_path)
    text = EPISODES.replace("LAREQ", "LAREQ") + "Zoë1,01/04/2021,S,C2,N1,U6,PR1,,,,,,\n"
    (tmp_path / "episodes.csv").write_bytes(text.encode(encoding))
    records = statutory.read(tmp_path)
    assert "Zoë1" in set(records.table("looked_after_episodes")["child_id"])
    expected = {"utf-16": "text saved as UTF-16", "utf-16-le": "text saved as UTF-16",
                "cp1252": "text that is not UTF-8, read as Windows-1252"}  # fmt: skip
    assert (expected.get(encoding) in departures(records)) == (encoding in expected)


def test_ten_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "episodes.csv"
    path.write_text(",".join(["CHILD", "DECOM", "LS", *(f"x{n}" for n in range(10_000))]) + "\n", encoding="utf-8")
    assert "10,003 columns" in refused(path)


def test_formulas_in_cells(tmp_path: Path) -> None:
    rows = EPISODES.splitlines()
    rows[2] = rows[2].replace("001,", "=cmd|'/c calc'!A1,", 1)
    rows[3] = rows[3].replace("02/06/2021", "=TODAY()")
    records = closes(statutory.read(care_set(tmp_path, episodes="\n".join(rows))))
    assert records.ledger.set_aside("looked_after_episodes") == {
        "no identifier": 1, "no date that can be read (started)": 1,
    }  # fmt: skip
    assert "a formula, not a value" in departures(records)


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "episodes.csv"
    path.write_text(EPISODES + '"' + "a,b\n" * 60_000, encoding="utf-8")
    assert "quotation mark" in refused(path)


def test_a_line_without_end(tmp_path: Path) -> None:
    path = tmp_path / "episodes.csv"
    path.write_text("a" * 5_000_000, encoding="utf-8")
    assert "a line longer than" in refused(path)


def test_rows_that_are_not_rows(tmp_path: Path) -> None:
    odd = EPISODES + EPISODES.splitlines()[0] + "\n,,,,,,,,,,,,\n"
    odd += "007,01/04/2021,S,C2,N1,U6,PR1,,,,,,,spill\n008,01/04/2021,S\n"
    records = closes(statutory.read(care_set(tmp_path, episodes=odd)))
    line = records.ledger.of("looked_after_episodes")[0]
    assert line.rows_in == 11
    assert line.rows_set_aside == {"a blank row": 1, "more cells than headings": 1, "the headings repeated": 1}


def test_a_demonstration_beside_the_councils_own(tmp_path: Path) -> None:
    care_set(tmp_path)
    said = refused(tmp_path, DATA / "care")
    assert "beside a demonstration" in said


def test_a_file_that_is_no_return(tmp_path: Path) -> None:
    path = tmp_path / "lunch.csv"
    path.write_text("day,dish\nMonday,soup\n", encoding="utf-8")
    assert "a table that no return has" in refused(path)
    care_set(tmp_path)
    records = statutory.read(tmp_path)
    assert list(records.ledger.unused.values()) == ["a table that no return has"]


def test_nothing_at_all(tmp_path: Path) -> None:
    assert "an empty folder" in refused(tmp_path)
    assert "no such file or folder" in refused(tmp_path / "gone")


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "cin.xml").write_text(CENSUS[:900], encoding="utf-8")
    (tmp_path / "episodes.csv").write_bytes(b"\x00\x01" * 5_000)
    with pytest.raises(RefusedError) as caught:
        statutory.read(tmp_path)
    assert len(caught.value.refusals) == 2


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    care_set(tmp_path)

    def denied(*_: object, **__: object) -> object:
        raise PermissionError

    monkeypatch.setattr(Path, "open", denied)
    assert "does not let us read" in refused(tmp_path / "header.csv")


def test_names_in_columns_of_codes_are_not_said(tmp_path: Path) -> None:
    """Columns that slipped put a name where a code should be: it is counted, and described by its length."""
    rows = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER\n77001,01/05/2021,SMITH,JOHN,Jane,O'BRIEN,MURPHY\n"
    (tmp_path / "episodes.csv").write_text(rows + "77002,01/06/2021,Q9,Q9,Q9,Q9,Q9\n", encoding="utf-8")
    (tmp_path / "oc2.csv").write_text("CHILD,DOB,SDQ_SCORE,CONVICTED\n77001,01/02/2012,1,Amelia\n", encoding="utf-8")
    said = json.dumps([line.as_dict() for line in statutory.read(tmp_path).ledger.lines])
    for name in ("SMITH", "JOHN", "Jane", "BRIEN", "MURPHY", "Amelia"):
        assert name not in said
    assert said.count('"Q9"') == 5


def test_a_census_without_a_reference_date_takes_its_year_from_its_dates(tmp_path: Path) -> None:
    """The year that a header calls itself is often wrong; it is used only where there are too few dates to tell."""
    head, body = CENSUS.split("<Children>")
    head = re.sub("<ReferenceDate>[^<]*</ReferenceDate>", "", head)
    child = re.search("<Child>.*?</Child>", body, re.DOTALL)[0]  # type: ignore[index]
    child = re.sub("<CINreferralDate>[^<]*", "<CINreferralDate>2021-02-05", child)
    child = re.sub("<CINclosureDate>[^<]*", "<CINclosureDate>2021-03-05", child)
    many = "".join(re.sub("<LAchildID>[^<]*", f"<LAchildID>N{n}", child) for n in range(60))
    path = tmp_path / "cin.xml"
    for year_in_header in ("2019", "2021"):
        head = re.sub("<Year>[^<]*", f"<Year>{year_in_header}", head)
        path.write_text(f"{head}<Children>{many}</Children></Message>", encoding="utf-8")
        records = closes(statutory.read(path))
        assert records.years("cin_episodes") == (2021,)
        assert "a header without a reference date: the dates of the referrals tell the year" in departures(records)
