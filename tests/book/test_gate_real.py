"""The real book passes the gate, and the command answers in the agreed shape."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from btc_eval import cli, disclosure
from tests.book import released


@pytest.mark.slow
def test_everything_in_the_real_site_was_released(real_site: Path) -> None:
    found = disclosure.scan(real_site)
    assert found.refusals == (), found.words()
    assert found.files >= sum(path.is_file() for path in real_site.rglob("*"))
    assert found.tables == len(list((real_site / "csv").rglob("*.csv"))) > 40


def command(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command in this process; return its code and what it said."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    said = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, said.out, said.err


def test_nought_for_a_clean_site_one_for_a_leak_two_for_a_wrong_call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site = released.write(tmp_path / "site")
    code, out, _ = command(capsys, "scan", str(site), "--json")
    assert (code, json.loads(out)["accepted"], json.loads(out)["refusals"]) == (0, True, [])
    code, out, _ = command(capsys, "scan", str(site))
    assert code == 0
    assert "Nothing was found that was not released" in out
    released.put(site, "raw.csv", b"ward,n\r\n")
    code, out, _ = command(capsys, "scan", str(site), "--json")
    answer = json.loads(out)
    assert (code, answer["accepted"], answer["files"]) == (1, False, sum(p.is_file() for p in site.rglob("*")))
    assert [set(one) for one in answer["refusals"]] == [{"file", "place", "found", "allowed", "do"}]
    assert answer["refusals"][0]["file"] == "raw.csv"
    code, _, err = command(capsys, "scan", str(tmp_path / "nowhere"))
    assert (code, "found no folder" in err) == (2, True)
    assert command(capsys, "scan")[0] == 2
