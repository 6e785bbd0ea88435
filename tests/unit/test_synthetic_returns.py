"""What an extract looks like from outside: formats, codes of their years, marks, and nothing before its time."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from btc_eval import synthetic
from btc_eval.errors import RefusedError, UsageError
from btc_eval.synthetic import extract

YEARS = range(2020, 2026)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> synthetic.Manifest:
    return synthetic.write(
        tmp_path_factory.mktemp("synthetic") / "demo", seed=7, first_year=2020, last_year=2025, children=2500
    )


def census(made: synthetic.Manifest, year: int) -> ET.Element:
    return ET.parse(made.folder / "cin" / f"CIN_{year}.xml").getroot()


def rows(made: synthetic.Manifest, year: int, table: str) -> list[dict[str, str]]:
    text = (made.folder / "ssda903" / str(year) / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def texts(root: ET.Element, tag: str) -> list[str]:
    return [element.text or "" for element in root.iter(tag)]


def british(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%d/%m/%Y").date()


def test_the_folder_is_laid_out_as_the_returns_are(made: synthetic.Manifest) -> None:
    assert sorted(path.name for path in made.folder.iterdir()) == [
        "DEMONSTRATION.txt", "annex_a.xlsx", "cin", "known_effect.json", "manifest.json", "programme_register.csv",
        "ssd_address.csv", "ssd_contacts.csv", "ssd_early_help_episodes.csv", "ssd_family.csv", "ssda903",
        "ward_lookup.csv",
    ]  # fmt: skip
    assert sorted(path.name for path in (made.folder / "cin").glob("*.xml")) == [f"CIN_{year}.xml" for year in YEARS]
    tables = {path.stem for path in (made.folder / "ssda903" / "2024").glob("*.csv")}
    assert tables == {
        "header", "episodes", "uasc", "reviews", "oc2", "oc3", "ad1", "placed_for_adoption", "previous_permanence",
        "missing", "sw_episodes",
    }  # fmt: skip
    assert not (made.folder / "ssda903" / "2023" / "sw_episodes.csv").exists()


def test_every_file_says_that_it_is_a_demonstration(made: synthetic.Manifest) -> None:
    folders = {path.parent for path in made.folder.rglob("*") if path.is_file()}
    assert all("not about Wirral".upper() in (folder / "DEMONSTRATION.txt").read_text().upper() for folder in folders)
    for year in YEARS:
        assert texts(census(made, year), "SoftwareCode") == ["btc_eval demonstration"]
        assert {row["CHILD"][:4] for row in rows(made, year, "episodes")} == {"DEMO"}
    book = openpyxl.load_workbook(made.folder / "annex_a.xlsx", read_only=True)
    assert "Demonstration" in book.properties.title
    manifest = json.loads((made.folder / "manifest.json").read_text())
    assert manifest["provenance"] == "demonstration"
    assert json.loads((made.folder / "known_effect.json").read_text())["warning"].startswith("Demonstration")


@pytest.mark.parametrize(
    ("table", "header"),
    [
        ("header", "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"),
        ("episodes", "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"),
        ("uasc", "CHILD,SEX,DOB,DUC"),
        ("reviews", "CHILD,DOB,REVIEW,REVIEW_CODE"),
        ("oc3", "CHILD,DOB,IN_TOUCH,ACTIV,ACCOM"),
        ("ad1", "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR"),
        ("placed_for_adoption", "CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED"),
        ("missing", "CHILD,DOB,MISSING,MIS_START,MIS_END"),
        ("sw_episodes", "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON"),
    ],
)
def test_headings_are_those_of_the_return(made: synthetic.Manifest, table: str, header: str) -> None:
    path = made.folder / "ssda903" / "2025" / f"{table}.csv"
    assert path.read_bytes().split(b"\r\n", 1)[0].decode() == header


def test_codes_are_those_of_their_year(made: synthetic.Manifest) -> None:
    older, newer = census(made, 2024), census(made, 2025)
    assert set(texts(older, "GenderCurrent")) <= {"0", "1", "2"}
    assert not texts(older, "Sex")
    assert set(texts(newer, "Sex")) <= {"M", "F", "U"}
    assert {row["SEX"] for row in rows(made, 2024, "header")} == {"1", "2"}
    assert {row["SEX"] for row in rows(made, 2025, "header")} == {"M", "F"}
    for year in YEARS:
        root = census(made, year)
        factors = set(texts(root, "AssessmentFactors"))
        assert ("18A" in factors) == (year <= 2020)
        assert ("18C" in factors) == (year >= 2021)
        assert "24A" not in factors or year >= 2022
        assert ("5D" in texts(root, "ReferralSource")) == (year >= 2023)
        assert ("RC9" in texts(root, "ReasonForClosure")) == (year >= 2023)
        assert bool(texts(root, "CINPlanStartDate")) == (year >= 2022)
        places = {row["PLACE"] for row in rows(made, year, "episodes")}
        assert ("K3" in places, "H5" in places) == (year >= 2025, year < 2025)


def test_nothing_is_told_before_it_happened(made: synthetic.Manifest) -> None:
    for year in YEARS:
        last = datetime.date(year, 3, 31)
        root = census(made, year)
        dates = [
            datetime.date.fromisoformat(element.text)
            for element in root.iter()
            if element.text
            and re.fullmatch(r"\d{4}-\d\d-\d\d", element.text)
            and element.tag not in ("ExpectedPersonBirthDate", "InitialCPCtarget")
        ]
        assert max(dates) <= last
        for table in ("episodes", "missing", "reviews"):
            cells = [cell for row in rows(made, year, table) for cell in row.values()]
            assert max(british(cell) for cell in cells if re.fullmatch(r"\d\d/\d\d/\d{4}", cell)) <= last


def test_a_census_holds_whoever_was_referred_in_the_year_or_open_before_it(made: synthetic.Manifest) -> None:
    for year in YEARS:
        first = datetime.date(year - 1, 4, 1)
        for details in census(made, year).iter("CINdetails"):
            referred = datetime.date.fromisoformat(details.findtext("CINreferralDate", ""))
            closed = details.findtext("CINclosureDate")
            assert referred >= first or closed is None or datetime.date.fromisoformat(closed) >= first
            if details.findtext("ReferralNFA") == "1":
                assert details.find("Assessments") is None
                assert closed is None


def test_episodes_of_care_chain(made: synthetic.Manifest) -> None:
    for year in YEARS:
        by_child: dict[str, list[dict[str, str]]] = {}
        for row in rows(made, year, "episodes"):
            by_child.setdefault(row["CHILD"], []).append(row)
        for spells in by_child.values():
            starts = [british(row["DECOM"]) for row in spells]
            assert starts == sorted(set(starts))
            for this, following in itertools.pairwise(spells):
                if this["REC"] == "X1":
                    assert this["DEC"] == following["DECOM"]
                    assert following["RNE"] != "S"
                    changed = this["PLACE"] != following["PLACE"] or this["PL_POST"] != following["PL_POST"]
                    assert changed or following["RNE"] in "LPB"
                else:
                    assert british(this["DEC"]) < british(following["DECOM"])
                    assert following["RNE"] == "S"
            assert all(bool(row["DEC"]) == bool(row["REC"]) for row in spells)


def test_the_end_of_a_year_is_the_beginning_of_the_next(made: synthetic.Manifest) -> None:
    def still(year: int) -> set[str]:
        return {row["CHILD"] for row in rows(made, year, "episodes") if not row["DEC"]}

    for year in YEARS[:-1]:
        first = datetime.date(year, 4, 1)
        carried = {row["CHILD"] for row in rows(made, year + 1, "episodes") if british(row["DECOM"]) < first}
        assert still(year) == carried


def test_families_have_more_than_one_child_and_each_child_one_family(made: synthetic.Manifest) -> None:
    text = (made.folder / "ssd_family.csv").read_text()
    pairs = [(row["fami_family_id"], row["fami_person_id"]) for row in csv.DictReader(io.StringIO(text))]
    assert len({child for _, child in pairs}) == len(pairs) == made.children
    sizes = Counter(family for family, _ in pairs)
    assert max(sizes.values()) >= 4
    assert 1.3 < len(pairs) / len(sizes) < 2.5


def test_no_postcode_could_be_posted_to_and_the_look_up_knows_every_home(made: synthetic.Manifest) -> None:
    def column(file: str, name: str) -> list[str]:
        return [row[name] for row in csv.DictReader(io.StringIO((made.folder / file).read_text()))]

    known = column("ward_lookup.csv", "postcode")
    assert len(known) == len(set(known)) == 22 * 24
    assert set(column("ssd_address.csv", "addr_address_postcode")) <= set(known)
    homes = {row["HOME_POST"] for row in rows(made, 2025, "episodes")}
    assert homes <= set(known)
    assert all(code.startswith("ZX") for code in [*known, *(row["PL_POST"] for row in rows(made, 2025, "episodes"))])


def test_pupil_numbers_are_well_formed_and_of_no_council(made: synthetic.Manifest) -> None:
    numbers = [row["UPN"] for row in rows(made, 2025, "header") if not row["UPN"].startswith("UN")]
    assert numbers
    for number in numbers:
        assert re.fullmatch(r"[A-HJ-NP-RT-Z]000\d{9}", number)
        total = sum(weight * int(digit) for weight, digit in zip(range(2, 14), number[1:]))
        assert "ABCDEFGHJKLMNPQRTUVWXYZ"[total % 23] == number[0]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    asked = {"first_year": 2024, "last_year": 2025, "children": 800, "dirt": True}
    first, again = (synthetic.write(tmp_path / name, seed=3, **asked) for name in ("a", "b"))  # type: ignore[arg-type]
    assert first.files == again.files
    assert first.as_dict() == again.as_dict()
    other = synthetic.write(tmp_path / "c", seed=4, **asked)  # type: ignore[arg-type]
    same = {file.name for file in first.files if file in other.files}
    # The look-up holds no chance, and the file that dirt makes one byte long no content.
    assert same <= {"ward_lookup.csv", *(fault.file for fault in first.faults if fault.kind == "one byte")}


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(RefusedError, match="holds something"):
        synthetic.write(tmp_path, seed=1, children=400)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(extract, "_write_all", fail)
    with pytest.raises(OSError, match="disk full"):
        synthetic.write(tmp_path / "demo", seed=1, first_year=2025, last_year=2025, children=400)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 1, "children": 12}])
def test_a_call_that_cannot_be_met_is_a_wrong_call(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="allowed"):
        synthetic.write(tmp_path / "demo", **wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "demo").exists()


def test_about_as_many_children_as_asked_for(made: synthetic.Manifest) -> None:
    assert made.children == pytest.approx(2500, rel=0.1)
