"""What changed in this edition: data, findings, verdicts and assumptions, in words that cannot become markup."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from btc_eval.edition import bundle, changes, checksums

FINDING = {"id": "a", "sentence": "It fell.", "estimate": 1.0, "conf_low": 0.0, "conf_high": 2.0, "checks": []}


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
    folder = tmp_path / "2026.11"
    folder.mkdir()
    bundle.pack(inner, folder / bundle.NAME)
    (folder / "findings.json").write_text(json.dumps([FINDING]))
    checksums.write(folder)
    return folder


def said(earlier: Path | None, data: Path, *findings: dict[str, Any]) -> dict[str, str]:
    return changes.words(changes.before(earlier), data, findings)


def test_without_an_earlier_edition_the_page_says_so(data: Path, tmp_path: Path) -> None:
    assert "first edition" in said(None, data)["changes_since"]
    assert "first edition" in said(tmp_path / "nothing", data)["changes_since"]


def test_nothing_changed_is_said(earlier: Path, data: Path) -> None:
    words = said(earlier, data, FINDING)
    assert "2026" in words["changes_since"]
    assert all(words[name].startswith("None") for name in changes.WORDS[1:])


def test_every_kind_of_change_is_listed(earlier: Path, data: Path) -> None:
    (data / "official/t.csv").write_text("area,n,extra\nx,1,7\ny,,8\nz,3,9\n")
    (data / "catalogue.toml").write_text(
        '[[table]]\nname = "t"\nfile = "official/t.csv"\nwindow_end = "2025"\n'
        '[[table]]\nname = "u"\nfile = "official/t.csv"\nwindow_end = "2025"\n'
    )
    (data / "programme/claims.toml").write_text('[[claim]]\nid = "c"\nverdict = "confirmed"\n')
    (data / "assumptions/rates.toml").write_text("[a]\nvalue = 2\n")
    moved = {**FINDING, "estimate": 1.5, "checks": [{"name": "k", "verdict": "fail"}]}
    words = said(earlier, data, moved, {**FINDING, "id": "b"})
    assert "| t | to 2024, now to 2025 | \\+1 | 0 | 1 | extra is new; m is gone |" in words["changes_in_data"]
    assert "| u | new |" in words["changes_in_data"]
    assert "| a | 1 to 1.5, 0.50 of half its interval |" in words["changes_in_findings"]
    assert "| b | new | It fell. |" in words["changes_in_findings"]
    assert "| claim c | not shown | confirmed |" in words["changes_in_verdicts"]
    assert "| check k of a | not made | fail |" in words["changes_in_verdicts"]
    assert "| rates\\: a value | changed |" in words["changes_in_assumptions"]


def test_hostile_text_stays_text(earlier: Path, data: Path) -> None:
    hostile = {**FINDING, "sentence": "<script>alert(1)</script> [x](javascript:1) | a\nb"}
    words = said(earlier, data, hostile)["changes_in_findings"]
    assert "<script>" not in words
    assert "](" not in words
    assert len(words.splitlines()) == 3
