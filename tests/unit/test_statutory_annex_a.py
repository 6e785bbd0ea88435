"""Annex A workbooks as councils fill them: the template's headings, titles above them, text for numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from btc_eval.errors import RefusedError
from btc_eval.records import statutory
from btc_eval.records.statutory import workbook

_COMMON = ("Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Age of Child (Years)")
_CHILD = ("00123", "a) Male", "a) WBRI", dt.date(2012, 2, 1), "12")
_TEAM = ("Allocated Team", "Allocated Worker")
#: The headings of the published template, list by list, with one made-up value each.
TEMPLATE: dict[str, dict[str, object]] = {
    "List 1": {"Date of Contact": "05/06/2024", "Contact Source": "a) 1A: Individual"},
    "List 2": {
        "Assessment start date": dt.datetime(2024, 5, 6), "Assessment completion date": None,
        "Organisation completing assessment": "A school",
    },
    "List 3": {
        "Date of referral": "2024-06-07", "Referral Source": "Health services - GP", "Referral NFA?": "b) No",
        "Number of Referrals in Last 12 Months": "1",
    },
    "List 4": {
        "Does the Child have a Disability": "b) No", "Continuous Assessment Start Date": 45_450,
        "Child Seen During Continuous Assessment": "a) Yes", "Continuous Assessment Date of Authorisation": "01/08/24",
        "Was the child assessed as requiring LA children's social care support?": "a) Yes",
    },
    "List 5": {
        "Does the Child have a Disability": "b) No",
        "Strategy discussion initiating Section 47 Enquiry Start Date": "01/06/2024",
        "Was an Initial Child Protection Conference deemed unnecessary?": "b) No",
        "Date of Initial Child Protection Conference": "15/06/2024",
        "Did the Initial Child Protection Conference Result in a Child Protection Plan": "a) Yes",
        "Number of Section 47 Enquiries in the last 12 months": 1, "Number of ICPCs in the last 12 months": 1.0,
    },
    "List 6": {
        "Does the Child have a Disability": "b) No", "CIN Start Date": "01/06/2024",
        "Primary Need Code": "N1 - Abuse or neglect", "Date Child Was Last Seen": "01/07/2024",
        "CIN Closure Date": None, "Reason for Closure": None, "Case Status": "c) Child in need plan",
    },
    "List 7": {
        "Does the Child have a Disability": "b) No", "Child Protection Plan Start Date": "01/06/2024",
        "Initial Category of Abuse": "a) Neglect", "Latest Category of Abuse": "d) Emotional abuse",
        "Date of the Last Statutory Visit": "01/07/2024", "Was the Child Seen Alone?": "a) Yes",
        "Date of latest review conference": "01/08/2024", "Child Protection Plan End Date": None,
        "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)": "N",
        "Number of Previous Child Protection Plans": "0",
    },
    "List 8": {
        "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)": "b) No",
        "Does the Child have a Disability": "b) No", "Date Started to be Looked After": "01/06/2024",
        "Child's Category of Need": "N1 - Abuse or neglect",
        "Is this a second or subsequent period of being a Looked After Child within the last 12 months (Y/N)": "b) No",
        "Start date of current legal status": "01/06/2024", "Child's Legal Status": "C2: FCO",
        "Date of Latest Statutory Review": "01/07/2024", "Date of Last Social Work Visit": "01/07/2024",
        "What is the permanence plan for this child?": "a) Return",
        "Date of Last IRO Visit / Contact to the Child": "01/07/2024", "Date of Last Health Assessment": "01/07/2024",
        "Date of Last Dental Check": "01/07/2024", "Number of Placements in the Last 12 months": 1,
        "Date Ceased to be Looked After": None, "Reason Ceased to be Looked After": None,
        "Start Date of Most Recent Placement": "01/06/2024", "Placement Type": "f) U6: Foster placement",
        "Placement Provider": "b) PR1 Own provision", "Placement postcode": "CH41 1AA", "URN of Placement": None,
        "Placement Location": "In", "LA of Placement": "Wirral",
        "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months": 0,
        "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months": 0,
        "Was the child offered a Return Interview after their last missing episode (Y/N)?": None,
        "Did the child accept a Return Interview after their last missing episode (Y/N)?": None,
    },
    "List 9": {
        "Does the Child have a Disability": "b) No", "Eligibility Category": "a) Relevant child",
        "LA in Touch": "a) Yes", "Type of Accommodation": "B1", "Suitability of Accommodation": "a) Suitable",
        "Activity Status": "F2",
    },
    "List 10": {
        "Does the Child have a Disability": "b) No", "Date the Child Entered Care": "01/06/2023",
        "Date of Decision that Child Should be Placed for Adoption": "01/06/2024", "Date of Placement Order": None,
        "Date of Matching Child and Prospective Adopters": None, "Date Placed for Adoption": None,
        "Date of Adoption Order": None, "Date of Decision that Child Should No Longer be Placed for Adoption": None,
        "Reason Why Child No Longer Placed for Adoption": None,
        "Date the child was placed for fostering in FFA or concurrent planning placement": None,
    },
}  # fmt: skip
ADOPTERS = (
    "Individual adopter identifier", "Family identifier", "Gender", "Ethnicity", "Disability",
    "Is the (prospective) adopter fostering for adoption?", "Date enquiry received", "Date Stage 1 started",
    "Date Stage 1 ended", "Date Stage 2 started", "Date Stage 2 ended", "Date application submitted",
    "Date application approved", "Date adopter matched with child(ren)", "Date child/children placed with adopter(s)",
    "No. of children placed", "Date of Adoption Order", "Date of leaving adoption process",
    "Reason for leaving adoption process",
)  # fmt: skip


def template(path: Path, *, title: bool = False, names: dict[str, str] | None = None) -> Path:
    """Fill the template: a row a list, headings in the first row or below a title."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for sheet, further in TEMPLATE.items():
        page = book.create_sheet((names or {}).get(sheet, sheet))
        if title:
            page.append([f"{sheet}: a title"])
        team = () if sheet in ("List 1", "List 2", "List 10") else _TEAM
        page.append([*_COMMON, *further, *team])
        page.append([*_CHILD, *further.values(), *("x" for _ in team)])
    page = book.create_sheet("List 11")
    page.append(list(ADOPTERS))
    page.append(["A1", "F1", "b) Female", "White British", "b) No", "b) No", "01/06/2024"])
    book.save(path)
    return path


