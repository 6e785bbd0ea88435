"""What a set of records must not leave out: each gap alone, in a copy of the real files, refused with file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from btc_eval import assumptions
from btc_eval.errors import RefusedError
from btc_eval.programme.load import load

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the records in which a test may plant a gap."""
    shutil.copytree(DATA / "programme", tmp_path / "programme")
    return tmp_path / "programme"


def planted(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the first `old` in a file by `new`."""
    path = folder / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "old", "new", "file", "found"),
    [
        (
            "readiness",
            'weakness = "inspection-2023-pace"',
            'weakness = "inspection-2023-homeless"',
            "inspections",
            "0 an",
        ),
        (
            "readiness",
            'weakness = "inspection-2023-pace"',
            'weakness = "inspection-2023-homeless"',
            "inspections",
            "2 an",
        ),
        ("readiness", 'answering = "answered"', 'answering = "well answered"', "readiness", "'well answered'"),
        ("readiness", '"commitment-teams-six"', '"commitment-teams-seven"', "readiness", "unknown id"),
        ("checklists", 'paragraph = "item 12c"', 'paragraph = "item 12z"', "guidelines", "12c, 12z"),
        ("checklists", 'paragraph = "item 12c"', 'paragraph = "item 12d"', "guidelines", "12c, 12d"),
        ("checklists", 'place = "assurance/methods#', 'place = "assurance/methods.html#', "checklists", "methods.html"),
        ("checklists", "#what-else-could-explain-it", "", "checklists", "'outcomes/what-happened-next'"),
        ("checklists", 'reporting = "reported"', 'reporting = "yes"', "checklists", "'yes'"),
        ("checklists", 'guideline = "guideline-record"', 'guideline = "guideline-recall"', "checklists", "unknown id"),
        ("gradings", "maryland = 3", "maryland = 6", "gradings", "6"),
        ("gradings", "nesta = 1", "nesta = -1", "gradings", "-1"),
        ("steps", 'dated_by = "event-pathfinder"', 'dated_by = "hub-koala"', "steps", "'hub-koala'"),
        ("steps", 'dated_by = "event-pathfinder"', 'dated_by = "event-nothing"', "steps", "unknown id"),
        ("steps", 'lane = "Family Hubs"', 'lane = "Hubs"', "steps", "'Hubs'"),
    ],
)
def test_a_gap_is_refused_where_it_is(copy: Path, name: str, old: str, new: str, file: str, found: str) -> None:
    planted(copy, name, old, new)
    with pytest.raises(RefusedError) as caught:
        load(copy)
    refusals = caught.value.refusals
    assert any(fault.file == f"data/programme/{file}.toml" and found in fault.found for fault in refusals)
    assert all("line " in fault.place and fault.do for fault in refusals)


def test_a_file_that_is_gone_is_told_of_once(copy: Path) -> None:
    (copy / "checklists.toml").unlink()
    (copy / "readiness.toml").unlink()
    with pytest.raises(RefusedError) as caught:
        load(copy)
    assert sorted(fault.found for fault in caught.value.refusals) == ["no such file", "no such file"]


def test_a_grading_that_cites_a_finding_no_page_makes_is_refused(copy: Path) -> None:
    known = {name for record in load(copy).records["gradings"] for name in record.findings}  # type: ignore[attr-defined]
    claims = {name for record in load(copy).records["claims"] for name in record.findings}  # type: ignore[attr-defined]
    load(copy, findings=known | claims)
    with pytest.raises(RefusedError, match=r"gradings\.toml, line \d+, grading-demand, findings"):
        load(copy, findings=(known | claims) - {"demand-answer"})


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("month = 10", "month = 13", "month"),
        ("month = 10", "month = 10.5", "month"),
        ("after = 0", "after = -1", "after"),
    ],
)
def test_an_impossible_month_of_release_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (DATA / "assumptions" / "releases.toml").read_text(encoding="utf-8")
    (tmp_path / "releases.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RefusedError, match=rf"\[children-in-need\], {key}"):
        assumptions.release("children-in-need", folder=tmp_path)


def test_a_release_is_due_in_the_year_that_its_file_says() -> None:
    assert assumptions.release("school-absence").due(2025) == "March 2026"
    assert assumptions.release("children-in-need").due(2025) == "October 2025"
