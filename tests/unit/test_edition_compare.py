"""Two editions side by side, checksums, and editions that come as a zip."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from btc_eval.cli import cli
from btc_eval.edition import checksums, compare, opened
from btc_eval.edition.compared_findings import compare_findings
from btc_eval.edition.compared_tables import compare_tables
from btc_eval.errors import RefusedError, UsageError


def finding(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "a",
        "sentence": "It fell.",
        "estimate": 1.0,
        "conf_low": 0.5,
        "conf_high": 1.5,
        "conf_level": 0.95,
        "n": 10,
        "checks": [{"name": "other dates", "verdict": "pass"}],
    }
    return {**plain, **changes}


def edition(folder: Path, findings: list[dict[str, Any]], tables: dict[str, str], **record: Any) -> Path:
    folder.mkdir()
    (folder / "edition.json").write_text(json.dumps({"label": folder.name, "inputs": [], "packages": {}, **record}))
    (folder / "findings.json").write_text(json.dumps(findings))
    for name, text in tables.items():
        (folder / "csv" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "csv" / name).write_text(text, newline="")
    return folder


def test_a_move_is_said_against_half_the_earlier_interval() -> None:
    (change,) = compare_findings({"a": finding()}, {"a": finding(estimate=1.25)})
    assert (change.change, change.fields) == ("changed", ("estimate",))
    assert change.moved == pytest.approx(0.25)
    assert change.against_interval == pytest.approx(0.5)


def test_rounding_of_another_machine_is_no_change_and_a_real_one_is() -> None:
    assert compare_findings({"a": finding()}, {"a": finding(estimate=1 + 1e-7)}) == ()
    assert len(compare_findings({"a": finding()}, {"a": finding(estimate=1 + 1e-5)})) == 1


def test_findings_that_come_and_go_and_verdicts_that_turn_are_named() -> None:
    turned = finding(checks=[{"name": "other dates", "verdict": "fail"}, {"name": "new", "verdict": "pass"}])
    changes = compare_findings({"a": finding(), "b": finding(id="b")}, {"a": turned, "c": finding(id="c")})
    assert [(change.id, change.change) for change in changes] == [("a", "changed"), ("b", "removed"), ("c", "added")]
    assert changes[0].verdicts == (("new", "", "pass"), ("other dates", "pass", "fail"))


def test_an_estimate_that_appears_is_a_change_without_a_distance() -> None:
    (change,) = compare_findings({"a": finding(estimate=None, conf_low=None, conf_high=None)}, {"a": finding()})
    assert change.moved is None
    assert set(change.fields) == {"estimate", "conf_low", "conf_high"}


@pytest.mark.parametrize(
    ("after", "cells", "rows"),
    [
        ("year,n\r\n2020,5\r\n2021,7\r\n", 1, (2, 2)),
        ("year,n\r\n2020,5\r\n2021,6\r\n2022,9\r\n", 0, (2, 3)),
        ("year,n\r\n2019,4\r\n2020,5\r\n2021,8\r\n", 1, (2, 3)),
        ("year,n\r\n2021,6\r\n", 0, (2, 1)),
    ],
)
def test_cells_are_compared_row_by_row_of_the_same_key(after: str, cells: int, rows: tuple[int, int]) -> None:
    change = compare_tables("year,n\r\n2020,5\r\n2021,6\r\n", after, name="t")
    assert change is not None
    assert (change.cells_changed, (change.rows_before, change.rows_after)) == (cells, rows)


def test_columns_that_come_and_go_are_named() -> None:
    change = compare_tables("a,b\r\nx,1\r\n", "a,c\r\nx,1\r\n", name="t")
    assert change is not None
    assert (change.columns_added, change.columns_removed, change.cells_changed) == (("c",), ("b",), 0)


def test_the_same_edition_has_no_difference_and_the_command_ends_well(tmp_path: Path) -> None:
    one = edition(tmp_path / "one", [finding()], {"p/t.csv": "a,n\r\nx,1\r\n"})
    assert compare(one, one).same
    done = CliRunner().invoke(cli, ["diff", str(one), str(one), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output)["same_tables"] == 1


def test_the_command_says_no_where_a_reader_would_see_a_change(tmp_path: Path) -> None:
    one = edition(tmp_path / "one", [finding()], {"p/t.csv": "a,n\r\nx,1\r\n", "p/gone.csv": "a\r\nx\r\n"}, seed=1)
    two = edition(
        tmp_path / "two", [finding(estimate=2.0)], {"p/t.csv": "a,n\r\nx,2\r\n", "p/come.csv": "a\r\n"}, seed=2
    )
    done = CliRunner().invoke(cli, ["diff", str(one), str(two), "--json"])
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert [(table["name"], table["change"]) for table in said["tables"]] == [
        ("csv/p/come.csv", "added"),
        ("csv/p/gone.csv", "removed"),
        ("csv/p/t.csv", "changed"),
    ]
    assert said["made_by"] == {"seed": [1, 2]}
    assert said["findings"][0]["moved"] == 1.0
    words = CliRunner().invoke(cli, ["diff", str(one), str(two)]).output
    assert "estimate 1 -> 2, 2.00 of half its interval" in words


def test_what_is_no_edition_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("x")
    for given in (tmp_path / "nothing", tmp_path / "file.txt", tmp_path):
        with pytest.raises(UsageError), opened(given):
            pass


def test_checksums_name_the_file_that_was_changed_added_or_lost(tmp_path: Path) -> None:
    one = edition(tmp_path / "one", [finding()], {"p/t.csv": "a,n\r\nx,1\r\n"})
    checksums.write(one)
    assert checksums.check(one).sound
    body = bytearray((one / "csv/p/t.csv").read_bytes())
    body[-3] ^= 1
    (one / "csv/p/t.csv").write_bytes(body)
    (one / "findings.json").unlink()
    (one / ".hidden").write_text("x")
    found = checksums.check(one)
    assert (found.changed, found.missing, found.added) == (("csv/p/t.csv",), ("findings.json",), (".hidden",))


@pytest.mark.parametrize("line", ["nonsense", "0" * 64 + "  a\n" + "1" * 64 + "  a"])
def test_a_list_of_checksums_that_was_spoiled_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / checksums.NAME).write_text(line + "\n")
    with pytest.raises(RefusedError, match="line"):
        checksums.check(tmp_path)


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def test_a_zip_is_opened_as_the_folder_it_holds(tmp_path: Path) -> None:
    path = zipped(tmp_path / "e.zip", {"2026.11/edition.json": b"{}", "2026.11/findings.json": b"[]"})
    with opened(path) as folder:
        assert (folder / "findings.json").read_bytes() == b"[]"
    assert not folder.exists()


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../out", "C:/out", "a\\b"])
def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "e.zip", {"edition.json": b"{}", name: b"x"})
    with pytest.raises(RefusedError, match="leads out"), opened(path):
        pass


def test_a_zip_that_inflates_without_end_or_is_cut_short_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "e.zip", {"edition.json": b"{}", "big": b"0" * 10_000})
    monkeypatch.setattr("btc_eval.edition.archive.MOST_BYTES", 5_000)
    with pytest.raises(RefusedError, match="more than an edition"), opened(path):
        pass
    monkeypatch.undo()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"edition.json", b"edition.jsom", 1))
    with pytest.raises(RefusedError, match="cannot be unpacked"), opened(path):
        pass


@pytest.mark.parametrize("blank", ["", "[c]", "[x]"])
def test_a_value_withdrawn_is_told_from_one_revised_and_one_first_given(blank: str) -> None:
    change = compare_tables(f"a,n,m,k\r\nx,1,2,{blank}\r\n", f"a,n,m,k\r\nx,{blank},3,4\r\n", name="t")
    assert change is not None
    assert (change.cells_changed, change.cells_emptied, change.cells_filled, change.cells_revised) == (3, 1, 1, 1)


def test_a_column_under_another_name_is_renamed_and_its_cells_are_compared() -> None:
    change = compare_tables("a,n,m\r\nx,1,2\r\ny,3,4\r\n", "a,n,q\r\nx,1,2\r\ny,5,4\r\n", name="t")
    assert change is not None
    assert (change.columns_renamed, change.columns_added, change.columns_removed) == ((("m", "q"),), (), ())
    assert change.cells_changed == 1


def test_a_window_that_rolls_on_is_rows_that_come_and_go_and_no_revision() -> None:
    """As many rows as before, each under its own key: a year went, a year came, the rest stands."""
    years = [f"{year},{year % 7}" for year in range(2015, 2022)]
    change = compare_tables("year,n\r\n" + "\r\n".join(years[:-1]), "year,n\r\n" + "\r\n".join(years[1:]), name="t")
    assert change is not None
    assert (change.cells_changed, change.rows_come, change.rows_gone) == (0, 1, 1)


def test_a_finding_that_rests_on_another_release_is_changed_and_the_command_names_both(tmp_path: Path) -> None:
    was, now = ({"looked_after": [release], "spend": ["2025"]} for release in ("2024-11", "2025-11"))
    one = edition(tmp_path / "one", [finding(vintages=was)], {})
    two = edition(tmp_path / "two", [finding(vintages=now)], {})
    done = CliRunner().invoke(cli, ["diff", str(one), str(two)])
    assert done.exit_code == 1
    assert "rests on looked after: released November 2025, before released November 2024;" in done.output
    assert "spend" not in done.output
    (change,) = compare_findings({"a": finding(vintages=was)}, {"a": finding(vintages=now)})
    assert change.vintages == (("looked_after", ("2024-11",), ("2025-11",)),)
    # An edition that names no releases says nothing of them.
    assert compare_findings({"a": finding()}, {"a": finding(vintages=now)}) == ()


def test_definitions_that_differ_are_listed_beside_what_made_the_editions(tmp_path: Path) -> None:
    records = [{"definitions": {"assumption": {"rates: a": f"{value} days [x]"}}} for value in (1, 2)]
    one, two = (edition(tmp_path / name, [finding()], {}, **record) for name, record in zip(("one", "two"), records))
    done = CliRunner().invoke(cli, ["diff", str(one), str(two), "--json"])
    assert done.exit_code == 0  # nothing that a reader sees as a result
    said = json.loads(done.output)["definitions"]
    assert said == [{"kind": "Assumption or rule", "name": "rates: a", "before": "1 days [x]", "after": "2 days [x]"}]
    assert "rates: a: 1 days [x] -> 2 days [x]" in CliRunner().invoke(cli, ["diff", str(one), str(two)]).output