@pytest.mark.parametrize("title", [False, True])
def test_the_template_is_read_list_by_list(tmp_path: Path, title: bool) -> None:
    records = statutory.read(template(tmp_path / "Annex A.xlsx", title=title))
    assert len(records.ledger.lines) == 11
    for line in records.ledger.lines:
        assert (line.rows_in, line.rows_used) == (1, 1), line.name
        assert not line.unknown_codes, line.name
        unread = [d for d in line.departures if "not read" in d.what or "requires" in d.what]
        assert not unread, line.name
        if line.name != "annex_a_adopters":
            assert records.table(line.name)["child_id"].tolist() == ["00123"]
            assert records.table(line.name)["ethnicity"].tolist() == ["White British"]
    assert records.table("annex_a_referrals")["source"].tolist() == ["general practitioner"]
    started = {name: records.table(name)["started"].iloc[0] for name in ("annex_a_early_help", "annex_a_assessments")}
    assert {name: str(day.date()) for name, day in started.items()} == {
        "annex_a_early_help": "2024-05-06", "annex_a_assessments": "2024-06-07",
    }  # fmt: skip
    care = records.table("annex_a_looked_after").iloc[0]
    assert (care["legal_status"], care["placement"], care["provider"]) == (
        "care order", "foster carer, other", "own council",
    )  # fmt: skip


def test_sheets_of_other_names_are_known_by_their_columns(tmp_path: Path) -> None:
    names = {"List 1": "Sheet7", "List 2": "EH", "List 8": "CLA at 31.3"}
    records = statutory.read(template(tmp_path / "anything.xlsx", names=names))
    assert len({line.name for line in records.ledger.lines}) == 11


def test_a_row_as_wide_as_a_sheet_can_be_costs_no_more(tmp_path: Path) -> None:
    """A mark in the last column of every row: blank cells up to it must not be turned into text one by one."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([*_COMMON, "Date of Contact", "Contact Source"])
    for row in range(2, 40):
        page.append([f"{row:05}", *_CHILD[1:], "05/06/2024", "6: Police"])
    page.cell(5, 16_384, "x")
    book.save(tmp_path / "wide.xlsx")
    (line,) = statutory.read(tmp_path / "wide.xlsx").ledger.lines
    assert (line.rows_in, line.rows_used, dict(line.rows_set_aside)) == (38, 37, {"more cells than headings": 1})


def test_a_sheet_of_blank_cells_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_CELLS", 100)
    with pytest.raises(RefusedError, match="a sheet of more than 100 cells"):
        statutory.read(template_of_many(tmp_path / "many.xlsx"))


def template_of_many(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([*_COMMON, "Date of Contact", "Contact Source"])
    for row in range(40):
        page.append([f"{row:05}", *_CHILD[1:], "05/06/2024", "6: Police"])
    book.save(path)
    return path
