"""Which definitions an edition keeps: worked examples with their answers, measures with their arithmetic, constants."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from btc_eval import locations, measures
from btc_eval.edition import definitions
from btc_eval.edition.collect import Exhibit
from btc_eval.edition.layout import Layout


@pytest.fixture
def where(tmp_path: Path) -> Layout:
    shutil.copytree(locations.data_folder() / "assumptions", tmp_path / "data/assumptions")
    return Layout(root=tmp_path, data=tmp_path / "data", out=tmp_path / "site", work=tmp_path / "work")


def example(answer: str, **about: object) -> Exhibit:
    words = {"notes": ["Within a year."], "columns": {"child": "Child"}}
    title = "Demonstration data, not about Wirral: Is it a re-referral?"
    return Exhibit(
        "assurance/definitions", "worked-re-referral", f"child,counted\r\nAna,{answer}\r\n",
        {"title": title, "words": words, **about},
    )  # fmt: skip


def test_each_kind_is_kept_by_name_in_a_few_words(where: Layout) -> None:
    kept = definitions.of(where, [example("yes"), Exhibit("p", "other", "a\r\n")])
    assert list(kept) == list(definitions.KINDS)
    assert list(kept["worked"]) == ["re-referral"]
    assert kept["worked"]["re-referral"].startswith("Is it a re-referral? [")
    assert set(kept["measure"]) == set(measures.DEFINITIONS)
    assert kept["measure"]["re_referral_percent"] == "referrals: re_referrals / referrals x 100 (% of referrals)"
    assert kept["assumption"]["disclosure: council"].endswith("]")
    assert kept["assumption"]["unit_costs: care-year"].startswith("51080 £ a child a year [")
    text = json.dumps(kept)
    assert len(text) < 60_000
    assert max(len(one) for kind in kept.values() for one in kind.values()) < 300


def test_an_example_with_another_answer_is_another_definition(where: Layout) -> None:
    one, same, other = (definitions.of(where, [example(answer)]) for answer in ("yes", "yes", "no"))
    assert definitions.changed(one, same) == []
    ((kind, name, before, after),) = definitions.changed(one, other)
    assert (kind, name) == ("Worked example", "re-referral")
    assert before != after


def test_a_constant_that_moved_its_source_or_its_value_is_another_and_says_the_value(where: Layout) -> None:
    before = definitions.of(where, [])
    path = where.data / "assumptions/measures.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("days_open = 28", "days_open = 21"), encoding="utf-8")
    ((kind, name, was, now),) = definitions.changed(before, definitions.of(where, []))
    assert (kind, name) == ("Assumption or rule", "measures: contact")
    assert was.startswith("days_open 28 [")
    assert now.startswith("days_open 21 [")
    path.write_text(text.replace("Own choice.", "Another choice."), encoding="utf-8")
    ((_, name, was, now),) = definitions.changed(before, definitions.of(where, []))
    assert name == "measures: contact"
    assert was.partition(" [")[0] == now.partition(" [")[0]


def test_measures_are_read_anew_when_the_library_changes_and_from_the_work_folder_else(where: Layout) -> None:
    first = definitions.of(where, [])["measure"]
    path = where.work / "measures.json"
    kept = json.loads(path.read_text())
    path.write_text(json.dumps(kept | {"measures": {"kept": "as it was"}}))
    assert definitions.of(where, [])["measure"] == {"kept": "as it was"}
    for spoiled in (json.dumps(kept | {"key": "another library"}), "{", "[]", ""):
        path.write_text(spoiled)
        assert definitions.of(where, [])["measure"] == first


def test_a_kind_of_which_the_earlier_record_knows_nothing_is_left_out() -> None:
    assert definitions.changed({"assumption": {}}, {"assumption": {"a": "1"}, "worked": {"b": "2"}}) == [
        ("Assumption or rule", "a", "", "1")
    ]
