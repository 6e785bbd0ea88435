"""What changed in this edition: data, findings, verdicts and assumptions, in words that cannot become markup."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from btc_eval.edition import bundle, changes, checksums, definitions

FINDING = {
    "id": "a", "sentence": "It fell.", "estimate": 1.0, "conf_low": 0.0, "conf_high": 2.0, "checks": [],
    "vintages": {"looked_after": ["2024-11"]},
}  # fmt: skip
DEFINED = {
    "worked": {"re-referral": "Is the second referral a re-referral? [0011223344]"},
    "measure": {"referral_rate": "referrals: referrals / population x 10000 (per 10,000 children)"},
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "official").mkdir(parents=True)
    (folder / "programme").mkdir()
    (folder / "assumptions").mkdir()
    (folder / "catalogue.toml").write_text('[[table]]\nname = "t"\nfile = "official/t.csv"\nwindow_end = "2024"\n')
    (folder / "official/t.csv").write_text("area,n,m\nx,1,5\ny,2,6\n")
    (folder / "programme/claims.toml").write_text('[[claim]]\nid = "c"\nverdict = "not shown"\n')
    (folder / "assumptions/rates.toml").write_text("[a]\nvalue = 1\n")
    return folder


@pytest.fixture
def earlier(tmp_path: Path, data: Path) -> Path:
    inner = tmp_path / "bundle"
    shutil.copytree(data, inner / "data")
    (inner / "edition.json").write_text("{}")
    record = {"definitions": {**DEFINED, "assumption": definitions.assumptions(data)}}
    folder = tmp_path / "2026.11"
    folder.mkdir()
    bundle.pack(inner, folder / bundle.NAME)
    (folder / "findings.json").write_text(json.dumps([FINDING]))
    (folder / "edition.json").write_text(json.dumps(record))
    checksums.write(folder)
    return folder


def said(earlier: Path | None, data: Path, *findings: dict[str, Any], **defined: dict[str, str]) -> dict[str, str]:
    now = {**DEFINED, "assumption": definitions.assumptions(data), **defined}
    return changes.words(changes.before(earlier), data, findings, now)


def test_without_an_earlier_edition_the_page_says_so(data: Path, tmp_path: Path) -> None:
    assert "first edition" in said(None, data)["changes_since"]
    assert "first edition" in said(tmp_path / "nothing", data)["changes_since"]


def test_nothing_changed_is_said(earlier: Path, data: Path) -> None:
    words = said(earlier, data, FINDING)
    assert "2026" in words["changes_since"]
    assert all(words[name].startswith("None") for name in changes.WORDS[1:])


def test_which_inputs_changed_years_release_rows_values_and_columns(earlier: Path, data: Path) -> None:
    """A row came; one value was revised, one withdrawn by the publisher's shorthand, one given for the first time; one
    column was renamed, one came and one went."""
    heading = '[[table]]\nname = "t"\nfile = "official/t.csv"\nwindow_start = "2020"\n'
    source = '[[table.source]]\nvintage = "{}"\n'
    before = "area,n,m,old,vintage\nx,1,5,7,2024-11\ny,2,6,8,2024-11\nw,[x],4,9,2024-11\n"
    after = "area,n,m,new,extra,vintage\nx,1,[c],7,1,2025-11\ny,3,6,8,1,2025-11\nw,4,4,9,1,2025-11\nz,9,9,9,1,2025-11\n"
    again = refrozen(earlier, data, before, f'{heading}window_end = "2024"\n{source.format("2024-11")}')
    (data / "official/t.csv").write_text(after)
    (data / "catalogue.toml").write_text(
        f'{heading}window_end = "2025"\n{source.format("2025-11")}'
        '[[table]]\nname = "u"\nfile = "official/t.csv"\nwindow_end = "2025"\n'
    )
    words = said(again, data, FINDING)["changes_in_data"].replace("\\", "")
    assert (
        "| t | 2020 to 2025, before 2020 to 2024 | released November 2025, before released November 2024 "
        "| 1 new, 0 gone | 1 | 1 | 1 | old is now called new; extra is new |"
    ) in words
    assert "| u | new: 2025 |" in words


def refrozen(earlier: Path, data: Path, table: str, catalogue: str) -> Path:
    """Write the earlier edition again, with this table in its bundle."""
    inner = earlier.parent / "again" / "bundle"
    shutil.copytree(data, inner / "data")
    (inner / "edition.json").write_text("{}")
    (inner / "data/official/t.csv").write_text(table)
    (inner / "data/catalogue.toml").write_text(catalogue)
    bundle.pack(inner, earlier / bundle.NAME)
    checksums.write(earlier)
    return earlier


def test_a_table_that_is_no_longer_used_is_listed(earlier: Path, data: Path) -> None:
    (data / "catalogue.toml").write_text("")
    assert "| t | no longer used\\: 2024 |" in said(earlier, data, FINDING)["changes_in_data"]


def test_which_findings_moved_by_how_much_and_on_which_releases_they_rest(earlier: Path, data: Path) -> None:
    moved = {**FINDING, "estimate": 1.5, "vintages": {"looked_after": ["2025-11"]}}
    words = said(earlier, data, moved, {**FINDING, "id": "b"})["changes_in_findings"].replace("\\", "")
    assert (
        "| a | 1 to 1.5, 0.50 of half its interval "
        "| looked after: released November 2025, before released November 2024 |"
    ) in words
    assert "| b | new |  | It fell. |" in words
    again = said(earlier, data, {**FINDING, "vintages": {"looked_after": ["2025-11"]}})["changes_in_findings"]
    assert "| a | its releases alone | looked after" in again
    wider = said(earlier, data, {**FINDING, "conf_high": 3.0})["changes_in_findings"]
    assert "| a | its interval alone | the same |" in wider
    assert "| a | no longer made |" in said(earlier, data)["changes_in_findings"]


def test_which_verdicts_changed(earlier: Path, data: Path) -> None:
    (data / "programme/claims.toml").write_text('[[claim]]\nid = "c"\nverdict = "confirmed"\n')
    words = said(earlier, data, {**FINDING, "checks": [{"name": "k", "verdict": "fail"}]})["changes_in_verdicts"]
    assert "| claim c | not shown | confirmed |" in words
    assert "| check k of a | not made | fail |" in words


def test_which_definitions_changed(earlier: Path, data: Path) -> None:
    """A constant moved, a worked example has another answer, a measure has another denominator, another is new."""
    (data / "assumptions/rates.toml").write_text('[a]\nvalue = 2\nunit = "days"\n')
    worked = {"re-referral": "Is the second referral a re-referral? [9988776655]"}
    measure = {"referral_rate": "referrals: referrals / households (per household)", "new_one": "t: a (children)"}
    words = said(earlier, data, FINDING, worked=worked, measure=measure)["changes_in_definitions"].replace("\\", "")
    assert "| Worked example | re-referral | Is the second referral a re-referral? [0011223344] | Is the" in words
    assert "| Measure | new_one | not there | t: a (children) |" in words
    assert "| Measure | referral_rate | referrals: referrals / population x 10000" in words
    (line,) = (line for line in words.splitlines() if line.startswith("| Assumption or rule | rates: a |"))
    assert "| 1 [" in line
    assert "| 2 days [" in line


def test_an_earlier_edition_without_its_definitions_is_asked_for_its_assumptions(earlier: Path, data: Path) -> None:
    (earlier / "edition.json").write_text("{}")
    checksums.write(earlier)
    (data / "assumptions/rates.toml").write_text("[a]\nvalue = 2\n")
    words = said(earlier, data, FINDING)["changes_in_definitions"]
    assert "| Assumption or rule | rates" in words
    assert "kept no list of\\: worked example, measure" in words or "kept no list of: worked example, measure" in words


def test_hostile_text_stays_text(earlier: Path, data: Path) -> None:
    hostile = {**FINDING, "sentence": "<script>alert(1)</script> [x](javascript:1) | a\nb"}
    words = said(earlier, data, hostile)["changes_in_findings"]
    assert "<script>" not in words
    assert "](" not in words
    assert len(words.splitlines()) == 3
