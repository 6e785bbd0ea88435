"""Where readers write to: one address, refused with its line where it is none, and honest words where none is set."""

from __future__ import annotations

from pathlib import Path

import pytest

from btc_eval.disclosure.gate_text import Watch
from btc_eval.edition import feedback
from btc_eval.errors import RefusedError

PROJECT = Path(__file__).resolve().parents[2]


def config(folder: Path, value: str) -> Path:
    path = folder / "_config.yml"
    path.write_text(f"title: A\nsphinx:\n  config:\n    html_context:\n      feedback: {value}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "value",
    ["reports@example.org", "a.b+c@mail.example.org.uk", "https://example.org", "https://example.org:8443/a/b?c=d#e"],
)
def test_an_address_that_can_be_reached_is_taken(tmp_path: Path, value: str) -> None:
    assert feedback.address(config(tmp_path, f'"{value}"')) == value
    words = feedback.words(value)
    assert words["feedback_address"] == value
    assert f">{value}</a>" in words["feedback"]
    assert words["feedback_link"] in (value, f"mailto:{value}")


@pytest.mark.parametrize("value", ['""', "", "null", "~"])
def test_where_none_is_set_the_words_say_so(tmp_path: Path, value: str) -> None:
    assert feedback.address(config(tmp_path, value)) == ""
    words = feedback.words("")
    assert words["feedback"].startswith("No address has been set for this copy of the report")
    assert words["feedback_link"] == ""


def test_settings_without_the_entry_have_none_and_the_projects_own_are_read(tmp_path: Path) -> None:
    path = tmp_path / "_config.yml"
    path.write_text("title: A\n", encoding="utf-8")
    assert feedback.address(path) == ""
    own = feedback.address(PROJECT / "_config.yml")
    assert feedback.words(own)["feedback_address"] == own, "whoever publishes a copy may have set one"


@pytest.mark.parametrize(
    "value",
    [
        "someone@example",
        "'A Person <a@example.org>'",
        "http://example.org",
        "https://localhost/",
        "https://a@example.org/",
        "'https://example.org/ onclick=x'",
        "'https://example.org/\"><script>'",
        "javascript:alert(1)",
        "'mailto:a@example.org'",
        "'a@example.org?cc=b@example.org'",
        "'a@example.org, b@example.org'",
        "[a@example.org]",
        "{mail: a@example.org}",
        "12",
        f"{'a' * 250}@example.org",
        "'{{ cite }}@example.org'",
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    with pytest.raises(RefusedError) as refused:
        feedback.address(config(tmp_path, value))
    (fault,) = refused.value.refusals
    assert (fault.file, fault.place) == ("_config.yml", "line 5, feedback")
    assert value not in str(fault), "what stands there may be anything"


def test_the_gate_lets_this_one_address_pass_and_no_other() -> None:
    watch = Watch(public="reports@example.org")
    assert list(watch.kinds("Write to reports@example.org.")) == []
    assert [what for what, _ in watch.kinds("reports@example.org, child@example.org")] == ["an e-mail address"]
    assert [what for what, _ in Watch().kinds("reports@example.org")] == ["an e-mail address"]
