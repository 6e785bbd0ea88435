"""The file by which the project asks to be cited: in form, and in agreement with what the project says elsewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from btc_eval import __version__
from btc_eval.edition import addresses

ROOT = Path(__file__).resolve().parents[2]
#: Keys that version 1.2.0 of the format demands, and those besides that these files use.
DEMANDED = {"cff-version", "message", "title", "authors"}
ALLOWED = DEMANDED | {"type", "abstract", "version", "license", "keywords", "date-released", "commit"}


def checked(text: str) -> dict[str, object]:
    """Read a file and hold it to the format."""
    held: dict[str, object] = yaml.safe_load(text)
    assert held.keys() >= DEMANDED
    assert held.keys() <= ALLOWED
    assert held["cff-version"] == "1.2.0"
    assert held["type"] in ("software", "dataset")
    assert isinstance(held["authors"], list)
    for name in ("message", "title", "version", "license"):
        assert isinstance(held[name], str)
    return held


def test_the_project_is_cited_as_its_metadata_has_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    held = checked((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert held["title"] == addresses.TITLE
    assert held["version"] == project["version"] == __version__
    assert held["license"] == project["license"]
    assert held["abstract"] == project["description"]
    assert held["authors"] == project["authors"] == [{"name": addresses.AUTHORS}]
    assert held["keywords"] == project["keywords"]


@pytest.mark.parametrize("label", ["2026.11", "2026.10", "1e5"])
def test_an_edition_is_cited_under_its_label_as_text(label: str) -> None:
    record = {"label": label, "built_at": "2026-11-26T00:00:00Z", "git_commit": "a" * 40}
    held = checked(addresses.citation_file(record))
    assert held["version"] == label
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(held["date-released"]))
