"""The catalogue is checked when it is loaded, says the same when written again, and covers what is committed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from btc_eval.edition.fingerprint import sha256_entry
from btc_eval.errors import RefusedError
from btc_eval.estimates import Provenance
from btc_eval.records import official
from btc_eval.records.catalogue import fingerprint, read_catalogue, write_catalogue

DATA = Path(__file__).parents[2] / "data"


def test_the_catalogue_is_written_as_it_was_read() -> None:
    text = (DATA / "catalogue.toml").read_bytes()
    official_only = read_catalogue(DATA)
    assert write_catalogue(official_only) == text


def test_every_compiled_file_has_an_entry_and_every_entry_its_papers() -> None:
    catalogue = read_catalogue(DATA)
    compiled = [entry for entry in catalogue.entries if entry.provenance == "official"]
    assert {entry.file for entry in compiled} == {p.relative_to(DATA).as_posix() for p in (DATA / "official").iterdir()}
    for entry in compiled:
        content = (DATA / entry.file).read_bytes()
        assert fingerprint(content) == entry.sha256
        assert content.count(b"\n") == entry.rows + 1
        assert entry.papers.provenance is Provenance.OFFICIAL
        assert entry.sources
        for source in entry.sources:
            assert source.licence == "Open Government Licence v3.0"
            assert re.fullmatch(
                r"https://(www\.gov\.uk|explore-education-statistics\.service\.gov\.uk)/\S+", source.address
            )
            assert re.fullmatch(r"20\d\d(-\d\d)?", source.vintage)
            assert re.fullmatch(r"[0-9a-f]{64}", source.sha256)
            assert "/" not in source.file
            assert source.rows > 0


def test_the_compiled_tables_stay_small() -> None:
    sizes = [p.stat().st_size for p in (DATA / "official").iterdir()]
    assert max(sizes) < 600_000
    assert sum(sizes) < 2_500_000


GOOD = """
[[table]]
name = "referrals"
title = "Referrals"
file = "official/referrals.csv"
provenance = "official"
scope = "all"
year = "year ending 31 March"
window_start = "2013"
window_end = "2025"
rows = 10
sha256 = "ab"
"""


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("rows = 10", 'rows = "10"'), "str"),
        (('sha256 = "ab"\n', ""), "no 'sha256'"),
        (('year = "', 'colour = "red"\nyear = "'), "'colour'"),
        (('"official"\nscope', '"hearsay"\nscope'), "'hearsay'"),
        (("[[table]]", "[[table"), "text that is not TOML"),
    ],
)
def test_an_unsound_catalogue_is_refused(change: tuple[str, str], found: str, tmp_path: Path) -> None:
    assert change[0] in GOOD
    (tmp_path / "catalogue.toml").write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(RefusedError) as error:
        read_catalogue(tmp_path)
    assert any(found in refusal.found for refusal in error.value.refusals)


def test_all_faults_of_the_catalogue_are_named_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("rows = 10", 'rows = "10"').replace('title = "Referrals"\n', "")
    (tmp_path / "catalogue.toml").write_text(text + GOOD + GOOD, encoding="utf-8")
    with pytest.raises(RefusedError) as error:
        read_catalogue(tmp_path)
    assert {refusal.found for refusal in error.value.refusals} == {"no 'title'", "str", "two entries of this name"}


def test_an_empty_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="btc-eval refresh"):
        official(tmp_path)


def test_an_unknown_table_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RefusedError, match="monthly_referrals"):
        official(DATA).table("council_tax")


def test_the_key_of_a_table_moves_only_with_its_own_entry(tmp_path: Path) -> None:
    text = (DATA / "catalogue.toml").read_text(encoding="utf-8")
    (tmp_path / "catalogue.toml").write_text(text.replace("Referrals and re-referrals", "Other"), encoding="utf-8")
    old, new = (folder / "catalogue.toml" for folder in (DATA, tmp_path))
    assert sha256_entry(old, "spend") == sha256_entry(new, "spend") != ""
    assert sha256_entry(old, "referrals") != sha256_entry(new, "referrals")
    assert sha256_entry(old, "absent") == ""


def _noted(code: str) -> dict[str, list[str]]:
    """Return the parts of files noted in a fresh process, by the name of the file."""
    told = (
        "import json; from btc_eval import locations, records; "
        f"{code}; print(json.dumps({{path.name: names for path, names in locations.parts().items()}}))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=DATA.parent)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_who_asks_for_one_table_depends_on_its_entry_and_no_other() -> None:
    one = 'records.official().wide("need_plans"); records.official().find("areas"); records.official().find("nothing")'
    assert _noted(one) == {"catalogue.toml": ["areas", "need_plans"]}


def test_who_lists_the_catalogue_depends_on_all_of_it() -> None:
    assert _noted('held = records.official(); held.wide("need_plans"); records.sources(held); held.find("areas")') == {}


def test_the_hash_of_an_entry_moves_with_its_own_papers_only(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text('[[table]]\nname = "a"\nrows = 1\n[[table]]\nname = "b"\nrows = 1\n', encoding="utf-8")
    before = {name: sha256_entry(path, name) for name in "ab"}
    path.write_text('[[table]]\nname = "a"\nrows = 1\n[[table]]\nname = "b"\nrows = 10\n', encoding="utf-8")
    assert sha256_entry(path, "a") == before["a"]
    assert sha256_entry(path, "b") != before["b"]
    assert sha256_entry(path, "c") == sha256_entry(tmp_path / "absent.toml", "a") == ""
    path.write_text("not [[ toml", encoding="utf-8")
    assert sha256_entry(path, "a") == ""
