"""The command's manners: exit codes, one paragraph for an error, a traceback only when asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from btc_eval import __version__, cli
from btc_eval.errors import Refusal, RefusedError

COMMAND = [sys.executable, "-m", "btc_eval.cli"]
PROJECT = Path(__file__).resolve().parents[2]


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; return its exit code and what it wrote."""
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    code = stop.value.code
    assert isinstance(code, int)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def one_paragraph(text: str) -> bool:
    return text.startswith("Error: ") and text.count("\n") == 1 and "Traceback" not in text


def test_help_lists_every_command_and_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    for name in cli.cli.commands:
        assert f"  {name} " in out
        assert run(capsys, name, "--help")[0] == 0
    assert {"build", "serve", "refresh", "check"} <= set(cli.cli.commands)


def test_no_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys)
    assert code == 2
    assert "build" in err


def test_the_version_is_the_librarys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"btc-eval, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (["publish"], "No such command 'publish'"),
        (["build", "--colour"], "No such option"),
        (["build", "--jobs", "many"], "'many' is not a valid integer"),
        (["build", "--jobs", "0"], "--jobs: found 0"),
        (["build", "--data", "/nowhere/at/all"], "catalogue.toml"),
        (["build", "extra"], "unexpected extra argument"),
        (["serve", "/nowhere/at/all"], "no index.html"),
        (["serve", "--port", "x"], "'x' is not a valid integer"),
        (["refresh"], "Missing argument"),
        (["refresh", "--scope", "some", "x.csv"], "'some' is not one of"),
        (["check", "--data", "/nowhere/at/all"], "catalogue.toml"),
    ],
)
def test_a_wrong_call_is_two_and_one_paragraph(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], needle: str
) -> None:
    monkeypatch.chdir(PROJECT)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert one_paragraph(err), err
    assert needle in err
    assert out == ""


REPORT = {"accepted", "refusals", "tables", "reconciliation", "changed"}
REFUSAL = {"file", "place", "found", "allowed", "do"}


def test_the_projects_data_pass_their_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    code, out, err = run(capsys, "check", "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert set(report) == REPORT
    assert report["accepted"] is True
    for table in report["tables"]:
        assert table["rows_in"] == table["rows_used"] + sum(aside["rows"] for aside in table["rows_set_aside"])
    code, out, err = run(capsys, "check")
    assert (code, err) == (0, "")
    assert out.endswith("Good.\n")


def test_a_bad_file_is_refused_and_changes_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(PROJECT / "data", data, ignore=shutil.ignore_patterns("raw", ".*"))
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"new_la_code,time_period\n\xff\xfe,2024\n")
    code, out, err = run(capsys, "refresh", str(bad), "--data", str(data), "--json")
    report = json.loads(out)
    assert (code, err) == (1, "")
    assert report["accepted"] is False
    assert report["refusals"]
    assert all(set(refusal) == REFUSAL for refusal in report["refusals"])
    code, out, err = run(capsys, "refresh", str(bad), "--data", str(data), "--dry-run")
    assert (code, out) == (1, "")
    assert "bad.csv" in err
    assert "Traceback" not in err
    assert {p: p.read_bytes() for p in data.rglob("*") if p.is_file()} == before


def _raising(error: BaseException) -> object:
    def build(**_: object) -> None:
        raise error

    return build


def test_every_fault_of_a_refusal_has_its_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [Refusal(f"file {n}", "column x", "a", "b", "Do c.") for n in (1, 2)]
    monkeypatch.setattr("btc_eval.edition.build", _raising(RefusedError(faults)))
    code, _, err = run(capsys, "build")
    assert code == 1
    assert err == (
        "Error: 2 faults were found.\n"
        "file 1, column x: found a; allowed: b. Do c.\n"
        "file 2, column x: found a; allowed: b. Do c.\n"
    )


@pytest.mark.parametrize(
    ("error", "code", "needle"),
    [
        (PermissionError(13, "Permission denied", "/site"), 1, "/site: found Permission denied"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (ZeroDivisionError("oh"), 1, "a fault of its own (ZeroDivisionError in "),
        (KeyboardInterrupt(), 130, "Stopped before it was done"),
    ],
)
def test_any_other_end_is_one_paragraph_as_well(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    needle: str,
) -> None:
    monkeypatch.setattr("btc_eval.edition.build", _raising(error))
    found, _, err = run(capsys, "build")
    assert found == code
    assert one_paragraph(err.lstrip("\n")), err
    assert needle in err


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("btc_eval.edition.build", _raising(ZeroDivisionError("oh")))
    code, _, err = run(capsys, "build", "--debug")
    assert code == 1
    assert "Traceback (most recent call last)" in err
    assert "Error: btc-eval: found a fault of its own" in err


def test_outside_a_clone_the_command_says_where_to_go(tmp_path: Path) -> None:
    """From a folder that is no clone, the one above the installed library is used, or the refusal says what to do."""
    done = subprocess.run([*COMMAND, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"btc-eval, version {__version__}\n")


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m btc_eval.cli --help | head -n 1",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


def test_help_imports_nothing_heavy() -> None:
    heavy = "pandas numpy sphinx nbclient jupytext altair"
    code = (
        "import sys, btc_eval.cli, btc_eval.edition\n"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("more", [(), ("--debug",)])
def test_what_an_unexpected_error_quotes_is_not_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    """It may quote a value of a child's record: only its kind and its place are told, and the frames with --debug."""
    error = KeyError("SECRET-007")
    error.__cause__ = ValueError("SECRET-008")
    monkeypatch.setattr("btc_eval.edition.build", _raising(error))
    code, out, err = run(capsys, "build", *more)
    assert code == 1
    assert "SECRET" not in out + err
    assert "(KeyError in test_cli_doors.py, line" in err


def test_the_first_row_of_a_table_without_headings_is_not_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_text("SMITHSON,01/02/2010,ZZ123456\nJONES,02/03/2011,ZZ123457\n", "utf-8")
    code, out, err = run(capsys, "refresh", str(tmp_path / "list.csv"), "--data", str(tmp_path / "data"), "--json")
    assert code == 1
    assert "SMITHSON" not in out + err
    assert "01/02/2010" not in out + err
    assert "a table of 3 columns without headings" in out
