"""The files of assumptions at their door: what is sound is typed, what is not is refused with its line, all at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from btc_eval import assumptions
from btc_eval.assumptions import load
from btc_eval.errors import RefusedError

OWN = Path(__file__).parents[2] / "data" / "assumptions"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    place = tmp_path / "assumptions"
    shutil.copytree(OWN, place)
    return place


def spoil(place: Path, file: str, old: str, new: str) -> int:
    """Put new text for the first old one; return the line it stood on."""
    path = place / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_every_assumption_of_the_project_is_listed_with_its_papers() -> None:
    found = assumptions.listed(folder=OWN)
    files = {path.stem for path in OWN.glob("*.toml")}
    assert set(found["file"]) == files
    assert not (found == "").any().any()
    assert not found.isna().any().any()
    assert not found.duplicated(["file", "name"]).any()
    assert found["dated"].str.match(r"^\d{4}").all()


def test_what_is_unconfirmed_says_so() -> None:
    found = assumptions.listed(folder=OWN)
    assert found.loc[found["status"] == "unconfirmed", "name"].tolist() == [
        "local-partnerships",
        "child-development",
        "foundation-stage",
        "protection-plan-year",
    ]


#: The demonstration's parameters have one unit for all, said in the list.
PAPERS = [
    (file, key)
    for file in (*load.KEYS, "disclosure", "reconciliation", "synthetic")
    for key in ("source", "dated", "unit")
    if (file, key) != ("synthetic", "unit")
]


@pytest.mark.parametrize(("file", "key"), PAPERS)
def test_an_entry_without_its_papers_is_refused_with_file_and_line(file: str, key: str, copy: Path) -> None:
    path = copy / f"{file}.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{key} ="))
    entry = next((line for line in reversed(lines[:at]) if line.startswith("[")), "")
    path.write_text("\n".join([*lines[:at], *lines[at + 1 :]]) + "\n", encoding="utf-8")
    with pytest.raises(RefusedError) as caught:
        assumptions.listed(folder=copy)
    faults = [fault for fault in caught.value.refusals if fault.file == f"data/assumptions/{file}.toml"]
    assert faults
    assert len(faults) == len(caught.value.refusals)
    assert all(fault.place.startswith("line ") for fault in faults)
    assert all(fault.place.endswith(key) for fault in faults)
    if entry:
        header = lines.index(entry) + 1
        assert faults[0].place == f"line {header}, {entry.strip()}, {key}"


@pytest.mark.parametrize(
    ("file", "old", "new", "found", "key"),
    [
        ("deflators", "2024 = 96.1117", "2024 = 0", "0", "2024"),
        ("deflators", "2024 = 96.1117", "next = 1", "'next'", "next"),
        ("deflators", 'status = "read"', 'status = "seen"', "'seen'", "status"),
        ("deflators", 'dated = "2026-03-31"', 'dated = "March"', "'March'", "dated"),
        ("discounting", "first = 31", "first = 32", "a band from year 32", "bands"),
        ("discounting", "rate = 0.035", "rate = 3.5", "the rate 3.5", "bands"),
        ("discounting", "first = 301, rate", "first = 301, last = 400, rate", "a last band that ends", "bands"),
        ("optimism_bias", "grade = 2,", "grade = 3,", "grades out of order", "grades"),
        ("optimism_bias", "costs = 0.05", "costs = 0.5", "costs of", "grades"),
        ("spend_lines", '"spend_safeguarding"]', '"spend_early_years"]', "spend_early_years on both sides", "late"),
        ("spend_lines", "comparable_from = 2017", "comparable_from = 1", "1", "comparable_from"),
        ("shares", "low = 0.25", "low = 0.75", "a range that does not hold the value", "low"),
        ("unit_costs", "value = 51080", "value = -1", "-1", "value"),
        ("unit_costs", "value = 51080", "value = nan", "nan", "value"),
        ("unit_costs", "value = 51080", "value = 51080\nlow = 1", "one end of a range", "low"),
        ("unit_costs", "value = 51080", "value = 5\nlow = 6\nhigh = 7", "a range that does not hold the value", "low"),
        ("unit_costs", "cashable = true", "cashable = 1", "1", "cashable"),
        ("unit_costs", 'account = "fiscal"', 'account = "private"', "'private'", "account"),
        ("unit_costs", 'account = "fiscal"', 'account = "social"', "true for money that is no budget's", "cashable"),
        ("unit_costs", "value = 51080", "value = 51080\nvaleu = 1", "an unknown key", "valeu"),
    ],
)
def test_a_fault_is_refused_where_it_stands(file: str, old: str, new: str, found: str, key: str, copy: Path) -> None:
    spoil(copy, file, old, new)
    with pytest.raises(RefusedError) as caught:
        load.entries(file, folder=copy)
    fault = caught.value.refusals[0]
    assert fault.file == f"data/assumptions/{file}.toml"
    assert fault.place.startswith("line ")
    assert fault.place.endswith(key)
    assert found in fault.found


def test_faults_of_several_files_come_together(copy: Path) -> None:
    spoil(copy, "unit_costs", "value = 51080", "value = -1")
    spoil(copy, "shares", "low = 0.25", "low = 0.75")
    with pytest.raises(RefusedError) as caught:
        assumptions.listed(folder=copy)
    assert {fault.file for fault in caught.value.refusals} == {
        "data/assumptions/unit_costs.toml",
        "data/assumptions/shares.toml",
    }


@pytest.mark.parametrize(("text", "place"), [("[a\n", "line 1"), ("x = 1\n", "x"), ("", "the whole file")])
def test_a_file_that_is_none_is_refused(text: str, place: str, copy: Path) -> None:
    (copy / "shares.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match=r"data/assumptions/shares\.toml") as caught:
        assumptions.share("marginal-care", folder=copy)
    assert caught.value.refusals[0].place == place


def test_a_missing_file_and_an_unknown_name_are_refused(copy: Path) -> None:
    with pytest.raises(RefusedError, match="childrens-home-year"):
        assumptions.unit_cost("a-castle", folder=copy)
    (copy / "unit_costs.toml").unlink()
    with pytest.raises(RefusedError, match="no such file"):
        assumptions.unit_costs(folder=copy)


def test_a_changed_file_is_read_again(copy: Path) -> None:
    before = assumptions.unit_cost("care-year", folder=copy).value
    spoil(copy, "unit_costs", "value = 51080", "value = 51081")
    assert (before, assumptions.unit_cost("care-year", folder=copy).value) == (51080.0, 51081.0)


def test_four_books_and_no_more() -> None:
    books = {cost.book for cost in assumptions.unit_costs(folder=OWN)}
    assert books <= {"fiscal, cashable", "fiscal, not cashable", "economic", "social"}
    assert assumptions.unit_cost("referral", folder=OWN).book == "fiscal, not cashable"
